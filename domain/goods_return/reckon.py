"""What a return gives back, to which tender and into which lots. The preview and the refund itself both come here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.booking import Booking
from domain.goods_return.lifecycle import FRUITLESS
from domain.goods_return.noun import GoodsReturn, ReturnInspection
from domain.money import Money, total
from domain.order import LineState, Order, OrderId, OrderLine, OrderLineId, TenderKind, TenderPart
from domain.order.discount import given_back
from domain.order.journey import kept_back
from domain.order.refund import divide_refund, lots_back, piece_goes_back
from domain.refusal import InvalidInput, require
from domain.wallet import LotSlice

# Nouns


@dataclass(frozen=True, slots=True)
class LineRefund:
    """What a line gives back: what was paid for the quantity, less what the goods have lost, and why.

    `duties` go back besides, in the same part, where they do at all. What a voucher had taken off is a part of the
    amount, and goes back to whoever bore that.
    """

    line_id: OrderLineId
    quantity: int
    worth: Money
    deduction: Money
    deduction_reason: str | None
    amount: Money
    duties: Money
    discount_minor: int = 0

    @property
    def discount(self) -> Money:
        """What of it goes back to whoever bore the voucher."""
        return Money(self.discount_minor, self.amount.currency)


@dataclass(frozen=True, slots=True)
class RefundPreview:
    """What would go back now. `lots` are those that credit goes back into.

    `shipping` goes back with an order that is called off before it was sent. Later the price of an express way stays:
    it was a service, and the standard way costs nothing. `piece_goes_back` says that the old piece that has paid a
    part does so itself, and not its value.
    """

    order_id: OrderId
    amount: Money
    lines: tuple[LineRefund, ...]
    shipping: Money
    parts: tuple[TenderPart, ...]
    lots: tuple[LotSlice, ...]
    piece_goes_back: bool = False


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
    duties = line.duty_back(line.refunded + whole - lost)
    return LineRefund(line.id, quantity, whole, lost, reason, whole - lost, duties)


def reckon(
    order: Order, lines: Sequence[LineRefund], *, shipping: Money | None = None, piece: Money | None = None
) -> RefundPreview:
    """What these refunds give back to each tender and into each lot of an order as it is now.

    `piece` is the value of an old piece that has paid a part, while that is still here.
    """
    lines = [with_discount(order, line) for line in lines]
    by_line = {one.line_id: one.amount for one in lines}
    back = {one.line_id: one.amount + one.duties - one.discount for one in lines}
    way = shipping or Money.zero(order.currency)
    amounts = [part for line in order.lines if (part := back.get(line.id))] + ([way] if way else [])
    off = total((one.discount for one in lines), order.currency)
    amount = total(amounts, order.currency)
    zero = Money.zero(order.currency)
    whole = all(line.refundable == by_line.get(line.id, zero) for line in order.lines)
    piece_back = whole and piece_goes_back(order, amount, piece)
    parts = divide_refund(order, amounts, off=off, piece_back=piece_back)
    amount += off
    credit = order.tender(TenderKind.CREDIT)
    spent = next((part.amount for part in parts if part.kind is TenderKind.CREDIT), None)
    return RefundPreview(
        order_id=order.id,
        amount=amount,
        lines=tuple(lines),
        shipping=way,
        parts=parts,
        lots=lots_back(credit, spent) if credit is not None and spent else (),
        piece_goes_back=piece_back,
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
    piece: Money | None = None,
) -> RefundPreview:
    """What giving these lines back would refund now; a return under way counts as it was inspected.

    A journey gives back what its ladder leaves at this moment, and nothing once it has taken place. `piece` is the
    value of an old piece that has paid a part, while that is still here.
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
    return reckon(order, lines, shipping=way_back(order, lines), piece=piece)


def way_back(order: Order, lines: Sequence[LineRefund]) -> Money:
    """What of the shipping goes back too: all of it where these lines are all that is left to be done."""
    named = {one.line_id: one.quantity for one in lines}
    left = [line for line in order.lines if line.state is LineState.OPEN]
    off = "orderCancel" in order.next_actions and bool(left)
    all_of_it = off and all(named.get(line.id) == line.quantity for line in left)
    return order.shipping - order.shipping_refunded if all_of_it else Money.zero(order.currency)


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
    return LineRefund(line.id, line.quantity, paid, lost, reason if lost else None, paid - lost, zero)


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
