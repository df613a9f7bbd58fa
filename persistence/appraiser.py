"""Appraisers in PostgreSQL; their record is counted from their opinions, never kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from domain.appraiser import DAILY_CAPACITY_MAX, QUALIFICATIONS_MAX, Appraiser, AppraiserRecord
from domain.catalogue import CategoryId
from domain.page import Page, PageRequest
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, moment


class AppraiserRow(SQLModel, table=True):
    __tablename__ = "appraiser"
    __table_args__ = (
        CheckConstraint(f"daily_capacity BETWEEN 0 AND {DAILY_CAPACITY_MAX}", name="daily_capacity"),
        CheckConstraint(f"jsonb_array_length(qualifications) <= {QUALIFICATIONS_MAX}", name="qualifications"),
        Index("uq_appraiser_account", "account_id", unique=True),
    )
    id: UUID = key(primary=True)
    account_id: UUID = key("account.id")
    daily_capacity: int
    active: bool
    qualifications: list[Any] = document()
    appointed_at: datetime = moment()
    version: int


class SqlAppraisers(SqlCollection[Appraiser]):
    noun = Appraiser
    row = AppraiserRow
    kind = "Appraiser"

    async def lock_of(self, account_id: AccountId) -> Appraiser | None:
        found = await self.lock_where(self.table.c.account_id == account_id)
        return found[0] if found else None

    async def of_account(self, account_id: AccountId) -> Appraiser | None:
        found = await self.find_where(self.table.c.account_id == account_id)
        return found[0] if found else None


RECORDS = """
SELECT wanted.id,
    (SELECT count(*) FROM appraisal a WHERE a.assigned_to = wanted.id) AS in_hand,
    given.*
FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE o.given_at >= date_trunc('day', now(), 'UTC')) AS given_today, count(*) AS opinions,
        count(o.upheld) AS judged, count(*) FILTER (WHERE o.upheld) AS upheld
    FROM appraisal_opinion o WHERE o.appraiser = wanted.id) AS given
"""


class SqlAppraiserReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Appraiser | None]:
        return await SqlAppraisers.read(self.pool, ids)

    async def by_accounts(self, account_ids: Sequence[UUID]) -> Sequence[Appraiser | None]:
        rows = await self.pool.fetch("SELECT * FROM appraiser WHERE account_id = ANY($1::uuid[])", account_ids)
        found = {appraiser.account_id: appraiser for appraiser in map(SqlAppraisers.mapping.to_noun, rows)}
        return [found.get(AccountId(account_id)) for account_id in account_ids]

    async def records(self, account_ids: Sequence[UUID]) -> Sequence[AppraiserRecord]:
        rows = await self.pool.fetch(RECORDS, account_ids)
        found = {row["id"]: AppraiserRecord(**{name: row[name] for name in COUNTS}) for row in rows}
        return [found[account_id] for account_id in account_ids]

    async def page(self, category_path: Sequence[CategoryId], page: PageRequest) -> Page[Appraiser]:
        """In the order of their appointment; only those ever qualified for the category or one that it lies in."""
        qualified = "jsonb_path_query_array(a.qualifications, '$[*].category_id') ?| {}::text[]"
        return await fetch_page(
            self.pool,
            "SELECT a.* FROM appraiser a",
            where=[qualified] if category_path else [],
            values=[[str(category_id) for category_id in category_path]] if category_path else [],
            sort=Sort(columns=(("a.id", "uuid"),)),
            page=page,
            item=SqlAppraisers.mapping.to_noun,
            key=lambda appraiser: (appraiser.id,),
        )


COUNTS = ("in_hand", "given_today", "opinions", "judged", "upheld")
