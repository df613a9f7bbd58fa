"""What an execution waits for."""

from __future__ import annotations

from asyncio import CancelledError, Future, Task, isfuture
from collections.abc import Callable
from inspect import iscoroutine
from typing import TYPE_CHECKING, Any, TypeAlias

from schema.execution.place import Slot

if TYPE_CHECKING:
    from schema.execution.run import Run

Then: TypeAlias = "Callable[[Run, Any, Any], Any]"
"""Completes what arrived, for a slot or, of a level, for the slots that it knows itself."""


class Wait:
    """One future that is waited for in one slot; many slots may wait for the same future."""

    __slots__ = ("awaitable", "future", "run", "slot", "then")

    def __init__(self, run: Run, awaitable: Any, future: Future[Any], slot: Slot | None, then: Then) -> None:
        self.run = run
        self.awaitable = awaitable
        self.future = future
        self.slot = slot
        self.then = then

    def arrived(self, future: Future[Any]) -> None:
        """A future of somebody else, a DataLoader's: what it brings is completed without a task of its own."""
        run = self.run
        if not run.stopping and not future.cancelled():
            try:
                run.fill(future.result(), self.slot, self.then)
            except Exception as error:
                run.propagate(error, self.slot)
            run.go_on()
        run.left(self)

    def ended(self, task: Future[Any]) -> None:
        """A task of ours; what it waited for is completed."""
        self.run.left(self)

    @property
    def failure(self) -> BaseException | None:
        """What ends the whole operation: a field was cancelled, or the process is to stop."""
        if self.future.cancelled():
            return CancelledError()
        return self.future.exception() if isinstance(self.future, Task) else None


def abandon(awaitable: Any) -> None:
    """See to it that nobody is warned of what is never awaited."""
    if iscoroutine(awaitable):
        awaitable.close()
    elif isfuture(awaitable):
        awaitable.add_done_callback(lambda future: future.cancelled() or future.exception())
