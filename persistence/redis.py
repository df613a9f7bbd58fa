"""Valkey or Redis: what the house may forget at any moment, and never waits for.

Every call is bounded and tried once. After a failure nobody asks for a second, then one caller tries; until it works
again the cache is empty and everything goes on.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

import redis.asyncio as redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")

CALL_SECONDS_MAX = 0.1
STEP_SECONDS_MAX = 0.05
"""For connecting, for a connection to be free, and for an answer; a call as a whole is bounded too."""

PAUSE_SECONDS = 1.0
CONNECTIONS_MAX = 16
COUNTED_HERE_MAX = 10_000


class Cache:
    """Bytes by key. With no URL, and while the server is away, it is empty and takes nothing in."""

    def __init__(self, url: str | None) -> None:
        self._client = None if url is None else client(url)
        self._pause_until = 0.0

    @property
    def away(self) -> bool:
        return self._client is None or time.monotonic() < self._pause_until

    async def get(self, key: str) -> bytes | None:
        return await self.ask(lambda server: cast("Awaitable[bytes | None]", server.get(key)), None)

    async def set(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        await self.ask(lambda server: server.set(key, value, ex=ttl_seconds), None)

    async def delete(self, *keys: str) -> None:
        await self.ask(lambda server: server.delete(*keys), None)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def ask(self, command: Callable[["redis.Redis"], Awaitable[T]], otherwise: T) -> T:
        """The server's answer, or `otherwise` when there is none in time."""
        if self.away:
            return otherwise
        assert self._client is not None
        trying = self._pause_until > 0
        if trying:
            # One caller finds out; the others go without until it knows.
            self._pause_until = time.monotonic() + PAUSE_SECONDS
        try:
            async with asyncio.timeout(CALL_SECONDS_MAX):
                answer = await command(self._client)
        except (RedisError, OSError):
            self._pause_until = time.monotonic() + PAUSE_SECONDS
            return otherwise
        if trying:
            self._pause_until = 0.0
        return answer


def client(url: str) -> "redis.Redis":
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS_MAX,
        timeout=STEP_SECONDS_MAX,
        socket_timeout=STEP_SECONDS_MAX,
        socket_connect_timeout=STEP_SECONDS_MAX,
        # By default a hung server costs ten tries of five seconds each.
        retry=redis.retry.Retry(NoBackoff(), 0),
    )
    return redis.Redis.from_pool(pool)


class Limits:
    """How often somebody did something of late: in all processes, or in this one alone while the cache is away."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._here: Counter[str] = Counter()
        self._window = 0

    async def wait_seconds(self, who: str, *, most: int, per_seconds: int) -> int:
        """Count one more; 0 when it is within `most` in this window, otherwise how long the window still lasts."""
        now = time.time()
        window = int(now // per_seconds)
        key = f"rate:{{{who}}}:{per_seconds}:{window}"

        async def count(server: "redis.Redis") -> int:
            async with server.pipeline() as together:
                together.incr(key)
                together.expire(key, per_seconds)
                counted, _ = await together.execute()
            return int(counted)

        counted = await self._cache.ask(count, 0) or self._count_here(key, window)
        return 0 if counted <= most else max(1, round((window + 1) * per_seconds - now))

    def _count_here(self, key: str, window: int) -> int:
        if window != self._window or len(self._here) >= COUNTED_HERE_MAX:
            self._here.clear()
            self._window = window
        self._here[key] += 1
        return self._here[key]
