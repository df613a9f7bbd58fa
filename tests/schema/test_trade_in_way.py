"""How an old piece gets here, what becomes of it, and what its owner could bring next."""

from datetime import datetime
from typing import Any

import asyncpg
import pytest

from app.house import House
from domain import listing as listings
from domain.listing import Listing, ListingKind
from domain.piece import HOUSE
from domain.viewer import Viewer
from persistence.embedded import Services
from schema.ids import decode_id, encode_id
from tests.support.api import Api
from tests.support.consignment import Counter
from tests.support.people import People, euros
from tests.support.returns import Returns
from tests.support.statements import counted
from tests.support.trade_in import PARIS, Document, Exchange, document_price
from tests.support.travel import Travel

ONE_HOUSE = True

VERIFY = """
query ($code: String!) { dispositionVerify(code: $code) { code genuine fate method name payload signature } }
"""
ELIGIBLE = """
query ($first: Int, $after: String) {
  tradeInEligible(first: $first, after: $after) {
    nodes { orderLineId boughtAt product { name } piece { id } estimate { high { amount } factors { kind } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.fixture
async def exchange(house: House, api: Api, people: People) -> Exchange:
    return await Exchange(house, api, people).open(cover=None)


# The way here


async def test_a_piece_is_fetched_at_the_door_and_every_part_of_the_freight_is_a_line_of_its_own(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer(cash=euros(3_100))
    await exchange.register_cover(20_000)
    await exchange.register_cover(1_100)
    offered, _ = await exchange.bound(owner)

    fetched = await exchange.do(owner, "tradeInPickUp", tradeInId=offered["id"], address=PARIS)

    assert fetched["__typename"] == "TradeIn", fetched
    way = fetched["pickUp"]
    amounts = {name: way[name]["amount"] for name in ("insured", "fee", "borne", "premium")}
    assert amounts == {"insured": "1020.00", "fee": "15.00", "borne": "7.50", "premium": "3.06"}
    assert (fetched["state"], way["carrier"]) == ("IN_TRANSIT", "Ferro")
    assert (await exchange.market.pocket(owner))["cash"] == "92.50"
    query = "SELECT array_agg(amount_minor ORDER BY id) FROM ledger_posting WHERE kind = $1"
    assert await exchange.market.value(query, "FREIGHT_SUBSIDY") == [-750, -306]
    assert await exchange.market.value(query, "SHIPPING") == [1_500]
    assert await exchange.market.value(query, "CREDITORS") == [306]
    await exchange.receive(offered)
    assert (await exchange.inspect(offered))["state"] == "SETTLED"
    assert await exchange.market.sound()


@pytest.mark.own_house
async def test_an_insurer_that_is_a_supplier_is_paid_its_premiums_by_bill(
    exchange: Exchange, travel: Travel, people: People
) -> None:
    owner = await people.customer(cash=euros(3_100))
    await exchange.register_cover(1_100, supplierId=travel.supplier_id)
    offered, _ = await exchange.bound(owner)

    await exchange.do(owner, "tradeInPickUp", tradeInId=offered["id"], address=PARIS)

    assert await travel.owed() == {"PREMIUM": 306}
    assert await exchange.market.balance("SUPPLIER_PAYABLE") == 306
    paid = await travel.do(exchange.finance, "supplierPay", supplierId=travel.supplier_id, currency="EUR")
    assert paid["amount"]["amount"] == "3.06"
    assert await exchange.market.sound()


@pytest.mark.own_house
async def test_there_is_no_label_for_what_is_worth_more_than_any_cover_pays(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered, _ = await exchange.bound(owner)
    given = {"tradeInId": offered["id"], "address": PARIS}
    assert (await exchange.do(owner, "tradeInPickUp", **given))["code"] == "ABOVE_COVER"
    await exchange.register_cover(1_019)

    refused = await exchange.do(owner, "tradeInPickUp", **given)

    assert refused["code"] == "ABOVE_COVER"
    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "BOUND"
    assert await exchange.market.balance("SHIPPING") == 0


async def test_a_piece_is_brought_to_a_shop_and_given_back_there(exchange: Exchange, people: People) -> None:
    counter = await Counter(exchange.api, people).open(capacity=5)
    owner = await people.customer(cash=euros(3_000))
    offered, _ = await exchange.bound(owner)
    given = {"tradeInId": offered["id"], "condition": "Clean", "shopId": counter.shop_id}

    received = await exchange.do(counter.associate, "tradeInReceive", **given)
    await exchange.inspect(received, "HEAVY")
    await exchange.do(owner, "tradeInAnswer", tradeInId=offered["id"], answer="CANCEL")

    assert received["receipt"]["shop"]["id"] == counter.shop_id
    assert await exchange.holder(received["piece"]["id"]) == ("ACCOUNT", "SHOP")
    done = await exchange.do(counter.associate, "tradeInHandBack", tradeInId=offered["id"])
    assert done["state"] == "RETURNED"


# What becomes of it


@pytest.mark.own_house
async def test_anybody_can_check_what_became_of_a_piece(exchange: Exchange, people: People, house: House) -> None:
    owner = await people.customer(cash=euros(3_000))
    done, _ = await exchange.settled(owner)
    given = {"tradeInId": done["id"], "fate": "DONATE", "method": "To a school of leather work"}
    nobody = await exchange.do(exchange.merchandiser, "tradeInDispose", **given)
    assert (nobody["code"], nobody["path"]) == ("INVALID_INPUT", ["recipient"])

    disposed = await exchange.do(exchange.merchandiser, "tradeInDispose", **given, recipient="École du cuir")

    code = disposed["disposition"]["code"]
    told = (await exchange.api(None, VERIFY, code=f" {code.lower()} "))["dispositionVerify"]
    assert (told["genuine"], told["fate"], told["name"]) == (True, "DONATE", "Satchel")
    assert owner.id.hex not in told["payload"].replace("-", "")
    assert await exchange.market.balance("INVENTORY") == 0
    assert await exchange.market.balance("WRITE_OFF") == -102_000
    unknown = (await exchange.api(None, VERIFY, code="DC-2222-2222"))["dispositionVerify"]
    assert (unknown["genuine"], unknown["fate"]) == (False, None)
    assert await exchange.market.sound()


async def test_a_certificate_that_was_tampered_with_is_not_genuine(
    exchange: Exchange, people: People, database: Services
) -> None:
    owner = await people.customer(cash=euros(3_000))
    done, _ = await exchange.settled(owner)
    given = {"tradeInId": done["id"], "fate": "CLEAR", "method": "With the next lot"}
    code = (await exchange.do(exchange.merchandiser, "tradeInDispose", **given))["disposition"]["code"]

    tables = await asyncpg.connect(database.owner_url)
    await tables.execute("UPDATE disposition SET payload = replace(payload, 'With', 'Without')")
    await tables.close()

    assert (await exchange.api(None, VERIFY, code=code))["dispositionVerify"]["genuine"] is False


@pytest.mark.parametrize("fate", ["REFURBISH", "CLEAR"])
async def test_what_stays_with_the_house_is_sold_with_its_cost_and_taxed_on_the_margin(
    exchange: Exchange, people: People, fate: str
) -> None:
    owner, buyer = await people.customer(cash=euros(3_000)), await people.customer(cash=euros(1_300))
    done, _ = await exchange.settled(owner)
    given = {"tradeInId": done["id"], "fate": fate, "method": "New lining"}
    await exchange.do(exchange.merchandiser, "tradeInDispose", **given)
    listing = await exchange.publish(done["piece"]["id"])
    assert listing["__typename"] == "Listing", listing

    sale = await exchange.market.buy(buyer, await exchange.market.listing(decode_id(listing["id"])[1]), cash=1_300)

    assert sale["lines"][0]["taxBasis"] == "MARGIN"
    query = "SELECT cost_minor FROM order_line WHERE id = $1"
    assert await exchange.market.value(query, decode_id(sale["lines"][0]["id"])[1]) == 102_000
    told = "query ($by: IdOrSlugInput!) { piece(by: $by) { passport(first: 20) { nodes { kind } } } }"
    found = (await exchange.api(None, told, by={"slug": done["piece"]["slug"]}))["piece"]["passport"]["nodes"]
    assert [one["kind"] for one in found if one["kind"] != "SOLD"] == ["TRADED_IN", "DISPOSED", "LISTED"]


async def test_a_piece_that_is_gone_is_never_offered_again(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    done, _ = await exchange.settled(owner)
    given = {"tradeInId": done["id"], "fate": "DISMANTLE", "method": "Brass and leather apart"}
    await exchange.do(exchange.merchandiser, "tradeInDispose", **given)

    refused = await exchange.publish(done["piece"]["id"])

    assert (refused["code"], refused["message"]) == ("INVALID_INPUT", "This piece left the house for good.")


async def test_what_is_on_the_shelf_is_not_taken_apart(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    done, _ = await exchange.settled(owner)
    await exchange.publish(done["piece"]["id"])
    given = {"tradeInId": done["id"], "fate": "DISMANTLE", "method": "Brass and leather apart"}

    assert (await exchange.do(exchange.merchandiser, "tradeInDispose", **given))["code"] == "PIECE_TIED"


# What could come next


async def test_what_was_bought_here_is_shown_with_a_live_estimate_for_as_long_as_it_is_theirs(
    exchange: Exchange, people: People, house: House
) -> None:
    owner, other = await people.customer(cash=euros(9_000)), await people.customer(cash=euros(1_000))
    returns = await Returns(exchange.market, people).open()
    things = [await exchange.market.piece(300) for _ in range(3)]
    for thing in things[:2]:
        await document(exchange, thing.product_id)
    sales = [await returns.bought(owner, thing, cash=300) for thing in things]
    await returns.bought(other, await exchange.market.piece(300), cash=300)

    first = (await exchange.api(owner, ELIGIBLE, first=1))["tradeInEligible"]
    rest = (await exchange.api(owner, ELIGIBLE, first=5, after=first["pageInfo"]["endCursor"]))["tradeInEligible"]

    found = [*first["nodes"], *rest["nodes"]]
    assert [one["orderLineId"] for one in found] == [sale["lines"][0]["id"] for sale in reversed(sales[:2])]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert all(one["estimate"]["high"]["amount"] > "0" for one in found)
    offered = await exchange.offer(owner, piece_id=found[0]["piece"]["id"])
    assert offered["code"] == "NO_GRADING_STANDARD"


async def document(exchange: Exchange, product_id: Any) -> None:
    """What one of the product costs new."""
    await exchange.people.run(document_price, Document(product_id, euros(2_000)))


async def test_of_goods_that_are_alike_as_many_could_come_as_are_still_there(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer(cash=euros(9_000))
    returns = await Returns(exchange.market, people).open()
    product_id = exchange.workshop.shelf.product.id
    sold = await people.run(put_on_sale, product_id)
    sales = [await returns.bought(owner, sold, quantity, cash=quantity * 300, tagged=False) for quantity in (2, 1)]

    async def eligible() -> list[str]:
        return [
            one["orderLineId"] for one in (await exchange.api(owner, ELIGIBLE, first=5))["tradeInEligible"]["nodes"]
        ]

    late, early = sales[1]["lines"][0]["id"], sales[0]["lines"][0]["id"]
    assert await eligible() == [late, early]
    await exchange.settled(owner)
    await exchange.offer(owner)
    assert await eligible() == [late, early]
    await exchange.bound(owner)
    assert await eligible() == [late]
    await exchange.settled(owner)
    assert await eligible() == []


async def put_on_sale(work: Any, viewer: Viewer, command: Any, *, now: datetime) -> Listing:
    """New goods, by quantity."""
    return await listings.publish(
        work,
        kind=ListingKind.NEW,
        product_id=command,
        piece_id=None,
        consignment_id=None,
        price=euros(300),
        quantity=5,
        seller=HOUSE,
        now=now,
    )


async def test_a_page_of_what_could_come_is_one_statement_however_long(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(9_000))
    returns = await Returns(exchange.market, people).open()
    query = "{ tradeInEligible(first: 50) { nodes { estimate { high { amount } } } } }"
    lengths = []
    for more in (1, 4):
        for _ in range(more):
            thing = await exchange.market.piece(300)
            await document(exchange, thing.product_id)
            await returns.bought(owner, thing, cash=300)
        with counted() as sent:
            found = (await exchange.api(owner, query))["tradeInEligible"]["nodes"]
        lengths.append((len(found), len(sent)))

    assert [length for length, _ in lengths] == [1, 5]
    assert lengths[0][1] == lengths[1][1]


# Prices explain themselves


async def test_the_price_of_a_listing_says_what_it_is_made_of(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    done, _ = await exchange.settled(owner)
    listing = await exchange.publish(done["piece"]["id"])
    query = """
    query ($id: ID!) {
      priceExplain(of: { listingId: $id }) { amount { amount } factors { kind amount { amount } } }
    }
    """

    told = (await exchange.api(None, query, id=listing["id"]))["priceExplain"]

    assert told["amount"]["amount"] == "1300.00"
    assert {one["kind"] for one in told["factors"]} == {"NEW_PRICE", "CONDITION", "DEMAND", "DECIDED"}
    assert sum(round(float(one["amount"]["amount"]) * 100) for one in told["factors"]) == 130_000
    nobody = await exchange.api(None, query, id=encode_id("Listing", owner.id))
    assert nobody.codes == ["NOT_FOUND"]
