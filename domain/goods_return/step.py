"""What every verb of a return begins and ends with: locks in one order, events, and the seller's money."""

from collections.abc import Sequence
from datetime import datetime

from domain import media, order, piece, settlement
from domain.event import Event
from domain.goods_return.lifecycle import BY_STAFF
from domain.goods_return.noun import GoodsReturn, GoodsReturnId
from domain.goods_return.port import Work
from domain.goods_return.refusal import OwnReturn
from domain.media import Placed
from domain.order import Order, OrderLine
from domain.piece import Party
from domain.refusal import InvalidInput, NotFound, require
from domain.settlement import BlockReason
from domain.viewer import AccountId, Viewer
from domain.work import check_version

PHOTOS_MAX = 12

# Rows are locked in this order: order, return, consignment, contract, settlement, piece, listing, payment, pockets.


def happened(goods_return: GoodsReturn, what: str, **data: object) -> Event:
    """An event of this return, and of its piece; `data` holds JSON values only."""
    return Event(
        name=f"goodsReturn.{what}",
        subject_kind="goodsReturn",
        subject_id=goods_return.id,
        data={**data, "orderId": str(goods_return.order_id)},
        piece_id=goods_return.piece_id,
        account_id=goods_return.buyer,
    )


async def lock_own(
    work: Work, viewer: Viewer, goods_return_id: GoodsReturnId, action: str
) -> tuple[Order, GoodsReturn]:
    """The viewer's own return, or anybody's for staff who may act; for all others it does not exist."""
    viewer.require_account()
    found = await find(work, goods_return_id)
    may = found.buyer == viewer.account_id or viewer.has(*BY_STAFF[action])
    require(may, NotFound("GoodsReturn", goods_return_id, path=("goodsReturnId",)))
    return await work.orders.lock(found.order_id), await work.goods_returns.lock(goods_return_id)


async def lock_for_house(
    work: Work, viewer: Viewer, goods_return_id: GoodsReturnId, expected_version: int | None, action: str
) -> tuple[Order, GoodsReturn, AccountId]:
    """Anybody's return but the viewer's own, for staff whose roles allow the action; answers with who they are too."""
    viewer.require(*BY_STAFF[action])
    agent = viewer.require_account()
    found = await find(work, goods_return_id)
    order_ = await work.orders.lock(found.order_id)
    goods_return = await work.goods_returns.lock(goods_return_id)
    require(goods_return.buyer != agent, OwnReturn(path=("goodsReturnId",)))
    check_version(expected_version, goods_return.version)
    return order_, goods_return, agent


async def find(work: Work, goods_return_id: GoodsReturnId) -> GoodsReturn:
    try:
        return await work.goods_returns.find(goods_return_id)
    except NotFound as refusal:
        refusal.path = ("goodsReturnId",)
        raise


async def hold_back(work: Work, line: OrderLine, now: datetime) -> None:
    """While goods may come back, neither the seller nor the house gets the money; the caller saves the order."""
    order.block(line, BlockReason.RETURN_IN_PROGRESS)
    if line.consigned:
        await settlement.block(work, order_line_id=line.id, reason=BlockReason.RETURN_IN_PROGRESS, now=now)


async def close(work: Work, of: Order, goods_return: GoodsReturn, now: datetime) -> None:
    """The return is over: what it held back goes its way. Saves the return and its order."""
    line = of.line(goods_return.order_line_id)
    goods_return.closed_at = now
    order.unblock(work, of, line, BlockReason.RETURN_IN_PROGRESS, now)
    if line.consigned:
        await settlement.unblock(work, order_line_id=line.id, reason=BlockReason.RETURN_IN_PROGRESS, now=now)
    await work.goods_returns.save(goods_return)
    await work.orders.save(of)


async def pass_on(work: Work, goods_return: GoodsReturn, to: Party, risk: Party | None = None) -> None:
    """Somebody else has the piece in hand."""
    if goods_return.piece_id is not None:
        found = await work.pieces.lock(goods_return.piece_id)
        piece.hand_over(found, to, risk)
        await work.pieces.save(found)


async def checked_photos(work: Work, keys: Sequence[str], owner: AccountId, *path: str) -> tuple[str, ...]:
    """Finished uploads of this person, by their keys."""
    fits = len(keys) <= PHOTOS_MAX and len(set(keys)) == len(keys)
    require(fits, InvalidInput(f"{PHOTOS_MAX} photos at most, each once.", path=path))
    if keys:
        await media.placed(work, [Placed(key) for key in keys], owner=owner, path=path)
    return tuple(keys)
