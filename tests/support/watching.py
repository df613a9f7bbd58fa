"""Somebody who watches, over a real WebSocket and by the protocol graphql-transport-ws."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")

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

    async def cut(self) -> None:
        """Wait until the connection is gone without a word."""
        assert await self._end() is None, "the server took its leave"

    async def code(self) -> int:
        """Wait until the server closes; with which code."""
        code = await self._end()
        assert code is not None, "the connection was cut"
        return code

    async def _end(self) -> int | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    await self.socket.recv()
        except ConnectionClosed as closed:
            return None if closed.rcvd is None else closed.rcvd.code


@asynccontextmanager
async def watching(
    url: str, token: str | None = None, *, init: bool = True, headers: dict[str, str] | None = None
) -> AsyncIterator[Watcher]:
    """A connection to the API at this address, which is told who it is at once."""
    async with connect(
        address(url), subprotocols=[PROTOCOL], compression=None, additional_headers=headers, ping_interval=None
    ) as socket:
        watcher = Watcher(socket)
        if init:
            await watcher.init(token)
        yield watcher


async def refusal(url: str, headers: dict[str, str] | None = None) -> int:
    """The status with which a connection is refused."""
    try:
        async with connect(address(url), subprotocols=[PROTOCOL], additional_headers=headers):
            raise AssertionError("it was let in")
    except InvalidStatus as refused:
        return refused.response.status_code


def address(url: str) -> str:
    return url.replace("http://", "ws://") + "/graphql"
