"""Operations that nobody thought of: stock and compiled execution give the same answers to them."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.execution import compiled_context
from tests.execution.comparison import difference
from tests.execution.harbour import Sea, harbour
from tests.execution.operations import Operation, operations

# Stock execution leaves coroutines behind when a null at the root overtakes them.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

STOCK = harbour()
CONTEXT = compiled_context(size=64)
COMPILED = harbour(CONTEXT)
VALUES = {"DateTime": st.sampled_from(["2026-01-01T00:00:00", "2000-02-29T12:00:00+00:00"])}


def examples(count: int) -> Any:
    return settings(
        max_examples=count, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )


async def both(operation: Operation) -> None:
    answers = [
        await schema.execute(operation.document, operation.variables, context_value=Sea())
        for schema in (STOCK, COMPILED)
    ]
    different = difference(*answers)
    assert different is None, different


def compared(operation: Operation) -> None:
    asyncio.run(both(operation))


@examples(150)
@given(operations(STOCK._schema, values=VALUES))
def test_any_query_is_answered_the_same(operation: Operation) -> None:
    compared(operation)


@examples(40)
@given(operations(STOCK._schema, values=VALUES, kind="mutation", depth=3))
def test_any_mutation_is_answered_the_same(operation: Operation) -> None:
    compared(operation)


@pytest.mark.deep
@examples(2_000)
@given(operations(STOCK._schema, values=VALUES))
def test_any_of_thousands_of_queries_is_answered_the_same(operation: Operation) -> None:
    compared(operation)


def test_none_of_them_was_left_to_stock_execution() -> None:
    assert CONTEXT.figures.executed > 0
    assert not CONTEXT.figures.declined
