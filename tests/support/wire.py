"""HTTP with next to no work of the client's own, for tests in which hundreds come at once and share two cores."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

import orjson


class Wire:
    """Connections that stay open, as many as are in use at once, to any number of servers."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._idle: dict[tuple[str, int], list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = defaultdict(list)

    async def post(self, url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """The status and the JSON of the answer."""
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        place = (parts.hostname, parts.port)
        sent = b"" if body is None else orjson.dumps(body)
        told = {"host": parts.netloc, "content-type": "application/json", "content-length": str(len(sent)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        async with asyncio.timeout(self._patience_seconds):
            reader, writer = self._idle[place].pop() if self._idle[place] else await asyncio.open_connection(*place)
            writer.write(f"POST {parts.path} HTTP/1.1\r\n{head}\r\n".encode() + sent)
            answered = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
            length = next(int(line[15:]) for line in answered if line.startswith("content-length:"))
            answer = await reader.readexactly(length)
        self._idle[place].append((reader, writer))
        return int(answered[0].split()[1]), orjson.loads(answer)

    async def close(self) -> None:
        for connections in self._idle.values():
            for _, writer in connections:
                writer.close()
        self._idle.clear()
