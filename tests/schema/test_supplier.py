"""Suppliers: taken in by merchandisers, owed bill by bill, and paid through a wallet of their own."""

from domain.viewer import Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.market import money
from tests.support.payout import asked
from tests.support.people import People
from tests.support.snapshot import changed, snapshot
from tests.support.travel import Travel

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
