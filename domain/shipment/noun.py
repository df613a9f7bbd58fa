"""A shipment, and the insurance that covers its way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.lifecycle import Lifecycle
from domain.money import Money
from domain.order import OrderId, OrderLineId
from domain.refusal import WrongState
from domain.supplier import SupplierId
from domain.viewer import AccountId

ShipmentId = NewType("ShipmentId", UUID)
TransitCoverId = NewType("TransitCoverId", UUID)

PHOTOS_MAX = 12
WORDS_MAX = 120
WEIGHT_GRAMS_MAX = 200_000


class ShipmentState(StrEnum):
    """Where a shipment stands; CREATED means packed and labelled."""

    CREATED = "CREATED"
    HANDED_OVER = "HANDED_OVER"
    READY = "READY"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"


@dataclass(slots=True)
class TransitCover:
    """An insurance policy for parcels of one carrier: what one shipment may be worth at most, and until when.

    `supplier_id` is who is owed the premiums, where that is a supplier of the house and not paid outside.
    """

    id: TransitCoverId
    policy_number: str
    carrier: str
    limit: Money
    valid_until: datetime
    registered_by: AccountId | None
    registered_at: datetime
    supplier_id: SupplierId | None = None
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
    def pickup(self) -> bool:
        return self.pickup_code is not None

    @property
    def next_actions(self) -> tuple[str, ...]:
        other_way = PARCEL_ONLY if self.pickup else PICKUP_ONLY
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
