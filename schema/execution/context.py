"""The seam: an executor that runs an operation by its plan, and hands to stock execution what has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self

from graphql import DocumentNode, GraphQLSchema
from graphql.execution.executor import CollectedErrors, default_field_resolver, default_type_resolver
from graphql.pyutils.is_awaitable import is_awaitable
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.execution.cache import PlanCache
from schema.execution.figures import Declined, ExecutionFigures, Reason
from schema.execution.operation import Operation
from schema.execution.plan import Plan
from schema.execution.run import COERCED, CONVERTED
from schema.execution.sample import samples

OWN: dict[str, Callable[[Any], Any]] = {
    "collected_errors": lambda executor: CollectedErrors(),
    "pending_incremental_futures": lambda executor: set(),
    "background_futures": lambda executor: set(),
    "async_helpers": lambda executor: GraphQLResolveInfoHelpers(
        gather=executor.gather_async_work, track=executor.track_async_work
    ),
}
"""What an execution has for itself."""


class CompiledExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """`strawberry.Schema(execution_context_class=CompiledExecutionContext)`: the same answers, sooner.

    Schemas with this class share its cache and figures; `compiled_context` makes a class with its own.
    """

    operations: ClassVar[PlanCache[Operation]] = PlanCache()
    figures: ClassVar[ExecutionFigures] = ExecutionFigures()

    kept: CompiledExecutionContext | None = None
    """The executor that this one is another of; whoever runs it again is spared the way to the plan too."""
    kept_plan: Plan | None = None
    """Of those that are others of this one."""
    shared: dict[str, Any] | None = None
    """What they all have of this one."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        kept = self.kept
        plan = None if kept is None else kept.kept_plan
        if plan is not None and serially is None and not plan.has_grown:
            self.figures.reused += 1
            return plan.execute(self)
        try:
            plan = self.plan(serially)
            if kept is not None:
                kept.kept_plan = plan
        except Declined as declined:
            self.figures.declined[declined.reason] += 1
            for name in OWN:
                # Stock execution may copy itself, and what it has for itself with it.
                getattr(self, name)
            return super().execute_operation(serially)
        return plan.execute(self)

    def __getattr__(self, name: str) -> Any:
        # Called for what is not there yet: a plan hardly ever looks for it.
        make = OWN.get(name)
        if make is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        made = self.__dict__[name] = make(self)
        return made

    @classmethod
    def prepare(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        variables: dict[str, Any] | None = None,
        operation_name: str | None = None,
    ) -> bool:
        """Make the plan of an operation before it is asked for; whether there is one, and the variables fit.

        The plan is that of this very document, with the switches as these variables and their defaults set them;
        without variables, as some that fit set them.
        """
        if variables is None:
            variables = samples(schema, document, operation_name)
        executor = cls.build(schema, document, None, None, variables, operation_name)
        if not isinstance(executor, CompiledExecutionContext):
            return False
        try:
            executor.plan(None)
        except Declined as declined:
            cls.figures.declined[declined.reason] += 1
            return False
        return True

    def again(self, context_value: Any) -> Self:
        """A new execution of the same operation with the same variables, for somebody else.

        Finding the operation and coercing its variables costs more than the executor itself; variables that were
        coerced are never changed, so executions may share them.
        """
        if self.shared is None:
            for name in (CONVERTED, COERCED):
                self.__dict__.setdefault(name, {})
            mine = {name: value for name, value in self.__dict__.items() if name not in OWN}
            self.shared = {**mine, "async_work_finished_hook_task": None, "kept_plan": None}
        executor = object.__new__(type(self))
        executor.__dict__ = self.shared.copy()
        executor.kept = self
        executor.context_value = context_value
        return executor

    def spare(self) -> Self:
        """One to be run again, that has nothing of whoever asked first."""
        executor = self.again(None)
        executor.kept = None
        return executor

    def plan(self, serially: bool | None) -> Plan:
        reason = self.refused(serially)
        if reason is not None:
            raise Declined(reason)
        key = (id(self.schema), id(self.operation), *map(id, self.fragment_definitions.values()))
        operation = self.operations.get(key)
        if operation is None:
            operation = Operation(self)
            self.operations.put(key, operation)
        return operation.plan(self, self.figures)

    def refused(self, serially: bool | None) -> Reason | None:
        """What makes this one execution none for a plan, whatever its operation is."""
        if self.middleware_manager is not None and self.middleware_manager.middlewares:
            return Reason.MIDDLEWARE
        usual = (
            serially is None
            and self.abort_signal is None
            and self.hooks is None
            and self.field_resolver is default_field_resolver
            and self.type_resolver is default_type_resolver
            and self.is_awaitable in (optimized_is_awaitable, is_awaitable)
        )
        return None if usual else Reason.EXECUTOR


def compiled_context(size: int) -> type[CompiledExecutionContext]:
    """A context class with a cache of this many operations and figures of its own."""
    own = {"operations": PlanCache[Operation](size), "figures": ExecutionFigures()}
    return type("CompiledExecutionContext", (CompiledExecutionContext,), own)
