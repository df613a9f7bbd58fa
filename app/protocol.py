"""HTTP as it is spoken here: uvicorn's protocol, with an end to its patience and a bound on connections.

Nothing is timed for a request. Once a second every connection is looked at: who is found in the same situation for too
long, waiting for a head, for a body or for the client to read, is closed.
"""

import asyncio
import contextlib
import resource
import select
import sys
from collections import Counter
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app.client import counted
from app.cycle import HouseCycle
from app.request import ADDRESS_BYTES_MAX

SWEEP_SECONDS = 1.0
BODY_PATIENCE = 1.5
BODY_BYTES_PER_SECOND = 16 * 1024
"""A body has this much more time than a head, and all the time that it needs when it comes at this pace."""

READ_PATIENCE = 2.0
"""In this much more time a client takes what is buffered for it: some 64 KiB, or a whole answer that is shorter."""

LEAVE_SECONDS_MAX = 5.0
HEADERS_BYTES_MAX = 16 * 1024
"""Of all headers of a request, and of what comes behind its body as if it were headers."""

URL_BYTES_MAX = ADDRESS_BYTES_MAX + 1024
"""Of an address, with its path."""

HEAD_BYTES_MAX = HEADERS_BYTES_MAX + URL_BYTES_MAX + 1024
PIPELINED_MAX = 32
"""Requests that wait for the answer to one before them; what comes after those is not read."""

FILES_KEPT = 256
"""File descriptors for everything but clients."""

LAST_ANSWER = (b"connection", b"close")
HEADER_BESIDE = len(b": \r\n")
FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto")
EXPECTS = (b"expect", b"100-continue")
URL_KEPT_BYTES_MAX = 64
"""Of an address whose parts are remembered: nearly every request has the same."""


def told(status: bytes, code: bytes, message: bytes, *more: bytes) -> bytes:
    """A whole answer in JSON, after which the connection is closed."""
    body = b'{"errors":[{"message":"%s","extensions":{"code":"%s"}}]}' % (message, code)
    length = b"content-length: %d" % len(body)
    head = (b"HTTP/1.1 " + status, b"content-type: application/json; charset=utf-8", length, b"connection: close")
    return b"\r\n".join((*head, *more, b"", body))


FULL = told(b"503 Service Unavailable", b"OVERLOADED", b"Too many connections: try again soon.", b"retry-after: 2")
TOO_SLOW = told(b"408 Request Timeout", b"TOO_SLOW", b"The request did not come in time.")
HEAD_TOO_LARGE = told(b"431 Request Header Fields Too Large", b"HEAD_TOO_LARGE", b"Send fewer or shorter headers.")
ADDRESS_TOO_LONG = told(b"414 URI Too Long", b"ADDRESS_TOO_LONG", b"Send what is so long by POST.")
NO_REQUEST = told(b"400 Bad Request", b"BAD_REQUEST", b"This is not HTTP.")


class Refused(Exception):
    """What came need not be read to its end."""


class Doors(ServerState):
    """All connections of this process, and how many there may be: in all, and from one address."""

    def __init__(
        self, connections_max: int, per_address_max: int, head_seconds_max: float, rest_seconds_max: float
    ) -> None:
        super().__init__()
        self.head_seconds_max = head_seconds_max
        self.rest_seconds_max = rest_seconds_max
        self.connections_max = min(connections_max, files_max() - FILES_KEPT)
        self.per_address_max = per_address_max
        self.addresses: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Count one more; whether there is room."""
        self.addresses[address] += 1
        return len(self.connections) <= self.connections_max and self.addresses[address] <= self.per_address_max

    def leave(self, address: str) -> None:
        self.addresses[address] -= 1
        if not self.addresses[address]:
            del self.addresses[address]

    def sweep(self, now: float) -> None:
        """Close whoever keeps us waiting too long."""
        for connection in list(self.connections):
            if isinstance(connection, HouseProtocol):
                connection.look(now)

    @property
    def awaits_somebody(self) -> bool:
        """Whether anybody was let in who has not said anything yet."""
        return any(isinstance(one, HouseProtocol) and not one.received for one in self.connections)

    def turn(self) -> None:
        """Have every answer from now on say that it is the last one of its connection."""
        self.default_headers = [*self.default_headers, LAST_ANSWER]
        for connection in list(self.connections):
            if isinstance(connection, HouseProtocol) and connection.cycle is not None:
                connection.cycle.keep_alive = False


class HouseProtocol(HttpToolsProtocol):
    """One connection."""

    server_state: Doors
    address: str | None = None
    straight: Any = None
    """The application without what asks for whom a request was forwarded."""

    task: "asyncio.Task[None] | None" = None
    """What answers the request."""

    received = 0
    unended = 0
    """Bytes since the last one of a head or of a body, of a request that has not ended."""

    header_bytes = 0
    heading = False
    """Whether a header belongs to a head, and not to what comes behind a body."""

    forwarded = False
    """Whether the request says for whom it was forwarded; only then uvicorn asks whether to believe it."""

    refused: bytes | None = None
    """Why nothing more is read, in a whole answer."""

    seen: tuple[str, object] | None = None
    seen_since = 0.0
    seen_received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        app: Any = self.app
        self.straight = app.app if isinstance(app, ProxyHeadersMiddleware) else app
        self.address = counted(self.client)
        if not self.server_state.enter(self.address):
            transport.write(FULL)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.leave_address()
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            app: Any = cycle.scope.get("app")
            if app is not None and self.task is not None:
                app.hung_up(cycle.scope, self.task)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        # Its own protocol counts it from here.
        self.leave_address()
        super().handle_websocket_upgrade()

    def leave_address(self) -> None:
        if self.address is not None:
            self.server_state.leave(self.address)
            self.address = None

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self.refused is not None:
            return
        self.unended += len(data)
        HttpToolsProtocol.data_received(self, data)
        cycle = self.cycle
        # A request whose head has come whole shares its scope with the cycle that answers it.
        if cycle is not None and cycle.scope is self.scope and not cycle.more_body:
            self.unended = 0
        elif self.unended > HEAD_BYTES_MAX and self.refused is None and not self.transport.is_closing():
            # The parser keeps what has no end yet.
            self.refuse(HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.header_bytes = 0
        self.heading, self.forwarded = True, False
        if len(self.pipeline) >= PIPELINED_MAX:
            self.stop(b"")

    def on_url(self, url: bytes) -> None:
        # As uvicorn does it, here and below.
        self.url += url
        if len(self.url) > URL_BYTES_MAX:
            self.stop(ADDRESS_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.header_bytes += len(name) + len(value) + HEADER_BESIDE
        if self.header_bytes > HEADERS_BYTES_MAX:
            self.stop(HEAD_TOO_LARGE)
        # What comes behind a body is for nobody.
        if self.heading:
            # As uvicorn does it.
            name = name.lower()
            if name in FORWARDED:
                self.forwarded = True
            elif name == EXPECTS[0] and value.lower() == EXPECTS[1]:
                self.expect_100_continue = True
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        # As uvicorn does it, but for its bounds on requests, with a cycle of ours, and past what there is no need of.
        self.heading = False
        parser, scope = self.parser, self.scope
        scope["method"] = parser.get_method().decode("ascii")
        version = parser.get_http_version()
        if version != "1.1":
            scope["http_version"] = version
        if parser.should_upgrade() and self._should_upgrade():
            return
        url = self.url
        parts = parsed(url) if len(url) > URL_KEPT_BYTES_MAX else parsed_before(url)
        scope["path"], scope["raw_path"], scope["query_string"] = parts
        app = self.app if self.forwarded else self.straight
        before = self.cycle
        self.cycle = cycle = HouseCycle(
            scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            self.access_log,
            self.server_state.default_headers,
            asyncio.Event(),
            self.expect_100_continue,
            version != "1.0" and parser.should_keep_alive(),
            self.on_response_complete,
        )
        if before is None or before.response_complete:
            self._start_asgi_task(cycle, app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))

    def on_body(self, body: bytes) -> None:
        self.unended = 0
        super().on_body(body)

    def stop(self, words: bytes) -> None:
        """Have the parser read no further; `send_400_response` comes of it."""
        self.refused = words
        raise Refused

    def send_400_response(self, msg: str) -> None:
        self.refuse(NO_REQUEST if self.refused is None else self.refused)

    def refuse(self, words: bytes) -> None:
        """Read nothing more, and say why; where answers are under way they are the last ones."""
        self.refused = words
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self.end(words)
        elif self.in_head():
            cycle.keep_alive = False
            self.flow.pause_reading()
        else:
            self.end(b"" if cycle.response_started or self.pipeline else words)

    def on_response_complete(self) -> None:
        # As uvicorn does it, but for a clock that it winds up after every answer: the sweep sees who rests.
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        # As uvicorn does it, but it forgets which task is whose.
        self.task = task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def shutdown(self) -> None:
        """End once what was asked for is answered; what is on its way in counts as asked for."""
        if not self.in_head() and not self.unread():
            super().shutdown()

    def in_head(self) -> bool:
        return self.scope is not None and (self.cycle is None or self.cycle.scope is not self.scope)

    def unread(self) -> bool:
        """Whether the kernel has something for us that was not looked at yet."""
        descriptor = self.transport.get_extra_info("socket").fileno()
        if descriptor < 0:
            return False
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        return bool(waiting.poll(0))

    def look(self, now: float) -> None:
        """Note in which situation the connection is; end it when that has lasted for too long."""
        found = self.situation()
        if found is None or found != self.seen:
            self.seen, self.seen_since, self.seen_received = found, now, self.received
            return
        patience = self.server_state.head_seconds_max
        waited = now - self.seen_since
        match found[0]:
            case "head" if waited > patience:
                self.end(TOO_SLOW if self.received else b"")
            case "body" if waited > patience * BODY_PATIENCE + self.came / BODY_BYTES_PER_SECOND:
                self.end(b"" if self.cycle.response_started else TOO_SLOW)
            case "read" if waited > patience * READ_PATIENCE:
                self.transport.abort()
            case "rest" if waited > self.server_state.rest_seconds_max:
                self.transport.close()
            case "leave" if waited > LEAVE_SECONDS_MAX:
                self.transport.abort()

    @property
    def came(self) -> int:
        """How many bytes came since the situation was seen first."""
        return self.received - self.seen_received

    def situation(self) -> tuple[str, object] | None:
        """What the client is waited for, with a mark that changes when it goes on; None when it is not waited for."""
        cycle = self.cycle
        if self.transport.is_closing():
            return "leave", None
        if self.transport.get_write_buffer_size():
            return "read", (cycle, 0 if cycle is None else cycle.expected_content_length)
        if cycle is None or (cycle.scope is not self.scope and cycle.response_complete):
            return "head", cycle
        if cycle.response_complete:
            return "rest", cycle
        return ("body", cycle) if cycle.more_body else None

    def end(self, words: bytes) -> None:
        if words:
            self.transport.write(words)
        self.transport.close()


def parsed(url: bytes) -> tuple[str, bytes, bytes]:
    """The path of an address, the same as it was sent, and what comes behind it."""
    parts = httptools.parse_url(url)
    path = parts.path.decode("ascii")
    return unquote(path) if "%" in path else path, parts.path, parts.query or b""


parsed_before = lru_cache(maxsize=1_024)(parsed)


def files_max() -> int:
    """How many files this process may have open, having asked for as many as it may ask for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft
