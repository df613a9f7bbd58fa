"""A purchase and its old piece go together: what undoes the one says what becomes of the other."""

from datetime import timedelta
from typing import Any

import pytest

from app.house import House
from domain.account import Account
from schema.ids import decode_id
from tests.support.api import Api
from tests.support.market import TO_PARIS, money
from tests.support.people import People, euros
from tests.support.returns import Returns
from tests.support.snapshot import changed, snapshot
from tests.support.trade_in import Exchange

FORETOLD = """
query ($order: ID!, $line: ID!) {
  refundPreview(orderId: $order, lines: [{ lineId: $line }]) { pieceGoesBack parts { kind amount { amount } } }
}
"""


@pytest.fixture
async def exchange(house: House, api: Api, people: People) -> Exchange:
    return await Exchange(house, api, people).open()


@pytest.fixture
async def returns(exchange: Exchange, people: People) -> Returns:
    return await Returns(exchange.market, people).open()


async def delivered(exchange: Exchange, returns: Returns, owner: Account, order_id: str) -> dict[str, Any]:
    """The order reaches its buyer."""
    await returns.deliver(await exchange.order(owner, order_id))
    return await exchange.order(owner, order_id)


@pytest.mark.parametrize("mode", ["TENDER", "FULL_PRICE"])
async def test_an_order_that_is_called_off_before_the_piece_came_ends_the_trade_in(
    exchange: Exchange, people: People, mode: str
) -> None:
    owner = await people.customer(cash=euros(3_000))
    campaign = await exchange.campaign(1_000, 100)
    offered, order_id = await exchange.bound(owner, mode=mode, campaignCode=campaign["code"])

    await exchange.market.cancel(owner, order_id)

    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "WITHDRAWN"
    assert await exchange.market.pocket(owner) == {"cash": "3000.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}
    assert await exchange.market.balance("ESCROW") == 0
    assert await exchange.market.balance("SUBSIDY_BUDGET") == 100_000
    assert await exchange.market.value("SELECT reserved_minor + spent_minor FROM campaign") == 0
    assert await exchange.market.sound()


async def test_an_order_that_is_called_off_while_the_piece_is_here_sends_it_back(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered, order_id = await exchange.bound(owner)
    received = await exchange.receive(offered)

    await exchange.market.cancel(owner, order_id)

    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "RETURNING"
    assert (await exchange.market.pocket(owner))["cash"] == "3000.00"
    await exchange.do(exchange.desk, "tradeInHandBack", tradeInId=offered["id"])
    assert await exchange.holder(received["piece"]["id"]) == ("ACCOUNT", "ACCOUNT")
    assert await exchange.market.sound()


@pytest.mark.parametrize("mode", ["TENDER", "FULL_PRICE"])
async def test_after_it_was_settled_the_piece_itself_goes_back_while_it_is_still_here(
    exchange: Exchange, people: People, mode: str
) -> None:
    owner = await people.customer(cash=euros(3_000))
    campaign = await exchange.campaign(1_000, 100)
    done, order_id = await exchange.settled(owner, mode=mode, campaignCode=campaign["code"])
    assert await exchange.market.balance("SUBSIDY_BUDGET") == 90_000

    cancelled = await exchange.market.cancel(owner, order_id)

    parts = {one["kind"]: one["amount"]["amount"] for one in cancelled["refunds"][0]["parts"]}
    assert parts == {"CASH": "1880.00", "TRADE_IN": "1020.00", "SUBSIDY": "100.00"}
    assert (await exchange.trade_in(owner, done["id"]))["state"] == "RETURNING"
    assert await exchange.holder(done["piece"]["id"]) == ("ACCOUNT", "HOUSE")
    assert (await exchange.market.pocket(owner))["cash"] == "3000.00"
    for kind, left in (("ESCROW", 0), ("INVENTORY", 0), ("SUBSIDY_BUDGET", 100_000)):
        assert await exchange.market.balance(kind) == left
    assert await exchange.market.value("SELECT reserved_minor + spent_minor FROM campaign") == 0
    assert await exchange.market.sound()


async def test_the_piece_goes_back_with_all_of_the_goods_even_where_the_price_of_the_way_stays(
    exchange: Exchange, people: People, returns: Returns
) -> None:
    owner = await people.customer(cash=euros(3_025))
    campaign = await exchange.campaign(1_000, 100)
    offered = await exchange.offer(owner, campaignCode=campaign["code"])
    cart = await exchange.market.add(owner, await exchange.market.piece(3_000, cost=1_500))
    tenders = {"cash": money(1_905), "tradeIn": {"tradeInId": offered["id"], "mode": "TENDER"}}
    placed = await exchange.market.place(owner, cart["id"], delivery={**TO_PARIS, "method": "EXPRESS"}, tenders=tenders)
    assert placed["__typename"] == "Order", placed
    await exchange.receive(offered)
    await exchange.inspect(offered)
    order = await delivered(exchange, returns, owner, placed["id"])
    found = await returns.inspected(owner, order)
    told = (await exchange.api(owner, FORETOLD, order=order["id"], line=order["lines"][0]["id"]))["refundPreview"]

    resolved = await returns.act(returns.support, "goodsReturnResolve", found["id"], disposition="RESTOCK")

    parts = {one["kind"]: one["amount"]["amount"] for one in resolved["refund"]["parts"]}
    assert parts == {"CASH": "1880.00", "TRADE_IN": "1020.00", "SUBSIDY": "100.00"}
    assert told == {"pieceGoesBack": True, "parts": resolved["refund"]["parts"]}
    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "RETURNING"
    assert (await exchange.market.pocket(owner))["cash"] == "3000.00"
    for kind, left in (("ESCROW", 2_500), ("SUBSIDY_BUDGET", 100_000)):
        assert await exchange.market.balance(kind) == left
    assert await exchange.market.sound()


ABOUT = """
query ($id: ID!) {
  order(id: $id) {
    refundPreview { pieceGoesBack tradeIn { id } parts { kind amount { amount } } }
    refunds { parts { kind amount { amount } } }
    tenders { kind refunded { amount } }
  }
}
"""


@pytest.mark.parametrize("lines", [(0,), (1,), (0, 1)], ids=str)
async def test_of_any_lines_that_come_back_what_was_foretold_is_what_goes_back(
    exchange: Exchange, people: People, returns: Returns, lines: tuple[int, ...]
) -> None:
    """Two returns are two refunds: with the first a part of the value goes back in cash, so the piece stays."""
    owner = await people.customer(cash=euros(3_000))
    offered = await exchange.offer(owner)
    for price in (2_000, 1_000):
        cart = await exchange.market.add(owner, await exchange.market.piece(price, cost=price // 2))
    tenders = {"cash": money(1_980), "tradeIn": {"tradeInId": offered["id"], "mode": "TENDER"}}
    placed = await exchange.market.place(owner, cart["id"], tenders=tenders)
    await exchange.receive(offered)
    await exchange.inspect(offered)
    off = (await exchange.api(owner, ABOUT, id=placed["id"]))["order"]["refundPreview"]
    assert (off["pieceGoesBack"], off["tradeIn"]) == (True, {"id": offered["id"]})
    order = await delivered(exchange, returns, owner, placed["id"])
    told = await returns.preview(owner, order, *lines)
    if len(lines) == 2:
        assert (await exchange.api(owner, ABOUT, id=order["id"]))["order"]["refundPreview"]["parts"] == told["parts"]

    for line in lines:
        found = await returns.inspected(owner, await exchange.order(owner, order["id"]), line)
        await returns.act(returns.support, "goodsReturnResolve", found["id"], disposition="RESTOCK")

    done = (await exchange.api(owner, ABOUT, id=order["id"]))["order"]
    assert [{"kind": one["kind"], "amount": one["refunded"]} for one in done["tenders"]] == told["parts"]
    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "SETTLED"
    cash = 1_020 + sum((2_000, 1_000)[line] for line in lines)
    assert (await exchange.market.pocket(owner))["cash"] == f"{cash}.00"
    assert await exchange.market.sound()


async def test_of_a_piece_that_is_gone_its_owner_gets_the_agreed_value(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    done, order_id = await exchange.settled(owner)
    given = {"tradeInId": done["id"], "fate": "DISMANTLE", "method": "Leather and brass apart"}
    assert (await exchange.do(exchange.merchandiser, "tradeInDispose", **given))["state"] == "DISPOSED"

    await exchange.market.cancel(owner, order_id)

    assert (await exchange.trade_in(owner, done["id"]))["state"] == "DISPOSED"
    assert (await exchange.market.pocket(owner))["cash"] == "4020.00"
    assert await exchange.market.balance("ESCROW") == 0
    assert await exchange.market.sound()


async def test_a_part_of_the_goods_that_comes_back_is_paid_in_parts_and_the_piece_stays(
    exchange: Exchange, people: People, returns: Returns
) -> None:
    """What was foretold is what goes back, with the old piece promised, kept, and in between."""
    owner = await people.customer(cash=euros(3_000))
    done, order_id = await exchange.settled(owner)
    order = await delivered(exchange, returns, owner, order_id)
    found = await returns.inspected(owner, order, worse=5_000)

    resolved = await returns.act(returns.support, "goodsReturnResolve", found["id"], disposition="CLEAR")

    assert resolved["refunded"]["amount"] == "1500.00"
    parts = {one["kind"]: one["amount"]["amount"] for one in resolved["refund"]["parts"]}
    assert parts == {"CASH": "990.00", "TRADE_IN": "510.00"}
    assert (await exchange.trade_in(owner, done["id"]))["state"] == "SETTLED"
    assert (await exchange.market.pocket(owner))["cash"] == str(1_020 + 1_500) + ".00"
    assert await exchange.market.balance("INVENTORY") <= -102_000
    assert await exchange.market.sound()


async def test_a_subsidy_that_goes_back_in_parts_was_spent_and_is_not_promised_again(
    exchange: Exchange, people: People, returns: Returns
) -> None:
    owner = await people.customer(cash=euros(3_000))
    campaign = await exchange.campaign(200, 100)
    offered = await exchange.offer(owner, campaignCode=campaign["code"])
    for price in (2_000, 1_000):
        cart = await exchange.market.add(owner, await exchange.market.piece(price, cost=price // 2))
    tenders = {"cash": money(1_880), "tradeIn": {"tradeInId": offered["id"], "mode": "TENDER"}}
    placed = await exchange.market.place(owner, cart["id"], tenders=tenders)
    assert placed["__typename"] == "Order", placed
    await exchange.receive(offered)
    await exchange.inspect(offered)
    await delivered(exchange, returns, owner, placed["id"])

    for line in range(2):
        found = await returns.inspected(owner, await exchange.order(owner, placed["id"]), line)
        resolved = await returns.act(returns.support, "goodsReturnResolve", found["id"], disposition="RESTOCK")
        assert resolved["state"] == "REFUNDED", resolved

    assert await exchange.market.balance("SUBSIDY_BUDGET") == 10_000
    assert await exchange.market.balance("PROMOTION") == -10_000
    assert await exchange.market.value("SELECT spent_minor FROM campaign") == 10_000
    await exchange.end(campaign)
    assert await exchange.market.balance("SUBSIDY_BUDGET") == 0
    assert await exchange.market.balance("PROMOTION") == 0
    assert await exchange.market.sound()


async def test_a_return_while_the_piece_is_promised_ends_the_promise_first(
    exchange: Exchange, people: People, returns: Returns
) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered, order_id = await exchange.bound(owner)
    order = await delivered(exchange, returns, owner, order_id)
    found = await returns.inspected(owner, order, worse=1_000)
    told = await returns.preview(owner, order)
    assert told["parts"] == [{"kind": "CASH", "amount": {"amount": "2700.00"}}]

    resolved = await returns.act(returns.support, "goodsReturnResolve", found["id"], disposition="CLEAR")

    assert resolved["refund"]["parts"] == told["parts"]
    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "WITHDRAWN"
    assert (await exchange.market.pocket(owner))["held"] == "0.00"
    assert await exchange.market.balance("ESCROW") == 0
    assert await exchange.market.sound()


async def test_the_purchase_is_not_complete_before_the_old_piece_has_paid(
    exchange: Exchange, people: People, returns: Returns
) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered, order_id = await exchange.bound(owner)
    await delivered(exchange, returns, owner, order_id)
    order = decode_id(order_id)[1]
    await exchange.market.complete_order(order, timedelta(days=60))
    assert (await exchange.order(owner, order_id))["state"] == "DELIVERED"
    assert await exchange.market.balance("SALES") == 0
    await exchange.receive(offered)
    await exchange.inspect(offered)

    await exchange.market.complete_order(order, timedelta(days=61))

    assert (await exchange.order(owner, order_id))["state"] == "COMPLETED"
    assert await exchange.market.balance("ESCROW") == 0
    assert await exchange.market.sound()


async def test_a_consignor_is_paid_once_the_buyers_old_piece_has_paid(
    exchange: Exchange, people: People, returns: Returns
) -> None:
    owner, seller = await people.customer(cash=euros(3_000)), await people.customer()
    offered = await exchange.offer(owner)
    cart = await exchange.market.add(owner, await exchange.market.consigned(seller, 3_000))
    trade_in = {"tradeInId": offered["id"], "mode": "TENDER"}
    tenders = {"cash": {"amount": "1980.00", "currencyCode": "EUR"}, "tradeIn": trade_in}
    placed = await exchange.market.place(owner, cart["id"], tenders=tenders)
    assert placed["__typename"] == "Order", placed
    query = "{ settlements(first: 5) { nodes { state blockedBy { reason } } } }"

    async def reasons() -> list[str]:
        found = (await exchange.api(seller, query))["settlements"]["nodes"]
        return [block["reason"] for block in found[0]["blockedBy"]]

    assert "TRADE_IN" in await reasons()
    await exchange.receive(offered)
    await exchange.inspect(offered)
    assert "TRADE_IN" not in await reasons()


async def sold_on(
    exchange: Exchange, people: People, returns: Returns
) -> tuple[Account, Account, dict[str, Any], str, dict[str, Any]]:
    """A piece that was traded in, was sold to somebody else, and is theirs for good."""
    owner, buyer = await people.customer(cash=euros(3_000)), await people.customer(cash=euros(1_300))
    done, order_id = await exchange.settled(owner)
    listing = await exchange.publish(done["piece"]["id"])
    sale = await returns.bought(buyer, await exchange.market.listing(decode_id(listing["id"])[1]), cash=1_300)
    return owner, buyer, done, order_id, sale


async def test_a_piece_that_somebody_else_has_bought_does_not_go_back_to_who_traded_it_in(
    exchange: Exchange, people: People, returns: Returns
) -> None:
    owner, buyer, done, order_id, sale = await sold_on(exchange, people, returns)
    await returns.all_is_due(sale)

    cancelled = await exchange.market.cancel(owner, order_id)

    parts = {one["kind"]: one["amount"]["amount"] for one in cancelled["refunds"][0]["parts"]}
    assert parts == {"CASH": "1980.00", "TRADE_IN": "1020.00"}
    assert (await exchange.market.pocket(owner))["cash"] == "4020.00"
    assert (await exchange.trade_in(owner, done["id"]))["state"] == "SETTLED"
    query = "SELECT owner_id = $2 AND custodian_id = $2 FROM piece WHERE id = $1"
    assert await exchange.market.value(query, decode_id(done["piece"]["id"])[1], buyer.id)
    assert await exchange.market.sound()


async def test_what_somebody_else_has_bought_is_not_the_houses_to_take_apart(
    exchange: Exchange, people: People, returns: Returns
) -> None:
    _, _, done, _, sale = await sold_on(exchange, people, returns)
    await returns.all_is_due(sale)
    before = await snapshot(exchange.house)

    for fate in ("DISMANTLE", "REFURBISH"):
        refused = await exchange.do(
            exchange.merchandiser, "tradeInDispose", tradeInId=done["id"], fate=fate, method="Apart"
        )
        assert refused["code"] == "PIECE_TIED"

    assert changed(before, await snapshot(exchange.house)) == []
