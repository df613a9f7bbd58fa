"""Connections through a pooler that lends a server for one transaction at a time, as PgBouncer does.

Nothing outlives a transaction there: a prepared statement or a setting would be met by whoever comes next. So every
statement, a read too, runs in a transaction that says itself what holds in it.
"""

from typing import Any

import asyncpg

from persistence.table import APP_ROLE

LOCALS = "; ".join(
    (
        f"SET LOCAL ROLE {APP_ROLE}",
        "SET LOCAL jit = off",
        "SET LOCAL idle_in_transaction_session_timeout = 8000",
        "SET LOCAL lock_timeout = 5000",
        "SET LOCAL statement_timeout = 11000",
    )
)


class PooledConnection(asyncpg.Connection):  # type: ignore[misc]
    """For units of work: what begins a transaction begins it with its settings, in the same message."""

    async def execute(self, query: str, *arguments: Any, **named: Any) -> str:
        if query.startswith("BEGIN"):
            begin, _, rest = query.partition(";")
            query = f"{begin}; {LOCALS};{rest}"
        return await super().execute(query, *arguments, **named)  # type: ignore[no-any-return]


class PooledReading(PooledConnection):
    """For reads: each in a transaction of its own, which may only read."""

    async def fetch(self, query: str, *arguments: Any, **named: Any) -> Any:
        return await self._alone(super().fetch, query, arguments, named)

    async def fetchrow(self, query: str, *arguments: Any, **named: Any) -> Any:
        return await self._alone(super().fetchrow, query, arguments, named)

    async def fetchval(self, query: str, *arguments: Any, **named: Any) -> Any:
        return await self._alone(super().fetchval, query, arguments, named)

    async def _alone(self, ask: Any, query: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if self.is_in_transaction():
            return await ask(query, *arguments, **named)
        await self.execute("BEGIN READ ONLY")
        try:
            answer = await ask(query, *arguments, **named)
        except asyncpg.PostgresError:
            if not self.is_closed():
                await self.execute("ROLLBACK")
            raise
        await self.execute("COMMIT")
        return answer
