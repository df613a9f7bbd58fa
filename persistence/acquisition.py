"""Plans of acquisitions in PostgreSQL, and the sales that they follow."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, update
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.acquisition import TARGET_MAX, AcquisitionPlan, SalesHistory
from domain.catalogue import BrandId, CategoryId
from domain.page import Page, PageRequest
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, moment
from persistence.valuation import first_id

HISTORY_MAX = 100_000
"""A history is counted no further, so that it costs the same however much was sold."""


SAID = ("target", "starts_at", "ends_at", "set_by", "set_at", "history", "version")
"""What somebody says of a plan that is there; what it is about stays."""


class AcquisitionPlanRow(SQLModel, table=True):
    """The app says how many are wanted; how many were taken a trigger keeps, by the trade-ins that name the plan."""

    __tablename__ = "acquisition_plan"
    __table_args__ = (
        CheckConstraint("category_id IS NOT NULL OR brand_id IS NOT NULL", name="scope"),
        CheckConstraint(f"target BETWEEN 1 AND {TARGET_MAX}", name="target"),
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint("taken >= 0", name="taken"),
        Index("ix_acquisition_plan_period", "ends_at", "starts_at"),
        Index("ix_acquisition_plan_category", "category_id"),
        Index("ix_acquisition_plan_brand", "brand_id"),
        {"info": {"app": f"SELECT, INSERT, UPDATE ({', '.join(SAID)})"}},
    )
    id: UUID = key(primary=True)
    category_id: UUID | None = key("category.id", nullable=True)
    brand_id: UUID | None = key("brand.id", nullable=True)
    target: int
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    set_by: UUID = key("account.id")
    set_at: datetime = moment()
    history: Any = document(nullable=True)
    taken: int
    version: int


HISTORY = f"""
WITH goods AS (
    SELECT p.id FROM product p JOIN category c ON c.id = p.category_id
    WHERE ({{0}} IS NULL OR c.path ? CAST({{0}} AS text)) AND ({{1}} IS NULL OR p.brand_id = {{1}})
)
SELECT
    (SELECT coalesce(sum(quantity), 0) FROM (
        SELECT l.quantity FROM goods g JOIN order_line l ON l.product_id = g.id
        WHERE l.id >= {{2}} AND l.state NOT IN ('CANCELLED', 'RETURNED') LIMIT {HISTORY_MAX}) s) AS sold,
    (SELECT count(*) FROM (
        SELECT 1 FROM goods g JOIN listing l ON l.product_id = g.id
        WHERE l.piece_id IS NOT NULL AND l.state IN ('LISTED', 'RESERVED') LIMIT {HISTORY_MAX}) o) AS on_sale
"""


class SqlAcquisitionPlans(SqlCollection[AcquisitionPlan]):
    noun = AcquisitionPlan
    row = AcquisitionPlanRow
    kind = "AcquisitionPlan"
    shares_key = True

    _HISTORY = sql(HISTORY.format("CAST(:category AS uuid)", "CAST(:brand AS uuid)", "CAST(:since AS uuid)"))
    _QUEUE = sql("SELECT pg_advisory_xact_lock(hashtextextended('acquisition_plan/' || :scope, 7))")

    async def lock_scope(self, category_id: CategoryId | None, brand_id: BrandId | None) -> Sequence[AcquisitionPlan]:
        # A plan that is not there yet has no row to lock, so those who set one queue on its scope.
        await self.connection.execute(self._QUEUE, {"scope": f"{category_id}/{brand_id}"})
        columns = self.table.c
        return await self.find_where(
            columns.category_id.is_not_distinct_from(category_id), columns.brand_id.is_not_distinct_from(brand_id)
        )

    async def history(
        self, category_id: CategoryId | None, brand_id: BrandId | None, days: int, now: datetime
    ) -> SalesHistory:
        asked = {"category": category_id, "brand": brand_id, "since": first_id(now - timedelta(days=days))}
        rows = await self.connection.execute(self._HISTORY, asked)
        row = rows.one()
        return SalesHistory(days, int(row["sold"]), int(row["on_sale"]))

    async def save(self, entity: AcquisitionPlan) -> None:
        table = self.table
        query = update(table).where(table.c.id == entity.id, table.c.version == entity.version)
        entity.version += 1
        values = self.mapping.to_row(entity)
        said = query.values({name: values[name] for name in SAID})
        changed = await self.connection.execute(said, rows={table.name: [entity.id]})
        assert changed.count == 1, "a plan was saved without its lock"


class SqlAcquisitionReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[AcquisitionPlan | None]:
        return await SqlAcquisitionPlans.read(self.pool, ids)

    async def page(self, page: PageRequest) -> Page[AcquisitionPlan]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM acquisition_plan",
            where=[],
            values=[],
            sort=Sort(columns=(("id", "uuid"),), descending=True),
            page=page,
            item=SqlAcquisitionPlans.mapping.to_noun,
            key=lambda plan: (plan.id,),
        )

    async def history(
        self, category_id: CategoryId | None, brand_id: BrandId | None, days: int, now: datetime
    ) -> SalesHistory:
        since = first_id(now - timedelta(days=days))
        query = HISTORY.format("$1::uuid", "$2::uuid", "$3")
        row = await self.pool.fetchrow(query, category_id, brand_id, since)
        return SalesHistory(days, int(row["sold"]), int(row["on_sale"]))
