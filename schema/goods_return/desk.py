"""What staff do with a return: yes or no, take in, look closely, resolve."""

import strawberry

from domain import goods_return
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.goods_return.buyer import GoodsReturnAgreeInput, PieceNotWithBuyer, ReturnUnderWay
from schema.goods_return.noun import Condition, Disposition, Finding, GoodsReturn
from schema.ids import id_of
from schema.mutation import Keyed, MoneyMove, given, mutation

# Refusals


@refused(goods_return.OwnReturn)
class OwnReturn(UserError):
    pass


@refused(goods_return.NeedsAppraiser)
class NeedsAppraiser(UserError):
    findings: list[Finding] = strawberry.field(  # type: ignore[valid-type]
        description="How what came back differs; empty when it is about its value or a second look."
    )


@refused(goods_return.DispositionNotPossible)
class DispositionNotPossible(UserError):
    possible: list[Disposition] = strawberry.field(description="What can become of the goods.")  # type: ignore[valid-type]


# Inputs


@strawberry.input(description="What every step of staff takes.")
class GoodsReturnStep(Keyed):
    goods_return_id: strawberry.ID = strawberry.field(description="The return that this is about.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the return is still at this version."
    )

    @property
    def id(self) -> goods_return.GoodsReturnId:
        return id_of("GoodsReturn", self.goods_return_id, "goodsReturnId")  # type: ignore[no-any-return]


@strawberry.input(description="Which goods may come.")
class GoodsReturnApproveInput(GoodsReturnStep):
    note: str = strawberry.field(default="", description="What the buyer should know, up to 1,000 characters.")

    def to_command(self) -> goods_return.DecideReturn:
        return goods_return.DecideReturn(self.id, self.note, given(self.expected_version))


@strawberry.input(description="Which goods the house does not take back, and why.")
class GoodsReturnRejectInput(GoodsReturnStep):
    reason: str = strawberry.field(description="Why, for the buyer, 1 to 1,000 characters.")

    def to_command(self) -> goods_return.DecideReturn:
        return goods_return.DecideReturn(self.id, self.reason, given(self.expected_version))


@strawberry.input(description="Which goods came in, to be compared with what was sent.")
class GoodsReturnReceiveInput(GoodsReturnStep):
    tag_number: str | None = strawberry.field(
        default=strawberry.UNSET, description="The number on the piece's tag; left out when the tag is gone."
    )
    weight_grams: int | None = strawberry.field(
        default=strawberry.UNSET, description="What it weighs, in grams; a piece that is not weighed does not match."
    )
    photos: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Keys of the caller's finished uploads, 12 at most; none when left out."
    )
    shop_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which club shop this is; support may leave it out for the house itself."
    )

    def to_command(self) -> goods_return.ReceiveReturn:
        shop_id = given(self.shop_id)
        return goods_return.ReceiveReturn(
            goods_return_id=self.id,
            tag_number=given(self.tag_number),
            weight_grams=given(self.weight_grams),
            photos=tuple(given(self.photos) or ()),
            shop_id=None if shop_id is None else id_of("ClubShop", shop_id, "shopId"),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="In which condition it came back.")
class GoodsReturnInspectInput(GoodsReturnStep):
    condition: Condition = strawberry.field(description="In which condition it came back.")  # type: ignore[valid-type]
    deduction_bps: int = strawberry.field(
        default=0, description="How much it has lost, in basis points of what was paid: 1 to 9,999 when WORSE, else 0."
    )
    note: str = strawberry.field(
        default="", description="What was found, up to 1,000 characters; needed unless it is AS_SENT."
    )
    photos: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Keys of the caller's finished uploads that prove it, 12 at most; none when left out.",
    )

    def to_command(self) -> goods_return.InspectReturn:
        return goods_return.InspectReturn(
            goods_return_id=self.id,
            condition=goods_return.ReturnCondition(self.condition),
            deduction_bps=self.deduction_bps,
            note=self.note,
            photos=tuple(given(self.photos) or ()),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="How an inspected return ends. `expectedVersion` is the return's.")
class GoodsReturnResolveInput(MoneyMove):
    goods_return_id: strawberry.ID = strawberry.field(description="The return that this is about.")
    disposition: Disposition | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET,
        description="What becomes of the goods; left out for what is NOT_THE_SAME, and needed otherwise.",
    )

    def to_command(self) -> goods_return.ResolveReturn:
        disposition = given(self.disposition)
        return goods_return.ResolveReturn(
            goods_return_id=id_of("GoodsReturn", self.goods_return_id, "goodsReturnId"),
            disposition=None if disposition is None else goods_return.Disposition(disposition),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="How what is not ours goes back to the buyer.")
class GoodsReturnSendBackInput(GoodsReturnStep):
    carrier: str = strawberry.field(description="Who carries it, up to 80 characters.")
    tracking: str = strawberry.field(description="The carrier's number for it, up to 80 characters.")

    def to_command(self) -> goods_return.SendBack:
        return goods_return.SendBack(self.id, self.carrier, self.tracking, given(self.expected_version))


# Root fields

STEPS = (OwnReturn, WrongState, VersionConflict)


@strawberry.type
class GoodsReturnDeskMutation:
    goods_return_agree = mutation(
        goods_return.agree,
        GoodsReturnAgreeInput,
        GoodsReturn,
        ReturnUnderWay,
        PieceNotWithBuyer,
        OwnReturn,
        WrongState,
        description="Take something back for a buyer, also after the window; it is approved at once. A seller who was "
        "paid by then owes what they got.",
    )
    goods_return_approve = mutation(
        goods_return.approve,
        GoodsReturnApproveInput,
        GoodsReturn,
        *STEPS,
        description="Let the goods come; they have 14 days to be sent or brought.",
    )
    goods_return_reject = mutation(
        goods_return.reject,
        GoodsReturnRejectInput,
        GoodsReturn,
        *STEPS,
        description="Do not take the goods back, for a reason; the seller is paid as if nobody had asked.",
    )
    goods_return_receive = mutation(
        goods_return.receive,
        GoodsReturnReceiveInput,
        GoodsReturn,
        *STEPS,
        description="Take goods in. Tag and weight are compared with those that were sent; with any difference an "
        "appraiser has to look.",
    )
    goods_return_inspect = mutation(
        goods_return.inspect,
        GoodsReturnInspectInput,
        GoodsReturn,
        NeedsAppraiser,
        *STEPS,
        description="Say in which condition it came back; again to correct that, by an appraiser, until the money "
        "has moved. What differs or is very valuable is for appraisers alone.",
    )
    goods_return_resolve = mutation(
        goods_return.resolve,
        GoodsReturnResolveInput,
        GoodsReturn,
        DispositionNotPossible,
        *STEPS,
        description="Give back the money, less what the goods have lost, and say what becomes of them; or deny what is "
        "not the same.",
    )
    goods_return_send_back = mutation(
        goods_return.send_back,
        GoodsReturnSendBackInput,
        GoodsReturn,
        *STEPS,
        description="Send back what was denied.",
    )
