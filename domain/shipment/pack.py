"""Lines of a paid order are packed: sealed, tagged and covered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.money import Money, total
from domain.order import LineState, Order, OrderId, OrderLineId
from domain.policy import DeliveryMethod
from domain.refusal import InvalidInput, require
from domain.shipment.noun import (
    WEIGHT_GRAMS_MAX,
    WORDS_MAX,
    Fingerprint,
    Shipment,
    ShipmentId,
    ShipmentState,
)
from domain.shipment.port import Work, add_photos, require_at, require_staff, tell
from domain.shipment.refusal import AboveCover, NotCovered
from domain.text import line as one_line
from domain.viewer import Viewer


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
    photos = await add_photos(work, (), command.photos)
    order = await work.orders.lock(command.order_id)
    line_ids = command.line_ids or tuple(line.id for line in order.lines if line.state is LineState.OPEN and line.ships)
    require(bool(line_ids), InvalidInput("Every line is packed already.", path=("lineIds",)))
    require(len(set(line_ids)) == len(line_ids), InvalidInput("A line is packed once.", path=("lineIds",)))
    await require_at(work, viewer, order, line_ids)
    ships = all(order.line(line_id).ships for line_id in line_ids)
    require(ships, InvalidInput("A journey or a service is not packed.", path=("lineIds",)))
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
        photos=photos,
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
        one_line(one.tag_number, *path, "tagNumber", longest=WORDS_MAX)
        weighed = 0 < one.weight_grams <= WEIGHT_GRAMS_MAX
        require(weighed, InvalidInput("A weight is 1 to 200,000 grams.", path=(*path, "weightGrams")))


async def check_parcel(
    work: Work, order: Order, line_ids: Sequence[OrderLineId], parcel: Parcel, now: datetime
) -> Parcel:
    """Insured for what the goods are worth, and no higher than the policy goes."""
    for name, text in (("carrier", parcel.carrier), ("tracking", parcel.tracking), ("sealNumber", parcel.seal_number)):
        one_line(text, "parcel", name, longest=WORDS_MAX)
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
