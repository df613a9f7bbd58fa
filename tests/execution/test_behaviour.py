"""What compiled execution does, a sentence at a time; each is what stock execution does."""

import asyncio
import gc
from typing import Any

import pytest

from schema.execution import compiled_context
from tests.execution.comparison import difference
from tests.execution.harbour import SailorValue, Sea, harbour

STOCK = harbour()
CONTEXT = compiled_context(size=512)
COMPILED = harbour(CONTEXT)


async def both(document: str, in_order: bool = False, **variables: Any) -> Any:
    """The answer of compiled execution, which was asked twice and is that of stock execution."""
    stock = await STOCK.execute(document, variables, context_value=Sea())
    executed = CONTEXT.figures.executed
    for _ in range(2):
        compiled = await COMPILED.execute(document, variables, context_value=Sea())
        different = difference(stock, compiled, in_order=in_order)
        assert different is None, different
    assert CONTEXT.figures.executed == executed + 2, "stock execution answered"
    return compiled


DEEP = "{ ship(number: 4) { number hull { hull { name hull { id } } } } }"

QUERIES = {
    "attributes, objects and lists": "{ fleet { name flag rig value built id crew { number } } }",
    "aliases, and keys in the order of the document":
        "{ b: ship { z: name a: number name } a: ship { name } __typename }",
    "type names": "{ __typename fleet { __typename crew { __typename } } seen { __typename } }",
    "fields selected twice are merged": "{ ship { name } ship { number crew { number } crew { twice } } }",
    "named fragments": "{ ship { ...A } } fragment A on Ship { name ...B } fragment B on Numbered { number twice }",
    "inline fragments with and without a type":
        "{ ship { ... { name } ... on Numbered { number } ... on Ship { id } } }",
    "skip and include":
        "{ ship { name @skip(if: true) number @include(if: false) id @skip(if: false) @include(if: true) } }",
    "unions by is_type_of and by class":
        "{ seen(first: 5) { ... on Ship { name } ... on Buoy { number } ... on Wreck { depth } } }",
    "a value of no type of a union": "{ seen(first: 6) { __typename } }",
    "an object that was cast": "{ cast { __typename ... on Wreck { depth found } } }",
    "interfaces": "{ a: numbered(number: 0) { number ... on Ship { name } } b: numbered(number: 1) { twice } }",
    "a value that is not of the interface": "{ numbered(number: 3) { number } }",
    "an object told by the path of an info": "{ numbered(number: 2) { ... on Buoy { colour number } } }",
    "defaults of arguments": "{ fleet { horn sailing } echo(text: \"x\") }",
    "literals":
        '{ ship { voyage(plan: {to: "x", via: ["a"], rig: KETCH}, days: 2) sailing(course: {to: "y"}, fast: true) } }',
    "enums as arguments": '{ echo(text: "x", flag: RED, id: 3, at: "2026-01-01T00:00:00") }',
    "enums of no member": "{ fleet(first: 6) { rig } }",
    "integers out of range, and what is no integer": "{ fleet(first: 8) { length } }",
    "floats that are no number": "{ fleet(first: 6) { weight } }",
    "booleans that are none": "{ fleet(first: 6) { afloat } }",
    "lists of nulls and of wrong things": "{ fleet(first: 7) { tags grid } }",
    "nulls in lists of objects": "{ ship { sisters { name } } }",
    "exceptions that are given instead of raised": "{ fleet(first: 7) { crew { nickname surname } } }",
    "a null where none may be": "{ fleet(first: 7) { name crew { surname } } }",
    "an error of the root": "{ ship(number: -1) { name } }",
    "async fields": "{ flagship { name } fleet { voyage(plan: {to: \"x\"}) } }",
    "async fields below async fields": DEEP,
    "errors of async fields": "{ fleet(first: 7) { crew { letter } } }",
    "nulls that async fields make of their parents":
        "{ fleet(first: 7) { name crew { oath number } hull { number } } }",
    "async nulls that reach the root list": "{ ships(first: 8) { nodes { hull { number } } } }",
    "async generators": "{ fleet(first: 4) { watch { number nickname } } }",
    "an async generator that fails": "{ ship(number: 3) { watch { number } } }",
    "awaitable items of a list": "{ fleet(first: 6) { promised } }",
    "futures of a DataLoader": "{ fleet(first: 6) { crew { friend { number friend { number } } } } }",
    "coroutines that await a DataLoader": "{ fleet(first: 6) { crew { captain { number captain { number } } } } }",
    "errors of a DataLoader": "{ sailor(number: 6) { number } other: sailor(number: 13) { number } }",
    "batches of async fields": "{ fleet(first: 9) { number berth deep: berth(deck: 5) } }",
    "batches of sync fields": "{ fleet(first: 4) { rank mates { number } } }",
    "an item of a batch that is wrong": "{ fleet(first: 6) { rank berth } }",
    "a batch that is wrong": "{ ship(number: 10) { number rank } }",
    "batches below batches": "{ fleet(first: 5) { mates { friend { number } } } }",
    "permissions": "{ guarded fleet(first: 5) { papers pilot } }",
    "field extensions": "{ fleet { horn(times: 2) } }",
    "a refusal that a handler makes a member": "{ search(number: 1) { ... on RefusedType { why } } }",
    "a refusal that a handler declines": "{ search(number: 2) { ... on RefusedType { why } } }",
    "an exception that no handler knows": "{ search(number: 3) { __typename } searchLater(number: 3) { __typename } }",
    "a refusal of an async field": "{ searchLater(number: 1) { ... on RefusedType { why } } }",
    "an answer where there might be a refusal": "{ search(number: 4) { ... on Docked { ship { name } } } }",
    "an info with its path": "{ fleet(first: 3) { crew { here: where } } }",
    "generic types": "{ ships(first: 2) { count nodes { name } } }",
    "lists as arguments": "{ ships(first: 5, skip: [1, 2]) { nodes { number } } }",
    "an empty list": "{ fleet(first: 0) { name } }",
}  # fmt: skip


@pytest.mark.parametrize("case", QUERIES)
async def test_answers_the_same_to_a_query_with(case: str) -> None:
    await both(QUERIES[case])


async def test_errors_of_sync_fields_come_in_the_order_of_the_walk() -> None:
    answer = await both("{ fleet(first: 7) { tags length crew { nickname surname } } ship(number: -1) { name } }", True)
    assert len(answer.errors) > 5


async def test_an_error_has_its_path_its_location_and_its_cause() -> None:
    answer = await both("{ fleet(first: 4) {\n crew { nickname } } }")
    (error,) = answer.errors
    assert (error.path, error.message) == (["fleet", 3, "crew", 2, "nickname"], "given 32")
    assert [(one.line, one.column) for one in error.locations] == [(2, 9)]
    assert type(error.original_error).__name__ == "Trouble"


async def test_a_null_reaches_the_nearest_place_that_may_be_null() -> None:
    answer = await both("{ fleet(first: 4) { number crew { surname } } }")
    assert answer.data == {"fleet": [{"number": 0, "crew": []}, None, None, None]} or answer.errors


async def test_variables_are_coerced_and_defaulted() -> None:
    document = """query ($n: Int = 2, $course: Course!, $flag: Flag = RED, $missing: ID) {
        ships(first: $n) { nodes { voyage(plan: $course) sailing(course: $course) } }
        echo(text: "x", flag: $flag, id: $missing)
    }"""
    answer = await both(document, course={"to": "x", "rig": "YAWL"})
    assert answer.data["ships"]["nodes"][0]["voyage"] == "x 5.0 None 3 voyage"
    await both(document, course={"to": "x", "knots": 2, "via": ["a"]}, n=1, flag="GREEN", missing="3")


async def test_an_argument_that_is_null_where_its_variable_may_be_null_fails_alike() -> None:
    document = "query ($n: Int = 3) { fleet { horn(times: $n) } ship(number: $n) { name } }"
    answer = await both(document, n=None)
    assert "Argument 'times'" in answer.errors[0].message


async def test_switches_by_variables_have_a_plan_for_each_of_their_values() -> None:
    document = (
        "query ($a: Boolean!, $b: Boolean = true) { ship { name @include(if: $a) ... @skip(if: $b) { number } id } }"
    )
    for a in (True, False):
        for b in (True, False):
            answer = await both(document, a=a, b=b)
            assert list(answer.data["ship"]) == ["name"] * a + ["number"] * (not b) + ["id"]


async def test_root_fields_of_a_mutation_happen_one_after_the_other() -> None:
    document = (
        'mutation { a: dock(number: 4) { __typename } signal b: dock(number: 5) { __typename } s: signal(text: "x") }'
    )
    seas = Sea(), Sea()
    stock = await STOCK.execute(document, context_value=seas[0])
    compiled = await COMPILED.execute(document, context_value=seas[1])
    assert difference(stock, compiled) is None
    assert seas[0].log == seas[1].log == ["dock 4", "docked 4", "signal hello", "dock 5", "docked 5", "signal x"]
    assert list(compiled.data or {}) == ["a", "signal", "b", "s"]


async def test_a_mutation_goes_on_after_an_error_unless_all_is_null() -> None:
    for document in (
        "mutation { a: signal sink b: signal }",
        "mutation { a: signal scuttle b: signal }",
        "mutation { sink scuttle signal }",
        "mutation { a: dock(number: 3) { __typename } signal }",
    ):
        seas = Sea(), Sea()
        stock = await STOCK.execute(document, context_value=seas[0])
        compiled = await COMPILED.execute(document, context_value=seas[1])
        assert difference(stock, compiled) is None
        assert seas[0].log == seas[1].log


async def test_a_level_is_one_batch_of_a_loader() -> None:
    sea = Sea()
    await COMPILED.execute("{ fleet(first: 8) { crew { friend { friend { number } } } } }", context_value=sea)
    other = Sea()
    await STOCK.execute("{ fleet(first: 8) { crew { friend { friend { number } } } } }", context_value=other)
    assert sea.batches == other.batches
    assert len(sea.batches) == 2


async def test_loaders_reached_by_futures_and_by_coroutines_share_a_batch() -> None:
    document = "{ fleet(first: 8) { crew { friend { captain { number } } captain { friend { number } } } } }"
    sea, other = Sea(), Sea()
    await COMPILED.execute(document, context_value=sea)
    await STOCK.execute(document, context_value=other)
    # Stock execution starts what is deeper in the document some turns of the loop later, and splits the level.
    assert set(sea.batches[0]) >= set(other.batches[0])
    assert len(sea.batches) <= len(other.batches)


async def test_a_batch_field_is_resolved_once_for_a_level() -> None:
    sea = Sea()
    await COMPILED.execute("{ fleet(first: 6) { berth } ships(first: 3) { nodes { berth } } }", context_value=sea)
    assert sea.levels == [[0, 1, 2, 3, 4, 5], [0, 1, 2]]
    other = Sea()
    await STOCK.execute("{ fleet(first: 6) { berth } }", context_value=other)
    assert sorted(other.levels) == [[0], [1], [2], [3], [4], [5]]


async def test_parents_that_arrive_together_are_one_level() -> None:
    sea = Sea()
    await COMPILED.execute("{ fleet(first: 6) { crew { number } hull { berth } } }", context_value=sea)
    assert len(sea.levels) == 1


def test_what_awaits_nothing_needs_no_event_loop() -> None:
    document = "{ fleet(first: 4) { name horn rank papers crew { nickname } } }"
    stock = STOCK.execute_sync(document, context_value=Sea())
    compiled = COMPILED.execute_sync(document, context_value=Sea())
    assert difference(stock, compiled, in_order=True) is None


@pytest.mark.filterwarnings("ignore:coroutine")
async def test_what_awaits_something_can_not_be_executed_without_a_loop() -> None:
    answers = [schema.execute_sync("{ flagship { name } }", context_value=Sea()) for schema in (STOCK, COMPILED)]
    assert difference(*answers) is None
    await asyncio.sleep(0)
    gc.collect()


async def test_a_slow_field_does_not_hold_back_the_children_of_others() -> None:
    """Waves by level would make a chain wait for the slowest of each level."""
    marks: list[str] = []
    sea, slow_is_there = Sea(), asyncio.Event()

    async def load(keys: list[int]) -> Any:
        marks.append("slow begins" if 9 in keys else "quick")
        if 9 in keys:
            await slow_is_there.wait()
        elif len(marks) == 4:
            slow_is_there.set()
        return [SailorValue(key) for key in keys]

    sea.sailors.load_fn = load
    sea.sailors.max_batch_size = 1
    document = "{ slow: sailor(number: 9) { number } quick: sailor(number: 1) { friend { friend { number } } } }"
    async with asyncio.timeout(5):
        await COMPILED.execute(document, context_value=sea)
    assert marks == ["slow begins", "quick", "quick", "quick"]
