"""Operations that took too long: one line each, with what the database was asked for them and how it goes about it."""

import asyncio
import time
from contextlib import suppress
from hashlib import sha256
from typing import Any

import asyncpg
import structlog

from app.telemetry.request import About, Watch
from app.telemetry.statement import STATEMENTS, fingerprint
from domain.unavailable import Unavailable

log = structlog.get_logger("cercle.slow")

LINES_MAX = 20
"""In a window: when everything is slow, a few lines tell it as well as thousands."""
WINDOW_SECONDS = 10.0
TOLD_MAX = 8
"""Statements that a line names, the slowest first."""
TEXT_MAX = 4_000
PLAN_SECONDS_MAX = 2.0
PLAN_AGAIN_SECONDS = 600.0
PARAMETERS = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'slow'"
EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE")


class SlowLog:
    """Tells what took `seconds` or longer."""

    def __init__(self, seconds: float, pool: Any) -> None:
        self.seconds = seconds
        self._pool = pool
        self._lines = 0
        self._untold = 0
        self._window = 0.0
        self._explained: dict[str, float] = {}
        self._explaining: asyncio.Task[None] | None = None

    def tell(self, watch: Watch, about: About, code: str, request_id: str, took: float) -> None:
        """Log it, now or as soon as the plan of its slowest statement is known."""
        now = time.monotonic()
        if now - self._window > WINDOW_SECONDS:
            self._window, self._lines = now, 0
        self._lines += 1
        if self._lines > LINES_MAX:
            self._untold += 1
            return
        statements = STATEMENTS.of(request_id)
        slowest = sorted(statements, key=lambda text: -sum(statements[text]))
        line: dict[str, Any] = {
            "kind": about[0],
            "operation": about[1],
            "document": sha256(watch.asked[0].encode()).hexdigest()[:16] if watch.asked else None,
            "code": code,
            "cost": watch.cost,
            "took_ms": milliseconds(took),
            "statements": sum(map(len, statements.values())),
            "statements_ms": milliseconds(sum(map(sum, statements.values()))),
            "slowest": [
                f"{fingerprint(text)}: {len(statements[text])} in {milliseconds(sum(statements[text]))} ms"
                for text in slowest[:TOLD_MAX]
            ],
            "untold_before": self._untold,
        }
        self._untold = 0
        text = next((text for text in slowest if text.split(None, 1)[0].upper() in EXPLAINED), None)
        if text is None or not self._may_explain(text, now):
            log.warning("slow operation", **line)
        else:
            self._explained[text] = now
            self._explaining = asyncio.ensure_future(self._explain(text, line))

    def _may_explain(self, text: str, now: float) -> bool:
        """One at a time, and each statement seldom: a database that is slow should not be asked more."""
        if self._explaining is not None and not self._explaining.done():
            return False
        self._explained = {kept: at for kept, at in self._explained.items() if now - at < PLAN_AGAIN_SECONDS}
        return text not in self._explained

    async def _explain(self, text: str, line: dict[str, Any]) -> None:
        with suppress(TimeoutError, Unavailable, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            async with asyncio.timeout(PLAN_SECONDS_MAX):
                rows = await self._plan(text)
            line |= {
                "statement": " ".join(text.split())[:TEXT_MAX],
                "plan": "\n".join(row[0] for row in rows)[:TEXT_MAX],
            }
        log.warning("slow operation", **line)

    async def _plan(self, text: str) -> Any:
        """The plan that all executions of the statement share, whatever their values: none are given here."""
        async with self._pool.acquire() as connection:
            # EXPLAIN (GENERIC_PLAN) would take the NULLs that asyncpg has to send for what they are.
            await connection.execute(f"PREPARE slow AS {text}")
            try:
                nulls = ", ".join(["NULL"] * await connection.fetchval(PARAMETERS))
                return await connection.fetch(f"EXPLAIN EXECUTE slow{f'({nulls})' if nulls else ''}")
            finally:
                await connection.execute("DEALLOCATE slow")

    async def close(self) -> None:
        """Wait for what is still to be told."""
        if self._explaining is not None:
            with suppress(Exception):
                await self._explaining


def milliseconds(seconds: float) -> float:
    return round(seconds * 1_000, 1)
