"""Somebody who asks for an event stream, without a socket."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from domain.account import Account
from tests.support.api import Api, KeyHolder

PATIENCE_SECONDS = 15.0


async def first_answer(api: Api, person: Account | KeyHolder | None, query: str, **variables: Any) -> dict[str, Any]:
    """What is told first; then the client hangs up, which must end everything on the other side."""
    told: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    body = [json.dumps({"query": query, "variables": variables}).encode()]
    seen = bytearray()

    async def receive() -> dict[str, Any]:
        if body:
            return {"type": "http.request", "body": body.pop(), "more_body": False}
        await asyncio.wait([told])
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        seen.extend(message.get("body", b""))
        _, found, rest = bytes(seen).partition(b"event: next\ndata: ")
        ended = message["type"] == "http.response.body" and not message.get("more_body", False)
        if not told.done() and (ended or (found and b"\n\n" in rest)):
            told.set_result(rest.partition(b"\n\n")[0] if found else bytes(seen))

    headers = [(b"content-type", b"application/json"), (b"accept", b"text/event-stream")]
    if person is not None:
        headers.append((b"authorization", f"Bearer {api.token(person)}".encode()))
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
    }
    async with asyncio.timeout(PATIENCE_SECONDS):
        await api.app(scope, receive, send)
    return json.loads(told.result())  # type: ignore[no-any-return]
