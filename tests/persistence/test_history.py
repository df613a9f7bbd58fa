"""Lists of money and orders, and circulation, cost the same after years of those that are over."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.account import Account
from domain.goods_return import GoodsReturnFilter, GoodsReturnState
from domain.money import Currency
from domain.order import OrderFilter, OrderState
from domain.page import PageRequest
from domain.payout import PayoutFilter, PayoutState
from domain.receivable import ReceivableFilter, ReceivableState
from domain.settlement import SettlementFilter, SettlementState
from persistence.circulation import SqlCirculationReader, fold
from persistence.goods_return import SqlGoodsReturnReader
from persistence.order import SqlOrderReader
from persistence.payout import SqlPayoutReader
from persistence.receivable import SqlReceivableReader
from persistence.settlement import SqlSettlementReader
from persistence.wallet import SqlWalletReader
from tests.conftest import Place
from tests.support.explained import Explained
from tests.support.market import Market
from tests.support.payout import requested
from tests.support.people import euros
from tests.support.returns import Returns

PAST = 6_000
MIDDLE = (UUID(int=2**122),)
PAGES = (PageRequest(size=5), PageRequest(size=5, from_key=MIDDLE), PageRequest(5, MIDDLE, True))
DAYS_AGO = 400


async def multiply(owner: Any, table: str, **changed: str) -> None:
    """Thousands of rows like the last one of a table, but for what SQL says of `n`; no trigger watches over them."""
    others = ", ".join(f"'{column}', {value}" for column, value in changed.items())
    await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await owner.execute(
        f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(m, jsonb_build_object({others}))).*"
        f" FROM generate_series(1, {PAST}) n, (SELECT m FROM {table} m ORDER BY 1 DESC LIMIT 1) model"
    )


def old(kind: int) -> str:
    """Ids from before those of today, as each kind of thing has its own."""
    return f"('00000000-0000-7000-8000-' || lpad(to_hex({kind} * 1000000 + n), 12, '0'))"


@pytest.fixture(scope="module")
def market(place: Place) -> Market:
    return Market(place.house, place.api)


@pytest.fixture(scope="module")
async def person(place: Place) -> Account:
    """Who bought, sold, returned, owed and was paid all of it."""
    return await place.people.customer(cash=euros(9_000))


@pytest.fixture(scope="module")
async def explained(market: Market, person: Account, place: Place) -> AsyncIterator[Explained]:
    """A house with one of each under way, and thousands of each that are over; all of them one customer's."""
    api, people = place.api, place.people
    returns = await Returns(market, people).open()
    await market.credit(person, 500)
    buyer = await people.customer(cash=euros(2_000))
    sold = await returns.bought(buyer, await market.consigned(person, 900), cash=900)
    await returns.all_is_due(sold)
    done = await returns.bought(person, await market.piece(100), credit=60, cash=40)
    asked = await returns.asked(person, done)
    await returns.done(person, "goodsReturnCancel", asked["id"])
    await returns.all_is_due(done)
    paid_out = await requested(api, person)
    cancel = "mutation ($i: PayoutCancelInput!) { payoutCancel(input: $i) { ... on Payout { state } } }"
    assert (await api(person, cancel, i={"payoutId": paid_out["id"]}))["payoutCancel"] == {"state": "CANCELLED"}
    owner = await asyncpg.connect(
        place.database.owner_url, server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off"}
    )
    past = f"(now() - interval '{DAYS_AGO} days' + n * interval '1 minute')"
    await multiply(owner, "sales_order", id=old(1), code="'P' || n")
    await multiply(owner, "order_tender", order_id=old(1))
    await multiply(owner, "goods_return", id=old(2), code="'P' || n", closed_at=past)
    bought = {"cause": "'APPRAISAL'", "order_id": "NULL", "order_line_id": "NULL"}
    await multiply(owner, "settlement", id=old(3), code="'P' || n", state="'REVERSED'", **bought)
    await multiply(owner, "payout", id=old(4), code="'P' || n")
    await owner.execute(
        "INSERT INTO receivable (id, owner, currency, amount_minor, outstanding_minor, state, reason, cause_kind,"
        " cause_id, created_at, ended_at, version) SELECT gen_random_uuid(), $1, 'EUR', 100, 0, 'PAID', 'Owed', "
        " 'order', gen_random_uuid(), now(), now(), 1",
        person.id,
    )
    await multiply(owner, "receivable", id=old(5))
    await owner.execute(
        "ALTER TABLE ledger_posting DISABLE TRIGGER USER;"
        " INSERT INTO ledger_posting (journal_id, line, owner, kind, currency, amount_minor)"
        " SELECT journal_id, 1000 + n, owner, kind, currency, amount_minor"
        f" FROM generate_series(1, {PAST}) n, (SELECT * FROM ledger_posting WHERE kind = 'CASH' LIMIT 1) p"
    )
    await owner.execute("ANALYZE")
    # And one of each that is under way, after all of that.
    again = await returns.bought(person, await market.piece(100), credit=50, cash=50)
    await returns.asked(person, again)
    await market.buy(person, await market.piece(100), credit=50, cash=50)
    await returns.bought(buyer, await market.consigned(person, 900), cash=900)
    await requested(api, person)
    yield Explained(owner)
    await owner.close()


async def test_orders_are_read_a_page_at_a_time_by_buyers_and_by_staff(explained: Explained, person: Account) -> None:
    reader = SqlOrderReader(explained)
    for page in PAGES:
        await reader.page(OrderFilter(buyer=person.id), page)
    explained.check("own orders")
    for states in ((), (OrderState.PAID,), (OrderState.PAID, OrderState.PREPARING)):
        for page in PAGES:
            await reader.queue(OrderFilter(states=states), page)
        explained.check(f"queue of orders {states}")


async def test_a_statement_is_walked_from_its_newest_line(explained: Explained, person: Account) -> None:
    reader = SqlWalletReader(explained)
    for page in (PageRequest(size=5), PageRequest(size=5, from_key=(500,)), PageRequest(5, (500,), True)):
        await reader.statement(person.id, Currency.EUR, page)
    explained.check("statement")


async def test_returns_settlements_payouts_and_debts_are_read_a_page_at_a_time(
    explained: Explained, person: Account
) -> None:
    returns, settlements = SqlGoodsReturnReader(explained), SqlSettlementReader(explained)
    payouts, debts = SqlPayoutReader(explained), SqlReceivableReader(explained)
    for page in PAGES:
        await returns.page(GoodsReturnFilter(buyer=person.id), page)
        await returns.queue(GoodsReturnFilter(states=(GoodsReturnState.REQUESTED,)), page)
        explained.check("returns")
        await settlements.page(SettlementFilter(seller=person.id), page)
        await settlements.page(SettlementFilter(states=(SettlementState.PENDING,)), page)
        explained.check("settlements")
        await payouts.page(PayoutFilter(owner=person.id), page)
        await payouts.page(PayoutFilter(state=PayoutState.REQUESTED), page)
        explained.check("payouts")
        await debts.page(ReceivableFilter(owner=person.id), page)
        await debts.page(ReceivableFilter(state=ReceivableState.OPEN), page)
        explained.check("debts")


async def test_circulation_reads_days_not_postings(explained: Explained, person: Account) -> None:
    await fold(explained.connection)
    reader = SqlCirculationReader(explained)
    today = datetime.now(UTC).date()

    await reader.circulation(today - timedelta(days=30), today + timedelta(days=1))
    explained.check("circulation of the house")
    for page in PAGES:
        await reader.purchases([person.id], page)
    explained.check("what credit turned into")


async def test_ones_own_circulation_reads_ones_own_credit_alone(explained: Explained, place: Place) -> None:
    other = await place.people.customer(cash=euros(10))

    await SqlCirculationReader(explained).of_accounts([other.id])

    explained.check("own circulation of somebody with no past")
