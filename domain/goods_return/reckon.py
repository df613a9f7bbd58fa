"""What a return gives back, to which tender and into which lots. The preview and the refund itself both come here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.booking import Booking
from domain.goods_return.lifecycle import FRUITLESS
from domain.goods_return.noun import GoodsReturn, ReturnInspection
from domain.ledger import LotId
from domain.money import Money, total
from domain.order import LineState, Order, OrderId, OrderLine, OrderLineId, Tender, TenderKind, TenderPart
from domain.order.discount import given_back
from domain.order.journey import kept_back
from domain.order.pledge import called_off
from domain.order.refund import divide_refund, lots_back
from domain.refusal import InvalidInput, require
from domain.wallet import LotSlice

# Nouns


@dataclass(frozen=True, slots=True)
class LineRefund:
    """What a line gives back: what was paid for the quantity, less what the goods have lost, and why.

    What a voucher had taken off is a part of it, and goes back to whoever bore that.
    """

    line_id: OrderLineId
    quantity: int
    worth: Money
    deduction: Money
    deduction_reason: str | None
    amount: Money
    discount_minor: int = 0

    @property
    def discount(self) -> Money:
        """What of it goes back to whoever bore the voucher."""
        return Money(self.discount_minor, self.amount.currency)


@dataclass(frozen=True, slots=True)
class RefundPreview:
    """What would go back now, line after line in the order given. `lots` are those that credit goes back into.

    The price of an express way stays: it was a service, and the standard way costs nothing.
    """

    order_id: OrderId
    amount: Money
    lines: tuple[LineRefund, ...]
    parts: tuple[TenderPart, ...]
    lots: tuple[LotSlice, ...]


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line to give back, all of it that is left when no quantity is named."""

    line_id: OrderLineId
    quantity: int | None = None


# Rules


def returnable(line: OrderLine, returns: Iterable[GoodsReturn]) -> int:
    """How many of a line are still with the buyer and not on their way back."""
    return line.quantity - sum(one.quantity for one in returns if one.state not in FRUITLESS)


def worth(line: OrderLine, quantity: int) -> Money:
    """What was paid for so many, or what is left of that."""
    return min(line.unit_price * quantity, line.refundable)


def reckon_line(line: OrderLine, quantity: int, inspection: ReturnInspection | None) -> LineRefund:
    whole = worth(line, quantity)
    lost = Money.zero(whole.currency) if inspection is None else inspection.deduction
    reason = inspection.note if inspection is not None and lost else None
    return LineRefund(line.id, quantity, whole, lost, reason, whole - lost)


def reckon(order: Order, lines: Sequence[LineRefund]) -> RefundPreview:
    """What these refunds, one after the other, give back to each tender and into each lot of an order as it is now."""
    tenders: dict[TenderKind, Tender] = {tender.kind: tender for tender in called_off(order.tenders)}
    lots: dict[LotId, Money] = {}
    lines = [with_discount(order, line) for line in lines]
    for line in lines:
        left = list(tenders.values())
        if not line.amount:
            continue
        parts = divide_refund(left, line.amount, line.discount)
        for tender, part in zip(left, parts, strict=True):
            if tender.kind is TenderKind.CREDIT and part:
                for slice_ in lots_back(tender, part):
                    lots[slice_.lot_id] = lots.get(slice_.lot_id, Money.zero(part.currency)) + slice_.amount
            tenders[tender.kind] = replace(tender, refunded=tender.refunded + part)
    before = {tender.kind: tender.refunded for tender in order.tenders}
    back = ((kind, one.refunded - before[kind] if kind in before else one.refunded) for kind, one in tenders.items())
    return RefundPreview(
        order_id=order.id,
        amount=total((line.amount for line in lines), order.currency),
        lines=tuple(lines),
        parts=tuple(TenderPart(kind, part) for kind, part in back if part),
        lots=tuple(LotSlice(lot_id, amount) for lot_id, amount in lots.items()),
    )


def with_discount(order: Order, line: LineRefund) -> LineRefund:
    """The same, with what of it goes back to whoever bore the voucher."""
    return replace(line, discount_minor=given_back(order.line(line.line_id), line.amount).minor)


def preview(
    order: Order,
    wanted: Sequence[WantedLine],
    returns: Mapping[UUID, Sequence[GoodsReturn]],
    bookings: Mapping[UUID, Booking],
    now: datetime,
) -> RefundPreview:
    """What giving these lines back would refund now; a return under way counts as it was inspected.

    A journey gives back what its ladder leaves at this moment, and nothing once it has taken place.
    """
    require(order.paid_at is not None, InvalidInput("This order has not been paid.", path=("orderId",)))
    require(bool(wanted), InvalidInput("Name at least one line.", path=("lines",)))
    named = [one.line_id for one in wanted]
    require(len(set(named)) == len(named), InvalidInput("Each line is named once.", path=("lines",)))
    lines = []
    for index, one in enumerate(wanted):
        line = order.line(one.line_id)
        if line.ships:
            lines.append(preview_line(order, one, returns[one.line_id], index))
        else:
            booking = None if line.booking_id is None else bookings[line.booking_id]
            lines.append(preview_other(line, one, booking, now, index))
    return reckon(order, lines)


def preview_other(
    line: OrderLine, wanted: WantedLine, booking: Booking | None, now: datetime, index: int
) -> LineRefund:
    """Of a journey or a service, all of it."""
    path = ("lines", str(index))
    gone = line.state is LineState.CANCELLED
    require(not gone, InvalidInput("Nothing of this line is left to give back.", path=(*path, "lineId")))
    whole = wanted.quantity in (None, line.quantity)
    said = "A journey or a service is given back as a whole."
    require(whole, InvalidInput(said, path=(*path, "quantity")))
    zero = Money.zero(line.price.currency)
    if line.state is LineState.DELIVERED:
        lost, reason = line.refundable, "It has taken place."
    elif booking is None:
        lost, reason = zero, ""
    else:
        lost = kept_back(line, booking, now)
        days = max((booking.starts_at - now).days, 0)
        reason = f"{days} full days before the departure, the ladder {booking.ladder.code} keeps this."
    paid = line.refundable
    return LineRefund(line.id, line.quantity, paid, lost, reason if lost else None, paid - lost)


def preview_line(order: Order, wanted: WantedLine, returns: Sequence[GoodsReturn], index: int) -> LineRefund:
    path = ("lines", str(index))
    line = order.line(wanted.line_id)
    gone = line.state in (LineState.RETURNED, LineState.CANCELLED)
    require(not gone, InvalidInput("Nothing of this line is left to give back.", path=(*path, "lineId")))
    under_way = next((one for one in returns if one.is_open), None)
    at_most = returnable(line, returns) if under_way is None else under_way.quantity
    quantity = at_most if wanted.quantity is None else wanted.quantity
    fits = 0 < quantity <= at_most and (under_way is None or quantity == at_most)
    said = f"{at_most} is on its way back." if under_way else f"1 to {at_most} can be given back."
    require(fits, InvalidInput(said, path=(*path, "quantity")))
    return reckon_line(line, quantity, None if under_way is None else under_way.inspection)
