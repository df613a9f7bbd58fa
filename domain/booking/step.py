"""What orders and departures do to a booking; nothing here authorises.

Rows are locked in this order: order, payment, booking, then as orders do, the departure last.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from domain import departure as departures
from domain.booking.detail import forget_details
from domain.booking.lifecycle import LIVE, BookingState
from domain.booking.noun import Booking, BookingPart, BookingPayment
from domain.booking.port import Work
from domain.event import Event
from domain.money import Money
from domain.work import Job


def payable(booking: Booking, part: BookingPart, now: datetime) -> bool:
    """Whether this can be paid: not for places that are free for others by now, and nothing twice.

    Places whose time is over are still the buyer's until the house has let them go.
    """
    states = LIVE if part is BookingPart.BALANCE else (BookingState.ON_HOLD,)
    return booking.state in states and now < booking.starts_at and booking.payment(part) is None


def put_in_order(booking: Booking, part: BookingPart, amount: Money, order_id: UUID, line_id: UUID) -> None:
    """An order pays for it, now or soon; the caller saves the booking."""
    booking.payments = (*booking.payments, BookingPayment(part, amount, order_id, line_id))


async def keep_until(work: Work, booking: Booking, until: datetime) -> None:
    """While a provider is asked to charge, the places stay held."""
    if booking.state is BookingState.ON_HOLD:
        booking.expires_at = until
        work.outbox.append(Job("bookingExpire", booking.id, until))
    await work.bookings.save(booking)


async def paid(work: Work, booking: Booking, line_id: UUID, now: datetime) -> None:
    """One of its installments is paid: the supplier is asked, or it is confirmed at once."""
    booking.payments = tuple(
        replace(one, paid_at=now) if one.order_line_id == line_id else one for one in booking.payments
    )
    if booking.state is BookingState.ON_HOLD:
        booking.move("paid")
        booking.expires_at = min(now + timedelta(hours=booking.confirm_hours), booking.starts_at)
        work.outbox.append(Job("bookingExpire", booking.id, booking.expires_at))
        said: dict[str, object] = {"code": booking.code, "places": len(booking.travellers)}
        work.events.append(Event("booking.paid", "booking", booking.id, said, account_id=booking.buyer))
        if booking.instant and not booking.rule.intake:
            confirm(work, booking, booking.code, now)
        ask_for_balance(work, booking, now)
    await work.bookings.save(booking)


def confirm(work: Work, booking: Booking, reference: str, now: datetime) -> None:
    """The supplier expects the travellers; the caller saves the booking."""
    booking.move("bookingConfirm")
    booking.supplier_reference, booking.confirmed_at, booking.expires_at = reference, now, None
    work.events.append(Event("booking.confirmed", "booking", booking.id, {}, account_id=booking.buyer))


def ask_for_balance(work: Work, booking: Booking, now: datetime) -> None:
    """Remind the buyer of what is still to be paid, and look when the time is up."""
    balance = booking.installment(BookingPart.BALANCE)
    if balance is not None and booking.balance:
        remind_at = balance.due_at - timedelta(days=booking.remind_days)
        work.outbox.append(Job("bookingRemind", booking.id, max(now, remind_at)))
        work.outbox.append(Job("bookingBalanceDue", booking.id, balance.due_at))


async def end(work: Work, booking: Booking, action: str, reason: str, retained: Money, now: datetime) -> None:
    """A locked booking is over without the journey. Saves it; its places are for the caller to free, last of all."""
    booking.move(action)
    booking.ended_at, booking.end_reason, booking.expires_at = now, reason, None
    booking.retained = retained
    forget_details(booking)
    await work.bookings.save(booking)
    await forget_intake(work, booking, now)
    said: dict[str, object] = {"reason": reason, "retained": str(retained)}
    name = f"booking.{booking.state.lower()}"
    work.events.append(Event(name, "booking", booking.id, said, account_id=booking.buyer))


async def free(work: Work, booking: Booking) -> None:
    """The places of a booking that is over are there for others; the last that is done, for many may want them."""
    departure = await work.departures.lock(booking.departure_id)
    departures.free(departure, booking.units)
    await work.departures.save(departure)


async def unpaid(work: Work, booking: Booking, line_id: UUID, reason: str, now: datetime) -> None:
    """The order that was to pay an installment is over; places that nothing was paid for are free again."""
    booking.payments = tuple(one for one in booking.payments if one.order_line_id != line_id)
    if booking.state is BookingState.ON_HOLD:
        await end(work, booking, "expired", reason, Money.zero(booking.currency), now)
        await free(work, booking)
    else:
        await work.bookings.save(booking)


def tell(work: Work, booking: Booking, what: str, **data: object) -> None:
    """An event of this booking; `data` holds JSON values only."""
    work.events.append(Event(f"booking.{what}", "booking", booking.id, data, account_id=booking.buyer))


async def forget_intake(work: Work, booking: Booking, now: datetime) -> None:
    """Medical details are of no use any more: only that there were some is kept."""
    intake = await work.booking_intakes.lock_or_none(booking.id) if booking.rule.intake else None
    if intake is not None and intake.purged_at is None:
        intake.sealed, intake.purged_at = None, now
        await work.booking_intakes.save(intake)
        work.events.append(Event("booking.intakePurged", "booking", booking.id, account_id=booking.buyer))
