"""Two hundred buyers for twenty places; then places and pieces mixed, by themselves and in bundles of both.

Everything is sent twice, to two API processes.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

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
from tests.support.travel import Travel, text, traveller
from tests.support.wire import Wire

pytestmark = pytest.mark.processes

BUYERS = 200
PLACES = 20
PRICE = 1_000

SHOPPERS = 24
PIECES = 8
SEATS = 12
BUNDLED = 1_400
"""A piece and a place cost 1,500 one by one."""

TYPED = {
    *("DEPARTURE_FULL", "CLAIM_TAKEN", "CLAIM_LAPSED", "NOT_AVAILABLE", "BOOKING_LAPSED", "INVALID_INPUT"),
    *("WRONG_STATE", "INSUFFICIENT_FUNDS", "PRICE_CHANGED", "NOT_FOUND"),
}
DONE = {"Booking", "Cart", "Order"}

HOLD = """
mutation ($input: BookingHoldInput!) {
  bookingHold(input: $input) { __typename ... on Booking { id } ... on UserError { code } }
}
"""
CANCEL = """
mutation ($input: BookingCancelInput!) {
  bookingCancel(input: $input) { __typename ... on Booking { id } ... on UserError { code } }
}
"""
BUNDLE_ADD = """
mutation ($input: BundleAddInput!) {
  bundleAdd(input: $input) { __typename ... on Cart { id } ... on UserError { code } }
}
"""
BUNDLE_REMOVE = """
mutation ($input: BundleRemoveInput!) {
  bundleRemove(input: $input) { __typename ... on Cart { id } ... on UserError { code } }
}
"""
CART_ADD = """
mutation ($input: CartAddInput!) {
  cartAdd(input: $input) { __typename ... on Cart { id } ... on UserError { code } }
}
"""
PLACE = """
mutation ($input: OrderPlaceInput!) {
  orderPlace(input: $input) {
    __typename ... on Order { id lines { booking { id } } } ... on UserError { code }
  }
}
"""
ORDER_CANCEL = """
mutation ($input: OrderCancelInput!) {
  orderCancel(input: $input) { __typename ... on Order { id } ... on UserError { code } }
}
"""


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


async def warm(crowd: Crowd, travel: Travel) -> None:
    """Some wanted another journey before, so that the processes have their connections."""
    other = await travel.departure(capacity=1)
    for person in [await travel.buyer() for _ in range(10)]:
        await crowd.everywhere(person, HOLD, departureId=other, travellers=[traveller()])
    crowd.waits.clear()
    await travel.market.run(forget, None)


async def forget(work: Any, viewer: object, command: None, *, now: object) -> None:
    """Only the journey that the crowd wants counts."""
    from sqlalchemy import text as sql

    await work.connection.execute(sql("UPDATE booking SET state = 'EXPIRED', ended_at = now()"), {})


async def cart_of(market: Market, buyer: Account) -> Any:
    return (await market.api(buyer, "{ carts { id subtotal { amount } } }"))["carts"][0]


async def test_two_hundred_buyers_of_twenty_places_make_twenty_bookings(
    crowd: Crowd, house: House, people: People, api: Api
) -> None:
    market = Market(house, api)
    travel = await Travel(market, people).open()
    departure = await travel.departure(capacity=PLACES, price=PRICE)
    buyers = [await people.customer(cash=euros(PRICE)) for _ in range(BUYERS)]

    async def book(buyer: Account) -> Any:
        held = await crowd.everywhere(buyer, HOLD, departureId=departure, travellers=[traveller()])
        if held["__typename"] != "Booking":
            return held
        cart = await cart_of(market, buyer)
        tenders = {"cash": money(PRICE)}
        return await crowd.everywhere(buyer, PLACE, cartId=cart["id"], delivery=TO_PARIS, tenders=tenders)

    await warm(crowd, travel)

    answers = await asyncio.gather(*(book(buyer) for buyer in buyers))

    assert set(crowd.statuses) == {200}
    assert sum(answer["__typename"] == "Order" for answer in answers) == PLACES
    assert {answer["code"] for answer in answers if answer["__typename"] != "Order"} == {"DEPARTURE_FULL"}
    assert await market.value("SELECT max(taken) FROM departure") == PLACES
    assert await market.value("SELECT count(*) FROM booking WHERE state = 'PENDING'") == PLACES
    assert await market.value("SELECT count(*) FROM booking WHERE state <> 'EXPIRED'") == PLACES
    untouched = "SELECT count(*) FROM wallet_pocket WHERE cash_minor = $1"
    assert await market.value(untouched, PRICE * 100) == BUYERS - PLACES
    assert await market.balance("TRAVEL_UNEARNED") == PLACES * PRICE * 100
    assert await market.balance("ESCROW") == 0
    assert await market.sound()


STANDING = """
SELECT coalesce(sum(jsonb_array_length(travellers)), 0)::bigint FROM booking
WHERE state IN ('ON_HOLD', 'PENDING', 'CONFIRMED')
"""
LEFT = """
SELECT coalesce(sum(price_minor - refunded_minor), 0)::bigint FROM order_line l JOIN sales_order o ON o.id = l.order_id
WHERE o.paid_at IS NOT NULL AND l.released_at IS NULL AND l.kind = $1
"""
TWICE = """
SELECT count(*) FROM (SELECT piece_id FROM order_line WHERE piece_id IS NOT NULL AND state <> 'CANCELLED'
GROUP BY piece_id HAVING count(*) > 1) AS sold
"""


async def test_places_and_pieces_alone_and_in_bundles_are_had_once_and_paid_once(
    crowd: Crowd, house: House, people: People, api: Api
) -> None:
    market = Market(house, api)
    travel = await Travel(market, people).open()
    departure = await travel.departure(await travel.product(instant=True), capacity=SEATS, price=PRICE, days=100)
    pieces: list[Listing] = [await market.piece(500) for _ in range(PIECES)]
    bundles = [await bundle(travel, departure, piece) for piece in pieces]
    buyers = [await people.customer(cash=euros(4_000)) for _ in range(SHOPPERS)]
    dice, came = random.Random(7), Counter[str]()
    await warm(crowd, travel)

    async def shop(buyer: Account) -> None:
        for _ in range(3):
            await asyncio.sleep(dice.random() * 0.3)
            which = dice.randrange(PIECES)
            match dice.choice(["bundle", "bundle", "place", "piece"]):
                case "bundle":
                    given: dict[str, Any] = {"bundleId": bundles[which], "travellers": [traveller()]}
                    got = await crowd.everywhere(buyer, BUNDLE_ADD, **given)
                    if got["__typename"] == "Cart" and dice.random() < 0.5:
                        took = {"cartId": got["id"], "bundleId": bundles[which]}
                        left = await crowd.everywhere(buyer, BUNDLE_REMOVE, **took)
                        came["put back"] += left["__typename"] == "Cart"
                        continue
                case "place":
                    got = await crowd.everywhere(buyer, HOLD, departureId=departure, travellers=[traveller()])
                case _:
                    got = await crowd.everywhere(buyer, CART_ADD, listingId=encode_id("Listing", pieces[which].id))
            if got["__typename"] in ("Cart", "Booking"):
                await buy(buyer)

    async def buy(buyer: Account) -> None:
        cart = await cart_of(market, buyer)
        tenders = {"cash": money(cart["subtotal"]["amount"])}
        placed = await crowd.everywhere(buyer, PLACE, cartId=cart["id"], delivery=TO_PARIS, tenders=tenders)
        if placed["__typename"] != "Order":
            return
        came["bought"] += 1
        journeys = [line["booking"]["id"] for line in placed["lines"] if line["booking"]]
        match dice.choice(["keep", "keep", "call the journey off", "call all off"]):
            case "call the journey off" if journeys:
                done = await crowd.everywhere(buyer, CANCEL, bookingId=journeys[0], reason="An exam")
                came["journey called off"] += done["__typename"] == "Booking"
            case "call all off":
                done = await crowd.everywhere(buyer, ORDER_CANCEL, orderId=placed["id"], reason="No")
                came["order called off"] += done["__typename"] == "Order"

    await asyncio.gather(*(shop(buyer) for buyer in buyers))

    assert set(crowd.statuses) == {200}
    assert set(crowd.ended) <= TYPED | DONE, crowd.ended
    taken = await market.value("SELECT taken FROM departure ORDER BY id LIMIT 1")
    assert taken == await market.value(STANDING) <= SEATS
    assert await market.value(TWICE) == 0
    assert await market.balance("TRAVEL_UNEARNED") == await market.value(LEFT, "DEPARTURE")
    assert await market.balance("ESCROW") == await market.value(LEFT, "PIECE")
    owed = await market.value("SELECT coalesce(sum(amount_minor), 0)::bigint FROM supplier_bill WHERE state = 'DUE'")
    assert await market.balance("SUPPLIER_PAYABLE") == owed
    assert await market.sound()
    print(f"\nplaces: {taken} of {SEATS} taken; {dict(came)}; {dict(crowd.ended)}")
    assert {"bought", "put back", "journey called off", "order called off"} <= set(+came), "not every way was gone"


async def bundle(travel: Travel, departure: str, piece: Listing) -> str:
    made = await travel.do(
        travel.merchandiser,
        "bundleCreate",
        slug=f"bundle-{uuid4().hex[:12]}",
        name=text("A week and a bag"),
        story=text("Both."),
        price=money(BUNDLED),
        components=[
            {"departureId": departure, "units": ["ADULT"]},
            {"listingId": encode_id("Listing", piece.id)},
        ],
    )
    return str(made["id"])
