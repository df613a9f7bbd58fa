"""What takes goods to their buyer: a parcel with seal, photos and cover for the way, or a pickup at a club shop.

Custody is handed over with each step; the house answers for the risk of the way until the buyer has the goods.
"""

from domain.shipment.cover import RegisterCover, register_cover
from domain.shipment.move import MoveShipment, PickUp, cancel, deliver, hand_over, pick_up, ready
from domain.shipment.noun import (
    PHOTOS_MAX,
    SHIPMENT_LIFECYCLE,
    WEIGHT_GRAMS_MAX,
    Fingerprint,
    Shipment,
    ShipmentId,
    ShipmentState,
    TransitCover,
    TransitCoverId,
)
from domain.shipment.pack import CreateShipment, Parcel, create
from domain.shipment.port import ShipmentReader, Shipments, TransitCovers, Work
from domain.shipment.refusal import AboveCover, NotCovered, WrongPickupCode

__all__ = [
    "PHOTOS_MAX",
    "SHIPMENT_LIFECYCLE",
    "WEIGHT_GRAMS_MAX",
    "AboveCover",
    "CreateShipment",
    "Fingerprint",
    "MoveShipment",
    "NotCovered",
    "Parcel",
    "PickUp",
    "RegisterCover",
    "Shipment",
    "ShipmentId",
    "ShipmentReader",
    "ShipmentState",
    "Shipments",
    "TransitCover",
    "TransitCoverId",
    "TransitCovers",
    "Work",
    "WrongPickupCode",
    "cancel",
    "create",
    "deliver",
    "hand_over",
    "pick_up",
    "ready",
    "register_cover",
]
