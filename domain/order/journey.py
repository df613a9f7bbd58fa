"""The lines of an order that are journeys: what is paid for them stands apart until they have taken place.

Called off in time, what the ladder leaves goes back; what stays is divided as the price would have been.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain import booking as bookings
from domain import supplier
from domain.booking import LIVE, Booking, BookingPart, BookingState
from domain.cart import BookingLapsed, Cart, CartBooking
from domain.ledger import AccountKind, Posting, house
from domain.money import BASIS_POINTS, Money, total
from domain.order.lifecycle import LineKind, LineState, OrderState
from domain.order.noun import HOLD_GRACE, Order, OrderLine
from domain.order.pledge import promised
from domain.order.port import Work
from domain.refusal import Refusal
from domain.supplier import BillCause
from domain.wallet import post
from domain.work import Job

Renewed = Sequence[tuple[Booking, Booking]]
"""Bookings that are over, each with what is held in its place."""

TOOK_PLACE = (LineState.DELIVERED, LineState.RETURNED, LineState.CANCELLED)


# Before it is paid


async def lock_booked(work: Work, cart: Cart, now: datetime) -> tuple[Sequence[tuple[CartBooking, Booking]], Renewed]:
    """The bookings in a cart, locked in id order, and in the place of those whose time is over what is held anew.

    What can neither be paid nor held anew leaves the cart, and the order is refused.
    """
    if not cart.bookings:
        return (), ()
    found = await work.bookings.lock_all([item.booking_id for item in cart.bookings])
    booked: list[tuple[CartBooking, Booking]] = []
    renewed: list[tuple[Booking, Booking]] = []
    gone: list[Booking] = []
    for item in cart.bookings:
        booking = found[item.booking_id]
        if bookings.payable(booking, item.part, now):
            booked.append((item, booking))
        elif (again := await hold_anew(work, cart, item, booking, now)) is not None:
            renewed.append((booking, again))
            booked.append((replace(item, booking_id=again.id), again))
        else:
            gone.append(booking)
    if gone:
        raise lapsed(cart, gone)
    return booked, renewed


async def hold_anew(work: Work, cart: Cart, item: CartBooking, over: Booking, now: datetime) -> Booking | None:
    """The same places once more, at the same price and for the same travellers; their claim is for the caller to make.

    None where that can not be: there is no room, something is said of travellers that was forgotten with the hold, or
    it costs something else by now. A bundle is put together anew by whoever wants it.
    """
    if over.state is not BookingState.EXPIRED or over.payments or item.bundle_id is not None:
        return None
    try:
        found = await bookings.find_departure(work, cart.owner, over.departure_id, over.travellers, now)
        deposit = item.part is BookingPart.DEPOSIT
        again = await bookings.hold(work, cart.owner, found, over.travellers, now=now, deposit=deposit)
    except Refusal:
        return None
    first = again.schedule[0]
    return again if (first.part, first.amount) == (item.part, item.price) else None


async def claim_anew(work: Work, cart: Cart, renewed: Renewed, now: datetime) -> None:
    """Take the places that are held anew, in the order in which departures are locked; the last that is done."""
    for over, again in sorted(renewed, key=lambda one: one[1].departure_id):
        try:
            await bookings.claim(work, again, now)
        except Refusal:
            raise lapsed(cart, [over]) from None


def lapsed(cart: Cart, gone: Sequence[Booking]) -> BookingLapsed:
    ended_at = gone[0].expires_at or gone[0].ended_at
    return BookingLapsed(gone[0].id, ended_at, cart.id, tuple(one.id for one in gone), path=("cartId",))


async def lock_of_order(work: Work, order: Order) -> Mapping[UUID, Booking]:
    """The bookings that an order pays for, locked in id order."""
    named = [line.booking_id for line in order.lines if line.booking_id is not None]
    return await work.bookings.lock_all(named) if named else {}


async def put_in_order(work: Work, order: Order, booked: Sequence[tuple[CartBooking, Booking]]) -> None:
    """The order pays for them, now or within its time; until then nobody else can have the places."""
    by_booking = {line.booking_id: line for line in order.journeys}
    for item, booking in booked:
        line = by_booking[booking.id]
        bookings.put_in_order(booking, item.part, line.price, order.id, line.id)
        if order.expires_at is not None:
            await bookings.keep_until(work, booking, order.expires_at + HOLD_GRACE)


async def may_be_charged(work: Work, order: Order) -> Mapping[UUID, Booking] | None:
    """The bookings of a pending order, locked; None when one of them is over by now."""
    found = await lock_of_order(work, order)
    for line in order.journeys:
        assert line.booking_id is not None, "a journey has a booking"
        booking = found[line.booking_id]
        states = LIVE if line.booking_part is BookingPart.BALANCE else {BookingState.ON_HOLD}
        if booking.state not in states or all(one.order_line_id != line.id for one in booking.payments):
            return None
    return found


def behind(order: Order) -> Money:
    """What of the price of journeys does not stand apart yet: no more does than an old piece has left to be in escrow.

    The rest follows when the piece, or the cash that is held for it, has paid; before, no line is earned or refunded.
    """
    apart = total((line.price for line in order.journeys), order.currency)
    there = total((tender.paid for tender in order.tenders if not promised(tender)), order.currency)
    return max(apart - there, Money.zero(order.currency))


def caught_up(order: Order) -> list[Posting]:
    """What a promise that pays now puts beside what stands apart already; before the tenders say that it has paid."""
    rest = behind(order)
    if not rest:
        return []
    return [house(AccountKind.ESCROW, -rest), house(AccountKind.TRAVEL_UNEARNED, rest)]


async def paid(work: Work, order: Order, found: Mapping[UUID, Booking], now: datetime) -> None:
    """What was paid for journeys stands apart from what is in escrow; suppliers are asked."""
    journeys = order.journeys
    if not journeys:
        return
    amount = total((line.price for line in journeys), order.currency) - behind(order)
    if amount:
        await move(work, order, amount, now, "to be travelled")
    for line in sorted(journeys, key=lambda one: str(one.booking_id)):
        assert line.booking_id is not None, "a journey has a booking"
        await bookings.paid(work, found[line.booking_id], line.id, now)


async def move(work: Work, order: Order, amount: Money, now: datetime, memo: str) -> None:
    """Between escrow and what is not earned yet; a negative amount goes back into escrow."""
    postings = [house(AccountKind.ESCROW, -amount), house(AccountKind.TRAVEL_UNEARNED, amount)]
    await post(work, postings, ("order", order.id), now, f"Order {order.code}, {memo}")


async def unpaid(work: Work, order: Order, found: Mapping[UUID, Booking], reason: str, now: datetime) -> None:
    """The order is over before it was paid."""
    for line in sorted(order.journeys, key=lambda one: str(one.booking_id)):
        assert line.booking_id is not None, "a journey has a booking"
        await bookings.unpaid(work, found[line.booking_id], line.id, reason, now)


# When it is over


def kept_back(line: OrderLine, booking: Booking, now: datetime) -> Money:
    """What calling the journey off at this moment would not give back of this line."""
    if booking.retained is not None:
        return line.refundable
    return min(booking.retained_of(line.id, booking.retained_at(now)), line.refundable)


async def earn(work: Work, line: OrderLine, cause: BillCause, now: datetime) -> list[Posting]:
    """What is left of a journey's line is earned: the supplier's part is due, the rest is the house's.

    Of the house's part the tax on the margin is due, less what the house took off itself, and partners get their shares
    of what is left.
    """
    left, cost = line.refundable, line.cost
    if not left or cost is None:
        return []
    margin = max(line.price - cost, Money.zero(left.currency))
    due = cost if left == line.price else left.allocate([cost.minor, margin.minor])[0]
    own = left - due
    taxed = max(own - line.untaxed, Money.zero(own.currency))
    tax = taxed.allocate([line.tax_rate_bps, BASIS_POINTS])[0]
    postings = [house(AccountKind.TRAVEL_UNEARNED, -left)]
    if due:
        assert line.supplier_id is not None, "a journey has its supplier"
        postings.append(await supplier.owe(work, line.supplier_id, cause, line.id, due, now))
    shares = await share(work, line, own - tax, now)
    rest = own - tax - total((posting.amount for posting in shares), own.currency)
    postings += [house(AccountKind.TAX_PAYABLE, tax)] if tax else []
    return [*postings, *shares, *([house(AccountKind.COMMISSION, rest)] if rest else [])]


async def share(work: Work, line: OrderLine, earned: Money, now: datetime) -> list[Posting]:
    """Partners' parts of what the house has earned on a line, each with its bill."""
    return await supplier.share(work, line.id, earned, line.shares, now)


def conclude(work: Work, order: Order, reason: str, now: datetime) -> None:
    """An order of which nothing is left to be done is delivered, or called off where nothing took place."""
    over = all(line.state in TOOK_PLACE for line in order.lines)
    if order.state is OrderState.PAID and over:
        if all(line.state is LineState.CANCELLED for line in order.lines):
            order.move("calledOff")
            order.ended_at, order.end_reason = now, reason
        else:
            order.move("fulfilled")
            order.delivered_at = now
    work.outbox.append(Job("orderComplete", order.id, now))


def took_place(work: Work, order: Order, line: OrderLine, now: datetime) -> None:
    """A journey was travelled, or a service performed; the caller saves the order."""
    assert line.kind in (LineKind.DEPARTURE, LineKind.SERVICE), "goods are delivered"
    line.move("tookPlace")
    line.delivered_at = now
    conclude(work, order, "", now)
