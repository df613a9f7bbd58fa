"""Connections: an engine for units of work and a pool of plain asyncpg connections for reads."""

from typing import Any

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from persistence.table import APP_ROLE

CONNECT_TIMEOUT_SECONDS = 5
COMMAND_TIMEOUT_SECONDS = 10

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
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )


def owner_engine(url: str) -> AsyncEngine:
    """An engine that acts as whoever the URL names, for migrations; it keeps no connection."""

    async def creator() -> Any:
        return await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_SECONDS)

    return create_async_engine("postgresql+asyncpg://", async_creator=creator, poolclass=NullPool)


async def read_pool(url: str, size: int) -> Any:
    """Connections for reads, which the database holds to reading only."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        server_settings={**SERVER_SETTINGS, "default_transaction_read_only": "on"},
    )
