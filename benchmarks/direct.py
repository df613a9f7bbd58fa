"""The floor of a transfer: what the house says to the database for one, said again with nothing around it.

No HTTP, no GraphQL, no objects: recorded messages with another key, id and moment, on as many connections as the house
has. It is its own driver, for there is nobody between it and the database.
"""

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from time import perf_counter_ns
from typing import Any
from uuid import uuid4

import asyncpg
import uvloop
from uuid_utils.compat import uuid7

from app.config import Settings
from benchmarks.lending import Lending
from benchmarks.load import LoadFailed, Measured, measured
from benchmarks.transfer import ACTION, Recorded
from persistence.database import connect


@dataclass(frozen=True, slots=True)
class Replay:
    """Transfers that are made at the same time, each over and over again."""

    transfers: Sequence[Recorded]


class Line:
    """A connection, with its statements prepared."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.prepared: dict[str, Any] = {}

    async def repeat(self, recorded: Recorded) -> None:
        """One transfer, from BEGIN to COMMIT."""
        key = f"{uuid4().hex}/{ACTION}"
        new = {"key": key, "now": datetime.now(UTC), "id": uuid7()}
        for message in recorded.messages:
            if not message.arguments:
                await self.raw.execute(message.text.replace(recorded.key_hex, key.encode().hex()))
                continue
            arguments = list(message.arguments)
            for place, what in message.fresh.items():
                arguments[place] = new[what]
            prepared = self.prepared.get(message.text)
            if prepared is None:
                prepared = self.prepared[message.text] = await self.raw.prepare(message.text)
            await prepared.fetch(*arguments)


def serve(settings: Settings, orders: Connection, ready: Connection) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert settings.database_url is not None
        lines = runner.run(lines_of(settings.database_url, settings.pool_size))
        gc.collect()
        gc.freeze()
        ready.send(True)
        while (order := orders.recv()) is not None:
            try:
                orders.send(runner.run(run(lines, *order)))
            except (asyncpg.PostgresError, OSError, LoadFailed) as error:
                orders.send(LoadFailed(str(error)))


async def lines_of(url: str, size: int) -> Lending[Line]:
    return Lending([Line(await connect(url)) for _ in range(size)])


async def run(lines: Lending[Line], replay: Replay, seconds: float) -> Measured:
    began = perf_counter_ns()
    until = began + int(seconds * 1e9)
    each = await asyncio.gather(*(repeated(lines, recorded, until) for recorded in replay.transfers))
    return measured([lasted for one in each for lasted in one], perf_counter_ns() - began)


async def repeated(lines: Lending[Line], recorded: Recorded, until: int) -> list[int]:
    lasted = []
    while (asked_at := perf_counter_ns()) < until:
        line = await lines.take()
        await line.repeat(recorded)
        lines.give(line)
        lasted.append(perf_counter_ns() - asked_at)
    return lasted
