"""Policies as they are read."""

from datetime import datetime
from typing import Annotated, Any, Union

import strawberry

from domain import piece
from domain import policy as domain
from schema.enum import enum
from schema.grade import Grade
from schema.ids import Node, global_id
from schema.localized import localized
from schema.noun import attribute, noun
from schema.policy.customs import CustomsTerms
from schema.policy.kind import BPS, TaxBasis
from schema.policy.pricing import PricingTerms
from schema.policy.shipping import ShippingTerms
from schema.scalars import CountryCode, CurrencyCode, Money

PolicyKind = enum(
    domain.PolicyKind,
    name="PolicyKind",
    description="What a policy is about.",
    COMMISSION="The commission plans that can be offered.",
    MARKDOWN="The markdown schedules that can be offered.",
    SETTLEMENT="How sellers are paid.",
    RETURN="How long buyers may return.",
    TAX="Tax rates.",
    COST="The tariff of costs that a piece can have.",
    APPRAISAL="When a second opinion is needed, and the paid service.",
    TRAVEL="Who may travel, and what calling off costs.",
    PRICING="What used pieces are worth, and what their owners are offered.",
    SHIPPING="Where parcels go, and what that costs.",
    CUSTOMS="What is asked where goods cross a border.",
    GIFT_CARD="How long gift cards hold, and what one may be of.",
    FX="How long a quote for an exchange of money holds.",
)
SellerLevel = enum(
    domain.SellerLevel,
    name="SellerLevel",
    description="How well a seller is known.",
    STANDARD="Where every seller starts.",
    SILVER="Well known; pays less commission where the plan says so.",
    GOLD="Known best; pays the least commission where the plan says so.",
)
CommissionShape = enum(
    domain.CommissionShape,
    name="CommissionShape",
    description="How a commission plan reckons.",
    FLAT="One rate for every price.",
    TIERED="A rate for each band of the price.",
    BY_LEVEL="A rate for each level of seller.",
)
CostKind = enum(
    domain.CostKind,
    name="CostKind",
    description="What a piece can cost before it is sold.",
    APPRAISAL="Judging the piece.",
    STORAGE="Keeping the piece.",
    SERVICE="Repair, cleaning or maintenance.",
    FREIGHT="Carrying the piece.",
)
Bearer = enum(
    domain.Bearer,
    name="CostBearer",
    description="Who pays for something.",
    SELLER="The seller pays, out of the proceeds.",
    HOUSE="The house pays.",
)
ChoiceFixed = enum(
    domain.ChoiceFixed,
    name="PayoutChoiceFixed",
    description="From when on cash and credit can not be exchanged any more, when the seller is paid after the sale.",
    AGREEMENT="Once the seller has agreed to the contract.",
    SALE="Once the piece is sold.",
)

TravellerDatum = enum(
    domain.TravellerDatum,
    name="TravellerDatum",
    description="What a category asks of its travellers.",
    PASSPORT="The country and last day of a passport.",
    EMERGENCY_CONTACT="Whom to call at home.",
    DIET="What they can not eat.",
    SCHOOL="Which school lets them go; asked of those who need a guardian's consent.",
)
TravelCategory = enum(
    domain.TravelCategory,
    name="TravelCategory",
    description="What a journey is for.",
    STUDY_TOUR="A stay to learn, such as a language course.",
    K12="A journey for pupils.",
    INTEREST="A journey around an interest, such as wine or watchmaking.",
    MEDICAL="A journey for treatment; medical details are kept sealed.",
    LEISURE="A journey for pleasure.",
)


@noun(domain.CommissionTier, description="One band of the price.")
class CommissionTier:
    up_to: Money | None = strawberry.field(description="Where the band ends; null for the last, which has no end.")
    rate_bps: int = strawberry.field(description=f"The rate within the band, {BPS}.")


@noun(domain.CommissionLevel, description="The rate for one level of seller.")
class CommissionLevel:
    level: SellerLevel = strawberry.field(description="The level of seller.")  # type: ignore[valid-type]
    rate_bps: int = strawberry.field(description=f"Its rate, {BPS}.")


@noun(domain.CommissionPlan, description="What the house keeps of a price.")
class CommissionPlan:
    code: str = strawberry.field(description="A short name that stays the same over versions.")
    shape: CommissionShape = strawberry.field(description="How it reckons the commission.")  # type: ignore[valid-type]
    rate_bps: int = strawberry.field(description=f"The rate of a flat plan, {BPS}.")
    tiers: list[CommissionTier] = strawberry.field(description="The bands of a tiered plan, from the lowest.")
    levels: list[CommissionLevel] = strawberry.field(description="The rates of a plan by level.")
    currency: CurrencyCode | None = strawberry.field(  # type: ignore[valid-type]
        description="The currency of a tiered plan; null for any other plan, which serves every currency."
    )

    name: str = localized("name", description="What it is called.")


@noun(domain.MarkdownStep, description="One step down of a schedule.")
class MarkdownStep:
    after_days: int = strawberry.field(description="After so many days on sale.")
    price_bps: int = strawberry.field(description=f"The price from then on as a share of the first price, {BPS}.")


@noun(domain.MarkdownSchedule, description="Steps by which a price may fall.")
class MarkdownSchedule:
    code: str = strawberry.field(description="A short name that stays the same over versions.")
    steps: list[MarkdownStep] = strawberry.field(description="The steps, from the first.")

    name: str = localized("name", description="What it is called.")


@noun(domain.GradeRate, description="What the house takes off when it buys a piece of this grade at once.")
class BuyOutDiscount:
    discount_bps: int = strawberry.field(description=f"The discount on the appraised value, {BPS}.")

    @strawberry.field(graphql_type=Grade, description="The condition that it is for.")
    def grade(root: domain.GradeRate) -> piece.Grade:
        return piece.Grade(root.grade)


@noun(domain.TaxRate, description="A tax rate of one jurisdiction.")
class TaxRate:
    jurisdiction: CountryCode = strawberry.field(description="The country where the rate holds.")
    basis: TaxBasis = strawberry.field(description="What the rate is taken of.")  # type: ignore[valid-type]
    rate_bps: int = strawberry.field(description=f"The rate, {BPS}.")


@noun(domain.StatutoryReturn, description="How long the law lets a buyer return what a professional sold.")
class StatutoryReturn:
    jurisdiction: CountryCode = strawberry.field(description="The country whose law it is.")
    days: int = strawberry.field(description="For how many days after delivery.")


@noun(domain.CostTariff, description="The usual amount of a cost.")
class CostTariff:
    kind: CostKind = strawberry.field(description="What the cost is for.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much the cost comes to.")
    borne_by: Bearer = strawberry.field(description="Who bears it unless the contract says otherwise.")  # type: ignore[valid-type]


@noun(domain.CommissionTerms, description="The commission plans that can be offered.")
class CommissionTerms:
    plans: list[CommissionPlan] = strawberry.field(description="The plans that can be offered.")


@noun(domain.MarkdownTerms, description="The markdown schedules that can be offered.")
class MarkdownTerms:
    schedules: list[MarkdownSchedule] = strawberry.field(description="The schedules that can be offered.")
    floor_bps: int = strawberry.field(description=f"No schedule goes below this share of the first price, {BPS}.")
    response_days: int = strawberry.field(description="For how many days a proposed price waits for the seller.")


@noun(domain.SettlementTerms, description="How sellers are paid.")
class SettlementTerms:
    credit_bonus_bps: int = strawberry.field(description=f"The bonus on what is taken as credit, {BPS}.")
    choice_fixed: ChoiceFixed = strawberry.field(  # type: ignore[valid-type]
        description="From when on cash and credit can not be exchanged any more."
    )
    offset_cap_bps: int = strawberry.field(description=f"The most of one settlement that pays old debts, {BPS}.")
    days_to_sell: int = strawberry.field(description="How many days a piece usually waits for its buyer.")
    days_to_deliver: int = strawberry.field(description="How many days a delivery usually takes.")
    buy_out: list[BuyOutDiscount] = strawberry.field(
        description="Discounts by grade when the house buys at once; it does not buy the grades that are missing."
    )


@noun(domain.ReturnTerms, description="How long buyers may return; the better of promise and law holds.")
class ReturnTerms:
    promise_days: int = strawberry.field(description="What the house promises every buyer, in days after delivery.")
    statutory: list[StatutoryReturn] = strawberry.field(description="What the law gives where a professional sells.")


@noun(domain.TaxTerms, description="The tax rates by jurisdiction.")
class TaxTerms:
    rates: list[TaxRate] = strawberry.field(description="By jurisdiction and basis.")
    elsewhere_bps: int = strawberry.field(description=f"The rate where none is listed, {BPS}.")


@noun(domain.CostTerms, description="The tariff of costs.")
class CostTerms:
    tariffs: list[CostTariff] = strawberry.field(description="By kind and currency.")


@noun(domain.AppraisalTerms, description="When two appraisers must agree, how closely, and what the service costs.")
class AppraisalTerms:
    second_opinion_from: list[Money] = strawberry.field(
        description="From which value on two appraisers must agree, by currency."
    )
    value_tolerance_bps: int = strawberry.field(description=f"How far apart their values may be, {BPS}.")
    grade_tolerance: int = strawberry.field(description="How many steps apart their grades may be.")
    service_fees: list[Money] = strawberry.field(description="What an appraisal without consigning costs, by currency.")
    service_days: int = strawberry.field(description="In how many days it is done.")


@noun(domain.CategoryRule, description="Who may go on journeys of one category, and what is asked of them.")
class TravelCategoryRule:
    category: TravelCategory = strawberry.field(description="The category that the rule is about.")  # type: ignore[valid-type]
    age_min: int = strawberry.field(description="How old a traveller is at least, on the day of departure.")
    age_max: int | None = strawberry.field(description="How old at most; null without an upper end.")
    guardian_below_age: int = strawberry.field(description="Whoever is younger needs a guardian's consent; 0 for none.")
    intake: bool = strawberry.field(description="Whether medical details are needed before the journey.")
    intake_days: int = strawberry.field(description="How many days after the journey they are forgotten.")
    required: list[TravellerDatum] = strawberry.field(  # type: ignore[valid-type]
        description="What each traveller has to say when places are held; SCHOOL is asked of those who need a "
        "guardian's consent."
    )
    passport_months: int = strawberry.field(description="How many months beyond the end a passport has to be valid.")


@noun(domain.LadderStep, description="What stays with the sellers when a journey is called off early enough.")
class CancellationStep:
    days_before: int = strawberry.field(
        description="How many full days before the departure it is called off at the latest."
    )
    retained_bps: int = strawberry.field(description=f"The share of the price that stays, {BPS}.")


@noun(
    domain.CancellationLadder,
    description="Cancellation terms: what calling a journey off costs, the more the later; after the last step "
    "all of it.",
)
class CancellationLadder:
    code: str = strawberry.field(description="A short name that stays the same over versions.")
    steps: list[CancellationStep] = strawberry.field(description="The steps, from the earliest.")

    name: str = localized("name", description="What it is called.")


@noun(domain.TravelTerms, description="Who may travel, what calling off costs, and when a journey is paid.")
class TravelTerms:
    categories: list[TravelCategoryRule] = strawberry.field(description="The rules of each category.")
    ladders: list[CancellationLadder] = strawberry.field(description="The ladders that a journey can have.")
    hold_minutes: int = strawberry.field(description="For how many minutes a place is kept until it is paid.")
    confirm_hours: int = strawberry.field(description="How many hours a supplier may take to confirm.")
    deposit_bps: int = strawberry.field(description=f"The share that is paid first, {BPS}.")
    balance_days: int = strawberry.field(description="How many days before the departure the rest is due.")
    remind_days: int = strawberry.field(description="How many days before that the buyer is reminded.")
    seat: CountryCode = strawberry.field(description="Where the house is established, which taxes its margin.")


@noun(domain.GiftCardRule, description="How long a gift card holds in one jurisdiction.")
class GiftCardRule:
    jurisdiction: CountryCode = strawberry.field(description="Where whoever issues it lives.")
    valid_days: int | None = strawberry.field(description="For how many days it can be spent; null without an end.")
    grace_days: int = strawberry.field(description="For how many days, at least, what comes back to it can be spent.")
    source: str = strawberry.field(description="Which law says so.")


@noun(domain.GiftCardTerms, description="How long gift cards hold, and what one may be of.")
class GiftCardTerms:
    rules: list[GiftCardRule] = strawberry.field(description="How long they hold in each jurisdiction that has a rule.")
    elsewhere_days: int = strawberry.field(description="For how many days one holds where no rule is listed.")
    grace_days: int = strawberry.field(description="The days of grace where no rule is listed.")
    most: list[Money] = strawberry.field(
        description="What one card may be of at most, by currency; of others are none."
    )


@noun(domain.FxTerms, description="What holds where money is exchanged.")
class FxTerms:
    quote_minutes: int = strawberry.field(description="For how many minutes a quote holds.")


PolicyTerms = Annotated[
    Union[  # noqa: UP007
        CommissionTerms,
        MarkdownTerms,
        SettlementTerms,
        ReturnTerms,
        TaxTerms,
        CostTerms,
        AppraisalTerms,
        TravelTerms,
        PricingTerms,
        GiftCardTerms,
        FxTerms,
        ShippingTerms,
        CustomsTerms,
    ],
    strawberry.union("PolicyTerms", description="What a policy says, by its kind."),
]


@noun(
    domain.PolicyVersion,
    description="One version of a policy. It is never changed: the next one follows it. Seen by staff.",
)
class PolicyVersion(Node):
    id: strawberry.ID = global_id("PolicyVersion")
    kind: PolicyKind = strawberry.field(description="What it is about.")  # type: ignore[valid-type]
    version: int = strawberry.field(description="Its number within the kind.")
    effective_from: datetime = strawberry.field(description="From when on it holds for new deals.")
    note: str = strawberry.field(description="Why it was published.")
    published_at: datetime = strawberry.field(description="When it was published.")

    terms: Any = attribute("terms", PolicyTerms, description="What the version says.")


@noun(domain.Pin, description="The version of a policy that a deal was made under.")
class PolicyPin:
    kind: PolicyKind = strawberry.field(description="Which policy it is a version of.")  # type: ignore[valid-type]
    version: int = strawberry.field(description="The number of the version.")
