"""Suppliers in PostgreSQL, and bills that are paid once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from domain.money import Currency
from domain.page import Page, PageRequest
from domain.supplier import BillCause, BillState, Supplier, SupplierBill, SupplierId
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import key, minor, moment, one_of, text


class SupplierRow(SQLModel, table=True):
    __tablename__ = "supplier"
    __table_args__ = (
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint("channel_code ~ '^[A-Z0-9]{3,20}$'", name="channel_code"),
        CheckConstraint("referral_bps BETWEEN 0 AND 10000", name="referral_bps"),
        Index("uq_supplier_channel", "channel_code", unique=True, postgresql_where=sql("channel_code IS NOT NULL")),
        Index("ix_supplier_account", "account_id"),
        Index("ix_supplier_name", "name", "id"),
    )
    id: UUID = key(primary=True)
    name: str = text()
    country: str = text()
    account_id: UUID = key("account.id")
    channel_code: str | None = text(nullable=True)
    referral_bps: int
    active: bool
    created_at: datetime = moment()
    version: int


class SupplierBillRow(SQLModel, table=True):
    """One bill for each thing that is owed to one supplier, and another once that one was undone."""

    __tablename__ = "supplier_bill"
    __table_args__ = (
        CheckConstraint(one_of("cause", BillCause), name="cause"),
        CheckConstraint(one_of("state", BillState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("amount_minor > 0 OR (amount_minor < 0 AND cause = 'JOINT_CAMPAIGN')", name="amount"),
        CheckConstraint("(paid_at IS NOT NULL) = (state IN ('PAID', 'TAKEN_BACK'))", name="paid"),
        Index(
            "uq_supplier_bill_standing",
            "supplier_id",
            "subject_id",
            "cause",
            unique=True,
            postgresql_where=sql("state IN ('DUE', 'PAID')"),
        ),
        Index("ix_supplier_bill_subject", "subject_id", "id"),
        Index("ix_supplier_bill_supplier", "supplier_id", "due_at", "id"),
    )
    id: UUID = key(primary=True)
    supplier_id: UUID = key("supplier.id")
    cause: str = text()
    subject_id: UUID = key()
    currency: str = text()
    amount_minor: int = minor()
    state: str = text()
    due_at: datetime = moment()
    paid_at: datetime | None = moment(nullable=True)
    version: int


class SqlSuppliers(SqlCollection[Supplier]):
    noun = Supplier
    row = SupplierRow
    kind = "Supplier"
    shares_key = True

    async def of_channel(self, channel_code: str) -> Supplier | None:
        found = await self.find_where(self.table.c.channel_code == channel_code, self.table.c.active)
        return found[0] if found else None

    async def billed(self, supplier_id: SupplierId) -> None:
        raised = update(self.table).where(self.table.c.id == supplier_id).values(version=self.table.c.version + 1)
        await self.connection.execute(raised, rows={self.table.name: [supplier_id]})

    async def add_new(self, supplier: Supplier) -> bool:
        adding = insert(self.table).values(self.mapping.to_row(supplier)).on_conflict_do_nothing()
        return bool((await self.connection.execute(adding)).count)


class SqlSupplierBills(SqlCollection[SupplierBill]):
    noun = SupplierBill
    row = SupplierBillRow
    kind = "SupplierBill"

    async def lock_due(self, supplier_id: SupplierId, currency: Currency, limit: int) -> Sequence[SupplierBill]:
        due = self.table.c.supplier_id == supplier_id, self.table.c.currency == str(currency)
        oldest = select(self.table.c.id).where(*due, self.table.c.state == "DUE").order_by(self.table.c.due_at)
        return await self.lock_where(self.table.c.id.in_(oldest.limit(limit)))

    async def lock_standing(self, subject_id: UUID) -> Sequence[SupplierBill]:
        return await self.lock_where(self.table.c.subject_id == subject_id, self.table.c.state.in_(("DUE", "PAID")))


class SqlSupplierReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Supplier | None]:
        return await SqlSuppliers.read(self.pool, ids)

    async def of_accounts(self, account_ids: Sequence[UUID]) -> Sequence[Sequence[Supplier]]:
        query = "SELECT * FROM supplier WHERE account_id = ANY($1::uuid[]) ORDER BY account_id, id"
        found: dict[UUID, list[Supplier]] = {account_id: [] for account_id in account_ids}
        for row in await self.pool.fetch(query, list(account_ids)):
            one: Supplier = SqlSuppliers.mapping.to_noun(row)
            found[one.account_id].append(one)
        return [found[account_id] for account_id in account_ids]

    async def page(self, page: PageRequest) -> Page[Supplier]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM supplier",
            where=[],
            values=[],
            sort=Sort(columns=(("name", "text"), ("id", "uuid"))),
            page=page,
            item=SqlSuppliers.mapping.to_noun,
            key=lambda supplier: (supplier.name, supplier.id),
        )

    async def bills(self, supplier_id: SupplierId, page: PageRequest) -> Page[SupplierBill]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM supplier_bill",
            where=["supplier_id = {}"],
            values=[supplier_id],
            sort=Sort(columns=(("due_at", "timestamptz"), ("id", "uuid")), descending=True),
            page=page,
            item=SqlSupplierBills.mapping.to_noun,
            key=lambda bill: (bill.due_at, bill.id),
        )
