"""The seam: an executor that runs an operation by its plan, and hands to stock execution what has none."""

from __future__ import annotations

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


class CompiledExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """`strawberry.Schema(execution_context_class=CompiledExecutionContext)`: the same answers, sooner.

    Schemas with this class share its cache and figures; `compiled_context` makes a class with its own.
    """

    operations: ClassVar[PlanCache[Operation]] = PlanCache()
    figures: ClassVar[ExecutionFigures] = ExecutionFigures()

    kept: CompiledExecutionContext | None = None
    """The executor that this one is another of; whoever runs it again is spared the way to the plan too."""
    kept_plan: Plan | None = None

    def execute_operation(self, serially: bool | None = None) -> Any:
        if self.kept_plan is not None and serially is None and not self.kept_plan.has_grown:
            self.figures.reused += 1
            return self.kept_plan.execute(self)
        try:
            plan = self.plan(serially)
            if self.kept is not None:
                self.kept.kept_plan = plan
        except Declined as declined:
            self.figures.declined[declined.reason] += 1
            return super().execute_operation(serially)
        return plan.execute(self)

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
        kept = self.__dict__
        if CONVERTED not in kept:
            kept[CONVERTED], kept[COERCED] = {}, {}
        executor = object.__new__(type(self))
        executor.__dict__.update(kept)
        executor.kept = self
        executor.context_value = context_value
        # What an execution has for itself.
        executor.collected_errors = CollectedErrors()
        executor.pending_incremental_futures = set()
        executor.background_futures = set()
        executor.async_work_finished_hook_task = None
        executor.async_helpers = GraphQLResolveInfoHelpers(
            gather=executor.gather_async_work, track=executor.track_async_work
        )
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
