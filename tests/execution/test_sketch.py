"""Lists that say how their items are made: a plan reads the rows and makes what it can not do without."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from graphql import parse

from domain.drawn import checks
from schema.execution import compiled_context
from schema.execution.builder import RECIPES_MAX
from schema.execution.sketch import Sketch, only
from tests.execution.comparison import difference
from tests.execution.harbour import BargeRecipe, Barges, BargeValue, Sea, harbour
from tests.execution.test_expression import sources

STOCK = harbour()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every item that the recipe's own function makes."""
    found: list[Any] = []
    make = BargeRecipe.make

    def noted(row: Any) -> BargeValue:
        found.append(row)
        return make(row)

    monkeypatch.setattr(BargeRecipe, "make", staticmethod(noted))
    return found


async def same(document: str, variables: dict[str, Any] | None = None) -> None:
    compiled = harbour(compiled_context(size=4))
    answers = [await schema.execute(document, variables, context_value=Sea()) for schema in (STOCK, compiled, compiled)]
    for answer in answers[1:]:
        found = difference(answers[0], answer)
        assert found is None, found


@pytest.mark.parametrize(
    "document",
    [
        "{ barges { number label twice } }",
        "{ barges { name } }",
        "{ bargesLater { name kind } }",
        "{ barges { cargo { tons flag note heavy times } half { tons flag } spare { tons } } }",
        "{ barges { ...on Barge { load { tons } } } }",
        "{ bargesLater { load { tons } } }",
        "{ barges { kind skipper { number nickname } boast mate { surname } } }",
        "{ barges { __typename cargo { __typename weighed times(factor: 5) } } }",
        "{ barges { twiceTold tug { number tug { label } convoy { number mate { number } } } } }",
        "{ barges(first: 0) { number } }",
        "{ barges { number lighters { number label mate { number } lighters { load { tons } } } } }",
        "{ barge { number label twice kind cargo { tons flag heavy } half { tons } spare { tons } __typename } }",
        "{ barge(number: 1) { name label } }",
        "{ barge(number: 6) { number } barge2: barge(number: 0) { load { tons } } barge3: barge { boast } }",
        "{ bargeLater { number cargo { times(factor: 3) } skipper { number nickname } mate { surname } } }",
        "{ bargeLater(number: 6) { number } }",
        "{ bargeLater(number: 2) { convoy { number label } tug { number tug { twiceTold } } } }",
        "{ barge(number: 3) { load { tons } } bargeLater(number: 3) { load { tons } } }",
    ],
)
async def test_they_answer_as_stock_execution_does(document: str) -> None:
    await same(document)


async def test_arguments_may_come_from_variables() -> None:
    await same("query ($by: Int!) { barges { number cargo { times(factor: $by) } } }", {"by": 4})


async def test_nothing_is_made_for_fields_that_the_row_tells(made: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    context = compiled_context(size=4)
    document = "{ barges { number label kind cargo { tons heavy times flag } half { tons } skipper { number } } }"
    with sources(monkeypatch) as found:
        answer = await harbour(context).execute(document, context_value=Sea())
    assert answer.errors is None
    assert made == []
    assert not any(name in found[-1] for name in ("BargeValue", "Cargo", "Skipper"))


async def test_nothing_is_made_of_the_one_item_of_a_list(made: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    document = "{ bargeLater { number label kind cargo { tons heavy times flag } half { tons } skipper { number } } }"
    with sources(monkeypatch) as found:
        answer = await harbour(compiled_context(size=4)).execute(document, context_value=Sea())
    assert answer.errors is None
    assert made == []
    assert not any(name in found[-1] for name in ("BargeValue", "Cargo", "Skipper"))


async def test_whoever_resolves_without_a_plan_gets_the_one_item(made: list[Any]) -> None:
    answer = await STOCK.execute("{ bargeLater { number } }", context_value=Sea())
    assert answer.data == {"bargeLater": {"number": 4}}
    assert len(made) == 1
    assert only(None, [1]) == 1
    assert only(None, []) is None


async def test_one_item_of_too_many_recipes_is_made(monkeypatch: pytest.MonkeyPatch, made: list[Any]) -> None:
    monkeypatch.setattr("schema.execution.builder.RECIPES_MAX", 0)
    answer = await harbour(compiled_context(size=4)).execute("{ bargeLater { number } }", context_value=Sea())
    assert answer.data == {"bargeLater": {"number": 4}}
    assert len(made) == 1


async def test_a_list_within_an_item_is_read_by_its_rows(made: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    document = "{ barges { number lighters { number cargo { tons } } } bargeLater { lighters { label boast } } }"
    with sources(monkeypatch) as found:
        answer = await harbour(compiled_context(size=4)).execute(document, context_value=Sea())
    assert answer.data["barges"][2]["lighters"] == [{"number": 0, "cargo": None}, {"number": 1, "cargo": {"tons": 1}}]
    assert made == []
    assert sum(".rows(column_0)" in text for text in found) == 2


async def test_what_needs_the_item_gets_one(made: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with sources(monkeypatch) as found:
        await harbour(compiled_context(size=4)).execute("{ barges { number twiceTold mate { number } } }")
    assert made == []
    assert found[-1].count("BargeValue") == 1


async def test_a_list_of_too_many_recipes_is_read_by_its_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema.execution.builder.RECIPES_MAX", 0)
    assert RECIPES_MAX > 0
    await same("{ barges { number label cargo { tons } } }")


def test_recipes_that_say_the_same_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = harbour(compiled_context(size=4))
    executor: Any = compiled_context(size=4).build(schema._schema, parse("{ barges { number label } }"), None, Sea())
    with sources(monkeypatch) as found:
        for _ in range(RECIPES_MAX + 2):
            monkeypatch.setattr(Barges, "__recipe__", type("Again", (BargeRecipe,), {}))
            assert executor.again(Sea()).execute_operation().errors is None
    assert sum("drawn_items" in text for text in found) == 1


def test_a_recipe_that_makes_no_object_of_the_type_is_not_used(made: list[Any]) -> None:
    schema = harbour(compiled_context(size=4))
    Barges.__recipe__, usual = type("Other", (BargeRecipe,), {"expression": "Skipper(value)"}), Barges.__recipe__
    try:
        answer = schema.execute_sync("{ barges { number } }")
    finally:
        Barges.__recipe__ = usual
    assert [barge["number"] for barge in answer.data["barges"]] == list(range(5))
    assert len(made) == len(answer.data["barges"])


def test_the_row_is_all_that_a_sketch_names() -> None:
    sketch = Sketch.of(BargeRecipe)  # type: ignore[arg-type]
    assert sketch.made is BargeValue
    assert sketch.attribute("number").source == "column_0"
    assert sketch.attribute("cargo").null_if == "column_2 is None"
    assert sketch.attribute("cargo").object.attribute("heavy").source == "column_0 > 4"
    assert sketch.attribute("skipper").object.attribute("ashore").source == "False"
    assert sketch.attribute("spare").source == "None"


@dataclass(frozen=True)
class Sealed:
    number: int

    def __post_init__(self) -> None:
        assert self.number


@dataclass(frozen=True)
class Checked(Sealed):
    @checks
    def __post_init__(self) -> None:
        super().__post_init__()


def test_what_does_more_than_fill_its_fields_is_made_unless_it_says_that_it_only_checks() -> None:
    for cls, made in ((Sealed, None), (Checked, Checked)):
        recipe: Any = type("One", (), {"columns": ("one",), "expression": "cls(one)", "names": {"cls": cls}})
        recipe.written = frozenset()
        assert Sketch.of(recipe).made is made


class Crate(NamedTuple):
    opened: Any
    sealed: Any


class Hold(NamedTuple):
    crate: Crate

    @property
    def seen(self) -> Any:
        return look(self.crate)

    @property
    def seen_twice(self) -> Any:
        return look_twice(self.crate)


def look(crate: Crate) -> Any:
    return None if crate is None else crate.opened


def look_twice(crate: Crate) -> Any:
    return (crate.opened, crate.opened)


def test_what_an_object_is_made_of_may_cost_something_and_is_made_once() -> None:
    recipe: Any = type(
        "HoldRecipe",
        (),
        {
            "columns": ("one", "two"),
            "expression": "Hold(Crate(opened(one), opened(two)))",
            "names": {"Hold": Hold, "Crate": Crate, "opened": str.upper},
            "written": frozenset({Hold, look, look_twice}),
        },
    )
    hold = Sketch.of(recipe)
    assert hold.attribute("seen").source.startswith("opened")
    assert hold.attribute("seen").source.endswith("(column_0)")
    # Taken twice it is made once, by the function.
    assert hold.attribute("seen_twice").source.count("(column_0)") == 1
