"""How a return begins: the buyer asks within the window, or the house agrees to take something back at any time."""

from dataclasses import dataclass
from datetime import datetime

from domain import piece as pieces
from domain.goods_return.lifecycle import GOODS_RETURN_LIFECYCLE
from domain.goods_return.noun import SEND_WITHIN, GoodsReturn, GoodsReturnId, ReturnParcel, ReturnReason
from domain.goods_return.port import Work
from domain.goods_return.reckon import returnable, worth
from domain.goods_return.refusal import OwnReturn, PieceNotWithBuyer, ReturnUnderWay, ReturnWindowOver
from domain.goods_return.step import checked_photos, close, happened, hold_back, lock_own, pass_on
from domain.order import LINE_LIFECYCLE, LineState, Order, OrderId, OrderLine, OrderLineId, window_end
from domain.piece import Party, PartyKind
from domain.refusal import InvalidInput, NotFound, WrongState, require
from domain.text import line as one_line
from domain.text import note as some_lines
from domain.viewer import AccountId, Role, Viewer
from domain.work import Job

NOTE_MAX = 1_000


@dataclass(frozen=True, slots=True)
class RequestReturn:
    """All of the line that is left when no quantity is named; a piece comes back whole."""

    order_id: OrderId
    line_id: OrderLineId
    reason: ReturnReason
    note: str = ""
    quantity: int | None = None
    photos: tuple[str, ...] = ()


async def request(work: Work, viewer: Viewer, command: RequestReturn, *, now: datetime) -> GoodsReturn:
    """The buyer wants to give something back within the line's window, which is the better of law and promise."""
    buyer = viewer.require_account()
    order = await lock_order(work, command.order_id, viewer)
    line = find_line(order, command)
    goods_return = await begin(work, order, line, command, buyer, now)
    ends = window_end(line)
    require(now < ends, ReturnWindowOver(ends, path=("lineId",)))
    await keep(work, order, line, goods_return, now)
    work.events.append(happened(goods_return, "requested", reason=command.reason, quantity=goods_return.quantity))
    return goods_return


async def agree(work: Work, viewer: Viewer, command: RequestReturn, *, now: datetime) -> GoodsReturn:
    """Support takes something back for a buyer, also after the window, and says why; it is approved at once."""
    viewer.require(Role.SUPPORT)
    agent = viewer.require_account()
    order = await lock_order(work, command.order_id, viewer, Role.SUPPORT)
    require(order.buyer != agent, OwnReturn(path=("orderId",)))
    line = find_line(order, command)
    goods_return = await begin(work, order, line, command, agent, now)
    goods_return.decision = some_lines(command.note, "note", longest=NOTE_MAX)
    goods_return.late = now >= window_end(line)
    let_come(work, goods_return, agent, now)
    await keep(work, order, line, goods_return, now)
    work.events.append(happened(goods_return, "agreed", reason=command.reason, late=goods_return.late))
    return goods_return


def let_come(work: Work, goods_return: GoodsReturn, agent: AccountId, now: datetime) -> None:
    """An approval, with the time in which the goods have to be on their way. The caller keeps the return."""
    goods_return.move("goodsReturnApprove")
    goods_return.decided_by, goods_return.decided_at = agent, now
    goods_return.send_by = now + SEND_WITHIN
    work.outbox.append(Job("goodsReturnExpire", goods_return.id, goods_return.send_by))


# Parts of these


async def lock_order(work: Work, order_id: OrderId, viewer: Viewer, *staff: Role) -> Order:
    try:
        order = await work.orders.lock(order_id)
    except NotFound as refusal:
        refusal.path = ("orderId",)
        raise
    theirs = order.buyer == viewer.account_id or (bool(staff) and viewer.has(*staff))
    require(theirs, NotFound("Order", order_id, path=("orderId",)))
    return order


def find_line(order: Order, command: RequestReturn) -> OrderLine:
    try:
        line = order.line(command.line_id)
    except NotFound as refusal:
        refusal.path = ("lineId",)
        raise
    said = "A journey or a service is called off, it does not come back."
    require(line.ships, InvalidInput(said, path=("lineId",)))
    delivered = line.state is LineState.DELIVERED
    actions = LINE_LIFECYCLE.next_actions(line.state)
    require(delivered, WrongState(LINE_LIFECYCLE.kind, line.state, actions, path=("lineId",)))
    return line


async def begin(
    work: Work, order: Order, line: OrderLine, command: RequestReturn, agent: AccountId, now: datetime
) -> GoodsReturn:
    """A return of what is there to be returned; not kept yet."""
    returns = await work.goods_returns.of_line(line.id)
    for other in returns:
        require(not other.is_open, ReturnUnderWay(other.id, path=("lineId",)))
    left = returnable(line, returns)
    quantity = left if command.quantity is None else command.quantity
    require(0 < quantity <= left, InvalidInput(f"1 to {left} can be returned.", path=("quantity",)))
    if line.piece_id is not None:
        piece = await work.pieces.find(line.piece_id)
        buyer = pieces.account(order.buyer)
        require(piece.owner == buyer and piece.custodian == buyer, PieceNotWithBuyer(path=("lineId",)))
    said = command.note.strip()
    return GoodsReturn(
        id=GoodsReturnId(work.new.id()),
        code=work.new.code("GR"),
        order_id=order.id,
        order_line_id=line.id,
        piece_id=line.piece_id,
        buyer=order.buyer,
        quantity=quantity,
        state=GOODS_RETURN_LIFECYCLE.initial,
        reason=command.reason,
        note=some_lines(said, "note", longest=NOTE_MAX) if said else "",
        photos=await checked_photos(work, command.photos, agent, "photos"),
        late=False,
        worth=worth(line, quantity),
        requested_by=agent,
        requested_at=now,
    )


async def keep(work: Work, order: Order, line: OrderLine, goods_return: GoodsReturn, now: datetime) -> None:
    await work.goods_returns.add(goods_return)
    await hold_back(work, line, now)
    await work.orders.save(order)


# What the buyer does next


@dataclass(frozen=True, slots=True)
class ShipReturn:
    goods_return_id: GoodsReturnId
    carrier: str
    tracking: str


async def ship(work: Work, viewer: Viewer, command: ShipReturn, *, now: datetime) -> GoodsReturn:
    """The buyer, or support for them, says with which carrier it comes; the buyer bears the risk until it is there."""
    _, goods_return = await lock_own(work, viewer, command.goods_return_id, "goodsReturnShip")
    goods_return.move("goodsReturnShip")
    carrier = one_line(command.carrier, "carrier", longest=80)
    goods_return.parcel = ReturnParcel(carrier, one_line(command.tracking, "tracking", longest=80), now)
    await pass_on(work, goods_return, Party(PartyKind.CARRIER))
    await work.goods_returns.save(goods_return)
    work.events.append(happened(goods_return, "shipped", carrier=carrier, tracking=goods_return.parcel.tracking))
    return goods_return


@dataclass(frozen=True, slots=True)
class CancelReturn:
    goods_return_id: GoodsReturnId


async def cancel(work: Work, viewer: Viewer, command: CancelReturn, *, now: datetime) -> GoodsReturn:
    """The buyer, or support for them, keeps the goods after all; not any more once the house has them."""
    order, goods_return = await lock_own(work, viewer, command.goods_return_id, "goodsReturnCancel")
    goods_return.move("goodsReturnCancel")
    buyer = pieces.account(goods_return.buyer)
    if goods_return.parcel is not None:
        await pass_on(work, goods_return, buyer, buyer)
    await close(work, order, goods_return, now)
    work.events.append(happened(goods_return, "cancelled"))
    return goods_return
