"""An order ends before the goods are on their way: everything goes back to where it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain import booking, claim, consignment, listing, settlement, stock
from domain.booking import Booking
from domain.event import Event
from domain.ledger import Posting
from domain.listing import ListingId
from domain.money import Currency, Money
from domain.order import grant, journey
from domain.order.lifecycle import LineState, OrderState
from domain.order.noun import Order, OrderId, OrderLine, OrderLineId
from domain.order.pay import in_order, lock_listings
from domain.order.port import Work
from domain.order.refund import refund
from domain.payment import PaymentIntent
from domain.refusal import InvalidInput, NotFound, require
from domain.supplier import BillCause
from domain.viewer import Role, Viewer
from domain.wallet import HoldState, give_back, post
from domain.work import Job, check_version

REASON_MAX = 500


async def end_unpaid(work: Work, order: Order, action: str, reason: str, now: datetime) -> None:
    """Undo a locked order that was never paid, by this action of its lifecycle, and save it.

    The caller has locked the payment, and says what becomes of it.
    """
    order.move(action)
    order.ended_at, order.end_reason = now, reason
    for line in order.lines:
        line.move("orderCancel")
    booked = await journey.lock_of_order(work, order)
    await claim.drop(work, order.pieces, now)
    for consignment_id in order.consignments:
        await consignment.unsold(work, consignment_id, now)
    listings = await lock_listings(work, order)
    for line in order.offers:
        listing.release(listings[line.listed], line.quantity)
    for one in in_order(listings):
        await listing.keep(work, one, "released")
    await release_holds(work, order, now)
    await grant.let_go(work, order, now)
    await journey.unpaid(work, order, booked, reason, now)
    if order.trade_in_id is not None:
        await work.pledges.let_go(order, now)
    await work.orders.save(order)
    name = "order.expired" if order.state is OrderState.EXPIRED else "order.cancelled"
    work.events.append(Event(name, "order", order.id, {"reason": reason}, account_id=order.buyer))


async def release_holds(work: Work, order: Order, now: datetime) -> None:
    """Give the wallet's part back, unless the hold has lapsed by itself."""
    for hold_id in sorted(tender.hold_id for tender in order.tenders if tender.hold_id is not None):
        hold = await work.holds.lock(hold_id)
        if hold.state is HoldState.HELD:
            memo = f"Order {order.code} ended"
            await give_back(work, hold, "walletHoldVoid", cause=("order", order.id), now=now, memo=memo)


async def end_paid(work: Work, order: Order, reason: str, now: datetime) -> None:
    """Undo what has not been shipped of a locked order that was paid, and save it: all of that goes to its tenders.

    Journeys that were travelled and services that were performed stay, and the order is about them alone.
    """
    open_ = [line for line in order.lines if line.state is LineState.OPEN]
    stays = order.stays_without([line.id for line in open_])
    if stays:
        order.move("orderCancel/REST")
        order.delivered_at = now
        work.outbox.append(Job("orderComplete", order.id, now))
    else:
        order.move("orderCancel")
        order.ended_at, order.end_reason = now, reason
    for line in open_:
        line.move("orderCancel")
    booked = await journey.lock_of_order(work, order)
    for line in sorted(open_, key=lambda one: str(one.consignment_id)):
        if line.consigned and line.consignment_id is not None:
            await settlement.cancel_sale(work, order_line_id=line.id, now=now)
            await consignment.unsold(work, line.consignment_id, now)
    await put_on_shelf(work, open_)
    await take_costs_back(work, order.currency, open_)
    kept = await call_off_journeys(work, order, open_, booked, reason, now)
    if order.trade_in_id is not None:
        await work.pledges.call_off(order, whole=not stays, now=now)
    back = {line.id: line.refundable - kept.get(line.id, Money.zero(order.currency)) for line in open_}
    shipping = order.shipping - order.shipping_refunded
    if shipping or any(back.values()):
        parts = {line_id: part for line_id, part in back.items() if part}
        await refund(work, order, parts, shipping=shipping, reason=reason, now=now)
    await earn_what_stays(work, order, open_, now)
    await free_places(work, open_, booked)
    await work.orders.save(order)
    name = "order.restCancelled" if stays else "order.cancelled"
    work.events.append(Event(name, "order", order.id, {"reason": reason}, account_id=order.buyer))
    for line in open_:
        if line.piece_id is not None:
            work.events.append(Event("piece.saleCancelled", "orderLine", line.id, {}, line.piece_id, order.buyer))


async def put_on_shelf(work: Work, lines: Sequence[OrderLine]) -> None:
    """What these lines have sold is offered again."""
    offers = [line for line in lines if line.listing_id is not None]
    listings = {ListingId(key): one for key, one in (await work.listings.lock_all([o.listed for o in offers])).items()}
    for line in offers:
        listing.relist(listings[line.listed], line.quantity)
    for one in in_order(listings):
        await listing.keep(work, one, "returned")


async def call_off_journeys(
    work: Work,
    order: Order,
    lines: Sequence[OrderLine],
    found: Mapping[UUID, Booking],
    reason: str,
    now: datetime,
) -> dict[OrderLineId, Money]:
    """End the locked bookings of these lines; answers with what their ladders keep of each line."""
    kept: dict[OrderLineId, Money] = {}
    for line in sorted((one for one in lines if one.booking_id), key=lambda one: str(one.booking_id)):
        assert line.booking_id is not None, "a journey has a booking"
        of_it = found[line.booking_id]
        alone = all(one.order_id == order.id for one in of_it.payments)
        said = "A journey in it was paid with another order too: cancel its booking."
        require(alone, InvalidInput(said, path=("orderId",)))
        kept[line.id] = journey.kept_back(line, of_it, now)
        await booking.end(work, of_it, "bookingCancel", reason, kept[line.id], now)
    return kept


async def free_places(work: Work, lines: Sequence[OrderLine], found: Mapping[UUID, Booking]) -> None:
    for one in sorted((found[line.booking_id] for line in lines if line.booking_id), key=lambda one: one.departure_id):
        await booking.free(work, one)


async def earn_what_stays(work: Work, order: Order, lines: Sequence[OrderLine], now: datetime) -> None:
    """What a ladder keeps is divided between supplier and house at once."""
    postings: list[Posting] = []
    for line in lines:
        if line.booking_id is not None and line.refundable:
            postings += await journey.earn(work, line, BillCause.CANCELLATION, now)
            line.released_at = now
    if postings:
        await post(work, postings, ("order", order.id), now, f"Order {order.code} called off")


async def take_costs_back(work: Work, currency: Currency, lines: Sequence[OrderLine]) -> None:
    """What goods from stock had cost is on the shelf again with them."""
    costs: dict[ListingId, Money] = {}
    for line in lines:
        if line.listing_id is not None and line.piece_id is None and line.cost is not None:
            costs[line.listing_id] = costs.get(line.listing_id, Money.zero(currency)) + line.cost
            line.cost = Money.zero(currency)
    await stock.put_back(work, costs)


async def lock_payment(work: Work, order: Order) -> PaymentIntent | None:
    return None if order.payment_intent_id is None else await work.payment_intents.lock(order.payment_intent_id)


@dataclass(frozen=True, slots=True)
class CancelOrder:
    order_id: OrderId
    reason: str
    expected_version: int | None = None


async def cancel(work: Work, viewer: Viewer, command: CancelOrder, *, now: datetime) -> Order:
    """The buyer, or support, calls an order off before it is packed."""
    viewer.require_account()
    order = await work.orders.lock(command.order_id)
    theirs = order.buyer == viewer.account_id or viewer.has(Role.SUPPORT)
    require(theirs, NotFound("Order", command.order_id, path=("orderId",)))
    check_version(command.expected_version, order.version)
    reason = command.reason.strip()
    require(0 < len(reason) <= REASON_MAX, InvalidInput(f"Say why, in 1 to {REASON_MAX} characters.", path=("reason",)))
    if not order.awaits_payment:
        await end_paid(work, order, reason, now)
        return order
    intent = await lock_payment(work, order)
    await end_unpaid(work, order, "orderCancel", reason, now)
    if intent is not None and intent.is_open:
        intent.move("cancel")
        await work.payment_intents.save(intent)
    return order


@dataclass(frozen=True, slots=True)
class ExpireOrder:
    order_id: OrderId


async def expire(work: Work, viewer: Viewer, command: ExpireOrder, *, now: datetime) -> Order:
    """The house lets an order go that was not paid in time; one that was, or has ended, stays as it is."""
    viewer.require(Role.SYSTEM)
    order = await work.orders.lock(command.order_id)
    if order.awaits_payment and order.expires_at is not None and order.expires_at <= now:
        intent = await lock_payment(work, order)
        await end_unpaid(work, order, "expired", "Not paid in time", now)
        if intent is not None and intent.is_open:
            intent.move("expire")
            await work.payment_intents.save(intent)
    return order
