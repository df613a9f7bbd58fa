"""The parents of one field that are resolved together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.execution.arguments import Arguments
from schema.execution.batch import BatchResolver
from schema.execution.complete import complete, settle
from schema.execution.place import Slot

if TYPE_CHECKING:
    from schema.execution.run import Run


class LevelPlan:
    """A batch field at one place of an operation."""

    __slots__ = ("arguments", "is_async", "resolver")

    def __init__(self, resolver: BatchResolver, arguments: Arguments) -> None:
        self.resolver = resolver
        self.is_async = resolver.is_async
        self.arguments = arguments

    def begin(self, run: Run, slot: Slot) -> Level:
        """A level whose first parent is that of the slot; raises when the arguments can not be converted."""
        arguments = self.arguments
        return Level(self.resolver, arguments.info(run, slot, arguments.definition), arguments.of(run, slot))


class Level:
    """The parents that were met so far; once it is resolved the next one begins another."""

    __slots__ = ("arguments", "info", "parents", "resolver", "slots")

    def __init__(self, resolver: BatchResolver, info: Any, arguments: dict[str, Any]) -> None:
        self.resolver = resolver
        self.info = info
        self.arguments = arguments
        self.parents: list[Any] = []
        self.slots: list[Slot] = []

    def join(self, source: Any, slot: Slot) -> None:
        self.parents.append(source)
        self.slots.append(slot)

    async def answers(self) -> Any:
        """One for each parent; what goes wrong with all of them goes wrong with each."""
        try:
            answers = self.resolver.call(self.parents, self.info, self.arguments)
            return self.resolver.checked(await answers if self.resolver.is_async else answers, len(self.parents))
        except Exception as error:
            return [error] * len(self.parents)

    def answers_at_once(self) -> Any:
        try:
            answers = self.resolver.call(self.parents, self.info, self.arguments)
            return self.resolver.checked(answers, len(self.parents))
        except Exception as error:
            return [error] * len(self.parents)

    def spread(self, run: Run, answers: Any, _slot: None) -> None:
        # What an async resolver answers was awaited; what a sync one answers may be awaitable, as of any resolver.
        then = settle if self.resolver.is_async else complete
        for slot, answer in zip(self.slots, answers, strict=True):
            try:
                run.fill(answer, slot, then)
            except Exception as error:
                run.propagate(error, slot)
