"""What becomes of a departure when its time comes: whether it goes, and that it has taken place."""

from dataclasses import dataclass
from datetime import datetime

from domain import departure as departures
from domain.booking import LIVE, BookingState
from domain.departure import DEPARTURE_LIFECYCLE, Departure, DepartureId, DepartureState
from domain.event import Event
from domain.order import Work
from domain.viewer import Role, Viewer
from domain.work import Job


@dataclass(frozen=True, slots=True)
class OfDeparture:
    departure_id: DepartureId


async def decide(work: Work, viewer: Viewer, command: OfDeparture, *, now: datetime) -> Departure:
    """On the day of the decision it goes if enough people have booked; else everybody gets everything back."""
    viewer.require(Role.SYSTEM)
    departure = await work.departures.lock(command.departure_id)
    if departure.state is not DepartureState.OPEN or departure.decide_at > now:
        return departure
    coming = sum(places for _, state, places in await work.bookings.standing(departure.id) if state in LIVE)
    if coming >= departure.participants_min:
        departure.state = DEPARTURE_LIFECYCLE.move(departure.state, "departureDecide/GO")
        await work.departures.save(departure)
        # The job that was put there with it may have come first, and found that nothing was decided.
        work.outbox.append(Job("departureComplete", departure.id, max(now, departure.ends_at)))
        work.events.append(Event("departure.going", "departure", departure.id, {"places": coming}))
        return departure
    reason = f"{coming} of the {departure.participants_min} that it takes have booked"
    await departures.call_off(work, departure, "departureDecide/CANCEL", reason)
    await tell_bookings(work, departure, now)
    return departure


async def cancel(work: Work, viewer: Viewer, command: departures.CancelDeparture, *, now: datetime) -> Departure:
    """The supplier, or a merchandiser for it, calls a departure off: everybody gets everything back."""
    departure = await departures.lock_managed(work, viewer, command)
    await departures.call_off(work, departure, "departureCancel", command.reason.strip())
    await tell_bookings(work, departure, now)
    return departure


async def tell_bookings(work: Work, departure: Departure, now: datetime) -> None:
    """Each booking is undone by a job of its own, for their number has no end."""
    for booking_id, _, _ in await work.bookings.standing(departure.id):
        work.outbox.append(Job("bookingCallOff", booking_id, now))


async def complete(work: Work, viewer: Viewer, command: OfDeparture, *, now: datetime) -> Departure:
    """The journey is over, for everybody who was confirmed."""
    viewer.require(Role.SYSTEM)
    departure = await work.departures.lock(command.departure_id)
    if departure.state is not DepartureState.GOING or departure.ends_at > now:
        return departure
    departure.state = DEPARTURE_LIFECYCLE.move(departure.state, "departureComplete")
    await work.departures.save(departure)
    for booking_id, state, _ in await work.bookings.standing(departure.id):
        if state is BookingState.CONFIRMED:
            work.outbox.append(Job("bookingTravelled", booking_id, now))
    work.events.append(Event("departure.completed", "departure", departure.id))
    return departure
