"""Bookings: buyers see their own, suppliers what is booked of theirs, staff who serve them all."""

from collections.abc import Sequence
from uuid import UUID

from domain import booking as bookings
from domain.booking import Booking, BookingFilter, BookingIntake, BookingState, Traveller
from domain.money import Money
from domain.page import Page, PageRequest
from domain.refusal import NotAllowed, NotFound, require
from domain.trip import IntakeSaid, SubmitIntake, check_intake
from domain.viewer import Role
from resolvers import supplier as suppliers
from resolvers.context import Context


async def find(context: Context, booking_id: UUID) -> Booking | None:
    """The booking, if there is one for the caller."""
    found = await context.loaders.booking.load(booking_id)
    if found is None:
        return None
    if bookings.may_see(context.viewer, found, ()) or Role.MEDICAL in context.viewer.roles:
        return found
    return found if bookings.may_see(context.viewer, found, await suppliers.own(context)) else None


async def booking(context: Context, booking_id: UUID) -> Booking:
    found = await find(context, booking_id)
    if found is None:
        raise NotFound("Booking", booking_id, path=("id",))
    return found


async def own(context: Context, states: Sequence[BookingState], page: PageRequest) -> Page[Booking]:
    """The caller's own bookings, newest first."""
    wanted = BookingFilter(states=tuple(states), buyer=context.viewer.require_account())
    return await context.readers.bookings.page(wanted, page)


async def queue(context: Context, wanted: BookingFilter, page: PageRequest) -> Page[Booking]:
    """What is booked, oldest first: of one's own supplier, or of all for staff. What is only held is nobody's yet."""
    viewer = context.viewer
    theirs = await suppliers.own(context)
    staff = viewer.has(Role.SUPPORT, Role.MERCHANDISER)
    require(staff or bool(theirs), NotAllowed("a supplier's own account, or support or merchandiser rights"))
    states = wanted.states or tuple(state for state in BookingState if state is not BookingState.ON_HOLD)
    if not staff:
        states = tuple(state for state in states if state is not BookingState.ON_HOLD)
    sold_by = None if staff else tuple(theirs)
    asked = BookingFilter(states, supplier_ids=sold_by, departure_id=wanted.departure_id)
    return await context.readers.bookings.queue(asked, page)


async def travellers(context: Context, found: Booking) -> Sequence[Traveller] | None:
    """Who travels, for the buyer, the supplier and support."""
    viewer = context.viewer
    theirs = found.buyer == viewer.account_id or viewer.has(Role.SUPPORT)
    return found.travellers if theirs or found.supplier_id in await suppliers.own(context) else None


async def net(context: Context, found: Booking) -> Money | None:
    """What the house owes the supplier, for both."""
    sees = context.viewer.has(Role.FINANCE) or found.supplier_id in await suppliers.own(context)
    return found.net if sees else None


async def intake(context: Context, found: Booking) -> BookingIntake | None:
    """That there are medical details, for whoever may read them."""
    if not bookings.may_read_intake(context.viewer, found):
        return None
    return await context.loaders.booking_intake.load(found.id)


def opened(context: Context, found: BookingIntake) -> str | None:
    """The details themselves; None once they were forgotten."""
    return None if found.sealed is None else context.secrets.intakes.open(found.id, found.sealed)


async def seal(context: Context, said: IntakeSaid) -> SubmitIntake:
    """What is said becomes a sealed text before there is a transaction."""
    text = check_intake(said.text)
    return SubmitIntake(said.booking_id, context.secrets.intakes.seal(said.booking_id, text))
