"""Medical details of a journey: sealed before they reach a transaction, read by few, and forgotten after it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain import booking as bookings
from domain.booking import Booking, BookingId, BookingIntake
from domain.order import Work
from domain.refusal import NotFound, WrongState, require
from domain.text import note
from domain.trip.answer import OfBooking
from domain.trip.hold import find
from domain.viewer import Role, Viewer

INTAKE_LENGTH_MAX = 10_000


@dataclass(frozen=True, slots=True)
class IntakeSaid:
    """What the buyer says, in the open; it never reaches a verb."""

    booking_id: BookingId
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SubmitIntake:
    """`sealed` opens with the house's secret, for this booking alone."""

    booking_id: BookingId
    sealed: str = field(repr=False)


def check_intake(text: str) -> str:
    return note(text, "text", longest=INTAKE_LENGTH_MAX)


async def submit_intake(work: Work, viewer: Viewer, command: SubmitIntake, *, now: datetime) -> Booking:
    """The buyer says what those who care for the travellers have to know; said again, it takes the place of before."""
    buyer = viewer.require_account()
    seen = await find(work, command.booking_id)
    require(seen.buyer == buyer, NotFound("Booking", command.booking_id, path=("bookingId",)))
    booking = await work.bookings.lock(command.booking_id)
    possible = "bookingSubmitIntake" in booking.next_actions
    require(possible, WrongState("booking", booking.state, booking.next_actions))
    intake = await work.booking_intakes.lock_or_none(booking.id)
    purge_at = booking.ends_at + timedelta(days=booking.rule.intake_days)
    if intake is None:
        await work.booking_intakes.add(BookingIntake(booking.id, command.sealed, now, purge_at))
    else:
        intake.sealed, intake.submitted_at = command.sealed, now
        await work.booking_intakes.save(intake)
    bookings.tell(work, booking, "intakeSubmitted")
    return booking


async def purge_intake(work: Work, viewer: Viewer, command: OfBooking, *, now: datetime) -> Booking:
    """The time is up: the house forgets the details of a journey that is over."""
    viewer.require(Role.SYSTEM)
    booking = await work.bookings.lock(command.booking_id)
    if booking.state in bookings.OVER:
        await bookings.forget_intake(work, booking, now)
    return booking
