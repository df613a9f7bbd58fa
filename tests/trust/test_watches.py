"""What nobody may watch (S4): every field of Subscription, every role, and ids of others beside ids of nothing.

Fields are found in the schema: one without a row here fails.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from graphql import get_named_type

from schema.access import SUBSCRIPTIONS
from schema.ids import encode_id
from tests.support.event_stream import first_answer
from tests.trust.selection import SCHEMA, fields_of
from tests.trust.world import Persona, World, personas

ABOUT: dict[str, tuple[str, str] | None] = {
    "consignmentChanged": ("id", "Consignment"),
    "listingChanged": ("by.id", "Listing"),
    "orderChanged": ("id", "Order"),
    "walletChanged": None,
}
"""Where a field takes the id of what it is about, and of which kind; None for what is the caller's own."""


async def consignment(world: World) -> str:
    return await (await world.counter()).submitted()


async def listing(world: World) -> str:
    return encode_id("Listing", (await world.market.piece(1_000)).id)


async def order(world: World) -> str:
    buyer, thing = await world.customer(cash=100), await world.market.stock(50, 2)
    return str((await world.market.buy(buyer, thing, cash=50))["id"])


MADE: dict[str, Callable[[World], Awaitable[str]]] = {"Consignment": consignment, "Listing": listing, "Order": order}
"""Makes one that concerns none of the personas."""


def fields() -> dict[str, Any]:
    assert SCHEMA.subscription_type is not None
    return dict(SCHEMA.subscription_type.fields)


def watch_of(name: str, variables: dict[str, Any]) -> str:
    """The field with its arguments as variables, and all that can be selected of it."""
    field = fields()[name]
    declared = ", ".join(f"${argument}: {field.args[argument].type}" for argument in variables)
    passed = ", ".join(f"{argument}: ${argument}" for argument in variables)
    held: Any = get_named_type(field.type)
    given = f"({passed})" if passed else ""
    return f"subscription {f'({declared})' if declared else ''} {{ {name}{given} {{ {fields_of(held, 2)} }} }}"


def placed(path: str, value: str) -> dict[str, Any]:
    argument, _, inner = path.partition(".")
    return {argument: {inner: value} if inner else value}


def test_every_field_of_subscription_has_a_row() -> None:
    assert set(ABOUT) == set(fields()) == set(SUBSCRIPTIONS)


@pytest.mark.parametrize("name", [name for name, about in ABOUT.items() if about is not None])
async def test_whoever_may_see_a_thing_may_watch_it_and_to_others_it_never_was(world: World, name: str) -> None:
    about = ABOUT[name]
    assert about is not None
    path, kind = about
    theirs, nobodys = placed(path, await MADE[kind](world)), placed(path, encode_id(kind, uuid4()))
    query, seen = watch_of(name, theirs), set()
    for persona in Persona:
        person = await world.persona(persona)
        there, nowhere = [await first_answer(world.api, person, query, **given) for given in (theirs, nobodys)]
        assert [error["extensions"]["code"] for error in nowhere["errors"]] == ["NOT_FOUND"]
        assert "data" not in nowhere
        if there != nowhere:
            assert "errors" not in there, there
            seen.add(persona)

    assert seen == personas(SUBSCRIPTIONS[name])


async def test_a_wallet_is_watched_by_its_owner_alone(world: World) -> None:
    seen = set()
    for persona in Persona:
        answer = await first_answer(world.api, await world.persona(persona), watch_of("walletChanged", {}))
        if "errors" not in answer:
            seen.add(persona)
        else:
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_ALLOWED"]

    assert seen == personas(SUBSCRIPTIONS["walletChanged"])
