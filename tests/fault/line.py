"""One connection to a server, byte by byte, for clients that behave badly or look closely."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any, Self

import orjson

from tests.support.waiting import PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def last(self) -> bool:
        """Whether the server said that it closes the connection now."""
        return self.headers.get("connection") == "close"


class Cut(Exception):
    """The connection ended before the whole answer was there."""


class Line:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int, address: str = "127.0.0.1", **options: Any) -> Self:
        """From one of the addresses of loopback, of which there are many."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0), **options))

    async def ask(self, query: str, variables: Any = None, token: str | None = None) -> Reply:
        """Send one operation and read its answer; Cut when there is none, or not all of it."""
        self.send(request(query, variables, token))
        return await self.reply()

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def reply(self) -> Reply:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._reply()
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Cut(repr(error)) from error

    async def _reply(self) -> Reply:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await self.reader.readexactly(int(headers["content-length"]))
        return Reply(int(first.split()[1]), headers, body)

    async def ended(self, seconds: float = PATIENCE_SECONDS) -> bytes:
        """Wait for the end of the connection; whatever came until then."""
        told = b""
        async with asyncio.timeout(seconds):
            with contextlib.suppress(ConnectionError):
                while more := await self.reader.read(65_536):
                    told += more
        return told

    def close(self) -> None:
        self.writer.transport.abort()


def request(query: str, variables: Any = None, token: str | None = None) -> bytes:
    body = orjson.dumps({"query": query, "variables": variables or {}})
    told = f"authorization: Bearer {token}\r\n" if token else ""
    head = f"POST /graphql HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n{told}content-length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: h\r\n\r\n".encode()
