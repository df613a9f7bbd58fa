"""One reader of events for the whole process: it tells whoever follows a subject that it changed.

What it costs does not depend on how many follow. It reads as soon as the bell rings, and by itself now and then, for
the bell may be away; from where it read last, so that nothing is lost to a cut, a crash or a commit that took long.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable

from domain.change import ChangeReader, Position, Subject, subjects
from domain.unavailable import Unavailable
from persistence.bell import Bell

log = logging.getLogger("cercle.change")

HEARD_SECONDS = 1.0
"""How often to look although the bell is heard; a process that dies after its commit rings none."""

UNHEARD_SECONDS = 0.25
APART_SECONDS = 0.02
"""However often it rings, the database is not asked more often than this."""

NEWS_MAX = 2_000
RESUME_MAX = 500
"""Of who comes back after more than this it is not looked up what they missed: they are told how it stands."""

Tell = Callable[[], None]


class Feed:
    """Reads while anybody follows."""

    def __init__(self, reader: ChangeReader, bell: Bell) -> None:
        self.reader = reader
        self.bell = bell
        self.position: Position
        self._followers: dict[Subject, set[Tell]] = {}
        self._opening = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._rung = asyncio.Event()
        self._looked: asyncio.Future[None]
        """Done when the next look is over."""

    def ring(self) -> None:
        """Something was committed in this process."""
        self._rung.set()
        self.bell.ring()

    async def follow(self, followed: Iterable[Subject], tell: Tell, *, caught_up: bool = True) -> Position:
        """From now on call `tell` when one of these may have changed; the position from which on it is told.

        Caught up, what was committed before this was called is not told.
        """
        async with self._opening:
            if self._reading is None:
                self.position = await self.reader.position()
                self._looked = asyncio.get_running_loop().create_future()
                self._reading = asyncio.create_task(self._read())
                self._listening = asyncio.create_task(self.bell.listen(self._rung.set))
            elif caught_up:
                self._rung.set()
                await asyncio.shield(self._looked)
        for subject in followed:
            self._followers.setdefault(subject, set()).add(tell)
        return self.position

    def leave(self, followed: Iterable[Subject], tell: Tell) -> None:
        for subject in followed:
            followers = self._followers.get(subject, set())
            followers.discard(tell)
            if not followers:
                self._followers.pop(subject, None)

    async def missed(self, followed: frozenset[Subject], position: Position) -> bool:
        """Whether one of these changed after that position, as far back as anybody looks."""
        news = await self.reader.since(position, RESUME_MAX)
        return news.more or any(not followed.isdisjoint(subjects(one)) for one in news.happenings)

    async def close(self) -> None:
        tasks = [task for task in (self._reading, self._listening) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.bell.close()

    async def _read(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARD_SECONDS if self.bell.heard else UNHEARD_SECONDS):
                    await self._rung.wait()
            wanted = self._rung.is_set()
            self._rung.clear()
            looked, self._looked = self._looked, asyncio.get_running_loop().create_future()
            if wanted or self._followers:
                try:
                    await self._look()
                except Unavailable:
                    pass
                except Exception:
                    log.exception("what was committed can not be read")
            looked.set_result(None)
            await asyncio.sleep(APART_SECONDS)

    async def _look(self) -> None:
        news = await self.reader.since(self.position, NEWS_MAX)
        changed = {subject for one in news.happenings for subject in subjects(one)}
        # First how far it was read: whoever is told reads what is at least as new.
        self.position = news.position
        told = self._followers if news.more else changed & self._followers.keys()
        for tell in {tell for subject in told for tell in self._followers[subject]}:
            tell()
