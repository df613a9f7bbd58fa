"""Parcels through the API: the zones that they go to, and what is asked where goods cross a border."""

from datetime import datetime
from typing import Any

import pytest

from domain import piece
from domain.account import Account
from domain.piece import Party, PartyKind, PieceId
from domain.viewer import Role
from schema.ids import id_of
from tests.support.consignment import Counter
from tests.support.market import TO_PARIS, Market, money
from tests.support.people import People, euros
from tests.support.returns import Returns
from tests.support.snapshot import changed, snapshot
from tests.support.travel import Travel

QUOTE = """
query ($cart: ID!, $delivery: DeliveryInput!, $tenders: TendersInput!) {
  orderQuote(cartId: $cart, delivery: $delivery, tenders: $tenders) {
    shipping { amount } duties { amount } total { amount }
    lines {
      origin taxRateBps tax { amount } duty { amount } duties { kind basis { amount } rateBps amount { amount } }
    }
  }
}
"""
BORDER = """
query ($id: ID!) {
  order(id: $id) {
    shipping { amount } duties { amount } total { amount } refunded { amount } refunds { amount { amount } }
    lines {
      kind origin jurisdiction taxBasis taxRateBps price { amount } refunded { amount } duty { amount }
      dutyRefunded { amount } duties { kind rateBps amount { amount } source } pins { kind version }
    }
  }
}
"""
PREVIEW = """
query ($order: ID!, $lines: [RefundPreviewLineInput!]!) {
  refundPreview(orderId: $order, lines: $lines) {
    amount { amount } lines { amount { amount } duties { amount } } parts { kind amount { amount } }
  }
}
"""
PUBLISH = """
mutation ($input: PolicyPublishInput!) {
  policyPublish(input: $input) {
    __typename
    ... on PolicyVersion {
      version
      terms {
        ... on CustomsTerms { areas { code countries source givenBack rates { dutyBps category importTaxBps } } }
        ... on ShippingTerms { home zones { code countries methods { method fees { currencyCode } } } }
      }
    }
    ... on UserError { code message path }
  }
}
"""
PLACE = """
mutation ($input: OrderPlaceInput!) {
  orderPlace(input: $input) {
    __typename ... on UserError { code message path } ... on NotDeliveredThere { country methods }
  }
}
"""
FEES = [{"amount": "9", "currencyCode": code} for code in ("CNY", "HKD", "EUR", "USD", "JPY")]


def to(country: str, method: str = "STANDARD") -> dict[str, Any]:
    return {"method": method, "address": {**TO_PARIS["address"], "country": country}}


@pytest.fixture
async def returns(market: Market, people: People) -> Returns:
    return await Returns(market, people).open()


async def quoted(market: Market, buyer: Account, cart: Any, delivery: dict[str, Any]) -> Any:
    tenders = {"provider": "TEST"}
    return (await market.api(buyer, QUOTE, cart=cart["id"], delivery=delivery, tenders=tenders))["orderQuote"]


async def seen(market: Market, buyer: Account, sale: Any) -> Any:
    return (await market.api(buyer, BORDER, id=sale["id"]))["order"]


async def publish(market: Market, people: People, **terms: Any) -> Any:
    given = {"terms": terms, "note": "Other borders"}
    return (await market.api(await people.staff(Role.FINANCE), PUBLISH, input=given))["policyPublish"]


def asked(line: Any) -> list[tuple[str, int, str]]:
    return [(one["kind"], one["rateBps"], one["amount"]["amount"]) for one in line["duties"]]


# Zones


async def test_the_zone_of_the_address_says_what_the_way_costs_and_from_which_worth_it_is_free(
    people: People, market: Market
) -> None:
    buyer = await people.customer()
    cart = await market.add(buyer, await market.stock(120, 9), 2)

    fees = {
        (country, method): (await quoted(market, buyer, cart, to(country, method)))["shipping"]["amount"]
        for country in ("FR", "DE", "US")
        for method in ("STANDARD", "EXPRESS")
    }
    more = await market.add(buyer, await market.stock(260, 9))

    assert fees == {
        ("FR", "STANDARD"): "0.00",
        ("FR", "EXPRESS"): "25.00",
        ("DE", "STANDARD"): "0.00",
        ("DE", "EXPRESS"): "25.00",
        ("US", "STANDARD"): "20.00",
        ("US", "EXPRESS"): "45.00",
    }
    assert (await quoted(market, buyer, more, to("US")))["shipping"] == {"amount": "0.00"}


async def test_where_no_parcels_go_or_not_in_this_way_says_so_and_changes_nothing(
    people: People, market: Market
) -> None:
    buyer = await people.customer(cash=euros(500))
    cart = await market.add(buyer, await market.stock(120, 9))
    near = {"code": "BY-ROAD", "name": {"en": "By road", "zh": "陆运"}, "countries": ["FR", "DE"]}
    zones = [{**near, "methods": [{"method": "STANDARD", "fees": FEES}]}]
    before = await snapshot(market.house)

    async def refused(delivery: dict[str, Any]) -> Any:
        given = {"cartId": cart["id"], "delivery": delivery, "tenders": {"cash": money(120)}}
        return (await market.api(buyer, PLACE, input=given))["orderPlace"]

    nowhere = await refused(to("AQ"))
    assert (nowhere["code"], nowhere["country"], nowhere["methods"]) == ("NOT_DELIVERED_THERE", "AQ", [])
    assert nowhere["path"] == ["delivery", "address", "country"]
    assert "pick it up" in nowhere["message"]
    assert changed(before, await snapshot(market.house)) == []

    assert (await publish(market, people, shipping={"home": "FR", "zones": zones}))["version"] == 2
    before = await snapshot(market.house)
    slow, far = await refused(to("DE", "EXPRESS")), await refused(to("US"))
    assert (slow["code"], slow["methods"], slow["path"]) == (
        "NOT_DELIVERED_THERE",
        ["STANDARD"],
        ["delivery", "method"],
    )
    assert (far["code"], far["methods"]) == ("NOT_DELIVERED_THERE", [])
    assert changed(before, await snapshot(market.house)) == []
    placed = await market.place(buyer, cart["id"], delivery=to("DE"), cash=129)
    assert (placed["shipping"], placed["total"]) == ({"amount": "9.00"}, {"amount": "129.00"})


async def test_zones_and_borders_that_could_not_be_kept_are_not_published(people: People, market: Market) -> None:
    zone = {"code": "A", "name": {"en": "A", "zh": "甲"}, "countries": ["FR"], "methods": []}
    area = {"code": "EU", "countries": ["FR"], "rates": [{"dutyBps": 300}], "source": "The tariff"}
    ways = [{"method": "STANDARD", "fees": FEES[1:]}]

    for terms in (
        {"shipping": {"home": "FR", "zones": [zone, {**zone, "code": "B"}]}},
        {"shipping": {"home": "FR", "zones": [{**zone, "countries": []}, {**zone, "code": "B", "countries": []}]}},
        {"shipping": {"home": "FR", "zones": [{**zone, "methods": ways}]}},
        {"shipping": {"home": "FR", "zones": [{**zone, "methods": [{"method": "PICKUP", "fees": FEES}]}]}},
        {"customs": {"areas": [area, {**area, "code": "FRANCE"}]}},
        {"customs": {"areas": [{**area, "rates": [{"dutyBps": 300}, {"dutyBps": 400}]}]}},
        {"customs": {"areas": [{**area, "rates": [{"dutyBps": 10_001}]}]}},
        {"customs": {"areas": [{**area, "source": " "}]}},
    ):
        assert (await publish(market, people, **terms))["code"] == "INVALID_INPUT", terms


# Borders


async def test_within_the_union_no_border_is_passed_and_the_tax_is_in_the_price(people: People, market: Market) -> None:
    buyer = await people.customer()
    cart = await market.add(buyer, await market.stock(120, 9), 2)

    at_home, nearby = [await quoted(market, buyer, cart, to(country)) for country in ("FR", "DE")]

    for found, rate, tax in ((at_home, 2_000, "40.00"), (nearby, 1_900, "38.32")):
        (line,) = found["lines"]
        assert (line["origin"], line["taxRateBps"], line["tax"]["amount"]) == ("FR", rate, tax)
        assert (line["duties"], found["duties"], found["total"]) == ([], {"amount": "0.00"}, {"amount": "240.00"})


async def test_abroad_duty_and_import_tax_are_quoted_by_line_collected_and_owed_once_the_goods_are_there(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(1_000))
    cart = await market.add(buyer, await market.stock(120, 9), 2)

    found = await quoted(market, buyer, cart, to("CN"))
    (line,) = found["lines"]
    assert (line["origin"], line["taxRateBps"], line["tax"]) == ("FR", 0, {"amount": "0.00"})
    # 6 % of 240, then 13 % of 254.40.
    assert asked(line) == [("DUTY", 600, "14.40"), ("IMPORT_TAX", 1_300, "33.07")]
    assert [one["basis"]["amount"] for one in line["duties"]] == ["240.00", "254.40"]
    assert (found["duties"], found["shipping"], found["total"]) == (
        {"amount": "47.47"},
        {"amount": "20.00"},
        {"amount": "307.47"},
    )

    sale = await market.place(buyer, cart["id"], delivery=to("CN"), cash="307.47")
    kept = await seen(market, buyer, sale)
    (line,) = kept["lines"]
    assert (kept["duties"], kept["total"]) == (found["duties"], found["total"])
    assert asked(line) == [("DUTY", 600, "14.40"), ("IMPORT_TAX", 1_300, "33.07")]
    assert "People's Republic" in line["duties"][0]["source"]
    assert all(one["source"].startswith("Illustrative, not a rate in force") for one in line["duties"])
    assert {pin["kind"]: pin["version"] for pin in line["pins"]} == {"TAX": 1, "RETURN": 1, "SHIPPING": 1, "CUSTOMS": 1}
    assert await market.balance("ESCROW") == 30_747

    await returns.deliver(sale)
    assert (await market.balance("ESCROW"), await market.balance("DUTIES_PAYABLE")) == (26_000, 4_747)
    await returns.all_is_due(sale)
    accounts = ("ESCROW", "DUTIES_PAYABLE", "TAX_PAYABLE", "SALES", "SHIPPING")
    assert [await market.balance(one) for one in accounts] == [0, 4_747, 0, 24_000, 2_000]
    assert await market.sound()


async def test_a_small_order_passes_free_where_the_country_lets_it(people: People, market: Market) -> None:
    buyer = await people.customer()
    cart = await market.add(buyer, await market.stock(31, 9), 2)

    small = {country: (await quoted(market, buyer, cart, to(country)))["lines"][0] for country in ("JP", "GB", "CN")}
    more = await market.add(buyer, await market.stock(99, 9))
    large = await quoted(market, buyer, more, to("JP"))

    # 62 of goods: free of all in Japan, of duty alone in Britain, of nothing in China.
    assert {country: asked(line) for country, line in small.items()} == {
        "JP": [],
        "GB": [("IMPORT_TAX", 2_000, "12.40")],
        "CN": [("DUTY", 600, "3.72"), ("IMPORT_TAX", 1_300, "8.54")],
    }
    # What arrives together is looked at together: 161 of goods are more than free.
    assert [asked(line) for line in large["lines"]] == [
        [("DUTY", 400, "2.48"), ("IMPORT_TAX", 1_000, "6.45")],
        [("DUTY", 400, "3.96"), ("IMPORT_TAX", 1_000, "10.30")],
    ]


async def test_the_nearest_category_and_then_the_tax_basis_say_the_rate_and_a_deal_keeps_its_own(
    people: People, market: Market
) -> None:
    buyer, seller = await people.customer(cash=euros(9_000)), await people.customer()
    bag, watch = await market.consigned(seller, 1_000), await market.piece(1_000, cost=600)
    slug = await market.value(
        "SELECT c.slug FROM product p JOIN category c ON c.id = p.category_id WHERE p.id = $1", watch.product_id
    )
    rates = [
        {"dutyBps": 100},
        {"dutyBps": 200, "taxBasis": "COMMISSION", "importTaxBps": 500},
        {"dutyBps": 1_000, "category": slug, "importTaxBps": 0},
    ]
    area = {"code": "CH", "countries": ["CH", "LI"], "rates": rates, "source": "Tares", "givenBack": True}
    cart = await market.add(buyer, await market.stock(600, 1))
    before = await market.place(buyer, cart["id"], delivery=to("CH"), cash=600)

    said = await publish(market, people, customs={"areas": [area]})
    await market.add(buyer, bag)
    cart = await market.add(buyer, watch)
    sale = await market.place(buyer, cart["id"], delivery=to("CH"), cash="2171.00")

    assert said["terms"]["areas"][0]["rates"][1] == {"dutyBps": 200, "category": None, "importTaxBps": 500}
    first, second = (await seen(market, buyer, sale))["lines"]
    assert (first["taxBasis"], asked(first)) == (
        "COMMISSION",
        [("DUTY", 200, "20.00"), ("IMPORT_TAX", 500, "51.00")],
    )
    assert (second["taxBasis"], second["taxRateBps"], asked(second)) == ("MARGIN", 0, [("DUTY", 1_000, "100.00")])
    (old,) = (await seen(market, buyer, before))["lines"]
    assert (old["duties"], old["origin"], old["jurisdiction"]) == ([], "FR", "CH")
    assert [pin["version"] for pin in (*old["pins"], *first["pins"]) if pin["kind"] == "CUSTOMS"] == [1, 2]


async def test_a_piece_leaves_from_the_shop_that_has_it_and_what_is_picked_up_passes_no_border(
    api: Any, people: People, market: Market
) -> None:
    counter = await Counter(api, people).open()
    shanghai = {"street": "1 Bund", "city": "Shanghai", "postalCode": "200002", "country": "CN"}
    shop_id = await counter.shop(address=shanghai, timeZone="Asia/Shanghai")
    buyer = await people.customer()
    thing = await market.piece(1_000)

    async def brought(work: Any, viewer: Any, command: PieceId, *, now: datetime) -> None:
        found = await work.pieces.lock(command)
        piece.hand_over(found, Party(PartyKind.SHOP, id_of("ClubShop", shop_id)))
        await work.pieces.save(found)

    await market.run(brought, thing.piece_id)
    cart = await market.add(buyer, thing)

    home, there, counter_ = [
        (await quoted(market, buyer, cart, delivery))
        for delivery in (to("FR"), to("CN"), {"method": "PICKUP", "shopId": shop_id})
    ]
    assert (home["lines"][0]["origin"], asked(home["lines"][0])) == (
        "CN",
        [("DUTY", 300, "30.00"), ("IMPORT_TAX", 2_000, "206.00")],
    )
    assert (there["lines"][0]["origin"], there["duties"], there["lines"][0]["taxRateBps"]) == (
        "CN",
        {"amount": "0.00"},
        1_300,
    )
    assert (counter_["lines"][0]["origin"], counter_["total"]) == (None, {"amount": "1000.00"})


# Back


async def test_an_order_that_is_called_off_gives_the_duties_back_to_what_paid_them(
    people: People, market: Market
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(1_000))
    await market.credit(buyer, 300)
    cart = await market.add(buyer, await market.consigned(seller, 1_000))
    sale = await market.place(buyer, cart["id"], delivery=to("CN"), cash="897.80", credit=300)
    assert (sale["total"], (await market.pocket(buyer))["cash"]) == ({"amount": "1197.80"}, "102.20")

    cancelled = await market.cancel(buyer, sale["id"])

    assert cancelled["state"] == "CANCELLED"
    assert await market.pocket(buyer) == {"cash": "1000.00", "credit": "300.00", "held": "0.00", "owed": "0.00"}
    (line,) = (await seen(market, buyer, sale))["lines"]
    assert (line["duty"], line["dutyRefunded"]) == ({"amount": "197.80"}, {"amount": "197.80"})
    assert [await market.balance(one) for one in ("ESCROW", "DUTIES_PAYABLE")] == [0, 0]
    assert await market.sound()


@pytest.mark.parametrize("country", ["US", "CN"])
async def test_of_what_comes_back_from_abroad_the_duty_comes_back_where_the_country_gives_it_back(
    country: str, people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(1_000))
    cart = await market.add(buyer, await market.stock(250, 9), 2)
    duties = {"US": 2_500, "CN": 9_890}[country]
    sale = await market.place(buyer, cart["id"], delivery=to(country), cash=f"{500 + duties / 100:.2f}")
    await returns.deliver(sale)
    back = {"US": 1_250, "CN": 0}[country]

    wanted = [{"lineId": sale["lines"][0]["id"], "quantity": 1}]

    preview = (await market.api(buyer, PREVIEW, order=sale["id"], lines=wanted))["refundPreview"]
    assert preview["lines"][0]["amount"] == {"amount": "250.00"}
    assert preview["lines"][0]["duties"] == {"amount": f"{back / 100:.2f}"}
    made = await returns.inspected(buyer, sale, quantity=1, tagNumber=None, weightGrams=None)
    done = await returns.done(returns.support, "goodsReturnResolve", made["id"], disposition="RESTOCK")

    assert done["refunded"] == preview["amount"] == {"amount": f"{250 + back / 100:.2f}"}
    assert (done["worth"], done["deducted"]) == ({"amount": "250.00"}, {"amount": "0.00"})
    assert [await market.balance(one) for one in ("ESCROW", "DUTIES_PAYABLE")] == [25_000, duties - back]

    # The rest comes back worn, when the house has taken its part already.
    await returns.age(sale, 3)
    made = await returns.inspected(buyer, sale, quantity=1, tagNumber=None, weightGrams=None, worse=2_000)
    await returns.done(returns.support, "goodsReturnResolve", made["id"], disposition="CLEAR")
    (line,) = (await seen(market, buyer, sale))["lines"]
    worn = {"US": "22.50", "CN": "0.00"}[country]
    assert (line["refunded"], line["dutyRefunded"]) == ({"amount": "450.00"}, {"amount": worn})
    assert await market.balance("DUTIES_PAYABLE") == duties - int(float(worn) * 100)
    assert await market.balance("ESCROW") == 0
    assert await market.sound()


async def test_in_a_mixed_basket_goods_bear_duties_and_the_journey_none(
    travel: Travel, people: People, market: Market
) -> None:
    buyer = await travel.buyer(3_000)
    await travel.held(buyer, await travel.departure(days=100))
    await market.add(buyer, await market.stock(120, 9), 2)
    cart = await travel.cart(buyer)

    sale = await market.place(buyer, cart["id"], delivery=to("CN"), cash="1307.47")

    lines = {line["kind"]: line for line in (await seen(market, buyer, sale))["lines"]}
    assert (lines["DEPARTURE"]["duties"], lines["DEPARTURE"]["origin"], lines["GOODS"]["duty"]) == (
        [],
        None,
        {"amount": "47.47"},
    )
    assert {pin["kind"] for pin in lines["DEPARTURE"]["pins"]} == {"TAX", "TRAVEL"}
    assert [await market.balance(one) for one in ("ESCROW", "TRAVEL_UNEARNED")] == [30_747, 100_000]
    await market.cancel(buyer, sale["id"])
    # The ladder keeps a tenth of the journey; the goods, their way and their duties come back whole.
    assert (await market.pocket(buyer))["cash"] == "2900.00"
    assert await market.balance("ESCROW") == 0
    assert await market.sound()
