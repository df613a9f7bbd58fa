"""What things are worth: estimates for anybody, in moderation, and what makes up the prices that stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.grading import Answer, assess
from domain.money import Money
from domain.piece import Grade
from domain.policy import PolicyVersion, PricingTerms
from domain.refusal import InvalidInput, NotFound
from domain.valuation import (
    ESTIMATES_MAX,
    ESTIMATES_SECONDS,
    Estimate,
    EstimatedTooOften,
    Facts,
    Market,
    Valuation,
    estimate,
    explained,
)
from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says of a piece that they may want to trade in."""

    product_id: UUID
    grade: Grade | None
    answers: tuple[Answer, ...]
    age_months: int | None
    warranty_months: int


async def pricing(context: Context) -> tuple[PolicyVersion, PricingTerms]:
    """The policy of prices in force."""
    for found in await context.readers.policies.in_force(context.now):
        if isinstance(found.terms, PricingTerms):
            return found, found.terms
    raise AssertionError("a house has a policy of each kind from its first day on")


async def trade_in_estimate(context: Context, asked: Asked) -> Estimate:
    """Between what the house would offer; strangers of one address ask so many times in a minute."""
    if context.viewer.account_id is None and context.pace is not None:
        who = f"estimate:{context.client or 'nowhere'}"
        wait = await context.pace.wait_seconds(who, most=ESTIMATES_MAX, per_seconds=ESTIMATES_SECONDS)
        if wait:
            raise EstimatedTooOften(wait)
    policy, terms = await pricing(context)
    market = (await context.readers.valuations.markets([asked.product_id], terms.demand_days, context.now))[0]
    if market is None:
        raise NotFound("Product", asked.product_id, path=("productId",))
    grade = await graded(context, market, asked.answers) if asked.answers else asked.grade
    return estimate(
        market,
        policy.version,
        terms,
        grade=grade,
        age_months=asked.age_months,
        warranty_months=asked.warranty_months,
    )


async def graded(context: Context, market: Market, answers: Sequence[Answer]) -> Grade:
    """The grade that the answers earn by the standard in force."""
    standard = await context.readers.grading.in_force(market.category_path)
    if standard is None:
        raise InvalidInput("There is no checklist for this: say its grade.", path=("answers",))
    return assess(standard, answers).grade


async def of_listing(context: Context, listing_id: UUID) -> Valuation:
    """How the price of a listing that the caller may see comes about."""
    card = await context.loaders.listing.load(listing_id)
    if card is None:
        raise NotFound("Listing", listing_id, path=("of", "listingId"))
    _, terms = await pricing(context)
    market = (await context.readers.valuations.markets([card.product_id], terms.demand_days, context.now))[0]
    new: Money | None = None if market is None else market.new_price
    facts = None
    if market is not None and card.piece is not None and card.piece.grade is not None:
        facts = Facts(card.piece.grade, sold=market.sold, on_sale=market.on_sale)
    return explained(card.price, new, facts, terms)
