"""How fields are read: directly where nothing stands between a field and its value, as stock does elsewhere."""

from abc import ABC
from dataclasses import dataclass
from typing import Any

import pytest
import strawberry
from graphql import GraphQLResolveInfo, parse
from strawberry.schema.config import StrawberryConfig

from schema.execution import compiled_context, constant, instance_of
from schema.execution.complete import is_plain
from schema.execution.reader import Attribute, Batch, Direct, Stock, TypeName, reader_of
from schema.execution.told import by_class, ignores_info
from tests.execution.comparison import difference
from tests.execution.harbour import ShipValue, harbour

SCHEMA = harbour()


def read(name: str) -> Any:
    type_, field = name.split(".")
    parent: Any = SCHEMA._schema.type_map[type_]
    return reader_of(SCHEMA._schema.get_field(parent, field), SCHEMA)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "reader"),
    [
        ("Ship.__typename", TypeName),
        ("Ship.name", Attribute),
        ("Ship.position", Direct),
        ("Ship.voyage", Direct),
        ("Sailor.friend", Direct),
        ("Ship.berth", Batch),
        ("Ship.papers", Stock),
        ("Ship.horn", Stock),
        ("Query.search", Stock),
        ("Mutation.dock", Stock),
    ],
)
def test_a_field_is_read_the_cheapest_way_that_gives_the_same(field: str, reader: type) -> None:
    assert type(read(field)) is reader


def test_a_resolver_is_given_what_strawberry_would_give_it() -> None:
    assert read("Ship.position").parameters == "{source}"
    assert read("Sailor.friend").parameters == "{source}, info"
    assert read("Ship.sailing").parameters == "{source}"
    assert read("Ship.voyage").is_async


# What an info says


TOLD: list[Any] = []


class OwnInfo(strawberry.Info):  # type: ignore[type-arg]
    @property
    def shout(self) -> str:
        return self.field_name.upper()


def tell(info: Any) -> str:
    raw = info._raw_info
    assert isinstance(info, strawberry.Info)
    assert isinstance(raw, tuple)
    selections = repr(info.selected_fields)
    TOLD.append(
        (
            info.context,
            info.root_value,
            info.field_name,
            info.python_name,
            info.variable_values,
            info.path.as_list(),
            [step.typename for step in steps(info.path)],
            str(info.return_type),
            str(info.operation.name.value if info.operation.name else None),
            info.query,
            selections,
            info.input_extensions,
            str(raw.parent_type),
            str(raw.return_type),
            list(raw.fragments),
            [node.name.value for node in raw.field_nodes],
            getattr(info, "shout", None),
            type(raw).__name__,
        )
    )
    return "told"


def steps(path: Any) -> list[Any]:
    return [path] if path.prev is None else [*steps(path.prev), path]


@strawberry.type
class Inner:
    @strawberry.field
    def tell(self, info: strawberry.Info, word: str = "x") -> str:
        return tell(info)

    @strawberry.field
    async def tell_later(root: Any, info: strawberry.Info) -> str:
        return tell(info)

    @strawberry.field
    def keyword_only(self, *, info: strawberry.Info) -> str:
        return tell(info)


@strawberry.type
class Outer:
    @strawberry.field
    def inner(self) -> list[Inner]:
        return [Inner()]


@pytest.mark.parametrize("info_class", [strawberry.Info, OwnInfo])
async def test_an_info_says_what_it_says_in_stock_execution(info_class: Any) -> None:
    config = StrawberryConfig(info_class=info_class)
    document = """query Named($word: String! = "y", $on: Boolean! = true) {
        a: inner { ...F b: tell(word: $word) @include(if: $on) } } fragment F on Inner { tellLater keywordOnly }"""
    told = []
    for context_class in (None, compiled_context(size=4)):
        TOLD.clear()
        schema = strawberry.Schema(Outer, execution_context_class=context_class, config=config)
        result = await schema.execute(document, {"word": "z"}, context_value="context", root_value=None)
        assert result.errors is None
        told.append(sorted(TOLD, key=repr))
    assert told[0] == told[1]
    assert len(told[0]) == 3


class MadeInfo(strawberry.Info):  # type: ignore[type-arg]
    def __init__(self, _raw_info: GraphQLResolveInfo[Any], _field: Any) -> None:
        super().__init__(_raw_info=_raw_info, _field=_field)
        self.made = True


async def test_an_info_class_that_is_made_in_a_way_of_its_own_is_made_so() -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        def made(self, info: MadeInfo) -> bool:
            return info.made

    config = StrawberryConfig(info_class=MadeInfo)
    schema = strawberry.Schema(Query, execution_context_class=compiled_context(size=4), config=config)
    assert (await schema.execute("{ made }")).data == {"made": True}


# Which classes tell what


class Kind(ABC):  # noqa: B024
    pass


def test_a_class_tells_the_type_unless_an_abstract_class_or_an_object_may_say_otherwise() -> None:
    assert by_class(instance_of(ShipValue))
    assert not by_class(instance_of(Kind))
    assert not by_class(lambda value, info: True)


def test_a_predicate_that_looks_at_its_info_is_given_one() -> None:
    assert ignores_info(lambda value, info: isinstance(value, int))
    assert not ignores_info(lambda value, info: info.path is None)
    assert not ignores_info(lambda value, info: [info for _ in value])
    assert not ignores_info(lambda value, info: bool(locals()))
    assert not ignores_info(lambda *given: True)
    assert not ignores_info(int)


class Chameleon:
    def __getattr__(self, name: str) -> Any:
        return None


class Guise:
    @property
    def __class__(self) -> Any:
        return int


class Promise:
    def __await__(self) -> Any:
        yield


@pytest.mark.parametrize("cls", [Chameleon, Guise, Promise, ValueError, type(x for x in ())])
def test_instances_of_some_classes_are_looked_at_one_by_one(cls: type) -> None:
    assert not is_plain(cls)


@pytest.mark.parametrize("cls", [str, dict, ShipValue, object, type("Text", (str,), {})])
def test_other_classes_are_looked_at_once(cls: type) -> None:
    assert is_plain(cls)


@dataclass
class Marked:
    depth: int = 1


async def test_a_mark_on_one_object_does_not_tell_the_type_of_another() -> None:
    @strawberry.interface
    class Thing:
        depth: int

    @strawberry.type
    class Deep(Thing):
        pass

    @strawberry.type
    class Shallow(Thing):
        pass

    def marked() -> Any:
        marks = [Deep, Shallow, Deep, None]
        return [strawberry.cast(mark, Marked()) if mark else Marked() for mark in marks]

    @strawberry.type
    class Query:
        things: list[Thing | None] = strawberry.field(resolver=marked, graphql_type=list[Thing | None])
        either: list[Deep | Shallow | None] = strawberry.field(
            resolver=marked, graphql_type=list[Deep | Shallow | None]
        )

    document = "{ things { __typename depth } either { ... on Deep { depth } ... on Shallow { __typename } } }"
    schemas = (
        strawberry.Schema(Query, types=[Deep, Shallow]),
        strawberry.Schema(Query, types=[Deep, Shallow], execution_context_class=compiled_context(size=4)),
    )
    stock, compiled = [await schema.execute(document) for schema in schemas]
    assert difference(stock, compiled) is None
    assert [one and one["__typename"] for one in (compiled.data or {})["things"]] == ["Deep", "Shallow", "Deep", None]


@strawberry.input
class Changing:
    text: str = ""


@constant
@strawberry.input
class Unchanging:
    text: str = ""


def test_an_input_is_made_anew_for_each_resolver_unless_nobody_changes_it() -> None:
    changing: list[Changing] = []
    unchanging: list[Unchanging] = []

    @strawberry.type
    class Query:
        @strawberry.field
        def one(self, given: Changing) -> str:
            changing.append(given)
            return given.text

        @strawberry.field
        def other(self, given: Unchanging) -> str:
            unchanging.append(given)
            return given.text

    context = compiled_context(size=4)
    schema = strawberry.Schema(Query, execution_context_class=context)
    document = parse("query ($one: Changing!, $other: Unchanging!) { one(given: $one) other(given: $other) }")
    variables = {"one": {"text": "a"}, "other": {"text": "b"}}
    first: Any = context.build(schema._schema, document, None, None, variables)

    for executor in (first, first.again(None)):
        assert executor.execute_operation().data == {"one": "a", "other": "b"}

    assert changing[0] == changing[1]
    assert changing[0] is not changing[1]
    assert unchanging[0] is unchanging[1]
