"""Rates of exchange in PostgreSQL: the app may add them, and nobody may change one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, tuple_
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.fx import FxRate, FxRateFilter
from domain.money import Currency
from domain.page import Page, PageRequest
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import key, minor, moment, one_of, text


class FxRateRow(SQLModel, table=True):
    __tablename__ = "fx_rate"
    __table_args__ = (
        UniqueConstraint("id", "rate_base", "rate_counter", "rate_billionths", "rate_spread_bps"),
        CheckConstraint(one_of("rate_base", Currency), name="base"),
        CheckConstraint(one_of("rate_counter", Currency), name="counter"),
        CheckConstraint("rate_base <> rate_counter", name="pair"),
        CheckConstraint("rate_billionths BETWEEN 1 AND 1000000000000000", name="billionths"),
        CheckConstraint("rate_spread_bps BETWEEN 0 AND 1000", name="spread_bps"),
        CheckConstraint("char_length(source) BETWEEN 1 AND 200", name="source"),
        CheckConstraint("as_of <= stated_at AND (valid_until IS NULL OR valid_until > stated_at)", name="when"),
        Index("ix_fx_rate_newest", "rate_base", "rate_counter", sql("as_of DESC")),
        Index("ix_fx_rate_as_of", "as_of", "id"),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key(primary=True)
    rate_base: str = text()
    rate_counter: str = text()
    rate_billionths: int = minor()
    rate_spread_bps: int
    as_of: datetime = moment()
    valid_until: datetime | None = moment(nullable=True)
    source: str = text()
    stated_by: UUID | None = key("account.id", nullable=True)
    stated_at: datetime = moment()


class SqlFxRates(SqlCollection[FxRate]):
    noun = FxRate
    row = FxRateRow
    kind = "FxRate"

    async def newest(self, one: Currency, other: Currency, now: datetime) -> FxRate | None:
        table = self.table.c
        both = [(str(one), str(other)), (str(other), str(one))]
        latest = (table.as_of.desc(), table.stated_at.desc(), table.id.desc())
        query = self.table.select().where(tuple_(table.rate_base, table.rate_counter).in_(both), table.as_of <= now)
        row = (await self.connection.execute(query.order_by(*latest).limit(1))).first()
        return None if row is None else self.mapping.to_noun(row)


class SqlFxReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def rates_by_ids(self, ids: Sequence[UUID]) -> Sequence[FxRate | None]:
        return await SqlFxRates.read(self.pool, ids)

    async def rates(self, wanted: FxRateFilter, page: PageRequest) -> Page[FxRate]:
        named = [str(one) for one in (wanted.base, wanted.counter) if one is not None]
        return await fetch_page(
            self.pool,
            "SELECT * FROM fx_rate",
            where=["{} IN (rate_base, rate_counter)"] * len(named),
            values=named,
            sort=Sort(columns=(("as_of", "timestamptz"), ("id", "uuid")), descending=True),
            page=page,
            item=SqlFxRates.mapping.to_noun,
            key=lambda rate: (rate.as_of, rate.id),
        )
