"""Answers for everybody, kept for as long as nothing that they were made of has changed.

Only reads of strangers are kept, and only answers without an error. Whether one is still good is known at once and in
every process (`persistence.freshness`), so no reader sees an old price after whoever changed it was told so. Time ends
an answer after `KEPT_SECONDS`, for what changes without a unit of work: signed addresses, a hand in the database.
"""

import asyncio
import struct
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from persistence.freshness import SLOTS, Freshness, Reads, Slots, noted
from persistence.redis import Cache

KEPT_SECONDS = 30
BYTES_MAX = 64 * 1024 * 1024
ANSWER_BYTES_MAX = 1024 * 1024
SLOTS_MAX = 2_000
NANOSECONDS = 1_000_000_000

HEAD = "<QII"
HEAD_BYTES = struct.calcsize(HEAD)
"""Of what is kept elsewhere: since when, the length of the answer, and how many slots come before it."""

Key = tuple[bytes, str, str]
"""What was sent, word for word; the media type wanted; the language. It is not parsed to be found."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, the moment from which it was read, and the slots of what it was made of."""

    body: bytes
    since: int
    slots: Slots

    def dump(self) -> bytes:
        count = len(self.slots)
        return struct.pack(f"{HEAD}{count}I", self.since, len(self.body), count, *self.slots) + self.body

    @classmethod
    def load(cls, raw: bytes) -> "Kept | None":
        """What was dumped; None for anything else, and for a part of it."""
        if len(raw) < HEAD_BYTES:
            return None
        since, length, count = struct.unpack_from(HEAD, raw)
        end = HEAD_BYTES + 4 * count
        if len(raw) != end + length:
            return None
        slots = struct.unpack_from(f"<{count}I", raw, HEAD_BYTES)
        return cls(raw[end:], since, slots) if all(slot < SLOTS for slot in slots) else None


class Store(Protocol):
    """Where answers are; what it gives back may be old, and it may forget."""

    async def find(self, key: Key) -> Kept | None: ...
    async def keep(self, key: Key, kept: Kept) -> None: ...


class MemoryStore:
    """The answers that this process used last."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def look(self, key: Key) -> Kept | None:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    async def find(self, key: Key) -> Kept | None:
        return self.look(key)

    async def keep(self, key: Key, kept: Kept) -> None:
        self._drop(key)
        self._kept[key] = kept
        self._bytes += size(key, kept)
        while self._bytes > self._bytes_max:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= size(key, kept)


def size(key: Key, kept: Kept) -> int:
    return len(key[0]) + len(kept.body) + 8 * len(kept.slots) + 512


class SharedStore:
    """Answers in Valkey: what one process read serves them all. While it is away there are none."""

    def __init__(self, cache: Cache, house: bytes) -> None:
        self._cache = cache
        self._house = house

    async def find(self, key: Key) -> Kept | None:
        raw = await self._cache.get(self._name(key))
        return None if raw is None else Kept.load(raw)

    async def keep(self, key: Key, kept: Kept) -> None:
        await self._cache.set(self._name(key), kept.dump(), ttl_seconds=KEPT_SECONDS)

    def _name(self, key: Key) -> str:
        told = blake2b(self._house, digest_size=20)
        for part in (key[0], key[1].encode(), key[2].encode()):
            told.update(len(part).to_bytes(4, "big") + part)
        return f"answer:{told.hexdigest()}"


class ResponseCache:
    """Finds answers that are fresh, in stores from near to far.

    Of many who miss the same one, one reads and the others wait for it.
    """

    def __init__(self, stores: Sequence[Store], freshness: Freshness) -> None:
        self.stores = tuple(stores)
        self.freshness = freshness
        self.told: Counter[str] = Counter()
        self._reading: dict[Key, asyncio.Future[Kept | None]] = {}

    def at_hand(self, key: Key) -> bytes | None:
        """A fresh answer that this process has in memory; nobody waits for it."""
        nearest = self.stores[0]
        kept = nearest.look(key) if isinstance(nearest, MemoryStore) else None
        if kept is None or not self.is_fresh(kept):
            return None
        self.told["hit"] += 1
        return kept.body

    async def find(self, key: Key) -> bytes | None:
        """A fresh answer from the nearest store that has one; the nearer stores have it from then on."""
        outcome = "miss"
        for place, store in enumerate(self.stores):
            kept = await store.find(key)
            if kept is not None and self.is_fresh(kept):
                for nearer in self.stores[:place]:
                    await nearer.keep(key, kept)
                self.told["hit" if place == 0 else "hit far"] += 1
                return kept.body
            if kept is not None:
                outcome = "stale"
        self.told[outcome] += 1
        return None

    def is_fresh(self, kept: Kept) -> bool:
        freshness = self.freshness
        if not 0 <= freshness.now() - kept.since <= KEPT_SECONDS * NANOSECONDS:
            return False
        return freshness.holds(kept.slots, kept.since)

    async def shared(self, key: Key) -> bytes | None:
        """What somebody else reads just now, if anybody does and it turns out good."""
        reading = self._reading.get(key)
        kept = None if reading is None else await asyncio.shield(reading)
        # It was read from a moment on that lies before this one came: something may have changed in between.
        if kept is None or not self.is_fresh(kept):
            return None
        self.told["shared"] += 1
        return kept.body

    @contextmanager
    def reading(self, key: Key) -> Iterator["Reading"]:
        """Read an answer in the block; others who ask for it wait until the block ends."""
        first = key not in self._reading
        told: asyncio.Future[Kept | None] = asyncio.get_running_loop().create_future()
        if first:
            self._reading[key] = told
        with noted() as reads:
            reading = Reading(self, key, reads)
            try:
                yield reading
            finally:
                told.set_result(reading.kept)
                if first:
                    del self._reading[key]


class Reading:
    """One reading of an answer."""

    def __init__(self, cache: ResponseCache, key: Key, reads: Reads) -> None:
        self._cache = cache
        self._key = key
        self._reads = reads
        self._since = cache.freshness.now()
        self.kept: Kept | None = None

    async def keep(self, body: bytes) -> None:
        """Keep it, unless it is too much, or something has changed since the reading began."""
        reads = self._reads
        if not reads.known or len(body) > ANSWER_BYTES_MAX or len(reads.tags) > SLOTS_MAX:
            self._cache.told["unkept"] += 1
            return
        kept = Kept(body, self._since, reads.slots())
        if self._cache.is_fresh(kept):
            self.kept = kept
            for store in self._cache.stores:
                await store.keep(self._key, kept)
