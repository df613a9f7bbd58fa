"""When what was last changed, as every process on this machine sees it at once: without asking anybody.

A unit of work that was committed *touches* the tags of what it wrote, before its answer goes out. An answer that was
read from a moment on is fresh for as long as none of its tags was touched since that moment.
"""

import contextlib
import fcntl
import mmap
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from uuid import UUID
from zlib import crc32

from sqlmodel import SQLModel

from persistence.table import FOLLOWS, STATEMENTS

SLOTS = 8_192
"""Tags that share a slot are touched together, which costs a read and harms nobody."""

REGIONS = 96
"""One for each process that writes: a slot that two processes wrote could lose the later of two moments."""

WORD = 8
HOUSE_BYTES = 16
EVERYTHING = 0
"""The slot that is touched when it is not known what was changed."""

Slots = tuple[int, ...]


class TooManyProcesses(RuntimeError):
    """Every region has its process; this one could not say what it changes."""


class Freshness:
    """A file of moments that all processes of a house have in memory; each writes in a region of its own."""

    def __init__(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self._file = os.open(place / "freshness", os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._file, (REGIONS + 1) * SLOTS * WORD)
        self._map = mmap.mmap(self._file, (REGIONS + 1) * SLOTS * WORD)
        self._moments = memoryview(self._map).cast("Q")
        self._lock, region = claim_region(place)
        self._begin = (region + 1) * SLOTS
        fcntl.flock(self._file, fcntl.LOCK_EX)
        # The first word says how many regions have ever had a process.
        self._moments[0] = max(self._moments[0], region + 1)
        if not any(self.house):
            self._map[WORD : WORD + HOUSE_BYTES] = os.urandom(HOUSE_BYTES)
        self._forget_the_future()
        fcntl.flock(self._file, fcntl.LOCK_UN)

    @property
    def house(self) -> bytes:
        """Which file this is: moments of another one mean nothing here."""
        return self._map[WORD : WORD + HOUSE_BYTES]

    def now(self) -> int:
        """This moment, on the clock that all processes of a machine share."""
        return time.monotonic_ns()

    def touch(self, tags: Iterable[str]) -> None:
        """Everything with one of these tags is old from now on."""
        moments, begin, now = self._moments, self._begin, self.now()
        for tag in tags:
            moments[begin + slot(tag)] = now

    def touch_everything(self) -> None:
        self._moments[self._begin + EVERYTHING] = self.now()

    def holds(self, slots: Slots, since: int) -> bool:
        """Whether nothing of this was touched since that moment."""
        moments = self._moments
        for region in range(1, moments[0] + 1):
            begin = region * SLOTS
            if moments[begin] >= since:
                return False
            for number in slots:
                if moments[begin + number] >= since:
                    return False
        return True

    def close(self) -> None:
        self._moments.release()
        self._map.close()
        os.close(self._file)
        os.close(self._lock)

    def _forget_the_future(self) -> None:
        """Moments from before the machine was started anew mean nothing, and nobody is left who wrote them."""
        written = self._moments[SLOTS : SLOTS * (self._moments[0] + 1)]
        if max(written) > self.now():
            for number in range(len(written)):
                written[number] = 0
        written.release()


def claim_region(place: Path) -> tuple[int, int]:
    """A lock that is held until the process ends, and the region that it stands for."""
    for region in range(REGIONS):
        lock = os.open(place / f"freshness.{region}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock, region
        except BlockingIOError:
            os.close(lock)
    raise TooManyProcesses(f"{REGIONS} processes share {place} already.")


@lru_cache(maxsize=65_536)
def slot(tag: str) -> int:
    return 1 + crc32(tag.encode()) % (SLOTS - 1)


# What was read

READS: ContextVar["Reads | None"] = ContextVar("reads", default=None)


class Reads:
    """What an answer was made of: whole tables, or rows of them."""

    def __init__(self) -> None:
        self.tags: set[str] = set()
        self.known = True

    def slots(self) -> Slots:
        return tuple(slot(tag) for tag in self.tags)


@contextlib.contextmanager
def noted() -> Iterator[Reads]:
    """Note what is read in the block and in the tasks that it starts."""
    reads = Reads()
    token = READS.set(reads)
    try:
        yield reads
    finally:
        READS.reset(token)


def is_noted() -> bool:
    """Whether anybody notes what is read."""
    return READS.get() is not None


def read_tables(query: str) -> None:
    """A statement was sent of which nobody says which rows it is about."""
    reads = READS.get()
    if reads is not None:
        reads.tags |= tables_of(query)


def read_rows(table: str, *ids: UUID | None) -> None:
    """A statement was sent that depends on no other rows of this table than these."""
    reads = READS.get()
    if reads is not None:
        reads.tags.add(f"{table}:?")
        reads.tags.update(f"{table}:{row}" for row in ids if row is not None)


def unknown_reads() -> None:
    """Something is read of which nothing is noted."""
    reads = READS.get()
    if reads is not None:
        reads.known = False


@lru_cache(maxsize=4_096)
def tables_of(query: str) -> frozenset[str]:
    """The tables that a statement may be about: every one whose name is a word of it or of a function that it calls."""
    words = frozenset(re.findall(r"\w+", query))
    bodies = functions()
    called = [tables_of(bodies[name]) for name in words & bodies.keys()]
    return (words & SQLModel.metadata.tables.keys()).union(*called)


@cache
def functions() -> dict[str, str]:
    """The body of each function of ours by its name."""
    declared = (re.match(r"\s*CREATE FUNCTION (\w+)(.*)", statement, re.DOTALL) for statement in STATEMENTS)
    return {found[1]: found[2] for found in declared if found is not None}


# What was written


class Writes:
    """What a unit of work changed: rows, or some rows of a table that nobody can name."""

    def __init__(self) -> None:
        self.tags: set[str] = set()

    def rows(self, table: str, *ids: UUID | None) -> None:
        """These rows were changed, and others through triggers that follow the table."""
        self.tags.add(table)
        self.tags.update(f"{table}:{row}" for row in ids if row is not None)
        for follower in FOLLOWS.get(table, ()):
            self.table(follower)

    def table(self, table: str) -> None:
        """Any row of the table may have been changed."""
        self.tags |= {table, f"{table}:?"}
        for follower in FOLLOWS.get(table, ()):
            self.tags |= {follower, f"{follower}:?"}
