"""A paid booking ends without the journey: every order that paid for it gives back what has to go back."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from domain import booking as bookings
from domain.booking import Booking, BookingId
from domain.ledger import Posting
from domain.money import Money
from domain.order import Order, OrderId, OrderLine, Work, journey, refund
from domain.supplier import BillCause
from domain.wallet import post


async def lock_with_orders(work: Work, booking_id: BookingId) -> tuple[Booking, Mapping[UUID, Order]]:
    """A booking and the orders that pay for it, orders first and in id order."""
    seen = await work.bookings.find(booking_id)
    orders: dict[UUID, Order] = {}
    for order_id in sorted({payment.order_id for payment in seen.payments}):
        orders[order_id] = await work.orders.lock(OrderId(order_id))
    return await work.bookings.lock(booking_id), orders


async def undo(
    work: Work,
    booking: Booking,
    orders: Mapping[UUID, Order],
    action: str,
    reason: str,
    retained: Money,
    now: datetime,
) -> None:
    """End a locked booking of locked orders; of what was paid `retained` stays with the sellers."""
    paid = [one for one in booking.payments if one.paid_at is not None and one.order_id in orders]
    kept = {one.order_line_id: booking.retained_of(one.order_line_id, retained) for one in paid}
    await bookings.end(work, booking, action, reason, retained, now)
    for payment in paid:
        order = orders[payment.order_id]
        line = order.line(payment.order_line_id)
        line.move("calledOff")
        if order.trade_in_id is not None:
            # The journey is not to be paid by a promise any more, and a purchase of which nothing stays needs none.
            await work.pledges.call_off(order, whole=not order.stays_without([line.id]), now=now)
        await give_back(work, order, line, kept[line.id], reason, now)
        journey.conclude(work, order, reason, now)
        await work.orders.save(order)
    await bookings.free(work, booking)


async def give_back(work: Work, order: Order, line: OrderLine, kept: Money, reason: str, now: datetime) -> None:
    """What is not kept goes to the tenders it came from; what is kept is divided and earned."""
    back = line.refundable - kept
    if back:
        await refund(work, order, {line.id: back}, reason=reason, now=now)
    postings: list[Posting] = await journey.earn(work, line, BillCause.CANCELLATION, now)
    if postings:
        await post(work, postings, ("order", order.id), now, f"Order {order.code} called off")
        line.released_at = now
