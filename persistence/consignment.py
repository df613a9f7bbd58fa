"""Consignments in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.consignment import (
    Consignment,
    ConsignmentId,
    ConsignmentState,
    ConsignmentTask,
    IntakeReceipt,
    Route,
    SettlementMode,
    TaskKind,
    TaskOutcome,
)
from domain.money import Currency
from persistence.collection import SqlCollection
from persistence.table import document, key, minor, moment, one_of, text

IN_HOUSE = [
    *["RECEIVED", "APPRAISING", "APPRAISED", "OFFERED", "AGREED", "LISTED", "RESERVED", "SOLD", "PAYABLE", "SETTLED"],
    *["REFUSED", "RETURNED"],
]
CONTRACTED = ["AGREED", "LISTED", "RESERVED", "SOLD", "PAYABLE", "SETTLED"]


class ConsignmentRow(SQLModel, table=True):
    __tablename__ = "consignment"
    __table_args__ = (
        CheckConstraint(one_of("state", ConsignmentState), name="state"),
        CheckConstraint(one_of("route", Route), name="route"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("char_length(brand) <= 120", name="brand"),
        CheckConstraint("char_length(title) <= 200", name="title"),
        CheckConstraint("char_length(description) <= 4000", name="description"),
        CheckConstraint("jsonb_array_length(photos) <= 24", name="photos"),
        CheckConstraint("asking_price_minor > 0", name="asking_price"),
        CheckConstraint("0 < estimate_low_minor AND estimate_low_minor <= estimate_high_minor", name="estimate"),
        CheckConstraint("(estimate_low_minor IS NULL) = (estimate_high_minor IS NULL)", name="estimate_range"),
        CheckConstraint(f"NOT ({one_of('state', IN_HOUSE)}) OR received_at IS NOT NULL", name="received"),
        CheckConstraint(one_of("mode", SettlementMode), name="mode"),
        CheckConstraint("num_nonnulls(contract_id, mode, agreed_at) IN (0, 3)", name="agreed"),
        CheckConstraint(f"NOT ({one_of('state', CONTRACTED)}) OR contract_id IS NOT NULL", name="contract"),
        CheckConstraint("state <> 'IN_TRANSIT' OR parcel <> 'null'::jsonb", name="parcel"),
        CheckConstraint("state <> 'APPOINTED' OR (shop_id IS NOT NULL AND route = 'SHOP')", name="appointed"),
        CheckConstraint("(state = 'RETURNED') = (returned_at IS NOT NULL)", name="returned"),
        CheckConstraint("state <> 'REFUSED' OR refused <> 'null'::jsonb", name="refused"),
        CheckConstraint(
            "state NOT IN ('LISTED', 'RESERVED', 'SOLD', 'PAYABLE') OR listing_id IS NOT NULL", name="listed"
        ),
        UniqueConstraint("code"),
        Index("ix_consignment_seller", "seller", "id"),
        Index("ix_consignment_seller_state", "seller", "state", "id"),
        Index("ix_consignment_queue", "state", "state_since", "id"),
        Index("uq_consignment_listing", "listing_id", unique=True, postgresql_where=sql("listing_id IS NOT NULL")),
        Index("ix_consignment_piece", "piece_id", postgresql_where=sql("piece_id IS NOT NULL")),
    )
    id: UUID = key(primary=True)
    code: str = text()
    seller: UUID = key("account.id")
    route: str = text()
    state: str = text()
    brand: str = text()
    category_id: UUID | None = key("category.id", nullable=True)
    title: str = text()
    description: str = text()
    photos: list[Any] = document()
    currency: str = text()
    asking_price_minor: int | None = minor(nullable=True)
    created_at: datetime = moment()
    state_since: datetime = moment()
    estimate_low_minor: int | None = minor(nullable=True)
    estimate_high_minor: int | None = minor(nullable=True)
    estimate_note: str | None = text(nullable=True)
    shop_id: UUID | None = key("club_shop.id", nullable=True)
    appointment_id: UUID | None = key(nullable=True)
    parcel: Any = document()
    received_at: datetime | None = moment(nullable=True)
    product_id: UUID | None = key("product.id", nullable=True)
    piece_id: UUID | None = key("piece.id", nullable=True)
    refused: Any = document()
    contract_id: UUID | None = key(nullable=True)
    mode: str | None = text(nullable=True)
    agreed_at: datetime | None = moment(nullable=True)
    listing_id: UUID | None = key("listing.id", nullable=True)
    donated: bool
    expires_at: datetime | None = moment(nullable=True)
    return_parcel: Any = document()
    returned_at: datetime | None = moment(nullable=True)
    version: int


class ConsignmentTaskRow(SQLModel, table=True):
    __tablename__ = "consignment_task"
    __table_args__ = (
        CheckConstraint(one_of("kind", TaskKind), name="kind"),
        CheckConstraint(one_of("outcome", TaskOutcome), name="outcome"),
        CheckConstraint("attempt > 0", name="attempt"),
        CheckConstraint("(outcome IS NULL) = (done_at IS NULL)", name="done"),
        CheckConstraint("agent IS NOT NULL OR outcome IS NULL OR outcome = 'VOID'", name="agent"),
        UniqueConstraint("consignment_id", "kind", "attempt"),
        Index(
            "uq_consignment_task_open", "consignment_id", "kind", unique=True, postgresql_where=sql("outcome IS NULL")
        ),
        Index("ix_consignment_task_due", "kind", "due_at", postgresql_where=sql("outcome IS NULL")),
    )
    id: UUID = key(primary=True)
    consignment_id: UUID = key("consignment.id")
    kind: str = text()
    attempt: int
    due_at: datetime = moment()
    outcome: str | None = text(nullable=True)
    agent: UUID | None = key("account.id", nullable=True)
    done_at: datetime | None = moment(nullable=True)
    note: str = text()


class IntakeReceiptRow(SQLModel, table=True):
    """Never changed once it is written."""

    __tablename__ = "intake_receipt"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("consignment_id"),
        CheckConstraint("weight_grams > 0", name="weight"),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key(primary=True)
    code: str = text()
    consignment_id: UUID = key("consignment.id")
    piece_id: UUID | None = key("piece.id", nullable=True)
    shop_id: UUID | None = key("club_shop.id", nullable=True)
    handed_over_by: str = text()
    taken_by: UUID = key("account.id")
    taken_at: datetime = moment()
    photos: list[Any] = document()
    seal: str = text()
    weight_grams: int
    condition: str = text()


class SqlConsignments(SqlCollection[Consignment]):
    noun = Consignment
    row = ConsignmentRow
    kind = "Consignment"


class SqlConsignmentTasks(SqlCollection[ConsignmentTask]):
    noun = ConsignmentTask
    row = ConsignmentTaskRow
    kind = "ConsignmentTask"

    async def lock_open(self, consignment_id: ConsignmentId, kind: TaskKind) -> ConsignmentTask | None:
        """The task of this kind that waits to be done; there is one at most."""
        waiting = (self.table.c.consignment_id == consignment_id, self.table.c.kind == str(kind))
        found = await self.lock_where(*waiting, self.table.c.outcome.is_(None))
        return found[0] if found else None


class SqlIntakeReceipts(SqlCollection[IntakeReceipt]):
    noun = IntakeReceipt
    row = IntakeReceiptRow
    kind = "IntakeReceipt"
