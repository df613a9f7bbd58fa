"""The same over a WebSocket, where a client may send a great deal and read nothing.

`messages.jsonl` has one a line: `closed` is the code with which the connection ends, `code` that of the error with
which the operation does. One that is `fresh` is the first on its connection; what comes some `times` is sent at once
where it is answered by a pong, else each as soon as the one before is answered.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame

from app.websocket_protocol import BUFFER_BYTES_MAX, PART_BYTES, PINGS_PER_SECOND_MAX, HouseWebSocketProtocol
from tests.hostile.case import spelled
from tests.hostile.conftest import Target
from tests.hostile.process import MIB
from tests.hostile.test_hostile import GROWTH_MAX, LOOP_MAX, WHOLE_MAX
from tests.support.waiting import PATIENCE_SECONDS, until
from tests.support.watching import Watcher, watching

CONTINUED, TEXT, PING, PONG = 0, 1, 9, 10
MESSAGES = [json.loads(line) for line in Path(__file__).with_name("messages.jsonl").read_text().splitlines()]
SENT = 12 * MIB
KEPT_MAX = 4 * MIB
"""Of what is sent and never read; the system takes some on both sides, which is not the process's."""

PINGS_AT_ONCE = 500


@pytest.mark.parametrize("told", MESSAGES, ids=[told["name"] for told in MESSAGES])
async def test_a_message_ends_its_operation_or_its_connection_and_takes_little(
    target: Target, told: dict[str, Any]
) -> None:
    text, times = spelled(told["message"]), told.get("times", 1)
    await target.ask_honestly()
    async with watching(str(target.client.base_url), init="fresh" not in told) as stranger:
        held, before = target.process.forget_peak(), target.process.used()

        answers = []
        if "closed" in told:
            await stranger.socket.send(text)
            assert await stranger.code() == told["closed"]
        elif "pong" in told:
            await asyncio.gather(*(stranger.socket.send(text) for _ in range(times)))
            answers = [await stranger.receive() for _ in range(times)]
        else:
            for _ in range(times):
                await stranger.socket.send(text)
                answers.append(await stranger.receive())

        used, grown = target.process.used() - before, target.process.peak() - held
        for answer in answers:
            assert answer["type"] == ("pong" if "pong" in told else "error")
            assert {one["extensions"]["code"] for one in answer.get("payload", [])} == {told.get("code")} - {None}
        assert used.loop <= LOOP_MAX * target.usual
        assert used.whole <= WHOLE_MAX * target.usual
        assert grown <= GROWTH_MAX


def frame(opcode: int, data: bytes = b"", *, last: bool = True) -> bytes:
    """As a client sends it, with a mask that changes nothing."""
    assert len(data) < 126
    return bytes([0x80 * last | opcode, 0x80 | len(data), 0, 0, 0, 0]) + data


def pings() -> Iterator[bytes]:
    """More than a client may send, in a while that a client may take."""
    chunk = frame(PING, b"x" * 125) * PINGS_AT_ONCE
    for _ in range(SENT // len(chunk)):
        yield chunk


def pongs() -> Iterator[bytes]:
    """Answers to what was never asked, with nothing in them."""
    for _ in range(24):
        yield frame(PONG) * 43_000


def fragments() -> Iterator[bytes]:
    """A message that never ends, of pieces with nothing in them."""
    yield frame(TEXT, b"{", last=False)
    for _ in range(24):
        yield frame(CONTINUED, last=False) * 40_000


def stop_reading(client: ClientConnection) -> asyncio.Transport:
    """From now on the client's system takes hardly anything for it."""
    client.transport.pause_reading()
    client.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return client.transport


async def poured(watcher: Watcher, chunks: Iterator[bytes]) -> None:
    """Send all of it and read nothing."""
    transport = stop_reading(watcher.socket)
    for chunk in chunks:
        if transport.is_closing():
            return
        transport.write(chunk)
        await until(lambda: transport.is_closing() or not transport.get_write_buffer_size())


@pytest.mark.parametrize("flood", [pings, pongs, fragments])
async def test_a_flood_is_not_kept_and_ends_with_its_connection(
    target: Target, flood: Callable[[], Iterator[bytes]]
) -> None:
    await target.ask_honestly()
    async with watching(str(target.client.base_url)) as stranger:
        held, before = target.process.forget_peak(), target.process.used()

        await poured(stranger, flood())

        used, grown = target.process.used() - before, target.process.peak() - held
        assert grown <= KEPT_MAX
        assert used.loop <= LOOP_MAX * target.usual
        stranger.socket.transport.resume_reading()
        # What was sent and not read by then may cut off the code.
        async with asyncio.timeout(PATIENCE_SECONDS):
            await stranger.socket.wait_closed()


# Without a process


@pytest.fixture
async def deaf() -> AsyncIterator[tuple[ClientConnection, HouseWebSocketProtocol]]:
    """A client that reads nothing, and the other end of its connection, where the system takes hardly anything."""
    config = Config(quiet, ws=HouseWebSocketProtocol, lifespan="off", log_config=None, interface="asgi3")
    config.load()
    state = ServerState()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    make = partial(HouseWebSocketProtocol, config, state, {})
    server = await asyncio.get_running_loop().create_server(make, sock=listener)
    async with connect(f"ws://127.0.0.1:{listener.getsockname()[1]}", ping_interval=None) as client:
        stop_reading(client)
        [protocol] = state.connections
        assert isinstance(protocol, HouseWebSocketProtocol)
        yield client, protocol
        client.transport.abort()
    server.close()


HEARD: list[str] = []
"""Messages that came to the application."""


async def quiet(scope: Any, receive: Any, send: Any) -> None:
    HEARD.clear()
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] != "websocket.disconnect":
        HEARD.append(message["text"])


async def test_pongs_that_nobody_reads_do_not_wait_for_it(
    deaf: tuple[ClientConnection, HouseWebSocketProtocol],
) -> None:
    client, protocol = deaf
    for _ in range(2):
        for _ in range(20):
            client.transport.write(frame(PING, b"x" * 125) * (PINGS_PER_SECOND_MAX // 25))
            await asyncio.sleep(0.01)
        await until(lambda: protocol.pings_until < asyncio.get_running_loop().time())

    assert not protocol.close_sent
    assert 0 < protocol.transport.get_write_buffer_size() <= BUFFER_BYTES_MAX


async def test_the_last_ping_is_answered_however_many_came_with_it(
    deaf: tuple[ClientConnection, HouseWebSocketProtocol],
) -> None:
    client, _ = deaf
    client.transport.resume_reading()
    client.transport.write(frame(PING, b"x" * 125) * (PINGS_PER_SECOND_MAX // 2))
    last = await client.ping("the very last one")

    async with asyncio.timeout(10):
        await last


class Turns:
    """How many frames were looked at in each turn of the loop."""

    def __init__(self, protocol: HouseWebSocketProtocol, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames = 0
        self.most = 0
        looked_at = protocol.conn.recv_frame

        def counted(one: Frame) -> None:
            self.frames += 1
            looked_at(one)

        monkeypatch.setattr(protocol.conn, "recv_frame", counted)

    async def until(self, over: Callable[[], object]) -> None:
        """Let turns pass until it is over."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not over():
                before = self.frames
                await asyncio.sleep(0)
                self.most = max(self.most, self.frames - before)


@pytest.mark.parametrize("opcode", [CONTINUED, PONG, PING])
async def test_frames_that_come_all_at_once_are_looked_at_in_many_turns_until_there_are_too_many(
    deaf: tuple[ClientConnection, HouseWebSocketProtocol], monkeypatch: pytest.MonkeyPatch, opcode: int
) -> None:
    _, protocol = deaf
    turns = Turns(protocol, monkeypatch)

    protocol.data_received(
        (frame(TEXT, last=False) if opcode == CONTINUED else b"") + frame(opcode, last=opcode > 0) * 43_000
    )
    await turns.until(protocol.transport.is_closing)

    at_most = PART_BYTES // len(frame(PONG)) + 1
    assert 0 < turns.most <= at_most
    assert turns.frames <= 1_024 + at_most
    assert protocol.close_sent


async def test_messages_that_come_all_at_once_are_heard_in_their_order_and_few_wait(
    deaf: tuple[ClientConnection, HouseWebSocketProtocol], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, protocol = deaf
    turns, count, waited = Turns(protocol, monkeypatch), 20_000, 0

    def over() -> bool:
        nonlocal waited
        waited = max(waited, protocol.queue.qsize())
        return len(HEARD) == count

    protocol.data_received(b"".join(frame(TEXT, str(number).encode()) for number in range(count)))
    await turns.until(over)

    assert [int(text) for text in HEARD] == list(range(count))
    assert max(turns.most, waited) <= PART_BYTES // 7 + 1
    assert not protocol.close_sent
