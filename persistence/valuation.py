"""What is known of products' markets: the price of new, how they sell, and how full the plan of acquisitions is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text as sql

from domain.acquisition import fill_bps
from domain.catalogue import CategoryId, ProductId
from domain.money import Currency, Money
from domain.valuation import Market
from persistence.connection import Connection

COUNTED_MAX = 100
"""Sales and offers of one product are counted no further: beyond that they say nothing more."""


def first_id(moment: datetime) -> UUID:
    """The lowest id that can have been drawn at this moment: ids begin with the time."""
    return UUID(int=int(moment.timestamp() * 1_000) << 80)


def market(since: str, now: str) -> str:
    """Columns and joins that add what is known of its market to a product `p` of category `c`.

    The plan is the nearest: that of the brand before the category's alone, of an inner category before an outer one.
    """
    return f"""
    CROSS JOIN LATERAL (
        SELECT count(*) AS sold FROM (
            SELECT 1 FROM order_line s WHERE s.product_id = p.id AND s.id >= {since}
            AND s.state NOT IN ('CANCELLED', 'RETURNED') LIMIT {COUNTED_MAX}) s) AS sales
    CROSS JOIN LATERAL (
        SELECT count(*) AS on_sale FROM (
            SELECT 1 FROM listing o WHERE o.product_id = p.id AND o.state = 'LISTED' LIMIT {COUNTED_MAX}) o) AS offers
    LEFT JOIN LATERAL (
        SELECT a.id AS plan_id, a.target, a.taken FROM acquisition_plan a
        WHERE a.starts_at <= {now} AND a.ends_at > {now}
        AND (a.brand_id IS NULL OR a.brand_id = p.brand_id)
        AND (a.category_id IS NULL OR c.path @> to_jsonb(a.category_id::text))
        ORDER BY a.brand_id IS NULL, (
            SELECT e.place FROM jsonb_array_elements_text(c.path) WITH ORDINALITY AS e (id, place)
            WHERE e.id = a.category_id::text) DESC NULLS LAST, a.id
        LIMIT 1) AS plan ON true
    """


COLUMNS = """
p.id AS product_id, p.brand_id, c.path AS category_path, p.reference_price_new_minor, p.reference_price_new_currency,
sales.sold, offers.on_sale, plan.plan_id, plan.target, plan.taken
"""


def markets(since: str, now: str, wanted: str) -> str:
    return f"""
    SELECT {COLUMNS} FROM product p JOIN category c ON c.id = p.category_id {market(since, now)}
    WHERE p.id = ANY({wanted}) AND p.kind = 'GOODS'
    """


def to_market(row: Any) -> Market:
    path = row["category_path"]
    minor = row["reference_price_new_minor"]
    return Market(
        product_id=ProductId(UUID(int=row["product_id"].int)),
        brand_id=UUID(int=row["brand_id"].int),
        category_path=tuple(CategoryId(UUID(one)) for one in (orjson.loads(path) if isinstance(path, str) else path)),
        new_price=None if minor is None else Money(minor, Currency(row["reference_price_new_currency"])),
        sold=row["sold"],
        on_sale=row["on_sale"],
        plan_id=None if row["plan_id"] is None else UUID(int=row["plan_id"].int),
        plan_fill_bps=None if row["plan_id"] is None else fill_bps(row["taken"], row["target"]),
    )


class SqlMarkets:
    _ONE = sql(markets("CAST(:since AS uuid)", "CAST(:now AS timestamptz)", "CAST(:wanted AS uuid[])"))

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def of_product(self, product_id: ProductId, demand_days: int, now: datetime) -> Market | None:
        given = {"since": first_id(now - timedelta(days=demand_days)), "now": now, "wanted": [product_id]}
        row = (await self.connection.execute(self._ONE, given)).first()
        return None if row is None else to_market(row)


class SqlValuationReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def markets(self, product_ids: Sequence[UUID], demand_days: int, now: datetime) -> Sequence[Market | None]:
        query = markets("$1::uuid", "$2::timestamptz", "$3::uuid[]")
        rows = await self.pool.fetch(query, first_id(now - timedelta(days=demand_days)), now, list(product_ids))
        found: dict[UUID, Market] = {one.product_id: one for one in map(to_market, rows)}
        return [found.get(product_id) for product_id in product_ids]
