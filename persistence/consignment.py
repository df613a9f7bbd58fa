"""Consignments in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, select
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.consignment import (
    Consignment,
    ConsignmentFilter,
    ConsignmentId,
    ConsignmentState,
    ConsignmentTask,
    IntakeReceipt,
    Queue,
    QueueFilter,
    Route,
    SettlementMode,
    TaskKind,
    TaskOutcome,
    TimelineEntry,
)
from domain.money import Currency
from domain.page import Page, PageRequest
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, minor, moment, one_of, text

IN_HOUSE = [
    *["RECEIVED", "APPRAISING", "APPRAISED", "OFFERED", "AGREED", "LISTED", "RESERVED", "SOLD", "PAYABLE", "SETTLED"],
    *["REFUSED", "RETURNED"],
]
WITH_HOUSE = ["RECEIVED", "APPRAISING", "APPRAISED", "OFFERED", "AGREED", "LISTED", "RESERVED"]
"""A piece is in one consignment at a time from its receipt until it is sold."""
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
        CheckConstraint("num_nonnulls(mode, agreed_at) IN (0, 2)", name="agreed"),
        CheckConstraint("mode IS NULL OR contract_id IS NOT NULL", name="mode_by_contract"),
        CheckConstraint(f"NOT ({one_of('state', CONTRACTED)}) OR contract_id IS NOT NULL", name="contract"),
        CheckConstraint("state <> 'IN_TRANSIT' OR parcel IS NOT NULL", name="parcel"),
        CheckConstraint("state <> 'APPOINTED' OR (shop_id IS NOT NULL AND route = 'SHOP')", name="appointed"),
        CheckConstraint("(state = 'RETURNED') = (returned_at IS NOT NULL)", name="returned"),
        CheckConstraint("state <> 'REFUSED' OR refused IS NOT NULL", name="refused"),
        CheckConstraint(
            "state NOT IN ('LISTED', 'RESERVED', 'SOLD', 'PAYABLE') OR listing_id IS NOT NULL", name="listed"
        ),
        UniqueConstraint("code"),
        Index("ix_consignment_seller", "seller", "created_at", "id"),
        Index("ix_consignment_queue", "state", "state_since", "id"),
        Index(
            "ix_consignment_bought",
            "state_since",
            "id",
            postgresql_where=sql("state = 'SETTLED' AND listing_id IS NULL AND NOT donated"),
        ),
        Index("uq_consignment_listing", "listing_id", unique=True, postgresql_where=sql("listing_id IS NOT NULL")),
        Index("ix_consignment_piece", "piece_id", postgresql_where=sql("piece_id IS NOT NULL")),
        Index("uq_consignment_with_house", "piece_id", unique=True, postgresql_where=sql(one_of("state", WITH_HOUSE))),
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
    parcel: Any = document(nullable=True)
    received_at: datetime | None = moment(nullable=True)
    product_id: UUID | None = key("product.id", nullable=True)
    piece_id: UUID | None = key("piece.id", nullable=True)
    refused: Any = document(nullable=True)
    contract_id: UUID | None = key(nullable=True)
    mode: str | None = text(nullable=True)
    agreed_at: datetime | None = moment(nullable=True)
    listing_id: UUID | None = key("listing.id", nullable=True)
    donated: bool
    expires_at: datetime | None = moment(nullable=True)
    end_reason: str = text()
    return_parcel: Any = document(nullable=True)
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
    """Never changed once it is written, but for the name that is blanked when its person is forgotten."""

    __tablename__ = "intake_receipt"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("consignment_id"),
        CheckConstraint("weight_grams > 0", name="weight"),
        {"info": {"app": "SELECT, INSERT, UPDATE (handed_over_by)"}},
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

    async def with_house(self, piece_id: UUID) -> Consignment | None:
        """The consignment by which the house has this piece, from its receipt until it is sold; not locked."""
        found = await self.find_where(self.table.c.piece_id == piece_id, self.table.c.state.in_(WITH_HOUSE))
        return found[0] if found else None


class SqlConsignmentTasks(SqlCollection[ConsignmentTask]):
    noun = ConsignmentTask
    row = ConsignmentTaskRow
    kind = "ConsignmentTask"

    async def lock_open(self, consignment_id: ConsignmentId, kind: TaskKind) -> ConsignmentTask | None:
        """The task of this kind that waits to be done; there is one at most."""
        waiting = (self.table.c.consignment_id == consignment_id, self.table.c.kind == str(kind))
        found = await self.lock_where(*waiting, self.table.c.outcome.is_(None))
        return found[0] if found else None

    async def tried(self, consignment_id: ConsignmentId, kind: TaskKind) -> int:
        """How many tasks of this kind there have been."""
        there = (self.table.c.consignment_id == consignment_id, self.table.c.kind == str(kind))
        counted: int = await self.connection.scalar(select(func.count()).select_from(self.table).where(*there))
        return counted


class SqlIntakeReceipts(SqlCollection[IntakeReceipt]):
    noun = IntakeReceipt
    row = IntakeReceiptRow
    kind = "IntakeReceipt"


TASK = "EXISTS (SELECT FROM consignment_task t WHERE t.consignment_id = c.id AND t.outcome IS NULL AND t.kind = '{}'{})"
QUEUES = {
    Queue.TO_CONFIRM: ["c.state = 'SUBMITTED'"],
    Queue.TO_ESTIMATE: ["c.state IN ('SUBMITTED', 'CONFIRMED')", "c.estimate_low_minor IS NULL"],
    Queue.TO_RECEIVE: ["c.state IN ('IN_TRANSIT', 'APPOINTED')"],
    Queue.TO_APPRAISE: ["c.state = 'RECEIVED'"],
    Queue.TO_OFFER: ["c.state = 'APPRAISED'"],
    Queue.TO_LIST: ["c.state = 'AGREED'", "c.mode = 'AFTER_SALE'"],
    Queue.TO_LIST_BOUGHT: ["c.state = 'SETTLED'", "c.listing_id IS NULL", "NOT c.donated"],
    Queue.TO_DISPOSE: ["c.state = 'REFUSED'", "c.return_parcel IS NULL"],
    Queue.TO_RETURN: ["c.state IN ('DECLINED', 'WITHDRAWN', 'EXPIRED', 'REFUSED')"],
}
"""What each queue is made of."""

TASKED = {Queue.TO_CONFIRM: TaskKind.CONFIRM, Queue.TO_RETURN: TaskKind.RETURN}

TIMELINE = "SELECT id, name, occurred_at, actor_id FROM event"
TOLD = ["appraisal.%", "certificate.%", "contract.%", "settlement.%", "listing.%", "markdown.%"]
"""Events of its piece that belong to the story of a consignment."""


class SqlConsignmentReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Consignment | None]:
        rows = await self.pool.fetch("SELECT * FROM consignment WHERE id = ANY($1::uuid[])", list(ids))
        found: dict[UUID, Consignment] = {one.id: one for one in map(SqlConsignments.mapping.to_noun, rows)}
        return [found.get(consignment_id) for consignment_id in ids]

    async def by_code(self, code: str) -> Consignment | None:
        row = await self.pool.fetchrow("SELECT * FROM consignment WHERE code = $1", code)
        return None if row is None else SqlConsignments.mapping.to_noun(row)

    async def page(self, wanted: ConsignmentFilter, page: PageRequest) -> Page[Consignment]:
        """Newest first."""
        conditions: dict[str, object] = {}
        if wanted.seller is not None:
            conditions["seller = {}"] = wanted.seller
        if wanted.states:
            conditions["state = ANY({}::text[])"] = [str(state) for state in wanted.states]
        return await fetch_page(
            self.pool,
            "SELECT * FROM consignment",
            where=list(conditions),
            values=list(conditions.values()),
            sort=Sort(columns=(("created_at", "timestamptz"), ("id", "uuid")), descending=True),
            page=page,
            item=SqlConsignments.mapping.to_noun,
            key=lambda one: (one.created_at, one.id),
        )

    async def queue(self, wanted: QueueFilter, page: PageRequest) -> Page[Consignment]:
        """What has waited longest first."""
        where = list(QUEUES[wanted.queue])
        values: list[object] = []
        task = TASKED.get(wanted.queue)
        if task is not None and wanted.due_before is None:
            where.append(TASK.format(task, ""))
        elif task is not None:
            where.append(TASK.format(task, " AND t.due_at < {}"))
            values.append(wanted.due_before)
        for column, value in (("c.shop_id", wanted.shop_id), ("c.category_id", wanted.category_id)):
            if value is not None:
                where.append(f"{column} = {{}}")
                values.append(value)
        return await fetch_page(
            self.pool,
            "SELECT c.* FROM consignment c",
            where=where,
            values=values,
            sort=Sort(columns=(("c.state_since", "timestamptz"), ("c.id", "uuid"))),
            page=page,
            item=SqlConsignments.mapping.to_noun,
            key=lambda one: (one.state_since, one.id),
        )

    async def tasks(self, ids: Sequence[UUID]) -> Sequence[Sequence[ConsignmentTask]]:
        """The tasks of each, oldest first."""
        rows = await self.pool.fetch(
            "SELECT * FROM consignment_task WHERE consignment_id = ANY($1::uuid[]) ORDER BY id", list(ids)
        )
        by_consignment: dict[UUID, list[ConsignmentTask]] = {consignment_id: [] for consignment_id in ids}
        for row in rows:
            task = SqlConsignmentTasks.mapping.to_noun(row)
            by_consignment[task.consignment_id].append(task)
        return [by_consignment[consignment_id] for consignment_id in ids]

    async def receipts(self, ids: Sequence[UUID]) -> Sequence[IntakeReceipt | None]:
        rows = await self.pool.fetch("SELECT * FROM intake_receipt WHERE consignment_id = ANY($1::uuid[])", list(ids))
        found: dict[UUID, IntakeReceipt] = {
            one.consignment_id: one for one in map(SqlIntakeReceipts.mapping.to_noun, rows)
        }
        return [found.get(consignment_id) for consignment_id in ids]

    async def timeline(self, consignment: Consignment, page: PageRequest) -> Page[TimelineEntry]:
        """Oldest first; its piece's own events only while it was here, for others owned it before and after."""
        over = consignment.state in (ConsignmentState.SETTLED, ConsignmentState.RETURNED)
        until = consignment.state_since if over else None
        return await fetch_page(
            self.pool,
            TIMELINE,
            where=[
                "(subject_id = {} OR (piece_id = {} AND name LIKE ANY({}::text[]) AND occurred_at >= {}"
                " AND occurred_at <= coalesce({}, 'infinity'::timestamptz)))"
            ],
            values=[consignment.id, consignment.piece_id, TOLD, consignment.received_at, until],
            sort=Sort(columns=(("id", "bigint"),)),
            page=page,
            item=lambda row: TimelineEntry(row["id"], row["name"], row["occurred_at"], row["actor_id"]),
            key=lambda one: (one.id,),
        )
