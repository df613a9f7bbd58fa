"""What has a plan and what has none, how long plans are kept, and how all of that is counted."""

import gc
import weakref
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import strawberry
from graphql import DocumentNode, execute, parse
from strawberry.extensions import ParserCache, SchemaExtension
from strawberry.schema.config import StrawberryConfig

from schema.execution import CompiledExecutionContext, Reason, compiled_context
from schema.execution.builder import Builder
from schema.execution.cache import VARIANTS_MAX
from tests.execution.comparison import difference
from tests.execution.harbour import Sea, harbour

STOCK = harbour()


async def answer(schema: strawberry.Schema, document: str, **variables: Any) -> Any:
    return await schema.execute(document, variables, context_value=Sea())


class Upper(SchemaExtension):
    async def resolve(self, next_: Any, root: Any, info: Any, *arguments: Any, **named: Any) -> Any:
        result = next_(root, info, *arguments, **named)
        result = await result if hasattr(result, "__await__") else result
        return result.upper() if isinstance(result, str) else result


class Timed(SchemaExtension):
    def on_operation(self) -> Any:
        yield

    def on_execute(self) -> Any:
        yield
        assert self.execution_context.result is not None


async def test_a_document_is_compiled_once_and_its_plan_used_again() -> None:
    context = compiled_context(size=8)
    schema = harbour(context, extensions=[ParserCache])
    for _ in range(3):
        await answer(schema, "{ ship { name } }")
    assert (context.figures.compiled, context.figures.reused) == (1, 2)
    assert context.figures.snapshot()["compiled"] == 1
    assert set(context.figures.snapshot()) == {"compiled", "reused", *(f"declined_{one}" for one in Reason)}


async def test_a_plan_can_be_made_before_anybody_asks() -> None:
    context = compiled_context(size=8)
    schema = harbour(context)._schema
    document = parse("query ($on: Boolean!, $n: Int) { ship(number: $n) { name @include(if: $on) } __typename }")
    assert context.prepare(schema, document, {"on": True})
    assert not context.prepare(schema, document, {})
    assert not context.prepare(schema, parse("{ __schema { queryType { name } } }"))
    assert (context.figures.compiled, context.figures.reused) == (1, 0)
    result: Any = execute(schema, document, variable_values={"on": True, "n": 3}, executor_class=context)
    assert result.data == {"ship": {"name": "ship 3"}, "__typename": "Query"}
    assert (context.figures.compiled, context.figures.reused) == (1, 1)


async def test_a_plan_is_made_with_variables_that_fit_when_none_are_given() -> None:
    context = compiled_context(size=8)
    schema = harbour(context)._schema
    document = parse("query ($on: Boolean!, $n: Int!) { ship(number: $n) { name @include(if: $on) } }")

    assert context.prepare(schema, document)
    result: Any = execute(schema, document, variable_values={"on": True, "n": 3}, executor_class=context)

    assert result.data == {"ship": {"name": "ship 3"}}
    assert (context.figures.compiled, context.figures.reused) == (1, 1)


async def declined(document: str, *, extensions: Any = (), in_order: bool = False, **variables: Any) -> list[Reason]:
    """Why a document was left to stock execution, which answers as it always does."""
    context = compiled_context(size=8)
    compiled = await answer(harbour(context, extensions=extensions), document, **variables)
    stock = await answer(harbour(extensions=extensions), document, **variables)
    assert difference(stock, compiled) is None
    return list(context.figures.declined)


async def test_introspection_is_left_to_stock_execution() -> None:
    assert await declined("{ __schema { queryType { name } } }") == [Reason.INTROSPECTION]
    assert await declined('{ ship { name } __type(name: "Ship") { name } }') == [Reason.INTROSPECTION]
    assert await declined("{ __typename ship { __typename } }") == []


async def test_extensions_that_wrap_resolvers_are_left_to_stock_execution() -> None:
    assert await declined("{ ship { name } }", extensions=[Upper]) == [Reason.MIDDLEWARE]


async def test_extensions_that_do_not_wrap_resolvers_are_no_hindrance() -> None:
    assert await declined("{ ship { name } }", extensions=[Timed]) == []


async def test_a_switch_without_a_boolean_is_left_to_stock_execution() -> None:
    document = "query ($on: Boolean = true) { ship { name @skip(if: $on) number } }"
    assert await declined(document, on=None) == [Reason.SWITCH]
    assert await declined(document) == []


def doubling(times: int) -> str:
    """Fragments that select 2 to the power of `times` ships, in as many lines as there are times."""
    both = "a%d: hull { ...F%d } b%d: hull { ...F%d }"
    steps = [f"fragment F{n} on Ship {{ {both % (n, n + 1, n, n + 1)} }}" for n in range(times)]
    return " ".join([*steps, f"fragment F{times} on Ship {{ name }}"])


async def test_a_document_that_grows_beyond_measure_is_left_to_stock_execution() -> None:
    document = "{ ship(number: -1) { ...F0 } } " + doubling(12)
    assert await declined(document) == [Reason.SIZE]


async def test_what_grows_below_an_interface_is_compiled_as_far_as_the_data_goes() -> None:
    document = "{ numbered(number: 2) { number ...F0 } } " + doubling(12)
    assert await declined(document) == []


async def test_operation_directives_are_left_to_stock_execution() -> None:
    context = compiled_context(size=8)
    schema = harbour(context)
    document = "query @experimental_disableErrorPropagation { fleet(first: 4) { crew { surname } } }"
    compiled, stock = await answer(schema, document), await answer(STOCK, document)
    assert difference(stock, compiled) is None
    if not stock.errors or stock.errors[0].path:
        assert list(context.figures.declined) == [Reason.DIRECTIVE]


async def test_a_stream_of_stock_execution_is_left_to_it() -> None:
    context = compiled_context(size=8)
    schema = strawberry.Schema(Later, subscription=Subscription, execution_context_class=context)
    stream: Any = await schema.subscribe("subscription { count }")
    assert [one.data async for one in stream] == [{"count": 0}, {"count": 1}]
    assert set(context.figures.declined) == {Reason.EXECUTOR}


async def test_an_event_of_a_subscription_is_executed_by_a_plan() -> None:
    context = compiled_context(size=8)
    schema = strawberry.Schema(Later, subscription=Subscription, execution_context_class=context)
    executor: Any = context.build(schema._schema, parse("subscription { count }"))
    for event in (0, 1):
        one = executor.again(None)
        one.root_value = event
        assert one.execute_operation().data == {"count": event}
    assert (context.figures.compiled, context.figures.reused, not context.figures.declined) == (1, 1, True)


def test_executions_that_are_left_to_stock_execution_have_their_own_errors() -> None:
    words = iter(["once", "again"])

    @strawberry.type
    class Query:
        @strawberry.field
        def fails(self) -> int | None:
            raise ValueError(next(words))

    context = compiled_context(size=8)
    schema = strawberry.Schema(Query, execution_context_class=context)
    executor: Any = context.build(schema._schema, parse("{ fails __schema { queryType { name } } }"))
    results = [executor.again(None).execute_operation() for _ in range(2)]
    assert list(context.figures.declined) == [Reason.INTROSPECTION]
    assert [[error.message for error in one.errors] for one in results] == [["once"], ["again"]]


async def test_what_is_kept_to_be_run_again_holds_nothing_of_who_asked_first() -> None:
    context = compiled_context(size=4)
    schema = harbour(context)
    sea = Sea()
    first: Any = context.build(schema._schema, parse("{ barges { number } }"), None, sea)
    assert first.execute_operation().errors is None

    spare, gone = first.spare(), weakref.ref(sea)
    assert spare.again(Sea()).execute_operation().errors is None
    del first, sea
    gc.collect()

    assert gone() is None


async def test_incremental_delivery_is_left_to_stock_execution() -> None:
    context = compiled_context(size=8)
    config = StrawberryConfig(enable_experimental_incremental_execution=True)
    schema = strawberry.Schema(Later, execution_context_class=context, config=config)
    result: Any = await schema.execute("{ now ... @defer { later } }")
    assert result.initial_result.data == {"now": 1}
    assert list(context.figures.declined) == [Reason.DIRECTIVE]


async def test_types_that_are_told_by_coroutines_are_waited_for() -> None:
    context = compiled_context(size=8)
    schemas = strawberry.Schema(Told), strawberry.Schema(Told, execution_context_class=context)
    stock, compiled = [await one.execute("{ a: told(well: true) { name } b: told { name } }") for one in schemas]
    assert difference(stock, compiled) is None
    assert compiled.data == {"a": {"name": "x"}, "b": None}
    assert not context.figures.declined


async def test_a_plan_does_not_hold_what_it_was_first_executed_with() -> None:
    context = compiled_context(size=8)
    schema, sea = harbour(context), Sea()
    document = (
        "query ($n: Int!) { seen(first: $n) { ... on Ship { name rank sailing(fast: true) } } numbered { number } }"
    )
    await schema.execute(document, {"n": 5}, context_value=sea)
    gone = weakref.ref(sea)
    del sea
    gc.collect()
    assert len(context.operations) == 1
    assert gone() is None


async def test_a_plan_that_can_not_be_made_costs_nobody_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> Any:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(Builder, "object", broken)
    assert await declined("{ ship { name } }") == [Reason.FAILED]


def test_a_switch_that_was_never_validated_fails_as_in_stock_execution() -> None:
    context = compiled_context(size=8)
    document = parse("{ ship { name @skip(if: null) } }")
    compiled: Any = execute(harbour(context)._schema, document, executor_class=context)
    stock: Any = execute(STOCK._schema, document, executor_class=STOCK.execution_context_class)
    assert difference(stock, compiled) is None
    assert list(context.figures.declined) == [Reason.SWITCH]


async def test_ten_thousand_documents_leave_as_many_plans_as_the_cache_holds() -> None:
    context = compiled_context(size=32)
    schema = harbour(context)._schema
    for number in range(10_000):
        execute(schema, parse(f"{{ k{number}: __typename }}"), executor_class=context)
    assert len(context.operations) == 32
    assert context.figures.compiled == 10_000
    assert sum(len(one.variants) for one in context.operations.operations.values()) == 32


async def test_one_document_has_no_more_plans_than_a_few_of_its_switches() -> None:
    context = compiled_context(size=8)
    schema = harbour(context, extensions=[ParserCache])
    names = [f"v{number}" for number in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    switched = " ".join(f"{name}: __typename @skip(if: ${name})" for name in names)
    document = f"query ({declared}) {{ __typename {switched} }}"
    for number in range(2 ** len(names)):
        on = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        assert difference(await answer(STOCK, document, **on), await answer(schema, document, **on)) is None
    assert context.figures.compiled == VARIANTS_MAX
    assert context.figures.declined[Reason.VARIANTS] == 2 ** len(names) - VARIANTS_MAX


async def test_schemas_that_share_nodes_share_no_plan() -> None:
    """ParserCache hands the same document to every schema of its size."""
    context = compiled_context(size=8)

    def made(name: str) -> strawberry.Schema:
        @strawberry.type
        class Query:
            @strawberry.field
            def name(self) -> str:
                return name

        return strawberry.Schema(Query, execution_context_class=context, extensions=[ParserCache])

    one, other = made("one"), made("other")
    for _ in range(2):
        assert (await one.execute("{ name }")).data == {"name": "one"}
        assert (await other.execute("{ name }")).data == {"name": "other"}
    assert context.figures.compiled == 2


async def test_the_same_operation_with_other_fragments_has_a_plan_of_its_own() -> None:
    context = compiled_context(size=8)
    schema = harbour(context)._schema
    document = parse("{ ship { ...F } } fragment F on Ship { name }")
    operation, _ = document.definitions
    other = parse("fragment F on Ship { number }").definitions[0]
    first: Any = execute(schema, document, executor_class=context)
    second: Any = execute(schema, DocumentNode(definitions=(operation, other)), executor_class=context)
    assert (first.data, second.data) == ({"ship": {"name": "ship 1"}}, {"ship": {"number": 1}})


def test_all_schemas_share_a_cache_unless_told_otherwise() -> None:
    own = compiled_context(size=8)
    assert own.operations is not CompiledExecutionContext.operations
    assert own.figures is not CompiledExecutionContext.figures
    assert issubclass(own, CompiledExecutionContext)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    assert reason.meaning


# Schemas of a few lines


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self) -> AsyncGenerator[int, None]:
        for number in range(2):
            yield number


@strawberry.type
class Later:
    now: int = strawberry.field(resolver=lambda: 1)
    later: int = strawberry.field(resolver=lambda: 2)


async def is_told(value: Any, info: Any) -> bool:
    return bool(value.name)


@strawberry.type
class ToldThing:
    name: str
    is_type_of = staticmethod(is_told)


@strawberry.type
class Told:
    @strawberry.field
    def told(self, well: bool = False) -> ToldThing | None:
        return ToldThing(name="x" if well else "")
