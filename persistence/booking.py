"""Bookings in PostgreSQL, and medical details in a table of their own, sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, select
from sqlmodel import SQLModel

from domain.booking import OVER, Booking, BookingFilter, BookingId, BookingIntake, BookingState
from domain.departure import DepartureId
from domain.money import Currency
from domain.page import Page, PageRequest
from domain.piece import PartyKind
from domain.policy import TaxBasis, TravelCategory
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, minor, moment, one_of, text

SELLERS = (PartyKind.HOUSE, PartyKind.SUPPLIER)
BASES = (TaxBasis.TRAVEL_MARGIN, TaxBasis.COMMISSION)


class BookingRow(SQLModel, table=True):
    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint(one_of("state", BookingState), name="state"),
        CheckConstraint(one_of("category", TravelCategory), name="category"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(one_of("seller_kind", SELLERS), name="seller_kind"),
        CheckConstraint(one_of("tax_basis", BASES), name="tax_basis"),
        CheckConstraint("(seller_kind = 'SUPPLIER') = (tax_basis = 'COMMISSION')", name="seller"),
        CheckConstraint("price_minor > 0 AND net_minor >= 0", name="price"),
        CheckConstraint("retained_minor BETWEEN 0 AND price_minor", name="retained"),
        CheckConstraint("jsonb_array_length(travellers) BETWEEN 1 AND 12", name="travellers"),
        CheckConstraint("state <> 'ON_HOLD' OR expires_at IS NOT NULL", name="hold"),
        CheckConstraint("(ended_at IS NOT NULL) = (state NOT IN ('ON_HOLD', 'PENDING', 'CONFIRMED'))", name="ended"),
        Index("ix_booking_buyer", "buyer", "id"),
        Index("ix_booking_supplier", "supplier_id", "state", "id"),
        Index("ix_booking_departure", "departure_id", "id"),
    )
    id: UUID = key(primary=True)
    code: str = text(unique=True)
    buyer: UUID = key("account.id")
    departure_id: UUID = key("departure.id")
    product_id: UUID = key("travel_product.id")
    supplier_id: UUID = key("supplier.id")
    category: str = text()
    state: str = text()
    currency: str = text()
    price_minor: int = minor()
    net_minor: int = minor()
    travellers: list[Any] = document()
    seller_kind: str = text()
    seller_id: UUID | None = key("supplier.id", nullable=True)
    tax_basis: str = text()
    seat: str = text()
    ladder: Any = document()
    rule: Any = document()
    shares: list[Any] = document()
    pins: list[Any] = document()
    instant: bool
    confirm_hours: int
    remind_days: int
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    schedule: list[Any] = document()
    held_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    bundle_id: UUID | None = key(nullable=True)
    payments: list[Any] = document()
    supplier_reference: str | None = text(nullable=True)
    confirmed_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    end_reason: str | None = text(nullable=True)
    retained_minor: int | None = minor(nullable=True)
    version: int


class BookingIntakeRow(SQLModel, table=True):
    """Its id is the booking's. What was purged is gone: the row says only that it was there."""

    __tablename__ = "booking_intake"
    __table_args__ = (CheckConstraint("(sealed IS NULL) = (purged_at IS NOT NULL)", name="purged"),)
    id: UUID = key("booking.id", primary=True)
    sealed: str | None = text(nullable=True)
    submitted_at: datetime = moment()
    purge_at: datetime = moment()
    purged_at: datetime | None = moment(nullable=True)
    version: int


class SqlBookings(SqlCollection[Booking]):
    noun = Booking
    row = BookingRow
    kind = "Booking"

    async def standing(self, departure_id: DepartureId) -> Sequence[tuple[BookingId, BookingState, int]]:
        table = self.table.c
        count = func.jsonb_array_length(table.travellers).label("places")
        over = table.state.in_([str(state) for state in OVER])
        query = select(table.id, table.state, count).where(table.departure_id == departure_id, ~over)
        rows = await self.connection.execute(query.order_by(table.id))
        return [(BookingId(UUID(int=row["id"].int)), BookingState(row["state"]), row["places"]) for row in rows]


class SqlBookingIntakes(SqlCollection[BookingIntake]):
    noun = BookingIntake
    row = BookingIntakeRow
    kind = "BookingIntake"

    async def lock_or_none(self, booking_id: BookingId) -> BookingIntake | None:
        found = await self.lock_where(self.table.c.id == booking_id)
        return found[0] if found else None


class SqlBookingReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Booking | None]:
        return await SqlBookings.read(self.pool, ids)

    async def intakes(self, ids: Sequence[UUID]) -> Sequence[BookingIntake | None]:
        return await SqlBookingIntakes.read(self.pool, ids)

    async def page(self, wanted: BookingFilter, page: PageRequest) -> Page[Booking]:
        return await self._page(wanted, page, descending=True)

    async def queue(self, wanted: BookingFilter, page: PageRequest) -> Page[Booking]:
        return await self._page(wanted, page, descending=False)

    async def _page(self, wanted: BookingFilter, page: PageRequest, *, descending: bool) -> Page[Booking]:
        where: list[str] = []
        values: list[object] = []
        if wanted.supplier_ids is not None:
            where.append("supplier_id = ANY({}::uuid[])")
            values.append(list(wanted.supplier_ids))
        for column in ("buyer", "departure_id"):
            if (value := getattr(wanted, column)) is not None:
                where.append(f"{column} = {{}}")
                values.append(value)
        if wanted.states:
            where.append("state = ANY({}::text[])")
            values.append([str(state) for state in wanted.states])
        return await fetch_page(
            self.pool,
            "SELECT * FROM booking",
            where=where,
            values=values,
            sort=Sort(columns=(("id", "uuid"),), descending=descending),
            page=page,
            item=SqlBookings.mapping.to_noun,
            key=lambda booking: (booking.id,),
        )
