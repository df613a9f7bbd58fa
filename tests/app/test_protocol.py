"""The usual answer takes one write; whatever is asked and answered, a client sees what uvicorn itself would send."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.protocol import LAST_ANSWER, Doors, HouseProtocol

PROXY = "10.1.2.3"
STRANGER = "192.0.2.7"

BODY = b'{"data":null}'
TEXT = (b"content-type", b"text/plain")
DATE = (b"date", b"Tue, 01 Dec 2026 08:00:00 GMT")


class Wire(asyncio.Transport):
    """The side of a connection that is written to."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 443), "sockname": ("192.0.2.1", 80)})
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        if data and not self.closed:
            self.writes.append(bytes(data))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0


class Line:
    """A connection that an application answers on."""

    def __init__(self, kind: type[HttpToolsProtocol], app: Any, address: str = STRANGER) -> None:
        config = Config(app, lifespan="off", log_config=None, access_log=False, forwarded_allow_ips=[PROXY])
        config.load()
        self.doors = Doors(10, 10, 10, 10)
        self.doors.default_headers = [DATE]
        self.wire = Wire(address)
        self.protocol = kind(config, self.doors, {})
        self.protocol.connection_made(self.wire)

    async def told(self, *chunks: bytes) -> "Line":
        """What is sent is answered by now, as far as it can be."""
        for chunk in chunks:
            self.protocol.data_received(chunk)
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        return self

    @property
    def seen(self) -> tuple[bytes, bool]:
        """What the client sees: all bytes, and whether the connection ended."""
        return b"".join(self.wire.writes), self.wire.closed


def start(*headers: tuple[bytes, bytes], status: int = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(of: bytes = BODY, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": of, "more_body": more}


def length(of: int = len(BODY)) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % of


def sending(*messages: dict[str, Any]) -> Any:
    """An application that reads what is sent and then answers with these."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        for message in messages:
            await send(message)

    return app


async def telling(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers with what it was told of the request."""
    names = "method", "path", "raw_path", "query_string", "http_version", "headers", "client", "scheme", "type"
    asked = repr([scope[name] for name in names] + [(await receive())["body"]]).encode()
    await send(start(TEXT, length(len(asked))))
    await send(body(asked))


async def failing(scope: Any, receive: Any, send: Any) -> None:
    await send(start(TEXT, length()))
    raise RuntimeError("before the body")


GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
HEAD = b"HEAD / HTTP/1.1\r\nhost: a\r\n\r\n"
POST = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
WHOLE = start(TEXT, length()), body()

ANSWERS = {
    "usual": WHOLE,
    "empty": (start(length(0)), body(b"")),
    "without a word of its body": (start(length(0)), {"type": "http.response.body"}),
    "large": (start(length(1_000_000)), body(b"x" * 1_000_000)),
    "in parts": (start(length(2)), body(b"a", more=True), body(b"b")),
    "in parts, the last one empty": (start(length(1)), body(b"a", more=True), body(b"")),
    "of no length": (start(TEXT), body()),
    "of no length, in parts": (start(TEXT), body(b"a", more=True), body(b"", more=True), body(b"b")),
    "in chunks, and of a length": (start(length(), (b"transfer-encoding", b"chunked")), body()),
    "of no content": (start(status=204), body(b"")),
    "of no content, with its length": (start(length(0), status=204), body(b"")),
    "not modified": (start(length(), status=304), body(b"")),
    "of a status nobody knows": (start(length(), status=599), body()),
    "the last one": (start(length(), (b"connection", b"close")), body()),
    "the last one, in capitals": (start(length(), (b"Connection", b"Close")), body()),
    "with names in capitals": (start((b"Content-Length", b"13"), (b"X-Name", b"One")), body()),
    "too long": (start(length(3)), body()),
    "too short": (start(length(99)), body()),
    "of two lengths": (start(length(99), length()), body()),
    "of a length that is none": (start((b"content-length", b"many")), body()),
    "with a line break in a value": (start(length(), (b"x-name", b"a\r\nb: c")), body()),
    "with a colon in a name": (start(length(), (b"x:name", b"a")), body()),
    "with headers in a tuple": ({**WHOLE[0], "headers": (TEXT, length())}, body()),
    "with a percentage in a name and a value": (start(length(), (b"x-50%b", b"50%b")), body()),
    "with bytes above ASCII": (start(length(), (b"x-name", "\tä".encode())), body()),
    "begun twice": (start(length()), start(length()), body()),
    "sent twice": (*WHOLE, *WHOLE),
    "without a head": (body(),),
    "never": (),
}


@pytest.mark.parametrize("request_", [GET, HEAD, POST], ids=["GET", "HEAD", "POST"])
@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_is_what_uvicorn_makes_of_it(name: str, request_: bytes) -> None:
    app = sending(*ANSWERS[name])
    ours, theirs = [await Line(kind, app).told(request_, request_) for kind in (HouseProtocol, HttpToolsProtocol)]

    assert ours.seen == theirs.seen


REQUESTS = {
    "twice at once": (GET + POST,),
    "byte by byte": tuple(POST[at : at + 1] for at in range(len(POST))),
    "of the older version": (b"GET / HTTP/1.0\r\n\r\n",),
    "of the older version, to stay": (b"GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",),
    "the last one": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",),
    "whose body waits to be asked for": (
        b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\ncontent-length: 2\r\n\r\n",
        b"{}",
    ),
    "in chunks": (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",),
    "with an address": (b"GET /a%20b/%c3%a4?c=%20d&e HTTP/1.1\r\n\r\n",),
    "with a whole address": (b"GET http://a/b?c HTTP/1.1\r\n\r\n",),
    "with a long address": (b"GET /" + b"a" * 1_000 + b"?b HTTP/1.1\r\n\r\n",),
    "with an address that is none": (b"GET a HTTP/1.1\r\n\r\n",),
    "of another protocol": (b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",),
    "forwarded": (b"GET / HTTP/1.1\r\nX-Forwarded-For: 198.51.100.1, 10.1.2.3\r\nX-Forwarded-Proto: https\r\n\r\n",),
    "forwarded for nobody": (b"GET / HTTP/1.1\r\nx-forwarded-for:\r\n\r\n",),
    "forwarded by a scheme": (b"GET / HTTP/1.1\r\nx-forwarded-proto: https\r\n\r\n",),
    "forwarded, then not": (b"GET / HTTP/1.1\r\nx-forwarded-for: 198.51.100.1\r\n\r\n", GET),
}


@pytest.mark.parametrize("address", [STRANGER, PROXY])
@pytest.mark.parametrize("name", REQUESTS)
async def test_a_request_is_what_uvicorn_makes_of_it(name: str, address: str) -> None:
    lines = [Line(kind, telling, address) for kind in (HouseProtocol, HttpToolsProtocol)]
    ours, theirs = [await line.told(*REQUESTS[name]) for line in lines]

    if b"400 Bad Request" in theirs.seen[0]:
        # The house says that in its own words.
        assert ours.seen[0].startswith(b"HTTP/1.1 400 Bad Request")
        assert ours.seen[1]
    else:
        assert ours.seen == theirs.seen


async def test_only_a_proxy_is_believed_for_whom_it_forwards() -> None:
    asked = REQUESTS["forwarded"]
    by_proxy, by_stranger = [await Line(HouseProtocol, telling, who).told(*asked) for who in (PROXY, STRANGER)]

    assert b"('198.51.100.1', 0), 'https'" in by_proxy.seen[0]
    assert b"('192.0.2.7', 443), 'http'" in by_stranger.seen[0]


async def test_what_comes_behind_a_body_forwards_nothing() -> None:
    asked = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-forwarded-for: 198.51.100.1\r\n\r\n"
    line = await Line(HouseProtocol, telling, PROXY).told(asked)

    assert b"198.51.100.1" not in line.seen[0]


@pytest.mark.parametrize(
    ("name", "writes"), [("usual", 1), ("empty", 1), ("large", 1), ("in parts", 3), ("of no length", 2)]
)
async def test_the_usual_answer_takes_one_write(name: str, writes: int) -> None:
    line = await Line(HouseProtocol, sending(*ANSWERS[name])).told(GET)

    assert len(line.wire.writes) == writes


@pytest.mark.parametrize("pause", [0, 1])
async def test_the_head_of_an_answer_that_goes_on_does_not_wait(pause: int) -> None:
    """Not for its first event, and not longer than for a part that is empty, where a length was said."""
    messages = [(start(TEXT),), (start(length()), body(b"", more=True))][pause]
    ended = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)
        await ended.wait()
        await send(body())

    line = await Line(HouseProtocol, app).told(GET)
    assert line.seen[0].startswith(b"HTTP/1.1 200 OK\r\n")
    assert line.seen[0].endswith(b"\r\n\r\n")
    ended.set()
    await line.told()
    assert BODY in line.seen[0]


async def test_who_fails_between_head_and_body_is_answered_for() -> None:
    line = await Line(HouseProtocol, failing).told(GET)

    assert line.seen == (await Line(HouseProtocol, sending()).told(GET)).seen
    assert line.seen[0].startswith(b"HTTP/1.1 500 ")
    assert line.seen[1]


async def test_an_answer_waits_for_a_client_that_does_not_read() -> None:
    line = Line(HouseProtocol, sending(*WHOLE))
    line.protocol.pause_writing()
    await line.told(GET)
    assert not line.wire.writes
    line.protocol.resume_writing()
    await line.told()
    assert line.seen[0].endswith(BODY)


async def test_who_hung_up_is_sent_nothing() -> None:
    answer = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer.wait()
        for message in WHOLE:
            await send(message)

    line = await Line(HouseProtocol, app).told(GET)
    line.protocol.connection_lost(None)
    answer.set()
    await line.told()

    assert not line.wire.writes


@pytest.mark.parametrize("asked_before", [False, True])
async def test_the_last_answer_of_a_process_says_so(asked_before: bool) -> None:
    answer = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer.wait()
        for message in WHOLE:
            await send(message)

    line = Line(HouseProtocol, app)
    if asked_before:
        await line.told(GET)
    line.doors.turn()
    answer.set()
    await line.told(*[] if asked_before else [GET])

    assert b": ".join(LAST_ANSWER) in line.seen[0]
    assert line.seen[1]
