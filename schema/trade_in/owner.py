"""What owners do: ask for an offer, have the piece fetched, answer a lower offer, or keep it after all."""

import strawberry

from domain import piece, trade_in
from domain.refusal import InvalidInput
from schema.appraisal.queue import NoGradingStandard
from schema.campaign import BudgetExhausted, CampaignNotRunning
from schema.claim import ClaimTaken
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.grade import Grade
from schema.grading import ChecklistIncomplete, GradingAnswerInput
from schema.ids import id_of
from schema.mutation import Keyed, MoneyMove, given, mutation
from schema.order.input import DeliveryAddressInput
from schema.shipment import AboveCover
from schema.title import PieceTied
from schema.trade_in.noun import TradeIn, TradeInAnswer
from schema.valuation import NotTradedIn
from schema.wallet import InsufficientFunds

# Refusals


@refused(trade_in.TooManyOffers)
class TooManyOffers(UserError):
    most: int = strawberry.field(description="How many stand at a time.")


@refused(trade_in.NotYours)
class NotYours(UserError):
    pass


# Inputs


@strawberry.input(one_of=True, description="What is to be traded in.")
class TradeInSubjectInput:
    piece_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A piece of the caller's that the house knows."
    )
    product_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="One of this product, which the house sees for the first time."
    )


@strawberry.input(description="What the owner wants an offer for.")
class TradeInOfferInput(Keyed):
    of: TradeInSubjectInput = strawberry.field(description="The piece, or the product that it is.")
    grade: Grade | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Its condition; this or the answers are needed."
    )
    answers: list[GradingAnswerInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The checklist of the standard in force, which earns the grade; left out where a grade is given.",
    )
    age_months: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many months ago it was bought new; left out where that is not known."
    )
    warranty_months: int = strawberry.field(
        default=0, description="How many months of the maker's warranty are left, 0 to 600."
    )
    campaign_code: str | None = strawberry.field(
        default=strawberry.UNSET, description="The campaign that is to add to it; none when left out."
    )

    def to_command(self) -> trade_in.OfferTradeIn:
        grade, piece_id, product_id = given(self.grade), given(self.of.piece_id), given(self.of.product_id)
        if piece_id is None and product_id is None:
            raise InvalidInput("Say what it is, in exactly one way.", path=("of",))
        return trade_in.OfferTradeIn(
            piece_id=None if piece_id is None else id_of("Piece", piece_id, "of", "pieceId"),
            product_id=None if product_id is None else id_of("Product", product_id, "of", "productId"),
            grade=None if grade is None else piece.Grade(grade),
            answers=tuple(one.to_value() for one in given(self.answers) or ()),
            age_months=given(self.age_months),
            warranty_months=self.warranty_months,
            campaign_code=given(self.campaign_code),
        )


@strawberry.input(description="Which piece its owner keeps after all. `expectedVersion` is the trade-in's.")
class TradeInWithdrawInput(MoneyMove):
    trade_in_id: strawberry.ID = strawberry.field(description="The trade-in that this is about.")

    def to_command(self) -> trade_in.WithdrawTradeIn:
        return trade_in.WithdrawTradeIn(id_of("TradeIn", self.trade_in_id, "tradeInId"), given(self.expected_version))


@strawberry.input(description="Where to fetch the piece. `expectedVersion` is the trade-in's.")
class TradeInPickUpInput(MoneyMove):
    trade_in_id: strawberry.ID = strawberry.field(description="The trade-in that this is about.")
    address: DeliveryAddressInput = strawberry.field(description="The address where it is fetched.")

    def to_command(self) -> trade_in.PickUpTradeIn:
        return trade_in.PickUpTradeIn(
            id_of("TradeIn", self.trade_in_id, "tradeInId"), self.address.to_address(), given(self.expected_version)
        )


@strawberry.input(
    description="What the owner answers to a lower offer. `expectedVersion` is the trade-in's, as it was read."
)
class TradeInAnswerInput(MoneyMove):
    trade_in_id: strawberry.ID = strawberry.field(description="The trade-in that this is about.")
    answer: TradeInAnswer = strawberry.field(description="What is to become of it.")  # type: ignore[valid-type]

    def to_command(self) -> trade_in.AnswerTradeIn:
        return trade_in.AnswerTradeIn(
            id_of("TradeIn", self.trade_in_id, "tradeInId"),
            trade_in.TradeInAnswer(self.answer),
            given(self.expected_version),
        )


# Root fields


@strawberry.type
class TradeInOwnerMutation:
    trade_in_offer = mutation(
        trade_in.offer,
        TradeInOfferInput,
        TradeIn,
        NotTradedIn,
        TooManyOffers,
        NotYours,
        PieceTied,
        ClaimTaken,
        NoGradingStandard,
        ChecklistIncomplete,
        CampaignNotRunning,
        BudgetExhausted,
        description="Ask for an offer for an old piece, which stands for a while and is used with `orderPlace`. A "
        "piece that the house knows can not be part of another deal meanwhile.",
    )
    trade_in_withdraw = mutation(
        trade_in.withdraw,
        TradeInWithdrawInput,
        TradeIn,
        WrongState,
        VersionConflict,
        description="Keep the piece after all, until it has come; a purchase that it belongs to stands at its full "
        "price.",
    )
    trade_in_pick_up = mutation(
        trade_in.pick_up,
        TradeInPickUpInput,
        TradeIn,
        AboveCover,
        InsufficientFunds,
        WrongState,
        VersionConflict,
        description="Have the piece fetched at the door, insured for its value. The owner pays a part of the freight "
        "in cash; above what any cover pays there is no label.",
    )
    trade_in_answer = mutation(
        trade_in.answer,
        TradeInAnswerInput,
        TradeIn,
        InsufficientFunds,
        WrongState,
        VersionConflict,
        description="Answer a lower offer: accept it, pay the difference, or have the piece back.",
    )
