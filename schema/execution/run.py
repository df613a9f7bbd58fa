"""One execution of a plan: its errors, what it waits for, and nothing that another execution could see.

Resolvers are called while the tree is walked. An awaitable leaves a null in its slot and is *pending*. When the walk is
over all that is pending starts together, so a DataLoader sees the whole level; and each value is completed, and what it
brings started, in the moment in which it arrives, so nobody waits for the slowest of a level.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, gather, get_running_loop, isfuture, sleep
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLError, located_error

from schema.execution.complete import settle
from schema.execution.place import Keys, Slot, keys_of
from schema.execution.wait import Then, Wait, abandon

if TYPE_CHECKING:
    from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

    from schema.execution.arguments import Arguments
    from schema.execution.level import Level, LevelPlan
    from schema.execution.plan import Plan

Pending: TypeAlias = "tuple[Awaitable[Any], Slot | None, Then]"
"""What to wait for, the slot that its completed value goes to, and what completes it; a level has slots of its own."""

ROOT: Keys = ()

CONVERTED = "converted_arguments"
"""Where an executor that will be run again keeps arguments that can not change."""

COERCED = "coerced_arguments"
"""Where it keeps those that are converted anew for each execution, as they were coerced."""


class Run:
    """The state of one execution."""

    __slots__ = (
        "arguments",
        "coerced",
        "context",
        "detached",
        "errors",
        "executor",
        "failure",
        "idle",
        "is_awaitable",
        "levels",
        "loop",
        "nulled",
        "pending",
        "plan",
        "stopping",
        "sweeping",
        "waiting",
    )

    def __init__(self, plan: Plan, executor: StrawberryGraphQLCoreExecutionContext) -> None:
        self.plan = plan
        self.executor = executor
        self.context = executor.context_value
        self.is_awaitable = executor.is_awaitable
        self.errors: list[GraphQLError] = []
        self.nulled: set[Keys] = set()
        # Executions with the same variables share what was converted of them.
        kept = executor.__dict__
        self.arguments: dict[Arguments, dict[str, Any]] = kept.setdefault(CONVERTED, {})
        self.coerced: dict[Arguments, dict[str, Any]] = kept.setdefault(COERCED, {})
        self.levels: dict[LevelPlan, Level] = {}
        self.pending: list[Pending] = []
        self.waiting: set[Wait] = set()
        self.detached: set[Wait] = set()
        self.loop: AbstractEventLoop | None = None
        self.idle: Future[None] | None = None
        self.failure: BaseException | None = None
        self.stopping = self.sweeping = False

    # Errors

    def add(self, error: GraphQLError, keys: Keys) -> None:
        """Keep an error, unless the place is null already because of another."""
        if not self.is_nulled(keys):
            self.nulled.add(keys)
            self.errors.append(error)

    def is_nulled(self, keys: Keys) -> bool:
        nulled = self.nulled
        return bool(nulled) and any(keys[:length] in nulled for length in range(len(keys) + 1))

    def is_lost(self, slot: Slot | None) -> bool:
        """Whether what would come into this slot shows nowhere."""
        return slot is not None and bool(self.nulled) and self.is_nulled(keys_of(slot))

    def propagate(self, error: Exception, slot: Slot | None) -> None:
        """Null the nearest place that may be null, now that nobody up there can catch the error any more."""
        assert slot is not None
        located = located_error(error, slot[3].field.nodes, list(keys_of(slot)))
        nulled: Slot | None = slot
        while nulled is not None and nulled[3].non_null:
            nulled = nulled[0]
        if nulled is None:
            self.add(located, ROOT)
        else:
            nulled[1][nulled[2]] = None
            self.add(located, keys_of(nulled))
        if self.waiting and not self.sweeping and self.loop is not None:
            self.sweeping = True
            self.loop.call_soon(self.sweep)

    # The walk

    def walk(self, body: Callable[..., Any], source: Any) -> Any:
        """The fields of a root, as far as they go without waiting; None when one of them made all of it null."""
        fields = None
        try:
            fields = body(self, source, None, True)
        except GraphQLError as error:
            self.add(error, ROOT)
            self.drop()
        if self.levels:
            self.finish_levels()
        return fields

    def pend(self, awaitable: Any, slot: Slot, then: Then = settle) -> None:
        """Wait for a value; the null that this returns stands in its slot meanwhile."""
        self.pending.append((awaitable, slot, then))

    def join(self, plan: LevelPlan, source: Any, slot: Slot) -> None:
        """Resolve a field of this parent together with those of its level."""
        level = self.levels.get(plan)
        if level is None:
            level = self.levels[plan] = plan.begin(self, slot)
            if plan.is_async or self.loop is not None:
                self.pending.append((self.gathered(plan, level), None, level.spread))
        level.join(source, slot)

    async def gathered(self, plan: LevelPlan, level: Level) -> Any:
        if self.waiting:
            # As a DataLoader does: parents that arrive within the same two turns of the loop are one level.
            await sleep(0)
        self.levels.pop(plan, None)
        return await level.answers()

    def finish_levels(self) -> None:
        """Resolve what needs no event loop; completing it may bring the next level."""
        while plans := [plan for plan in self.levels if not plan.is_async]:
            for plan in plans:
                level = self.levels.pop(plan)
                level.spread(self, level.answers_at_once(), None)

    # Waiting

    async def drain(self) -> None:
        """Until nothing is pending and nothing is waited for."""
        self.loop = get_running_loop()
        try:
            while self.pending or self.waiting:
                if len(self.pending) == 1 and not self.waiting:
                    # As `arrive` does it, without a coroutine more for what most operations are.
                    awaitable, slot, then = self.pending.pop()
                    if self.is_lost(slot):
                        abandon(awaitable)
                        continue
                    try:
                        self.fill(await awaitable, slot, then)
                    except Exception as error:
                        self.propagate(error, slot)
                    continue
                self.launch()
                if self.waiting:
                    self.idle = self.loop.create_future()
                    await self.idle
                if self.failure is not None:
                    raise self.failure
        finally:
            self.drop()
            if self.waiting or self.detached:
                await self.stop()
            self.loop = None

    async def arrive(self, awaitable: Awaitable[Any], slot: Slot | None, then: Then) -> None:
        """Wait for one value and fill its slot."""
        if self.is_lost(slot):
            return abandon(awaitable)
        try:
            self.fill(await awaitable, slot, then)
        except Exception as error:
            self.propagate(error, slot)

    def fill(self, value: Any, slot: Slot | None, then: Then) -> None:
        if slot is None:
            then(self, value, slot)
        elif not self.is_lost(slot):
            slot[1][slot[2]] = then(self, value, slot)

    def launch(self) -> None:
        """Start all that is pending, in the order in which it was found."""
        assert self.loop is not None
        pending, self.pending = self.pending, []
        for awaitable, slot, then in pending:
            if self.is_lost(slot):
                abandon(awaitable)
                continue
            if isfuture(awaitable):
                wait = Wait(self, awaitable, awaitable, slot, then)
                awaitable.add_done_callback(wait.arrived)
            else:
                task = self.loop.create_task(self.arrive_and_go_on(awaitable, slot, then))
                wait = Wait(self, awaitable, task, slot, then)
                task.add_done_callback(wait.ended)
            self.waiting.add(wait)

    async def arrive_and_go_on(self, awaitable: Awaitable[Any], slot: Slot | None, then: Then) -> None:
        await self.arrive(awaitable, slot, then)
        self.go_on()

    def go_on(self) -> None:
        if self.pending and not self.stopping:
            self.launch()

    def left(self, wait: Wait) -> None:
        """Something is no longer waited for; the last one ends the waiting."""
        if self.stopping or wait not in self.waiting:
            return
        self.waiting.remove(wait)
        self.failure = self.failure or wait.failure
        if self.failure is not None or not self.waiting:
            self.wake()

    def wake(self) -> None:
        if self.idle is not None and not self.idle.done():
            self.idle.set_result(None)

    # Ending

    def sweep(self) -> None:
        """Wait no longer for what is below a place that an error made null.

        It is cancelled when the waiting ends, not before: another branch may wait for the same DataLoader's future.
        """
        self.sweeping = False
        lost = {wait for wait in self.waiting if self.is_lost(wait.slot)}
        self.waiting -= lost
        self.detached |= lost
        if not self.waiting:
            self.wake()

    def drop(self) -> None:
        """Begin nothing more."""
        for awaitable, _, _ in self.pending:
            abandon(awaitable)
        self.pending.clear()
        self.levels.clear()

    async def stop(self) -> None:
        """Leave nothing running."""
        self.stopping = True
        running = self.waiting | self.detached
        self.waiting, self.detached = set(), set()
        for wait in running:
            wait.future.cancel()
        await gather(*(wait.future for wait in running), return_exceptions=True)
        for wait in running:
            # A task that was cancelled before it began has not awaited it.
            abandon(wait.awaitable)
        self.stopping = False
