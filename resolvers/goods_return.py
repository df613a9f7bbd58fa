"""Returns: buyers see their own, staff who handle returns see all."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.account import Account
from domain.booking import Booking
from domain.goods_return import (
    HANDLERS,
    GoodsReturn,
    GoodsReturnFilter,
    GoodsReturnState,
    RefundPreview,
    WantedLine,
    left,
    may_see,
    preview,
)
from domain.order import Order, OrderLine, OrderLineId, OrderRefund
from domain.order import may_see as may_see_order
from domain.page import Page, PageRequest
from domain.piece import Piece
from domain.refusal import NotFound
from domain.viewer import AccountId
from resolvers import order as orders
from resolvers.context import Context


async def find(context: Context, goods_return_id: UUID) -> GoodsReturn | None:
    """The return, if there is one for the caller."""
    found = await context.loaders.goods_return.load(goods_return_id)
    return found if found is not None and may_see(context.viewer, found) else None


async def goods_return(context: Context, goods_return_id: UUID) -> GoodsReturn:
    """The return; one that the caller may not see does not exist."""
    found = await find(context, goods_return_id)
    if found is None:
        raise NotFound("GoodsReturn", goods_return_id, path=("goodsReturnId",))
    return found


async def own(context: Context, states: Sequence[GoodsReturnState], page: PageRequest) -> Page[GoodsReturn]:
    """The caller's own returns, newest first."""
    wanted = GoodsReturnFilter(states=tuple(states), buyer=context.viewer.require_account())
    return await context.readers.goods_returns.page(wanted, page)


async def queue(context: Context, wanted: GoodsReturnFilter, page: PageRequest) -> Page[GoodsReturn]:
    """Everybody's returns, oldest first, for staff."""
    context.viewer.require(*HANDLERS)
    return await context.readers.goods_returns.queue(wanted, page)


async def of_line(context: Context, line_id: UUID) -> Sequence[GoodsReturn]:
    return await context.loaders.goods_returns_of.load(line_id)


async def refund_preview(context: Context, order_id: UUID, wanted: Sequence[WantedLine]) -> RefundPreview:
    """What returning these lines would give back now, by the rules that will."""
    found = await orders.order(context, order_id)
    return await foretold(context, found, await returns_of(context, [one.line_id for one in wanted]), wanted)


async def refund_of_order(context: Context, found: Order, wanted: Sequence[WantedLine] | None) -> RefundPreview | None:
    """The same of an order that is there, for all that can come back when no line is named; None for nothing."""
    if found.paid_at is None:
        return None
    named = [line.id for line in found.lines] if wanted is None else [one.line_id for one in wanted]
    returns = await returns_of(context, named)
    lines = left(found, returns) if wanted is None else wanted
    return await foretold(context, found, returns, lines) if lines or wanted is not None else None


async def returns_of(context: Context, line_ids: Sequence[OrderLineId]) -> Mapping[UUID, Sequence[GoodsReturn]]:
    made = await context.loaders.goods_returns_of.load_many(list(line_ids))
    return dict(zip(line_ids, made, strict=True))


async def foretold(
    context: Context, found: Order, returns: Mapping[UUID, Sequence[GoodsReturn]], wanted: Sequence[WantedLine]
) -> RefundPreview:
    """With what is known of the journeys within, and of the old piece that has paid a part."""
    booked = [line.booking_id for line in found.journeys if line.booking_id is not None]
    bookings: dict[UUID, Booking] = {
        one.id: one for one in await context.loaders.booking.load_many(booked) if one is not None
    }
    piece = None
    if found.trade_in_id is not None:
        piece = await context.loaders.still_here(context.now).load(found.trade_in_id)
    return preview(found, wanted, returns, bookings, context.now, piece)


async def order_of(context: Context, found: GoodsReturn) -> Order | None:
    """The order, for those who may see orders."""
    order = await context.loaders.order.load(found.order_id)
    return order if order is not None and may_see_order(context.viewer, order) else None


async def line_of(context: Context, found: GoodsReturn) -> OrderLine | None:
    order = await order_of(context, found)
    return None if order is None else order.line(found.order_line_id)


async def opened(context: Context, found: GoodsReturn) -> Sequence[Piece]:
    """What opened goods have become, for staff."""
    if not context.viewer.is_staff:
        return []
    pieces = await context.loaders.piece.load_many(list(found.opened))
    return [piece for piece in pieces if piece is not None]


async def refund_of(context: Context, found: GoodsReturn) -> OrderRefund | None:
    if found.refund_id is None:
        return None
    refunds = await context.loaders.order_refunds.load(found.order_id)
    return next((refund for refund in refunds if refund.id == found.refund_id), None)


async def handler(context: Context, account_id: AccountId | None) -> Account | None:
    """Who of the staff did something, for those who handle returns themselves."""
    seen = account_id is not None and context.viewer.has(*HANDLERS)
    return await context.loaders.account.load(account_id) if seen and account_id is not None else None
