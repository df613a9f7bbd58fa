"""Old pieces and journeys in one purchase: what ends the one says what becomes of the other, and of the money."""

from typing import Any

import pytest

from app.house import House
from domain.account import Account
from tests.support.api import Api
from tests.support.market import TO_PARIS, money
from tests.support.people import People, euros
from tests.support.trade_in import PLACE, Exchange
from tests.support.travel import Travel


@pytest.fixture
async def exchange(house: House, api: Api, people: People) -> Exchange:
    return await Exchange(house, api, people).open()


async def both(
    exchange: Exchange,
    travel: Travel,
    owner: Account,
    *,
    bag: int = 0,
    journey: int = 3_000,
    mode: str = "TENDER",
    **given: Any,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """An offer that pays its part of a journey, and of a bag where there is one: the offer, the booking, the order."""
    tenders = {name: given.pop(name) for name in ("cash", "provider") if name in given}
    pay, ladder = given.pop("pay", "FULL"), given.pop("ladder", "STANDARD")
    offered = await exchange.offer(owner, **given)
    product = await travel.product(ladderCode=ladder)
    departure = await travel.departure(product, price=journey, net=journey * 8 // 10)
    held = await travel.held(owner, departure, pay=pay)
    if bag:
        await exchange.market.add(owner, await exchange.market.piece(bag, cost=bag // 2))
    cart = await travel.cart(owner)
    said = {**tenders, "tradeIn": {"tradeInId": offered["id"], "mode": mode}}
    wanted = {"cartId": cart["id"], "delivery": TO_PARIS, "tenders": said}
    placed = (await exchange.api(owner, PLACE, input=wanted))["orderPlace"]
    assert placed["__typename"] == "Order", placed
    if "provider" in tenders:
        await exchange.market.report(placed["payment"]["id"], "payment.charged")
    return offered, held, placed


async def balances(exchange: Exchange) -> tuple[int, int]:
    """What is in escrow and what stands apart for journeys, in cents."""
    return await exchange.market.balance("ESCROW"), await exchange.market.balance("TRAVEL_UNEARNED")


@pytest.mark.parametrize("way", ["rejected", "expired", "off"])
async def test_a_journey_that_is_off_gives_back_what_was_paid_and_what_was_promised(
    exchange: Exchange, travel: Travel, people: People, way: str
) -> None:
    """The purchase was all of it: the promise ends, the held cash has paid, and everything goes back."""
    owner = await people.customer(cash=euros(1_100))
    offered, held, placed = await both(exchange, travel, owner, provider="TEST")
    assert await balances(exchange) == (0, 198_000)

    if way == "rejected":
        await travel.do(travel.supplier, "bookingReject", bookingId=held["id"], reason="The house is full")
    elif way == "expired":
        await travel.pass_(hours=73)
    else:
        departure = held["departure"]["id"]
        await travel.do(travel.supplier, "departureCancel", departureId=departure, reason="A strike of the pilots")
        await travel.pass_(minutes=1)

    order = await exchange.order(owner, placed["id"])
    assert (order["state"], order["refunded"]["amount"]) == ("CANCELLED", "3000.00")
    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "WITHDRAWN"
    assert await exchange.market.pocket(owner) == {"cash": "1100.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}
    assert await exchange.market.balance("PSP_CLEARING") == -110_000
    assert await balances(exchange) == (0, 0)
    assert await exchange.market.sound()


async def test_a_journey_that_two_orders_paid_is_called_off_first_and_that_is_foretold(
    exchange: Exchange, travel: Travel, people: People
) -> None:
    owner = await people.customer(cash=euros(6_000))
    paid = {"cash": money(2_180), "pay": "DEPOSIT", "ladder": "FLEXIBLE"}
    offered, held, placed = await both(exchange, travel, owner, bag=3_000, journey=1_000, **paid)
    await exchange.receive(offered)
    assert (await exchange.inspect(offered))["state"] == "SETTLED"
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-1")
    await travel.do(owner, "bookingPayBalance", bookingId=held["id"])
    await travel.pay(owner)
    order = await travel.order(owner, placed["id"])
    told = await travel.preview(owner, order, [line["id"] for line in order["lines"]])

    await travel.do(owner, "bookingCancel", bookingId=held["id"], reason="An exam")
    await exchange.market.cancel(owner, placed["id"])

    # With the deposit a part of the value went back in cash, so the piece stays.
    found = await exchange.tenders(owner, placed["id"])
    assert {part["kind"]: part["amount"]["amount"] for part in told["parts"]} == {
        kind: back for kind, (_, _, back, _) in found.items()
    }
    assert (told["pieceGoesBack"], told["amount"]["amount"]) == (False, "3200.00")
    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "SETTLED"
    assert (await exchange.market.pocket(owner))["cash"] == "7020.00"
    assert await exchange.market.sound()


async def test_a_promise_does_not_outlive_the_journey_even_where_other_money_would_do(
    exchange: Exchange, travel: Travel, people: People
) -> None:
    owner = await people.customer(cash=euros(6_000))
    offered, held, placed = await both(exchange, travel, owner, bag=3_000, journey=1_000, cash=money(2_980))
    assert await balances(exchange) == (198_000, 100_000)

    await travel.do(travel.supplier, "bookingReject", bookingId=held["id"], reason="The house is full")

    assert await exchange.tenders(owner, placed["id"]) == {
        "CASH": ("4000.00", "0.00", "1000.00", False),
        "TRADE_IN": ("1020.00", "1020.00", "0.00", False),
    }
    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "WITHDRAWN"
    assert (await exchange.market.pocket(owner)) == {
        "cash": "3000.00",
        "credit": "0.00",
        "held": "0.00",
        "owed": "0.00",
    }
    assert await balances(exchange) == (300_000, 0)
    assert await exchange.market.sound()


async def test_what_a_journey_costs_stands_apart_as_far_as_it_is_there_and_wholly_once_the_piece_has_paid(
    exchange: Exchange, travel: Travel, people: People
) -> None:
    owner = await people.customer(cash=euros(6_000))
    offered, held, _ = await both(exchange, travel, owner, journey=3_000, cash=money(1_980))
    assert await balances(exchange) == (0, 198_000)
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-1")

    await exchange.receive(offered)
    await exchange.inspect(offered)

    assert await balances(exchange) == (0, 300_000)
    await travel.pass_(days=400)
    assert await balances(exchange) == (0, 0)
    assert await travel.owed() == {"TRAVEL": 240_000}
    assert await exchange.market.sound()


@pytest.mark.parametrize("here", [False, True])
async def test_where_the_full_price_was_paid_the_end_of_the_purchase_ends_the_trade_in(
    exchange: Exchange, travel: Travel, people: People, here: bool
) -> None:
    """The house does not buy a piece for a purchase that there is not, nor give a subsidy for it."""
    owner = await people.customer(cash=euros(3_000))
    campaign = await exchange.campaign(1_000, 100)
    given: dict[str, Any] = {"mode": "FULL_PRICE", "cash": money(3_000), "campaignCode": campaign["code"]}
    offered, held, placed = await both(exchange, travel, owner, **given)
    if here:
        await exchange.receive(offered)

    await travel.do(travel.supplier, "bookingReject", bookingId=held["id"], reason="The house is full")

    assert (await exchange.order(owner, placed["id"]))["state"] == "CANCELLED"
    assert (await exchange.trade_in(owner, offered["id"]))["state"] == ("RETURNING" if here else "WITHDRAWN")
    assert await exchange.market.value("SELECT reserved_minor + spent_minor FROM campaign") == 0
    assert (await exchange.inspect(offered))["code"] == "WRONG_STATE"
    assert (await exchange.market.pocket(owner))["cash"] == "3000.00"
    assert await exchange.market.sound()


async def test_where_something_else_of_the_purchase_stays_a_full_price_stays_traded_in(
    exchange: Exchange, travel: Travel, people: People
) -> None:
    owner = await people.customer(cash=euros(4_000))
    given: dict[str, Any] = {"mode": "FULL_PRICE", "cash": money(4_000), "bag": 3_000, "journey": 1_000}
    offered, held, _ = await both(exchange, travel, owner, **given)

    await travel.do(travel.supplier, "bookingReject", bookingId=held["id"], reason="The house is full")

    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "BOUND"
    await exchange.receive(offered)
    assert (await exchange.inspect(offered))["state"] == "SETTLED"
    assert (await exchange.market.pocket(owner))["cash"] == "2020.00"
    assert await balances(exchange) == (300_000, 0)
    assert await exchange.market.sound()
