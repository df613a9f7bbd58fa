"""One connection and its operations, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from strawberry.types import ExecutionResult

from app.websocket import OPERATIONS_MAX, SUBPROTOCOL
from tests.support.api import Api

ROUNDS = 3 * OPERATIONS_MAX


class Counted:
    """Operations that take their time to end."""

    def __init__(self) -> None:
        self.began = self.running = self.most = 0

    async def answered(self, *_: object) -> AsyncGenerator[ExecutionResult, None]:
        self.began += 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.Event().wait()
            yield ExecutionResult(data=None, errors=None)
        finally:
            await asyncio.sleep(0.01)
            self.running -= 1


async def spoken(api: Api, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is said on a connection on which this is said; then the client is gone."""
    said: list[dict[str, Any]] = []
    events = [{"type": "websocket.connect"}]
    events += [{"type": "websocket.receive", "text": json.dumps(message)} for message in messages]

    async def receive() -> dict[str, Any]:
        # Whatever was begun gets to run.
        for _ in range(5):
            await asyncio.sleep(0)
        return events.pop(0) if events else {"type": "websocket.disconnect"}

    async def send(event: dict[str, Any]) -> None:
        said.append(json.loads(event["text"]) if "text" in event else event)

    scope = {
        "type": "websocket",
        "path": "/graphql",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "subprotocols": [SUBPROTOCOL],
    }
    async with asyncio.timeout(15):
        await api.app(scope, receive, send)
    return said


async def test_an_operation_counts_until_it_has_ended_and_none_outlives_its_connection(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted()
    monkeypatch.setattr("app.websocket.answered", counted.answered)
    messages: list[dict[str, Any]] = [{"type": "connection_init"}]
    for number in range(ROUNDS):
        messages.append({"type": "subscribe", "id": f"{number}", "payload": {"query": "{ __typename }"}})
        messages.append({"type": "complete", "id": f"{number}"})

    said = await spoken(api, messages)

    assert [one["type"] for one in said] == ["websocket.accept", "connection_ack"]
    assert (counted.began, counted.running) == (ROUNDS, 0)
    assert counted.most <= OPERATIONS_MAX
