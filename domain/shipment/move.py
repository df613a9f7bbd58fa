"""A shipment on its way: handed over, made ready, delivered, picked up, or unpacked again."""

from dataclasses import dataclass
from datetime import datetime

from domain import order as orders
from domain import piece
from domain.order import Order
from domain.piece import Party, PartyKind
from domain.refusal import require
from domain.shipment.noun import (
    Shipment,
    ShipmentId,
)
from domain.shipment.port import Work, add_photos, require_at, require_staff, tell
from domain.shipment.refusal import WrongPickupCode
from domain.viewer import Viewer
from domain.work import check_version


@dataclass(frozen=True, slots=True)
class MoveShipment:
    """`photos` are those of the handover, added to what there is."""

    shipment_id: ShipmentId
    photos: tuple[str, ...] = ()
    expected_version: int | None = None


async def hand_over(work: Work, viewer: Viewer, command: MoveShipment, *, now: datetime) -> Shipment:
    """The carrier has the sealed parcel."""
    shipment, order = await begin(work, viewer, command, "shipmentHandOver")
    shipment.handed_over_at = now
    await change_custody(work, order, shipment, Party(PartyKind.CARRIER))
    return await finish(work, order, shipment, "handedOver")


async def ready(work: Work, viewer: Viewer, command: MoveShipment, *, now: datetime) -> Shipment:
    """The goods wait in the club shop, and the buyer may come with the code."""
    shipment, order = await begin(work, viewer, command, "shipmentReady")
    shipment.handed_over_at = now
    await change_custody(work, order, shipment, Party(PartyKind.SHOP, shipment.shop_id))
    return await finish(work, order, shipment, "ready")


async def cancel(work: Work, viewer: Viewer, command: MoveShipment, *, now: datetime) -> Shipment:
    """Staff unpack what has not left yet."""
    shipment, order = await begin(work, viewer, command, "shipmentCancel")
    return await finish(work, order, shipment, "cancelled")


async def deliver(work: Work, viewer: Viewer, command: MoveShipment, *, now: datetime) -> Shipment:
    """The carrier has given the parcel to the buyer."""
    return await arrive(work, viewer, command, "shipmentDeliver", None, now)


@dataclass(frozen=True, slots=True)
class PickUp:
    shipment_id: ShipmentId
    pickup_code: str
    expected_version: int | None = None


async def pick_up(work: Work, viewer: Viewer, command: PickUp, *, now: datetime) -> Shipment:
    """The buyer has shown the code at the counter and taken the goods."""
    move = MoveShipment(command.shipment_id, (), command.expected_version)
    return await arrive(work, viewer, move, "shipmentPickUp", command.pickup_code, now)


async def arrive(
    work: Work, viewer: Viewer, command: MoveShipment, action: str, pickup_code: str | None, now: datetime
) -> Shipment:
    shipment, order = await lock_both(work, viewer, command)
    right = pickup_code is None or pickup_code.strip().upper() == shipment.pickup_code
    shipment.move(action)
    require(right, WrongPickupCode(path=("pickupCode",)))
    shipment.delivered_at = now
    shipment.photos = await add_photos(work, shipment.photos, command.photos)
    await orders.delivered(work, order, shipment.line_ids, action, now)
    return await finish(work, order, shipment, "delivered")


# Parts of these verbs


async def lock_both(work: Work, viewer: Viewer, command: MoveShipment) -> tuple[Shipment, Order]:
    """The order is locked before its shipment."""
    require_staff(viewer)
    found = await work.shipments.find(command.shipment_id)
    order = await work.orders.lock(found.order_id)
    shipment = await work.shipments.lock(command.shipment_id)
    check_version(command.expected_version, shipment.version)
    await require_at(work, viewer, order, shipment.line_ids)
    return shipment, order


async def begin(work: Work, viewer: Viewer, command: MoveShipment, action: str) -> tuple[Shipment, Order]:
    shipment, order = await lock_both(work, viewer, command)
    shipment.move(action)
    shipment.photos = await add_photos(work, shipment.photos, command.photos)
    order.advance(action, shipment.line_ids)
    return shipment, order


async def change_custody(work: Work, order: Order, shipment: Shipment, custodian: Party) -> None:
    """The pieces within change hands; the house answers for them until the buyer has them."""
    for line in sorted((order.line(line_id) for line_id in shipment.line_ids), key=lambda one: str(one.piece_id)):
        if line.piece_id is not None:
            found = await work.pieces.lock(line.piece_id)
            piece.hand_over(found, custodian, piece.HOUSE)
            await work.pieces.save(found)


async def finish(work: Work, order: Order, shipment: Shipment, what: str) -> Shipment:
    await work.shipments.save(shipment)
    await work.orders.save(order)
    tell(work, order, shipment, what)
    return shipment
