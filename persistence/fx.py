"""Rates and quotes in PostgreSQL: nobody may change one, and a quote is what its rate comes to, to the last unit."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as PyMapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, tuple_, update
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.fx import (
    BILLION,
    FxExchange,
    FxExchangeState,
    FxLiquidity,
    FxPosition,
    FxQuote,
    FxRate,
    FxRateFilter,
)
from domain.ledger import AccountKind
from domain.money import BASIS_POINTS, Currency, Money
from domain.page import Page, PageRequest
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.connection import Connection
from persistence.ledger import HOUSE_BALANCES, FxLiquidityRow
from persistence.mapping import Mapping
from persistence.paging import Sort, fetch_page
from persistence.table import attach, key, minor, moment, one_of, text


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
        CheckConstraint("valid_from <= stated_at AND (valid_until IS NULL OR valid_until > stated_at)", name="when"),
        Index("ix_fx_rate_newest", "rate_base", "rate_counter", sql("valid_from DESC")),
        Index("ix_fx_rate_valid_from", "valid_from", "id"),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key(primary=True)
    rate_base: str = text()
    rate_counter: str = text()
    rate_billionths: int = minor()
    rate_spread_bps: int
    valid_from: datetime = moment()
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


SAID = (*("id", "owner", "sold_minor", "sold_currency", "mid_minor", "spread_minor", "bought_minor", "currency"),)
"""What of a quote an exchange has from it."""


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
        UniqueConstraint(*SAID, name="uq_fx_quote_said"),
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


class FxExchangeRow(SQLModel, table=True):
    __tablename__ = "fx_exchange"
    __table_args__ = (
        UniqueConstraint("quote_id"),
        ForeignKeyConstraint(
            ["quote_id", *SAID[1:]], [f"fx_quote.{column}" for column in SAID], name="fk_fx_exchange_quote"
        ),
        CheckConstraint(one_of("state", FxExchangeState), name="state"),
        CheckConstraint("(state = 'REVERSED') = (reversed_at IS NOT NULL)", name="reversed"),
        CheckConstraint("(state = 'REVERSED') = (gain_minor IS NOT NULL)", name="gain"),
        CheckConstraint("(state = 'REVERSED') = (day_rate_id IS NOT NULL)", name="day_rate"),
        CheckConstraint("reversed_at >= exchanged_at", name="when"),
        CheckConstraint("version > 0", name="version"),
        Index("ix_fx_exchange_owner", "owner", "id"),
        {"info": {"app": "SELECT, INSERT, UPDATE (state, reversed_at, gain_minor, day_rate_id, version)"}},
    )
    id: UUID = key(primary=True)
    owner: UUID = key("account.id")
    quote_id: UUID = key()
    sold_minor: int = minor()
    sold_currency: str = text()
    mid_minor: int = minor()
    spread_minor: int = minor()
    bought_minor: int = minor()
    currency: str = text()
    exchanged_at: datetime = moment()
    state: str = text()
    reversed_at: datetime | None = moment(nullable=True)
    gain_minor: int | None = minor(nullable=True)
    day_rate_id: UUID | None = key("fx_rate.id", nullable=True)
    version: int


attach(
    """
CREATE FUNCTION fx_quote_used() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.used_at IS NOT NULL THEN
        RAISE EXCEPTION 'a quote is used once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER fx_quote_used BEFORE UPDATE ON fx_quote FOR EACH ROW EXECUTE FUNCTION fx_quote_used()",
    """
CREATE FUNCTION fx_exchange_made() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fx_quote WHERE id = NEW.quote_id AND used_at = NEW.exchanged_at) THEN
        RAISE EXCEPTION 'an exchange uses its quote while that holds' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
""",
    f"""
CREATE FUNCTION fx_exchange_reversed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'DONE' OR NEW.state <> 'REVERSED' THEN
        RAISE EXCEPTION 'an exchange is undone once' USING ERRCODE = 'check_violation';
    END IF;
    -- What the house gains is what was given less what the other side is worth by the rate of the day.
    IF NOT EXISTS (
        SELECT FROM fx_rate, (SELECT NEW.sold_minor, NEW.sold_currency, NEW.currency, NEW.mid_minor - NEW.gain_minor)
            AS given (sold_minor, sold_currency, currency, day_minor)
        WHERE id = NEW.day_rate_id AND sold_currency IN (rate_base, rate_counter)
            AND currency IN (rate_base, rate_counter)
            AND day_minor * {WHOLE} <= {EXACT} AND (day_minor + 1) * {WHOLE} > {EXACT}) THEN
        RAISE EXCEPTION 'a gain is by a rate' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER fx_exchange_reversed BEFORE UPDATE ON fx_exchange"
    " FOR EACH ROW EXECUTE FUNCTION fx_exchange_reversed()",
    "CREATE TRIGGER fx_exchange_made BEFORE INSERT ON fx_exchange FOR EACH ROW EXECUTE FUNCTION fx_exchange_made()",
)


class SqlFxRates(SqlCollection[FxRate]):
    noun = FxRate
    row = FxRateRow
    kind = "FxRate"

    async def newest(self, one: Currency, other: Currency, now: datetime) -> FxRate | None:
        table = self.table.c
        both = [(str(one), str(other)), (str(other), str(one))]
        latest = (table.valid_from.desc(), table.stated_at.desc(), table.id.desc())
        query = self.table.select().where(
            tuple_(table.rate_base, table.rate_counter).in_(both), table.valid_from <= now
        )
        row = (await self.connection.execute(query.order_by(*latest).limit(1))).first()
        return None if row is None else self.mapping.to_noun(row)


class SqlFxQuotes(SqlCollection[FxQuote]):
    noun = FxQuote
    row = FxQuoteRow
    kind = "FxQuote"

    async def use(self, quote: FxQuote) -> None:
        query = update(self.table).where(self.table.c.id == quote.id).values(used_at=quote.used_at)
        changed = await self.connection.execute(query, rows={self.table.name: [quote.id]})
        assert changed.count == 1, "a quote that is used is there"


class SqlFxExchanges(SqlCollection[FxExchange]):
    noun = FxExchange
    row = FxExchangeRow
    kind = "FxExchange"

    async def reverse(self, exchange: FxExchange) -> None:
        table = self.table
        query = update(table).where(table.c.id == exchange.id, table.c.version == exchange.version)
        exchange.version += 1
        said = self.mapping.to_row(exchange)
        written = {name: said[name] for name in ("state", "reversed_at", "gain_minor", "day_rate_id", "version")}
        changed = await self.connection.execute(query.values(written), rows={table.name: [exchange.id]})
        assert changed.count == 1, "an exchange was undone without its lock"


LIQUIDITY = Mapping(FxLiquidity, FxLiquidityRow.__table__)  # type: ignore[attr-defined]


class SqlFxLiquidities:
    """Locked by a function, for the app may not write them itself."""

    _LOCK = sql("SELECT * FROM fx_liquidity_lock(CAST(:currencies AS text[]))")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def lock_all(self, currencies: Iterable[Currency]) -> PyMapping[Currency, FxLiquidity]:
        found = await self.connection.execute(self._LOCK, {"currencies": sorted(set(currencies))})
        pools = [LIQUIDITY.to_noun(row) for row in found]
        return {pool.currency: pool for pool in pools}


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
            sort=Sort(columns=(("valid_from", "timestamptz"), ("id", "uuid")), descending=True),
            page=page,
            item=SqlFxRates.mapping.to_noun,
            key=lambda rate: (rate.valid_from, rate.id),
        )

    async def exchanges_by_ids(self, ids: Sequence[UUID]) -> Sequence[FxExchange | None]:
        return await SqlFxExchanges.read(self.pool, ids)

    async def exchanges(self, owner: AccountId | None, page: PageRequest) -> Page[FxExchange]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM fx_exchange",
            where=[] if owner is None else ["owner = {}"],
            values=[] if owner is None else [owner],
            sort=Sort(columns=(("id", "uuid"),), descending=True),
            page=page,
            item=SqlFxExchanges.mapping.to_noun,
            key=lambda exchange: (exchange.id,),
        )

    async def positions(self) -> Sequence[FxPosition]:
        """One statement for what there is to exchange, and one for what was earned."""
        pools = await self.pool.fetch("SELECT * FROM fx_liquidity ORDER BY currency")
        kinds = [str(AccountKind.FX), str(AccountKind.FX_SPREAD)]
        rows = await self.pool.fetch(HOUSE_BALANCES, kinds, [pool["currency"] for pool in pools])
        earned = {(row["kind"], row["currency"]): row["balance_minor"] for row in rows}
        return [
            FxPosition(
                currency=(currency := Currency(pool["currency"])),
                liquidity=Money(pool["balance_minor"], currency),
                spread_earned=Money(earned.get((AccountKind.FX_SPREAD, currency), 0), currency),
                gain=Money(earned.get((AccountKind.FX, currency), 0), currency),
                version=pool["version"],
            )
            for pool in pools
        ]
