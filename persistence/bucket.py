"""Points that clients spend: a bucket for each, which fills again by itself, in Valkey for all processes together.

A bucket is one number, the moment at which it will be full; what is missing until then has been spent. A process takes
points out of it in lots and spends those from its own memory, so most requests ask nobody. While Valkey is away each
process has buckets of its own.

A client never gets more than what is in the bucket and what comes back with time, and besides the lots that processes
took while the bucket was full: a tenth of it for each process. While Valkey is away it is a whole bucket for each.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from persistence.redis import Cache

if TYPE_CHECKING:
    import redis.asyncio as redis

LOTS = 10
"""In a bucket."""

CLIENTS_MAX = 10_000
"""Remembered by a process; who comes after them finds the bucket itself as it was left."""

TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local capacity, rate, needed, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local there = math.floor(capacity - (full_at - now) * rate + 0.001)
if there < needed then
  return {0, there}
end
local taken = math.min(there, wanted)
full_at = full_at + taken / rate
redis.call('SET', KEYS[1], string.format('%.6f', full_at), 'PX', math.ceil((full_at - now) * 1000))
return {taken, there - taken}
"""


@dataclass(slots=True)
class Lot:
    """Points of one client that this process may give out, and what was left in the bucket when it took them."""

    points: int
    left: int
    at: float
    full_at: float = 0.0
    """Of the bucket that this process keeps while Valkey is away."""
    asking: "asyncio.Future[None] | None" = None


@dataclass(frozen=True, slots=True)
class Empty:
    """There are not enough points; when there will be."""

    available: int
    retry_after_seconds: int


class Buckets:
    """Every client's points, as far as this process knows."""

    def __init__(self, cache: Cache, capacity: int, per_second: float) -> None:
        self.capacity = capacity
        self.per_second = per_second
        self._cache = cache
        self._lots: OrderedDict[Hashable, Lot] = OrderedDict()

    def at_hand(self, client: Hashable, points: int) -> Lot | None:
        """The client's lot with these points taken out of it; None when it has not as many."""
        lot = self._lots.get(client)
        if lot is None or lot.points < points:
            return None
        lot.points -= points
        return lot

    async def take(self, client: Hashable, points: int) -> Lot | Empty:
        """Take points for one operation, and some more for the next ones."""
        lot = self._lot(client)
        while lot.points < points:
            if self.available(lot) < points:
                # There can not be more than that, so nobody need be asked.
                return self._empty(points, self.available(lot))
            if lot.asking is not None:
                # A crowd of one client asks once; what comes is for all of them.
                await asyncio.shield(lot.asking)
            elif not await self._fill(client, lot, points):
                return self._empty(points, lot.points + lot.left)
        lot.points -= points
        return lot

    async def _fill(self, client: Hashable, lot: Lot, points: int) -> bool:
        """Take a lot out of the bucket; whether there was enough in it."""
        needed = points - lot.points
        wanted = max(needed, int(self.capacity / LOTS))
        lot.asking = asyncio.get_running_loop().create_future()
        try:
            answer = await self._cache.ask(lambda server: self._ask(server, client, needed, wanted), None)
            taken, left = answer if answer is not None else self._take_here(lot, needed, wanted)
            lot.points += taken
            lot.left, lot.at = left, time.monotonic()
            return taken > 0
        finally:
            lot.asking.set_result(None)
            lot.asking = None

    def available(self, lot: "Lot | Empty") -> int:
        """What the client can spend now, or more: what other processes did since this one asked is not known here."""
        if lot.__class__ is Empty:
            return lot.available
        assert isinstance(lot, Lot)
        since = int((time.monotonic() - lot.at) * self.per_second)
        return min(lot.left + since + lot.points, self.capacity)

    def _empty(self, points: int, available: int) -> Empty:
        return Empty(available, max(1, math.ceil((points - available) / self.per_second)))

    def _lot(self, client: Hashable) -> Lot:
        lot = self._lots.get(client)
        if lot is None:
            lot = self._lots[client] = Lot(0, self.capacity, time.monotonic())
            if len(self._lots) > CLIENTS_MAX:
                self._lots.popitem(last=False)
        else:
            self._lots.move_to_end(client)
        return lot

    async def _ask(self, server: "redis.Redis", client: Hashable, needed: int, wanted: int) -> tuple[int, int]:
        # What is missing from a bucket of another size says nothing about this one.
        key = f"points:{self.capacity}:{self.per_second}:{{{client}}}"
        taken, left = await cast(
            "object",
            server.eval(TAKE, 1, key, self.capacity, self.per_second, needed, wanted),  # type: ignore[misc]
        )
        return int(taken), int(left)

    def _take_here(self, lot: Lot, needed: int, wanted: int) -> tuple[int, int]:
        """As the script does it."""
        now = time.monotonic()
        full_at = max(lot.full_at, now)
        there = math.floor(self.capacity - (full_at - now) * self.per_second + 0.001)
        if there < needed:
            return 0, there
        taken = min(there, wanted)
        lot.full_at = full_at + taken / self.per_second
        return taken, there - taken
