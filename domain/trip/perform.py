"""Services that were bought: staff record that one was performed."""

from dataclasses import dataclass
from datetime import datetime

from domain.event import Event
from domain.order import LineKind, Order, OrderId, OrderLineId, Work, journey
from domain.refusal import InvalidInput, NotFound, require
from domain.viewer import Role, Viewer
from domain.work import check_version


@dataclass(frozen=True, slots=True)
class PerformService:
    order_id: OrderId
    line_id: OrderLineId
    expected_version: int | None = None


async def perform(work: Work, viewer: Viewer, command: PerformService, *, now: datetime) -> Order:
    """Support, or a shop, has performed a service of a paid order: the house has earned it."""
    viewer.require(Role.SUPPORT)
    order = await work.orders.lock(command.order_id)
    check_version(command.expected_version, order.version)
    try:
        line = order.line(command.line_id)
    except NotFound as refusal:
        refusal.path = ("lineId",)
        raise
    paid = order.paid_at is not None
    require(paid, InvalidInput("This order has not been paid.", path=("orderId",)))
    require(line.kind is LineKind.SERVICE, InvalidInput("This line is not a service.", path=("lineId",)))
    journey.took_place(work, order, line, now)
    await work.orders.save(order)
    said = {"orderId": str(order.id)}
    work.events.append(Event("service.performed", "orderLine", line.id, said, account_id=order.buyer))
    return order
