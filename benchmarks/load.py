"""Load over HTTP: keep-alive connections on plain sockets, requests that are made before.

A client that is slow makes servers look alike, so this one spends as little as Python can: one `send` and, as a rule,
one `recv` for a request, and of an answer it reads the status and the Content-Length.
"""

import select
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter_ns
from urllib.parse import urlsplit
from uuid import uuid4

import orjson

KEY = b"{a key of its own for every time}"
RECEIVE_BYTES = 1 << 18
TIMEOUT_SECONDS = 15


class LoadFailed(RuntimeError):
    """An answer was not what it has to be, so nothing that was measured counts."""


@dataclass(frozen=True, slots=True)
class Load:
    """Requests that take turns; each connection starts at another one. Answers hold `expected` and are status 200."""

    url: str
    requests: Sequence[bytes]
    connections: int = 1
    expected: bytes = b""


@dataclass(frozen=True, slots=True)
class Measured:
    """How much was answered, and how fast."""

    requests: int
    seconds: float
    p50_us: float
    p99_us: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def get(url: str) -> bytes:
    """A GET as bytes."""
    parts = urlsplit(url)
    return f"GET {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\n\r\n".encode()


def post(url: str, document: str, variables: dict[str, object], **headers: str) -> bytes:
    """A GraphQL request as bytes; KEY in it becomes another key each time it is sent."""
    parts = urlsplit(url)
    body = orjson.dumps({"query": document, "variables": variables})
    lines = [f"POST {parts.path} HTTP/1.1", f"host: {parts.netloc}", "content-type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


def run(load: Load, seconds: float) -> Measured:
    with ExitStack() as open_:
        sessions = [Session(load, number) for number in range(load.connections)]
        for session in sessions:
            open_.enter_context(session.socket)
        began = perf_counter_ns()
        until = began + int(seconds * 1e9)
        if len(sessions) == 1:
            one_by_one(sessions[0], until)
        else:
            together(sessions, until)
        took = perf_counter_ns() - began
    return measured([lasted for session in sessions for lasted in session.lasted], took)


def measured(lasted_ns: Sequence[int], took_ns: int) -> Measured:
    if len(lasted_ns) < 2:
        raise LoadFailed("nothing was answered in time")
    percentiles = quantiles(lasted_ns, n=100, method="inclusive")
    return Measured(len(lasted_ns), took_ns / 1e9, percentiles[49] / 1e3, percentiles[98] / 1e3)


def one_by_one(session: "Session", until: int) -> None:
    """One connection needs nobody to say which one has something to read."""
    while session.sent_at < until:
        session.send()
        while not session.receive():
            pass


def together(sessions: Sequence["Session"], until: int) -> None:
    poll = select.poll()
    by_file = {session.socket.fileno(): session for session in sessions}
    for file in by_file:
        poll.register(file, select.POLLIN)
    for session in sessions:
        session.send()
    waiting = len(sessions)
    while waiting:
        events = poll.poll(TIMEOUT_SECONDS * 1000)
        if not events:
            raise LoadFailed(f"no answer in {TIMEOUT_SECONDS} s")
        for file, _ in events:
            session = by_file[file]
            if session.receive():
                if perf_counter_ns() < until:
                    session.send()
                else:
                    waiting -= 1


@dataclass
class Session:
    """One connection, with one request under way at most."""

    load: Load
    number: int
    lasted: list[int] = field(default_factory=list)
    sent_at: int = 0

    def __post_init__(self) -> None:
        parts = urlsplit(self.load.url)
        assert parts.hostname is not None
        self.socket = socket.create_connection((parts.hostname, parts.port or 80), TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = [request.split(KEY) for request in self.load.requests]
        self.next = self.number
        self.keys = f"{uuid4().hex[:16]}-"
        self.missing = 0
        self.body = b""

    def send(self) -> None:
        parts = self.requests[self.next % len(self.requests)]
        self.next += self.load.connections
        request = parts[0] if len(parts) == 1 else f"{self.keys}{self.next}".encode().join(parts)
        self.sent_at = perf_counter_ns()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what there is; whether the answer is complete by now."""
        chunk = self.socket.recv(RECEIVE_BYTES)
        if not chunk:
            raise LoadFailed("the server closed the connection")
        if not self.body:
            self.missing = length(chunk)
        self.body = self.body + chunk if self.body else chunk
        if len(self.body) < self.missing:
            return False
        self.lasted.append(perf_counter_ns() - self.sent_at)
        if self.load.expected not in self.body:
            raise LoadFailed(f"an answer is not what was expected: {self.body[-500:].decode(errors='replace')}")
        self.body = b""
        return True


def length(start: bytes) -> int:
    """How long the answer that begins like this is, head and body; the head comes in one piece on loopback."""
    end = start.find(b"\r\n\r\n")
    at = start.find(b"content-length: ", 0, end) + 16
    if start[9:12] != b"200" or end < 0 or at < 16:
        raise LoadFailed(f"an answer is not what was expected: {start[:500].decode(errors='replace')}")
    return end + 4 + int(start[at : start.index(b"\r", at)])
