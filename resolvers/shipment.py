"""Shipments: seen with their orders."""

from collections.abc import Sequence
from uuid import UUID

from domain.order import Order, OrderLine, may_see
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.shipment import Shipment, TransitCover
from domain.viewer import Role
from resolvers.context import Context

PACKERS = (Role.FINANCE, Role.SUPPORT, Role.SHOP_ASSOCIATE)


async def find(context: Context, shipment_id: UUID) -> Shipment | None:
    """The shipment, if its order is there for the caller."""
    found = await context.loaders.shipment.load(shipment_id)
    order = None if found is None else await context.loaders.order.load(found.order_id)
    return found if order is not None and may_see(context.viewer, order) else None


async def find_cover(context: Context, cover_id: UUID) -> TransitCover | None:
    """The policy, for finance and for those who pack."""
    may = context.viewer.has(*PACKERS)
    return (await context.readers.shipments.covers_by_ids([cover_id]))[0] if may else None


async def shipment(context: Context, shipment_id: UUID) -> Shipment:
    """The shipment; one of an order that the caller may not see does not exist."""
    found = await find(context, shipment_id)
    if found is None:
        raise NotFound("Shipment", shipment_id, path=("shipmentId",))
    return found


async def of_order(context: Context, order_id: UUID) -> Sequence[Shipment]:
    return await context.loaders.shipments_of.load(order_id)


async def order_of(context: Context, found: Shipment) -> Order | None:
    return await context.loaders.order.load(found.order_id)


async def lines(context: Context, found: Shipment) -> Sequence[OrderLine]:
    order = await order_of(context, found)
    return [] if order is None else [order.line(line_id) for line_id in found.line_ids]


async def pickup_code(context: Context, found: Shipment) -> str | None:
    """For the buyer alone: staff are shown it by the buyer."""
    order = await order_of(context, found)
    return found.pickup_code if order is not None and order.buyer == context.viewer.account_id else None


async def covers(context: Context, page: PageRequest) -> Page[TransitCover]:
    """Known policies, for finance and for those who pack."""
    context.viewer.require(*PACKERS)
    return await context.readers.shipments.covers(page)
