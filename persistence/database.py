"""Connections to the database as the app's role: a pool for units of work, and one for reads."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg

from domain.unavailable import Unavailable
from persistence.freshness import read_rows, read_tables, unknown_reads
from persistence.pool import Pool, is_told
from persistence.pooler import PooledConnection, PooledReading
from persistence.table import APP_ROLE
from persistence.timing import TOLD

CONNECT_TIMEOUT_SECONDS = 5
COMMAND_TIMEOUT_SECONDS = 8.0
"""Less than an operation may take, so that whoever waits for a database that hangs is told so."""

ACQUIRE_TIMEOUT_SECONDS = 2
RETRY_AFTER_SECONDS = 0.05
STATEMENTS_MAX = 500
"""Prepared statements for each connection: as many as the app knows, so that none is prepared twice."""

GONE = (
    OSError,
    asyncpg.InterfaceError,
    # A connection that dies in the middle of a message is told so.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What asyncpg raises when the database, or the way to it, went away; a timeout is an OSError."""

BUSY = (TimeoutError, asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)
"""What is raised when the database is there, or seems to be, but does not answer: to ask again would not help it."""

SERVER_SETTINGS = {
    # Whoever logs in acts as the role that owns nothing.
    "role": APP_ROLE,
    "application_name": "cercle",
    # Prepared statements with several joins are otherwise planned again on every call.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    # The locks of a process that was cut off from the database end with this.
    "idle_in_transaction_session_timeout": "8000",
    "lock_timeout": "5000",
    # The app stops what takes longer than an operation may; this is for an app that can not any more.
    "statement_timeout": "11000",
}


async def connect(url: str, *, seconds_max: float = COMMAND_TIMEOUT_SECONDS, **settings: str) -> Any:
    """One asyncpg connection as the app's role."""
    return await asyncpg.connect(
        url,
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=seconds_max,
        statement_cache_size=STATEMENTS_MAX,
        server_settings={**SERVER_SETTINGS, **settings},
    )


async def connect_pooled(url: str, kind: type[PooledConnection], *, seconds_max: float) -> Any:
    """One asyncpg connection through a pooler, which knows no settings but a name and keeps no statements."""
    return await asyncpg.connect(
        url,
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=seconds_max,
        statement_cache_size=0,
        connection_class=kind,
        server_settings={"application_name": "cercle"},
    )


class ReadPool:
    """Plain asyncpg connections for reads.

    A read whose connection died is asked once more, for reading twice harms nobody. What is read is noted by the tables
    that a statement names; `about` notes it more exactly.
    """

    def __init__(self, pool: Pool, *, notes: bool = True) -> None:
        self._pool = pool
        self._notes = notes
        self._unnoted = ReadPool(pool, notes=False) if notes else self

    @property
    def connections(self) -> Pool:
        """What it lends."""
        return self._pool

    def about(self, table: str, ids: Iterable[UUID | None]) -> "ReadPool":
        """The same pool, for statements that depend on these rows of this table and on nothing else."""
        read_rows(table, *ids)
        return self._unnoted

    # Each is the coroutine that asks, and none around it.

    def fetch(self, query: str, *arguments: object) -> Coroutine[Any, Any, list[Any]]:
        """All rows."""
        return self._ask("fetch", query, arguments)

    def fetchrow(self, query: str, *arguments: object) -> Coroutine[Any, Any, Any]:
        """The first row, or None."""
        return self._ask("fetchrow", query, arguments)

    def fetchval(self, query: str, *arguments: object) -> Coroutine[Any, Any, Any]:
        """The first value of the first row, or None."""
        return self._ask("fetchval", query, arguments)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        """One connection, for several statements that must see the same moment; nothing is noted of them."""
        unknown_reads()
        try:
            async with self._pool.lend() as connection:
                yield connection
        except BUSY as error:
            raise Unavailable("The database is busy right now.") from error
        except GONE as error:
            raise Unavailable("The database can not be reached right now.") from error

    async def close(self) -> None:
        await self._pool.close()

    async def _ask(self, method: str, query: str, arguments: tuple[object, ...]) -> Any:
        if self._notes:
            read_tables(query)
        try:
            return await self._once(method, query, arguments)
        except BUSY as error:
            raise Unavailable("The database is busy right now.") from error
        except GONE:
            await asyncio.sleep(RETRY_AFTER_SECONDS)
        try:
            return await self._once(method, query, arguments)
        except GONE as error:
            raise Unavailable("The database can not be reached right now.") from error

    async def _once(self, method: str, query: str, arguments: tuple[object, ...]) -> Any:
        # As `lend` does it, without what a block costs.
        pool = self._pool
        connection = pool.take_idle() or await pool.take()
        began = perf_counter()
        try:
            answer = await getattr(connection, method)(query, *arguments)
        except BaseException as error:
            pool.give_back(connection, usable=is_told(error))
            pool.doubt(error)
            raise
        finally:
            TOLD.listener(query, began)
        pool.give_back(connection, usable=True)
        return answer


def write_pool(url: str, size: int, *, pooler: bool = False, seconds_max: float = COMMAND_TIMEOUT_SECONDS) -> Pool:
    """Connections for units of work, each statement of which may take `seconds_max`."""
    writing: Any = (
        partial(connect_pooled, url, PooledConnection, seconds_max=seconds_max)
        if pooler
        else partial(connect, url, seconds_max=seconds_max)
    )
    return Pool(writing, size, patience_seconds=ACQUIRE_TIMEOUT_SECONDS)


def read_pool(
    url: str,
    size: int,
    patience_seconds: float = ACQUIRE_TIMEOUT_SECONDS,
    *,
    pooler: bool = False,
    seconds_max: float = COMMAND_TIMEOUT_SECONDS,
) -> ReadPool:
    """Connections for reads, which the database holds to reading only."""
    reading: Any = (
        partial(connect_pooled, url, PooledReading, seconds_max=seconds_max)
        if pooler
        else partial(connect, url, seconds_max=seconds_max, default_transaction_read_only="on")
    )
    return ReadPool(Pool(reading, size, patience_seconds=patience_seconds))
