"""One request and its answer: uvicorn's way, but that the usual answer goes out in one write instead of two.

What begins an answer of a length that it says is held back until its body comes. Then both are written together, if all
of it is there and nothing about it is unusual; anything else is left to uvicorn. An answer that says no length may have
nothing to say for long, and its head goes out at once.
"""

from functools import lru_cache
from typing import Any

from uvicorn.protocols.http.httptools_impl import HEADER_RE, STATUS_LINE, RequestResponseCycle

LENGTH = b"content-length"
UNUSUAL = (b"connection", b"transfer-encoding")
VALUE_BYTES = bytes((*b"\t", *range(0x20, 0x7F), *range(0x80, 0x100)))
"""What may be in the value of a header, as uvicorn sees it."""


class HouseCycle(RequestResponseCycle):
    """One request and its answer."""

    start: Any = None
    """What began the answer and is held back."""

    async def send(self, message: Any) -> None:
        start = self.start
        if start is not None:
            self.start = None
            if self.send_whole(start, message):
                return
            await super().send(start)
        elif not self.response_started and has_length(message):
            self.start = message
            return
        await super().send(message)

    async def receive(self) -> Any:
        if (
            self.more_body
            or self.waiting_for_100_continue
            or self.disconnected
            or self.response_complete
            or not self.message_event.is_set()
        ):
            return await super().receive()
        # As uvicorn does it, for what is there already.
        self.flow.resume_reading()
        self.message_event.clear()
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send_500_response(self) -> None:
        # Of what was held back nobody has seen anything.
        self.start = None
        await super().send_500_response()

    def send_whole(self, start: Any, message: Any) -> bool:
        """Write the answer if these two are all of it and it is a usual one."""
        if message["type"] != "http.response.body" or message.get("more_body", False):
            return False
        body = message.get("body", b"")
        head = None if self.is_unusual() else head_of(start["status"], self.default_headers, start["headers"], body)
        if head is None:
            return False
        self.response_started = True
        self.waiting_for_100_continue = self.chunked_encoding = False
        # Without making one of the two, which for a large body is dearer than another write.
        self.transport.writelines((head, body))
        self.response_complete = True
        self.message_event.set()
        self.on_response()
        return True

    def is_unusual(self) -> bool:
        return (
            self.disconnected
            or self.flow.write_paused
            or self.access_log
            or not self.keep_alive
            or self.scope["method"] == "HEAD"
        )


def has_length(message: Any) -> bool:
    headers = message.get("headers")
    # Any other iterable may be one that is read once.
    return isinstance(headers, list) and LENGTH in [name for name, _ in headers]


def head_of(status: int, ours: Any, headers: Any, body: bytes) -> bytes | None:
    """The head of an answer with this body; None where uvicorn should look at it."""
    names, values = zip(*ours, *headers, strict=True)
    form = form_of(names)
    if form is None or values[names.index(LENGTH)] != b"%d" % len(body):
        return None
    if b"".join(values).translate(None, VALUE_BYTES):
        return None
    return STATUS_LINE[status] + form % values


@lru_cache(maxsize=256)
def form_of(names: tuple[bytes, ...]) -> bytes | None:
    """Headers of these names, with a place for each value; None if they say more of how it is sent than its length."""
    if names.count(LENGTH) == 1 and all(map(is_usual, names)):
        return b"".join(b"%b: %%b\r\n" % name for name in names) + b"\r\n"
    return None


def is_usual(name: bytes) -> bool:
    return name == name.lower() and name not in UNUSUAL and b"%" not in name and not HEADER_RE.search(name)
