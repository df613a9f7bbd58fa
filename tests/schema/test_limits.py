"""What an operation may cost is known from its document and variables alone, and is never less than what it used."""

from itertools import product
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, get_introspection_query, parse

from schema.limits import LimitExceeded, Limits, Price, Walk, check_variables
from schema.priced import Priced

HARBOUR: GraphQLSchema = build_schema(
    """
    type Query {
      port: Port pier: Pier tide: Int
      ports(first: Int, last: Int): PortConnection! named(ids: [ID!]!): [Port]!
    }
    type Mutation { open(name: String): Opened! shut: Int }
    type Port { name: String harbourMaster: Ship berths: [Berth!]! ships(first: Int, last: Int): ShipConnection! }
    type Berth { metres: Int ships(first: Int): ShipConnection! }
    type Ship { name: String home: Port }
    type PortConnection { nodes: [Port!]! edges: [PortEdge!]! pageInfo: PageInfo! totalCount: Int }
    type PortEdge { node: Port! cursor: String! }
    type ShipConnection { nodes: [Ship!]! pageInfo: PageInfo! }
    type PageInfo { endCursor: String }
    type Pier { port: Port }
    type Refused { message: String }
    union Opened = Port | Refused
    """
)
LIMITS = Limits(
    page_size_default=24, page_size_max=100, list_size=4, reads=frozenset({"Port.harbourMaster", "Query.tide"})
)


def price(document: str, name: str | None = None, limits: Limits = LIMITS) -> Price:
    return Walk(HARBOUR, parse(document), limits).prices()[name]


def requested(document: str, limits: Limits = LIMITS, **variables: Any) -> int:
    return price(document, limits=limits).requested(variables)


def exceeded(document: str, **variables: Any) -> str:
    with pytest.raises(LimitExceeded) as refused:
        requested(document, **variables)
    extensions: Any = refused.value.extensions
    assert extensions["code"] == "LIMIT_EXCEEDED"
    return str(extensions["limit"])


@pytest.mark.parametrize(
    "document",
    [
        "{ port { name } }",
        "{ port { berths { metres } } tide }",
        "{ a: port { harbourMaster { name } } pier { port { name } } tide }",
        "{ port { name } ports { nodes { name } } }",
        "query ($n: Int) { port { ships(first: $n) { nodes { name } } } tide }",
    ],
)
def test_what_is_whole_is_paid_for_as_reckoned_part_by_part(document: str) -> None:
    found = price(document)
    whole = found.requested({})
    keys = ("a", "port", "pier", "ports", "tide")

    for there in product((None, {}, {"nodes": rows(3)}), repeat=len(keys)):
        data = dict(zip(keys, there, strict=True))
        assert Priced(whole, found, {}).actual(data) == found.actual(whole, data, {})
    assert Priced(whole, found, {}).actual(None) == found.actual(whole, None, {})


@pytest.mark.parametrize(
    ("document", "points"),
    [
        ("{ __typename }", 1),
        ("{ port { name } }", 2),
        ("{ pier { port { name } } }", 3),
        ("{ a: port { name } b: port { name } }", 3),
        ("{ port { berths { metres } } }", 2 + 4),
        ('{ named(ids: ["a", "b", "c", "d", "e", "f", "g"]) { name } }', 1 + 7),
        ("{ ports { nodes { name } } }", 2 + 24),
        ("{ ports { totalCount } }", 2 + 20),
        ("{ ports { pageInfo { endCursor } } }", 3),
        ("{ ports(first: 3) { nodes { name } } }", 2 + 3),
        ("{ ports(last: 3) { nodes { name } } }", 2 + 3),
        ("{ ports(first: 3) { edges { node { name } } } }", 2 + 3),
        ("{ ports(first: 3) { edges { cursor } } }", 2 + 3),
        ("{ ports(first: 3) { nodes { name } edges { node { name } } } }", 2 + 3 + 3),
        ("{ ports(first: 1000) { nodes { name } } }", 2 + 100),
        ("{ ports(first: -1) { nodes { name } } }", 2),
        ("{ ports(first: null) { nodes { name } } }", 2 + 24),
        ("{ ports(first: 3) { nodes { ships(first: 5) { nodes { name } } } } }", 2 + 3 * (1 + 1 + 5)),
        ("{ ports(first: 2) { nodes { berths { ships(first: 5) { nodes { name } } } } } }", 2 + 2 * (1 + 4 * (2 + 5))),
        (
            "{ ...F } fragment F on Query { ports(first: 3) { ...P } } fragment P on PortConnection { nodes { name } }",
            5,
        ),
        ("{ ... { ...F ...F } } fragment F on Query { port { name } }", 1 + 2),
        ("{ port @skip(if: true) { name } pier @include(if: true) { port { name } } }", 3),
        ("{ tide }", 1 + 20),
        ("{ port { harbourMaster { name } } }", 2 + 20 + 1),
        ("{ ports(first: 5) { nodes { harbourMaster { name } } } }", 2 + 20 + 5 * 2),
        ("{ ports(first: 5) { nodes { ships(first: 2) { nodes { home { harbourMaster { name } } } } } } }", 22 + 5 * 8),
        ("{ port { berths { ships(first: 2) { nodes { home { harbourMaster { name } } } } } } }", 22 + 4 * 8),
        ("mutation { shut }", 11),
        (
            "mutation { open { ... on Port { name ships(first: 5) { nodes { name } } } ... on Refused { message } } }",
            18,
        ),
        ("{ nothing { at { all } } ...Nowhere ... on Nobody { a { b } } }", 1),
    ],
)
def test_objects_cost_a_point_rows_as_many_as_a_page_may_have_and_mutations_ten(document: str, points: int) -> None:
    assert requested(document) == points


def test_what_depends_on_variables_is_reckoned_for_each_request() -> None:
    by_default = "query ($n: Int = 5) { ports(first: $n) { nodes { ships(first: $n) { nodes { name } } } } }"
    plain = "query ($n: Int) { ports(last: $n) { nodes { name } } }"
    both = "query ($n: Int) { ports(first: $n, last: 2) { nodes { name } } }"
    switched = "query ($on: Boolean!) { port @include(if: $on) { name } pier @skip(if: $on) { port { name } } }"
    listed = "query ($ids: [ID!]!) { named(ids: $ids) { name } }"

    assert [requested(by_default), requested(by_default, n=2)] == [2 + 5 * 7, 2 + 2 * 4]
    assert [requested(plain, n=n) for n in (None, 0, 7, 7.0, 1000, "7", True)] == [26, 2, 9, 9, 102, 26, 26]
    assert [requested(plain), requested(by_default, n=None, limits=Limits(cost=9_999))] == [26, 2 + 24 * 26]
    assert requested(both, n=1) == 102
    assert [requested(switched, on=True), requested(switched, on=False)] == [2, 3]
    assert [requested(listed, ids=["a"] * 9), requested(listed, ids=["a"]), requested(listed)] == [10, 5, 5]


def test_operations_that_share_a_fragment_have_defaults_of_their_own() -> None:
    document = """
    query A($n: Int = 2) { ...F } query B($n: Int = 50) { ...F } query C($n: Int) { ...F }
    fragment F on Query { ports(first: $n) { nodes { name } } }
    """

    assert [price(document, name).requested({}) for name in "ABC"] == [4, 52, 26]


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    return [dict(more) for _ in range(count)]


def test_rows_that_were_not_there_are_given_back() -> None:
    document = "{ mine: ports(first: 10) { all: nodes { ships(first: 20) { nodes { name } } } } port { name } }"
    found = price(document)
    whole = found.requested({})

    def actual(data: Any) -> int:
        return found.actual(whole, data, {})

    assert whole == 1 + 1 + 10 * (1 + 1 + 20) + 1
    assert actual({"mine": {"all": rows(10, ships={"nodes": rows(20)})}, "port": {}}) == whole
    assert actual({"mine": {"all": rows(3, ships={"nodes": rows(2)})}, "port": {}}) == 3 + 3 * (2 + 2)
    assert actual({"mine": {"all": [None, {"ships": None}]}, "port": {}}) == 3 + 2 * 2
    assert actual({"mine": {"all": []}, "port": {}}) == 3


def test_what_lies_below_a_field_of_the_query_that_is_null_is_given_back() -> None:
    found = price("{ port { harbourMaster { name } } tide ports { nodes { harbourMaster { name } } } }")
    whole = found.requested({})

    def actual(data: Any) -> int:
        return found.actual(whole, data, {})

    assert whole == 1 + (1 + 20 + 1) + 20 + (1 + 20 + 24 * 2)
    assert actual({"port": {}, "tide": 1, "ports": {"nodes": rows(24)}}) == whole
    assert actual({"port": None, "tide": 1, "ports": {"nodes": []}}) == 1 + 20 + 1
    assert actual({"port": None, "tide": None, "ports": None}) == actual(None) == 1 + 20


def test_a_longer_answer_than_was_paid_for_costs_no_more() -> None:
    found = price("{ ports(first: 2) { nodes { berths { metres } } } }")

    assert found.actual(found.requested({}), {"ports": {"nodes": rows(50)}}, {}) == found.requested({}) == 12


def test_below_a_list_of_unknown_length_nothing_is_given_back() -> None:
    found = price("{ port { berths { ships(first: 5) { nodes { name } } } } }")

    assert found.actual(found.requested({}), {"port": {"berths": []}}, {}) == found.requested({}) == 2 + 4 * 7


def test_a_formula_that_grows_too_long_takes_every_page_for_the_longest() -> None:
    spreads = " ".join(f"a{number}: ports(first: $n) {{ nodes {{ name }} }}" for number in range(25))
    document = f"query ($n: Int) {{ {spreads} ...F ...F ...F }} fragment F on Query {{ {spreads.replace('a', 'b')} }}"
    found = price(document, limits=Limits(aliases=100, cost=10**6))

    assert found.requested({"n": 1}) >= 100 * 3


class Counted(Walk):
    """Counts the selection sets that it looks at."""

    looks = 0

    def selections(self, *arguments: Any) -> Any:
        self.looks += 1
        return super().selections(*arguments)


@pytest.mark.parametrize("leaf", ["__typename", "port { name }", "ports(first: $n) { nodes { name } }"])
def test_a_fragment_is_looked_at_once_however_often_it_is_spread(leaf: str) -> None:
    bomb = " ".join(f"fragment F{number} on Query {{ ...F{number + 1} ...F{number + 1} }}" for number in range(90))
    document = f"query ($n: Int) {{ ...F0 }} {bomb} fragment F90 on Query {{ {leaf} }}"
    walk = Counted(HARBOUR, parse(document), LIMITS)

    walk.prices()

    assert walk.looks <= 95


def test_fragments_within_themselves_are_left_to_validation() -> None:
    assert requested("{ ...A port { name } } fragment A on Query { ...B } fragment B on Query { ...A }") == 2


@pytest.mark.parametrize(
    ("document", "limit"),
    [
        ("{ port" + " { ships { nodes { home" * 3 + " { name }" + " } } }" * 3 + " }", "depth"),
        ("{ " + "".join(f"a{number}: __typename " for number in range(31)) + "}", "aliases"),
        ("{ __typename " + "@skip(if: false) " * 51 + "}", "directives"),
        ("{ named(ids: [" + '"a" ' * 251 + "]) { name } }", "items"),
        ("query ($a: [ID!] = [" + '"a" ' * 251 + "]) { named(ids: $a) { name } }", "items"),
        ("{ named(ids: " + "[" * 120 + "]" * 120 + ") { name } }", "nesting"),
        ("{ " + "... { " * 120 + "__typename" + " }" * 121, "nesting"),
        ("mutation { a: shut b: shut c: shut d: shut e: shut }", "root_mutations"),
        ("mutation { ...F ...F } fragment F on Mutation { a: shut b: shut c: shut }", "root_mutations"),
        ("{ ports(first: 100) { nodes { ships(first: 10) { nodes { name } } } } }", "cost"),
        ('{ __type(name: "A") { ' + "ofType { " * 16 + "name" + " }" * 18, "introspection_depth"),
        ("{ __schema { queryType { name } } port { name } }", "introspection_fields"),
    ],
)
def test_what_is_too_much_is_named(document: str, limit: str) -> None:
    assert exceeded(document) == limit


def test_as_much_as_is_allowed_is_allowed() -> None:
    way = " { ships(first: 1) { nodes { home" * 2 + " { ships { pageInfo { endCursor } } }"
    requested("{ port" + way + " } } }" * 2 + " }")
    requested("{ " + "".join(f"a{number}: __typename " for number in range(30)) + "}")
    requested("{ __typename " + "@skip(if: false) " * 50 + "}")
    requested("{ named(ids: [" + '"a" ' * 250 + "]) { name } }")
    requested("mutation { a: shut b: shut c: shut d: shut }")
    assert requested("{ ports(first: 99) { nodes { ships(first: 8) { nodes { name } } } } }") == 992


def test_tools_may_ask_for_the_whole_schema_and_it_costs_more_than_anything_else() -> None:
    tools = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )

    assert 10_000 < price(tools, "IntrospectionQuery").requested({}) <= LIMITS.introspection_cost


def test_lists_in_variables_are_counted_wherever_they_are() -> None:
    check_variables({"a": 1, "b": ["x"] * 250, "c": {"d": [{"e": ["x"] * 250}]}}, LIMITS)
    deep: Any = 1
    for _ in range(101):
        deep = {"a": deep}

    for variables in ({"b": ["x"] * 251}, {"c": {"d": [{"e": ["x"] * 251}]}}, {"a": deep}):
        with pytest.raises(LimitExceeded):
            check_variables(variables, LIMITS)
