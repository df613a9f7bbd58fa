"""Vouchers and who has used them in PostgreSQL, which lets nobody use one more often than it says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.money import Currency
from domain.page import Page, PageRequest
from domain.viewer import AccountId
from domain.voucher import (
    CODE_LENGTH_MAX,
    PER_PERSON_MAX,
    Voucher,
    VoucherId,
    VoucherState,
    VoucherUse,
    VoucherUseState,
)
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, minor, moment, one_of, text


class VoucherRow(SQLModel, table=True):
    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(f"char_length(code) BETWEEN 1 AND {CODE_LENGTH_MAX}", name="code"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("num_nonnulls(percent_bps, amount_minor) = 1", name="off"),
        CheckConstraint("percent_bps BETWEEN 1 AND 10000", name="percent"),
        CheckConstraint("amount_minor > 0 AND minimum_minor >= 0", name="amounts"),
        CheckConstraint(f"per_person BETWEEN 1 AND {PER_PERSON_MAX}", name="per_person"),
        CheckConstraint(one_of("state", VoucherState), name="state"),
        CheckConstraint("(withdrawn_at IS NOT NULL) = (state = 'WITHDRAWN')", name="withdrawn"),
        Index("ix_voucher_campaign", "campaign_id", "id"),
        {"info": {"app": "SELECT, INSERT, UPDATE"}},
    )
    id: UUID = key(primary=True)
    campaign_id: UUID = key("campaign.id")
    code: str = text()
    currency: str = text()
    percent_bps: int | None
    amount_minor: int | None = minor(nullable=True)
    minimum_minor: int = minor()
    per_person: int
    line_kinds: list[str] = document()
    listing_kinds: list[str] = document()
    category_ids: list[Any] = document()
    bundle_id: UUID | None = key("bundle.id", nullable=True)
    state: str = text()
    issued_by: UUID = key("account.id")
    issued_at: datetime = moment()
    withdrawn_at: datetime | None = moment(nullable=True)
    version: int


class VoucherUseRow(SQLModel, table=True):
    """A person's uses of a voucher are numbered, so that there are never more than it lets one have."""

    __tablename__ = "voucher_use"
    __table_args__ = (
        UniqueConstraint("order_id"),
        Index(
            "uq_voucher_use_number",
            "voucher_id",
            "account_id",
            "number",
            unique=True,
            postgresql_where=sql("state = 'TAKEN'"),
        ),
        CheckConstraint("number BETWEEN 1 AND per_person", name="number"),
        CheckConstraint(one_of("state", VoucherUseState), name="state"),
        {"info": {"app": "SELECT, INSERT, UPDATE (state, version)"}},
    )
    id: UUID = key(primary=True)
    voucher_id: UUID = key("voucher.id")
    account_id: UUID = key("account.id")
    order_id: UUID = key("sales_order.id")
    number: int
    per_person: int
    state: str = text()
    taken_at: datetime = moment()
    version: int


class SqlVouchers(SqlCollection[Voucher]):
    noun = Voucher
    row = VoucherRow
    kind = "Voucher"
    shares_key = True

    async def find_code(self, code: str) -> Voucher | None:
        found = await self.find_where(self.table.c.code == code)
        return found[0] if found else None


class SqlVoucherUses(SqlCollection[VoucherUse]):
    noun = VoucherUse
    row = VoucherUseRow
    kind = "VoucherUse"

    async def taken(self, voucher_id: VoucherId, account_id: AccountId) -> Sequence[int]:
        uses = self.table.c
        found = await self.find_where(
            uses.voucher_id == voucher_id, uses.account_id == account_id, uses.state == str(VoucherUseState.TAKEN)
        )
        return [use.number for use in found]

    async def of_order(self, order_id: UUID) -> VoucherUse | None:
        found = await self.lock_where(self.table.c.order_id == order_id)
        return found[0] if found else None

    async def save(self, entity: VoucherUse) -> None:
        """Whether it stands; nothing else of a use ever changes."""
        table = self.table
        query = table.update().where(table.c.id == entity.id, table.c.version == entity.version)
        entity.version += 1
        changed = await self.connection.execute(query.values(state=str(entity.state), version=entity.version))
        assert changed.count == 1, "the use of a voucher was saved without its lock"


class SqlVoucherReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Voucher | None]:
        return await SqlVouchers.read(self.pool, ids)

    async def by_code(self, code: str) -> Voucher | None:
        row = await self.pool.fetchrow("SELECT * FROM voucher WHERE code = $1", code)
        return None if row is None else SqlVouchers.mapping.to_noun(row)

    async def taken(self, voucher_id: VoucherId, account_id: AccountId) -> Sequence[int]:
        query = "SELECT number FROM voucher_use WHERE voucher_id = $1 AND account_id = $2 AND state = 'TAKEN'"
        return [row["number"] for row in await self.pool.fetch(query, voucher_id, account_id)]

    async def page(self, page: PageRequest) -> Page[Voucher]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM voucher",
            where=[],
            values=[],
            sort=Sort(columns=(("id", "uuid"),), descending=True),
            page=page,
            item=SqlVouchers.mapping.to_noun,
            key=lambda voucher: (voucher.id,),
        )
