"""The money goes round: a piece is sold, its seller takes credit, and the credit buys the next piece."""

from datetime import date, timedelta
from typing import Any

import asyncpg

from app.house import House
from domain import cart, order
from domain.cart import AddToCart
from domain.listing import ListingId
from domain.money import Money
from domain.order.noun import Delivery, DeliveryMethod
from domain.order.place import PlaceOrder
from domain.order.quote import Wish
from domain.viewer import Role
from persistence.circulation import fold
from tests.support.api import Api
from tests.support.consigned import HOME, Consigned, viewer_of
from tests.support.people import EUR, People, euros

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


async def test_circulation_is_for_finance_and_for_a_year_at_most(api: Api, people: People) -> None:
    for role in (None, Role.CUSTOMER, Role.MERCHANDISER, Role.SUPPORT):
        caller = None if role is None else await people.person(role)
        assert (await api(caller, CIRCULATION, since="2026-01-01", until="2026-02-01")).codes == ["NOT_ALLOWED"], role
    finance = await people.staff(Role.FINANCE)
    for since, until in (("2026-01-01", "2026-01-01"), ("2025-01-01", "2026-02-01")):
        assert (await api(finance, CIRCULATION, since=since, until=until)).codes == ["INVALID_INPUT"]
