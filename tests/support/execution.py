"""Queries of tests, executed a second time as graphql-core does it, and compared.

`CERCLE_COMPARE_EXECUTION=1 pytest tests/schema` does so for every query that a test sends, unless it counts statements.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from inspect import isawaitable
from typing import Any
from unittest.mock import patch

from graphql import ExecutionResult, OperationType, print_ast
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from persistence.database import ReadPool
from resolvers.context import Context
from resolvers.loaders import Loaders
from schema.execution import CompiledExecutionContext
from tests.execution.comparison import difference

WANTED = bool(os.environ.get("CERCLE_COMPARE_EXECUTION"))

READ_ONCE = ReadPool._once


class Different(BaseException):
    """Stock and compiled execution gave different answers; no handler of errors takes it for one of its own."""


def afresh(context: Context) -> Context:
    """The same viewer at the same moment, with nothing loaded yet."""
    return replace(context, loaders=Loaders(context.loaders.readers, context.loaders.viewer))


def stock(compiled: CompiledExecutionContext) -> StrawberryGraphQLCoreExecutionContext:
    """An executor of the same operation with the same variables, that executes as graphql-core does."""
    return StrawberryGraphQLCoreExecutionContext(
        compiled.schema,
        compiled.fragment_definitions,
        compiled.fragments,
        compiled.root_value,
        afresh(compiled.context_value),
        compiled.operation,
        compiled.variable_values,
        compiled.field_resolver,
        compiled.type_resolver,
        compiled.subscribe_field_resolver,
        middleware_manager=compiled.middleware_manager,
        is_awaitable=compiled.is_awaitable,
        is_async_iterable=compiled.is_async_iterable,
        operation_extensions=compiled.operation_extensions,
    )


COMPARED: list[str] = []
"""The documents that were compared."""


@contextmanager
def compared() -> Iterator[None]:
    """Every query executed within this is executed both ways; it fails where the answers differ."""
    execute_operation = CompiledExecutionContext.execute_operation

    async def both(self: CompiledExecutionContext) -> ExecutionResult:
        expected: Any = stock(self).execute_operation()
        expected = await expected if isawaitable(expected) else expected
        answered = execute_operation(self)
        answered = await answered if isawaitable(answered) else answered
        different = difference(expected, answered)
        document = print_ast(self.operation)
        COMPARED.append(document)
        if different is not None:
            raise Different(f"{different}\n{document}\n{self.variable_values.coerced}")
        return answered  # type: ignore[no-any-return]

    def executed(self: CompiledExecutionContext, serially: bool | None = None) -> Any:
        if self.operation.operation is OperationType.QUERY and ReadPool._once is READ_ONCE:
            return both(self)
        return execute_operation(self, serially)

    with patch.object(CompiledExecutionContext, "execute_operation", executed):
        yield
