"""Two hundred buyers of one piece, through two API processes, each sending everything twice.

They all come in the same moment, to processes that have sold something before. `pytest -s` tells how long they waited.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from statistics import quantiles
from typing import Any

import pytest

from app.house import House
from domain.account import Account
from domain.listing import Listing
from persistence.embedded import Services
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.crowd import PATIENCE_SECONDS, Crowd
from tests.support.market import TO_PARIS, Market, money
from tests.support.people import People, euros
from tests.support.servers import ServedProcess
from tests.support.wire import Wire

pytestmark = pytest.mark.processes

BUYERS = 200
PRICE = 1_000
REGULARS = 20
"""Who wanted something else before, so that the processes have their connections."""


CART_ADD = """
mutation ($input: CartAddInput!) {
  cartAdd(input: $input) { __typename ... on Cart { id } ... on UserError { code message } }
}
"""
ORDER_PLACE = """
mutation ($input: OrderPlaceInput!) {
  orderPlace(input: $input) { __typename ... on Order { id code state } ... on UserError { code message } }
}
"""


async def buy(crowd: Crowd, buyer: Account, thing: Listing) -> Any:
    """From the shelf into an order, or the refusal that ended it."""
    cart = await crowd.everywhere(buyer, CART_ADD, listingId=encode_id("Listing", thing.id))
    if cart["__typename"] != "Cart":
        return cart
    tenders = {"cash": money(PRICE)}
    return await crowd.everywhere(buyer, ORDER_PLACE, cartId=cart["id"], delivery=TO_PARIS, tenders=tenders)


@pytest.fixture
async def crowd(alone: None, database: Services, house: House) -> AsyncIterator[Crowd]:
    servers = [ServedProcess(database).launch() for _ in range(2)]
    wire = Wire(PATIENCE_SECONDS)
    try:
        await asyncio.gather(*(server.ready() for server in servers))
        yield Crowd(servers, wire)
    finally:
        await wire.close()
        for server in servers:
            server.stop()


def told(waits: list[float]) -> None:
    """How long answers took, the client's own work included."""
    cuts = quantiles(waits, n=100)
    print(f"\none_of_one_p50_seconds {cuts[49]:.2f}\none_of_one_p99_seconds {cuts[98]:.2f}")


async def test_two_hundred_buyers_of_one_piece_make_one_order_and_the_rest_keep_their_money(
    crowd: Crowd, house: House, people: People, api: Api
) -> None:
    market = Market(house, api)
    seller = await people.customer()
    buyers = [await people.customer(cash=euros(PRICE)) for _ in range(BUYERS)]
    bag, other = await market.consigned(seller, PRICE), await market.consigned(seller, PRICE)
    await asyncio.gather(*[buy(crowd, await people.customer(), other) for _ in range(REGULARS)])
    crowd.waits.clear()

    answers = await asyncio.gather(*(buy(crowd, buyer, bag) for buyer in buyers))

    told(crowd.waits)
    won = [answer for answer in answers if answer["__typename"] == "Order"]
    assert [answer["state"] for answer in won] == ["PAID"]
    assert {answer.get("code") for answer in answers if answer not in won} <= {"CLAIM_TAKEN", "NOT_AVAILABLE"}
    assert set(crowd.statuses) == {200}
    assert await market.value("SELECT count(*) FROM sales_order") == 1
    assert await market.value("SELECT count(*) FROM wallet_pocket WHERE cash_minor = $1", PRICE * 100) == BUYERS - 1
    assert await market.value("SELECT sum(cash_minor)::bigint FROM wallet_pocket") == (BUYERS - 1) * PRICE * 100
    assert await market.value("SELECT sum(held_minor + owed_minor)::bigint FROM wallet_pocket") == 0
    assert await market.value("SELECT token FROM claim WHERE piece_id = $1", bag.piece_id) == 1
    assert await market.balance("ESCROW") == PRICE * 100
    assert await market.sound()
