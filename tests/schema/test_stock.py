"""What new goods have cost: into inventory by a receipt, out of it with the sale, back with the return."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.account import Account
from domain.listing import Listing
from domain.viewer import Role
from schema.ids import encode_id, id_of
from tests.support.api import Api
from tests.support.market import Market, money
from tests.support.people import People, euros
from tests.support.returns import Returns

RECEIVE = """
mutation ($input: GoodsReceiptRecordInput!) {
  goodsReceiptRecord(input: $input) {
    __typename
    ... on GoodsReceipt {
      quantity unitCost { amount } cost { amount } supplier reference receivedBy { id }
      listing { available stockValue { amount } }
    }
    ... on UserError { code path }
  }
}
"""
ADJUST = """
mutation ($input: StockAdjustInput!) {
  stockAdjust(input: $input) {
    __typename ... on Listing { available stockValue { amount } } ... on UserError { code path }
  }
}
"""
VALUE = "query ($id: ID!) { listing(by: { id: $id }) { available stockValue { amount } } }"
RECEIPTS = """
query ($listing: ID!) { goodsReceipts(listingId: $listing, first: 10) { nodes { quantity cost { amount } } } }
"""
WINDOW = timedelta(days=30)


class Storeroom:
    """A merchandiser, and what they do to a stock."""

    def __init__(self, api: Api, people: People, market: Market) -> None:
        self.api = api
        self.people = people
        self.market = market
        self.merchandiser: Account

    async def open(self) -> "Storeroom":
        self.merchandiser = await self.people.staff(Role.MERCHANDISER)
        return self

    async def receive(self, thing: Listing, quantity: int, unit_cost: str, **more: Any) -> Any:
        given = {
            "listingId": encode_id("Listing", thing.id),
            "quantity": quantity,
            "unitCost": money(unit_cost),
            "supplier": "Tessitura Alba",
            "reference": "DN-204",
            **more,
        }
        return (await self.api(self.merchandiser, RECEIVE, input=given))["goodsReceiptRecord"]

    async def adjust(self, thing: Listing, change: int, **more: Any) -> Any:
        given = {"listingId": encode_id("Listing", thing.id), "change": change, "note": "Counted", **more}
        return (await self.api(self.merchandiser, ADJUST, input=given))["stockAdjust"]

    async def value(self, thing: Listing, person: Account | None = None) -> Any:
        seen = await self.api(person or self.merchandiser, VALUE, id=encode_id("Listing", thing.id))
        found = seen["listing"]["stockValue"]
        return None if found is None else found["amount"]

    async def books(self) -> dict[str, int]:
        kinds = ("INVENTORY", "CREDITORS", "COST_OF_GOODS")
        return {kind: await self.market.balance(kind) for kind in kinds}

    async def costs(self) -> list[int]:
        rows = await self.market.house.readers.pool.fetch("SELECT cost_minor FROM order_line ORDER BY id")
        return [row["cost_minor"] for row in rows]


@pytest.fixture
async def room(api: Api, people: People, market: Market) -> Storeroom:
    return await Storeroom(api, people, market).open()


@pytest.fixture
async def returns(market: Market, people: People) -> Returns:
    return await Returns(market, people).open()


async def test_a_receipt_is_inventory_that_a_supplier_is_owed_for(
    room: Storeroom, market: Market, people: People, api: Api
) -> None:
    shirts = await market.stock(120, 1)

    rehearsed = await room.receive(shirts, 4, "30.50", dryRun=True)
    assert await room.books() == {"INVENTORY": 0, "CREDITORS": 0, "COST_OF_GOODS": 0}
    received = await room.receive(shirts, 4, "30.50")

    assert rehearsed["cost"] == received["cost"] == {"amount": "122.00"}
    assert (received["supplier"], received["reference"]) == ("Tessitura Alba", "DN-204")
    assert received["listing"] == {"available": 5, "stockValue": {"amount": "122.00"}}
    assert await room.books() == {"INVENTORY": -12_200, "CREDITORS": 12_200, "COST_OF_GOODS": 0}
    finance = await people.staff(Role.FINANCE)
    assert await room.value(shirts, finance) == "122.00"
    for person in (await people.customer(), await people.staff(Role.SUPPORT)):
        assert await room.value(shirts, person) is None
        assert (await api(person, RECEIPTS, listing=encode_id("Listing", shirts.id))).codes == ["NOT_ALLOWED"]
    listed = await api(finance, RECEIPTS, listing=encode_id("Listing", shirts.id))
    assert listed["goodsReceipts"]["nodes"] == [{"quantity": 4, "cost": {"amount": "122.00"}}]
    assert await market.sound()


async def test_what_is_sold_takes_its_share_of_the_value_and_the_last_takes_the_rest(
    room: Storeroom, market: Market, people: People
) -> None:
    buyer = await people.customer(cash=euros(1_000))
    shirts = await market.stock(120, 1)
    await room.receive(shirts, 1, "33.34", counted=True)
    await room.receive(shirts, 2, "33.33")

    first = await market.buy(buyer, shirts, 2, cash=240)
    assert await room.value(shirts) == "33.33"
    assert await market.balance("COST_OF_GOODS") == 0, "a cost is borne when the sale is released"
    second = await market.buy(buyer, shirts, 1, cash=120)

    assert await room.costs() == [6_667, 3_333]
    assert await room.value(shirts) == "0.00"
    assert {first["state"], second["state"]} == {"PAID"}


async def test_the_cost_is_borne_when_the_house_takes_its_part(
    room: Storeroom, market: Market, people: People, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(1_000))
    shirts = await market.stock(120, 1)
    await room.receive(shirts, 4, "30.00")
    sale = await returns.bought(buyer, shirts, 2, cash=240)
    assert (await room.books())["COST_OF_GOODS"] == 0

    await returns.all_is_due(sale)

    assert await room.books() == {"INVENTORY": -7_200, "CREDITORS": 12_000, "COST_OF_GOODS": -4_800}
    assert await room.value(shirts) == "72.00", "what is left of inventory is what the rest has cost"
    assert await market.sound()


async def test_a_cancelled_order_puts_the_value_back(room: Storeroom, market: Market, people: People) -> None:
    buyer = await people.customer(cash=euros(1_000))
    shirts = await market.stock(120, 1)
    await room.receive(shirts, 2, "30.00")
    sale = await market.buy(buyer, shirts, 3, cash=360)
    assert await room.value(shirts) == "0.00"

    assert (await market.cancel(buyer, sale["id"]))["__typename"] == "Order"

    assert await room.value(shirts) == "60.00"
    assert await room.costs() == [0]
    again = await market.buy(buyer, shirts, 1, cash=120)
    assert again["state"] == "PAID"
    assert await room.value(shirts) == "40.00"


async def test_an_order_that_was_never_paid_takes_no_value(room: Storeroom, market: Market, people: People) -> None:
    buyer = await people.customer()
    shirts = await market.stock(120, 1)
    await room.receive(shirts, 1, "30.00")
    waiting = await market.buy(buyer, shirts, 2, provider="TEST")
    assert await room.value(shirts) == "30.00"

    await market.expire_order(id_of("Order", waiting["id"]))

    assert await room.value(shirts) == "30.00"
    paid = await market.buy(buyer, shirts, 1, provider="TEST")
    await market.report(paid["payment"]["id"], "payment.charged")
    assert await room.value(shirts) == "15.00"
    assert await room.costs() == [None, 1_500]


async def test_what_comes_back_to_the_shelf_brings_its_cost_before_and_after_the_release(
    room: Storeroom, market: Market, people: People, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(1_000))
    shirts = await market.stock(120, 1)
    await room.receive(shirts, 3, "40.00")
    sale = await returns.bought(buyer, shirts, 4, cash=480)
    early = await returns.inspected(buyer, sale, quantity=1)
    await returns.done(returns.support, "goodsReturnResolve", early["id"], disposition="RESTOCK")
    assert await room.value(shirts) == "30.00"
    assert await room.costs() == [9_000]

    await returns.all_is_due(sale)
    assert await room.books() == {"INVENTORY": -3_000, "CREDITORS": 12_000, "COST_OF_GOODS": -9_000}
    late = await returns.sent_in(buyer, await returns.agree(sale, quantity=2))
    late = await returns.looked_at(late)
    await returns.done(returns.support, "goodsReturnResolve", late["id"], disposition="RESTOCK")
    await returns.all_is_due(sale)

    assert await room.value(shirts) == "90.00"
    assert await room.costs() == [3_000]
    assert await room.books() == {"INVENTORY": -9_000, "CREDITORS": 12_000, "COST_OF_GOODS": -3_000}
    assert await market.sound()


async def test_what_comes_back_worn_is_a_piece_that_keeps_its_cost_and_is_taxed_in_full(
    room: Storeroom, market: Market, people: People, returns: Returns, api: Api
) -> None:
    buyer, other = await people.customer(cash=euros(1_000)), await people.customer(cash=euros(1_000))
    shirts = await market.stock(120, 1)
    await room.receive(shirts, 1, "50.00", counted=True)
    sale = await returns.bought(buyer, shirts, 1, cash=120)
    worn = await returns.inspected(buyer, sale, quantity=1, worse=1_000)
    await returns.done(returns.support, "goodsReturnResolve", worn["id"], disposition="CLEAR")
    piece_id = await market.value("SELECT id FROM opened_goods")
    assert await market.value("SELECT cost_minor FROM opened_goods") == 5_000
    assert (await room.books())["INVENTORY"] == -5_000

    describe = "mutation ($i: PieceDescribeInput!) { pieceDescribe(input: $i) { __typename } }"
    await api(room.merchandiser, describe, i={"pieceId": encode_id("Piece", piece_id), "grade": "GOOD"})
    publish = "mutation ($i: ListingPublishInput!) { listingPublish(input: $i) { ... on Listing { id } } }"
    offer = {"kind": "CLEARANCE", "pieceId": encode_id("Piece", piece_id), "price": money("80.00")}
    listed = (await api(room.merchandiser, publish, i=offer))["listingPublish"]["id"]
    cleared = await returns.bought(other, await market.listing(id_of("Listing", listed)), 1, cash=80)
    basis = await market.value("SELECT tax_basis FROM order_line WHERE piece_id = $1", piece_id)
    await returns.all_is_due(cleared)

    assert basis == "FULL_PRICE", "it was bought new, so no margin scheme is its"
    assert await room.books() == {"INVENTORY": 0, "CREDITORS": 5_000, "COST_OF_GOODS": -5_000}
    assert await market.sound()


async def test_what_is_lost_is_a_cost_and_what_is_found_has_none(room: Storeroom, market: Market) -> None:
    shirts = await market.stock(120, 1)
    await room.receive(shirts, 3, "40.00")

    lost = await room.adjust(shirts, -1)
    found = await room.adjust(shirts, 2)
    rehearsed = await room.adjust(shirts, -1, dryRun=True)

    assert (lost["available"], lost["stockValue"]) == (3, {"amount": "90.00"})
    assert (found["available"], found["stockValue"]) == (5, {"amount": "90.00"})
    assert rehearsed["available"] == 4
    assert await room.books() == {"INVENTORY": -9_000, "CREDITORS": 12_000, "COST_OF_GOODS": -3_000}
    assert await market.sound()


async def test_a_receipt_that_can_not_be_is_refused_and_nothing_is_posted(room: Storeroom, market: Market) -> None:
    shirts, watch = await market.stock(120, 2), await market.piece(1_000)

    assert (await room.receive(watch, 1, "10.00"))["path"] == ["listingId"]
    assert (await room.receive(shirts, 0, "10.00"))["path"] == ["quantity"]
    assert (await room.receive(shirts, 1, "0.00"))["path"] == ["unitCost"]
    dollars = {"amount": "10.00", "currencyCode": "USD"}
    assert (await room.receive(shirts, 1, "1", unitCost=dollars))["path"] == ["unitCost", "currencyCode"]
    assert (await room.receive(shirts, 1, "10.00", counted=True))["path"] == ["counted"]
    assert (await room.receive(shirts, 1, "10.00", expectedVersion=9))["code"] == "VERSION_CONFLICT"
    assert (await room.receive(shirts, 1, "10.00", supplier=" "))["path"] == ["supplier"]
    assert await room.value(shirts) is None
    assert (await room.receive(shirts, 2, "10.00", counted=True))["__typename"] == "GoodsReceipt"
    assert (await room.receive(shirts, 2, "10.00", counted=True))["path"] == ["counted"]
    assert (await room.books())["INVENTORY"] == -2_000


async def test_many_who_buy_at_once_take_exactly_what_there_is(room: Storeroom, market: Market, people: People) -> None:
    shirts = await market.stock(10, 1)
    await room.receive(shirts, 6, "3.33")
    buyers = [await people.customer(cash=euros(100)) for _ in range(7)]

    await asyncio.gather(*(market.buy(buyer, shirts, 1, cash=10) for buyer in buyers))

    assert sum(await room.costs()) == 1_998
    assert await room.value(shirts) == "0.00"


async def test_the_database_itself_keeps_receipts_and_values_whole(
    room: Storeroom, market: Market, returns: Returns
) -> None:
    shirts = await market.stock(120, 1)
    await room.receive(shirts, 1, "30.00")

    for statement in (
        "UPDATE goods_receipt SET quantity = 2",
        "DELETE FROM goods_receipt",
        "UPDATE opened_goods SET cost_minor = 0",
        "UPDATE stock SET value_minor = -1",
    ):
        with pytest.raises(Exception, match=r"permission denied|violates check"):
            await returns.execute(statement)
