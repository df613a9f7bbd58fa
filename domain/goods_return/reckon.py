"""What a return gives back, to which tender and into which lots. The preview and the refund itself both come here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.booking import Booking
from domain.goods_return.lifecycle import FRUITLESS
from domain.goods_return.noun import GoodsReturn, ReturnInspection
from domain.ledger import LotId
from domain.money import Money, total
from domain.order import (
    LineState,
    Order,
    OrderId,
    OrderLine,
    OrderLineId,
    Tender,
    TenderKind,
    TenderPart,
    called_off,
)
from domain.order.journey import kept_back
from domain.order.refund import LineBack, lots_back, reckon_refund, restored
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
    it was a service, and the standard way costs nothing. `trade_in_id` names the old piece that goes back itself, and
    not its value: it does when one refund takes all that is left, and nothing of its value went back before.
    """

    order_id: OrderId
    amount: Money
    lines: tuple[LineRefund, ...]
    shipping: Money
    parts: tuple[TenderPart, ...]
    lots: tuple[LotSlice, ...]
    trade_in_id: UUID | None = None

    @property
    def piece_goes_back(self) -> bool:
        return self.trade_in_id is not None


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
    """What one refund of these lines gives back to each tender and into each lot of an order as it is now.

    `piece` is the value of an old piece that has paid a part, while that is still here.
    """
    return foretell(as_it_is(order), lines, shipping or Money.zero(order.currency), piece)


def as_it_is(order: Order) -> Order:
    """The same order, to reckon on without changing it; a promise is called off before anything goes back."""
    return replace(order, lines=tuple(replace(line) for line in order.lines), tenders=called_off(order.tenders))


def foretell(order: Order, lines: Sequence[LineRefund], shipping: Money, piece: Money | None) -> RefundPreview:
    """What one refund moves, on an order that is reckoned on as if it were done."""
    wanted = {one.line_id: one.amount for one in lines if one.amount}
    reckoned = reckon_refund(order, wanted, shipping=shipping, piece=piece)
    backs = {one.line_id: one for one in reckoned.lines}
    credit = order.tender(TenderKind.CREDIT)
    spent = next((part.amount for part in reckoned.parts if part.kind is TenderKind.CREDIT), None)
    lots = lots_back(credit, spent) if credit is not None and spent else ()
    for part in reckoned.parts:
        order.tenders = restored(order.tenders, part)
    return RefundPreview(
        order_id=order.id,
        amount=reckoned.amount,
        lines=tuple(with_discount(line, backs.get(line.line_id)) for line in lines),
        shipping=shipping,
        parts=reckoned.parts,
        lots=lots,
        trade_in_id=order.trade_in_id if reckoned.piece_back else None,
    )


def with_discount(line: LineRefund, back: LineBack | None) -> LineRefund:
    """The same, with what of it goes back to whoever bore the voucher."""
    return line if back is None else replace(line, discount_minor=back.discount.minor)


def in_turn(
    order: Order, lines: Sequence[LineRefund], elsewhere: Collection[UUID], piece: Money | None
) -> RefundPreview:
    """What goes back when the refunds of these lines are made one after the other, as they will be.

    What is called off before it was sent goes back at once, with the shipping; every return has a refund of its own,
    and so has every journey, those first that were paid `elsewhere` too. Else the lines count in the order that they
    have in the order.
    """
    by_id = {one.line_id: one for one in lines}
    off = [line_id for line_id in called_off_at_once(order, lines) if line_id not in elsewhere]
    way = order.shipping - order.shipping_refunded if off else Money.zero(order.currency)
    seen = as_it_is(order)
    nothing = Money.zero(order.currency)
    first = [by_id[line.id] for line in order.lines if line.id in by_id and line.id in elsewhere]
    done = [foretell(seen, [line], nothing, piece) for line in first]
    done += [foretell(seen, [by_id[line_id] for line_id in off], way, piece)] if off else []
    alone = [by_id[line.id] for line in order.lines if line.id in by_id and line.id not in {*off, *elsewhere}]
    done += [foretell(seen, [line], nothing, piece) for line in alone]
    told = {line.line_id: line for one in done for line in one.lines}
    return RefundPreview(
        order_id=order.id,
        amount=total((one.amount for one in done), order.currency),
        lines=tuple(told[one.line_id] for one in lines),
        shipping=way,
        parts=summed_parts(seen, done),
        lots=summed_lots(done),
        trade_in_id=next((one.trade_in_id for one in done if one.trade_in_id is not None), None),
    )


def summed_parts(order: Order, done: Sequence[RefundPreview]) -> tuple[TenderPart, ...]:
    """How much goes back to each tender in all."""
    sums = [
        TenderPart(tender.kind, total(amounts, order.currency), tender.place)
        for tender in order.tenders
        if (amounts := [part.amount for one in done for part in one.parts if is_of(part, tender)])
    ]
    return tuple(sums)


def is_of(part: TenderPart, tender: Tender) -> bool:
    return (part.kind, part.place) == (tender.kind, tender.place)


def summed_lots(done: Sequence[RefundPreview]) -> tuple[LotSlice, ...]:
    """How much goes back into each lot in all, in the order in which they are restored."""
    sums: dict[LotId, Money] = {}
    for one in (lot for part in done for lot in part.lots):
        sums[one.lot_id] = sums[one.lot_id] + one.amount if one.lot_id in sums else one.amount
    return tuple(LotSlice(lot_id, amount) for lot_id, amount in sums.items())


def left(order: Order, returns: Mapping[UUID, Sequence[GoodsReturn]]) -> Sequence[WantedLine]:
    """All of an order that can be given back still, or is on its way."""
    gone = (LineState.RETURNED, LineState.CANCELLED)
    there = [line for line in order.lines if line.state not in gone]
    return [WantedLine(line.id) for line in there if not line.ships or comes_back(line, returns[line.id])]


def comes_back(line: OrderLine, returns: Sequence[GoodsReturn]) -> bool:
    return returnable(line, returns) > 0 or any(one.is_open for one in returns)


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
    return in_turn(order, lines, paid_elsewhere(order, bookings), piece)


def paid_elsewhere(order: Order, bookings: Mapping[UUID, Booking]) -> Collection[UUID]:
    """The journeys of an order that another one has paid a part of: they are called off before the order can be."""
    paid: set[UUID] = set()
    for line in order.journeys:
        booking = None if line.booking_id is None else bookings.get(line.booking_id)
        if booking is not None and any(payment.order_id != order.id for payment in booking.payments):
            paid.add(line.id)
    return paid


def called_off_at_once(order: Order, lines: Sequence[LineRefund]) -> Sequence[OrderLineId]:
    """The lines that are all that is left to be done, so that calling the order off gives them back together."""
    named = {one.line_id: one.quantity for one in lines}
    left = [line for line in order.lines if line.state is LineState.OPEN]
    off = "orderCancel" in order.next_actions
    return [line.id for line in left] if off and all(named.get(line.id) == line.quantity for line in left) else []


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
