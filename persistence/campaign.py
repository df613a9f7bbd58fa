"""Campaigns in PostgreSQL, which itself sums up what is promised and spent, and lets no budget be overdrawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, update
from sqlmodel import SQLModel

from domain.campaign import (
    CODE_LENGTH_MAX,
    Campaign,
    CampaignPurpose,
    CampaignState,
    Funder,
    Subsidy,
    SubsidyState,
)
from domain.money import Currency
from domain.page import Page, PageRequest
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import attach, document, followed, key, minor, moment, one_of, text


class CampaignRow(SQLModel, table=True):
    """The app opens and ends a campaign; what is reserved and spent a trigger keeps, by the subsidies."""

    __tablename__ = "campaign"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(f"char_length(code) BETWEEN 1 AND {CODE_LENGTH_MAX}", name="code"),
        CheckConstraint(one_of("funder", Funder), name="funder"),
        CheckConstraint("funder <> 'BRAND' OR brand_id IS NOT NULL", name="brand_pays"),
        CheckConstraint(one_of("purpose", CampaignPurpose), name="purpose"),
        CheckConstraint("(funder = 'JOINT') = (shares <> '[]')", name="partners_pay"),
        CheckConstraint("funder <> 'JOINT' OR purpose = 'VOUCHER'", name="joint"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("subsidy_minor BETWEEN 1 AND budget_minor", name="subsidy"),
        CheckConstraint("minimum_minor > subsidy_minor", name="minimum"),
        CheckConstraint("reserved_minor >= 0 AND spent_minor >= 0", name="sums"),
        CheckConstraint("reserved_minor + spent_minor <= budget_minor", name="budget"),
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint(one_of("state", CampaignState), name="state"),
        CheckConstraint("(ended_at IS NOT NULL) = (state = 'ENDED')", name="ended"),
        Index("ix_campaign_ends", "state", "ends_at", "id"),
        {"info": {"app": "SELECT, INSERT, UPDATE (state, ended_at, version)"}},
    )
    id: UUID = key(primary=True)
    code: str = text()
    name: dict[str, Any] = document()
    funder: str = text()
    brand_id: UUID | None = key("brand.id", nullable=True)
    currency: str = text()
    budget_minor: int = minor()
    subsidy_minor: int = minor()
    minimum_minor: int = minor()
    reserved_minor: int = minor()
    spent_minor: int = minor()
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    state: str = text()
    opened_by: UUID = key("account.id")
    opened_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    purpose: str = text()
    shares: list[Any] = document()
    version: int


class SubsidyRow(SQLModel, table=True):
    __tablename__ = "subsidy"
    __table_args__ = (
        UniqueConstraint("trade_in_id"),
        UniqueConstraint("order_id"),
        CheckConstraint("num_nonnulls(trade_in_id, order_id) = 1", name="deal"),
        CheckConstraint("returned_minor BETWEEN 0 AND amount_minor", name="returned"),
        CheckConstraint("returned_minor = 0 OR (order_id IS NOT NULL AND state <> 'RESERVED')", name="given_back"),
        CheckConstraint("state <> 'SPENT' OR returned_minor < amount_minor", name="spent"),
        CheckConstraint(one_of("state", SubsidyState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_subsidy_campaign", "campaign_id", "id"),
        {"info": {"app": "SELECT, INSERT, UPDATE (state, returned_minor, version)"}},
    )
    id: UUID = key(primary=True)
    campaign_id: UUID = key("campaign.id")
    trade_in_id: UUID | None = key("trade_in.id", nullable=True)
    currency: str = text()
    amount_minor: int = minor()
    state: str = text()
    reserved_at: datetime = moment()
    order_id: UUID | None = key("sales_order.id", nullable=True)
    returned_minor: int = minor()
    version: int


attach(
    """
CREATE FUNCTION subsidy_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reserved bigint := CASE WHEN NEW.state = 'RESERVED' THEN NEW.amount_minor ELSE 0 END;
    spent bigint := CASE WHEN NEW.state = 'SPENT' THEN NEW.amount_minor - NEW.returned_minor ELSE 0 END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'RELEASED' OR NEW.state = 'RESERVED' OR NEW.returned_minor < OLD.returned_minor THEN
            RAISE EXCEPTION 'a subsidy is promised once, and released once' USING ERRCODE = 'check_violation';
        END IF;
        reserved := reserved - CASE WHEN OLD.state = 'RESERVED' THEN OLD.amount_minor ELSE 0 END;
        spent := spent - CASE WHEN OLD.state = 'SPENT' THEN OLD.amount_minor - OLD.returned_minor ELSE 0 END;
    END IF;
    UPDATE campaign SET reserved_minor = reserved_minor + reserved, spent_minor = spent_minor + spent
    WHERE id = NEW.campaign_id AND currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a subsidy is in the currency of its campaign' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
""",
    "CREATE TRIGGER subsidy_counts AFTER INSERT OR UPDATE ON subsidy FOR EACH ROW EXECUTE FUNCTION subsidy_counts()",
)

followed("subsidy", "campaign")


class SqlCampaigns(SqlCollection[Campaign]):
    noun = Campaign
    row = CampaignRow
    kind = "Campaign"
    shares_key = True

    async def find_code(self, code: str) -> Campaign | None:
        found = await self.find_where(self.table.c.code == code)
        return found[0] if found else None

    async def save(self, entity: Campaign) -> None:
        """Whether it is open; nothing else of a campaign ever changes by hand."""
        table = self.table
        query = update(table).where(table.c.id == entity.id, table.c.version == entity.version)
        entity.version += 1
        said = {"state": str(entity.state), "ended_at": entity.ended_at, "version": entity.version}
        changed = await self.connection.execute(query.values(said), rows={table.name: [entity.id]})
        assert changed.count == 1, "a campaign was saved without its lock"


class SqlSubsidies(SqlCollection[Subsidy]):
    noun = Subsidy
    row = SubsidyRow
    kind = "Subsidy"

    async def of_trade_in(self, trade_in_id: UUID) -> Subsidy | None:
        found = await self.lock_where(self.table.c.trade_in_id == trade_in_id)
        return found[0] if found else None

    async def of_order(self, order_id: UUID) -> Subsidy | None:
        found = await self.lock_where(self.table.c.order_id == order_id)
        return found[0] if found else None

    async def save(self, entity: Subsidy) -> None:
        table = self.table
        query = update(table).where(table.c.id == entity.id, table.c.version == entity.version)
        entity.version += 1
        said = {"state": str(entity.state), "returned_minor": entity.returned_minor, "version": entity.version}
        changed = await self.connection.execute(query.values(said))
        assert changed.count == 1, "a subsidy was saved without its lock"


class SqlCampaignReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Campaign | None]:
        return await SqlCampaigns.read(self.pool, ids)

    async def running(self, now: datetime) -> Sequence[Campaign]:
        query = (
            "SELECT * FROM campaign WHERE state = 'OPEN' AND starts_at <= $1 AND ends_at > $1"
            " ORDER BY ends_at, id LIMIT 100"
        )
        return [SqlCampaigns.mapping.to_noun(row) for row in await self.pool.fetch(query, now)]

    async def page(self, page: PageRequest) -> Page[Campaign]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM campaign",
            where=[],
            values=[],
            sort=Sort(columns=(("id", "uuid"),), descending=True),
            page=page,
            item=SqlCampaigns.mapping.to_noun,
            key=lambda campaign: (campaign.id,),
        )
