"""What a campaign adds to trade-ins, and how the plan of acquisitions moves what is offered."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.house import House
from domain.account import Account
from domain.campaign import CampaignNotRunning
from domain.piece import Grade
from domain.trade_in import OfferTradeIn, offer
from domain.viewer import Role, Viewer
from persistence.embedded import Services
from persistence.table import one_of
from persistence.trade_in.row import COUNTED
from persistence.valuation import SqlValuationReader
from schema.ids import decode_id, encode_id
from tests.support.api import Api
from tests.support.explained import Explained
from tests.support.market import money
from tests.support.people import People, euros
from tests.support.returns import Returns
from tests.support.snapshot import changed, snapshot
from tests.support.trade_in import EXCELLENT, Exchange

PLAN = """
mutation ($input: AcquisitionPlanSetInput!) {
  acquisitionPlanSet(input: $input) {
    ... on AcquisitionPlan { id version target taken fillBps history { days sold onSale } }
    ... on UserError { code path }
    ... on NothingWanted { sold onSale }
  }
}
"""


@pytest.fixture
async def exchange(house: House, api: Api, people: People) -> Exchange:
    return await Exchange(house, api, people).open()


async def figures(exchange: Exchange, campaign: dict[str, Any], person: Account | None = None) -> list[Any]:
    query = """
    query ($id: ID!) {
      node(id: $id) {
        ... on Campaign { budget { amount } reserved { amount } spent { amount } available { amount } }
      }
    }
    """
    found = (await exchange.api(person or exchange.finance, query, id=campaign["id"]))["node"]
    return [None if found[name] is None else found[name]["amount"] for name in found]


async def test_a_subsidy_is_promised_with_the_offer_and_given_when_the_piece_has_passed(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer(cash=euros(3_000))
    campaign = await exchange.campaign(250, 100)
    assert await exchange.market.balance("PROMOTION") == -25_000
    offered, order_id = await exchange.bound(owner, campaignCode=campaign["code"])
    assert (offered["subsidy"]["amount"], offered["campaign"]["code"]) == ("100.00", campaign["code"])
    assert await figures(exchange, campaign) == ["250.00", "100.00", "0.00", "150.00"]

    await exchange.receive(offered)
    await exchange.inspect(offered)

    assert await figures(exchange, campaign) == ["250.00", "0.00", "100.00", "150.00"]
    assert await figures(exchange, campaign, owner) == [None] * 4
    assert (await exchange.tenders(owner, order_id))["SUBSIDY"] == ("100.00", "0.00", "0.00", False)
    assert (await exchange.market.pocket(owner))["cash"] == "1120.00"
    assert await exchange.market.balance("SUBSIDY_BUDGET") == 15_000
    assert await exchange.market.balance("ESCROW") == 300_000
    assert await exchange.market.sound()


async def test_a_budget_that_is_promised_is_not_promised_again_until_it_is_free(
    exchange: Exchange, people: People
) -> None:
    first, second = await people.customer(), await people.customer()
    campaign = await exchange.campaign(150, 100)
    offered = await exchange.offer(first, campaignCode=campaign["code"])
    before = await snapshot(exchange.house)

    refused = await exchange.offer(second, campaignCode=campaign["code"])

    assert refused["code"] == "BUDGET_EXHAUSTED"
    assert changed(before, await snapshot(exchange.house)) == []
    await exchange.do(first, "tradeInWithdraw", tradeInId=offered["id"])
    assert (await exchange.offer(second, campaignCode=campaign["code"]))["subsidy"]["amount"] == "100.00"


async def test_a_campaign_that_has_ended_keeps_its_promises_and_gives_the_rest_back(
    exchange: Exchange, people: People
) -> None:
    kept, dropped = await people.customer(cash=euros(3_000)), await people.customer()
    campaign = await exchange.campaign(1_000, 100)
    bound, _ = await exchange.bound(kept, campaignCode=campaign["code"])
    offered = await exchange.offer(dropped, campaignCode=campaign["code"])

    assert (await exchange.end(campaign))["state"] == "ENDED"

    assert await exchange.market.balance("SUBSIDY_BUDGET") == 20_000
    assert (await exchange.offer(dropped, campaignCode=campaign["code"]))["code"] == "CAMPAIGN_NOT_RUNNING"
    await exchange.do(dropped, "tradeInWithdraw", tradeInId=offered["id"])
    await exchange.receive(bound)
    assert (await exchange.inspect(bound))["state"] == "SETTLED"
    assert await exchange.market.balance("SUBSIDY_BUDGET") == 0
    assert await exchange.market.balance("PROMOTION") == -10_000
    assert (await exchange.end(campaign))["code"] == "WRONG_STATE"
    assert await exchange.market.sound()


async def test_a_campaign_is_for_purchases_that_cost_more_than_it_gives(exchange: Exchange, people: People) -> None:
    """Nobody buys something cheap to have the subsidy paid out."""
    foreign = {"amount": "900", "currencyCode": "CNY"}
    for minimum, path in ((money(100), ["minimum"]), (foreign, ["minimum", "currencyCode"])):
        refused = await exchange.campaign(1_000, 100, minimum=minimum)
        assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    usual, large = await exchange.campaign(1_000, 100), await exchange.campaign(1_000, 100, minimum=money(900))
    for campaign, least in ((usual, 200), (large, 900)):
        owner = await people.customer(cash=euros(1_000))
        offered = await exchange.offer(owner, campaignCode=campaign["code"])
        before = await snapshot(exchange.house)
        refused = await exchange.buy(owner, offered, least - 1, "FULL_PRICE", cash=least - 1)
        assert (refused["code"], refused["path"]) == ("PURCHASE_TOO_SMALL", ["tenders", "tradeIn", "tradeInId"])
        assert "trade_in" not in changed(before, await snapshot(exchange.house))


async def test_a_campaign_outside_its_dates_grants_nothing(exchange: Exchange, people: People) -> None:
    owner, now = await people.customer(), datetime.now(UTC)
    days = {"startsAt": (now + timedelta(days=1)).isoformat(), "endsAt": (now + timedelta(days=2)).isoformat()}
    coming = await exchange.campaign(1_000, 100, **days)
    before = await snapshot(exchange.house)

    early = await exchange.offer(owner, campaignCode=coming["code"])

    assert (early["code"], early["path"]) == ("CAMPAIGN_NOT_RUNNING", ["campaignCode"])
    product_id = exchange.workshop.shelf.product.id
    wanted = OfferTradeIn(product_id=product_id, grade=Grade.EXCELLENT, campaign_code=coming["code"])
    viewer = Viewer(owner.id, frozenset(owner.roles))
    with pytest.raises(CampaignNotRunning):
        await exchange.market.run(offer, wanted, now=now + timedelta(days=2), viewer=viewer)
    assert changed(before, await snapshot(exchange.house)) == []
    assert (await exchange.api(None, "{ campaignsRunning { code } }"))["campaignsRunning"] == []
    granted = await exchange.market.run(offer, wanted, now=now + timedelta(days=1, hours=1), viewer=viewer)
    assert granted.subsidy == euros(100)


@pytest.mark.parametrize("whole", [True, False])
async def test_what_a_brand_has_paid_goes_back_to_what_it_owes(exchange: Exchange, people: People, whole: bool) -> None:
    owner = await people.customer(cash=euros(3_000))
    thing = await exchange.market.piece(3_000, cost=1_500)
    brand = await exchange.market.value("SELECT brand_id FROM product WHERE id = $1", thing.product_id)
    campaign = await exchange.campaign(1_000, 100, funder="BRAND", brandId=encode_id("Brand", brand))
    offered = await exchange.offer(owner, campaignCode=campaign["code"])
    cart = await exchange.market.add(owner, thing)
    tenders = {"cash": money(1_880), "tradeIn": {"tradeInId": offered["id"], "mode": "TENDER"}}
    placed = await exchange.market.place(owner, cart["id"], tenders=tenders)
    await exchange.receive(offered)
    assert (await exchange.inspect(offered))["state"] == "SETTLED"
    assert await exchange.market.balance("SUBSIDY_BUDGET") == 90_000
    assert await exchange.market.balance("BRAND_RECEIVABLE") == -100_000

    if whole:
        await exchange.market.cancel(owner, placed["id"])
    else:
        returns = await Returns(exchange.market, people).open()
        await returns.deliver(await exchange.order(owner, placed["id"]))
        found = await returns.inspected(owner, await exchange.order(owner, placed["id"]), worse=5_000)
        await returns.act(returns.support, "goodsReturnResolve", found["id"], disposition="CLEAR")

    assert await exchange.market.balance("SUBSIDY_BUDGET") == (100_000 if whole else 90_000)
    assert await exchange.market.balance("BRAND_RECEIVABLE") == (-100_000 if whole else -95_000)
    await exchange.end(campaign)
    assert await exchange.market.balance("SUBSIDY_BUDGET") == 0
    assert await exchange.market.balance("BRAND_RECEIVABLE") == (0 if whole else -5_000)
    assert await exchange.market.balance("SUPPLIER_PAYABLE") == await exchange.market.balance("PROMOTION") == 0
    assert await exchange.market.sound()


async def test_a_brand_pays_for_purchases_of_its_own(exchange: Exchange, people: People) -> None:
    brand = encode_id("Brand", exchange.workshop.shelf.brand.id)
    nameless = await exchange.campaign(1_000, 100, funder="BRAND")
    assert (nameless["code"], nameless["path"]) == ("INVALID_INPUT", ["brandId"])
    campaign = await exchange.campaign(1_000, 100, funder="BRAND", brandId=brand)
    assert await exchange.market.balance("BRAND_RECEIVABLE") == -100_000
    owner = await people.customer(cash=euros(3_000))
    offered = await exchange.offer(owner, campaignCode=campaign["code"])

    elsewhere = await exchange.buy(owner, offered, 3_000, "TENDER", cash=1_880)

    assert elsewhere["code"] == "CAMPAIGN_NOT_RUNNING"
    assert (await exchange.market.pocket(owner))["cash"] == "3000.00"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"subsidy": {"amount": "2000.00", "currencyCode": "EUR"}}, ["subsidy"]),
        ({"subsidy": {"amount": "10.00", "currencyCode": "CNY"}}, ["subsidy", "currencyCode"]),
        ({"endsAt": "2020-01-01T00:00:00Z"}, ["endsAt"]),
        ({"code": "x" * 41}, ["code"]),
    ],
)
async def test_a_campaign_that_could_not_be_kept_is_not_opened(
    exchange: Exchange, given: dict[str, Any], path: list[str]
) -> None:
    before = await snapshot(exchange.house)

    refused = await exchange.campaign(1_000, 100, **given)

    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    assert changed(before, await snapshot(exchange.house)) == []


async def test_what_runs_is_public_and_its_budget_is_not(exchange: Exchange) -> None:
    campaign = await exchange.campaign(1_000, 100)
    over = await exchange.campaign(1_000, 100)
    await exchange.end(over)
    query = "{ campaignsRunning { code name subsidy { amount } budget { amount } } }"

    found = (await exchange.api(None, query))["campaignsRunning"]

    assert found == [{"code": campaign["code"], "name": "Old for new", "subsidy": {"amount": "100.00"}, "budget": None}]


# The plan


async def plan(exchange: Exchange, target: int, **given: Any) -> Any:
    now = datetime.now(UTC)
    scope = {} if "planId" in given else {"categoryId": exchange.workshop.category_id}
    wanted = {
        "target": target,
        "startsAt": (now - timedelta(days=1)).isoformat(),
        "endsAt": (now + timedelta(days=90)).isoformat(),
        **scope,
        **given,
    }
    return (await exchange.api(exchange.merchandiser, PLAN, input=wanted))["acquisitionPlanSet"]


async def test_offers_follow_how_full_the_plan_is(exchange: Exchange, people: People) -> None:
    made = await plan(exchange, 2)
    assert (made["taken"], made["fillBps"]) == (0, 0)
    assert (await exchange.offer(await people.customer()))["value"]["amount"] == "1070.00"

    await exchange.bound(await people.customer(cash=euros(3_000)))
    assert (await exchange.offer(await people.customer()))["value"]["amount"] == EXCELLENT
    await exchange.bound(await people.customer(cash=euros(3_000)))
    assert (await exchange.offer(await people.customer()))["value"]["amount"] == "870.00"
    await exchange.bound(await people.customer(cash=euros(3_000)))

    assert (await exchange.offer(await people.customer()))["code"] == "NOT_TRADED_IN"
    wider = await plan(exchange, 9, planId=made["id"], expectedVersion=made["version"])
    assert (wider["taken"], wider["fillBps"]) == (3, 3_333)
    assert (await exchange.offer(await people.customer()))["value"]["amount"] == "1070.00"


async def test_what_a_plan_has_taken_is_kept_by_every_step_and_never_counted(
    exchange: Exchange, people: People, database: Services
) -> None:
    made = await plan(exchange, 100)
    market = exchange.market
    query = f"SELECT count(*) FROM trade_in WHERE {one_of('state', COUNTED)}"

    async def taken() -> int:
        found = int(await market.value("SELECT taken FROM acquisition_plan"))
        assert found == await market.value(query)
        return found

    # At once, to the same plan: an order that is given up, one that is called off, one that is settled and one undone.
    owners = [await people.customer(cash=euros(3_000)) for _ in range(4)]
    bound = await asyncio.gather(*(exchange.bound(owner) for owner in owners))
    patient = await people.customer(cash=euros(2_000))
    waits = await exchange.buy(patient, await exchange.offer(patient), 3_000, "TENDER", provider="TEST")
    assert await taken() == 5
    await market.expire_order(decode_id(waits["id"])[1])
    await market.cancel(owners[0], bound[0][1])
    assert await taken() == 3
    for number in (2, 3):
        await exchange.receive(bound[number][0])
        await exchange.inspect(bound[number][0])
    await market.cancel(owners[3], bound[3][1])
    assert await taken() == 2
    wider = await plan(exchange, 2, planId=made["id"], expectedVersion=made["version"])
    assert (wider["taken"], wider["fillBps"]) == (2, 10_000)

    app = await asyncpg.connect(database.app_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("UPDATE acquisition_plan SET taken = 0")
    explained = Explained(app)
    await SqlValuationReader(explained).markets([decode_id(exchange.product_id)[1]], 90, datetime.now(UTC))
    assert all('"trade_in"' not in steps for _, steps in explained.touched)
    await app.close()


async def test_the_plan_of_a_brand_goes_before_that_of_its_category(exchange: Exchange, people: People) -> None:
    brand = encode_id("Brand", exchange.workshop.shelf.brand.id)
    await plan(exchange, 1_000)
    narrow = await plan(exchange, 1, brandId=brand)
    await exchange.bound(await people.customer(cash=euros(3_000)))

    assert (await exchange.offer(await people.customer()))["value"]["amount"] == "870.00"
    overlapping = await plan(exchange, 5, brandId=brand)
    assert overlapping["code"] == "PLAN_OVERLAPS"
    assert (await plan(exchange, 5, planId=narrow["id"], expectedVersion=99))["code"] == "VERSION_CONFLICT"


async def test_a_target_is_what_sells_less_what_is_there(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    sold = await exchange.market.piece(300)
    await exchange.market.buy(owner, sold, cash=300)
    brand_id = await exchange.market.value("SELECT brand_id FROM product WHERE id = $1", sold.product_id)
    query = """
    query ($brand: ID!) { acquisitionHistory(brandId: $brand, days: 90) { days sold onSale target(periodDays: 180) } }
    """
    brand = encode_id("Brand", brand_id)

    found = (await exchange.api(exchange.merchandiser, query, brand=brand))["acquisitionHistory"]

    assert found == {"days": 90, "sold": 1, "onSale": 0, "target": 2}
    assert (await exchange.api(owner, query, brand=brand)).codes == ["NOT_ALLOWED"]
    assert (await exchange.api(await people.staff(Role.FINANCE), query, brand=brand))["acquisitionHistory"] == found


async def test_a_plan_takes_its_target_from_sales_when_asked(exchange: Exchange, people: People) -> None:
    owner, market = await people.customer(cash=euros(3_000)), exchange.market
    things = [await market.piece(300) for _ in range(2)]
    await market.buy(owner, things[0], cash=300)
    of_product = "SELECT brand_id FROM product WHERE id = $1"
    sold, waiting = [encode_id("Brand", await market.value(of_product, one.product_id)) for one in things]
    now = datetime.now(UTC)
    period = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(days=180)).isoformat()}

    async def set_plan(**given: Any) -> Any:
        return (await exchange.api(exchange.merchandiser, PLAN, input={**period, **given}))["acquisitionPlanSet"]

    before = await snapshot(market.house)
    full = await set_plan(brandId=waiting, salesDays=90)
    assert (full["code"], full["sold"], full["onSale"]) == ("NOTHING_WANTED", 0, 1)
    for wrong in ({}, {"target": 5, "salesDays": 90}, {"salesDays": 731}):
        assert (await set_plan(brandId=sold, **wrong))["code"] == "INVALID_INPUT", wrong
    assert changed(before, await snapshot(market.house)) == []

    made = await set_plan(brandId=sold, salesDays=90)
    assert (made["target"], made["history"]) == (2, {"days": 90, "sold": 1, "onSale": 0})
    by_hand = await set_plan(planId=made["id"], expectedVersion=made["version"], target=7)
    assert (by_hand["target"], by_hand["history"]) == (7, None)
    again = await set_plan(planId=made["id"], expectedVersion=by_hand["version"], salesDays=30)
    assert (again["target"], again["history"]) == (6, {"days": 30, "sold": 1, "onSale": 0})
