"""Attempts to sign in, counted in Valkey for all processes, and here as well, for when Valkey is away or forgets.

Names and addresses are counted under a hash of theirs, for nobody needs to read them there.
"""

import hashlib
import time
from collections import Counter
from typing import TYPE_CHECKING

from domain.attempt import WINDOW, Attempt
from persistence.redis import Cache

if TYPE_CHECKING:
    import redis.asyncio as redis

WINDOW_SECONDS = int(WINDOW.total_seconds())
COUNTED_HERE_MAX = 100_000


class CountedAttempts:
    """So many in a window for each name, and so many for each address."""

    def __init__(self, cache: Cache, *, per_name: int, per_address: int) -> None:
        self._cache = cache
        self._most = (per_name, per_address)
        self._here: Counter[str] = Counter()
        self._window = 0

    async def begin(self, name: str, address: str | None) -> Attempt:
        """Count one more try for a name, and for an address where one is known."""
        now = time.time()
        window = int(now // WINDOW_SECONDS)
        keys = [counted_as("name", name, window)]
        if address is not None:
            keys.append(counted_as("address", address, window))
        here = self._count_here(keys, window)
        there = await self._count_there(keys, 1)
        most = zip(here, there or here, self._most, strict=False)
        over = any(max(counts) > allowed for *counts, allowed in most)
        return Attempt(max(1, round((window + 1) * WINDOW_SECONDS - now)) if over else 0, tuple(keys))

    async def forgive(self, attempt: Attempt) -> None:
        """It was no guess: take it back."""
        for key in attempt.counted_as:
            if self._here[key] > 0:
                self._here[key] -= 1
        await self._count_there(attempt.counted_as, -1)

    async def _count_there(self, keys: "list[str] | tuple[str, ...]", by: int) -> list[int]:
        """What Valkey counts for each; nothing while it is away."""

        async def count(server: "redis.Redis") -> list[int]:
            async with server.pipeline(transaction=False) as together:
                for key in keys:
                    together.incrby(key, by)
                    together.expire(key, WINDOW_SECONDS)
                return [int(answer) for answer in (await together.execute())[::2]]

        return await self._cache.ask(count, [])

    def _count_here(self, keys: list[str], window: int) -> list[int]:
        if window != self._window or len(self._here) >= COUNTED_HERE_MAX:
            self._here.clear()
            self._window = window
        for key in keys:
            self._here[key] += 1
        return [self._here[key] for key in keys]


def counted_as(kind: str, value: str, window: int) -> str:
    hashed = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32]
    return f"attempt:{{{hashed}}}:{kind}:{window}"
