"""What a used piece is worth, factor by factor: each adds or takes an amount, and together they are the price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import Protocol
from uuid import UUID

from domain import policy
from domain.catalogue import CategoryId, ProductId
from domain.grading import GRADES
from domain.localized import Localized
from domain.money import BASIS_POINTS, Money, total
from domain.piece import Grade
from domain.policy import PricingTerms, changed_by
from domain.refusal import InvalidInput, Refusal, require

MONTHS_MAX = 600
ROUNDED_TO = 10
"""Offers are in whole tens of the currency's major unit, rounded down."""


# Nouns


class FactorKind(StrEnum):
    """What moves a price. BAND keeps it where used pieces sell, PLAN is how many more the house wants.

    HANDLING is what the house needs for its work and risk; DECIDED is what a person, or an agreement, made of it.
    """

    NEW_PRICE = "NEW_PRICE"
    CONDITION = "CONDITION"
    AGE = "AGE"
    WARRANTY = "WARRANTY"
    DEMAND = "DEMAND"
    BAND = "BAND"
    HANDLING = "HANDLING"
    PLAN = "PLAN"
    ROUNDING = "ROUNDING"
    DECIDED = "DECIDED"


SAYS = {
    FactorKind.NEW_PRICE: Localized("The documented price of new", "有据可查的新品价格"),
    FactorKind.CONDITION: Localized("Its condition", "成色"),
    FactorKind.AGE: Localized("The years since it was bought", "购买年限"),
    FactorKind.WARRANTY: Localized("What is left of the maker's warranty", "剩余原厂质保"),
    FactorKind.DEMAND: Localized("How fast such pieces sell here", "本店销售速度"),
    FactorKind.BAND: Localized("Kept within what used pieces sell for", "限于二手价格区间"),
    FactorKind.HANDLING: Localized("Our work, and our risk", "处理成本与风险"),
    FactorKind.PLAN: Localized("How many more we want", "采购计划余量"),
    FactorKind.ROUNDING: Localized("Rounded down", "取整"),
    FactorKind.DECIDED: Localized("Decided or agreed by people", "人工决定或约定"),
}


@dataclass(frozen=True, slots=True)
class Factor:
    """What one thing adds to the price, or takes from it; `rate_bps` is the rate that it was reckoned by, if by one."""

    kind: FactorKind
    amount: Money
    rate_bps: int | None = None

    @property
    def says(self) -> Localized:
        """What it stands for, in a few words."""
        return SAYS[self.kind]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a piece and of the shelf; months of age are None where nobody knows them.

    `sold` are sales of the product in the policy's days, `on_sale` what stands on the shelf now. `plan_fill_bps` is how
    full the plan of acquisitions is that applies, None where there is none.
    """

    grade: Grade
    age_months: int | None = None
    warranty_months: int = 0
    sold: int = 0
    on_sale: int = 0
    plan_fill_bps: int | None = None


@dataclass(frozen=True, slots=True)
class Valuation:
    """An amount, and the factors that sum to it."""

    amount: Money
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Between what the house would offer, and how the higher end is reckoned."""

    low: Money
    high: Money
    grade: Grade
    factors: tuple[Factor, ...]
    facts: Facts
    new_price: Money
    product_id: ProductId
    policy_version: int


@dataclass(frozen=True, slots=True)
class Market:
    """What is known of a product now: its price of new, how it sells, and what the house still wants of it."""

    product_id: ProductId
    brand_id: UUID
    category_path: tuple[CategoryId, ...]
    new_price: Money | None
    sold: int
    on_sale: int
    plan_id: UUID | None = None
    plan_fill_bps: int | None = None


# Refusals


@dataclass(eq=False)
class NotTradedIn(Refusal):
    """The house makes no offer for this: its price of new is not documented, or no more of them are wanted."""

    code = "NOT_TRADED_IN"
    reason: str

    @property
    def message(self) -> str:
        return self.reason


@dataclass(eq=False)
class EstimatedTooOften(Refusal):
    """Somebody who is not signed in has asked for more estimates than one person needs."""

    code = "ESTIMATED_TOO_OFTEN"
    retry_after_seconds: int

    @property
    def message(self) -> str:
        return f"That was a lot of estimates: try again in {self.retry_after_seconds} seconds, or sign in."


# Rules


def resale(new: Money, facts: Facts, terms: PricingTerms) -> Valuation:
    """What a piece sells for: its share of new, kept within the band."""
    return summed(resale_steps(new, facts, terms), new)


def offer(new: Money, facts: Facts, terms: PricingTerms) -> Valuation:
    """What its owner is offered; nothing when the house takes none, by its grade or by its plan."""
    if terms.share_bps(facts.grade) is None:
        return Valuation(Money.zero(new.currency), ())
    steps = resale_steps(new, facts, terms)
    worth = sum((amount for _, amount, _ in steps), Fraction())
    worth = scaled(steps, worth, FactorKind.HANDLING, terms.trade_in_bps - BASIS_POINTS)
    if facts.plan_fill_bps is not None:
        worth = scaled(steps, worth, FactorKind.PLAN, changed_by(terms.plan, facts.plan_fill_bps))
    whole = ROUNDED_TO * 10**new.currency.exponent
    steps.append((FactorKind.ROUNDING, Fraction(floor(worth / whole) * whole) - worth, None))
    return summed(steps, new)


Step = tuple[FactorKind, Fraction, int | None]


def resale_steps(new: Money, facts: Facts, terms: PricingTerms) -> list[Step]:
    share = terms.share_bps(facts.grade)
    steps: list[Step] = [(FactorKind.NEW_PRICE, Fraction(new.minor), None)]
    worth = scaled(steps, Fraction(new.minor), FactorKind.CONDITION, (share or 0) - BASIS_POINTS)
    years = min((facts.age_months or 0) // 12, terms.age_years_max)
    worth = scaled(steps, worth, FactorKind.AGE, -years * terms.age_bps)
    warranty = warranty_bps(facts.warranty_months, terms)
    worth = scaled(steps, worth, FactorKind.WARRANTY, warranty)
    ratio = facts.sold * BASIS_POINTS // max(1, facts.on_sale)
    worth = scaled(steps, worth, FactorKind.DEMAND, changed_by(terms.demand, ratio))
    low = Fraction(new.minor * terms.band_low_bps, BASIS_POINTS)
    high = Fraction(new.minor * terms.band_high_bps * (BASIS_POINTS + warranty), BASIS_POINTS**2)
    steps.append((FactorKind.BAND, min(max(worth, low), high) - worth, None))
    return steps


def scaled(steps: list[Step], worth: Fraction, kind: FactorKind, change_bps: int) -> Fraction:
    """Note what a rate changes, and answer with what is left."""
    change = worth * change_bps / BASIS_POINTS
    steps.append((kind, change, change_bps))
    return worth + change


def warranty_bps(months: int, terms: PricingTerms) -> int:
    """What is left of the maker's warranty adds something from its last month on, and the most from a full one on."""
    if months <= 0:
        return 0
    span = terms.warranty_high_bps - terms.warranty_low_bps
    return terms.warranty_low_bps + span * min(months, terms.warranty_months) // terms.warranty_months


def summed(steps: Sequence[Step], new: Money) -> Valuation:
    """Whole minor units that sum to the price, the price rounded down; the largest remainders take the odd units."""
    price = floor(sum((amount for _, amount, _ in steps), Fraction()))
    parts = [floor(amount) for _, amount, _ in steps]
    odd = price - sum(parts)
    by_remainder = sorted(range(len(steps)), key=lambda i: (parts[i] - steps[i][1], i))
    for i in by_remainder[:odd]:
        parts[i] += 1
    factors = tuple(
        Factor(kind, Money(part, new.currency), rate)
        for (kind, _, rate), part in zip(steps, parts, strict=True)
        if part or kind is FactorKind.NEW_PRICE
    )
    made = Valuation(Money(price, new.currency), factors)
    assert total((factor.amount for factor in factors), new.currency) == made.amount, "the factors are the price"
    return made


def decided(reckoned: Valuation, price: Money) -> Valuation:
    """The same factors, and what somebody made of them."""
    difference = price - reckoned.amount
    more = (Factor(FactorKind.DECIDED, difference),) if difference else ()
    return Valuation(price, (*reckoned.factors, *more))


def explained(price: Money, new: Money | None, facts: Facts | None, terms: PricingTerms) -> Valuation:
    """How a price that stands comes about; without a price of new in its currency, all of it was decided."""
    if new is None or new.currency is not price.currency:
        return decided(Valuation(Money.zero(price.currency), ()), price)
    if facts is None:
        return decided(Valuation(new, (Factor(FactorKind.NEW_PRICE, new),)), price)
    return decided(resale(new, facts, terms), price)


def check_months(age_months: int | None, warranty_months: int | None) -> None:
    for name, months in (("ageMonths", age_months or 0), ("warrantyMonths", warranty_months or 0)):
        require(0 <= months <= MONTHS_MAX, InvalidInput(f"Months are 0 to {MONTHS_MAX}.", path=(name,)))


def estimate(
    market: Market,
    policy_version: int,
    terms: PricingTerms,
    *,
    grade: Grade | None,
    age_months: int | None = None,
    warranty_months: int = 0,
) -> Estimate:
    """What the house would offer, seen from afar: the lower end is a grade worse than was said.

    Where nothing was said of the condition it lies between good and excellent.
    """
    check_months(age_months, warranty_months)
    new = market.new_price
    if new is None:
        raise NotTradedIn("No price of new is documented for this, so nothing can be reckoned from it.")
    high_grade = grade or Grade.EXCELLENT
    low_grade = worse_by_one(high_grade) if grade is not None else Grade.GOOD
    facts = facts_of(market, high_grade, age_months, warranty_months)
    best = offer(new, facts, terms)
    worst = offer(new, facts_of(market, low_grade, age_months, warranty_months), terms)
    check_wanted(best.amount, terms)
    return Estimate(
        low=worst.amount,
        high=best.amount,
        grade=high_grade,
        factors=best.factors,
        facts=facts,
        new_price=new,
        product_id=market.product_id,
        policy_version=policy_version,
    )


def check_wanted(amount: Money, terms: PricingTerms) -> None:
    least = terms.floor(amount.currency)
    if least is None or amount < least:
        raise NotTradedIn("We do not take this one in trade at the moment: it can be consigned instead.")


def facts_of(market: Market, grade: Grade, age_months: int | None, warranty_months: int) -> Facts:
    return Facts(grade, age_months, warranty_months, market.sold, market.on_sale, market.plan_fill_bps)


def worse_by_one(grade: Grade) -> Grade:
    return GRADES[min(GRADES.index(grade) + 1, len(GRADES) - 1)]


# Ports


class Markets(Protocol):
    async def of_product(self, product_id: ProductId, demand_days: int, now: datetime) -> Market | None: ...


class Work(policy.Work, Protocol):
    @property
    def markets(self) -> Markets: ...


class Pace(Protocol):
    """How often somebody did something of late."""

    async def wait_seconds(self, who: str, *, most: int, per_seconds: int) -> int:
        """Count one more; 0 when it is within `most` in this window, otherwise how long the window still lasts."""
        ...


ESTIMATES_MAX = 30
ESTIMATES_SECONDS = 60
"""So many estimates for the strangers of one address in so many seconds."""


class ValuationReader(Protocol):
    """What is known of products; the same for everybody."""

    async def markets(
        self, product_ids: Sequence[UUID], demand_days: int, now: datetime
    ) -> Sequence[Market | None]: ...
