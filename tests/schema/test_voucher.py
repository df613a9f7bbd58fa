"""Vouchers: what they take off of which line, who bears it, and what comes back of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.house import House
from domain.account import Account
from domain.viewer import Role
from persistence.embedded import Services
from schema.ids import decode_id, encode_id
from tests.schema.test_bundle import STUDENT, Parts
from tests.schema.test_gift_card import code_of, look
from tests.support.api import Api
from tests.support.market import TO_PARIS, Market, money
from tests.support.people import People, euros
from tests.support.returns import Returns
from tests.support.snapshot import changed, snapshot
from tests.support.trade_in import Exchange
from tests.support.travel import Travel, traveller

OPEN = """
mutation ($input: CampaignOpenInput!) {
  campaignOpen(input: $input) { ... on Campaign { id code version } ... on UserError { code message path } }
}
"""
END = "mutation ($input: CampaignEndInput!) { campaignEnd(input: $input) { ... on Campaign { state } } }"
ISSUE = """
mutation ($input: VoucherIssueInput!) {
  voucherIssue(input: $input) {
    __typename
    ... on Voucher { id code version state percentBps amount { amount } campaign { code funder } }
    ... on UserError { code message path }
  }
}
"""
WITHDRAW = """
mutation ($input: VoucherWithdrawInput!) {
  voucherWithdraw(input: $input) { ... on Voucher { state nextActions } ... on UserError { code path } }
}
"""
QUOTE = """
query ($cart: ID!, $delivery: DeliveryInput!, $tenders: TendersInput!) {
  orderQuote(cartId: $cart, delivery: $delivery, tenders: $tenders) {
    total { amount } tenders { kind amount { amount } } lines { price { amount } discount { amount } }
  }
}
"""
LINES = """
query ($id: ID!) {
  order(id: $id) {
    lines { price { amount } discount { amount } refunded { amount } discountBack { amount } }
    tenders { kind amount { amount } refunded { amount } }
    voucher { code campaign { funder shares { shareBps } } }
  }
}
"""
PREVIEW = """
query ($order: ID!, $lines: [RefundPreviewLineInput!]!) {
  refundPreview(orderId: $order, lines: $lines) {
    amount { amount } lines { amount { amount } discount { amount } } parts { kind amount { amount } }
  }
}
"""


class Desk:
    """Who opens campaigns and issues vouchers on them."""

    def __init__(self, api: Api, people: People, market: Market) -> None:
        self.api, self.people, self.market = api, people, market

    async def open(self) -> "Desk":
        self.finance = await self.people.staff(Role.FINANCE)
        self.merchandiser = await self.people.staff(Role.MERCHANDISER)
        return self

    async def campaign(self, budget: int = 1_000, most: int = 500, **given: Any) -> Any:
        now = datetime.now(UTC)
        wanted = {
            "code": f"V-{uuid4().hex[:8]}",
            "name": {"en": "Spring", "zh": "春"},
            "funder": "HOUSE",
            "purpose": "VOUCHER",
            "budget": money(budget),
            "subsidy": money(min(most, budget)),
            "startsAt": (now - timedelta(days=1)).isoformat(),
            "endsAt": (now + timedelta(days=30)).isoformat(),
            **given,
        }
        return (await self.api(self.finance, OPEN, input=wanted))["campaignOpen"]

    async def issue(self, campaign: Any, person: Account | None = None, **given: Any) -> Any:
        off = {} if {"amount", "percentBps"} & given.keys() else {"percentBps": 1_000}
        wanted = {"campaignId": campaign["id"], "code": f"V-{uuid4().hex[:8]}", **off, **given}
        return (await self.api(person or self.merchandiser, ISSUE, input=wanted))["voucherIssue"]

    async def code(self, budget: int = 1_000, most: int = 500, **given: Any) -> str:
        """The code of a voucher of the house's on a campaign of its own."""
        return str((await self.issue(await self.campaign(budget, most), **given))["code"])

    async def place(self, buyer: Account, cart: Any, code: str, **given: Any) -> Any:
        tenders = {"voucherCode": code, **given.pop("tenders", {})}
        return await self.market.place(buyer, cart["id"], tenders=tenders, **given)

    async def bought(self, buyer: Account, thing: Any, code: str, quantity: int = 1, **given: Any) -> Any:
        order = await self.place(buyer, await self.market.add(buyer, thing, quantity), code, **given)
        assert order["__typename"] == "Order", order
        return order

    async def lines(self, buyer: Account, order: Any) -> Any:
        return (await self.api(buyer, LINES, id=order["id"]))["order"]

    async def sums(self) -> tuple[int, int]:
        query = "SELECT sum(reserved_minor)::bigint AS r, sum(spent_minor)::bigint AS s FROM campaign"
        row = await self.market.house.readers.pool.fetchrow(query)
        return row["r"], row["s"]


@pytest.fixture
async def desk(api: Api, people: People, market: Market) -> Desk:
    return await Desk(api, people, market).open()


def tenders_of(order: Any) -> dict[str, tuple[str, str]]:
    return {one["kind"]: (one["amount"]["amount"], one["refunded"]["amount"]) for one in order["tenders"]}


def off(order: Any, name: str = "discount") -> list[str]:
    return [line[name]["amount"] for line in order["lines"]]


# Taken off


async def test_a_share_is_taken_off_each_line_and_the_full_price_is_in_escrow(
    desk: Desk, api: Api, people: People, market: Market
) -> None:
    code, buyer = await desk.code(percentBps=1_000), await people.customer(cash=euros(1_000))
    await market.add(buyer, await market.stock(100, 5))
    cart = await market.add(buyer, await market.stock(35, 5), 3)
    tenders = {"voucherCode": code, "cash": money("184.50")}

    quoted = (await api(buyer, QUOTE, cart=cart["id"], delivery=TO_PARIS, tenders=tenders))["orderQuote"]
    order = await desk.place(buyer, cart, code, cash="184.50")

    assert [line["discount"]["amount"] for line in quoted["lines"]] == ["10.00", "10.50"]
    assert tenders_of(order) == {"CASH": ("184.50", "0.00"), "VOUCHER": ("20.50", "0.00")}
    assert off(await desk.lines(buyer, order)) == ["10.00", "10.50"]
    assert order["total"]["amount"] == "205.00"
    assert await market.balance("ESCROW") == 20_500
    assert (await market.balance("SUBSIDY_BUDGET"), await market.balance("PROMOTION")) == (97_950, -100_000)
    assert await desk.sums() == (0, 2_050)
    assert await market.sound()


async def test_an_amount_is_split_by_largest_remainder_and_never_more_than_there_is(
    desk: Desk, people: People, market: Market
) -> None:
    code, buyer = await desk.code(amount=money("10.00")), await people.customer(cash=euros(1_000))
    for _ in range(3):
        cart = await market.add(buyer, await market.stock(100, 5))
    order = await desk.place(buyer, cart, code, cash=290)
    assert off(await desk.lines(buyer, order)) == ["3.34", "3.33", "3.33"]

    everything = await desk.bought(buyer, await market.stock(40, 5), await desk.code(amount=money(50)))
    assert tenders_of(everything) == {"VOUCHER": ("40.00", "0.00")}
    assert everything["state"] == "PAID"
    capped = await desk.bought(buyer, await market.stock(100, 5), await desk.code(most=5, percentBps=2_000), cash=95)
    assert tenders_of(capped)["VOUCHER"] == ("5.00", "0.00")
    assert await market.sound()


async def test_what_a_member_sells_is_touched_only_where_it_is_named_and_the_member_gets_the_same(
    desk: Desk, people: People, market: Market
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(5_000))
    every, named = await desk.code(), await desk.code(listingKinds=["CONSIGNED"])
    cart = await market.add(buyer, await market.consigned(seller, 1_000))
    assert (await desk.place(buyer, cart, every, cash=1_000))["code"] == "VOUCHER_NOT_FOR_THIS"

    await market.add(buyer, await market.stock(100, 5))
    mixed = await desk.place(buyer, cart, every, cash=1_090)
    assert off(await desk.lines(buyer, mixed)) == ["0.00", "10.00"]
    order = await desk.bought(buyer, await market.consigned(seller, 1_000), named, cash=900)

    assert tenders_of(order)["VOUCHER"] == ("100.00", "0.00")
    # Four fifths of the full price, less the tax on the fifth, in both cases.
    nets = "SELECT array_agg(DISTINCT net_minor) FROM settlement WHERE cause = 'SALE'"
    grosses = "SELECT array_agg(DISTINCT gross_minor) FROM settlement WHERE cause = 'SALE'"
    assert await market.value(grosses) == [100_000]
    assert len(await market.value(nets)) == 1


async def test_a_voucher_is_for_what_it_says(desk: Desk, api: Api, people: People, market: Market) -> None:
    buyer = await people.customer(cash=euros(5_000))
    bag, box = await market.stock(100, 5), await market.stock(50, 5)
    category = await market.value("SELECT category_id FROM product WHERE id = $1", bag.product_id)
    await market.add(buyer, bag)
    cart = await market.add(buyer, box)
    tenders = {"cash": money(1), "provider": "TEST"}

    async def quoted(**given: Any) -> Any:
        said = {**tenders, "voucherCode": await desk.code(**given)}
        answer = await api(buyer, QUOTE, cart=cart["id"], delivery=TO_PARIS, tenders=said)
        return off(answer["orderQuote"]) if not answer.errors else answer.codes

    assert await quoted(categoryIds=[encode_id("Category", category)]) == ["10.00", "0.00"]
    assert await quoted(lineKinds=["GOODS"]) == ["10.00", "5.00"]
    assert await quoted(lineKinds=["DEPARTURE"]) == ["VOUCHER_NOT_FOR_THIS"]
    assert await quoted(listingKinds=["NEW"]) == ["10.00", "5.00"]
    assert await quoted(listingKinds=["CLEARANCE"]) == ["VOUCHER_NOT_FOR_THIS"]
    assert await quoted(minimum=money(150)) == ["10.00", "5.00"]
    assert await quoted(minimum=money("150.01")) == ["VOUCHER_NOT_FOR_THIS"]
    only = await desk.code(categoryIds=[encode_id("Category", category)])
    order = await desk.place(buyer, cart, only, cash=140)
    assert off(await desk.lines(buyer, order)) == ["10.00", "0.00"]


async def test_a_voucher_that_does_not_hold_is_refused_and_nothing_moves(
    desk: Desk, people: People, house: House, market: Market
) -> None:
    buyer = await people.customer(cash=euros(500))
    campaign = await desk.campaign()
    withdrawn, over = await desk.issue(campaign), await desk.code()
    taken_back = (await desk.api(desk.merchandiser, WITHDRAW, input={"voucherId": withdrawn["id"]}))["voucherWithdraw"]
    assert taken_back == {"state": "WITHDRAWN", "nextActions": []}
    trade_ins = await desk.campaign(purpose="TRADE_IN")
    cart = await market.add(buyer, await market.stock(100, 5))
    for ended in await house.readers.pool.fetch("SELECT id FROM campaign WHERE state = 'OPEN'"):
        await desk.api(desk.finance, END, input={"campaignId": encode_id("Campaign", ended["id"])})
    before = await snapshot(house)

    for code in (withdrawn["code"], over, trade_ins["code"], "NOBODYS"):
        assert (await desk.place(buyer, cart, code, cash=90))["code"] == "VOUCHER_NOT_GOOD"
    assert (await desk.issue(trade_ins))["path"] == ["campaignId"]
    assert changed(before, await snapshot(house)) == []


async def test_issuing_is_the_merchandisers_and_says_what_adds_up(desk: Desk, house: House, people: People) -> None:
    campaign = await desk.campaign()
    before = await snapshot(house)

    for person in (desk.finance, await people.staff(Role.SUPPORT), await people.customer()):
        assert (await desk.issue(campaign, person))["code"] == "NOT_ALLOWED"
    for given, path in (
        ({"percentBps": 1_000, "amount": money(5)}, ["amount"]),
        ({"percentBps": 10_001}, ["percentBps"]),
        ({"amount": money(0)}, ["amount"]),
        ({"amount": {"amount": "5", "currencyCode": "CNY"}}, ["amount", "currencyCode"]),
        ({"perPerson": 0}, ["perPerson"]),
        ({"code": " "}, ["code"]),
    ):
        refused = await desk.issue(campaign, **given)
        assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    accounts = {"account", "event", "idempotency_key"}
    assert set(changed(before, await snapshot(house))) <= accounts
    made = await desk.issue(campaign, code="SPRING")
    assert made["campaign"] == {"code": campaign["code"], "funder": "HOUSE"}
    assert (await desk.issue(campaign, code="SPRING"))["path"] == ["code"]


# Given back


async def test_a_cancelled_order_restores_the_budget_and_the_persons_use(
    desk: Desk, people: People, market: Market
) -> None:
    code, buyer = await desk.code(perPerson=1), await people.customer(cash=euros(500))
    thing = await market.stock(100, 5)
    order = await desk.bought(buyer, thing, code, cash=90)
    cart = await market.add(buyer, thing)
    assert (await desk.place(buyer, cart, code, cash=90))["code"] == "VOUCHER_USED_UP"

    cancelled = await market.cancel(buyer, order["id"])

    assert tenders_of(cancelled) == {"CASH": ("90.00", "90.00"), "VOUCHER": ("10.00", "10.00")}
    assert (await market.pocket(buyer))["cash"] == "500.00"
    assert (await market.balance("SUBSIDY_BUDGET"), await market.balance("ESCROW")) == (100_000, 0)
    assert await desk.sums() == (0, 0)
    assert (await desk.place(buyer, cart, code, cash=90))["state"] == "PAID"
    assert await market.sound()


async def test_an_order_that_waits_for_its_provider_has_the_budget_promised(
    desk: Desk, people: People, market: Market
) -> None:
    code, buyer = await desk.code(perPerson=2), await people.customer()
    thing = await market.stock(100, 5)
    waits = await desk.bought(buyer, thing, code, provider="TEST")
    assert (await desk.sums(), await market.balance("SUBSIDY_BUDGET")) == ((1_000, 0), 100_000)
    await market.expire_order(decode_id(waits["id"])[1])
    assert await desk.sums() == (0, 0)

    paid = await desk.bought(buyer, thing, code, provider="TEST")
    await market.report(paid["payment"]["id"], "payment.charged")

    assert (await market.order(buyer, paid["id"]))["state"] == "PAID"
    assert (await desk.sums(), await market.balance("SUBSIDY_BUDGET")) == ((0, 1_000), 99_000)
    assert await market.balance("ESCROW") == 10_000
    assert await market.sound()


async def test_a_return_gives_back_what_was_taken_off_of_that_line_and_the_preview_says_so(
    desk: Desk, api: Api, people: People, market: Market
) -> None:
    returns = await Returns(market, people).open()
    buyer = await people.customer(cash=euros(500))
    bag, box = await market.stock(100, 5), await market.stock(33, 9)
    category = encode_id(
        "Category", await market.value("SELECT category_id FROM product WHERE id = $1", box.product_id)
    )
    code = await desk.code(percentBps=1_500, categoryIds=[category])
    await market.add(buyer, bag)
    cart = await market.add(buyer, box, 3)
    placed = await desk.place(buyer, cart, code, cash="184.15")
    await returns.deliver(placed)
    sale = await market.order(buyer, placed["id"])
    wanted = [{"lineId": sale["lines"][1]["id"], "quantity": 1}]

    before = (await api(buyer, PREVIEW, order=sale["id"], lines=wanted))["refundPreview"]
    made = await returns.inspected(buyer, sale, 1, quantity=1, worse=2_000)
    told = (await api(buyer, PREVIEW, order=sale["id"], lines=wanted))["refundPreview"]
    done = await returns.done(returns.support, "goodsReturnResolve", made["id"], disposition="CLEAR")

    assert before["lines"] == [{"amount": {"amount": "33.00"}, "discount": {"amount": "4.95"}}]
    assert told["lines"] == [{"amount": {"amount": "26.40"}, "discount": {"amount": "3.96"}}]
    assert done["refund"]["parts"] == told["parts"]
    assert {one["kind"]: one["amount"]["amount"] for one in told["parts"]} == {"CASH": "22.44", "VOUCHER": "3.96"}
    found = await desk.lines(buyer, sale)
    assert (off(found), off(found, "discountBack")) == (["0.00", "14.85"], ["0.00", "3.96"])
    assert await desk.sums() == (0, 1_485 - 396)

    plain = await returns.inspected(buyer, sale, 0)
    await returns.done(returns.support, "goodsReturnResolve", plain["id"], disposition="RESTOCK")
    found = await desk.lines(buyer, sale)
    assert tenders_of(found)["CASH"][1] == "122.44"
    assert off(found, "discountBack") == ["0.00", "3.96"]
    assert await market.sound()


async def test_what_comes_back_after_the_end_goes_on_to_the_funder(desk: Desk, people: People, market: Market) -> None:
    campaign, buyer = await desk.campaign(), await people.customer(cash=euros(500))
    voucher = await desk.issue(campaign)
    order = await desk.bought(buyer, await market.stock(100, 5), voucher["code"], cash=90)
    await desk.api(desk.finance, END, input={"campaignId": campaign["id"]})
    assert (await market.balance("SUBSIDY_BUDGET"), await market.balance("PROMOTION")) == (0, -1_000)

    await market.cancel(buyer, order["id"])

    assert (await market.balance("SUBSIDY_BUDGET"), await market.balance("PROMOTION")) == (0, 0)
    assert await market.sound()


async def test_a_card_a_voucher_cash_and_credit_pay_one_order_and_each_gets_its_own_back(
    desk: Desk, api: Api, people: People, market: Market
) -> None:
    card, code, buyer = await code_of(api, people, 60), await desk.code(), await people.customer(cash=euros(500))
    await market.credit(buyer, 50)
    cart = await market.add(buyer, await market.stock(200, 5))
    order = await desk.place(buyer, cart, code, cash=70, credit=50, tenders={"giftCards": [{"code": card}]})
    assert tenders_of(order) == {
        "CREDIT": ("50.00", "0.00"),
        "CASH": ("70.00", "0.00"),
        "GIFT_CARD": ("60.00", "0.00"),
        "VOUCHER": ("20.00", "0.00"),
    }

    cancelled = await market.cancel(buyer, order["id"])

    assert all(amount == back for amount, back in tenders_of(cancelled).values())
    assert await market.pocket(buyer) == {"cash": "500.00", "credit": "50.00", "held": "0.00", "owed": "0.00"}
    assert (await look(api, buyer, card))[0] == "60.00"
    assert await market.sound()


async def test_an_old_piece_takes_the_place_of_what_the_buyer_has_paid_and_not_of_what_was_taken_off(
    desk: Desk, house: House, api: Api, people: People, market: Market
) -> None:
    exchange = await Exchange(house, api, people).open()
    card, code = await code_of(api, people, 300), await desk.code(amount=money(300))
    owner = await people.customer(cash=euros(3_000))
    offered = await exchange.offer(owner)
    also = {"voucherCode": code, "giftCards": [{"code": card}]}
    placed = await exchange.buy(owner, offered, 3_000, "FULL_PRICE", cash=2_400, tenders=also)
    await exchange.receive(offered)

    assert (await exchange.inspect(offered))["state"] == "SETTLED"

    # 1,020 of 2,700: eight parts of nine are the cash's, one is the card's.
    assert await exchange.tenders(owner, placed["id"]) == {
        "CASH": ("2400.00", "906.67", "0.00", False),
        "GIFT_CARD": ("300.00", "113.33", "0.00", False),
        "VOUCHER": ("300.00", "0.00", "0.00", False),
        "TRADE_IN": ("1020.00", "0.00", "0.00", False),
    }
    assert (await look(api, owner, card))[0] == "113.33"
    assert (await market.pocket(owner))["cash"] == "1506.67"
    assert await market.balance("ESCROW") == 300_000
    cancelled = await market.cancel(owner, placed["id"])
    assert tenders_of(cancelled)["VOUCHER"] == ("300.00", "300.00")
    assert (await look(api, owner, card))[0] == "300.00"
    assert (await market.pocket(owner))["cash"] == "3000.00"
    assert (await market.balance("ESCROW"), await market.balance("SUBSIDY_BUDGET")) == (0, 100_000)
    assert await market.sound()


# At once


async def test_a_crowd_overdraws_no_budget(desk: Desk, people: People, market: Market) -> None:
    code = await desk.code(budget=35, perPerson=2)
    thing = await market.stock(100, 20)
    buyers = [await people.customer(cash=euros(500)) for _ in range(6)]
    carts = [await market.add(buyer, thing) for buyer in buyers]

    answers = await asyncio.gather(
        *(desk.place(buyer, cart, code, cash=90) for buyer, cart in zip(buyers, carts, strict=True))
    )

    came = sorted(one.get("state", one.get("code")) for one in answers)
    assert came == ["BUDGET_EXHAUSTED"] * 3 + ["PAID"] * 3
    assert await desk.sums() == (0, 3_000)
    assert await market.balance("SUBSIDY_BUDGET") == 500
    for buyer, answer in zip(buyers, answers, strict=True):
        assert (await market.pocket(buyer))["cash"] == ("410.00" if "state" in answer else "500.00")
    assert await market.sound()


async def test_the_database_keeps_budget_and_uses(
    desk: Desk, people: People, market: Market, database: Services
) -> None:
    buyer = await people.customer(cash=euros(500))
    await desk.bought(buyer, await market.stock(100, 5), await desk.code(budget=10), cash=90)
    owner = await asyncpg.connect(database.owner_url)
    for statement in (
        "UPDATE campaign SET spent_minor = spent_minor + 1",
        "UPDATE subsidy SET returned_minor = 1001",
        "UPDATE voucher_use SET number = 2",
        "UPDATE order_line SET discount_minor = price_minor + 1",
        "UPDATE order_line SET discount_back_minor = 1",
        "UPDATE order_line SET own_discount_minor = discount_minor + 1",
        "UPDATE order_line SET own_discount_minor = 0",
        "UPDATE order_line SET tax_minor = tax_minor + 1",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(statement)
    with pytest.raises(asyncpg.CheckViolationError, match="the voucher"):
        await owner.execute(
            "BEGIN; UPDATE order_line SET discount_minor = 1001; UPDATE sales_order SET version = 9; COMMIT"
        )
    await owner.close()


# Borne together


TAXED = """
query ($id: ID!) {
  order(id: $id) { lines { kind taxBasis price { amount } discount { amount } ownDiscount { amount } tax { amount } } }
}
"""


@pytest.mark.parametrize(
    ("funder", "own", "new", "used", "journey"),
    [
        # Of 120, of a margin of 150, and of one of 200; a sixth of each is tax, once the house's own part is off.
        ("HOUSE", ["12.00", "30.00", "100.00"], "18.00", "20.00", "16.67"),
        ("BRAND", ["0.00", "0.00", "0.00"], "20.00", "25.00", "33.33"),
        ("JOINT", ["8.00", "20.00", "66.67"], "18.67", "21.67", "22.22"),
    ],
)
async def test_what_the_house_takes_off_itself_is_not_taxed_and_what_others_pay_in_the_buyers_place_is(
    desk: Desk,
    travel: Travel,
    people: People,
    market: Market,
    funder: str,
    own: list[str],
    new: str,
    used: str,
    journey: str,
) -> None:
    buyer, returns = await people.customer(cash=euros(3_000)), await Returns(market, people).open()
    bag = await market.stock(120, 5)
    given: dict[str, Any] = {}
    if funder == "JOINT":
        given["shares"] = [{"supplierId": travel.supplier_id, "shareBps": 3_333}]
    if funder == "BRAND":
        brand = await market.value("SELECT brand_id FROM product WHERE id = $1", bag.product_id)
        given["brandId"] = encode_id("Brand", brand)
    campaign = await desk.campaign(funder=funder, **given)
    await market.add(buyer, bag)
    await market.add(buyer, await market.piece(300, cost=150))
    held = await travel.held(buyer, await travel.departure(days=40), traveller())
    code = (await desk.issue(campaign, percentBps=1_000))["code"]

    order = await travel.pay(buyer, cash=1_278, voucherCode=code)

    found = (await desk.api(desk.finance, TAXED, id=order["id"]))["order"]["lines"]
    assert [line["taxBasis"] for line in found] == ["FULL_PRICE", "MARGIN", "TRAVEL_MARGIN"]
    assert [line["tax"]["amount"] for line in found] == [new, used, journey]
    assert sum(float(line["ownDiscount"]["amount"]) for line in found) == pytest.approx(sum(map(float, own)))
    assert [line["ownDiscount"]["amount"] for line in found] == own
    seen = (await desk.api(buyer, TAXED, id=order["id"]))["order"]["lines"]
    assert [(line["ownDiscount"], line["tax"] is None) for line in seen] == [(None, False), (None, True), (None, True)]

    # The bag comes back whole: nothing is owed for it any more. The rest is earned, with that tax and no other.
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-1")
    await returns.deliver({**order, "lines": order["lines"][:2]})
    made = await returns.inspected(buyer, order, 0)
    await returns.done(returns.support, "goodsReturnResolve", made["id"], disposition="RESTOCK")
    await travel.pass_(days=60)
    await market.complete_order(decode_id(order["id"])[1], timedelta(days=60))
    owed = round(100 * (float(used) + float(journey)))
    assert await market.balance("TAX_PAYABLE") == owed
    assert await market.balance("ESCROW") == await market.balance("TRAVEL_UNEARNED") == 0
    assert await market.sound()


async def test_of_what_stays_of_a_return_the_same_part_is_taxed(desk: Desk, people: People, market: Market) -> None:
    returns = await Returns(market, people).open()
    code, buyer = await desk.code(percentBps=1_000), await people.customer(cash=euros(500))
    order = await desk.bought(buyer, await market.stock(60, 5), code, 2, cash=108)
    await returns.deliver(order)
    made = await returns.inspected(buyer, await market.order(buyer, order["id"]), 0, quantity=1, worse=5_000)

    await returns.done(returns.support, "goodsReturnResolve", made["id"], disposition="CLEAR")
    await market.complete_order(decode_id(order["id"])[1], timedelta(days=60))

    # Of 120, 90 stay; 81 of them the buyer has paid, and a sixth of that is tax.
    assert await market.balance("TAX_PAYABLE") == 1_350
    assert await market.balance("ESCROW") == 0
    assert await market.sound()


async def test_a_border_asks_for_what_the_goods_are_sold_for(
    desk: Desk, api: Api, people: People, market: Market
) -> None:
    code, buyer = await desk.code(percentBps=1_000), await people.customer(cash=euros(500))
    cart = await market.add(buyer, await market.stock(1_000, 5))
    there = {**TO_PARIS, "address": {**TO_PARIS["address"], "country": "CN"}}
    query = """
    query ($cart: ID!, $delivery: DeliveryInput!, $tenders: TendersInput!) {
      orderQuote(cartId: $cart, delivery: $delivery, tenders: $tenders) {
        lines { price { amount } duties { kind basis { amount } amount { amount } } }
      }
    }"""
    tenders = {"voucherCode": code, "provider": "TEST"}

    found = (await api(buyer, query, cart=cart["id"], delivery=there, tenders=tenders))["orderQuote"]["lines"]

    assert [(one["kind"], one["basis"]["amount"], one["amount"]["amount"]) for one in found[0]["duties"]] == [
        ("DUTY", "900.00", "54.00"),
        ("IMPORT_TAX", "954.00", "124.02"),
    ]


async def test_partners_bear_their_shares_of_a_joint_campaign_to_the_last_cent(
    desk: Desk, travel: Travel, people: People, market: Market
) -> None:
    _, other = await travel.another()
    shares = [{"supplierId": travel.supplier_id, "shareBps": 3_333}, {"supplierId": other, "shareBps": 3_333}]
    campaign = await desk.campaign(funder="JOINT", shares=shares)
    code = (await desk.issue(campaign, amount=money("10.01")))["code"]
    assert await market.balance("PROMOTION") == -100_000
    buyer = await people.customer(cash=euros(500))

    order = await desk.bought(buyer, await market.stock(100, 5), code, cash="89.99")

    # A third each: 3.34 and 3.33 are the partners', 3.34 is the house's.
    query = "SELECT array_agg(amount_minor ORDER BY amount_minor) FROM supplier_bill WHERE cause = 'JOINT_CAMPAIGN'"
    assert await market.value(query) == [-334, -333]
    assert await market.balance("SUPPLIER_PAYABLE") == -667
    assert await market.balance("PROMOTION") == -100_000 + 667
    assert (await desk.lines(buyer, order))["voucher"]["campaign"] == {"funder": "JOINT", "shares": None}
    paid = await travel.send(desk.finance, "supplierPay", supplierId=travel.supplier_id, currency="EUR")
    assert paid["code"] == "NOTHING_DUE"

    await market.cancel(buyer, order["id"])

    assert await market.value("SELECT sum(amount_minor) FROM supplier_bill") == 0
    assert (await market.balance("SUPPLIER_PAYABLE"), await market.balance("PROMOTION")) == (0, -100_000)
    assert await market.sound()


async def test_a_bundle_that_was_made_together_is_promoted_together_but_for_what_a_member_sells(
    desk: Desk, travel: Travel, market: Market
) -> None:
    bundle = await (await Parts(travel).open()).bundle()
    shares = [{"supplierId": travel.supplier_id, "shareBps": 4_000}]
    campaign = await desk.campaign(funder="JOINT", shares=shares)
    code = (await desk.issue(campaign, percentBps=1_000, bundleId=bundle["id"]))["code"]
    buyer = await travel.buyer(3_000)
    await market.add(buyer, await market.stock(100, 5))
    await travel.do(buyer, "bundleAdd", bundleId=bundle["id"], travellers=[STUDENT])

    order = await travel.pay(buyer, provider="TEST", voucherCode=code)

    found = {line["price"]["amount"]: line["discount"]["amount"] for line in (await desk.lines(buyer, order))["lines"]}
    # A tenth of 1,168 over the bundle's own components; neither the member's 500 nor what stands beside it.
    assert found == {"100.00": "0.00", "865.18": "86.52", "259.56": "25.96", "500.00": "0.00", "43.26": "4.32"}
    assert tenders_of(order)["VOUCHER"] == ("116.80", "0.00")


async def test_a_claim_lessens_what_a_partner_is_paid_next(desk: Desk, travel: Travel, market: Market) -> None:
    shares = [{"supplierId": travel.supplier_id, "shareBps": 5_000}]
    campaign = await desk.campaign(funder="JOINT", shares=shares)
    code = (await desk.issue(campaign, lineKinds=["DEPARTURE"], amount=money(100)))["code"]
    buyer = await travel.buyer(2_000)
    held = await travel.held(buyer, await travel.departure(days=40), traveller())

    order = await travel.pay(buyer, cash=900, voucherCode=code)
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-1")
    assert tenders_of(order) == {"CASH": ("900.00", "0.00"), "VOUCHER": ("100.00", "0.00")}
    assert await market.balance("TRAVEL_UNEARNED") == 100_000
    assert await travel.owed() == {"JOINT_CAMPAIGN": -5_000}
    await travel.pass_(days=60)

    assert await travel.owed() == {"TRAVEL": 80_000, "JOINT_CAMPAIGN": -5_000}
    paid = await travel.do(desk.finance, "supplierPay", supplierId=travel.supplier_id, currency="EUR")
    assert (paid["amount"]["amount"], paid["billCount"]) == ("750.00", 2)
    assert await market.balance("SUPPLIER_PAYABLE") == 0
    assert await market.sound()


async def test_a_journey_that_is_called_off_gives_each_its_part_of_what_the_ladder_leaves(
    desk: Desk, travel: Travel, market: Market
) -> None:
    code = await desk.code(lineKinds=["DEPARTURE"], amount=money(100))
    buyer = await travel.buyer(2_000)
    held = await travel.held(buyer, await travel.departure(days=40), traveller())
    order = await travel.pay(buyer, cash=900, voucherCode=code)
    await travel.do(travel.supplier, "bookingConfirm", bookingId=held["id"], reference="MV-1")

    await travel.do(buyer, "bookingCancel", bookingId=held["id"], reason="An exam")

    # 40 days before three tenths stay: seven tenths go back to either.
    assert tenders_of(await travel.order(buyer, order["id"])) == {
        "CASH": ("900.00", "630.00"),
        "VOUCHER": ("100.00", "70.00"),
    }
    assert await desk.sums() == (0, 3_000)
    assert await market.sound()


async def test_a_joint_campaign_names_partners_who_bear_no_more_than_all(
    desk: Desk, travel: Travel, house: House
) -> None:
    share = {"supplierId": travel.supplier_id, "shareBps": 5_000}
    before = await snapshot(house)

    for given, path in (
        ({"funder": "JOINT"}, ["shares"]),
        ({"shares": [share]}, ["shares"]),
        ({"funder": "JOINT", "shares": [{**share, "shareBps": 10_001}]}, ["shares"]),
        ({"funder": "JOINT", "shares": [share, share]}, ["shares"]),
        ({"funder": "JOINT", "shares": [share], "purpose": "TRADE_IN"}, ["purpose"]),
    ):
        refused = await desk.campaign(**given)
        assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    assert changed(before, await snapshot(house)) == []
