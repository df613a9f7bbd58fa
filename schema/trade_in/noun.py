"""What is seen of a trade-in."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import trade_in
from resolvers import disposition as disposition_resolve
from resolvers import trade_in as resolve
from schema.account import Account
from schema.appraisal.noun import AuthenticityFinding, GradingAnswer, Verdict
from schema.campaign import Campaign
from schema.disposition import Disposition
from schema.enum import enum
from schema.grade import Grade
from schema.grading import GradingStandard
from schema.ids import Node, encode_id, global_id
from schema.mutation import Info
from schema.noun import noun
from schema.order.noun import PledgeMode
from schema.scalars import CurrencyCode, Money
from schema.valuation import PriceFactor, TradeInEstimate

if TYPE_CHECKING:
    from schema.catalogue import Product
    from schema.order import Order
    from schema.piece import Piece
    from schema.shop import ClubShop

TradeInState = enum(
    trade_in.TradeInState,
    name="TradeInState",
    description="Where a trade-in stands.",
    OFFERED="The offer stands, and no purchase uses it yet.",
    BOUND="It belongs to a purchase; the piece has not come yet.",
    IN_TRANSIT="A carrier fetches the piece.",
    RECEIVED="The house has the piece, and has not judged it yet.",
    REQUOTED="A lower offer waits for the owner's answer.",
    SETTLED="The piece is the house's, and has paid its part.",
    DISPOSED="It was decided what becomes of the piece.",
    RETURNING="The piece goes back to its owner.",
    RETURNED="The owner has the piece again.",
    WITHDRAWN="The owner keeps the piece after all, or the purchase was called off.",
    EXPIRED="The offer lapsed, or the piece did not come in time.",
)
TradeInAnswer = enum(
    trade_in.TradeInAnswer,
    name="TradeInAnswer",
    description="What an owner makes of a lower offer.",
    ACCEPT="Take it: the difference comes out of the cash that is held, or less comes back.",
    PAY_DIFFERENCE="Take it, and pay the difference with store credit.",
    CANCEL="Have the piece back; the purchase stands at its full price.",
)


@noun(trade_in.PickUp, description="A carrier fetches the piece.")
class TradeInPickUp:
    carrier: str = strawberry.field(description="The carrier that comes.")
    policy_number: str = strawberry.field(description="The insurance policy of the way.")
    label: str = strawberry.field(description="The code on the parcel.")
    insured: Money = strawberry.field(description="For how much it is insured.")
    fee: Money = strawberry.field(description="What the carrier is paid.")
    borne: Money = strawberry.field(description="What of that the owner has paid; the house pays the rest.")
    premium: Money = strawberry.field(description="What the insurance costs, which the house pays.")
    booked_at: datetime = strawberry.field(description="When it was booked.")


@noun(trade_in.Receipt, description="The piece came in.")
class TradeInReceipt:
    condition: str = strawberry.field(description="How it looked at the counter.")
    weight_grams: int | None = strawberry.field(description="What it weighed, in grams; null when it was not weighed.")
    taken_at: datetime = strawberry.field(description="When the house took it in.")

    @strawberry.field(
        graphql_type=Annotated["ClubShop", strawberry.lazy("schema.shop")] | None,
        description="At which club shop; null for the house itself.",
    )
    async def shop(root: trade_in.Receipt, info: Info) -> Any:
        return None if root.shop_id is None else await info.context.loaders.club_shop.load(root.shop_id)


@noun(trade_in.Inspection, description="What an appraiser found, by the standard that was pinned to the offer.")
class TradeInInspection:
    verdict: Verdict = strawberry.field(description="Whether it is what it is said to be.")  # type: ignore[valid-type]
    grade: Grade | None = strawberry.field(description="The grade; null unless it is authentic.")  # type: ignore[valid-type]
    score_bps: int | None = strawberry.field(description="The score, in basis points; null unless it is authentic.")
    answers: list[GradingAnswer] = strawberry.field(description="The answers of the filled checklist.")
    marks: list[AuthenticityFinding] = strawberry.field(description="The marks of authenticity.")
    findings: str = strawberry.field(description="What else was found; may be empty.")
    age_months: int | None = strawberry.field(
        description="How old it is, in months, where its owner had said otherwise; else null."
    )
    warranty_months: int | None = strawberry.field(
        description="What is left of the maker's warranty, in months, where its owner had said otherwise; else null."
    )
    inspected_at: datetime = strawberry.field(description="When somebody looked at it.")


@noun(
    trade_in.TradeIn,
    description="An old piece that is to pay a part of a new one. Seen by its owner and by staff who handle trade-ins.",
)
class TradeIn(Node):
    id: strawberry.ID = global_id("TradeIn")
    code: str = strawberry.field(description="The code that people use for it, such as TI-7K2M-9QXD.")
    state: TradeInState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    currency: CurrencyCode = strawberry.field(description="The currency of all its amounts.")  # type: ignore[valid-type]
    grade: Grade = strawberry.field(description="The grade that its owner said, or that the answers earned.")  # type: ignore[valid-type]
    standard_version: int = strawberry.field(description="The version of the grading standard that it is judged by.")
    policy_version: int = strawberry.field(description="The version of the PRICING policy that it is reckoned by.")
    new_price: Money = strawberry.field(description="The documented price of new that it was reckoned from.")
    factors: list[PriceFactor] = strawberry.field(description="What the offered value is made of; they sum to it.")
    low: Money = strawberry.field(description="What it would come to a grade worse.")
    value: Money = strawberry.field(description="What the house offers, and has paid once it is settled.")
    subsidy: Money = strawberry.field(description="What a campaign adds.")
    override_reason: str | None = strawberry.field(
        description="Why a person decided on the value; null where nobody did."
    )
    offered_at: datetime = strawberry.field(description="When it was offered.")
    expires_at: datetime = strawberry.field(description="Until when a purchase can use it.")
    mode: PledgeMode | None = strawberry.field(  # type: ignore[valid-type]
        description="How it goes together with its purchase; null until there is one."
    )
    bound_at: datetime | None = strawberry.field(description="When the purchase was placed; null until then.")
    hand_over_by: datetime | None = strawberry.field(
        description="Until when the piece must have come; null until there is a purchase."
    )
    pick_up: TradeInPickUp | None = strawberry.field(description="How it is fetched; null when it is brought.")
    receipt: TradeInReceipt | None = strawberry.field(description="When and where it came in; null until it has.")
    inspection: TradeInInspection | None = strawberry.field(
        description="What an appraiser found; null until it was looked at."
    )
    requote: Money | None = strawberry.field(
        description="The lower offer that the owner was asked about; null where there was none."
    )
    answer_by: datetime | None = strawberry.field(
        description="Until when the owner can answer; after that the piece goes back, and the purchase stands in "
        "full. Null unless there is a lower offer."
    )
    answer: TradeInAnswer | None = strawberry.field(  # type: ignore[valid-type]
        description="What the owner answered to a lower offer; null until then."
    )
    settled_at: datetime | None = strawberry.field(description="When the piece became the house's; null until then.")
    closed_at: datetime | None = strawberry.field(description="When nothing was left to do; null until then.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=list[str], description="The mutations that the caller can send now.")
    def next_actions(root: trade_in.TradeIn, info: Info) -> Any:
        return list(root.actions_for(info.context.viewer))

    @strawberry.field(
        graphql_type=Account | None, description="The account whose piece it is, or was; null when it can not be read."
    )
    async def owner(root: trade_in.TradeIn, info: Info) -> Any:
        return await info.context.loaders.account.load(root.owner)

    @strawberry.field(
        graphql_type=Annotated["Product", strawberry.lazy("schema.catalogue")] | None,
        description="The product that the old piece is; null when it can not be read.",
    )
    async def product(root: trade_in.TradeIn, info: Info) -> Any:
        return await info.context.loaders.product.load(root.product_id)

    @strawberry.field(
        graphql_type=Annotated["Piece", strawberry.lazy("schema.piece")] | None,
        description="The very piece; null until the house knows it, and for those who may not see it.",
    )
    async def piece(root: trade_in.TradeIn, info: Info) -> Any:
        return None if root.piece_id is None else await info.context.loaders.piece.load(root.piece_id)

    @strawberry.field(
        graphql_type=GradingStandard | None,
        description="The grading standard that it is judged by; null when it can not be read.",
    )
    async def standard(root: trade_in.TradeIn, info: Info) -> Any:
        return await info.context.loaders.grading_standard.load(root.standard_id)

    @strawberry.field(graphql_type=Campaign | None, description="The campaign that adds to it; null for none.")
    async def campaign(root: trade_in.TradeIn, info: Info) -> Any:
        return None if root.campaign_id is None else await info.context.loaders.campaign.load(root.campaign_id)

    @strawberry.field(
        graphql_type=Annotated["Order", strawberry.lazy("schema.order")] | None,
        description="The purchase that it goes together with; null until there is one.",
    )
    async def order(root: trade_in.TradeIn, info: Info) -> Any:
        return await resolve.order_of(info.context, root)

    @strawberry.field(
        graphql_type=Disposition | None, description="What became of the piece; null until that is decided."
    )
    async def disposition(root: trade_in.TradeIn, info: Info) -> Any:
        return await disposition_resolve.of_trade_in(info.context, root)


@noun(trade_in.Eligible, description="Something that the caller bought here, has, and could trade in.")
class TradeInEligible:
    bought_at: datetime = strawberry.field(description="When it reached them.")
    estimate: TradeInEstimate | None = strawberry.field(
        description="What the house would offer now; null where it would make no offer."
    )

    @strawberry.field(description="The line of the order that it was bought with.")
    def order_line_id(root: trade_in.Eligible) -> strawberry.ID:
        return strawberry.ID(encode_id("OrderLine", root.line_id))

    @strawberry.field(
        graphql_type=Annotated["Product", strawberry.lazy("schema.catalogue")] | None,
        description="The product that the old piece is; null when it can not be read.",
    )
    async def product(root: trade_in.Eligible, info: Info) -> Any:
        return await info.context.loaders.product.load(root.product_id)

    @strawberry.field(
        graphql_type=Annotated["Piece", strawberry.lazy("schema.piece")] | None,
        description="The very piece; null for goods that were bought new from stock.",
    )
    async def piece(root: trade_in.Eligible, info: Info) -> Any:
        return None if root.piece_id is None else await info.context.loaders.piece.load(root.piece_id)
