"""Shipments through the API: parcels, pickups, delivery, and what the house has earned after the return window."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.account import Account
from domain.listing import Listing
from domain.viewer import Role
from schema.ids import encode_id, id_of
from tests.support.api import Api
from tests.support.consignment import Counter
from tests.support.market import TO_PARIS, Market, money
from tests.support.people import People, euros

SHIPMENT = """
    __typename
    ... on Shipment {
      id code state version nextActions carrier sealNumber pickupCode photos
      insuredValue { amount } declaredValue { amount } lines { id state }
    }
    ... on UserError { code message path }
    ... on WrongState { stands: state nextActions }
"""


ABOVE_COVER = "... on AboveCover { limit { amount } insured: insuredValue { amount } }"


def step(name: str) -> str:
    type_name = name[0].upper() + name[1:]
    more = ABOVE_COVER if name == "shipmentCreate" else ""
    return f"mutation ($input: {type_name}Input!) {{ {name}(input: $input) {{ {SHIPMENT} {more} }} }}"


COVER = """
mutation ($input: TransitCoverRegisterInput!) {
  transitCoverRegister(input: $input) {
    __typename
    ... on TransitCover { id policyNumber limit { amount } version }
    ... on UserError { code path }
  }
}
"""
COVERS = "{ transitCovers { nodes { policyNumber carrier } } }"


def parcel(worth: int = 1_000, **changed: Any) -> dict[str, Any]:
    return {
        "carrier": "Malca",
        "tracking": "MA-1",
        "declaredValue": money(100),
        "insuredValue": money(worth),
        "policyNumber": "P-1",
        "sealNumber": "S-77",
        **changed,
    }


class Desk:
    """The member of staff who packs, and cover for what is packed."""

    def __init__(self, api: Api, staff: Account) -> None:
        self.api = api
        self.staff = staff

    async def do(self, action: str, person: Account | None = None, **given: Any) -> Any:
        return (await self.api(person or self.staff, step(action), input=given))[action]

    async def create(self, order: Any, **given: Any) -> Any:
        return await self.do("shipmentCreate", orderId=order["id"], **given)

    async def deliver(self, order: Any, worth: int = 1_000) -> Any:
        """All the way to the buyer."""
        shipment = await self.create(order, parcel=parcel(worth))
        assert shipment["__typename"] == "Shipment", shipment
        await self.do("shipmentHandOver", shipmentId=shipment["id"])
        return await self.do("shipmentDeliver", shipmentId=shipment["id"])


async def cover(api: Api, person: Account, **changed: Any) -> Any:
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    given = {"policyNumber": "P-1", "carrier": "Malca", "limit": money(5_000), "validUntil": until, **changed}
    return (await api(person, COVER, input=given))["transitCoverRegister"]


@pytest.fixture
async def desk(api: Api, people: People) -> Desk:
    await cover(api, await people.staff(Role.FINANCE))
    return Desk(api, await people.staff(Role.SUPPORT))


async def standing(market: Market, thing: Listing) -> tuple[str, str, str]:
    """Owner, custodian and risk bearer of a piece, by kind."""
    query = "SELECT owner_kind, custodian_kind, risk_bearer_kind FROM piece WHERE id = $1"
    return tuple(await market.house.readers.pool.fetchrow(query, thing.piece_id))


async def bought(people: People, market: Market, price: int = 1_000, **given: Any) -> tuple[Account, Listing, Any]:
    buyer = await people.customer(cash=euros(price + 100))
    thing = await market.consigned(await people.customer(), price)
    return buyer, thing, await market.buy(buyer, thing, cash=price, **given)


# Parcels


async def test_custody_moves_with_the_parcel_and_title_with_its_delivery(
    people: People, market: Market, desk: Desk
) -> None:
    buyer, bag, order = await bought(people, market)
    assert await standing(market, bag) == ("ACCOUNT", "HOUSE", "HOUSE")
    seller_id = await market.value("SELECT owner_id FROM piece WHERE id = $1", bag.piece_id)

    shipment = await desk.create(order, parcel=parcel(), photos=["packed/1"])
    assert (shipment["state"], shipment["nextActions"]) == ("CREATED", ["shipmentHandOver", "shipmentCancel"])
    assert (await market.order(buyer, order["id"]))["state"] == "PREPARING"

    over = await desk.do("shipmentHandOver", shipmentId=shipment["id"], photos=["sealed/1"])
    assert over["photos"] == ["packed/1", "sealed/1"]
    assert await standing(market, bag) == ("ACCOUNT", "CARRIER", "HOUSE")
    assert await market.value("SELECT owner_id FROM piece WHERE id = $1", bag.piece_id) == seller_id
    assert (await market.order(buyer, order["id"]))["state"] == "SHIPPED"

    there = await desk.do("shipmentDeliver", shipmentId=shipment["id"])
    assert there["lines"][0]["state"] == "DELIVERED"
    assert await standing(market, bag) == ("ACCOUNT", "ACCOUNT", "ACCOUNT")
    assert await market.value("SELECT owner_id FROM piece WHERE id = $1", bag.piece_id) == buyer.id
    done = await market.order(buyer, order["id"])
    assert done["state"] == "DELIVERED"
    assert done["lines"][0]["deliveredAt"] is not None
    due = "SELECT payable_at - delivered_at FROM settlement WHERE cause = 'SALE'"
    assert await market.value(due) == timedelta(days=7)
    told = "SELECT array_agg(name ORDER BY id) FROM event WHERE piece_id = $1 AND name LIKE 'piece.%'"
    names = await market.value(told, bag.piece_id)
    assert names[-4:] == ["piece.sold", "piece.shipment.created", "piece.shipment.handedOver", "piece.delivered"]


async def test_a_parcel_above_its_cover_gets_no_label(api: Api, people: People, market: Market, desk: Desk) -> None:
    buyer, _, order = await bought(people, market, 6_000)

    refused = await desk.create(order, parcel=parcel(6_000))
    under_insured = await desk.create(order, parcel=parcel(5_000))

    assert (refused["code"], refused["limit"], refused["insured"]) == (
        "ABOVE_COVER",
        {"amount": "5000.00"},
        {"amount": "6000.00"},
    )
    assert (under_insured["code"], under_insured["path"]) == ("INVALID_INPUT", ["parcel", "insuredValue"])
    assert (await market.order(buyer, order["id"]))["state"] == "PAID"
    await cover(api, await people.staff(Role.FINANCE), limit=money(6_000))
    assert (await desk.create(order, parcel=parcel(6_000)))["__typename"] == "Shipment"


async def test_a_parcel_needs_a_policy_that_covers_its_carrier_currency_and_time(
    api: Api, people: People, market: Market, desk: Desk
) -> None:
    _, _, order = await bought(people, market)
    finance = await people.staff(Role.FINANCE)
    dollars = {"amount": "5000", "currencyCode": "USD"}
    await cover(api, finance, policyNumber="P-USD", limit=dollars)
    past = await cover(api, finance, validUntil="2020-01-01T00:00:00Z")

    for changed in ({"policyNumber": "P-9"}, {"carrier": "Another"}, {"policyNumber": "P-USD"}):
        assert (await desk.create(order, parcel=parcel(**changed)))["code"] == "NOT_COVERED"
    assert (past["code"], past["path"]) == ("INVALID_INPUT", ["validUntil"])


async def test_a_parcel_has_a_seal_and_a_number(people: People, market: Market, desk: Desk) -> None:
    _, _, order = await bought(people, market)

    for name in ("carrier", "tracking", "sealNumber"):
        refused = await desk.create(order, parcel=parcel(**{name: " "}))
        assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["parcel", name])
    none = await desk.create(order)
    assert (none["code"], none["path"]) == ("INVALID_INPUT", ["parcel"])
    too_many = await desk.create(order, parcel=parcel(), photos=["x"] * 13)
    assert (too_many["code"], too_many["path"]) == ("INVALID_INPUT", ["photos"])


async def test_a_line_is_packed_once_and_an_order_can_go_in_two_parcels(
    people: People, market: Market, desk: Desk
) -> None:
    buyer = await people.customer(cash=euros(2_000))
    await market.add(buyer, await market.piece(1_000))
    cart = await market.add(buyer, await market.stock(100, 5))
    order = await market.place(buyer, cart["id"], cash=1_100)
    one, other = (line["id"] for line in order["lines"])

    first = await desk.create(order, parcel=parcel(), lineIds=[one])
    twice = await desk.create(order, parcel=parcel(), lineIds=[one])
    second = await desk.create(order, parcel=parcel(100), lineIds=[other])
    none_left = await desk.create(order, parcel=parcel())
    unknown = await desk.create(order, parcel=parcel(), lineIds=[encode_id("OrderLine", UUID(int=7))])
    for shipment in (first, second):
        await desk.do("shipmentHandOver", shipmentId=shipment["id"])
    await desk.do("shipmentDeliver", shipmentId=first["id"])
    half = await market.order(buyer, order["id"])
    await desk.do("shipmentDeliver", shipmentId=second["id"])

    assert twice["code"] == "WRONG_STATE"
    assert none_left["code"] == "INVALID_INPUT"
    assert unknown["code"] == "NOT_FOUND"
    assert (half["state"], [line["state"] for line in half["lines"]]) == ("SHIPPED", ["DELIVERED", "SHIPPED"])
    assert (await market.order(buyer, order["id"]))["state"] == "DELIVERED"


async def test_what_is_packed_can_not_be_cancelled_until_it_is_unpacked(
    people: People, market: Market, desk: Desk
) -> None:
    buyer, _, order = await bought(people, market)
    shipment = await desk.create(order, parcel=parcel())

    refused = await market.cancel(buyer, order["id"])
    await desk.do("shipmentCancel", shipmentId=shipment["id"])
    cancelled = await market.cancel(buyer, order["id"])

    assert (refused["code"], refused["stands"]) == ("WRONG_STATE", "PREPARING")
    assert cancelled["state"] == "CANCELLED"
    assert await market.sound()


async def test_an_unpaid_order_is_not_packed(people: People, market: Market, desk: Desk) -> None:
    buyer = await people.customer()
    order = await market.buy(buyer, await market.piece(1_000), provider="TEST")

    refused = await desk.create(order, parcel=parcel())

    assert (refused["code"], refused["stands"]) == ("WRONG_STATE", "PENDING_PAYMENT")
    assert await market.value("SELECT count(*) FROM shipment") == 0


async def test_a_wrong_step_names_what_is_possible(people: People, market: Market, desk: Desk) -> None:
    _, _, order = await bought(people, market)
    shipment = await desk.create(order, parcel=parcel())

    early = await desk.do("shipmentDeliver", shipmentId=shipment["id"])
    other_way = await desk.do("shipmentReady", shipmentId=shipment["id"])
    stale = await desk.do("shipmentHandOver", shipmentId=shipment["id"], expectedVersion=7)

    for refused in (early, other_way):
        assert (refused["code"], refused["stands"]) == ("WRONG_STATE", "CREATED")
        assert refused["nextActions"] == ["shipmentHandOver", "shipmentCancel"]
    assert stale["code"] == "VERSION_CONFLICT"


async def test_packing_and_cancelling_at_the_same_time_do_one_of_the_two(
    people: People, market: Market, desk: Desk
) -> None:
    for _ in range(4):
        buyer, _, order = await bought(people, market)

        packed, cancelled = await asyncio.gather(desk.create(order, parcel=parcel()), market.cancel(buyer, order["id"]))

        assert (packed["__typename"] == "Shipment") != (cancelled["__typename"] == "Order")
    assert await market.sound()


# Pickups


async def test_a_pickup_is_given_to_whoever_shows_the_code_that_the_buyer_alone_was_told(
    api: Api, people: People, market: Market, desk: Desk
) -> None:
    counter = await Counter(api, people).open()
    associate = counter.associate
    pickup = {"method": "PICKUP", "shopId": counter.shop_id}
    buyer, bag, order = await bought(people, market, delivery=pickup)
    query = "query ($id: ID!) { order(id: $id) { shipments { id pickupCode shop { slug } } delivery { method } } }"

    with_parcel = await desk.create(order, person=associate, parcel=parcel())
    shipment = await desk.do("shipmentCreate", associate, orderId=order["id"])
    early = await desk.do("shipmentPickUp", associate, shipmentId=shipment["id"], pickupCode="PU-0000-0000")
    ready = await desk.do("shipmentReady", associate, shipmentId=shipment["id"])
    assert await standing(market, bag) == ("ACCOUNT", "SHOP", "HOUSE")
    seen_by_buyer = (await api(buyer, query, id=order["id"]))["order"]["shipments"][0]
    seen_by_staff = (await api(associate, query, id=order["id"]))["order"]["shipments"][0]
    wrong = await desk.do("shipmentPickUp", associate, shipmentId=shipment["id"], pickupCode="PU-0000-0000")
    code = seen_by_buyer["pickupCode"].lower()
    taken = await desk.do("shipmentPickUp", associate, shipmentId=shipment["id"], pickupCode=f" {code} ")

    assert with_parcel["code"] == "INVALID_INPUT"
    assert (early["code"], early["nextActions"]) == ("WRONG_STATE", ["shipmentReady", "shipmentCancel"])
    assert (ready["state"], ready["pickupCode"]) == ("READY", None)
    assert seen_by_buyer["pickupCode"] is not None
    assert seen_by_staff["pickupCode"] is None
    assert wrong["code"] == "WRONG_PICKUP_CODE"
    assert taken["state"] == "DELIVERED"
    assert (await market.order(buyer, order["id"]))["state"] == "DELIVERED"
    assert await market.value("SELECT owner_id FROM piece WHERE id = $1", bag.piece_id) == buyer.id


# Who may


async def test_only_support_and_shop_associates_move_shipments_and_only_finance_registers_cover(
    api: Api, people: People, market: Market, desk: Desk
) -> None:
    buyer, bag, order = await bought(people, market)
    shipment = await desk.create(order, parcel=parcel())
    others = [buyer, await people.customer()]
    others += [await people.staff(role) for role in (Role.APPRAISER, Role.FINANCE, Role.MERCHANDISER)]

    for person in others:
        created = await desk.do("shipmentCreate", person, orderId=order["id"], parcel=parcel())
        assert created["code"] == "NOT_ALLOWED"
        for action in ("shipmentHandOver", "shipmentReady", "shipmentDeliver", "shipmentCancel"):
            assert (await desk.do(action, person, shipmentId=shipment["id"]))["code"] == "NOT_ALLOWED"
        assert (await desk.do("shipmentPickUp", person, shipmentId=shipment["id"], pickupCode="x"))[
            "code"
        ] == "NOT_ALLOWED"
    for person in (buyer, desk.staff):
        assert (await cover(api, person))["code"] == "NOT_ALLOWED"
    assert (await api(buyer, COVERS)).codes == ["NOT_ALLOWED"]
    assert (await api(desk.staff, COVERS))["transitCovers"]["nodes"] == [{"policyNumber": "P-1", "carrier": "Malca"}]
    assert (await desk.do("shipmentHandOver", shipmentId=encode_id("Shipment", UUID(int=7))))["code"] == "NOT_FOUND"
    assert await standing(market, bag) == ("ACCOUNT", "HOUSE", "HOUSE")
    assert await market.value("SELECT state FROM shipment") == "CREATED"


async def test_a_shipment_is_seen_with_its_order(api: Api, people: People, market: Market, desk: Desk) -> None:
    buyer, _, order = await bought(people, market)
    shipment = await desk.create(order, parcel=parcel())
    query = "query ($id: ID!) { shipment(id: $id) { code order { code } } }"
    node = "query ($id: ID!) { node(id: $id) { id } }"
    cover_id = encode_id("TransitCover", await market.value("SELECT id FROM transit_cover"))

    assert (await api(buyer, query, id=shipment["id"]))["shipment"]["order"]["code"] == order["code"]
    assert (await api(desk.staff, node, id=cover_id))["node"] == {"id": cover_id}
    stranger = await people.customer()
    for wanted in (shipment["id"], encode_id("Shipment", UUID(int=7))):
        assert (await api(stranger, query, id=wanted)).codes == ["NOT_FOUND"]
        assert (await api(stranger, node, id=wanted))["node"] is None
    assert (await api(stranger, node, id=cover_id))["node"] is None


# After the return window


async def test_after_the_window_the_house_takes_tax_sales_and_cost_out_of_escrow(
    people: People, market: Market, desk: Desk
) -> None:
    buyer = await people.customer(cash=euros(3_000))
    await market.add(buyer, await market.piece(1_200, cost=600))
    cart = await market.add(buyer, await market.stock(120, 5))
    delivery = {**TO_PARIS, "method": "EXPRESS"}
    order = await market.place(buyer, cart["id"], cash=1_345, delivery=delivery)
    await desk.deliver(order, 1_320)
    order_id = id_of("Order", order["id"])
    assert set(await market.jobs("orderComplete")) == {order_id}

    early = await market.complete_order(order_id, timedelta(days=13))
    assert early.state == "DELIVERED"
    assert await market.balance("ESCROW") == 134_500
    done = await market.complete_order(order_id, timedelta(days=14, minutes=1))
    again = await market.complete_order(order_id, timedelta(days=15))

    assert done.state == again.state == "COMPLETED"
    assert await market.balance("ESCROW") == 0
    assert await market.balance("TAX_PAYABLE") == 10_000 + 2_000
    assert await market.balance("SALES") == 110_000 + 10_000
    assert await market.balance("SHIPPING") == 2_500
    assert await market.balance("COST_OF_GOODS") == -60_000
    assert await market.balance("INVENTORY") == 60_000
    assert await market.sound()


async def test_a_consigned_line_leaves_escrow_with_its_settlement_and_not_with_the_order(
    people: People, market: Market, desk: Desk
) -> None:
    buyer, _, order = await bought(people, market)
    await desk.deliver(order)

    done = await market.complete_order(id_of("Order", order["id"]), timedelta(days=8))

    assert done.state == "COMPLETED"
    assert await market.balance("ESCROW") == 100_000
    assert await market.balance("SALES") == 0
    assert (await market.order(buyer, order["id"]))["nextActions"] == []


async def test_a_blocked_line_keeps_the_order_from_completing(people: People, market: Market, desk: Desk) -> None:
    buyer = await people.customer()
    order = await market.buy(buyer, await market.piece(1_000), provider="TEST")
    await market.report(order["payment"]["id"], "payment.charged")
    await desk.deliver(order)
    await market.report(order["payment"]["id"], "payment.charged_back")

    blocked = await market.complete_order(id_of("Order", order["id"]), timedelta(days=30))

    assert blocked.state == "DELIVERED"
    assert await market.balance("ESCROW") == 100_000


RESOLVE = """
mutation ($input: OrderChargebackResolveInput!) {
  orderChargebackResolve(input: $input) {
    __typename
    ... on Order { nextActions lines { blockedBy } }
    ... on UserError { code }
  }
}
"""


async def test_finance_looks_into_a_charge_back_and_then_the_money_goes_its_way(
    api: Api, people: People, market: Market, desk: Desk
) -> None:
    seller, buyer = await people.customer(), await people.customer()
    finance = await people.staff(Role.FINANCE)
    await market.add(buyer, await market.consigned(seller, 1_000))
    cart = await market.add(buyer, await market.stock(100, 5))
    order = await market.place(buyer, cart["id"], provider="TEST")
    await market.report(order["payment"]["id"], "payment.charged")
    await desk.deliver(order, 1_100)
    await market.report(order["payment"]["id"], "payment.charged_back")
    disputed = await market.order(buyer, order["id"])
    given = {"orderId": order["id"], "note": "The bank was wrong", "expectedVersion": disputed["version"]}

    for person in (buyer, desk.staff):
        assert (await api(person, RESOLVE, input=given))["orderChargebackResolve"]["code"] == "NOT_ALLOWED"
    resolved = (await api(finance, RESOLVE, input=given))["orderChargebackResolve"]
    again = (await api(finance, RESOLVE, input={**given, "expectedVersion": None}))["orderChargebackResolve"]
    done = await market.complete_order(id_of("Order", order["id"]), timedelta(days=30))

    assert disputed["nextActions"] == ["orderChargebackResolve"]
    assert resolved["nextActions"] == []
    assert [line["blockedBy"] for line in resolved["lines"]] == [[], []]
    assert again["code"] == "WRONG_STATE"
    assert done.state == "COMPLETED"
    assert await market.balance("ESCROW") == 100_000
    assert await market.value("SELECT blocks::text FROM settlement WHERE cause = 'SALE'") == "[]"
    assert (await market.pocket(buyer))["owed"] == "1100.00"
    assert await market.sound()
