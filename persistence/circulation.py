"""How credit flows, by day: folded from the ledger now and then, and completed from its newest postings on reading.

A reading costs the number of days, whatever the number of postings.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from domain.circulation import ISSUED, Circulation, CreditFlow, CreditIssued, CreditPurchase, OwnCirculation
from domain.money import Currency, Money, total
from domain.page import Page, PageRequest
from persistence.mapping import money
from persistence.paging import Sort, fetch_pages
from persistence.table import APP_ROLE, attach, minor, one_of, text

READ_ONLY = {"app": "SELECT"}


class CreditFlowDayRow(SQLModel, table=True):
    """The sum of the movements of one day that are before the mark; only the fold writes it."""

    __tablename__ = "credit_flow_day"
    __table_args__ = (
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(one_of("flow", CreditFlow), name="flow"),
        {"info": READ_ONLY},
    )
    day: date = Field(primary_key=True)
    currency: str = text(primary=True)
    flow: str = text(primary=True)
    amount_minor: int = minor()


class CreditFlowMarkRow(SQLModel, table=True):
    """Movements of transactions before this one are folded; the table has one row."""

    __tablename__ = "credit_flow_mark"
    __table_args__ = (CheckConstraint("one", name="one"), {"info": READ_ONLY})
    one: bool = Field(primary_key=True)
    before_xid: int = minor()


FIRST_MARK = "INSERT INTO credit_flow_mark (one, before_xid) VALUES (true, 0)"

# A lot is filled by what caused it; what comes back into it later is a purchase undone, or a part of it that an old
# piece pays for after all.
MOVEMENT = r"""
CREATE VIEW credit_movement AS
SELECT p.xid, (j.occurred_at AT TIME ZONE 'UTC')::date AS day, p.currency, p.amount_minor, p.owner,
    CASE WHEN p.amount_minor > 0 AND j.cause_id = l.cause_id AND j.cause_kind = l.cause_kind THEN l.origin
        WHEN j.cause_kind IN ('order', 'hold', 'tradeIn') THEN 'SPENT'
        WHEN j.cause_kind = 'lot' THEN 'LAPSED'
        ELSE 'OTHER' END AS flow
FROM ledger_posting p JOIN ledger_journal j ON j.id = p.journal_id JOIN credit_lot l ON l.id = p.lot_id
WHERE p.kind = 'CREDIT'
"""

FOLD = r"""
CREATE FUNCTION circulation_fold() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('circulation_fold', 7));
    WITH horizon AS (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid),
    folded AS (
        INSERT INTO credit_flow_day AS d (day, currency, flow, amount_minor)
        SELECT m.day, m.currency, m.flow, sum(m.amount_minor)
        FROM credit_movement m
        WHERE m.xid >= (SELECT before_xid FROM credit_flow_mark) AND m.xid < (SELECT xid FROM horizon)
        GROUP BY m.day, m.currency, m.flow
        ON CONFLICT (day, currency, flow) DO UPDATE SET amount_minor = d.amount_minor + excluded.amount_minor
    )
    UPDATE credit_flow_mark SET before_xid = greatest(before_xid, horizon.xid) FROM horizon;
$$
"""

attach(FIRST_MARK, MOVEMENT, f"GRANT SELECT ON credit_movement TO {APP_ROLE}", FOLD)

FLOWS = """
WITH flows AS (
    SELECT day, currency, flow, amount_minor FROM credit_flow_day
    UNION ALL
    SELECT day, currency, flow, amount_minor FROM credit_movement
    WHERE xid >= (SELECT before_xid FROM credit_flow_mark)
)
SELECT currency, flow,
    coalesce(sum(amount_minor) FILTER (WHERE day < $1), 0)::bigint AS before,
    coalesce(sum(amount_minor) FILTER (WHERE day >= $1), 0)::bigint AS within
FROM flows WHERE day < $2 GROUP BY currency, flow
"""
SETTLED = """
SELECT currency, sum(cash_minor)::bigint AS cash, sum(credit_minor)::bigint AS credit FROM settlement
WHERE state = 'SETTLED' AND settled_at >= $1 AND settled_at < $2 GROUP BY currency
"""

OWN_FLOWS = """
SELECT owner, currency, flow, sum(amount_minor)::bigint AS amount FROM credit_movement
WHERE owner = ANY($1::uuid[]) GROUP BY owner, currency, flow
"""
OWN_SETTLED = """
SELECT seller AS owner, currency, sum(cash_minor)::bigint AS cash, sum(credit_minor)::bigint AS credit FROM settlement
WHERE seller = ANY($1::uuid[]) AND state = 'SETTLED' GROUP BY seller, currency
"""
PURCHASES = """
SELECT o.id, t.amount_minor - t.refunded_minor AS credit_minor, t.currency
FROM sales_order o JOIN order_tender t ON t.order_id = o.id AND t.kind = 'CREDIT'
"""


class SqlCirculationReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def circulation(self, since: date, until: date) -> Sequence[Circulation]:
        flows = await self.pool.fetch(FLOWS, since, until)
        settled = await self.pool.fetch(SETTLED, midnight(since), midnight(until))
        paid = {row["currency"]: row for row in settled}
        moved: dict[str, dict[str, Any]] = {currency: {} for currency in paid}
        for row in flows:
            moved.setdefault(row["currency"], {})[row["flow"]] = row
        return [
            reckoned(Currency(currency), since, until, moved[currency], paid.get(currency))
            for currency in sorted(moved)
        ]

    async def of_accounts(self, accounts: Sequence[UUID]) -> Sequence[Sequence[OwnCirculation]]:
        """Of each account, by currency; costs what these accounts ever did with credit."""
        flows: dict[tuple[UUID, str], dict[str, int]] = {}
        for row in await self.pool.fetch(OWN_FLOWS, list(accounts)):
            flows.setdefault((UUID(int=row["owner"].int), row["currency"]), {})[row["flow"]] = row["amount"]
        settled = await self.pool.fetch(OWN_SETTLED, list(accounts))
        paid = {(UUID(int=row["owner"].int), row["currency"]): row for row in settled}
        return [
            [
                own(Currency(currency), flows.get((owner, currency), {}), paid.get((owner, currency)))
                for whose, currency in sorted({*flows, *paid})
                if whose == owner
            ]
            for owner in accounts
        ]

    async def purchases(self, accounts: Sequence[UUID], page: PageRequest) -> Sequence[Page[CreditPurchase]]:
        """What the credit of each account has paid for, newest first."""
        return await fetch_pages(
            self.pool,
            PURCHASES,
            parent="o.buyer",
            parents=accounts,
            where=["o.paid_at IS NOT NULL"],
            values=[],
            sort=Sort(columns=(("o.id", "uuid"),), descending=True),
            page=page,
            item=lambda row: CreditPurchase(UUID(int=row["id"].int), money(row, "credit")),
            key=lambda bought: (bought.order_id,),
        )


def own(currency: Currency, flows: Mapping[str, int], paid: Any) -> OwnCirculation:
    def of(flow: CreditFlow) -> Money:
        return Money(flows.get(flow, 0), currency)

    by_origin = tuple(CreditIssued(flow, of(flow)) for flow in ISSUED if of(flow))
    return OwnCirculation(
        by_origin=by_origin,
        issued=total((one.amount for one in by_origin), currency),
        spent=-of(CreditFlow.SPENT),
        lapsed=-of(CreditFlow.LAPSED),
        other=-of(CreditFlow.OTHER),
        outstanding=total((of(flow) for flow in CreditFlow), currency),
        settled_cash=Money(paid["cash"] if paid else 0, currency),
        settled_credit=Money(paid["credit"] if paid else 0, currency),
    )


def reckoned(
    currency: Currency, since: date, until: date, flows: Mapping[str, Any], paid: Mapping[str, Any] | None
) -> Circulation:
    def within(flow: CreditFlow) -> Money:
        return Money(flows[flow]["within"] if flow in flows else 0, currency)

    before = Money(sum(row["before"] for row in flows.values()), currency)
    by_origin = tuple(CreditIssued(flow, within(flow)) for flow in ISSUED if within(flow))
    return Circulation(
        since=since,
        until=until,
        by_origin=by_origin,
        issued=total((one.amount for one in by_origin), currency),
        spent=-within(CreditFlow.SPENT),
        lapsed=-within(CreditFlow.LAPSED),
        other=-within(CreditFlow.OTHER),
        outstanding_before=before,
        outstanding=before + total((within(flow) for flow in CreditFlow), currency),
        settled_cash=Money(paid["cash"] if paid else 0, currency),
        settled_credit=Money(paid["credit"] if paid else 0, currency),
    )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


async def fold(pool: Any) -> None:
    """Fold what was posted since the last time; the worker does this every few minutes."""
    await pool.execute("SELECT circulation_fold()")
