"""Connections: an engine for units of work and a pool of plain asyncpg connections for reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from domain.unavailable import Unavailable
from persistence.table import APP_ROLE

CONNECT_TIMEOUT_SECONDS = 5
COMMAND_TIMEOUT_SECONDS = 10
ACQUIRE_TIMEOUT_SECONDS = 2
RETRY_AFTER_SECONDS = 0.05

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

SERVER_SETTINGS = {
    # Whoever logs in acts as the role that owns nothing.
    "role": APP_ROLE,
    "application_name": "cercle",
    # Prepared statements with several joins are otherwise planned again on every call.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "idle_in_transaction_session_timeout": "15000",
    "lock_timeout": "5000",
}


async def connect(url: str, **settings: str) -> Any:
    """One asyncpg connection as the app's role."""
    return await asyncpg.connect(
        url,
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        server_settings={**SERVER_SETTINGS, **settings},
    )


def write_engine(url: str, size: int) -> AsyncEngine:
    """The engine for units of work; the pool never overflows, for overflow connections open and close per request."""

    async def creator() -> Any:
        return await connect(url)

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=creator,
        pool_size=size,
        max_overflow=0,
        pool_timeout=2,
        pool_use_lifo=True,
        # Errors are logged, and what people sent is not.
        hide_parameters=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )


def owner_engine(url: str) -> AsyncEngine:
    """An engine that acts as whoever the URL names, for migrations; it keeps no connection."""

    async def creator() -> Any:
        return await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_SECONDS)

    return create_async_engine("postgresql+asyncpg://", async_creator=creator, poolclass=NullPool)


class ReadPool:
    """Plain asyncpg connections for reads.

    A read whose connection died is asked once more, for reading twice harms nobody.
    """

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def fetch(self, query: str, *arguments: object) -> list[Any]:
        """All rows."""
        return await self._ask("fetch", query, arguments)  # type: ignore[no-any-return]

    async def fetchrow(self, query: str, *arguments: object) -> Any:
        """The first row, or None."""
        return await self._ask("fetchrow", query, arguments)

    async def fetchval(self, query: str, *arguments: object) -> Any:
        """The first value of the first row, or None."""
        return await self._ask("fetchval", query, arguments)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        """One connection, for several statements that must see the same moment."""
        try:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as connection:
                yield connection
        except GONE as error:
            raise Unavailable("The database can not be reached right now.") from error

    async def close(self) -> None:
        await self._pool.close()

    async def _ask(self, method: str, query: str, arguments: tuple[object, ...]) -> Any:
        try:
            return await self._once(method, query, arguments)
        except GONE:
            await asyncio.sleep(RETRY_AFTER_SECONDS)
        try:
            return await self._once(method, query, arguments)
        except GONE as error:
            raise Unavailable("The database can not be reached right now.") from error

    async def _once(self, method: str, query: str, arguments: tuple[object, ...]) -> Any:
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as connection:
            return await getattr(connection, method)(query, *arguments)


async def read_pool(url: str, size: int) -> ReadPool:
    """Connections for reads, which the database holds to reading only."""
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        server_settings={**SERVER_SETTINGS, "default_transaction_read_only": "on"},
    )
    return ReadPool(pool)
