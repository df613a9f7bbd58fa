"""A bad network of our own: a TCP proxy on loopback that delays, cuts, stalls and forgets what goes through it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

CHUNK_BYTES = 65_536
Cuts = Callable[[bytes], bool]
Link = tuple[asyncio.StreamWriter, asyncio.StreamWriter]
"""The ends towards the client and towards the server."""


class Proxy:
    """Stands between one server, which may listen on a Unix socket, and whoever connects to `port`.

    Faults are attributes and may be changed while bytes flow; what is stalled waits and goes on later.
    """

    def __init__(self, target: str | tuple[str, int]) -> None:
        self.target = target
        self.port = 0
        self.delay_seconds = 0.0
        self.refuses = False
        self.swallow_when: Cuts | None = None
        """The answer to a client's message that this holds for never arrives: the connection is cut instead."""
        self.cut_before: Cuts | None = None
        """A client's message that this holds for does not reach the server any more."""
        self.swallowed = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._links: set[Link] = set()
        self._frozen: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.resume()
        for task in self._tasks:
            task.cancel()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def connections(self) -> int:
        return len(self._links)

    def stall(self) -> None:
        """Nothing goes through in either direction, and nobody is told: as if a cable had been pulled."""
        self._flowing.clear()

    def resume(self) -> None:
        self._flowing.set()

    def cut(self) -> None:
        """Reset every connection."""
        for link in list(self._links):
            for writer in link:
                writer.transport.abort()

    def freeze(self) -> int:
        """Connections of this moment stay dead for ever, and nobody is told; says how many. New ones are as usual."""
        self._frozen |= self._links
        return len(self._links)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._flowing.wait()
            if self.refuses:
                writer.transport.abort()
                return
            there, back = await self._connect()
            link = (writer, back)
            self._links.add(link)
            try:
                await self._carry_both(reader, there, link)
            finally:
                self._links.discard(link)
                for end in link:
                    end.transport.abort()

    async def _carry_both(
        self,
        reader: asyncio.StreamReader,
        there: asyncio.StreamReader,
        link: Link,
    ) -> None:
        doomed = asyncio.Event()
        ways = [
            asyncio.ensure_future(self._to_server(reader, link, doomed)),
            asyncio.ensure_future(self._to_client(there, link, doomed)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection(*self.target)

    async def _to_server(self, reader: asyncio.StreamReader, link: Link, doomed: asyncio.Event) -> None:
        writer = link[1]
        while data := await reader.read(CHUNK_BYTES):
            await self._hold_up(link)
            if self.cut_before is not None and self.cut_before(data):
                self.swallowed += 1
                return
            if self.swallow_when is not None and self.swallow_when(data):
                doomed.set()
            writer.write(data)
            await writer.drain()

    async def _to_client(self, reader: asyncio.StreamReader, link: Link, doomed: asyncio.Event) -> None:
        writer = link[0]
        while data := await reader.read(CHUNK_BYTES):
            await self._hold_up(link)
            if doomed.is_set():
                self.swallowed += 1
                return
            writer.write(data)
            await writer.drain()

    async def _hold_up(self, link: Link) -> None:
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        await self._flowing.wait()
        if link in self._frozen:
            await asyncio.Event().wait()


def postgres_target(url: str) -> str | tuple[str, int]:
    """Where the server of a PostgreSQL URL listens."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    if "host" in query:
        return f"{unquote(query['host'][0])}/.s.PGSQL.{query['port'][0]}"
    return parts.hostname or "127.0.0.1", parts.port or 5432


def through(url: str, port: int) -> str:
    """The same PostgreSQL URL by way of a port on loopback."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}", query="", fragment=""))


def valkey_target(url: str) -> str | tuple[str, int]:
    """Where the server of a Valkey URL listens."""
    parts = urlsplit(url)
    return unquote(parts.path) if parts.scheme == "unix" else (parts.hostname or "127.0.0.1", parts.port or 6379)
