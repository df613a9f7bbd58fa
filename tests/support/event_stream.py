"""Somebody who asks for an event stream, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from domain.account import Account
from tests.support.api import Api, KeyHolder

PATIENCE_SECONDS = 15.0
QUIET_SECONDS = 0.3
"""So long nothing comes, when a test says that nothing does."""

NEXT = b"event: next\ndata: "


class Listener:
    """What one stream tells, or the one answer of a request that got no stream."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._seen = bytearray()

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.answers.get()

    async def quiet(self) -> None:
        """Nothing comes."""
        await asyncio.sleep(QUIET_SECONDS)
        assert self.answers.empty(), f"this came: {self.answers.get_nowait()!r}"

    async def send(self, message: dict[str, Any]) -> None:
        self._seen.extend(message.get("body", b""))
        *events, rest = bytes(self._seen).split(b"\n\n")
        self._seen = bytearray(rest)
        for event in events:
            if event.startswith(NEXT):
                self.answers.put_nowait(json.loads(event.removeprefix(NEXT)))
        if rest and message["type"] == "http.response.body" and not message.get("more_body", False):
            self.answers.put_nowait(json.loads(rest))


@asynccontextmanager
async def listening(
    api: Api, person: Account | KeyHolder | None, query: str, *, key: str | None = None, **variables: Any
) -> AsyncIterator[Listener]:
    """In the end the client hangs up, which must end everything on the other side."""
    listener, hung_up = Listener(), asyncio.Event()
    body = [json.dumps({"query": query, "variables": variables}).encode()]

    async def receive() -> dict[str, Any]:
        if body:
            return {"type": "http.request", "body": body.pop(), "more_body": False}
        await hung_up.wait()
        return {"type": "http.disconnect"}

    headers = [(b"content-type", b"application/json"), (b"accept", b"text/event-stream")]
    if person is not None:
        headers.append((b"authorization", f"Bearer {api.token(person)}".encode()))
    if key is not None:
        headers.append((b"idempotency-key", key.encode()))
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
    }
    served = asyncio.create_task(api.app(scope, receive, listener.send))
    try:
        yield listener
    finally:
        hung_up.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await served


async def first_answer(api: Api, person: Account | KeyHolder | None, query: str, **variables: Any) -> dict[str, Any]:
    """What is told first."""
    async with listening(api, person, query, **variables) as listener:
        return await listener.next()
