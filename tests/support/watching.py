"""Somebody who watches, over a real WebSocket and by the protocol graphql-transport-ws."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_SECONDS = 15.0
"""For anything that has to come; nothing is waited for that long but by a test that fails."""

QUIET_SECONDS = 0.3
"""So long nothing comes, when a test says that nothing does."""


class Watcher:
    """One connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.kept: list[dict[str, Any]] = []

    async def send(self, message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        """The next message, whatever it is."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return json.loads(await self.socket.recv())  # type: ignore[no-any-return]

    async def init(self, token: str | None = None) -> None:
        payload = {} if token is None else {"authorization": f"Bearer {token}"}
        await self.send({"type": "connection_init", "payload": payload})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, query: str, as_id: str = "1", **variables: Any) -> None:
        await self.send({"type": "subscribe", "id": as_id, "payload": {"query": query, "variables": variables}})

    async def of(self, id: str = "1") -> dict[str, Any]:
        """The next message of an operation; those of others wait."""
        for message in self.kept:
            if message.get("id") == id:
                self.kept.remove(message)
                return message
        while (message := await self.receive()).get("id") != id:
            self.kept.append(message)
        return message

    async def next(self, id: str = "1") -> dict[str, Any]:
        """The data of the next answer, which must be without errors."""
        message = await self.of(id)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]  # type: ignore[no-any-return]

    async def refused(self, id: str = "1") -> list[dict[str, Any]]:
        """The errors with which an operation ends, without the places in its document."""
        message = await self.of(id)
        assert message["type"] == "error", message
        return [{"message": one["message"], "code": one["extensions"]["code"]} for one in message["payload"]]

    async def quiet(self) -> None:
        """Nothing comes."""
        try:
            async with asyncio.timeout(QUIET_SECONDS):
                raise AssertionError(f"this came: {await self.socket.recv()!r}")
        except TimeoutError:
            pass

    async def code(self) -> int:
        """Wait until the server closes; with which code."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    await self.socket.recv()
        except ConnectionClosed as closed:
            assert closed.rcvd is not None, "the connection was cut"
            return closed.rcvd.code


@asynccontextmanager
async def watching(url: str, token: str | None = None, *, init: bool = True) -> AsyncIterator[Watcher]:
    """A connection to the API at this address, which is told who it is at once."""
    address = url.replace("http://", "ws://") + "/graphql"
    async with connect(address, subprotocols=["graphql-transport-ws"], compression=None) as socket:  # type: ignore[list-item]
        watcher = Watcher(socket)
        if init:
            await watcher.init(token)
        yield watcher
