"""Many executions of one plan at once, what is cancelled, and what is left running: nothing."""

import asyncio
import gc
from typing import Any

import pytest
import strawberry
from strawberry.extensions import ParserCache

from schema.execution import compiled_context
from tests.execution.comparison import difference
from tests.execution.harbour import Sea, harbour

pytestmark = pytest.mark.asyncio(loop_scope="module")
"""On a loop of their own, for what others leave running on theirs is not what is meant here."""

CONTEXT = compiled_context(size=64)
COMPILED = harbour(CONTEXT, extensions=[ParserCache])
STOCK = harbour()


def others() -> set[asyncio.Task[Any]]:
    return asyncio.all_tasks() - {asyncio.current_task()}  # type: ignore[arg-type]


async def test_operations_that_share_a_plan_share_nothing_else() -> None:
    inner = 'name berth voyage(plan: {to: "x"}) crew { letter }'
    document = f"query ($n: Int!) {{ ships(first: $n) {{ nodes {{ {inner} }} }} }}"
    expected = [await STOCK.execute(document, {"n": number}, context_value=Sea()) for number in range(8)]
    answers = await asyncio.gather(
        *(COMPILED.execute(document, {"n": number}, context_value=Sea()) for number in range(8))
    )
    for stock, compiled in zip(expected, answers, strict=True):
        assert difference(stock, compiled) is None
    assert CONTEXT.figures.reused > 0


@strawberry.type
class Waiting:
    """What it began, and what it ended of it."""

    @strawberry.field
    async def forever(self, info: strawberry.Info[Any, None]) -> str:
        info.context.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            info.context.append("ended")
        return "never"

    @strawberry.field
    def future(self, info: strawberry.Info[Any, None]) -> str:
        future = asyncio.get_running_loop().create_future()
        info.context.append(future)
        return future  # type: ignore[return-value]

    @strawberry.field
    async def broken(self) -> str:
        await asyncio.sleep(0)
        raise ValueError("broken")

    @strawberry.field
    async def cancelled(self) -> str | None:
        raise asyncio.CancelledError

    @strawberry.field
    def broken_at_once(self) -> str:
        raise ValueError("broken")

    @strawberry.field
    async def deeper(self) -> "Waiting | None":
        await asyncio.sleep(0)
        return Waiting()

    @strawberry.field
    def here(self) -> "Waiting | None":
        return Waiting()


PATIENT = strawberry.Schema(Waiting, execution_context_class=compiled_context(size=64))


@pytest.mark.parametrize(
    "document",
    ["{ forever }", "{ a: forever b: forever }", "{ here { a: forever deeper { b: forever future } } }"],
)
async def test_an_operation_that_is_cancelled_leaves_nothing_running(document: str) -> None:
    context: list[Any] = []
    task = asyncio.create_task(PATIENT.execute(document, context_value=context))
    for _ in range(10):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert context.count("begun") == context.count("ended") > 0
    assert all(one.cancelled() for one in context if isinstance(one, asyncio.Future))
    assert not others()


async def test_what_a_null_hides_is_not_waited_for_and_is_cancelled() -> None:
    context: list[Any] = []
    async with asyncio.timeout(5):
        answer = await PATIENT.execute("{ here { forever broken future } __typename }", context_value=context)
    assert answer.data == {"here": None, "__typename": "Waiting"}
    assert [one.message for one in answer.errors or ()] == ["broken"]
    assert context.count("begun") == context.count("ended") == 1
    assert not others()


async def test_what_waits_elsewhere_is_waited_for() -> None:
    context: list[Any] = []
    task = asyncio.create_task(
        PATIENT.execute("{ a: here { forever broken } b: here { future } }", context_value=context)
    )
    for _ in range(10):
        await asyncio.sleep(0)
    (future,) = (one for one in context if isinstance(one, asyncio.Future))
    future.set_result("there")
    answer = await task
    assert answer.data == {"a": None, "b": {"future": "there"}}
    assert not others()


@pytest.mark.filterwarnings("error")
async def test_what_is_never_begun_warns_nobody() -> None:
    answer = await PATIENT.execute("{ here { forever brokenAtOnce } __typename }", context_value=[])
    assert answer.data == {"here": None, "__typename": "Waiting"}
    gc.collect()
    assert not others()


@pytest.mark.filterwarnings("error")
async def test_a_field_that_is_cancelled_by_somebody_else_ends_the_operation() -> None:
    """As in stock execution, which takes a cancellation for no error of a field."""
    for document in ("{ cancelled }", "{ cancelled forever }", "{ here { cancelled } deeper { forever } }"):
        context: list[Any] = []
        with pytest.raises(asyncio.CancelledError):
            await PATIENT.execute(document, context_value=context)
        assert context.count("begun") == context.count("ended")
        gc.collect()
        assert not others()
