"""Clients that keep a process waiting are closed, and those beside them are served meanwhile."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import pytest
import uvicorn

from app.protocol import HEAD_BYTES_MAX, HEADERS_BYTES_MAX, PIPELINED_MAX, URL_BYTES_MAX, Doors, HouseProtocol
from app.websocket_protocol import HouseWebSocketProtocol
from persistence.embedded import Services
from tests.fault.line import Line, get, request
from tests.support.servers import ServedProcess
from tests.support.waiting import until

SLOW_EACH = 60
READERS_EACH = 20
"""Fewer, for the kernel keeps megabytes for each of them."""

SLOW_FROM = "127.0.0.2"
CLOSED_SECONDS_MAX = 30
"""A figure that was promised, and far more than it takes."""

SERVED_SECONDS_MAX = 0.25
"""The same, for nineteen of twenty requests beside them: one may fall into a moment in which the machine is away."""

READ = "{ __typename }"
LONG = get("/explorer/explorer.js") * 4
"""Asks for 5.5 MB, which is more than the kernel takes for somebody who does not read."""

PATIENCE = 10.0
RESTS = 30.0


# In a process of its own


async def silent(line: Line) -> None:
    """Says nothing at all."""


async def dribbles_head(line: Line) -> None:
    line.send(b"POST /graphql HTTP/1.1\r\nhost: h\r\n")
    while True:
        line.send(b"x-more: 1\r\n")
        await asyncio.sleep(0.3)


async def dribbles_body(line: Line) -> None:
    head = b"POST /graphql HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n"
    line.send(head)
    while True:
        line.send(b" ")
        await asyncio.sleep(0.3)


async def asks_twice(line: Line) -> None:
    """Is served once, and then begins a request that it never ends."""
    assert (await line.ask(READ)).status == 200
    line.send(b"POST /graphql HTTP/1.1\r\n")


async def reads_nothing(line: Line) -> None:
    """Asks for much and takes none of it."""
    line.send(LONG)
    await until_cut_off(line)


async def reads_drops(line: Line) -> None:
    line.send(LONG)
    await until_cut_off(line, 64)


async def until_cut_off(line: Line, reading: int = 0) -> None:
    """What is on its way comes for a long time yet, but whoever writes hears of the end."""
    while True:
        if line.writer.transport.is_closing():
            return
        if reading:
            await line.reader.read(reading)
        await asyncio.sleep(0.3)
        # Empty lines between requests mean nothing.
        line.send(b"\r\n")


async def dribbles_for_events(line: Line) -> None:
    """Wants server-sent events, and never says all of which."""
    line.send(
        b"POST /graphql HTTP/1.1\r\nhost: h\r\naccept: text/event-stream\r\n"
        b"content-type: application/json\r\ncontent-length: 100000\r\n\r\n{"
    )
    while True:
        line.send(b" ")
        await asyncio.sleep(0.3)


async def opens_a_socket(line: Line) -> None:
    """A WebSocket over which nothing is said, or never enough."""
    line.send(
        b"GET /graphql HTTP/1.1\r\nhost: h\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    )
    await asyncio.sleep(0.5)
    # A frame of 126 bytes that come one by one.
    line.send(b"\x81\xfe\x00\x7e\x00\x00\x00\x00{")
    while True:
        line.send(b" ")
        await asyncio.sleep(0.3)


KINDS: list[Callable[[Line], Awaitable[None]]] = [
    silent,
    dribbles_head,
    dribbles_body,
    asks_twice,
    reads_drops,
    reads_nothing,
    dribbles_for_events,
    opens_a_socket,
]
READERS = (reads_drops, reads_nothing)
"""They read for themselves, or not at all, and end when they are cut off."""


def each(kind: Callable[[Line], Awaitable[None]]) -> int:
    return READERS_EACH if kind in READERS else SLOW_EACH


async def narrow(port: int) -> Line:
    """A connection that has room for hardly anything on its way to the client."""
    there = socket.socket()
    there.setblocking(False)
    there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    there.bind((SLOW_FROM, 0))
    await asyncio.get_running_loop().sock_connect(there, ("127.0.0.1", port))
    return Line(*await asyncio.open_connection(sock=there, limit=256))


@pytest.fixture
async def server(place: Services, tmp_path: Path) -> AsyncIterator[ServedProcess]:
    server = ServedProcess(place, data_dir=tmp_path, client_seconds_max=1).launch()
    try:
        await server.ready()
        yield server
    finally:
        server.stop()


async def test_four_hundred_slow_clients_are_closed_while_others_are_served(server: ServedProcess) -> None:
    told: Counter[bytes] = Counter()
    closed = 0

    async def be_slow(kind: Callable[[Line], Awaitable[None]]) -> None:
        nonlocal closed
        line = await (narrow(server.port) if kind in READERS else Line.open(server.port, SLOW_FROM))
        slowly = asyncio.create_task(kind(line))
        if kind is asks_twice:
            await slowly
        if kind in READERS:
            with suppress(OSError):
                await slowly
        else:
            told[(await line.ended(CLOSED_SECONDS_MAX))[:12]] += 1
        lasted[kind.__name__] = max(lasted.get(kind.__name__, 0), perf_counter() - began)
        closed += 1
        slowly.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await slowly

    async def ask_alone() -> None:
        for _ in range(60):
            asked = perf_counter()
            assert (await good.ask(READ)).status == 200
            usual.append(perf_counter() - asked)

    waits: list[float] = []
    usual: list[float] = []
    lasted: dict[str, float] = {}
    good = await Line.open(server.port)
    await ask_alone()
    began = perf_counter()
    slow = [asyncio.create_task(be_slow(kind)) for kind in KINDS for _ in range(each(kind))]
    async with asyncio.timeout(CLOSED_SECONDS_MAX):
        while closed < len(slow):
            asked = perf_counter()
            assert (await good.ask(READ)).status == 200
            waits.append(perf_counter() - asked)
            await asyncio.sleep(0.02)
    await asyncio.gather(*slow)
    await ask_alone()

    *_, most = quantiles(waits, n=20)
    *_, most_alone = quantiles(usual, n=20)
    print(
        f"\n{len(slow)} slow clients; {len(waits)} requests beside them took {median(waits) * 1_000:.1f} ms, 19 of 20"
        f" at most {most * 1_000:.0f}, one {max(waits) * 1_000:.0f}; closed after"
        f" {', '.join(f'{seconds:.1f} s ({kind})' for kind, seconds in lasted.items())}"
    )
    assert len(slow) == 400
    assert len(waits) > 50
    # On a machine that has more to do, what is quick is told by how long the same takes without them.
    assert most <= max(SERVED_SECONDS_MAX, 25 * most_alone)
    assert set(told) <= {b"", b"HTTP/1.1 408", b"HTTP/1.1 101"}
    assert told[b"HTTP/1.1 408"] >= 3 * SLOW_EACH


# Without a process, and with a clock of our own


class Porch:
    """The protocol before an application that answers as it is told to."""

    def __init__(self, connections_max: int = 100, per_address_max: int = 100) -> None:
        self.doors = Doors(connections_max, per_address_max, PATIENCE, RESTS)
        self.bodies: list[bytes] = []
        self.answer = b"{}"
        config = uvicorn.Config(
            self.app,
            http=HouseProtocol,
            ws=HouseWebSocketProtocol,
            lifespan="off",
            log_config=None,
            interface="asgi3",
        )
        config.load()
        self.make = lambda: HouseProtocol(config, self.doors, {})

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.bodies.append(message["body"])
            more = message["more_body"]
        length = (b"content-length", str(len(self.answer)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        for at in range(0, len(self.answer), 65_536):
            end = at + 65_536
            await send({"type": "http.response.body", "body": self.answer[at:end], "more_body": end < len(self.answer)})

    async def sweep(self, now: float) -> None:
        self.doors.sweep(now)
        await asyncio.sleep(0.05)

    @property
    def inside(self) -> int:
        return len(self.doors.connections)


@pytest.fixture
async def porch() -> AsyncIterator[Callable[..., Awaitable[tuple[Porch, int]]]]:
    servers: list[asyncio.Server] = []

    async def build(**limits: int) -> tuple[Porch, int]:
        porch = Porch(**limits)
        servers.append(await asyncio.get_running_loop().create_server(porch.make, "127.0.0.1", 0))
        return porch, servers[-1].sockets[0].getsockname()[1]

    yield build
    for server in servers:
        server.close()


Build = Callable[..., Awaitable[tuple[Porch, int]]]


async def test_a_body_that_comes_at_a_fair_pace_may_take_its_time(porch: Build) -> None:
    here, port = await porch()
    line = await Line.open(port)
    size = 4_000_000
    line.send(f"PUT /media/a HTTP/1.1\r\nhost: h\r\ncontent-length: {size}\r\n\r\n".encode())
    for step in range(10):
        await here.sweep(step * PATIENCE)
        line.send(b"x" * (size // 10))
        await until(lambda step=step: sum(map(len, here.bodies)) == (step + 1) * size // 10)

    assert (await line.reply()).status == 200


async def test_a_body_that_hardly_comes_is_not_waited_for(porch: Build) -> None:
    here, port = await porch()
    line = await Line.open(port)
    line.send(b"PUT /media/a HTTP/1.1\r\nhost: h\r\ncontent-length: 1000\r\n\r\nx")
    await until(lambda: here.bodies)
    await here.sweep(0)
    line.send(b"x")
    await until(lambda: len(here.bodies) == 2)
    await here.sweep(PATIENCE * 2)

    assert (await line.ended()).startswith(b"HTTP/1.1 408 ")
    await until(lambda: here.inside == 0)


async def test_one_who_does_not_read_is_cut_off_and_one_who_reads_slowly_is_not(porch: Build) -> None:
    here, port = await porch()
    here.answer = b"x" * 20_000_000
    deaf, slow = [await Line.open(port, limit=65_536) for _ in range(2)]
    for line in (deaf, slow):
        line.writer.transport.pause_reading()
        line.send(get("/"))
    await until(lambda: all(one.flow.write_paused for one in here.doors.connections) and here.inside == 2)
    slow.writer.transport.resume_reading()
    for step in range(4):
        await here.sweep(step * PATIENCE)
        await slow.reader.read(2_000_000)
        await asyncio.sleep(0.05)

    assert here.inside == 1
    assert {one.client for one in here.doors.connections} == {slow.writer.get_extra_info("sockname")}
    deaf.close()
    slow.close()


async def test_a_head_that_never_ends_is_refused(porch: Build) -> None:
    _, port = await porch()
    line = await Line.open(port)
    line.send(b"GET / HTTP/1.1\r\nx: ")
    for _ in range(HEAD_BYTES_MAX // 16_384 + 1):
        line.send(b"x" * 16_384)

    assert (await line.ended()).startswith(b"HTTP/1.1 431 ")


UPGRADE = (
    "GET /graphql HTTP/1.1\r\nhost: h\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
PLAIN = "GET / HTTP/1.1\r\nhost: h\r\n"
MANY = "".join(f"x-{number}: {'x' * 100}\r\n" for number in range(600))
"""Some 64 KiB."""


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        (PLAIN + MANY, 431, "HEAD_TOO_LARGE"),
        (PLAIN + f"x: {'x' * HEADERS_BYTES_MAX}\r\n", 431, "HEAD_TOO_LARGE"),
        (UPGRADE + MANY, 431, "HEAD_TOO_LARGE"),
        (UPGRADE + f"x: {'x' * 10_000}\r\n", 431, "HEAD_TOO_LARGE"),
        (UPGRADE + "x: y\r\n" * 200, 431, "HEAD_TOO_LARGE"),
        (UPGRADE + "content-length: 2\r\n", 400, "BAD_REQUEST"),
        (f"GET /{'x' * URL_BYTES_MAX} HTTP/1.1\r\nhost: h\r\n", 414, "ADDRESS_TOO_LONG"),
        ("what is this?\r\n", 400, "BAD_REQUEST"),
    ],
    ids=["many", "one", "upgrade, many", "upgrade, one", "upgrade, short", "upgrade, body", "address", "no HTTP"],
)
async def test_a_head_that_is_too_large_or_none_is_told_so_and_goes_no_further(
    porch: Build, head: str, status: int, code: str
) -> None:
    here, port = await porch()
    line = await Line.open(port)
    line.send(head.encode() + b"\r\n")

    told = await line.reply()
    assert (told.status, told.json["errors"][0]["extensions"]["code"]) == (status, code)
    assert told.last
    assert await line.ended() == b""
    assert here.bodies == []
    await until(lambda: here.inside == 0)


async def test_a_head_within_its_bounds_is_answered(porch: Build) -> None:
    _, port = await porch()
    line = await Line.open(port)
    for _ in range(3):
        line.send(f"{PLAIN}x: {'x' * (HEADERS_BYTES_MAX - 20)}\r\n\r\n".encode())

        assert (await line.reply()).status == 200


async def test_what_never_ends_behind_a_body_is_not_kept(porch: Build) -> None:
    here, port = await porch()
    line = await Line.open(port)
    line.send(b"PUT /media/a HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nx: ")
    await until(lambda: here.bodies)
    [connection] = here.doors.connections
    for _ in range(HEAD_BYTES_MAX // 16_384 + 1):
        line.send(b"x" * 16_384)

    assert (await line.ended()).startswith(b"HTTP/1.1 431 ")
    assert isinstance(connection, HouseProtocol)
    assert connection.received < 2 * HEAD_BYTES_MAX


async def test_of_more_requests_at_once_than_may_wait_the_first_ones_are_answered(porch: Build) -> None:
    here, port = await porch()
    line = await Line.open(port)
    line.send(get("/") * 10_000)

    replies = [await line.reply()]
    while not replies[-1].last:
        replies.append(await line.reply())

    assert {reply.status for reply in replies} == {200}
    assert len(replies) == len(here.bodies) == 1 + PIPELINED_MAX
    assert await line.ended() == b""


async def test_one_who_works_is_not_taken_for_slow_and_one_who_rests_is_closed_in_the_end(porch: Build) -> None:
    here, port = await porch()
    line = await Line.open(port)
    for step in range(5):
        await here.sweep(step * 100)
        line.send(request(READ))
        assert (await line.reply()).status == 200
    await here.sweep(500)
    await here.sweep(500 + RESTS - 1)
    rested = here.inside
    await here.sweep(500 + RESTS + 1)

    assert rested == 1
    assert await line.ended() == b""
    assert here.inside == 0


async def test_whoever_comes_when_all_places_are_taken_is_told_when_to_come_again(porch: Build) -> None:
    here, port = await porch(connections_max=3)
    inside = [await Line.open(port) for _ in range(3)]
    late = await Line.open(port)
    refused = await late.ended()
    inside[0].close()
    await until(lambda: here.inside == 2)
    again = await Line.open(port)
    again.send(get("/"))

    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 2" in refused
    assert (await again.reply()).status == 200


async def test_one_address_does_not_take_the_places_of_others(porch: Build) -> None:
    here, port = await porch(per_address_max=2)
    inside = [await Line.open(port, SLOW_FROM) for _ in range(2)]
    greedy = await Line.open(port, SLOW_FROM)
    other = await Line.open(port)
    other.send(get("/"))

    assert (await greedy.ended()).startswith(b"HTTP/1.1 503 ")
    assert (await other.reply()).status == 200
    assert here.doors.addresses[SLOW_FROM] == len(inside)
