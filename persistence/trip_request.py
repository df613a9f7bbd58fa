"""Requests for tailor-made journeys in PostgreSQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from domain.money import Currency
from domain.page import Page, PageRequest
from domain.policy import TravelCategory
from domain.trip_request import TripRequest, TripRequestState
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, minor, moment, one_of, text


class TripRequestRow(SQLModel, table=True):
    __tablename__ = "trip_request"
    __table_args__ = (
        CheckConstraint(one_of("category", TravelCategory), name="category"),
        CheckConstraint(one_of("state", TripRequestState), name="state"),
        CheckConstraint(one_of("budget_currency", Currency), name="budget_currency"),
        CheckConstraint("budget_minor > 0", name="budget"),
        CheckConstraint("party BETWEEN 1 AND 12", name="party"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("state NOT IN ('QUOTED', 'ACCEPTED') OR quote IS NOT NULL", name="quote"),
        CheckConstraint("(booking_id IS NOT NULL) = (state = 'ACCEPTED')", name="booking"),
        Index("ix_trip_request_buyer", "buyer", "id"),
        Index("ix_trip_request_state", "state", "id"),
    )
    id: UUID = key(primary=True)
    code: str = text(unique=True)
    buyer: UUID = key("account.id")
    category: str = text()
    state: str = text()
    wishes: str = text()
    starts_on: date
    ends_on: date
    party: int
    budget_minor: int | None = minor(nullable=True)
    budget_currency: str | None = text(nullable=True)
    quote: Any = document(nullable=True)
    booking_id: UUID | None = key("booking.id", nullable=True)
    created_at: datetime = moment()
    version: int


class SqlTripRequests(SqlCollection[TripRequest]):
    noun = TripRequest
    row = TripRequestRow
    kind = "TripRequest"


class SqlTripRequestReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[TripRequest | None]:
        return await SqlTripRequests.read(self.pool, ids)

    async def of_buyer(
        self, buyer: AccountId, states: Sequence[TripRequestState], page: PageRequest
    ) -> Page[TripRequest]:
        where, values = within(states)
        return await self._page(["buyer = {}", *where], [buyer, *values], page, descending=True)

    async def queue(self, states: Sequence[TripRequestState], page: PageRequest) -> Page[TripRequest]:
        where, values = within(states)
        return await self._page(where, values, page, descending=False)

    async def _page(
        self, where: Sequence[str], values: Sequence[object], page: PageRequest, *, descending: bool
    ) -> Page[TripRequest]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM trip_request",
            where=where,
            values=values,
            sort=Sort(columns=(("id", "uuid"),), descending=descending),
            page=page,
            item=SqlTripRequests.mapping.to_noun,
            key=lambda trip_request: (trip_request.id,),
        )


def within(states: Sequence[TripRequestState]) -> tuple[list[str], list[object]]:
    """The condition that a request is in one of these states, with its value; nothing for any."""
    return (["state = ANY({}::text[])"], [[str(state) for state in states]]) if states else ([], [])
