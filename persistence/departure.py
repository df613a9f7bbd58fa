"""Departures in PostgreSQL, which takes no more places than there are, whoever asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from domain.departure import Departure, DepartureState
from domain.money import Currency
from domain.page import Page, PageRequest
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_pages
from persistence.table import document, key, moment, one_of, text


class DepartureRow(SQLModel, table=True):
    __tablename__ = "departure"
    __table_args__ = (
        CheckConstraint(one_of("state", DepartureState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("capacity > 0 AND taken BETWEEN 0 AND capacity", name="taken"),
        CheckConstraint("singles BETWEEN 0 AND capacity AND singles_taken BETWEEN 0 AND singles", name="singles_taken"),
        CheckConstraint("participants_min BETWEEN 0 AND capacity", name="participants_min"),
        CheckConstraint("starts_at < ends_at AND cut_off_at <= starts_at AND decide_at <= starts_at", name="times"),
        CheckConstraint("(end_reason IS NOT NULL) = (state = 'CANCELLED')", name="ended"),
        Index("ix_departure_product", "product_id", "starts_at", "id"),
    )
    id: UUID = key(primary=True)
    product_id: UUID = key("travel_product.id")
    supplier_id: UUID = key("supplier.id")
    option_code: str = text()
    state: str = text()
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    cut_off_at: datetime = moment()
    decide_at: datetime = moment()
    currency: str = text()
    prices: list[Any] = document()
    capacity: int
    taken: int
    singles: int
    singles_taken: int
    participants_min: int
    private_for: UUID | None = key("account.id", nullable=True)
    opened_at: datetime = moment()
    end_reason: str | None = text(nullable=True)
    version: int


class SqlDepartures(SqlCollection[Departure]):
    noun = Departure
    row = DepartureRow
    kind = "Departure"
    shares_key = True


class SqlDepartureReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Departure | None]:
        return await SqlDepartures.read(self.pool, ids)

    async def pages(self, product_ids: Sequence[UUID], since: datetime, page: PageRequest) -> Sequence[Page[Departure]]:
        return await fetch_pages(
            self.pool,
            "SELECT * FROM departure",
            parent="product_id",
            parents=product_ids,
            where=["private_for IS NULL", "starts_at > {}"],
            values=[since],
            sort=Sort(columns=(("starts_at", "timestamptz"), ("id", "uuid"))),
            page=page,
            item=SqlDepartures.mapping.to_noun,
            key=lambda departure: (departure.starts_at, departure.id),
        )
