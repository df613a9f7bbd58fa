"""Figures of the house as a whole, which only the database knows; read when somebody asks, and no more often."""

import asyncio
import time
from contextlib import suppress

import orjson

from app.house import House
from app.telemetry.metric import Reading
from domain.unavailable import Unavailable

KEPT_SECONDS = 10.0
LEDGER_KEPT_SECONDS = 60.0
READ_SECONDS_MAX = 1.0

QUEUES = """
SELECT (SELECT count(*) FROM outbox WHERE due_at <= now()) AS due,
    coalesce((SELECT extract(epoch FROM now() - min(due_at))::float8 FROM outbox WHERE due_at <= now()), 0) AS lag,
    (SELECT coalesce(json_object_agg(status, jobs), '{}')::text
     FROM (SELECT status::text, count(*) AS jobs FROM pgqueuer.pgqueuer GROUP BY status) AS queue) AS queue
"""
STATES = ("queued", "picked", "failed")


class WholeFigures:
    """What was read last, until it is too old."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = asyncio.Lock()
        self._kept: list[Reading] = []
        self._ledger: list[Reading] = []
        self._until = self._ledger_until = 0.0

    async def readings(self) -> list[Reading]:
        async with self._lock:
            if time.monotonic() >= self._until:
                self._kept = [("database_answers", (), 0)]
                with suppress(TimeoutError, Unavailable):
                    async with asyncio.timeout(READ_SECONDS_MAX):
                        self._kept = await self._read()
                self._until = time.monotonic() + KEPT_SECONDS
            return self._kept

    async def _read(self) -> list[Reading]:
        pool = self._house.readers.pool
        found = await pool.fetchrow(QUEUES)
        queue = orjson.loads(found["queue"])
        return [
            ("database_answers", (), 1),
            ("outbox_due", (), found["due"]),
            ("outbox_lag_seconds", (), found["lag"]),
            *(("queue_jobs", (state,), queue.get(state, 0)) for state in sorted({*STATES, *queue})),
            *await self._balance(),
        ]

    async def _balance(self) -> list[Reading]:
        """Customers' pockets and the house's accounts, from the last snapshot on: they are one another's opposite."""
        if time.monotonic() >= self._ledger_until:
            sums = await self._house.readers.ledger.imbalance()
            self._ledger = [("ledger_imbalance_minor", (currency,), minor) for currency, minor in sums.items()]
            self._ledger_until = time.monotonic() + LEDGER_KEPT_SECONDS
        return self._ledger
