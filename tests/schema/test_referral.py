"""Sales through a partner's channel: attributed once, earned on all that the house earns, and undone with the sale."""

from typing import Any

import pytest

from domain.account import Account
from domain.viewer import Role
from tests.support.market import Market
from tests.support.people import People, euros
from tests.support.returns import Returns
from tests.support.snapshot import changed, snapshot
from tests.support.travel import Travel

CODE = "ATELIER9"
CHANNEL = "query ($id: ID!) { order(id: $id) { channelCode } }"


@pytest.fixture
async def returns(market: Market, people: People) -> Returns:
    return await Returns(market, people).open()


@pytest.fixture
async def partner(travel: Travel) -> tuple[Account, str]:
    """A partner with a tenth of what the house earns."""
    return await travel.another(channelCode=CODE, referralBps=1_000)


async def bills(market: Market) -> list[tuple[str, str, int]]:
    query = "SELECT cause, state, amount_minor FROM supplier_bill ORDER BY id"
    return [tuple(row) for row in await market.house.readers.pool.fetch(query)]


async def delivered(market: Market, returns: Returns, buyer: Account, thing: Any, price: int) -> dict[str, Any]:
    """Bought through the channel, delivered, and final."""
    cart = await market.add(buyer, thing)
    sale: dict[str, Any] = await market.place(buyer, cart["id"], cash=price, channelCode=CODE)
    assert sale["__typename"] == "Order", sale
    await returns.deliver(sale)
    await returns.all_is_due(sale)
    return sale


async def come_back(returns: Returns, sale: dict[str, Any], disposition: str, **found: Any) -> None:
    """Agreed by support, long after the window."""
    await returns.age(sale, 60)
    made = await returns.agree(sale)
    buyer = await returns.market.value("SELECT buyer FROM goods_return")
    assert buyer is not None
    taken = await returns.done(returns.support, "goodsReturnReceive", made["id"], **found)
    await returns.looked_at(taken)
    await returns.done(returns.support, "goodsReturnResolve", made["id"], disposition=disposition)


async def test_a_partner_shares_in_what_the_house_earns_on_its_own_goods_after_tax_and_cost(
    people: People, market: Market, returns: Returns, partner: tuple[Account, str]
) -> None:
    buyer = await people.customer(cash=euros(2_000))

    sale = await delivered(market, returns, buyer, await market.piece(1_000, cost=600), 1_000)

    assert (await market.api(buyer, CHANNEL, id=sale["id"]))["order"] == {"channelCode": CODE}
    # 1,000 less 600 of cost and the tax of 66.67 within the margin are 333.33, of which a tenth is the partner's.
    assert await bills(market) == [("REFERRAL", "DUE", 3_333)]
    accounts = ("ESCROW", "SUPPLIER_PAYABLE", "TAX_PAYABLE", "SALES", "COST_OF_GOODS")
    assert [await market.balance(one) for one in accounts] == [0, 3_333, 6_667, 90_000, -60_000]
    assert await market.sound()


async def test_on_a_members_piece_a_partner_shares_in_the_commission_and_not_in_what_is_the_members(
    people: People, market: Market, returns: Returns, partner: tuple[Account, str]
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(2_000))

    sale = await delivered(market, returns, buyer, await market.consigned(seller, 1_000), 1_000)

    assert await bills(market) == [("REFERRAL", "DUE", 2_000)]
    accounts = ("ESCROW", "SUPPLIER_PAYABLE", "COMMISSION", "TAX_PAYABLE")
    assert [await market.balance(one) for one in accounts] == [0, 2_000, 18_000, 4_000]
    assert (await market.pocket(seller))["cash"] == "760.00"

    await come_back(returns, sale, "RETURN_TO_CONSIGNOR", tagNumber="TAG-1001", weightGrams=1_240)
    assert await bills(market) == [("REFERRAL", "VOID", 2_000)]
    assert [await market.balance(one) for one in accounts] == [0, 0, 0, 0]
    assert await market.sound()


async def test_what_a_partner_was_paid_for_a_sale_that_came_back_is_taken_back(
    people: People, market: Market, returns: Returns, travel: Travel, partner: tuple[Account, str]
) -> None:
    seller, buyer, finance = (
        await people.customer(),
        await people.customer(cash=euros(2_000)),
        await people.staff(Role.FINANCE),
    )
    sale = await delivered(market, returns, buyer, await market.consigned(seller, 1_000), 1_000)
    await travel.do(finance, "supplierPay", supplierId=partner[1], currency="EUR")
    assert (await market.pocket(partner[0]))["cash"] == "20.00"

    await come_back(returns, sale, "RETURN_TO_CONSIGNOR", tagNumber="TAG-1001", weightGrams=1_240)

    assert await bills(market) == [("REFERRAL", "TAKEN_BACK", 2_000)]
    assert (await market.pocket(partner[0]))["cash"] == "0.00"
    assert [await market.balance(one) for one in ("SUPPLIER_PAYABLE", "COMMISSION")] == [0, 0]
    assert await market.sound()


async def test_a_sale_that_never_became_final_earns_nobody_anything(
    people: People, market: Market, partner: tuple[Account, str]
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(2_000))
    cart = await market.add(buyer, await market.consigned(seller, 1_000))
    sale = await market.place(buyer, cart["id"], cash=1_000, channelCode=CODE)

    await market.cancel(buyer, sale["id"])

    assert await bills(market) == []
    assert [await market.balance(one) for one in ("ESCROW", "SUPPLIER_PAYABLE", "COMMISSION")] == [0, 0, 0]


async def test_the_balance_of_a_journey_is_attributed_like_its_deposit_and_to_nobody_else(
    people: People, travel: Travel, partner: tuple[Account, str]
) -> None:
    await travel.another(channelCode="OTHER7", referralBps=5_000)
    buyer, market = await travel.buyer(), travel.market
    held = await travel.held(buyer, await travel.departure(days=90), pay="DEPOSIT")
    await travel.pay(buyer, channel=CODE, cash=200)
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-9")
    await travel.do(buyer, "bookingPayBalance", bookingId=held["id"])

    await travel.pay(buyer, channel="OTHER7", cash=800)
    await travel.pass_(days=96)

    # Of the margin after tax 33.33 came with the deposit, and 133.33 with the balance.
    assert [bill for bill in await bills(market) if bill[0] == "REFERRAL"] == [
        ("REFERRAL", "DUE", 333),
        ("REFERRAL", "DUE", 1_333),
    ]
    suppliers = "SELECT count(DISTINCT supplier_id) FROM supplier_bill WHERE cause = 'REFERRAL'"
    assert await market.value(suppliers) == 1
    assert await market.sound()


async def test_no_partner_earns_on_its_own_purchase_and_none_that_is_not_a_partner_any_more(
    people: People, market: Market, returns: Returns, partner: tuple[Account, str]
) -> None:
    buyer = await people.customer(cash=euros(2_000))
    bag = await market.stock(100, 3)
    own = await market.add(partner[0], bag)
    cart = await market.add(buyer, bag)
    before = await snapshot(market.house)

    refused = await market.place(partner[0], own["id"], provider="TEST", channelCode=" atelier9 ")
    assert (refused["code"], refused["path"]) == ("OWN_CHANNEL", ["channelCode"])
    assert "leave the channel ATELIER9 out" in refused["message"]
    assert changed(before, await snapshot(market.house)) == []

    await returns.execute("UPDATE supplier SET active = false WHERE channel_code = :code", code=CODE)
    before = await snapshot(market.house)
    gone = await market.place(buyer, cart["id"], cash=100, channelCode=CODE)
    assert (gone["code"], gone["path"]) == ("INVALID_INPUT", ["channelCode"])
    assert changed(before, await snapshot(market.house)) == []
    assert (await market.place(buyer, cart["id"], cash=100))["state"] == "PAID"
