"""What staff do with a trade-in: take in, judge, decide what becomes of the piece."""

import strawberry

from domain import appraisal, disposition, trade_in
from schema.appraisal.conclude import MarkFailed
from schema.appraisal.noun import Verdict
from schema.appraiser import NotQualified
from schema.claim import ClaimLapsed, ClaimTaken
from schema.disposition import PieceFate
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.grading import AuthenticityFindingInput, ChecklistIncomplete, GradingAnswerInput, MeasurementInput
from schema.ids import id_of
from schema.mutation import Keyed, MoneyMove, given, mutation
from schema.piece import SerialAlreadyRegistered
from schema.scalars import MoneyInput
from schema.title import PieceTied
from schema.trade_in.noun import TradeIn

# Refusals


@refused(trade_in.AnotherPiece)
class AnotherPiece(UserError):
    pass


@refused(trade_in.OwnTradeIn)
class OwnTradeIn(UserError):
    pass


# Inputs


@strawberry.input(description="What every step of staff takes that moves no money.")
class TradeInStep(Keyed):
    trade_in_id: strawberry.ID = strawberry.field(description="The trade-in that this is about.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the trade-in is still at this version."
    )

    @property
    def id(self) -> trade_in.TradeInId:
        return id_of("TradeIn", self.trade_in_id, "tradeInId")  # type: ignore[no-any-return]


@strawberry.input(description="Which offer gets another value than was reckoned, and why.")
class TradeInOverrideInput(TradeInStep):
    value: MoneyInput = strawberry.field(description="How much, and no more than the price of new.")
    reason: str = strawberry.field(description="Why, in 1 to 200 characters; the owner reads it.")

    def to_command(self) -> trade_in.OverrideTradeIn:
        return trade_in.OverrideTradeIn(
            self.id, self.value.to_money("value"), self.reason, given(self.expected_version)
        )


@strawberry.input(description="Which piece came in, and how it is.")
class TradeInReceiveInput(TradeInStep):
    condition: str = strawberry.field(description="How it looks, in 1 to 200 characters.")
    serial: str | None = strawberry.field(
        default=strawberry.UNSET, description="The serial that it bears; left out where it bears none."
    )
    weight_grams: int | None = strawberry.field(
        default=strawberry.UNSET, description="What it weighs, in grams; left out when it is not weighed."
    )
    shop_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which club shop this is; support may leave it out for the house itself."
    )

    def to_command(self) -> trade_in.ReceiveTradeIn:
        shop_id = given(self.shop_id)
        return trade_in.ReceiveTradeIn(
            trade_in_id=self.id,
            condition=self.condition,
            serial=given(self.serial),
            weight_grams=given(self.weight_grams),
            shop_id=None if shop_id is None else id_of("ClubShop", shop_id, "shopId"),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="What an appraiser found. `expectedVersion` is the trade-in's.")
class TradeInInspectInput(MoneyMove):
    trade_in_id: strawberry.ID = strawberry.field(description="The trade-in that this is about.")
    verdict: Verdict = strawberry.field(description="Whether it is what it is said to be.")  # type: ignore[valid-type]
    answers: list[GradingAnswerInput] = strawberry.field(
        default_factory=list,
        description="The answers of the filled checklist, by the pinned standard; for an authentic piece.",
    )
    marks: list[AuthenticityFindingInput] = strawberry.field(
        default_factory=list, description="The marks of authenticity; for an authentic piece."
    )
    measurements: list[MeasurementInput] = strawberry.field(
        default_factory=list, description="What was measured; for an authentic piece."
    )
    findings: str = strawberry.field(
        default="", description="What else was found, up to 2,000 characters; needed unless it is authentic."
    )
    age_months: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many months old it really is; left out where that is what its owner said.",
    )
    warranty_months: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many months are really left of the maker's warranty; left out where that is what its owner "
        "said.",
    )

    def to_command(self) -> trade_in.InspectTradeIn:
        return trade_in.InspectTradeIn(
            trade_in_id=id_of("TradeIn", self.trade_in_id, "tradeInId"),
            verdict=appraisal.Verdict(self.verdict),
            answers=tuple(one.to_value() for one in self.answers),
            marks=tuple(one.to_value() for one in self.marks),
            measurements=tuple(one.to_value() for one in self.measurements),
            findings=self.findings,
            age_months=given(self.age_months),
            warranty_months=given(self.warranty_months),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="What becomes of a piece that was traded in. `expectedVersion` is the trade-in's.")
class TradeInDisposeInput(MoneyMove):
    trade_in_id: strawberry.ID = strawberry.field(description="The trade-in that this is about.")
    fate: PieceFate = strawberry.field(description="What becomes of it.")  # type: ignore[valid-type]
    method: str = strawberry.field(description="How, in 1 to 200 characters; the certificate says it.")
    recipient: str | None = strawberry.field(
        default=strawberry.UNSET, description="Who is given it; for a donation, and only for one."
    )

    def to_command(self) -> trade_in.DisposeTradeIn:
        return trade_in.DisposeTradeIn(
            trade_in_id=id_of("TradeIn", self.trade_in_id, "tradeInId"),
            fate=disposition.Fate(self.fate),
            method=self.method,
            recipient=given(self.recipient),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which piece its owner has again.")
class TradeInHandBackInput(TradeInStep):
    def to_command(self) -> trade_in.HandBackTradeIn:
        return trade_in.HandBackTradeIn(self.id, given(self.expected_version))


# Root fields

STEPS = (OwnTradeIn, WrongState, VersionConflict)


@strawberry.type
class TradeInDeskMutation:
    trade_in_override = mutation(
        trade_in.override,
        TradeInOverrideInput,
        TradeIn,
        *STEPS,
        description="Offer another value than was reckoned, for a reason, until a purchase uses the offer.",
    )
    trade_in_receive = mutation(
        trade_in.receive,
        TradeInReceiveInput,
        TradeIn,
        AnotherPiece,
        SerialAlreadyRegistered,
        ClaimTaken,
        ClaimLapsed,
        PieceTied,
        *STEPS,
        description="Take the piece in; one that the house does not know yet is registered. Associates do it at their "
        "shop.",
    )
    trade_in_inspect = mutation(
        trade_in.inspect,
        TradeInInspectInput,
        TradeIn,
        ChecklistIncomplete,
        MarkFailed,
        NotQualified,
        *STEPS,
        description="Judge the piece by the standard that was pinned to the offer. As good as was said: purchase and "
        "trade-in are done at once. Worse: its owner is asked. Not authentic: it goes back. A high "
        "value takes a senior appraiser.",
    )
    trade_in_dispose = mutation(
        trade_in.dispose,
        TradeInDisposeInput,
        TradeIn,
        PieceTied,
        *STEPS,
        description="Decide what becomes of a piece that was traded in, with a signed certificate.",
    )
    trade_in_hand_back = mutation(
        trade_in.hand_back,
        TradeInHandBackInput,
        TradeIn,
        *STEPS,
        description="Say that its owner has the piece again, at the shop where it was or in the house.",
    )
