"""What takes goods to their buyer: a parcel with seal, photos and cover for the way, or a pickup at a club shop.

Custody is handed over with each step; the house answers for the risk of the way until the buyer has the goods.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import order as orders
from domain import piece
from domain.event import Event
from domain.lifecycle import Lifecycle
from domain.money import Money, total
from domain.order import DeliveryMethod, LineState, Order, OrderId, OrderLineId
from domain.page import Page, PageRequest
from domain.piece import Party, PartyKind
from domain.refusal import InvalidInput, Refusal, WrongState, require
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

ShipmentId = NewType("ShipmentId", UUID)
TransitCoverId = NewType("TransitCoverId", UUID)

PHOTOS_MAX = 12
WORDS_MAX = 120
WEIGHT_GRAMS_MAX = 200_000


# Nouns


class ShipmentState(StrEnum):
    """Where a shipment stands; CREATED means packed and labelled."""

    CREATED = "CREATED"
    HANDED_OVER = "HANDED_OVER"
    READY = "READY"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"


@dataclass(slots=True)
class TransitCover:
    """An insurance policy for parcels of one carrier: what one shipment may be worth at most, and until when."""

    id: TransitCoverId
    policy_number: str
    carrier: str
    limit: Money
    valid_until: datetime
    registered_by: AccountId | None
    registered_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells a piece apart should it come back: the number of the tag that was fixed to it, and what it weighed."""

    line_id: OrderLineId
    tag_number: str
    weight_grams: int


@dataclass(slots=True)
class Shipment:
    """Some lines of an order on their way. What customs are told is not what the insurance would pay.

    A pickup has a shop and a code that the buyer shows; a parcel has a carrier and cover.
    """

    id: ShipmentId
    code: str
    order_id: OrderId
    line_ids: tuple[OrderLineId, ...]
    state: ShipmentState
    carrier: str | None
    tracking: str | None
    declared_value: Money | None
    insured_value: Money | None
    policy_number: str | None
    seal_number: str | None
    photos: tuple[str, ...]
    shop_id: UUID | None
    pickup_code: str | None
    created_by: AccountId
    created_at: datetime
    handed_over_at: datetime | None = None
    delivered_at: datetime | None = None
    fingerprints: tuple[Fingerprint, ...] = ()
    version: int = 1

    @property
    def is_pickup(self) -> bool:
        return self.pickup_code is not None

    @property
    def next_actions(self) -> tuple[str, ...]:
        other_way = PARCEL_ONLY if self.is_pickup else PICKUP_ONLY
        return tuple(action for action in SHIPMENT_LIFECYCLE.next_actions(self.state) if action not in other_way)

    def move(self, action: str) -> None:
        if action not in self.next_actions:
            raise WrongState("shipment", self.state, self.next_actions)
        self.state = SHIPMENT_LIFECYCLE.move(self.state, action)


SHIPMENT_LIFECYCLE = Lifecycle(
    kind="shipment",
    initial=ShipmentState.CREATED,
    moves={
        "shipmentHandOver": ([ShipmentState.CREATED], ShipmentState.HANDED_OVER),
        "shipmentReady": ([ShipmentState.CREATED], ShipmentState.READY),
        "shipmentDeliver": ([ShipmentState.HANDED_OVER], ShipmentState.DELIVERED),
        "shipmentPickUp": ([ShipmentState.READY], ShipmentState.DELIVERED),
        "shipmentCancel": ([ShipmentState.CREATED], ShipmentState.CANCELLED),
    },
)

PARCEL_ONLY = frozenset({"shipmentHandOver", "shipmentDeliver"})
PICKUP_ONLY = frozenset({"shipmentReady", "shipmentPickUp"})


# Refusals


@dataclass(eq=False)
class AboveCover(Refusal):
    """The parcel is worth more than its insurance would pay, so it gets no label."""

    code = "ABOVE_COVER"
    limit: Money
    insured_value: Money

    @property
    def message(self) -> str:
        return f"The policy covers {self.limit} for a parcel, this one is worth {self.insured_value}: send less in one."


@dataclass(eq=False)
class NotCovered(Refusal):
    """The policy is not known for this carrier and currency, or is over."""

    code = "NOT_COVERED"
    policy_number: str

    @property
    def message(self) -> str:
        return f"Policy {self.policy_number} does not cover this parcel: another carrier, currency or time."


@dataclass(eq=False)
class WrongPickupCode(Refusal):
    """The code is not the one that the buyer got."""

    code = "WRONG_PICKUP_CODE"

    @property
    def message(self) -> str:
        return "This is not the pickup code of this shipment: hand nothing over."


# Ports


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


class Work(orders.Work, Protocol):
    @property
    def shipments(self) -> Shipments: ...
    @property
    def transit_covers(self) -> TransitCovers: ...


class ShipmentReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Shipment | None]: ...
    async def of_orders(self, order_ids: Sequence[UUID]) -> Sequence[Sequence[Shipment]]: ...
    async def covers_by_ids(self, ids: Sequence[UUID]) -> Sequence[TransitCover | None]: ...
    async def covers(self, page: PageRequest) -> Page[TransitCover]: ...


# Rules


def require_staff(viewer: Viewer) -> AccountId:
    viewer.require(Role.SUPPORT, Role.SHOP_ASSOCIATE)
    return viewer.require_account()


def word(text: str | None, name: str) -> str:
    """A short text that must be there."""
    stripped = (text or "").strip()
    require(0 < len(stripped) <= WORDS_MAX, InvalidInput(f"1 to {WORDS_MAX} characters.", path=(name,)))
    return stripped


# Verbs


@dataclass(frozen=True, slots=True)
class RegisterCover:
    policy_number: str
    carrier: str
    limit: Money
    valid_until: datetime


async def register_cover(work: Work, viewer: Viewer, command: RegisterCover, *, now: datetime) -> TransitCover:
    """Finance says which policy covers which carrier's parcels, and up to what; the same number is put anew."""
    viewer.require(Role.FINANCE)
    require(command.limit.minor > 0, InvalidInput("The limit is more than zero.", path=("limit",)))
    require(command.valid_until > now, InvalidInput("A policy ends in the future.", path=("validUntil",)))
    cover = TransitCover(
        id=TransitCoverId(work.new.id()),
        policy_number=word(command.policy_number, "policyNumber"),
        carrier=word(command.carrier, "carrier"),
        limit=command.limit,
        valid_until=command.valid_until,
        registered_by=viewer.account_id,
        registered_at=now,
    )
    kept = await work.transit_covers.put(cover)
    work.events.append(Event("transitCover.registered", "transitCover", kept.id, {"limit": str(kept.limit)}))
    return kept


@dataclass(frozen=True, slots=True)
class Parcel:
    """`declared_value` is for customs; `insured_value` is at least what the buyer paid for the goods."""

    carrier: str
    tracking: str
    declared_value: Money
    insured_value: Money
    policy_number: str
    seal_number: str


@dataclass(frozen=True, slots=True)
class CreateShipment:
    """All open lines when none is named. A parcel for an address, none for a pickup."""

    order_id: OrderId
    line_ids: tuple[OrderLineId, ...]
    parcel: Parcel | None
    photos: tuple[str, ...] = ()
    fingerprints: tuple[Fingerprint, ...] = ()


async def create(work: Work, viewer: Viewer, command: CreateShipment, *, now: datetime) -> Shipment:
    """Staff pack lines of a paid order; a parcel that is worth more than its cover gets no label."""
    staff = require_staff(viewer)
    require(len(command.photos) <= PHOTOS_MAX, InvalidInput(f"{PHOTOS_MAX} photos at most.", path=("photos",)))
    order = await work.orders.lock(command.order_id)
    line_ids = command.line_ids or tuple(line.id for line in order.lines if line.state is LineState.OPEN)
    require(bool(line_ids), InvalidInput("Every line is packed already.", path=("lineIds",)))
    require(len(set(line_ids)) == len(line_ids), InvalidInput("A line is packed once.", path=("lineIds",)))
    order.advance("shipmentCreate", line_ids)
    pickup = order.delivery.method is DeliveryMethod.PICKUP
    require((command.parcel is None) == pickup, InvalidInput("The buyer chose the other way.", path=("parcel",)))
    parcel = None if command.parcel is None else await check_parcel(work, order, line_ids, command.parcel, now)
    check_fingerprints(order, line_ids, command.fingerprints)
    shipment = Shipment(
        id=ShipmentId(work.new.id()),
        code=work.new.code("SH"),
        order_id=order.id,
        line_ids=tuple(line_ids),
        state=ShipmentState.CREATED,
        carrier=None if parcel is None else parcel.carrier.strip(),
        tracking=None if parcel is None else parcel.tracking.strip(),
        declared_value=None if parcel is None else parcel.declared_value,
        insured_value=None if parcel is None else parcel.insured_value,
        policy_number=None if parcel is None else parcel.policy_number,
        seal_number=None if parcel is None else parcel.seal_number.strip(),
        photos=command.photos,
        shop_id=order.delivery.shop_id,
        pickup_code=work.new.code("PU") if pickup else None,
        created_by=staff,
        created_at=now,
        fingerprints=tuple(replace(one, tag_number=one.tag_number.strip()) for one in command.fingerprints),
    )
    await work.shipments.add(shipment)
    await work.orders.save(order)
    tell(work, order, shipment, "created")
    return shipment


def check_fingerprints(order: Order, line_ids: Sequence[OrderLineId], fingerprints: Sequence[Fingerprint]) -> None:
    """One for a piece that is packed; goods from stock look alike and have none."""
    named = [one.line_id for one in fingerprints]
    pieces = {line_id for line_id in line_ids if order.line(line_id).piece_id is not None}
    fits = len(set(named)) == len(named) and pieces.issuperset(named)
    require(fits, InvalidInput("One for each piece that is packed, no more.", path=("fingerprints",)))
    for index, one in enumerate(fingerprints):
        path = ("fingerprints", str(index))
        tagged = 0 < len(one.tag_number.strip()) <= WORDS_MAX
        require(tagged, InvalidInput(f"1 to {WORDS_MAX} characters.", path=(*path, "tagNumber")))
        weighed = 0 < one.weight_grams <= WEIGHT_GRAMS_MAX
        require(weighed, InvalidInput("A weight is 1 to 200,000 grams.", path=(*path, "weightGrams")))


async def check_parcel(
    work: Work, order: Order, line_ids: Sequence[OrderLineId], parcel: Parcel, now: datetime
) -> Parcel:
    """Insured for what the goods are worth, and no higher than the policy goes."""
    for name, text in (("carrier", parcel.carrier), ("tracking", parcel.tracking), ("sealNumber", parcel.seal_number)):
        word(text, name)
    for name, value in (("declaredValue", parcel.declared_value), ("insuredValue", parcel.insured_value)):
        fits = value.currency is order.currency and value.minor > 0
        require(fits, InvalidInput(f"More than zero, in {order.currency}.", path=("parcel", name)))
    worth = total((order.line(line_id).refundable for line_id in line_ids), order.currency)
    enough = parcel.insured_value >= worth
    require(enough, InvalidInput(f"The goods are worth {worth}: insure them all.", path=("parcel", "insuredValue")))
    cover = await work.transit_covers.of_number(parcel.policy_number)
    covers = (
        cover is not None
        and cover.carrier == parcel.carrier.strip()
        and cover.limit.currency is order.currency
        and now < cover.valid_until
    )
    path = ("parcel", "policyNumber")
    if cover is None or not covers:
        raise NotCovered(parcel.policy_number, path=path)
    require(parcel.insured_value <= cover.limit, AboveCover(cover.limit, parcel.insured_value, path=path))
    return parcel


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
    shipment.photos = add_photos(shipment, command.photos)
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
    return shipment, order


async def begin(work: Work, viewer: Viewer, command: MoveShipment, action: str) -> tuple[Shipment, Order]:
    shipment, order = await lock_both(work, viewer, command)
    shipment.move(action)
    shipment.photos = add_photos(shipment, command.photos)
    order.advance(action, shipment.line_ids)
    return shipment, order


def add_photos(shipment: Shipment, photos: Sequence[str]) -> tuple[str, ...]:
    together = (*shipment.photos, *photos)
    require(len(together) <= PHOTOS_MAX, InvalidInput(f"{PHOTOS_MAX} photos at most.", path=("photos",)))
    return together


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


def tell(work: Work, order: Order, shipment: Shipment, what: str) -> None:
    said = {"code": shipment.code, "order": order.code}
    work.events.append(Event(f"shipment.{what}", "shipment", shipment.id, said, account_id=order.buyer))
    for line_id in shipment.line_ids:
        line = order.line(line_id)
        if line.piece_id is not None and what != "delivered":
            work.events.append(Event(f"piece.shipment.{what}", "shipment", shipment.id, {}, line.piece_id, order.buyer))
