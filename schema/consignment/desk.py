"""What staff do with consignments."""

from datetime import datetime
from typing import Any

import strawberry

from domain import consignment
from domain.consignment import desk, handback, intake, refusal, shelf
from domain.consignment.intake import Intake, Receive, TakeIn
from schema.consignment.noun import Consignment, RefusedDisposal
from schema.consignment.seller import (
    BeingBought,
    ConsignmentContentInput,
    ConsignmentPhotoInput,
    consignment_of,
)
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import id_of
from schema.listing import AlreadyListed, PriceNotAgreed
from schema.merchandise import Versioned
from schema.mutation import Keyed, given, mutation
from schema.piece import SerialAlreadyRegistered
from schema.piece_cost import OwnConsignment
from schema.scalars import MoneyInput

CallOutcome = enum(
    desk.CallOutcome,
    name="ConsignmentCallOutcome",
    description="How a call to a seller ended.",
    CONFIRMED="The seller was reached, and everything is agreed: the piece may come.",
    DECLINED="The house does not want the piece.",
    UNREACHABLE="Nobody answered; the call is to be tried again.",
)

# Refusals


@refused(refusal.AlreadyConsigned)
class AlreadyConsigned(UserError):
    consignment_code: str = strawberry.field(description="The code of the other consignment.")


@refused(refusal.PieceRetained)
class PieceRetained(UserError):
    kept_until: datetime | None = strawberry.field(description="Until when it is kept; null for good.")


# Inputs


@strawberry.input(description="How a call to the seller went.")
class ConsignmentConfirmInput(Versioned):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    outcome: CallOutcome = strawberry.field(description="How the call ended.")  # type: ignore[valid-type]
    note: str = strawberry.field(
        default="", description="What was said; needed to decline, and then read by the seller."
    )
    call_again_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When to try again after UNREACHABLE; tomorrow when left out."
    )

    def to_command(self) -> desk.Confirm:
        return desk.Confirm(
            consignment_id=consignment_of(self),
            outcome=desk.CallOutcome(self.outcome),
            note=self.note,
            call_again_at=given(self.call_again_at),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="What the photos let one expect of the price.")
class ConsignmentEstimateInput(Versioned):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    low: MoneyInput = strawberry.field(description="What it would sell for at least.")
    high: MoneyInput = strawberry.field(description="What it would sell for at most.")
    note: str = strawberry.field(default="", description="What it leans on, for the seller.")

    def to_command(self) -> desk.Estimate:
        return desk.Estimate(
            consignment_id=consignment_of(self),
            low=self.low.to_money("low"),
            high=self.high.to_money("high"),
            note=self.note,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which consignment the house does not take, and why.")
class ConsignmentDeclineInput(Versioned):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    reason: str = strawberry.field(description="Why, for the seller, up to 1,000 characters.")

    def to_command(self) -> desk.Decline:
        return desk.Decline(consignment_of(self), self.reason, given(self.expected_version))


@strawberry.input(description="What becomes of a refused piece.")
class ConsignmentDisposeRefusedInput(Versioned):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    disposal: RefusedDisposal = strawberry.field(description="Give it back, or keep it.")  # type: ignore[valid-type]
    note: str = strawberry.field(description="Why, for the audit.")
    kept_until: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="Until when it is kept; when left out, RETURN is at once and RETAIN is for good.",
    )

    def to_command(self) -> desk.DisposeRefused:
        return desk.DisposeRefused(
            consignment_id=consignment_of(self),
            disposal=consignment.Disposal(self.disposal),
            note=self.note,
            kept_until=given(self.kept_until),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="What the desk finds when a piece comes in.")
class ConsignmentIntakeInput:
    shop_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which shop; the house itself when left out, which shops can not."
    )
    handed_over_by: str = strawberry.field(description="Who brought it, or which carrier.")
    photos: list[ConsignmentPhotoInput] = strawberry.field(description="Pictures taken at the desk, 1 to 24.")
    seal_number: str = strawberry.field(description="The number of the seal that it was put under.")
    weight_grams: int = strawberry.field(description="What it weighs under seal, in grams.")
    condition: str = strawberry.field(description="How it looks, up to 1,000 characters.")
    product_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which product of the catalogue it is; left to the appraiser if unsure."
    )
    serial: str | None = strawberry.field(
        default=strawberry.UNSET, description="The serial that it bears; left out where it bears none."
    )

    def to_intake(self) -> Intake:
        shop_id, product_id = given(self.shop_id), given(self.product_id)
        return Intake(
            shop_id=None if shop_id is None else id_of("ClubShop", shop_id, "intake", "shopId"),
            handed_over_by=self.handed_over_by,
            photos=tuple(photo.to_photo() for photo in self.photos),
            seal=self.seal_number,
            weight_grams=self.weight_grams,
            condition=self.condition,
            product_id=None if product_id is None else id_of("Product", product_id, "intake", "productId"),
            serial=given(self.serial),
        )


@strawberry.input(description="Which piece came in, and how it is.")
class ConsignmentReceiveInput(Versioned):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    intake: ConsignmentIntakeInput = strawberry.field(description="What the desk finds.")

    def to_command(self) -> Receive:
        return Receive(consignment_of(self), self.intake.to_intake(), given(self.expected_version))


@strawberry.input(description="What somebody brings who walks into a shop.")
class ConsignmentTakeInInput(Keyed):
    seller_id: strawberry.ID = strawberry.field(description="The account of the seller.")
    content: ConsignmentContentInput = strawberry.field(description="What the seller says; pictures are the desk's.")
    intake: ConsignmentIntakeInput = strawberry.field(description="What the desk finds.")

    def to_command(self) -> TakeIn:
        return TakeIn(id_of("Account", self.seller_id, "sellerId"), self.content.to_content(), self.intake.to_intake())


@strawberry.input(description="Which piece goes back: by parcel, or into somebody's hands.")
class ConsignmentReturnInput(Versioned):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    carrier: str | None = strawberry.field(
        default=strawberry.UNSET, description="The carrier of the parcel; left out when it is handed over."
    )
    tracking: str | None = strawberry.field(
        default=strawberry.UNSET, description="The carrier's tracking number; left out when it is handed over."
    )
    handed_to: str | None = strawberry.field(
        default=strawberry.UNSET, description="Who took it over the counter; left out for a parcel."
    )

    def to_command(self) -> handback.GiveBack:
        return handback.GiveBack(
            consignment_id=consignment_of(self),
            carrier=given(self.carrier),
            tracking=given(self.tracking),
            handed_to=given(self.handed_to),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which agreed piece to put on the shelf.")
class ConsignmentListInput(Versioned):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    price: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="The price; the agreed one when left out, another only for what the house has bought.",
    )

    def to_command(self) -> shelf.List:
        price: Any = given(self.price)
        return shelf.List(
            consignment_of(self), None if price is None else price.to_money("price"), given(self.expected_version)
        )


# Root fields


@strawberry.type
class ConsignmentDeskMutation:
    consignment_confirm = mutation(
        desk.confirm,
        ConsignmentConfirmInput,
        Consignment,
        OwnConsignment,
        WrongState,
        VersionConflict,
        description="Report how the call to the seller went; only CONFIRMED lets the seller ship.",
    )
    consignment_estimate = mutation(
        desk.estimate,
        ConsignmentEstimateInput,
        Consignment,
        OwnConsignment,
        WrongState,
        VersionConflict,
        description="Give a price range from photos, which binds nobody.",
    )
    consignment_decline = mutation(
        desk.decline,
        ConsignmentDeclineInput,
        Consignment,
        OwnConsignment,
        BeingBought,
        WrongState,
        VersionConflict,
        description="Do not take a consignment, or not any more; the seller reads why.",
    )
    consignment_receive = mutation(
        intake.receive,
        ConsignmentReceiveInput,
        Consignment,
        OwnConsignment,
        SerialAlreadyRegistered,
        AlreadyConsigned,
        WrongState,
        VersionConflict,
        description="Take in a confirmed piece against a receipt.",
    )
    consignment_take_in = mutation(
        intake.take_in,
        ConsignmentTakeInInput,
        Consignment,
        OwnConsignment,
        SerialAlreadyRegistered,
        AlreadyConsigned,
        WrongState,
        description="Make a consignment at the counter and take the piece in, in one go.",
    )
    consignment_dispose_refused = mutation(
        desk.dispose_refused,
        ConsignmentDisposeRefusedInput,
        Consignment,
        OwnConsignment,
        WrongState,
        VersionConflict,
        description="Decide whether a refused piece goes back or stays.",
    )
    consignment_return = mutation(
        handback.give_back,
        ConsignmentReturnInput,
        Consignment,
        OwnConsignment,
        PieceRetained,
        WrongState,
        VersionConflict,
        description="Give back what was withdrawn, declined, refused or not sold.",
    )
    consignment_list = mutation(
        shelf.list_,
        ConsignmentListInput,
        Consignment,
        OwnConsignment,
        PriceNotAgreed,
        AlreadyListed,
        WrongState,
        VersionConflict,
        description="Put an agreed piece, or one that the house has bought, on the shelf.",
    )
