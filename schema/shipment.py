"""Shipments: parcels with seal and cover, and pickups at a club shop."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import shipment
from resolvers import shipment as resolve
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, encode_id, global_id, id_of
from schema.mutation import Info, Keyed, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.order import Order, OrderLine
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import Money, MoneyInput
from schema.shop import ClubShop

ShipmentState = enum(
    shipment.ShipmentState,
    name="ShipmentState",
    description="Where a shipment stands.",
    CREATED="Packed and labelled.",
    HANDED_OVER="The carrier has it.",
    READY="It waits for the buyer in a club shop.",
    DELIVERED="The buyer has it.",
    CANCELLED="It was unpacked before it left.",
)

COVERS = "transitCovers"


# Nouns


@noun(
    shipment.TransitCover, description="An insurance policy for parcels. Seen by finance, support and shop associates."
)
class TransitCover(Node):
    id: strawberry.ID = global_id("TransitCover")
    policy_number: str = strawberry.field(description="The insurer's number of the policy.")
    carrier: str = strawberry.field(description="Whose parcels it covers.")
    limit: Money = strawberry.field(description="What one parcel may be worth at most.")
    valid_until: datetime = strawberry.field(description="Until when it covers.")
    version: int = strawberry.field(description="Goes up by one with every change.")


@noun(shipment.Fingerprint, description="What tells a piece apart should it come back. Seen by staff.")
class ShipmentFingerprint:
    tag_number: str = strawberry.field(description="The number of the tag that was fixed to it.")
    weight_grams: int = strawberry.field(description="What it weighed, in grams.")

    @strawberry.field(description="The line that it is of.")
    def line_id(root: shipment.Fingerprint) -> strawberry.ID:
        return strawberry.ID(encode_id("OrderLine", root.line_id))


@noun(shipment.Shipment, description="Some lines of an order on their way. Seen by those who see the order.")
class Shipment(Node):
    id: strawberry.ID = global_id("Shipment")
    code: str = strawberry.field(
        description="The code that people use for it, such as SH-7K2M-9QXD, or PU-7K2M-9QXD for a pickup."
    )
    state: ShipmentState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    carrier: str | None = strawberry.field(description="The carrier that takes the parcel; null for a pickup.")
    tracking: str | None = strawberry.field(description="The carrier's tracking number; null for a pickup.")
    declared_value: Money | None = strawberry.field(description="What customs are told; null for a pickup.")
    insured_value: Money | None = strawberry.field(description="What the insurance would pay; null for a pickup.")
    policy_number: str | None = strawberry.field(
        description="The insurance policy that covers the way; null for a pickup."
    )
    seal_number: str | None = strawberry.field(
        description="The number of the seal, to be whole on arrival; null for a pickup."
    )
    photos: list[str] = strawberry.field(description="Keys of photos of packing and handover.")
    created_at: datetime = strawberry.field(description="When it was packed.")
    handed_over_at: datetime | None = strawberry.field(
        description="When the carrier or the shop had it; null until then."
    )
    delivered_at: datetime | None = strawberry.field(description="When the buyer had it; null until then.")
    pickup: bool = strawberry.field(description="Whether the buyer comes for it.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=ClubShop | None, description="The club shop where it waits; null for a parcel.")
    async def shop(root: shipment.Shipment, info: Info) -> Any:
        return None if root.shop_id is None else await info.context.loaders.club_shop.load(root.shop_id)

    @strawberry.field(description="What the buyer shows at the counter; null for everybody but the buyer.")
    async def pickup_code(root: shipment.Shipment, info: Info) -> str | None:
        return await resolve.pickup_code(info.context, root)

    @strawberry.field(
        graphql_type=list[ShipmentFingerprint] | None,
        description="What tells its pieces apart should they come back. For staff; null for others.",
    )
    def fingerprints(root: shipment.Shipment, info: Info) -> Any:
        return root.fingerprints if info.context.viewer.is_staff else None

    @strawberry.field(
        graphql_type=Order | None, description="The order that it belongs to; null for those who may not see it."
    )
    async def order(root: shipment.Shipment, info: Info) -> Any:
        return await resolve.order_of(info.context, root)

    @strawberry.field(graphql_type=list[OrderLine], description="What is in it.")
    async def lines(root: shipment.Shipment, info: Info) -> Any:
        return await resolve.lines(info.context, root)


# Refusals


@refused(shipment.AboveCover)
class AboveCover(UserError):
    limit: Money = strawberry.field(description="What the policy would pay at most.")
    insured_value: Money = strawberry.field(description="What the parcel is worth.")


@refused(shipment.NotCovered)
class NotCovered(UserError):
    policy_number: str = strawberry.field(description="The policy that was named.")


@refused(shipment.WrongPickupCode)
class WrongPickupCode(UserError):
    pass


# Inputs


@strawberry.input(description="Which policy covers a carrier's parcels, and up to what.")
class TransitCoverRegisterInput(Keyed):
    policy_number: str = strawberry.field(description="The insurer's number; a known one is put anew.")
    carrier: str = strawberry.field(description="Whose parcels it covers.")
    limit: MoneyInput = strawberry.field(description="What one parcel may be worth at most.")
    valid_until: datetime = strawberry.field(description="Until when it covers.")
    supplier_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Who is owed the premiums, where that is a supplier of the house; else they are paid outside.",
    )

    def to_command(self) -> shipment.RegisterCover:
        supplier_id = given(self.supplier_id)
        return shipment.RegisterCover(
            policy_number=self.policy_number,
            carrier=self.carrier,
            limit=self.limit.to_money("limit"),
            valid_until=self.valid_until,
            supplier_id=None if supplier_id is None else id_of("Supplier", supplier_id, "supplierId"),
        )


@strawberry.input(description="A parcel, with its insurance and its seal.")
class ParcelInput:
    carrier: str = strawberry.field(description="The carrier that takes it.")
    tracking: str = strawberry.field(description="The carrier's tracking number.")
    declared_value: MoneyInput = strawberry.field(description="What customs are told.")
    insured_value: MoneyInput = strawberry.field(description="What the insurance would pay; at least what was paid.")
    policy_number: str = strawberry.field(description="The insurance policy that covers the way.")
    seal_number: str = strawberry.field(description="The number of the seal on it.")

    def to_parcel(self) -> shipment.Parcel:
        return shipment.Parcel(
            carrier=self.carrier,
            tracking=self.tracking,
            declared_value=self.declared_value.to_money("parcel", "declaredValue"),
            insured_value=self.insured_value.to_money("parcel", "insuredValue"),
            policy_number=self.policy_number.strip(),
            seal_number=self.seal_number,
        )


@strawberry.input(description="What tells a piece apart should it come back.")
class ShipmentFingerprintInput:
    line_id: strawberry.ID = strawberry.field(description="The line of the piece.")
    tag_number: str = strawberry.field(description="The number of the tag that is fixed to it.")
    weight_grams: int = strawberry.field(description="What it weighs, in grams, 1 to 200,000.")

    def to_fingerprint(self, *path: str) -> shipment.Fingerprint:
        return shipment.Fingerprint(
            id_of("OrderLine", self.line_id, *path, "lineId"), self.tag_number, self.weight_grams
        )


@strawberry.input(description="What to pack of a paid order.")
class ShipmentCreateInput(Keyed):
    order_id: strawberry.ID = strawberry.field(description="The order that this is about.")
    line_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Which lines; all that are open when left out."
    )
    parcel: ParcelInput | None = strawberry.field(
        default=strawberry.UNSET, description="For an order that goes to an address; left out for a pickup."
    )
    photos: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Keys of photos of the packing, 12 at most with those of the handover; none when left out.",
    )

    fingerprints: list[ShipmentFingerprintInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="One for each piece; a piece that is left out is looked at by an appraiser should it come back.",
    )

    def to_command(self) -> shipment.CreateShipment:
        parcel = given(self.parcel)
        fingerprints = enumerate(given(self.fingerprints) or ())
        return shipment.CreateShipment(
            order_id=id_of("Order", self.order_id, "orderId"),
            line_ids=tuple(id_of("OrderLine", line_id, "lineIds") for line_id in given(self.line_ids) or ()),
            parcel=None if parcel is None else parcel.to_parcel(),
            photos=tuple(given(self.photos) or ()),
            fingerprints=tuple(one.to_fingerprint("fingerprints", str(index)) for index, one in fingerprints),
        )


@strawberry.input(description="What every step of a shipment takes.")
class ShipmentMove(MoneyMove):
    shipment_id: strawberry.ID = strawberry.field(description="The shipment that this is about.")
    photos: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Keys of photos of this step; none when left out."
    )

    def to_command(self) -> shipment.MoveShipment:
        return shipment.MoveShipment(
            id_of("Shipment", self.shipment_id, "shipmentId"),
            tuple(given(self.photos) or ()),
            given(self.expected_version),
        )


@strawberry.input(description="Which parcel the carrier has.")
class ShipmentHandOverInput(ShipmentMove):
    pass


@strawberry.input(description="Which pickup waits in its shop.")
class ShipmentReadyInput(ShipmentMove):
    pass


@strawberry.input(description="Which parcel the carrier gave to the buyer.")
class ShipmentDeliverInput(ShipmentMove):
    pass


@strawberry.input(description="Which parcel to unpack before it leaves.")
class ShipmentCancelInput(ShipmentMove):
    pass


@strawberry.input(description="Which pickup goes to the buyer who shows its code.")
class ShipmentPickUpInput(MoneyMove):
    shipment_id: strawberry.ID = strawberry.field(description="The shipment that this is about.")
    pickup_code: str = strawberry.field(description="The code that the buyer shows.")

    def to_command(self) -> shipment.PickUp:
        return shipment.PickUp(
            id_of("Shipment", self.shipment_id, "shipmentId"), self.pickup_code, given(self.expected_version)
        )


fetchable("Shipment", resolve.find)
fetchable("TransitCover", resolve.find_cover)


# Root fields


@strawberry.type
class ShipmentQuery:
    @strawberry.field(graphql_type=Shipment, description="A shipment of an order that the caller may see.")
    async def shipment(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which shipment, by its id.")]
    ) -> Any:
        return await resolve.shipment(info.context, id_of("Shipment", id, "id"))

    @strawberry.field(
        graphql_type=Connection[TransitCover],
        description="Known insurance policies by number.",
    )
    async def transit_covers(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            COVERS, ("",), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.covers(info.context, page), list_name=COVERS)


STEPS = (WrongState, VersionConflict)


@strawberry.type
class ShipmentMutation:
    transit_cover_register = mutation(
        shipment.register_cover,
        TransitCoverRegisterInput,
        TransitCover,
        description="Register an insurance policy for parcels.",
    )
    shipment_create = mutation(
        shipment.create,
        ShipmentCreateInput,
        Shipment,
        AboveCover,
        NotCovered,
        WrongState,
        description="Pack lines of a paid order. A parcel that is worth more than its cover gets no label.",
    )
    shipment_hand_over = mutation(
        shipment.hand_over,
        ShipmentHandOverInput,
        Shipment,
        *STEPS,
        description="Say that the carrier has the sealed parcel.",
    )
    shipment_ready = mutation(
        shipment.ready,
        ShipmentReadyInput,
        Shipment,
        *STEPS,
        description="Say that a pickup waits in its shop.",
    )
    shipment_deliver = mutation(
        shipment.deliver,
        ShipmentDeliverInput,
        Shipment,
        *STEPS,
        description="Say that the buyer has the parcel: title passes, the return window runs.",
    )
    shipment_pick_up = mutation(
        shipment.pick_up,
        ShipmentPickUpInput,
        Shipment,
        WrongPickupCode,
        *STEPS,
        description="Say that the buyer showed the code and took the goods.",
    )
    shipment_cancel = mutation(
        shipment.cancel,
        ShipmentCancelInput,
        Shipment,
        *STEPS,
        description="Unpack what has not left yet.",
    )
