"""Orders: buyers see their own; staff who serve buyers, and finance, see all."""

from collections.abc import Sequence
from uuid import UUID

from domain.money import Money
from domain.order import (
    Order,
    OrderFilter,
    OrderLine,
    OrderRefund,
    OrderState,
    may_see,
)
from domain.page import Page, PageRequest
from domain.payment import PaymentIntent
from domain.policy import TaxBasis
from domain.refusal import NotFound
from domain.viewer import Role, Viewer
from domain.voucher import Voucher
from resolvers.context import Context


async def find(context: Context, order_id: UUID) -> Order | None:
    """The order, if there is one for the caller."""
    found = await context.loaders.order.load(order_id)
    return found if found is not None and may_see(context.viewer, found) else None


async def order(context: Context, order_id: UUID) -> Order:
    """The order; one that the caller may not see does not exist."""
    found = await find(context, order_id)
    if found is None:
        raise NotFound("Order", order_id, path=("orderId",))
    return found


async def find_line(context: Context, line_id: UUID) -> OrderLine | None:
    """A line of an order, if there is one for the caller."""
    found = await context.loaders.order_of_line.load(line_id)
    return found.line(line_id) if found is not None and may_see(context.viewer, found) else None


async def orders(context: Context, states: Sequence[OrderState], page: PageRequest) -> Page[Order]:
    """The caller's own orders, newest first."""
    buyer = context.viewer.require_account()
    return await context.readers.orders.page(OrderFilter(states=tuple(states), buyer=buyer), page)


async def queue(context: Context, wanted: OrderFilter, page: PageRequest) -> Page[Order]:
    """Everybody's orders, oldest first, for staff."""
    context.viewer.require(Role.SUPPORT, Role.SHOP_ASSOCIATE, Role.FINANCE)
    return await context.readers.orders.queue(wanted, page)


async def refunds(context: Context, order_id: UUID) -> Sequence[OrderRefund]:
    return await context.loaders.order_refunds.load(order_id)


async def payment(context: Context, found: Order) -> PaymentIntent | None:
    """What the provider was asked for."""
    return None if found.payment_intent_id is None else await context.loaders.payment.load(found.payment_intent_id)


async def voucher(context: Context, found: Order) -> Voucher | None:
    tender = found.voucher
    return None if tender is None or tender.source_id is None else await context.loaders.voucher.load(tender.source_id)


def stated_tax(viewer: Viewer, basis: TaxBasis, tax: Money) -> Money | None:
    """Tax on a margin is not stated to buyers: it would tell what the house paid."""
    on_margin = basis in (TaxBasis.MARGIN, TaxBasis.TRAVEL_MARGIN)
    return tax if not on_margin or viewer.has(Role.FINANCE) else None


def cost(viewer: Viewer, line: OrderLine) -> Money | None:
    return line.cost if viewer.has(Role.FINANCE) else None


def own_discount(viewer: Viewer, line: OrderLine) -> Money | None:
    return line.own_discount if viewer.has(Role.FINANCE) else None


def sees_seller(viewer: Viewer, line: OrderLine) -> bool:
    return viewer.is_staff or (line.seller_id is not None and line.seller_id == viewer.account_id)
