"""Operations end after a while, and what they have begun ends with them.

A timer for each operation costs more than all the rest of the meter. So there is one for all of them, that looks every
now and then whether anything has been running for too long, for as long as anything runs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

LOOKS = 40
"""In the time that an operation has; it may take longer by one."""

Task: TypeAlias = "asyncio.Task[Any]"
R = TypeVar("R")


class TookTooLong(Exception):
    """It was stopped."""


class Deadline:
    """What is running, in the order in which it began. Whoever begins ends, whatever happens between."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._running: dict[Task, float] = {}
        self._looks: asyncio.TimerHandle | None = None

    def begin(self) -> Task:
        """This task is cancelled when it has not ended in time."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None, "only tasks await"
        self._running[task] = loop.time() + self.seconds
        if self._looks is None:
            self._looks = loop.call_later(self.seconds / LOOKS, self._look, loop)
        return task

    def end(self, task: Task) -> bool:
        """Whether it ended in time."""
        return self._running.pop(task, None) is not None

    async def within(self, run: Callable[[], Awaitable[R]]) -> R:
        """What it gives in the time that it has; raises TookTooLong."""
        task = self.begin()
        try:
            return await run()
        except asyncio.CancelledError:
            # Whoever cancels for a reason of their own has their way.
            if self.end(task) or task.uncancel():
                raise
            raise TookTooLong from None
        finally:
            self.end(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now, running = loop.time(), self._running
        for task, over_at in list(running.items()):
            if over_at > now:
                break
            # One that is not among the running any more is told so when it ends.
            del running[task]
            task.cancel()
        self._looks = loop.call_later(self.seconds / LOOKS, self._look, loop) if running else None
