"""A resolver can ask what is selected below it, under stock and under compiled execution."""

from typing import Any

import pytest
import strawberry
from strawberry.extensions import ParserCache

from schema.execution import Selection, compiled_context, selected
from schema.execution.place import FieldNodes

SEEN: list[Selection] = []


@strawberry.interface
class Named:
    name: str = "x"


@strawberry.type
class Maker(Named):
    country: str = "FR"


@strawberry.type
class Watch(Named):
    jewels: int = 17

    @strawberry.field
    def maker(self) -> Maker:
        return Maker()


@strawberry.type
class Bag(Named):
    litres: int = 3


@strawberry.type
class Shelf:
    total: int = 1

    @strawberry.field
    def things(self) -> list[Watch | Bag]:
        return [Watch(), Bag()]

    @strawberry.field
    def named(self) -> list[Named]:
        return [Watch()]


@strawberry.type
class Query:
    @strawberry.field
    def shelf(self, info: strawberry.Info, wide: bool = False) -> Shelf:
        SEEN.append(selected(info))
        return Shelf()

    @strawberry.field
    async def later(self, info: strawberry.Info) -> Shelf:
        SEEN.append(selected(info))
        return Shelf()


COMPILED = strawberry.Schema(Query, execution_context_class=compiled_context(size=64), extensions=[ParserCache])


@pytest.fixture(params=["stock", "compiled"])
def schema(request: pytest.FixtureRequest) -> strawberry.Schema:
    SEEN.clear()
    return strawberry.Schema(Query) if request.param == "stock" else COMPILED


async def asked(schema: strawberry.Schema, document: str, **variables: Any) -> Selection:
    result = await schema.execute(document, variables)
    assert result.errors is None
    return SEEN[-1]


async def test_names_are_those_of_the_schema_whatever_the_aliases(schema: strawberry.Schema) -> None:
    found = await asked(schema, "{ shelf { count: total again: total __typename } }")
    assert found.names == {"total", "__typename"}
    assert "total" in found
    assert "things" not in found
    assert not found["things"]


async def test_fragments_are_followed(schema: strawberry.Schema) -> None:
    found = await asked(schema, "{ later { ...A ... { total } } } fragment A on Shelf { named { name } }")
    assert found.names == {"named", "total"}
    assert found["named"].names == {"name"}


async def test_skipped_fields_are_not_selected(schema: strawberry.Schema) -> None:
    document = "query ($on: Boolean!) { shelf { total @include(if: $on) ... @skip(if: $on) { named { name } } } }"
    assert (await asked(schema, document, on=True)).names == {"total"}
    assert (await asked(schema, document, on=False)).names == {"named"}


async def test_of_a_union_all_types_are_looked_at_or_one(schema: strawberry.Schema) -> None:
    things = "things { ... on Watch { jewels maker { country } } ... on Bag { litres } ... on Named { name } }"
    found = (await asked(schema, f"{{ shelf {{ {things} }} }}"))["things"]
    assert found.names == {"jewels", "maker", "litres", "name"}
    assert found.on("Bag").names == {"litres", "name"}
    assert found.on("Watch")["maker"].names == {"country"}
    with pytest.raises(KeyError):
        found.on("Shoe")


async def test_the_same_field_selected_twice_is_one_selection(schema: strawberry.Schema) -> None:
    found = await asked(schema, "{ shelf { a: named { name } } shelf { b: named { ... on Maker { country } } } }")
    assert found["named"].names == {"name", "country"}


async def test_a_plan_finds_it_once_and_keeps_no_values_of_variables() -> None:
    document = "query ($wide: Boolean!, $x: Boolean!) { shelf(wide: $wide) { total @skip(if: $x) named { name } } }"
    one = await asked(COMPILED, document, wide=True, x=False)
    other = await asked(COMPILED, document, wide=False, x=False)
    assert one is other
    assert one is not await asked(COMPILED, document, wide=False, x=True)


def test_nodes_are_a_list_as_resolvers_know_it() -> None:
    assert isinstance(FieldNodes([]), list)
    assert FieldNodes([]).selected is None
