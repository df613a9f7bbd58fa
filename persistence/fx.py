"""Rates and quotes in PostgreSQL: nobody may change one, and a quote is what its rate comes to, to the last unit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, tuple_
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.fx import BILLION, FxQuote, FxRate, FxRateFilter
from domain.money import BASIS_POINTS, Currency
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


def units(column: str) -> str:
    """The minor units of a major one, for the currency in a column."""
    each = " ".join(f"WHEN '{currency}' THEN {10**currency.exponent}" for currency in Currency)
    return f"(CASE {column} {each} END)::numeric"


BASE_IS_SOLD = "CASE sold_currency WHEN rate_base THEN {} ELSE {} END"
EXACT = f"(sold_minor * {units('currency')} * {BASE_IS_SOLD.format('rate_billionths', BILLION)})"
WHOLE = f"({units('sold_currency')} * {BASE_IS_SOLD.format(BILLION, 'rate_billionths')})"
"""What is sold is worth so many minor units of the other currency: the one divided by the other."""

LEFT_BPS = f"({BASIS_POINTS} - rate_spread_bps)"


class FxQuoteRow(SQLModel, table=True):
    """`currency` is that of what is bought. What rounding leaves is the house's, and less than a minor unit."""

    __tablename__ = "fx_quote"
    __table_args__ = (
        ForeignKeyConstraint(
            ["rate_id", "rate_base", "rate_counter", "rate_billionths", "rate_spread_bps"],
            [
                "fx_rate.id",
                "fx_rate.rate_base",
                "fx_rate.rate_counter",
                "fx_rate.rate_billionths",
                "fx_rate.rate_spread_bps",
            ],
            name="fk_fx_quote_rate",
        ),
        CheckConstraint(
            "(sold_currency = rate_base AND currency = rate_counter)"
            " OR (sold_currency = rate_counter AND currency = rate_base)",
            name="pair",
        ),
        CheckConstraint("sold_minor > 0 AND spread_minor >= 0 AND bought_minor > 0", name="amounts"),
        CheckConstraint("mid_minor = spread_minor + bought_minor", name="sum"),
        CheckConstraint(f"mid_minor * {WHOLE} <= {EXACT} AND (mid_minor + 1) * {WHOLE} > {EXACT}", name="mid"),
        CheckConstraint(
            f"bought_minor * {WHOLE} * {BASIS_POINTS} <= {EXACT} * {LEFT_BPS}"
            f" AND (bought_minor + 1) * {WHOLE} * {BASIS_POINTS} > {EXACT} * {LEFT_BPS}",
            name="bought",
        ),
        CheckConstraint("policy_version > 0", name="policy_version"),
        CheckConstraint("quoted_at < expires_at", name="expires"),
        CheckConstraint("used_at >= quoted_at AND used_at < expires_at", name="used"),
        Index("ix_fx_quote_owner", "owner", "id"),
        {"info": {"app": "SELECT, INSERT, UPDATE (used_at)"}},
    )
    id: UUID = key(primary=True)
    owner: UUID = key("account.id")
    rate_id: UUID = key()
    rate_base: str = text()
    rate_counter: str = text()
    rate_billionths: int = minor()
    rate_spread_bps: int
    sold_minor: int = minor()
    sold_currency: str = text()
    mid_minor: int = minor()
    spread_minor: int = minor()
    bought_minor: int = minor()
    currency: str = text()
    policy_version: int
    quoted_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)


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


class SqlFxQuotes(SqlCollection[FxQuote]):
    noun = FxQuote
    row = FxQuoteRow
    kind = "FxQuote"


class SqlFxReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def rates_by_ids(self, ids: Sequence[UUID]) -> Sequence[FxRate | None]:
        return await SqlFxRates.read(self.pool, ids)

    async def quotes_by_ids(self, ids: Sequence[UUID]) -> Sequence[FxQuote | None]:
        return await SqlFxQuotes.read(self.pool, ids)

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
