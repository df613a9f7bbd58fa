"""A crowd that sends each mutation to several API processes at the same moment, under one key."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from app import auth
from app.config import DEVELOPMENT_SECRET
from domain.account import Account
from tests.support.servers import ServedProcess
from tests.support.wire import Wire

IN_FLIGHT = "IDEMPOTENCY_KEY_IN_FLIGHT"
PATIENCE_SECONDS = 30


def token_of(person: Account) -> str:
    return auth.mint(DEVELOPMENT_SECRET, person.id, frozenset(person.roles), datetime.now(UTC))


@dataclass
class Crowd:
    """`statuses` and `ended` count what came of everything that was sent, `waits` are the seconds that answers took."""

    servers: Sequence[ServedProcess]
    wire: Wire
    statuses: Counter[int] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    async def send(self, server: ServedProcess, person: Account, query: str, given: dict[str, Any]) -> Any:
        """Send until the answer is final; while the same key is still running elsewhere it is sent again."""
        deadline, token = time.monotonic() + PATIENCE_SECONDS, token_of(person)
        while (began := time.monotonic()) < deadline:
            asked = {"query": query, "variables": {"input": given}}
            status, body = await self.wire.post(f"{server.url}/graphql", asked, authorization=f"Bearer {token}")
            self.waits.append(time.monotonic() - began)
            self.statuses[status] += 1
            assert "errors" not in body, body
            (answer,) = body["data"].values()
            if answer.get("code") != IN_FLIGHT:
                return answer
            await asyncio.sleep(0.1)
        raise AssertionError("there was no final answer in time")

    async def everywhere(self, person: Account, query: str, **given: Any) -> Any:
        """To every process at once; all answers must say the same."""
        keyed = {**given, "clientMutationKey": uuid4().hex}
        first, *others = await asyncio.gather(*(self.send(server, person, query, keyed) for server in self.servers))
        assert all(other == first for other in others), (first, others)
        self.ended[first.get("code", first["__typename"])] += 1
        return first

    async def report(self, payment_id: str, action: str) -> set[str]:
        """What the provider says, to every process at once; and what each made of it."""
        paths = [f"{server.url}/test-provider/payments/{payment_id}/{action}" for server in self.servers]
        said = await asyncio.gather(*(self.wire.post(path) for path in paths))
        self.statuses.update(status for status, _ in said)
        return {body["outcome"] for _, body in said}
