"""What each kind of policy says, as typed data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from domain.localized import Localized
from domain.money import BASIS_POINTS, Currency, Money
from domain.policy.customs import CustomsTerms
from domain.policy.kind import PolicyKind, TaxBasis
from domain.policy.pricing import PricingTerms
from domain.policy.shipping import ShippingTerms
from domain.policy.travel import TravelTerms
from domain.refusal import NotFound


class SellerLevel(StrEnum):
    """How well a seller is known; plans by level ask for less from the better known."""

    STANDARD = "STANDARD"
    SILVER = "SILVER"
    GOLD = "GOLD"


class CommissionShape(StrEnum):
    """How a plan reckons: one rate, a rate for each band of the price, or a rate for each level of seller."""

    FLAT = "FLAT"
    TIERED = "TIERED"
    BY_LEVEL = "BY_LEVEL"


class CostKind(StrEnum):
    """What a piece can cost before it is sold."""

    APPRAISAL = "APPRAISAL"
    STORAGE = "STORAGE"
    SERVICE = "SERVICE"
    FREIGHT = "FREIGHT"


class Bearer(StrEnum):
    """Who pays for something."""

    SELLER = "SELLER"
    HOUSE = "HOUSE"


class ChoiceFixed(StrEnum):
    """From when on a seller who is paid after the sale can not change cash into credit or back."""

    AGREEMENT = "AGREEMENT"
    SALE = "SALE"


@dataclass(frozen=True, slots=True)
class CommissionTier:
    """The part of the price from the tier before up to `up_to`, or without end, is charged at this rate."""

    up_to: Money | None
    rate_bps: int


@dataclass(frozen=True, slots=True)
class CommissionLevel:
    level: SellerLevel
    rate_bps: int


@dataclass(frozen=True, slots=True)
class CommissionPlan:
    """A tiered plan is in one currency, that of its tiers; the others serve every currency."""

    code: str
    name: Localized
    shape: CommissionShape
    rate_bps: int = 0
    tiers: tuple[CommissionTier, ...] = ()
    levels: tuple[CommissionLevel, ...] = ()

    @property
    def currency(self) -> Currency | None:
        bounds = [tier.up_to for tier in self.tiers if tier.up_to is not None]
        return bounds[0].currency if bounds else None

    def commission(self, price: Money, level: SellerLevel) -> Money:
        """What the house keeps of a price; what is left is the rest to the last unit, by largest remainder."""
        assert price.minor >= 0, "a price is never negative"
        if not price:
            return price
        weight = self._weight(price, level)
        return price.allocate([weight, price.minor * BASIS_POINTS - weight])[0]

    def _weight(self, price: Money, level: SellerLevel) -> int:
        """Minor units × basis points, summed over the bands of the price."""
        match self.shape:
            case CommissionShape.FLAT:
                return price.minor * self.rate_bps
            case CommissionShape.BY_LEVEL:
                rates = {entry.level: entry.rate_bps for entry in self.levels}
                return price.minor * rates[level]
            case CommissionShape.TIERED:
                weight, below = 0, 0
                for tier in self.tiers:
                    top = price.minor if tier.up_to is None else min(price.minor, tier.up_to.minor)
                    weight += max(0, top - below) * tier.rate_bps
                    below = max(below, top)
                return weight


@dataclass(frozen=True, slots=True)
class MarkdownStep:
    """After this many days on sale the price may fall to this share of the first price."""

    after_days: int
    price_bps: int


@dataclass(frozen=True, slots=True)
class MarkdownSchedule:
    code: str
    name: Localized
    steps: tuple[MarkdownStep, ...]


@dataclass(frozen=True, slots=True)
class GradeRate:
    """`grade` is the code of a condition grade; the rate is a discount for what the house takes upon itself."""

    grade: str
    discount_bps: int


@dataclass(frozen=True, slots=True)
class TaxRate:
    jurisdiction: str
    basis: TaxBasis
    rate_bps: int


@dataclass(frozen=True, slots=True)
class StatutoryReturn:
    """How long the law of a jurisdiction lets a buyer return what a professional sold at a distance."""

    jurisdiction: str
    days: int


@dataclass(frozen=True, slots=True)
class CostTariff:
    """The usual amount of a cost, and who bears it unless the contract says otherwise."""

    kind: CostKind
    amount: Money
    borne_by: Bearer


@dataclass(frozen=True, slots=True)
class CommissionTerms:
    plans: tuple[CommissionPlan, ...]
    kind: Literal[PolicyKind.COMMISSION] = PolicyKind.COMMISSION

    def plan(self, code: str) -> CommissionPlan:
        for plan in self.plans:
            if plan.code == code:
                return plan
        raise NotFound("commission plan", code, path=("planCode",))


@dataclass(frozen=True, slots=True)
class MarkdownTerms:
    """No schedule ends below `floor_bps` of the first price; a proposal is answered within `response_days`."""

    schedules: tuple[MarkdownSchedule, ...]
    floor_bps: int
    response_days: int
    kind: Literal[PolicyKind.MARKDOWN] = PolicyKind.MARKDOWN

    def schedule(self, code: str) -> MarkdownSchedule:
        for schedule in self.schedules:
            if schedule.code == code:
                return schedule
        raise NotFound("markdown schedule", code, path=("scheduleCode",))


@dataclass(frozen=True, slots=True)
class SettlementTerms:
    """`offset_cap_bps` is the most of one settlement that goes to what its seller owes the house.

    `days_to_sell` and `days_to_deliver` are what a seller may expect: dates that are not fixed yet are guessed by them.
    """

    credit_bonus_bps: int
    buy_out: tuple[GradeRate, ...]
    choice_fixed: ChoiceFixed
    offset_cap_bps: int
    days_to_sell: int
    days_to_deliver: int
    kind: Literal[PolicyKind.SETTLEMENT] = PolicyKind.SETTLEMENT

    def buy_out_discount_bps(self, grade: str) -> int | None:
        """None where the house does not buy pieces of this grade."""
        return next((rate.discount_bps for rate in self.buy_out if rate.grade == grade), None)


@dataclass(frozen=True, slots=True)
class ReturnTerms:
    """The house's promise to every buyer, and what the law gives where a professional sells; the better one holds."""

    promise_days: int
    statutory: tuple[StatutoryReturn, ...] = ()
    kind: Literal[PolicyKind.RETURN] = PolicyKind.RETURN

    def window_days(self, jurisdiction: str, *, professional_seller: bool) -> int:
        law = [entry.days for entry in self.statutory if entry.jurisdiction == jurisdiction and professional_seller]
        return max([self.promise_days, *law])


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """`elsewhere_bps` holds where no rate is listed."""

    rates: tuple[TaxRate, ...]
    elsewhere_bps: int = 0
    kind: Literal[PolicyKind.TAX] = PolicyKind.TAX

    def rate_bps(self, jurisdiction: str, basis: TaxBasis) -> int:
        for rate in self.rates:
            if rate.jurisdiction == jurisdiction and rate.basis is basis:
                return rate.rate_bps
        return self.elsewhere_bps


@dataclass(frozen=True, slots=True)
class CostTerms:
    tariffs: tuple[CostTariff, ...]
    kind: Literal[PolicyKind.COST] = PolicyKind.COST

    def tariff(self, kind: CostKind, currency: Currency) -> CostTariff | None:
        return next(
            (tariff for tariff in self.tariffs if tariff.kind is kind and tariff.amount.currency is currency), None
        )


@dataclass(frozen=True, slots=True)
class AppraisalTerms:
    """From which value on two appraisers must agree, how closely, and what an appraisal costs without consigning.

    Two opinions agree when their grades are at most `grade_tolerance` steps apart and the middles of their value
    ranges at most `value_tolerance_bps` of the higher one.
    """

    second_opinion_from: tuple[Money, ...]
    value_tolerance_bps: int
    grade_tolerance: int
    service_fees: tuple[Money, ...]
    service_days: int
    kind: Literal[PolicyKind.APPRAISAL] = PolicyKind.APPRAISAL

    def needs_second(self, value: Money) -> bool:
        """A currency without a threshold always needs two."""
        limits = [limit for limit in self.second_opinion_from if limit.currency is value.currency]
        return not limits or value >= limits[0]

    def service_fee(self, currency: Currency) -> Money | None:
        """None where the service is not sold in this currency."""
        return next((fee for fee in self.service_fees if fee.currency is currency), None)


@dataclass(frozen=True, slots=True)
class GiftCardRule:
    """How long a gift card holds where its issuer lives, without end when `valid_days` is None, and by which `source`.

    What comes back to a card can be spent for `grace_days` at least.
    """

    jurisdiction: str
    valid_days: int | None
    grace_days: int
    source: str


@dataclass(frozen=True, slots=True)
class GiftCardTerms:
    """`elsewhere_days` hold where no rule is listed; `most` is what one card may be of, by currency."""

    rules: tuple[GiftCardRule, ...]
    elsewhere_days: int
    grace_days: int
    most: tuple[Money, ...]
    kind: Literal[PolicyKind.GIFT_CARD] = PolicyKind.GIFT_CARD

    def rule(self, jurisdiction: str) -> GiftCardRule:
        for rule in self.rules:
            if rule.jurisdiction == jurisdiction:
                return rule
        return GiftCardRule(jurisdiction, self.elsewhere_days, self.grace_days, "")

    def highest(self, currency: Currency) -> Money | None:
        """None where there are no cards in this currency."""
        return next((amount for amount in self.most if amount.currency is currency), None)


@dataclass(frozen=True, slots=True)
class FxTerms:
    """A quote for an exchange of money holds for `quote_minutes`."""

    quote_minutes: int
    kind: Literal[PolicyKind.FX] = PolicyKind.FX


Terms = (
    CommissionTerms
    | MarkdownTerms
    | SettlementTerms
    | ReturnTerms
    | TaxTerms
    | CostTerms
    | AppraisalTerms
    | TravelTerms
    | PricingTerms
    | GiftCardTerms
    | FxTerms
    | ShippingTerms
    | CustomsTerms
)
