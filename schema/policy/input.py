"""What finance says when it publishes."""

from datetime import datetime
from typing import Any

import strawberry

from domain import policy as domain
from domain.refusal import InvalidInput
from schema.grade import Grade
from schema.localized import LocalizedInput
from schema.mutation import Keyed, given
from schema.policy.customs import CustomsTermsInput
from schema.policy.kind import BPS, TaxBasis
from schema.policy.noun import (
    Bearer,
    ChoiceFixed,
    CommissionShape,
    CostKind,
    SellerLevel,
    TravelCategory,
    TravellerDatum,
)
from schema.policy.pricing import PricingTermsInput
from schema.policy.shipping import ShippingTermsInput
from schema.scalars import CountryCode, MoneyInput


@strawberry.input(description="One band of the price.")
class CommissionTierInput:
    up_to: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where the band ends; left out for the last."
    )
    rate_bps: int = strawberry.field(description=f"The rate within the band, {BPS}.")

    def to_tier(self) -> domain.CommissionTier:
        up_to = given(self.up_to)
        return domain.CommissionTier(None if up_to is None else up_to.to_money("terms", "commission"), self.rate_bps)


@strawberry.input(description="The rate for one level of seller.")
class CommissionLevelInput:
    level: SellerLevel = strawberry.field(description="The level of seller.")  # type: ignore[valid-type]
    rate_bps: int = strawberry.field(description=f"Its rate, {BPS}.")


@strawberry.input(description="What the house keeps of a price.")
class CommissionPlanInput:
    code: str = strawberry.field(description="A short name that stays the same over versions.")
    name: LocalizedInput = strawberry.field(description="What it is called.")
    shape: CommissionShape = strawberry.field(description="How it reckons the commission.")  # type: ignore[valid-type]
    rate_bps: int = strawberry.field(default=0, description=f"The rate of a flat plan, {BPS}.")
    tiers: list[CommissionTierInput] = strawberry.field(default_factory=list, description="The bands of a tiered plan.")
    levels: list[CommissionLevelInput] = strawberry.field(
        default_factory=list, description="The rates of a plan by level, one for each level."
    )

    def to_plan(self) -> domain.CommissionPlan:
        return domain.CommissionPlan(
            code=self.code,
            name=self.name.to_localized("terms", "commission", "name", longest=200),
            shape=self.shape,
            rate_bps=self.rate_bps,
            tiers=tuple(tier.to_tier() for tier in self.tiers),
            levels=tuple(domain.CommissionLevel(one.level, one.rate_bps) for one in self.levels),
        )


@strawberry.input(description="The commission plans that can be offered.")
class CommissionTermsInput:
    plans: list[CommissionPlanInput] = strawberry.field(description="The plans that can be offered.")

    def to_terms(self) -> domain.CommissionTerms:
        return domain.CommissionTerms(tuple(plan.to_plan() for plan in self.plans))


@strawberry.input(description="One step down of a schedule.")
class MarkdownStepInput:
    after_days: int = strawberry.field(description="After so many days on sale.")
    price_bps: int = strawberry.field(description=f"The price from then on as a share of the first price, {BPS}.")


@strawberry.input(description="Steps by which a price may fall.")
class MarkdownScheduleInput:
    code: str = strawberry.field(description="A short name that stays the same over versions.")
    name: LocalizedInput = strawberry.field(description="What it is called.")
    steps: list[MarkdownStepInput] = strawberry.field(description="The steps, from the first.")

    def to_schedule(self) -> domain.MarkdownSchedule:
        steps = tuple(domain.MarkdownStep(step.after_days, step.price_bps) for step in self.steps)
        name = self.name.to_localized("terms", "markdown", "name", longest=200)
        return domain.MarkdownSchedule(self.code, name, steps)


@strawberry.input(description="The markdown schedules that can be offered.")
class MarkdownTermsInput:
    schedules: list[MarkdownScheduleInput] = strawberry.field(description="The schedules that can be offered.")
    floor_bps: int = strawberry.field(description=f"No schedule goes below this share of the first price, {BPS}.")
    response_days: int = strawberry.field(
        default=7, description="For how many days a proposed price waits for the seller, 1 to 90."
    )

    def to_terms(self) -> domain.MarkdownTerms:
        return domain.MarkdownTerms(
            tuple(one.to_schedule() for one in self.schedules), self.floor_bps, self.response_days
        )


@strawberry.input(description="What the house takes off when it buys a piece of this grade at once.")
class BuyOutDiscountInput:
    grade: Grade = strawberry.field(description="The condition that it is for.")  # type: ignore[valid-type]
    discount_bps: int = strawberry.field(description=f"The discount on the appraised value, {BPS}.")


@strawberry.input(description="How sellers are paid.")
class SettlementTermsInput:
    credit_bonus_bps: int = strawberry.field(description=f"The bonus on what is taken as credit, {BPS}.")
    choice_fixed: ChoiceFixed = strawberry.field(  # type: ignore[valid-type]
        description="From when on cash and credit can not be exchanged any more."
    )
    offset_cap_bps: int = strawberry.field(description=f"The most of one settlement that pays old debts, {BPS}.")
    days_to_sell: int = strawberry.field(description="How many days a piece usually waits for its buyer.")
    days_to_deliver: int = strawberry.field(description="How many days a delivery usually takes.")
    buy_out: list[BuyOutDiscountInput] = strawberry.field(
        description="Discounts by grade when the house buys at once; it does not buy the grades that are left out."
    )

    def to_terms(self) -> domain.SettlementTerms:
        return domain.SettlementTerms(
            credit_bonus_bps=self.credit_bonus_bps,
            buy_out=tuple(domain.GradeRate(str(one.grade), one.discount_bps) for one in self.buy_out),
            choice_fixed=self.choice_fixed,
            offset_cap_bps=self.offset_cap_bps,
            days_to_sell=self.days_to_sell,
            days_to_deliver=self.days_to_deliver,
        )


@strawberry.input(description="How long the law lets a buyer return what a professional sold.")
class StatutoryReturnInput:
    jurisdiction: CountryCode = strawberry.field(description="The country whose law it is.")
    days: int = strawberry.field(description="For how many days after delivery.")


@strawberry.input(description="How long buyers may return.")
class ReturnTermsInput:
    promise_days: int = strawberry.field(description="What the house promises every buyer, in days after delivery.")
    statutory: list[StatutoryReturnInput] = strawberry.field(
        description="What the law gives where a professional sells."
    )

    def to_terms(self) -> domain.ReturnTerms:
        statutory = tuple(domain.StatutoryReturn(one.jurisdiction, one.days) for one in self.statutory)
        return domain.ReturnTerms(self.promise_days, statutory)


@strawberry.input(description="A tax rate of one jurisdiction.")
class TaxRateInput:
    jurisdiction: CountryCode = strawberry.field(description="The country where the rate holds.")
    basis: TaxBasis = strawberry.field(description="What the rate is taken of.")  # type: ignore[valid-type]
    rate_bps: int = strawberry.field(description=f"The rate, {BPS}.")


@strawberry.input(description="The tax rates by jurisdiction.")
class TaxTermsInput:
    rates: list[TaxRateInput] = strawberry.field(description="By jurisdiction and basis.")
    elsewhere_bps: int = strawberry.field(default=0, description=f"The rate where none is listed, {BPS}.")

    def to_terms(self) -> domain.TaxTerms:
        rates = tuple(domain.TaxRate(one.jurisdiction, one.basis, one.rate_bps) for one in self.rates)
        return domain.TaxTerms(rates, self.elsewhere_bps)


@strawberry.input(description="The usual amount of a cost.")
class CostTariffInput:
    kind: CostKind = strawberry.field(description="What the cost is for.")  # type: ignore[valid-type]
    amount: MoneyInput = strawberry.field(description="How much the cost comes to.")
    borne_by: Bearer = strawberry.field(description="Who bears it unless the contract says otherwise.")  # type: ignore[valid-type]


@strawberry.input(description="The tariff of costs.")
class CostTermsInput:
    tariffs: list[CostTariffInput] = strawberry.field(description="By kind and currency.")

    def to_terms(self) -> domain.CostTerms:
        return domain.CostTerms(
            tuple(
                domain.CostTariff(one.kind, one.amount.to_money("terms", "cost", "amount"), one.borne_by)
                for one in self.tariffs
            )
        )


@strawberry.input(description="When two appraisers must agree, how closely, and what the service costs.")
class AppraisalTermsInput:
    second_opinion_from: list[MoneyInput] = strawberry.field(
        description="From which value on two appraisers must agree, by currency."
    )
    value_tolerance_bps: int = strawberry.field(description=f"How far apart their values may be, {BPS}.")
    grade_tolerance: int = strawberry.field(description="How many steps apart their grades may be.")
    service_fees: list[MoneyInput] = strawberry.field(
        description="What an appraisal without consigning costs, by currency."
    )
    service_days: int = strawberry.field(description="In how many days it is done.")

    def to_terms(self) -> domain.AppraisalTerms:
        return domain.AppraisalTerms(
            second_opinion_from=tuple(
                one.to_money("terms", "appraisal", "secondOpinionFrom") for one in self.second_opinion_from
            ),
            value_tolerance_bps=self.value_tolerance_bps,
            grade_tolerance=self.grade_tolerance,
            service_fees=tuple(one.to_money("terms", "appraisal", "serviceFees") for one in self.service_fees),
            service_days=self.service_days,
        )


@strawberry.input(description="Who may go on journeys of one category, and what is asked of them.")
class TravelCategoryRuleInput:
    category: TravelCategory = strawberry.field(description="The category that the rule is about.")  # type: ignore[valid-type]
    age_min: int = strawberry.field(default=0, description="How old a traveller is at least, on the day of departure.")
    age_max: int | None = strawberry.field(
        default=strawberry.UNSET, description="How old at most; left out without an upper end."
    )
    guardian_below_age: int = strawberry.field(
        default=0, description="Whoever is younger needs a guardian's consent; 0 for none."
    )
    intake: bool = strawberry.field(default=False, description="Whether medical details are needed before the journey.")
    intake_days: int = strawberry.field(default=0, description="How many days after the journey they are forgotten.")
    required: list[TravellerDatum] = strawberry.field(  # type: ignore[valid-type]
        default_factory=list, description="What each traveller has to say when places are held."
    )
    passport_months: int = strawberry.field(
        default=0, description="How many months beyond the end a passport has to be valid, 0 to 24."
    )

    def to_rule(self) -> domain.CategoryRule:
        return domain.CategoryRule(
            category=self.category,
            age_min=self.age_min,
            age_max=given(self.age_max),
            guardian_below_age=self.guardian_below_age,
            intake=self.intake,
            intake_days=self.intake_days,
            required=tuple(domain.TravellerDatum(one) for one in self.required),
            passport_months=self.passport_months,
        )


@strawberry.input(description="What stays with the sellers when a journey is called off early enough.")
class CancellationStepInput:
    days_before: int = strawberry.field(
        description="How many full days before the departure it is called off at the latest."
    )
    retained_bps: int = strawberry.field(description=f"The share of the price that stays, {BPS}.")


@strawberry.input(
    description="Cancellation terms: what calling a journey off costs, the more the later; after the last step "
    "all of it."
)
class CancellationLadderInput:
    code: str = strawberry.field(description="A short name that stays the same over versions.")
    name: LocalizedInput = strawberry.field(description="What it is called.")
    steps: list[CancellationStepInput] = strawberry.field(description="The steps, from the earliest.")

    def to_ladder(self) -> domain.CancellationLadder:
        steps = tuple(domain.LadderStep(step.days_before, step.retained_bps) for step in self.steps)
        name = self.name.to_localized("terms", "travel", "name", longest=200)
        return domain.CancellationLadder(self.code, name, steps)


@strawberry.input(description="Who may travel, what calling off costs, and when a journey is paid.")
class TravelTermsInput:
    categories: list[TravelCategoryRuleInput] = strawberry.field(description="The rules of each category.")
    ladders: list[CancellationLadderInput] = strawberry.field(description="The ladders that a journey can have.")
    hold_minutes: int = strawberry.field(
        description="For how many minutes a place is kept until it is paid, 1 to 1,440."
    )
    confirm_hours: int = strawberry.field(description="How many hours a supplier may take to confirm, 1 to 720.")
    deposit_bps: int = strawberry.field(description=f"The share that is paid first, {BPS}.")
    balance_days: int = strawberry.field(description="How many days before the departure the rest is due.")
    remind_days: int = strawberry.field(description="How many days before that the buyer is reminded.")
    seat: CountryCode = strawberry.field(description="Where the house is established, which taxes its margin.")

    def to_terms(self) -> domain.TravelTerms:
        return domain.TravelTerms(
            categories=tuple(one.to_rule() for one in self.categories),
            ladders=tuple(one.to_ladder() for one in self.ladders),
            hold_minutes=self.hold_minutes,
            confirm_hours=self.confirm_hours,
            deposit_bps=self.deposit_bps,
            balance_days=self.balance_days,
            remind_days=self.remind_days,
            seat=self.seat,
        )


@strawberry.input(description="How long a gift card holds in one jurisdiction.")
class GiftCardRuleInput:
    jurisdiction: CountryCode = strawberry.field(description="Where whoever issues it lives.")
    valid_days: int | None = strawberry.field(
        default=strawberry.UNSET, description="For how many days it can be spent; left out without an end."
    )
    grace_days: int = strawberry.field(description="For how many days, at least, what comes back to it can be spent.")
    source: str = strawberry.field(description="Which law says so, in 1 to 200 characters.")


@strawberry.input(description="How long gift cards hold, and what one may be of.")
class GiftCardTermsInput:
    rules: list[GiftCardRuleInput] = strawberry.field(
        description="How long they hold in each jurisdiction that has a rule."
    )
    elsewhere_days: int = strawberry.field(description="For how many days one holds where no rule is listed.")
    grace_days: int = strawberry.field(description="The days of grace where no rule is listed.")
    most: list[MoneyInput] = strawberry.field(description="What one card may be of at most, by currency.")

    def to_terms(self) -> domain.GiftCardTerms:
        return domain.GiftCardTerms(
            rules=tuple(
                domain.GiftCardRule(one.jurisdiction, given(one.valid_days), one.grace_days, one.source.strip())
                for one in self.rules
            ),
            elsewhere_days=self.elsewhere_days,
            grace_days=self.grace_days,
            most=tuple(one.to_money("terms", "giftCard", "most") for one in self.most),
        )


@strawberry.input(description="What holds where money is exchanged.")
class FxTermsInput:
    quote_minutes: int = strawberry.field(description="For how many minutes a quote holds.")

    def to_terms(self) -> domain.FxTerms:
        return domain.FxTerms(self.quote_minutes)


@strawberry.input(one_of=True, description="What the new version says: exactly one kind.")
class PolicyTermsInput:
    commission: CommissionTermsInput | None = strawberry.field(
        default=strawberry.UNSET, description="The commission plans that can be offered."
    )
    markdown: MarkdownTermsInput | None = strawberry.field(
        default=strawberry.UNSET, description="The markdown schedules that can be offered."
    )
    settlement: SettlementTermsInput | None = strawberry.field(
        default=strawberry.UNSET, description="How sellers are paid."
    )
    returns: ReturnTermsInput | None = strawberry.field(
        default=strawberry.UNSET, description="How long buyers may return."
    )
    tax: TaxTermsInput | None = strawberry.field(default=strawberry.UNSET, description="The tax rates by jurisdiction.")
    cost: CostTermsInput | None = strawberry.field(default=strawberry.UNSET, description="The tariff of costs.")
    appraisal: AppraisalTermsInput | None = strawberry.field(
        default=strawberry.UNSET, description="Second opinions and the paid service."
    )
    travel: TravelTermsInput | None = strawberry.field(
        default=strawberry.UNSET, description="Who may travel, and what calling off costs."
    )
    pricing: PricingTermsInput | None = strawberry.field(
        default=strawberry.UNSET, description="What used pieces are worth, and what their owners are offered."
    )
    shipping: ShippingTermsInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where parcels go, and what that costs."
    )
    customs: CustomsTermsInput | None = strawberry.field(
        default=strawberry.UNSET, description="What is asked where goods cross a border."
    )
    gift_card: GiftCardTermsInput | None = strawberry.field(
        default=strawberry.UNSET, description="How long gift cards hold, and what one may be of."
    )
    fx: FxTermsInput | None = strawberry.field(default=strawberry.UNSET, description="How long a quote holds.")

    def to_terms(self) -> domain.Terms:
        said: list[Any] = [
            given(one)
            for one in (
                self.commission,
                self.markdown,
                self.settlement,
                self.returns,
                self.tax,
                self.cost,
                self.appraisal,
                self.travel,
                self.pricing,
                self.gift_card,
                self.fx,
                self.shipping,
                self.customs,
            )
        ]
        for one in said:
            if one is not None:
                terms: domain.Terms = one.to_terms()
                return terms
        raise InvalidInput("Say what the policy says, in exactly one kind of terms.", path=("terms",))


@strawberry.input(description="The next version of a policy.")
class PolicyPublishInput(Keyed):
    terms: PolicyTermsInput = strawberry.field(description="What the new version says.")
    note: str = strawberry.field(description="Why, for the audit.")
    effective_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="From when on it holds for new deals; at once when left out."
    )

    def to_command(self) -> domain.Publish:
        return domain.Publish(self.terms.to_terms(), self.note, given(self.effective_from))
