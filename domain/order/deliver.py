"""The goods arrive: title and risk pass to the buyer, the return window runs, then the house has earned its part."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain import piece, settlement
from domain.event import Event
from domain.ledger import AccountKind, Posting, house
from domain.money import total
from domain.order import journey
from domain.order.lifecycle import LineState, OrderState
from domain.order.noun import Order, OrderId, OrderLine
from domain.order.port import Work
from domain.supplier import BillCause
from domain.viewer import Role, Viewer
from domain.wallet import post
from domain.work import Job


async def delivered(work: Work, order: Order, line_ids: Collection[UUID], action: str, now: datetime) -> None:
    """The buyer has the goods of these lines of a locked order; the caller saves the order.

    Title passes here, not at payment: until delivery a consigned piece is still its consignor's, who bears no risk of
    the way because the house took that on when it took the piece in.
    """
    order.advance(action, line_ids)
    for line_id in sorted(line_ids):
        line = order.line(line_id)
        line.delivered_at = now
        await settlement.delivered(work, order_line_id=line.id, at=now, now=now)
        work.outbox.append(Job("orderComplete", order.id, window_end(line)))
    for line in sorted((order.line(line_id) for line_id in line_ids), key=lambda one: str(one.piece_id)):
        if line.piece_id is not None:
            await pass_to_buyer(work, order, line)
    await owe_duties(work, order, [order.line(line_id) for line_id in line_ids], now)
    if order.state is OrderState.DELIVERED:
        order.delivered_at = now
        work.events.append(Event("order.delivered", "order", order.id, account_id=order.buyer))


async def owe_duties(work: Work, order: Order, lines: Collection[OrderLine], now: datetime) -> None:
    """The goods have crossed the border: what was collected for that is owed to the country that they are in."""
    abroad = [line for line in lines if line.duty_minor]
    for line in abroad:
        line.imported_at = now
    due = total((line.duty - line.duty_refunded for line in abroad), order.currency)
    if due:
        postings = [house(AccountKind.ESCROW, -due), house(AccountKind.DUTIES_PAYABLE, due)]
        await post(work, postings, ("order", order.id), now, f"Order {order.code} imported")


async def pass_to_buyer(work: Work, order: Order, line: OrderLine) -> None:
    assert line.piece_id is not None, "goods by quantity have no title of their own here"
    found = await work.pieces.lock(line.piece_id)
    buyer = piece.account(order.buyer)
    piece.transfer_title(found, buyer)
    piece.hand_over(found, buyer, buyer)
    await work.pieces.save(found)
    work.events.append(Event("piece.delivered", "orderLine", line.id, {}, found.id, order.buyer))


def window_end(line: OrderLine) -> datetime:
    """When the buyer can no longer simply send it back."""
    assert line.delivered_at is not None, "a delivery starts the window"
    return line.delivered_at + timedelta(days=line.return_days)


def block(line: OrderLine, reason: str) -> None:
    """Keep a line of a locked order from completing, for instance while a return is under way."""
    if reason not in line.blocked_by:
        line.blocked_by = (*line.blocked_by, reason)


def unblock(work: Work, order: Order, line: OrderLine, reason: str, now: datetime) -> None:
    """The reason is gone; have the house look again."""
    line.blocked_by = tuple(one for one in line.blocked_by if one != reason)
    look_again(work, order, line, now)


def look_again(work: Work, order: Order, line: OrderLine, now: datetime) -> None:
    if line.delivered_at is not None:
        work.outbox.append(Job("orderComplete", order.id, max(now, window_end(line))))


def returned(work: Work, order: Order, line: OrderLine, now: datetime) -> None:
    """The goods of a delivered line of a locked order are back; the caller refunds, and saves the order."""
    line.move("returned")
    look_again(work, order, line, now)


@dataclass(frozen=True, slots=True)
class CompleteOrder:
    order_id: OrderId


async def complete(work: Work, viewer: Viewer, command: CompleteOrder, *, now: datetime) -> Order:
    """The house takes its part out of escrow, line by line, once nothing can come back; then the order is complete.

    What belongs to a consignor leaves escrow with the settlement instead.
    """
    viewer.require(Role.SYSTEM)
    order = await work.orders.lock(command.order_id)
    due = [line for line in order.lines if is_due(line, now)]
    ends = order.state is OrderState.DELIVERED and all(line in due or is_over(line) for line in order.lines)
    postings = [posting for line in due for posting in await earned(work, line, now)]
    if ends:
        postings += release_shipping(order)
    if not due and not ends:
        return order
    for line in due:
        line.released_at = now
    if ends:
        order.move("completed")
        order.completed_at = now
        work.events.append(Event("order.completed", "order", order.id, account_id=order.buyer))
    if postings:
        await post(work, postings, ("order", order.id), now, f"Order {order.code} released")
    await work.orders.save(order)
    return order


async def earned(work: Work, line: OrderLine, now: datetime) -> list[Posting]:
    """What leaves escrow for a line of the house, and for a journey what it was kept apart for."""
    if line.consigned:
        return []
    if line.booking_id is not None:
        return await journey.earn(work, line, BillCause.TRAVEL, now)
    postings = release(line)
    if not line.shares or not line.refundable:
        return postings
    own = [posting.amount for posting in postings if posting.account.kind in OWN]
    shares = await journey.share(work, line, total(own, line.price.currency), now)
    return [*postings, *(house(AccountKind.SALES, -part.amount) for part in shares), *shares]


OWN = (AccountKind.SALES, AccountKind.COST_OF_GOODS)


def is_due(line: OrderLine, now: datetime) -> bool:
    arrived = line.state is LineState.DELIVERED and line.released_at is None
    return arrived and not line.blocked_by and window_end(line) <= now


def is_over(line: OrderLine) -> bool:
    return line.released_at is not None or line.state in (LineState.RETURNED, LineState.CANCELLED)


def release(line: OrderLine) -> list[Posting]:
    """What is left of a line of the house leaves escrow: the tax is due, the rest is sales, and the cost is borne.

    Of a line that was refunded in part, the tax shrinks in proportion.
    """
    left = line.refundable
    postings: list[Posting] = []
    if left:
        tax, sales = left.allocate([line.tax.minor, line.price.minor - line.tax.minor])
        postings.append(house(AccountKind.ESCROW, -left))
        postings += [
            house(kind, part) for kind, part in ((AccountKind.TAX_PAYABLE, tax), (AccountKind.SALES, sales)) if part
        ]
    if line.cost:
        postings += [house(AccountKind.COST_OF_GOODS, -line.cost), house(AccountKind.INVENTORY, line.cost)]
    return postings


def release_shipping(order: Order) -> list[Posting]:
    left = order.shipping - order.shipping_refunded
    return [house(AccountKind.ESCROW, -left), house(AccountKind.SHIPPING, left)] if left else []
