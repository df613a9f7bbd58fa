"""Trade-ins, locked and saved, and as owners and staff read them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy import text as sql

from domain.catalogue import ProductId
from domain.money import Currency, Money
from domain.page import Page, PageRequest
from domain.piece import PieceId
from domain.trade_in import OPEN, PENDING, TAKEN, Eligible, TradeIn, TradeInFilter, TradeInState
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import one_of
from persistence.title import DEALS
from persistence.trade_in.row import TradeInRow
from persistence.valuation import COLUMNS, first_id, market, to_market


class SqlTradeIns(SqlCollection[TradeIn]):
    noun = TradeIn
    row = TradeInRow
    kind = "TradeIn"

    _QUEUE = sql("SELECT pg_advisory_xact_lock(hashtextextended('trade_in/' || CAST(:owner AS text), 7))")

    async def standing(self, owner: AccountId) -> int:
        await self.connection.execute(self._QUEUE, {"owner": str(owner)})
        columns = self.table.c
        query = select(func.count()).select_from(self.table)
        mine = query.where(columns.owner == owner, columns.state == str(TradeInState.OFFERED))
        return int((await self.connection.execute(mine)).values()[0])


GONE_FROM_THEM = (*PENDING, *TAKEN)
"""Of goods by quantity, what was traded in is of those that were bought first."""

ELIGIBLE = f"""
SELECT l.id AS line_id, l.piece_id, piece.grade, l.delivered_at, {COLUMNS}
FROM sales_order o JOIN order_line l ON l.order_id = o.id
JOIN product p ON p.id = l.product_id JOIN category c ON c.id = p.category_id
LEFT JOIN piece ON piece.id = l.piece_id
{{market}}
"""
GIVEN = f"""
SELECT count(*) FROM trade_in t WHERE t.owner = o.buyer AND t.product_id = l.product_id
AND {one_of("t.state", GONE_FROM_THEM)}
AND NOT EXISTS (SELECT FROM order_line known WHERE known.piece_id = t.piece_id AND known.state = 'DELIVERED')
"""
HAD = """
SELECT sum(e.quantity - coalesce((
    SELECT sum(r.quantity) FROM goods_return r WHERE r.order_line_id = e.id AND r.state = 'REFUNDED'), 0))
FROM sales_order own JOIN order_line e ON e.order_id = own.id
WHERE own.buyer = o.buyer AND e.product_id = l.product_id AND e.piece_id IS NULL AND e.state = 'DELIVERED'
AND e.id <= l.id
"""
STILL_THEIRS = f"""
((l.piece_id IS NULL AND ({GIVEN}) < ({HAD})) OR (
    piece.owner_id = o.buyer AND piece.custodian_kind = 'ACCOUNT' AND piece.custodian_id = o.buyer
    AND NOT EXISTS (SELECT FROM trade_in t WHERE t.piece_id = l.piece_id AND {one_of("t.state", OPEN)})))
"""


STILL_HERE = f"""
SELECT t.id, t.value_minor, t.currency FROM trade_in t JOIN piece p ON p.id = t.piece_id
WHERE t.id = ANY($1::uuid[]) AND t.state = 'SETTLED' AND p.owner_kind = 'HOUSE' AND p.custodian_kind <> 'ACCOUNT'
AND $2::timestamptz IS NOT NULL
AND NOT EXISTS ({" UNION ALL ".join(DEALS.values()).replace(":piece", "p.id").replace(":now", "$2")})
"""


def to_eligible(row: Any) -> Eligible:
    return Eligible(
        line_id=UUID(int=row["line_id"].int),
        product_id=ProductId(UUID(int=row["product_id"].int)),
        piece_id=None if row["piece_id"] is None else PieceId(UUID(int=row["piece_id"].int)),
        grade=row["grade"],
        bought_at=row["delivered_at"],
        market=to_market(row),
    )


class SqlTradeInReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[TradeIn | None]:
        return await SqlTradeIns.read(self.pool, ids)

    async def page(self, wanted: TradeInFilter, page: PageRequest) -> Page[TradeIn]:
        return await self._page(wanted, page, descending=True)

    async def queue(self, wanted: TradeInFilter, page: PageRequest) -> Page[TradeIn]:
        return await self._page(wanted, page, descending=False)

    async def still_here(self, trade_in_ids: Sequence[UUID], now: datetime) -> Sequence[Money | None]:
        rows = await self.pool.fetch(STILL_HERE, list(trade_in_ids), now)
        found = {row["id"]: Money(row["value_minor"], Currency(row["currency"])) for row in rows}
        return [found.get(trade_in_id) for trade_in_id in trade_in_ids]

    async def eligible(self, owner: AccountId, page: PageRequest, demand_days: int, now: datetime) -> Page[Eligible]:
        """One statement, with what is known of each market."""
        return await fetch_page(
            self.pool,
            ELIGIBLE.replace("{market}", market("$2::uuid", "$3::timestamptz")),
            where=[
                "o.buyer = {}",
                # The second and third value are the market's.
                "{}::uuid IS NOT NULL",
                "{}::timestamptz IS NOT NULL",
                "l.state = 'DELIVERED'",
                "p.kind = 'GOODS'",
                "p.reference_price_new_minor IS NOT NULL",
                STILL_THEIRS.replace("\n", " "),
            ],
            values=[owner, first_id(now - timedelta(days=demand_days)), now],
            sort=Sort(columns=(("l.id", "uuid"),), descending=True),
            page=page,
            item=to_eligible,
            key=lambda one: (one.line_id,),
        )

    async def _page(self, wanted: TradeInFilter, page: PageRequest, *, descending: bool) -> Page[TradeIn]:
        where: list[str] = []
        values: list[object] = []
        for column, value in (("owner", wanted.owner), ("code", wanted.code)):
            if value is not None:
                where.append(f"{column} = {{}}")
                values.append(value)
        if wanted.states:
            where.append("state = ANY({}::text[])")
            values.append([str(state) for state in wanted.states])
        return await fetch_page(
            self.pool,
            "SELECT * FROM trade_in",
            where=where,
            values=values,
            sort=Sort(columns=(("id", "uuid"),), descending=descending),
            page=page,
            item=SqlTradeIns.mapping.to_noun,
            key=lambda trade_in: (trade_in.id,),
        )
