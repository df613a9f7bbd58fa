"""A bank took a payment back: nothing of the order is paid out until finance has looked into it."""

from dataclasses import dataclass
from datetime import datetime

from domain import settlement
from domain.event import Event
from domain.order.deliver import block, unblock
from domain.order.noun import Order, OrderId
from domain.order.port import Work
from domain.refusal import WrongState, require
from domain.settlement import BlockReason
from domain.text import line as one_line
from domain.viewer import Role, Viewer
from domain.work import check_version


async def charged_back(work: Work, order: Order, now: datetime) -> None:
    """Hold back what the house and the sellers of a locked order would get, and save it."""
    for line in order.lines:
        block(line, BlockReason.CHARGEBACK)
        if line.consigned:
            await settlement.block(work, order_line_id=line.id, reason=BlockReason.CHARGEBACK, now=now)
    await work.orders.save(order)


@dataclass(frozen=True, slots=True)
class ResolveChargeBack:
    order_id: OrderId
    note: str
    expected_version: int | None = None


async def resolve_charge_back(work: Work, viewer: Viewer, command: ResolveChargeBack, *, now: datetime) -> Order:
    """Finance lets the money of an order go its way again; what the buyer owes for it stays owed."""
    viewer.require(Role.FINANCE)
    note = one_line(command.note, "note")
    order = await work.orders.lock(command.order_id)
    check_version(command.expected_version, order.version)
    require("orderChargebackResolve" in order.next_actions, WrongState("order", order.state, order.next_actions))
    for line in order.lines:
        unblock(work, order, line, BlockReason.CHARGEBACK, now)
        if line.consigned:
            await settlement.unblock(work, order_line_id=line.id, reason=BlockReason.CHARGEBACK, now=now)
    await work.orders.save(order)
    work.events.append(Event("order.chargeBackResolved", "order", order.id, {"note": note}, account_id=order.buyer))
    return order
