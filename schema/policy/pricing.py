"""What the policy of prices says, as it is read and as finance says it."""

import strawberry

from domain import piece
from domain import policy as domain
from schema.grade import Grade
from schema.noun import noun
from schema.policy.kind import BPS
from schema.scalars import Money, MoneyInput


@noun(domain.GradeShare, description="What a piece of one grade sells for.")
class GradeShare:
    share_bps: int = strawberry.field(description=f"Its share of the price of new, {BPS}.")

    @strawberry.field(graphql_type=Grade, description="The condition that it is for.")
    def grade(root: domain.GradeShare) -> piece.Grade:
        return piece.Grade(root.grade)


@noun(domain.PriceStep, description="From one ratio on the price changes.")
class PriceStep:
    from_ratio_bps: int = strawberry.field(description=f"From this ratio on, {BPS}.")
    change_bps: int = strawberry.field(description=f"By so much, {BPS}; less than zero takes something off.")


@noun(domain.FreightTariff, description="What fetching a parcel costs.")
class FreightTariff:
    fee: Money = strawberry.field(description="What the carrier is paid.")
    subsidy_bps: int = strawberry.field(description=f"How much of that the house takes upon itself, {BPS}.")


@noun(domain.PricingTerms, description="What a used piece is worth of new, and what of that its owner is offered.")
class PricingTerms:
    shares: list[GradeShare] = strawberry.field(description="By grade; grades that are missing are not taken.")
    band_low_bps: int = strawberry.field(description=f"No used piece sells for less than this share of new, {BPS}.")
    band_high_bps: int = strawberry.field(description=f"Nor for more than this share, {BPS}.")
    warranty_low_bps: int = strawberry.field(description=f"What the last month of a maker's warranty adds, {BPS}.")
    warranty_high_bps: int = strawberry.field(description=f"What a full one adds, {BPS}.")
    warranty_months: int = strawberry.field(description="How many months make a full one.")
    age_bps: int = strawberry.field(description=f"What each full year takes off, {BPS}.")
    age_years_max: int = strawberry.field(description="How many years count at most.")
    demand: list[PriceStep] = strawberry.field(description="By how many were sold for each that is on the shelf.")
    demand_days: int = strawberry.field(description="In how many days sales are counted for that.")
    plan: list[PriceStep] = strawberry.field(description="By how full the plan of acquisitions is.")
    trade_in_bps: int = strawberry.field(description=f"What of the resale price an owner is offered, {BPS}.")
    floors: list[Money] = strawberry.field(description="The least that is offered, by currency.")
    freight: list[FreightTariff] = strawberry.field(description="What fetching a piece costs, by currency.")
    insurance_bps: int = strawberry.field(description=f"What insuring the way costs, of the value, {BPS}.")
    offer_days: int = strawberry.field(description="For how many days an offer stands.")
    hand_over_days: int = strawberry.field(description="In how many days after the purchase the old piece must come.")
    answer_days: int = strawberry.field(description="For how many days a lower offer waits for an answer.")


@strawberry.input(description="What a piece of one grade sells for.")
class GradeShareInput:
    grade: Grade = strawberry.field(description="The condition that it is for.")  # type: ignore[valid-type]
    share_bps: int = strawberry.field(description=f"Its share of the price of new, {BPS}.")


@strawberry.input(description="From one ratio on the price changes.")
class PriceStepInput:
    from_ratio_bps: int = strawberry.field(description=f"From this ratio on, {BPS}.")
    change_bps: int = strawberry.field(description=f"By so much, {BPS}; less than zero takes something off.")

    def to_step(self) -> domain.PriceStep:
        return domain.PriceStep(self.from_ratio_bps, self.change_bps)


@strawberry.input(description="What fetching a parcel costs.")
class FreightTariffInput:
    fee: MoneyInput = strawberry.field(description="What the carrier is paid.")
    subsidy_bps: int = strawberry.field(description=f"How much of that the house takes upon itself, {BPS}.")

    def to_tariff(self) -> domain.FreightTariff:
        return domain.FreightTariff(self.fee.to_money("terms", "pricing", "freight"), self.subsidy_bps)


@strawberry.input(description="What a used piece is worth of new, and what of that its owner is offered.")
class PricingTermsInput:
    shares: list[GradeShareInput] = strawberry.field(
        description="By grade, best first; grades that are left out are not taken."
    )
    band_low_bps: int = strawberry.field(description=f"No used piece sells for less than this share of new, {BPS}.")
    band_high_bps: int = strawberry.field(description=f"Nor for more than this share, {BPS}.")
    warranty_low_bps: int = strawberry.field(description=f"What the last month of a maker's warranty adds, {BPS}.")
    warranty_high_bps: int = strawberry.field(description=f"What a full one adds, {BPS}.")
    warranty_months: int = strawberry.field(description="How many months make a full one.")
    age_bps: int = strawberry.field(description=f"What each full year takes off, {BPS}.")
    age_years_max: int = strawberry.field(description="How many years count at most.")
    demand: list[PriceStepInput] = strawberry.field(description="By how many were sold for each on the shelf.")
    demand_days: int = strawberry.field(description="In how many days sales are counted for that.")
    plan: list[PriceStepInput] = strawberry.field(
        description="By how full the plan of acquisitions is; a change of -10,000 takes no more."
    )
    trade_in_bps: int = strawberry.field(description=f"What of the resale price an owner is offered, {BPS}.")
    floors: list[MoneyInput] = strawberry.field(
        description="The least that is offered, by currency; in others nothing is traded in."
    )
    freight: list[FreightTariffInput] = strawberry.field(description="What fetching a piece costs, by currency.")
    insurance_bps: int = strawberry.field(description=f"What insuring the way costs, of the value, {BPS}.")
    offer_days: int = strawberry.field(description="For how many days an offer stands.")
    hand_over_days: int = strawberry.field(description="In how many days after the purchase the old piece must come.")
    answer_days: int = strawberry.field(description="For how many days a lower offer waits for an answer.")

    def to_terms(self) -> domain.PricingTerms:
        return domain.PricingTerms(
            shares=tuple(domain.GradeShare(str(one.grade), one.share_bps) for one in self.shares),
            band_low_bps=self.band_low_bps,
            band_high_bps=self.band_high_bps,
            warranty_low_bps=self.warranty_low_bps,
            warranty_high_bps=self.warranty_high_bps,
            warranty_months=self.warranty_months,
            age_bps=self.age_bps,
            age_years_max=self.age_years_max,
            demand=tuple(step.to_step() for step in self.demand),
            demand_days=self.demand_days,
            plan=tuple(step.to_step() for step in self.plan),
            trade_in_bps=self.trade_in_bps,
            floors=tuple(one.to_money("terms", "pricing", "floors") for one in self.floors),
            freight=tuple(one.to_tariff() for one in self.freight),
            insurance_bps=self.insurance_bps,
            offer_days=self.offer_days,
            hand_over_days=self.hand_over_days,
            answer_days=self.answer_days,
        )
