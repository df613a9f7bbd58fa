"""The money goes round: a piece is sold, its seller takes credit, and the credit buys the next piece."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from app.house import House
from domain import cart, order
from domain.cart import AddToCart
from domain.listing import ListingId
from domain.money import Money
from domain.order.noun import Delivery
from domain.order.place import PlaceOrder
from domain.order.quote import Wish
from domain.policy import DeliveryMethod
from domain.viewer import Role
from persistence.circulation import fold
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.consigned import HOME, Consigned, viewer_of
from tests.support.consignment import Counter
from tests.support.market import Market
from tests.support.people import EUR, People, euros
from tests.support.statements import counted

ONE_HOUSE = True

CIRCULATION = """
query ($since: Date!, $until: Date!) {
  circulation(since: $since, until: $until) {
    issued { amount currencyCode } byOrigin { origin amount { amount } }
    spent { amount } lapsed { amount } other { amount }
    outstandingBefore { amount } outstanding { amount }
    settledCash { amount } settledCredit { amount }
    velocity settledAsCreditBps spentAgainBps
  }
}
"""

FIGURES = """
fragment Own on Account {
  circulation {
    issued { amount currencyCode } byOrigin { origin amount { amount } }
    spent { amount } lapsed { amount } other { amount } outstanding { amount }
    settledCash { amount } settledCredit { amount } settledAsCreditBps spentAgainBps
  }
  creditPurchases(first: 10) { nodes { credit { amount } order { id lines { price { amount } } } } }
}
"""
OTHERS = f"query ($id: ID!) {{ account(id: $id) {{ ...Own }} }} {FIGURES}"
OWN = f"{{ viewer {{ ...Own }} }} {FIGURES}"


async def read(api: Api, people: People, since: date, until: date) -> list[dict[str, Any]]:
    found = await api(await people.staff(Role.FINANCE), CIRCULATION, since=since.isoformat(), until=until.isoformat())
    return found["circulation"]  # type: ignore[no-any-return]


async def test_credit_from_a_settlement_buys_the_next_piece_and_is_counted(
    api: Api, people: People, house: House
) -> None:
    consigned = Consigned(house)
    consigned.start -= timedelta(days=40)
    seller, other, buyer = await people.customer(), await people.customer(), await people.customer(cash=euros(9_000))
    first = await consigned.listed(seller, euros(1_000), credit_bps=10_000)
    second = await consigned.listed(other, euros(500), credit_bps=0)
    for contract in (first, second):
        await consigned.delivered(await consigned.sold(buyer, contract, day=1), day=2)
        await consigned.release((await consigned.settlement(contract)).id, day=20)
    third = await consigned.listed(other, euros(300), day=21)
    assert third.listing_id is not None
    filled = await consigned.run(cart.add, viewer_of(seller), AddToCart(ListingId(third.listing_id)), 22)
    wish = Wish(credit=euros(300))
    place = PlaceOrder(filled.id, Delivery(DeliveryMethod.STANDARD, HOME), wish)
    await consigned.run(order.place, viewer_of(seller), place, 22)

    since, until = consigned.at(10).date(), consigned.at(30).date()
    [euro] = await read(api, people, since, until)

    # 760 as credit with a bonus of 76; 380 in cash to the other; 300 of the 836 spent again.
    assert euro["issued"] == {"amount": "836.00", "currencyCode": "EUR"}
    assert euro["byOrigin"] == [
        {"origin": "SETTLEMENT", "amount": {"amount": "760.00"}},
        {"origin": "BONUS", "amount": {"amount": "76.00"}},
    ]
    assert (euro["spent"], euro["outstanding"]) == ({"amount": "300.00"}, {"amount": "536.00"})
    assert (euro["settledCash"], euro["settledCredit"]) == ({"amount": "380.00"}, {"amount": "760.00"})
    assert (euro["settledAsCreditBps"], euro["spentAgainBps"]) == (6_666, 3_588)
    assert euro["velocity"] == "1.1194"

    worker = await asyncpg.connect(house.settings.database_url)
    await fold(worker)
    await fold(worker)
    await worker.close()
    assert await read(api, people, since, until) == [euro]
    [later] = await read(api, people, until, until + timedelta(days=5))
    assert (later["issued"], later["outstandingBefore"]) == (
        {"amount": "0.00", "currencyCode": "EUR"},
        {"amount": "536.00"},
    )
    pockets = await house.readers.pool.fetchval("SELECT sum(credit_minor)::bigint FROM wallet_pocket")
    assert Money(pockets, EUR) == euros(536)

    mine = (await api(seller, OWN))["viewer"]
    assert mine["circulation"] == [
        {
            "issued": {"amount": "836.00", "currencyCode": "EUR"},
            "byOrigin": euro["byOrigin"],
            "spent": {"amount": "300.00"},
            "lapsed": {"amount": "0.00"},
            "other": {"amount": "0.00"},
            "outstanding": {"amount": "536.00"},
            "settledCash": {"amount": "0.00"},
            "settledCredit": {"amount": "760.00"},
            "settledAsCreditBps": 10_000,
            "spentAgainBps": 3_588,
        }
    ]
    [bought] = mine["creditPurchases"]["nodes"]
    assert bought["credit"] == {"amount": "300.00"}
    assert bought["order"]["lines"] == [{"price": {"amount": "300.00"}}]
    theirs = (await api(other, OWN))["viewer"]
    assert [one["settledCash"] for one in theirs["circulation"]] == [{"amount": "380.00"}]
    assert [one["issued"]["amount"] for one in theirs["circulation"]] == ["0.00"]
    assert theirs["creditPurchases"]["nodes"] == []


async def test_circulation_is_for_finance_and_for_a_year_at_most(api: Api, people: People) -> None:
    for role in (None, Role.CUSTOMER, Role.MERCHANDISER, Role.SUPPORT):
        caller = None if role is None else await people.person(role)
        assert (await api(caller, CIRCULATION, since="2026-01-01", until="2026-02-01")).codes == ["NOT_ALLOWED"], role
    finance = await people.staff(Role.FINANCE)
    for since, until in (("2026-01-01", "2026-01-01"), ("2025-01-01", "2026-02-01")):
        assert (await api(finance, CIRCULATION, since=since, until=until)).codes == ["INVALID_INPUT"]


async def test_what_became_of_somebodys_credit_is_theirs_to_read_and_undone_by_a_refund(
    api: Api, people: People, market: Market
) -> None:
    buyer = await people.customer(cash=euros(500))
    await market.credit(buyer, 200)
    bag = await market.piece(300)
    sale = await market.buy(buyer, bag, credit=200, cash=100)

    [spent] = (await api(buyer, OWN))["viewer"]["circulation"]
    await market.cancel(buyer, sale["id"])
    mine = (await api(buyer, OWN))["viewer"]
    [back] = mine["circulation"]

    assert (spent["spent"], spent["outstanding"]) == ({"amount": "200.00"}, {"amount": "0.00"})
    assert (back["spent"], back["outstanding"]) == ({"amount": "0.00"}, {"amount": "200.00"})
    assert [one["credit"] for one in mine["creditPurchases"]["nodes"]] == [{"amount": "0.00"}]
    account_id = encode_id("Account", buyer.id)
    for role in (Role.FINANCE, Role.SUPPORT):
        seen = (await api(await people.staff(role), OTHERS, id=account_id))["account"]
        assert seen["circulation"] == [back]
    counter = await Counter(api, people).open()
    through = "query ($id: ID!) { consignment(id: $id) { seller { ...Own } } }" + FIGURES
    hidden = await api(counter.merchandiser, through, id=await counter.submitted())
    assert hidden["consignment"]["seller"] == {"circulation": None, "creditPurchases": None}


@pytest.mark.own_house
async def test_own_figures_sum_to_those_of_the_house(api: Api, people: People, market: Market) -> None:
    for amount in (100, 250):
        somebody = await people.customer(cash=euros(500))
        await market.credit(somebody, amount)
        await market.buy(somebody, await market.piece(80), credit=60, cash=20)

    today = date.today()  # noqa: DTZ011 (days of the ledger, a day on either side)
    [whole] = await read(api, people, today - timedelta(days=1), today + timedelta(days=2))
    support = await people.staff(Role.SUPPORT)
    page_of = "query ($after: String) { accounts(first: 5, after: $after) { nodes { ...Own } pageInfo { endCursor } } }"
    found: list[Any] = []
    after = None
    while True:
        with counted() as statements:
            page = (await api(support, page_of + FIGURES, after=after))["accounts"]
        assert len(statements) <= 8, "as many for all of a page as for one"
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if after is None:
            break

    for figure in ("issued", "spent", "outstanding"):
        amounts = [Decimal(one[figure]["amount"]) for person in found for one in person["circulation"]]
        assert sum(amounts) == Decimal(whole[figure]["amount"])
