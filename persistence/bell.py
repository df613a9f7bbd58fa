"""A bell that every process of a house hears: something was committed, look for it. What it was PostgreSQL says.

It rings through Valkey and carries nothing. While Valkey is away, or is not heard, nobody waits for it: who listens
looks by itself, more often then.
"""

import asyncio
import contextlib
from collections.abc import Callable

import redis.asyncio as redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from persistence.redis import Cache

CHANNEL = "changes"
AGAIN_SECONDS = 0.5
QUIET_SECONDS = 1.0
"""When nobody heard the bell, it is left alone for so long: most of the time there is nobody to hear it."""

CONNECT_SECONDS_MAX = 1.0


class Bell:
    """Rung by whoever commits; heard by one who listens in each process."""

    def __init__(self, cache: Cache, url: str | None) -> None:
        self.heard = False
        """Whether ringing elsewhere is heard here right now."""
        self._cache = cache
        self._url = url
        self._ring_again = False
        self._ringing: asyncio.Task[None] | None = None
        self._quiet_until = 0.0

    def ring(self) -> None:
        """Return at once; those who ring meanwhile are heard together."""
        self._ring_again = True
        if self._ringing is None and not self._cache.away:
            loop = asyncio.get_running_loop()
            if loop.time() >= self._quiet_until:
                self._ringing = loop.create_task(self._ring())

    async def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` whenever it rings, and when listening begins or ends, until this is cancelled."""
        while self._url is not None:
            # By default a client tries for long, and a hung server is never noticed.
            client = redis.Redis.from_url(
                self._url,
                socket_connect_timeout=CONNECT_SECONDS_MAX,
                retry=redis.retry.Retry(NoBackoff(), 0),
            )
            try:
                async with client.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    self.heard = True
                    heard()
                    async for message in channel.listen():
                        if message["type"] == "message":
                            heard()
            except (RedisError, OSError):
                pass
            finally:
                self.heard = False
                with contextlib.suppress(RedisError, OSError):
                    await client.aclose()
            heard()
            await asyncio.sleep(AGAIN_SECONDS)

    async def close(self) -> None:
        if self._ringing is not None:
            self._ringing.cancel()
            await asyncio.wait([self._ringing])

    async def _ring(self) -> None:
        try:
            while self._ring_again:
                self._ring_again = False
                ears = await self._cache.ask(lambda server: server.publish(CHANNEL, b""), 0)
                if not ears:
                    self._quiet_until = asyncio.get_running_loop().time() + QUIET_SECONDS
                    return
        finally:
            self._ringing = None
