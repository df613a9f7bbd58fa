"""What things are worth, and why: factors that sum to the price."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import piece, valuation
from domain.refusal import InvalidInput
from resolvers import trade_in as trade_in_resolve
from resolvers import valuation as resolve
from schema.enum import enum
from schema.errors import UserError, refused
from schema.grade import Grade
from schema.grading import GradingAnswerInput
from schema.ids import id_of
from schema.localized import localized
from schema.mutation import Info, given
from schema.noun import noun
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.catalogue import Product

PriceFactorKind = enum(
    valuation.FactorKind,
    name="PriceFactorKind",
    description="What moves a price.",
    NEW_PRICE="The documented price of new, from which everything starts.",
    CONDITION="What the grade takes off.",
    AGE="What each full year takes off.",
    WARRANTY="What is left of the maker's warranty adds.",
    DEMAND="How well such pieces sell.",
    BAND="What keeps it where used pieces sell.",
    HANDLING="What the house needs for its work and risk.",
    PLAN="How many more the house wants.",
    ROUNDING="What rounding adds or takes off.",
    DECIDED="What a person, or an agreement, made of it.",
)


@noun(valuation.Factor, description="What one thing adds to a price, or takes from it.")
class PriceFactor:
    kind: PriceFactorKind = strawberry.field(description="What moves the price.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much; less than zero where it takes something off.")
    rate_bps: int | None = strawberry.field(
        description="The rate that it was reckoned by, in basis points; null where it is no rate."
    )

    says: str = localized("says", description="What it stands for.")


@noun(valuation.Valuation, description="An amount, and the factors that sum to it, to the last unit.")
class PriceExplanation:
    amount: Money = strawberry.field(description="The price or value.")
    factors: list[PriceFactor] = strawberry.field(description="What it is made of, in the order of reckoning.")


@noun(valuation.Estimate, description="What the house would offer for an old piece, seen from afar.")
class TradeInEstimate:
    low: Money = strawberry.field(description="If it turns out a grade worse than was said.")
    high: Money = strawberry.field(description="If it is as was said.")
    grade: Grade = strawberry.field(description="The grade that the higher end is for.")  # type: ignore[valid-type]
    new_price: Money = strawberry.field(description="The documented price of new that it is reckoned from.")
    factors: list[PriceFactor] = strawberry.field(description="What makes up the higher end; they sum to it.")
    policy_version: int = strawberry.field(description="The version of the PRICING policy that it is reckoned by.")

    @strawberry.field(
        graphql_type=Annotated["Product", strawberry.lazy("schema.catalogue")] | None,
        description="The product that the old piece is; null when it can not be read.",
    )
    async def product(root: valuation.Estimate, info: Info) -> Any:
        return await info.context.loaders.product.load(root.product_id)


@refused(valuation.NotTradedIn)
class NotTradedIn(UserError):
    pass


@refused(valuation.EstimatedTooOften)
class EstimatedTooOften(UserError):
    retry_after_seconds: int = strawberry.field(description="When to ask again.")


@strawberry.input(one_of=True, description="Whose price is to be explained.")
class PriceExplainInput:
    listing_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The price of a listing.")
    trade_in_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The value that a trade-in was offered at."
    )


@strawberry.type
class ValuationQuery:
    @strawberry.field(
        graphql_type=TradeInEstimate,
        description="What the house would offer for one of these in trade, as a range and with what makes it up. "
        "Who is not signed in asks 30 times a minute.",
    )
    async def trade_in_estimate(
        self,
        info: Info,
        product_id: Annotated[strawberry.ID, strawberry.argument(description="Which product it is.")],
        grade: Annotated[
            Grade | None,  # type: ignore[valid-type]
            strawberry.argument(description="Its condition; left out, the range is from GOOD to EXCELLENT."),
        ] = strawberry.UNSET,
        answers: Annotated[
            list[GradingAnswerInput] | None,
            strawberry.argument(
                description="The checklist of the standard in force, as its owner fills it; left out with a grade."
            ),
        ] = strawberry.UNSET,
        age_months: Annotated[
            int | None,
            strawberry.argument(description="How many months ago it was bought new; left out where that is not known."),
        ] = strawberry.UNSET,
        warranty_months: Annotated[
            int, strawberry.argument(description="How many months of the maker's warranty are left.")
        ] = 0,
    ) -> Any:
        said = given(grade)
        asked = resolve.Asked(
            product_id=id_of("Product", product_id, "productId"),
            grade=None if said is None else piece.Grade(said),
            answers=tuple(one.to_value() for one in given(answers) or ()),
            age_months=given(age_months),
            warranty_months=warranty_months,
        )
        return await resolve.trade_in_estimate(info.context, asked)

    @strawberry.field(
        graphql_type=PriceExplanation,
        description="What makes up a price; that of a trade-in is for its owner, and staff who handle trade-ins.",
    )
    async def price_explain(
        self,
        info: Info,
        of: Annotated[PriceExplainInput, strawberry.argument(description="Whose price is to be explained.")],
    ) -> Any:
        if isinstance(of.listing_id, str):
            return await resolve.of_listing(info.context, id_of("Listing", of.listing_id, "of", "listingId"))
        if isinstance(of.trade_in_id, str):
            wanted = id_of("TradeIn", of.trade_in_id, "of", "tradeInId")
            return await trade_in_resolve.explained(info.context, wanted)
        raise InvalidInput("Say whose price it is, in exactly one way.", path=("of",))
