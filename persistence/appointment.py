"""Appointments and the places that they take, in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, UniqueConstraint, select, tuple_, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from domain.appointment import Appointment, AppointmentFilter, AppointmentState, Slot, SlotKey
from domain.page import Page, PageRequest
from domain.shop import Purpose, ShopId
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.connection import Connection
from persistence.mapping import Mapping as RowMapping
from persistence.paging import Sort, fetch_page
from persistence.table import key, moment, one_of, text


class ShopSlotRow(SQLModel, table=True):
    """One row for each time that anybody asked for; the CHECK keeps two people from one place."""

    __tablename__ = "shop_slot"
    __table_args__ = (
        CheckConstraint("taken BETWEEN 0 AND capacity", name="taken"),
        CheckConstraint(one_of("purpose", Purpose), name="purpose"),
    )
    shop_id: UUID = key("club_shop.id", primary=True)
    purpose: str = text(primary=True)
    starts_at: datetime = Field(sa_type=DateTime(timezone=True), primary_key=True)
    capacity: int
    taken: int


class AppointmentRow(SQLModel, table=True):
    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint(one_of("state", AppointmentState), name="state"),
        CheckConstraint(one_of("purpose", Purpose), name="purpose"),
        CheckConstraint("starts_at < ends_at", name="ends_at"),
        CheckConstraint("(purpose = 'DROP_OFF') = (consignment_id IS NOT NULL)", name="drop_off"),
        CheckConstraint("char_length(note) <= 500", name="note"),
        UniqueConstraint("code"),
        Index(
            "uq_appointment_standing",
            "customer",
            "shop_id",
            "purpose",
            "starts_at",
            unique=True,
            postgresql_where=sql("state = 'BOOKED'"),
        ),
        Index("ix_appointment_customer", "customer", "starts_at", "id"),
        Index("ix_appointment_shop", "shop_id", "starts_at", "id"),
    )
    id: UUID = key(primary=True)
    code: str = text()
    shop_id: UUID = key("club_shop.id")
    purpose: str = text()
    customer: UUID = key("account.id")
    consignment_id: UUID | None = key("consignment.id", nullable=True)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    note: str = text()
    state: str = text()
    created_at: datetime = moment()
    version: int


SLOTS: RowMapping[Slot] = RowMapping(Slot, ShopSlotRow.__table__)  # type: ignore[attr-defined]


class SqlSlots:
    """Slots have no id: they are their shop, purpose and start."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def lock_all(self, keys: Iterable[SlotKey]) -> Mapping[SlotKey, Slot]:
        """Slots, locked in the order of their keys; a slot that nobody asked for before is made empty."""
        table = SLOTS.table
        columns = (table.c.shop_id, table.c.purpose, table.c.starts_at)
        wanted = sorted(set(keys))
        rows = [
            {"shop_id": shop, "purpose": str(purpose), "starts_at": start, "capacity": 0, "taken": 0}
            for shop, purpose, start in wanted
        ]
        await self.connection.execute(insert(table).values(rows).on_conflict_do_nothing())
        mine = tuple_(*columns).in_([(shop, str(purpose), start) for shop, purpose, start in wanted])
        found = await self.connection.execute(select(table).where(mine).order_by(*columns).with_for_update())
        slots = [SLOTS.to_noun(row) for row in found]
        return {(slot.shop_id, slot.purpose, slot.starts_at): slot for slot in slots}

    async def save(self, slot: Slot) -> None:
        table = SLOTS.table
        values = SLOTS.to_row(slot)
        mine = [table.c[name] == values.pop(name) for name in ("shop_id", "purpose", "starts_at")]
        await self.connection.execute(update(table).where(*mine).values(values))


class SqlAppointments(SqlCollection[Appointment]):
    noun = Appointment
    row = AppointmentRow
    kind = "Appointment"

    async def standing(self, customer: AccountId, now: datetime) -> Sequence[Appointment]:
        """What is booked and still ahead, not locked."""
        table = self.table
        return await self.find_where(
            table.c.customer == customer, table.c.state == str(AppointmentState.BOOKED), table.c.starts_at > now
        )


class SqlAppointmentReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Appointment | None]:
        rows = await self.pool.fetch("SELECT * FROM appointment WHERE id = ANY($1::uuid[])", list(ids))
        found: dict[UUID, Appointment] = {one.id: one for one in map(SqlAppointments.mapping.to_noun, rows)}
        return [found.get(appointment_id) for appointment_id in ids]

    async def page(self, wanted: AppointmentFilter, page: PageRequest) -> Page[Appointment]:
        """By their start, the next first."""
        conditions = {
            "customer = {}": wanted.customer,
            "shop_id = {}": wanted.shop_id,
            "shop_id = ANY({}::uuid[])": None if wanted.within is None else sorted(wanted.within),
            "purpose = {}": wanted.purpose,
            "state = ANY({}::text[])": [str(state) for state in wanted.states] or None,
            "starts_at >= {}": wanted.starts_from,
            "starts_at < {}": wanted.starts_before,
        }
        given = {condition: value for condition, value in conditions.items() if value is not None}
        return await fetch_page(
            self.pool,
            "SELECT * FROM appointment",
            where=list(given),
            values=list(given.values()),
            sort=Sort(columns=(("starts_at", "timestamptz"), ("id", "uuid"))),
            page=page,
            item=SqlAppointments.mapping.to_noun,
            key=lambda one: (one.starts_at, one.id),
        )

    async def taken(
        self, shop_id: ShopId, purpose: Purpose, since: datetime, until: datetime
    ) -> Mapping[datetime, int]:
        """How many places are taken, by start, in a half-open period."""
        rows = await self.pool.fetch(
            "SELECT starts_at, taken FROM shop_slot"
            " WHERE shop_id = $1 AND purpose = $2 AND starts_at >= $3 AND starts_at < $4",
            shop_id,
            str(purpose),
            since,
            until,
        )
        return {row["starts_at"]: row["taken"] for row in rows}
