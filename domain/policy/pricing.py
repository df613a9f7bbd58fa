"""What the policy of prices says: what a used piece is worth of new, and what of that its owner is offered."""

from dataclasses import dataclass
from typing import Literal

from domain.money import Currency, Money
from domain.policy.kind import PolicyKind


@dataclass(frozen=True, slots=True)
class GradeShare:
    """What a piece of this grade sells for, as a share of its price of new; `grade` is the code of the grade."""

    grade: str
    share_bps: int


@dataclass(frozen=True, slots=True)
class PriceStep:
    """From this ratio on, in basis points, the price changes by so much, which may be negative."""

    from_ratio_bps: int
    change_bps: int


@dataclass(frozen=True, slots=True)
class FreightTariff:
    """What fetching a parcel costs, and how much of that the house takes upon itself."""

    fee: Money
    subsidy_bps: int


@dataclass(frozen=True, slots=True)
class PricingTerms:
    """The band is where a used piece sells between, as shares of new; a maker's warranty widens it upwards.

    What is left of a warranty adds from `warranty_low_bps` for its last month to `warranty_high_bps` for
    `warranty_months` or more. `demand` reads how many of a product were sold in `demand_days` for each that is on the
    shelf; `plan` how full the plan of acquisitions is, and a change of -10,000 there means that no more are taken.
    An owner is offered `trade_in_bps` of what the piece will sell for, and nothing below the floor of the currency.
    """

    shares: tuple[GradeShare, ...]
    band_low_bps: int
    band_high_bps: int
    warranty_low_bps: int
    warranty_high_bps: int
    warranty_months: int
    age_bps: int
    age_years_max: int
    demand: tuple[PriceStep, ...]
    demand_days: int
    plan: tuple[PriceStep, ...]
    trade_in_bps: int
    floors: tuple[Money, ...]
    freight: tuple[FreightTariff, ...]
    insurance_bps: int
    offer_days: int
    hand_over_days: int
    answer_days: int
    kind: Literal[PolicyKind.PRICING] = PolicyKind.PRICING

    def share_bps(self, grade: str) -> int | None:
        """None for a grade that the house does not take."""
        return next((share.share_bps for share in self.shares if share.grade == grade), None)

    def floor(self, currency: Currency) -> Money | None:
        """The least that is offered; None where nothing is traded in."""
        return next((floor for floor in self.floors if floor.currency is currency), None)

    def freight_in(self, currency: Currency) -> FreightTariff | None:
        return next((tariff for tariff in self.freight if tariff.fee.currency is currency), None)


def changed_by(steps: tuple[PriceStep, ...], ratio_bps: int) -> int:
    """The change of the highest step that the ratio has reached, in basis points."""
    reached = [step.change_bps for step in steps if step.from_ratio_bps <= ratio_bps]
    return reached[-1] if reached else 0


def default_pricing() -> PricingTerms:
    """The terms that a house opens with."""
    floors = {
        Currency.CNY: 80_000,
        Currency.HKD: 90_000,
        Currency.EUR: 10_000,
        Currency.USD: 11_000,
        Currency.JPY: 16_000,
    }
    freight = {Currency.CNY: 6_000, Currency.HKD: 8_000, Currency.EUR: 1_500, Currency.USD: 1_700, Currency.JPY: 2_500}
    shares = (
        ("NEW", 8_000),
        ("PRISTINE", 7_900),
        ("EXCELLENT", 7_700),
        ("VERY_GOOD", 7_500),
        ("GOOD", 6_500),
        ("FAIR", 5_000),
    )
    return PricingTerms(
        shares=tuple(GradeShare(grade, bps) for grade, bps in shares),
        band_low_bps=5_000,
        band_high_bps=8_000,
        warranty_low_bps=500,
        warranty_high_bps=1_000,
        warranty_months=24,
        age_bps=200,
        age_years_max=10,
        demand=(PriceStep(0, -500), PriceStep(5_000, 0), PriceStep(10_000, 300), PriceStep(20_000, 600)),
        demand_days=180,
        plan=(PriceStep(0, 500), PriceStep(5_000, 0), PriceStep(10_000, -1_500), PriceStep(15_000, -10_000)),
        trade_in_bps=7_000,
        floors=tuple(Money(minor, currency) for currency, minor in floors.items()),
        freight=tuple(FreightTariff(Money(minor, currency), 5_000) for currency, minor in freight.items()),
        insurance_bps=30,
        offer_days=14,
        hand_over_days=21,
        answer_days=7,
    )
