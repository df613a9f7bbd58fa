"""The table of who may what has a row for everything that asks for one, and nothing passes beside it."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from graphql import GraphQLField, GraphQLInputObjectType, GraphQLObjectType, GraphQLUnionType, get_named_type, parse

from app.house import House
from domain.viewer import ANONYMOUS, AccountId, HeldKey, Role, Scope, Viewer
from schema.access import CLOSED, FIELDS, KINDS, MUTATIONS, QUERIES, SHOWN, SUBSCRIPTIONS, Access, keyed
from schema.limits.connection import is_connection
from schema.node import FETCHES
from schema.root import build
from tests.schema.test_account import UPDATE
from tests.support.api import Api
from tests.support.people import People
from tests.support.snapshot import changed, snapshot

SCHEMA = build()._schema

PRIVATE = re.compile(
    r"\b(null|empty)( before that, and)? (but for|for others|for all but|for non-staff|for everybody else"
    r"|for the seller|for appraisers)|\bFor (staff|finance|merchandisers|support)\b"
)
"""How a description says that not everybody sees what it describes."""

SHOWN_MOSTLY = {"OrderLine.tax": "of a margin alone it is finance's"}
"""Fields that are kept from somebody in some cases only."""

EDGES = {found.name.removesuffix("Connection") + "Edge" for found in SCHEMA.type_map.values() if is_connection(found)}
ACCOUNT = AccountId(UUID(int=9))


def own_types() -> Iterator[GraphQLObjectType]:
    roots = (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type)
    for found in SCHEMA.type_map.values():
        if isinstance(found, GraphQLObjectType) and not found.name.startswith("__") and found not in roots:
            yield found


def takes_an_id(kind: object, depth: int = 0) -> bool:
    named = get_named_type(kind)  # type: ignore[call-overload]
    if isinstance(named, GraphQLInputObjectType):
        return depth < 3 and any(takes_an_id(field.type, depth + 1) for field in named.fields.values())
    return bool(named.name == "ID")


def asks_for_a_row(field: GraphQLField) -> bool:
    by_id = any(takes_an_id(argument.type) for argument in field.args.values())
    return by_id or PRIVATE.search(field.description or "") is not None


@pytest.mark.parametrize(
    ("root", "rows"),
    [(SCHEMA.query_type, QUERIES), (SCHEMA.mutation_type, MUTATIONS), (SCHEMA.subscription_type, SUBSCRIPTIONS)],
    ids=["queries", "mutations", "subscriptions"],
)
def test_every_root_field_has_its_row_and_says_what_it_says(
    root: GraphQLObjectType | None, rows: dict[str, Access]
) -> None:
    fields = {} if root is None else root.fields

    assert sorted(rows) == sorted(fields)
    assert [name for name, field in fields.items() if not (field.description or "").endswith(rows[name].sentence)] == []


def test_every_kind_of_thing_has_its_row() -> None:
    assert sorted(KINDS) == sorted(FETCHES)


def test_every_field_that_is_private_or_takes_an_id_has_its_row() -> None:
    asking = {
        f"{found.name}.{name}" for found in own_types() for name, field in found.fields.items() if asks_for_a_row(field)
    }

    assert sorted(asking - SHOWN_MOSTLY.keys()) == sorted(FIELDS)


def open_to_question() -> Iterator[tuple[str, str]]:
    """Every field of every type, but for those that are the same wherever they stand."""
    error = SCHEMA.type_map["UserError"]
    for found in own_types():
        if not (is_connection(found) or found.name in ("PageInfo", *EDGES)):
            same = error.fields if error in found.interfaces else {}  # type: ignore[attr-defined]
            yield from ((found.name, name) for name in found.fields if name not in same)


def test_every_field_is_said_to_be_private_or_to_be_shown_with_its_thing() -> None:
    shown = {(type_, name) for type_, fields in SHOWN.items() for name in fields}
    private = {tuple(name.split(".")) for name in FIELDS}

    assert set(open_to_question()) - shown - private == set(), "say who may see it: in schema/access"
    assert shown - set(open_to_question()) == set(), "there is no such field any more"
    assert shown & private == set()


def led_to(name: str) -> Iterator[tuple[str, str]]:
    """Fields of a type and of what it is made of, and the kind of thing that each leads to."""
    todo, seen = [name], {name}
    while todo:
        of = todo.pop()
        for field, told in getattr(SCHEMA.type_map[of], "fields", {}).items():
            held = get_named_type(told.type)
            for one in held.types if isinstance(held, GraphQLUnionType) else [held]:
                if one.name in KINDS:
                    yield f"{of}.{field}", one.name
                elif isinstance(one, GraphQLObjectType) and one.name not in seen:
                    seen.add(one.name)
                    todo.append(one.name)


BEYOND_SCOPES = {
    "Consignment.appointment": "when it is brought belongs to the consignment that a key makes and follows",
    "Consignment.appraisal": "what it was found to be worth is what its seller answers by that very key",
}
"""Fields by which a key comes from a thing that it has a scope for to one of a kind that it has none for, and why."""


def test_a_key_does_not_come_by_what_it_may_see_to_what_it_may_not() -> None:
    found = set()
    for kind, row in KINDS.items():
        for field, led in led_to(kind) if row.scopes else ():
            # An account shows a key no more than its name.
            if led != "Account" and not (KINDS[led].everybody or KINDS[led].scopes):
                found.add(field)

    assert found - FIELDS.keys() == BEYOND_SCOPES.keys()


def test_a_field_without_a_row_is_nobodys() -> None:
    everything = frozenset(Role)
    key = HeldKey(UUID(int=8), ACCOUNT, everything, frozenset(Scope))
    for viewer in (ANONYMOUS, Viewer(ACCOUNT, everything), Viewer(ACCOUNT, everything, key=key)):
        assert not CLOSED.lets(viewer)


def test_nobody_but_the_house_itself_has_its_role() -> None:
    rows = [*QUERIES.values(), *MUTATIONS.values(), *SUBSCRIPTIONS.values(), *KINDS.values(), *FIELDS.values()]

    assert not [row for row in rows if Role.SYSTEM in row.roles]
    without = {frozenset(row.roles) for row in rows if row.roles and Role.ADMIN not in row.roles}
    assert without <= {frozenset({Role.MEDICAL})}, "admins count as all staff, but for what is medical"


def test_what_moves_an_accounts_money_or_opens_doors_is_within_no_scope() -> None:
    """A key that leaks buys and consigns at worst; it pays nobody, and makes no other key."""
    for name in ("walletTransfer", "payoutRequest", "receivableRepay", "apiKeyIssue", "accountUpdate", "accountErase"):
        assert MUTATIONS[name].scopes == frozenset(), name
    for name in ("sessionEnd", "sessionEndAll", "settlementAgree", "settlementChoosePayout"):
        assert MUTATIONS[name].scopes == frozenset(), name


# The second lock


async def test_what_a_verb_does_for_somebody_whom_the_table_does_not_name_is_undone(
    api: Api, people: People, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    customer = await people.customer()
    monkeypatch.setitem(MUTATIONS, "accountUpdate", Access(roles=frozenset({Role.FINANCE, Role.ADMIN})))
    before = await snapshot(house)

    refused = await api(customer, UPDATE, input={"name": "Wei Lin"})

    assert refused["accountUpdate"] == {"code": "NOT_ALLOWED", "message": "This needs finance and admins.", "path": []}
    assert changed(before, await snapshot(house)) == []
    assert "accountUpdate let somebody do" in caplog.text
    monkeypatch.delitem(MUTATIONS, "accountUpdate")
    assert (await api(customer, UPDATE, input={"name": "Wei Lin"}))["accountUpdate"]["code"] == "NOT_ALLOWED"
    assert changed(before, await snapshot(house)) == []


# API keys


def holder(*scopes: Scope) -> Viewer:
    return Viewer(key=HeldKey(UUID(int=8), ACCOUNT, frozenset({Role.PARTNER}), frozenset(scopes)))


@pytest.mark.parametrize(
    ("text", "name", "scopes", "is_account"),
    [
        ("{ orders { totalCount } }", None, [Scope.ORDERS_READ], True),
        ("{ orders { totalCount } }", None, [], False),
        ("{ orders { totalCount } }", None, [Scope.ORDERS_WRITE], False),
        ("{ brands { totalCount } }", None, [*Scope], False),
        ("{ node(id: 1) { id } }", None, [*Scope], False),
        ("{ __schema { types { name } } }", None, [*Scope], False),
        ("{ orders { totalCount } brands { totalCount } __typename }", None, [Scope.ORDERS_READ], True),
        ("{ orders { totalCount } accountExport }", None, [*Scope], False),
        ("{ orders { totalCount } consignments { totalCount } }", None, [Scope.ORDERS_READ], False),
        ("{ orders { totalCount } nothingOfThatName }", None, [*Scope], False),
        ("{ ...A } fragment A on Query { ... on Query { accountExport } ...A }", None, [*Scope], False),
        ("{ brand: accountExport orders { totalCount } }", None, [*Scope], False),
        ("query A { orders { totalCount } } query B { accountExport }", "A", [*Scope], True),
        ("query A { orders { totalCount } } query B { accountExport }", "B", [*Scope], False),
        ("query A { orders { totalCount } } query B { accountExport }", None, [*Scope], False),
        ("mutation { orderPlace(input: {}) { __typename } }", None, [Scope.ORDERS_WRITE], True),
        ("mutation { orderPlace(input: {}) { __typename } walletTransfer { __typename } }", None, [*Scope], False),
        ("subscription { orderChanged { __typename } }", None, [Scope.ORDERS_READ], True),
        ("subscription { walletChanged { __typename } }", None, [*Scope], False),
    ],
)
def test_a_key_is_its_account_in_an_operation_that_is_all_within_its_scopes(
    text: str, name: str | None, scopes: list[Scope], is_account: bool
) -> None:
    viewer = holder(*scopes)

    found = keyed(viewer, parse(text), name)

    assert (found.account_id == ACCOUNT) is is_account
    assert found.key == viewer.key
    assert found.roles == (frozenset({Role.PARTNER}) if is_account else frozenset())
