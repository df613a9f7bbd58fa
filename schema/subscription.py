"""A subscription: where its events come from, and the answer to each of them."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Any, Protocol, TypeVar

from graphql import ExecutionResult as Result
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, OperationType, located_error
from graphql.execution import create_source_event_stream
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from schema.coded import CodedSchema
from schema.document import Document
from schema.execution import CompiledExecutionContext

R = TypeVar("R")


class Bounds(Protocol):
    """How long each part of a subscription may take, and what it costs."""

    async def begun(self, begin: Callable[[], Awaitable[R]]) -> R:
        """What it begins with."""
        ...

    async def run(self, run: Callable[[], Awaitable[ExecutionResult]]) -> ExecutionResult:
        """One answer; a `PreExecutionError` when it may not take longer."""
        ...


def subscribes(document: Document, operation_name: str | None) -> bool:
    """Whether the operation that is meant goes on."""
    meant = document.meant(operation_name)
    return meant is not None and meant.kind == OperationType.SUBSCRIPTION.value


async def answers(
    schema: CodedSchema,
    document: Document,
    variables: dict[str, Any] | None,
    operation_name: str | None,
    context: Any,
    bounds: Bounds,
) -> AsyncGenerator[ExecutionResult, None]:
    """One answer for each change, until somebody closes this.

    What can not begin, or may not go on, ends with a `PreExecutionError`. Each change is answered by an execution of
    its own, in the context that came with it, so nothing that was loaded for one is seen by the next.
    """
    executor: Any = schema.build_executor(document, variables, operation_name, context)
    if isinstance(executor, list):
        yield refused(schema, executor, context)
        return
    source = await bounds.begun(partial(begin, executor))
    if isinstance(source, Result):
        yield refused(schema, source.errors or [], context)
        return
    async with aclosing(source):
        while True:
            try:
                change = await anext(source)
            except Exception as error:
                yield refused(schema, [located(error, executor.operation)], context)
                return
            result = await bounds.run(partial(answer, schema, executor, change))
            yield result
            if isinstance(result, PreExecutionError):
                return


async def begin(executor: Any) -> Any:
    """Where the changes come from, or why there are none."""
    source: Any = create_source_event_stream(executor)
    return await source if executor.is_awaitable(source) else source


async def answer(schema: CodedSchema, executor: Any, change: Any) -> ExecutionResult:
    """The operation executed on one change."""
    if isinstance(executor, CompiledExecutionContext):
        one = executor.again(change.context)
        one.root_value = change
    else:
        one = executor.build_per_event_executor(change)
        one.context_value = change.context
    result = one.execute_operation()
    if executor.is_awaitable(result):
        result = await result
    return schema.coded(ExecutionResult(data=result.data, errors=result.errors), change.context)


def located(error: Exception, operation: OperationDefinitionNode) -> GraphQLError:
    """The error where it shows: at the one field that a subscription has."""
    field = operation.selection_set.selections[0]
    key = field.alias or field.name if isinstance(field, FieldNode) else None
    return located_error(error, [field], None if key is None else [key.value])


def refused(schema: CodedSchema, errors: list[GraphQLError], context: Any) -> ExecutionResult:
    coded = schema.coded(ExecutionResult(data=None, errors=errors), context)
    return PreExecutionError(data=None, errors=coded.errors)
