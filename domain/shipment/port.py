"""What shipments need of the house's memory, and what all their verbs share."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain import associate as associates
from domain import order as orders
from domain.event import Event
from domain.order import Order, OrderId, OrderLineId
from domain.page import Page, PageRequest
from domain.piece import PartyKind
from domain.refusal import InvalidInput, require
from domain.shipment.noun import (
    PHOTOS_MAX,
    Shipment,
    ShipmentId,
    TransitCover,
)
from domain.text import line as one_line
from domain.viewer import AccountId, Role, Viewer


class Shipments(Protocol):
    async def lock(self, shipment_id: ShipmentId) -> Shipment: ...
    async def find(self, shipment_id: ShipmentId) -> Shipment:
        """The shipment as it is, not locked: its order is locked before it."""
        ...

    async def of_order(self, order_id: OrderId) -> Sequence[Shipment]:
        """The shipments of an order, not locked, oldest first."""
        ...

    async def add(self, shipment: Shipment) -> None: ...
    async def save(self, shipment: Shipment) -> None: ...


class TransitCovers(Protocol):
    async def of_number(self, policy_number: str) -> TransitCover | None: ...
    async def put(self, cover: TransitCover) -> TransitCover:
        """Keep it in the place of what was known under the same number."""
        ...


class Work(orders.Work, associates.Desk, Protocol):
    @property
    def shipments(self) -> Shipments: ...
    @property
    def transit_covers(self) -> TransitCovers: ...


class ShipmentReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Shipment | None]: ...
    async def of_orders(self, order_ids: Sequence[UUID]) -> Sequence[Sequence[Shipment]]: ...
    async def covers_by_ids(self, ids: Sequence[UUID]) -> Sequence[TransitCover | None]: ...
    async def covers(self, page: PageRequest) -> Page[TransitCover]: ...


def require_staff(viewer: Viewer) -> AccountId:
    viewer.require(Role.SUPPORT, Role.SHOP_ASSOCIATE)
    return viewer.require_account()


async def require_at(work: Work, viewer: Viewer, order: Order, line_ids: Sequence[OrderLineId]) -> None:
    """Support moves all there is, an associate what is picked up in their shop, or leaves it with a carrier."""
    if viewer.has(Role.SUPPORT):
        return
    shops = {order.delivery.shop_id}
    if order.delivery.shop_id is None:
        pieces = [order.line(line_id).piece_id for line_id in line_ids]
        keepers = [None if piece_id is None else (await work.pieces.find(piece_id)).custodian for piece_id in pieces]
        shops = {one.id if one is not None and one.kind is PartyKind.SHOP else None for one in keepers}
    await associates.require_at(work, viewer, *shops, elsewhere=(Role.SUPPORT,))


async def add_photos(work: Work, there: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    """The keys of photos, with those of another step; what was uploaded for it stays from here on."""
    together = (*there, *(one_line(photo, "photos") for photo in more))
    require(len(together) <= PHOTOS_MAX, InvalidInput(f"{PHOTOS_MAX} photos at most.", path=("photos",)))
    if more:
        await work.media_uploads.use(list(more), None)
    return together


def tell(work: Work, order: Order, shipment: Shipment, what: str) -> None:
    said = {"code": shipment.code, "order": order.code, "orderId": str(order.id)}
    work.events.append(Event(f"shipment.{what}", "shipment", shipment.id, said, account_id=order.buyer))
    for line_id in shipment.line_ids:
        line = order.line(line_id)
        if line.piece_id is not None and what != "delivered":
            work.events.append(Event(f"piece.shipment.{what}", "shipment", shipment.id, {}, line.piece_id, order.buyer))
