"""What supplier, buyer and house do to a booking that is paid: confirm, reject, call off, and travel in the end."""

from dataclasses import dataclass
from datetime import datetime

from domain import booking as bookings
from domain.booking import Booking, BookingId, BookingPart, BookingState, IntakeMissing
from domain.departure import DepartureState
from domain.money import Money
from domain.order import Work, journey
from domain.refusal import NotFound, WrongState, require
from domain.supplier import acts_for
from domain.text import line as one_line
from domain.trip.hold import drop_hold, find
from domain.trip.undo import lock_with_orders, undo
from domain.viewer import Role, Viewer
from domain.work import Job, check_version

REASON_MAX = 500


@dataclass(frozen=True, slots=True)
class ConfirmBooking:
    """`reference` is the supplier's own."""

    booking_id: BookingId
    reference: str


async def confirm(work: Work, viewer: Viewer, command: ConfirmBooking, *, now: datetime) -> Booking:
    """The supplier expects the travellers."""
    await find_for_supplier(work, viewer, command.booking_id)
    booking = await work.bookings.lock(command.booking_id)
    if booking.rule.intake:
        intake = await work.booking_intakes.lock_or_none(booking.id)
        require(intake is not None, IntakeMissing(path=("bookingId",)))
    bookings.confirm(work, booking, one_line(command.reference, "reference", longest=80), now)
    await work.bookings.save(booking)
    return booking


async def find_for_supplier(work: Work, viewer: Viewer, booking_id: BookingId) -> Booking:
    """A booking of the supplier that the viewer acts for, or any for support; for others it does not exist."""
    viewer.require_account()
    found = await find(work, booking_id)
    owner = await work.suppliers.find(found.supplier_id)
    may = acts_for(viewer, owner) or viewer.has(Role.SUPPORT)
    require(may, NotFound("Booking", booking_id, path=("bookingId",)))
    return found


@dataclass(frozen=True, slots=True)
class RejectBooking:
    booking_id: BookingId
    reason: str
    expected_version: int | None = None


async def reject(work: Work, viewer: Viewer, command: RejectBooking, *, now: datetime) -> Booking:
    """The supplier can not take the travellers: everything goes back."""
    await find_for_supplier(work, viewer, command.booking_id)
    booking, orders = await lock_with_orders(work, command.booking_id)
    check_version(command.expected_version, booking.version)
    pending = booking.state is BookingState.PENDING
    require(pending, WrongState("booking", booking.state, booking.next_actions))
    reason = one_line(command.reason, "reason", longest=REASON_MAX)
    await undo(work, booking, orders, "bookingReject", reason, Money.zero(booking.currency), now)
    return booking


@dataclass(frozen=True, slots=True)
class CancelBooking:
    booking_id: BookingId
    reason: str
    expected_version: int | None = None


async def cancel(work: Work, viewer: Viewer, command: CancelBooking, *, now: datetime) -> Booking:
    """The buyer, or support, calls it off: the ladder says what stays with the sellers."""
    viewer.require_account()
    seen = await find(work, command.booking_id)
    theirs = seen.buyer == viewer.account_id or viewer.has(Role.SUPPORT)
    require(theirs, NotFound("Booking", command.booking_id, path=("bookingId",)))
    check_version(command.expected_version, seen.version)
    reason = one_line(command.reason, "reason", longest=REASON_MAX)
    if seen.state is BookingState.ON_HOLD:
        return await drop_hold(work, seen.buyer, seen, reason, now)
    booking, orders = await lock_with_orders(work, command.booking_id)
    check_version(command.expected_version, booking.version)
    live = booking.state in bookings.LIVE
    require(live, WrongState("booking", booking.state, booking.next_actions))
    await undo(work, booking, orders, "bookingCancel", reason, booking.retained_at(now), now)
    return booking


# What follows from time


@dataclass(frozen=True, slots=True)
class OfBooking:
    booking_id: BookingId


async def expire(work: Work, viewer: Viewer, command: OfBooking, *, now: datetime) -> Booking:
    """The house lets places go that were not paid in time, or that the supplier did not confirm."""
    viewer.require(Role.SYSTEM)
    booking, orders = await lock_with_orders(work, command.booking_id)
    if booking.expires_at is None or booking.expires_at > now:
        return booking
    nothing = Money.zero(booking.currency)
    if booking.state is BookingState.ON_HOLD:
        await bookings.end(work, booking, "expired", "Not paid in time", nothing, now)
        await bookings.free(work, booking)
    elif booking.state is BookingState.PENDING:
        await undo(work, booking, orders, "expired", "Not confirmed in time", nothing, now)
    return booking


async def remind(work: Work, viewer: Viewer, command: OfBooking, *, now: datetime) -> Booking:
    """The house tells the buyer that the balance is due soon."""
    viewer.require(Role.SYSTEM)
    booking = await work.bookings.lock(command.booking_id)
    if booking.state in bookings.LIVE and booking.balance:
        bookings.tell(work, booking, "balanceDue", amount=str(booking.balance))
    return booking


async def balance_due(work: Work, viewer: Viewer, command: OfBooking, *, now: datetime) -> Booking:
    """The balance was not paid in time: the booking is called off, by its ladder."""
    viewer.require(Role.SYSTEM)
    booking, orders = await lock_with_orders(work, command.booking_id)
    balance = booking.installment(BookingPart.BALANCE)
    late = booking.state in bookings.LIVE and balance is not None and balance.due_at <= now
    if late and booking.balance:
        retained = booking.retained_at(now)
        await undo(work, booking, orders, "bookingCancel", "The balance was not paid in time", retained, now)
    return booking


async def call_off(work: Work, viewer: Viewer, command: OfBooking, *, now: datetime) -> Booking:
    """The departure does not take place: everything goes back."""
    viewer.require(Role.SYSTEM)
    booking, orders = await lock_with_orders(work, command.booking_id)
    departure = await work.departures.find(booking.departure_id)
    off = departure.state is DepartureState.CANCELLED
    if off and booking.state not in bookings.OVER:
        reason = departure.end_reason or "The departure does not take place"
        await undo(work, booking, orders, "bookingCancel", reason, Money.zero(booking.currency), now)
    return booking


async def travelled(work: Work, viewer: Viewer, command: OfBooking, *, now: datetime) -> Booking:
    """The journey is over: what was paid for it is earned; what travellers said is forgotten, medical details soon."""
    viewer.require(Role.SYSTEM)
    booking, orders = await lock_with_orders(work, command.booking_id)
    if booking.state is not BookingState.CONFIRMED or booking.ends_at > now:
        return booking
    booking.move("travelled")
    booking.ended_at = now
    bookings.forget_details(booking)
    await work.bookings.save(booking)
    for payment in booking.payments:
        if payment.paid_at is not None:
            order = orders[payment.order_id]
            journey.took_place(work, order, order.line(payment.order_line_id), now)
            await work.orders.save(order)
    if booking.rule.intake:
        intake = await work.booking_intakes.lock_or_none(booking.id)
        if intake is not None:
            work.outbox.append(Job("bookingPurgeIntake", booking.id, intake.purge_at))
    bookings.tell(work, booking, "travelled")
    return booking
