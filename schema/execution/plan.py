"""A plan: an operation as a tree of functions, made once for a schema, an operation and what its switches say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import ExecutionResult, GraphQLObjectType, OperationType

from schema.execution.builder import PLACES_MAX, Builder
from schema.execution.complete import Body
from schema.execution.figures import Declined, Reason
from schema.execution.place import Field
from schema.execution.run import ROOT, Run
from schema.execution.sketch import Recipe

if TYPE_CHECKING:
    from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor


class Plan:
    """Executes its operation, any number of times and at once; what it learns is which classes are plain."""

    def __init__(self, executor: Executor) -> None:
        self.plain: set[type] = set()
        self.places = 0
        operation = executor.operation
        root = executor.schema.get_root_type(operation.operation)
        if root is None:
            raise Declined(Reason.EXECUTOR)
        builder = Builder(self, executor)
        fields = builder.root(root)
        # Root fields of a mutation happen one after the other, so each is a body of its own.
        parts = [[one] for one in fields] if operation.operation is OperationType.MUTATION else [fields]
        names = [builder.object(root, part, told=True) for part in parts]
        namespace = builder.finish(operation.name.value if operation.name else operation.operation.value)
        self.bodies: list[Body] = [namespace[name] for name in names]

    @property
    def has_grown(self) -> bool:
        """Whether unions and interfaces made it too large while it was used."""
        return self.places > 2 * PLACES_MAX

    def execute(self, executor: Executor) -> Any:
        """The result, or an awaitable of it as soon as anything is awaited."""
        run = Run(self, executor)
        data: dict[str, Any] = {}
        for index, body in enumerate(self.bodies):
            fields = run.walk(body, executor.root_value)
            if run.pending:
                return self.go_on(run, data, fields, index + 1)
            if fields is None:
                break
            data.update(fields)
        return result(run, data)

    async def go_on(self, run: Run, data: dict[str, Any], fields: Any, index: int) -> ExecutionResult:
        """Wait for the root fields that were begun, then go on with the others one by one."""
        await run.drain()
        data.update(fields)
        for body in self.bodies[index:]:
            fields = None if ROOT in run.nulled else run.walk(body, run.executor.root_value)
            if fields is None:
                break
            await run.drain()
            data.update(fields)
        return result(run, data)

    def body(self, run: Run, type_: GraphQLObjectType, field: Field) -> Body:
        """The body of a type that a value turned out to have; made when the first such value comes."""
        builder = Builder(self, run.executor, later=True)
        name = builder.object(type_, builder.selected_of(type_, field))
        body: Body = builder.finish(type_.name)[name]
        return body

    def drawn(self, run: Run, type_: Any, field: Field, recipe: Recipe) -> Body | None:
        """The body of a list that says how its items are made; None where that does not help."""
        builder = Builder(self, run.executor, later=True)
        name = builder.drawn_items(field, type_, recipe)
        return None if name is None else builder.finish(field.name)[name]

    def drawn_one(self, run: Run, type_: GraphQLObjectType, field: Field, recipe: Recipe) -> Body | None:
        """The same of an object."""
        builder = Builder(self, run.executor, later=True)
        name = builder.drawn_one(field, type_, recipe)
        return None if name is None else builder.finish(type_.name)[name]


def result(run: Run, data: dict[str, Any]) -> ExecutionResult:
    return ExecutionResult(None if ROOT in run.nulled else data, run.errors or None)
