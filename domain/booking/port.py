"""What bookings need of the house's memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain import departure
from domain.booking.lifecycle import BookingState
from domain.booking.noun import Booking, BookingId, BookingIntake
from domain.departure import DepartureId
from domain.page import Page, PageRequest
from domain.supplier import SupplierId
from domain.viewer import AccountId, Role, Viewer


class Bookings(Protocol):
    async def lock(self, booking_id: BookingId) -> Booking: ...
    async def lock_all(self, ids: Iterable[BookingId]) -> Mapping[UUID, Booking]:
        """All of them, locked in id order."""
        ...

    async def find(self, booking_id: BookingId) -> Booking: ...
    async def add(self, booking: Booking) -> None: ...
    async def save(self, booking: Booking) -> None: ...
    async def standing(self, departure_id: DepartureId) -> Sequence[tuple[BookingId, BookingState, int]]:
        """What is not over of a departure, not locked: which, where it stands, and how many travel."""
        ...


class BookingIntakes(Protocol):
    async def lock_or_none(self, booking_id: BookingId) -> BookingIntake | None: ...
    async def add(self, intake: BookingIntake) -> None: ...
    async def save(self, intake: BookingIntake) -> None: ...


class Work(departure.Work, Protocol):
    @property
    def bookings(self) -> Bookings: ...
    @property
    def booking_intakes(self) -> BookingIntakes: ...


@dataclass(frozen=True, slots=True)
class BookingFilter:
    """Which bookings; what is None or empty does not narrow."""

    states: tuple[BookingState, ...] = ()
    buyer: AccountId | None = None
    supplier_ids: tuple[SupplierId, ...] | None = None
    departure_id: DepartureId | None = None


class BookingReader(Protocol):
    """Bookings as buyers, suppliers and staff read them; callers have checked who may."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Booking | None]: ...
    async def intakes(self, ids: Sequence[UUID]) -> Sequence[BookingIntake | None]: ...
    async def page(self, wanted: BookingFilter, page: PageRequest) -> Page[Booking]:
        """Newest first."""
        ...

    async def queue(self, wanted: BookingFilter, page: PageRequest) -> Page[Booking]:
        """Oldest first, as suppliers and staff work through them."""
        ...


class IntakeVault(Protocol):
    """Seals medical details with the house's secret, each for its booking alone."""

    def seal(self, booking_id: UUID, text: str) -> str: ...
    def open(self, booking_id: UUID, sealed: str) -> str:
        """ValueError for what was sealed under another secret or for another booking."""
        ...


STAFF = (Role.SUPPORT, Role.FINANCE, Role.MERCHANDISER)


def may_see(viewer: Viewer, booking: Booking, acts_for: Collection[SupplierId]) -> bool:
    """Buyers see their own, suppliers what is booked of theirs, staff who serve them all."""
    theirs = booking.buyer == viewer.account_id
    sold = booking.supplier_id in acts_for and booking.state is not BookingState.ON_HOLD
    return theirs or sold or viewer.has(*STAFF)


def may_read_intake(viewer: Viewer, booking: Booking) -> bool:
    """The buyer, and those of the staff who have this very scope: no other role includes it."""
    return booking.buyer == viewer.account_id or Role.MEDICAL in viewer.roles
