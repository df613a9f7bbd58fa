"""Suppliers: taken in by merchandisers, owed bill by bill, and paid through a wallet of their own."""

from typing import Any
from uuid import UUID

import pytest

from domain.account import Account
from domain.money import BASIS_POINTS
from domain.supplier import RevenueShare, ShareReason, SupplierId, together
from domain.viewer import Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.market import money
from tests.support.payout import asked
from tests.support.people import People
from tests.support.returns import Returns
from tests.support.snapshot import changed, snapshot
from tests.support.travel import Travel

ONE_HOUSE = True

RECEIVE = """
mutation ($input: GoodsReceiptRecordInput!) {
  goodsReceiptRecord(input: $input) {
    __typename ... on GoodsReceipt { cost { amount } } ... on UserError { code message path }
  }
}
"""
BILLS = """
query ($id: ID!) { supplierBills(supplierId: $id) { nodes { cause state amount { amount } paidAt } } }
"""
REQUEST = """
mutation ($input: PayoutRequestInput!) {
  payoutRequest(input: $input) { __typename ... on Payout { amount { amount } } ... on UserError { code message } }
}
"""


async def test_goods_from_a_supplier_are_paid_for_and_the_money_leaves_the_house(
    travel: Travel, people: People, api: Api
) -> None:
    shelf = await travel.market.stock(300, 5)
    given = {
        "listingId": encode_id("Listing", shelf.id),
        "quantity": 10,
        "unitCost": money(40),
        "supplier": "Maison des Voyages",
        "reference": "LN-1",
        "supplierId": travel.supplier_id,
    }
    received = (await api(travel.merchandiser, RECEIVE, input=given))["goodsReceiptRecord"]
    assert received["cost"]["amount"] == "400.00"
    (bill,) = (await api(travel.supplier, BILLS, id=travel.supplier_id))["supplierBills"]["nodes"]
    assert bill == {"cause": "GOODS", "state": "DUE", "amount": {"amount": "400.00"}, "paidAt": None}

    finance = await people.staff(Role.FINANCE)
    rehearsed = await travel.do(finance, "supplierPay", supplierId=travel.supplier_id, currency="EUR", dryRun=True)
    assert rehearsed["amount"]["amount"] == "400.00"
    assert await travel.market.balance("SUPPLIER_PAYABLE") == 40_000
    await travel.do(finance, "supplierPay", supplierId=travel.supplier_id, currency="EUR")

    assert await travel.market.balance("SUPPLIER_PAYABLE") == 0
    out = (await api(travel.supplier, REQUEST, input=asked("400.00")))["payoutRequest"]
    assert (out["__typename"], out["amount"]["amount"]) == ("Payout", "400.00")
    assert await travel.market.sound()


async def test_a_supplier_has_a_channel_of_its_own_and_somebody_who_may_act_for_it(
    travel: Travel, people: People
) -> None:
    await travel.another(channelCode="ATELIER9")
    person = await people.person(Role.SUPPLIER)
    given = {"name": "Rutas", "country": "ES", "accountId": encode_id("Account", person.id)}
    customer = await travel.buyer()
    before = await snapshot(travel.market.house)
    taken = await travel.send(travel.merchandiser, "supplierRegister", **given, channelCode="atelier9")
    assert (taken["code"], taken["path"]) == ("CHANNEL_TAKEN", ["channelCode"])
    odd = await travel.send(travel.merchandiser, "supplierRegister", **given, channelCode="a b")
    assert (odd["code"], odd["path"]) == ("INVALID_INPUT", ["channelCode"])
    nobody = await travel.send(
        travel.merchandiser, "supplierRegister", **{**given, "accountId": encode_id("Account", customer.id)}
    )
    assert (nobody["code"], nobody["path"]) == ("INVALID_INPUT", ["accountId"])
    denied = await travel.send(person, "supplierRegister", **given)
    assert denied["code"] == "NOT_ALLOWED"
    assert changed(before, await snapshot(travel.market.house)) == []


async def test_what_a_supplier_is_owed_is_for_it_and_finance(travel: Travel, people: People, api: Api) -> None:
    other, _ = await travel.another()
    finance = await people.staff(Role.FINANCE)
    for person, sees in ((travel.supplier, True), (finance, True), (other, False), (travel.merchandiser, False)):
        answer = await api(person, BILLS, id=travel.supplier_id)
        assert bool(answer.errors) is not sees


async def test_what_was_paid_since_it_was_read_is_not_paid_blindly(travel: Travel, people: People, api: Api) -> None:
    finance = await people.staff(Role.FINANCE)
    read = {"supplierId": travel.supplier_id, "currency": "EUR"}

    async def version() -> int:
        return int((await travel.read(finance, "Supplier", travel.supplier_id))["version"])

    async def deliver(reference: str) -> None:
        shelf = await travel.market.stock(300, 5)
        given = {
            "listingId": encode_id("Listing", shelf.id),
            "quantity": 1,
            "unitCost": money(40),
            "supplier": "Maison",
            "reference": reference,
            "supplierId": travel.supplier_id,
        }
        assert (await api(travel.merchandiser, RECEIVE, input=given))["goodsReceiptRecord"]["cost"]

    await deliver("LN-1")
    seen = await version()
    await deliver("LN-2")
    before = await snapshot(travel.market.house)

    refused = await travel.send(finance, "supplierPay", **read, expectedVersion=seen)

    assert refused["code"] == "VERSION_CONFLICT"
    assert changed(before, await snapshot(travel.market.house)) == []
    billed = await version()
    await travel.do(finance, "supplierPay", **read, expectedVersion=billed)
    assert await version() > billed


# What partners earned on goods that come back


class Shared:
    """Goods that came through a partner's channel, and were delivered; a tenth of what the house earns is theirs."""

    def __init__(self, travel: Travel, returns: Returns) -> None:
        self.travel, self.returns = travel, returns
        self.partner: Account
        self.partner_id: str
        self.buyer: Account
        self.sale: dict[str, Any]

    async def open(self, quantity: int) -> "Shared":
        self.partner, self.partner_id = await self.travel.another(channelCode="LATE1", referralBps=1_000)
        self.buyer = await self.travel.buyer()
        await self.travel.market.add(self.buyer, await self.travel.market.stock(100, 5), quantity)
        order = await self.travel.pay(self.buyer, channel="LATE1", cash=100 * quantity)
        self.sale = await self.travel.market.order(self.buyer, order["id"])
        await self.returns.deliver(self.sale, tagged=False)
        await self.returns.all_is_due(self.sale)
        return self

    async def come_back(self, quantity: int) -> None:
        """After the window was over, because something was wrong with them."""
        made = await self.returns.agree(self.sale, quantity=quantity)
        made = await self.returns.sent_in(self.buyer, made, tagNumber=None, weightGrams=None)
        made = await self.returns.looked_at(made)
        done = await self.returns.act(self.returns.support, "goodsReturnResolve", made["id"], disposition="RESTOCK")
        assert done["state"] == "REFUNDED", done

    async def stands(self) -> list[int]:
        return [await self.travel.market.balance(kind) for kind in ("ESCROW", "SALES", "SUPPLIER_PAYABLE")]


@pytest.fixture
async def returns(travel: Travel, people: People) -> Returns:
    return await Returns(travel.market, people).open()


async def test_a_partner_has_no_share_in_goods_that_all_came_back(travel: Travel, returns: Returns, api: Api) -> None:
    shared = await Shared(travel, returns).open(1)
    assert await shared.stands() == [0, 7_500, 833]

    await shared.come_back(1)

    assert await shared.stands() == [0, 0, 0]
    assert await travel.owed() == {}
    (bill,) = (await api(shared.partner, BILLS, id=shared.partner_id))["supplierBills"]["nodes"]
    assert (bill["state"], bill["paidAt"]) == ("VOID", None)
    assert await travel.market.sound()


@pytest.mark.own_house
async def test_of_goods_that_came_back_in_part_a_partner_shares_in_the_rest(travel: Travel, returns: Returns) -> None:
    shared = await Shared(travel, returns).open(3)
    assert await travel.owed() == {"REFERRAL": 2_500}

    await shared.come_back(1)
    assert await travel.owed() == {}
    await returns.all_is_due(shared.sale, days=90)

    assert await travel.owed() == {"REFERRAL": 1_667}
    assert await shared.stands() == [0, 16_667 - 1_667, 1_667]
    assert await travel.market.sound()


@pytest.mark.own_house
@pytest.mark.parametrize("spent", [False, True])
async def test_a_share_that_was_paid_is_taken_back_or_owed(
    travel: Travel, returns: Returns, people: People, spent: bool
) -> None:
    shared = await Shared(travel, returns).open(1)
    finance = await people.staff(Role.FINANCE)
    await travel.do(finance, "supplierPay", supplierId=shared.partner_id, currency="EUR")
    if spent:
        assert (await travel.api(shared.partner, REQUEST, input=asked("8.33")))["payoutRequest"]

    await shared.come_back(1)

    assert await shared.stands() == [0, 0, 0]
    pocket = await travel.market.pocket(shared.partner)
    assert (pocket["cash"], pocket["owed"]) == ("0.00", "8.33" if spent else "0.00")
    assert await travel.market.value("SELECT state FROM supplier_bill") == "TAKEN_BACK"
    assert await travel.market.sound()


def test_shares_of_a_journey_and_of_its_bundle_are_both_kept_as_far_as_there_is_something_left() -> None:
    one, two = SupplierId(UUID(int=1)), SupplierId(UUID(int=2))

    assert together([RevenueShare(one, 5_000)], [RevenueShare(two, 1_000)]) == (
        RevenueShare(one, 5_000),
        RevenueShare(two, 1_000),
    )
    assert together([RevenueShare(one, 5_000)], [RevenueShare(one, 1_000)]) == (RevenueShare(one, 6_000),)
    full = together([RevenueShare(one, 9_500)], [RevenueShare(two, 1_000), RevenueShare(one, 1_000)])
    assert full == (RevenueShare(one, 9_500), RevenueShare(two, 500))
    assert sum(share.share_bps for share in full) == BASIS_POINTS
    referred = together([RevenueShare(one, 100)], [RevenueShare(one, 100, ShareReason.REFERRAL)])
    assert len(referred) == 2
