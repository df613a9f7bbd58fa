"""The seam: an executor that runs an operation by its plan, and hands to stock execution what has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution.executor import default_field_resolver, default_type_resolver
from graphql.pyutils.is_awaitable import is_awaitable
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.execution.cache import VARIANTS_MAX, PlanCache
from schema.execution.figures import ExecutionFigures, Reason
from schema.execution.plan import PLACES_MAX, Declined, Plan

SWITCHES = ("skip", "include")


class Operation:
    """An operation that was seen, the variables that switch its selections, and its plans by what they say.

    It holds the schema and the nodes, so that as long as it is kept nothing else can have their identities.
    """

    __slots__ = ("declined", "held", "switches", "variants")

    def __init__(self, executor: StrawberryGraphQLCoreExecutionContext) -> None:
        self.held: tuple[GraphQLSchema, OperationDefinitionNode, list[FragmentDefinitionNode]]
        self.held = executor.schema, executor.operation, list(executor.fragment_definitions.values())
        self.variants: dict[tuple[object, ...], Plan | Reason] = {}
        directives = list(self.directives())
        self.declined: Reason | None = None
        if executor.operation.directives or any(one.name.value not in SWITCHES for one in directives):
            self.declined = Reason.DIRECTIVE
        elif any(fragment.variable_definitions for fragment in self.held[2]):
            self.declined = Reason.FRAGMENT_ARGUMENTS
        values = [argument.value for directive in directives for argument in directive.arguments or ()]
        self.switches = tuple(sorted({value.name.value for value in values if isinstance(value, VariableNode)}))

    def directives(self) -> Iterator[DirectiveNode]:
        _, operation, fragments = self.held
        sets: list[SelectionSetNode] = [operation.selection_set, *(one.selection_set for one in fragments)]
        while sets:
            for selection in sets.pop().selections:
                yield from selection.directives or ()
                if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set is not None:
                    sets.append(selection.selection_set)

    def plan(self, executor: StrawberryGraphQLCoreExecutionContext, figures: ExecutionFigures) -> Plan:
        """The plan for these variables, made if there is none."""
        if self.declined is not None:
            raise Declined(self.declined)
        coerced = executor.variable_values.coerced
        variant = tuple(coerced.get(name) for name in self.switches)
        found = self.variants.get(variant)
        if found is None:
            found = self.compiled(variant, executor)
            figures.compiled += isinstance(found, Plan)
        elif isinstance(found, Plan):
            if found.places > 2 * PLACES_MAX:
                # Unions and interfaces made it grow while it was used.
                found = self.variants[variant] = Reason.SIZE
            else:
                figures.reused += 1
        if isinstance(found, Reason):
            raise Declined(found)
        return found

    def compiled(self, variant: tuple[object, ...], executor: StrawberryGraphQLCoreExecutionContext) -> Plan | Reason:
        if not all(type(switch) is bool for switch in variant):
            return Reason.SWITCH
        if len(self.variants) >= VARIANTS_MAX:
            return Reason.VARIANTS
        made: Plan | Reason
        try:
            made = Plan(executor)
        except Declined as declined:
            made = declined.reason
        except RecursionError:
            made = Reason.DEPTH
        self.variants[variant] = made
        return made


class CompiledExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """`strawberry.Schema(execution_context_class=CompiledExecutionContext)`: the same answers, sooner.

    Schemas with this class share its cache and figures; `compiled_context` makes a class with its own.
    """

    operations: ClassVar[PlanCache[Operation]] = PlanCache()
    figures: ClassVar[ExecutionFigures] = ExecutionFigures()

    def execute_operation(self, serially: bool | None = None) -> Any:
        try:
            plan = self.plan(serially)
        except Declined as declined:
            self.figures.declined[declined.reason] += 1
            return super().execute_operation(serially)
        return plan.execute(self)

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
        if self.operation.operation is OperationType.SUBSCRIPTION:
            return Reason.SUBSCRIPTION
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
