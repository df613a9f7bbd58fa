"""What the policy of customs says, as it is read and as finance says it."""

import strawberry

from domain import policy as domain
from schema.enum import enum
from schema.mutation import given
from schema.noun import noun
from schema.policy.kind import BPS, TaxBasis
from schema.scalars import CountryCode, Money, MoneyInput

DutyKind = enum(
    domain.DutyKind,
    name="DutyKind",
    description="What is asked at a border.",
    DUTY="Customs duty on the price.",
    IMPORT_TAX="Import tax on price and duty together.",
)

DUTY = f"The duty on the price, {BPS}."
CATEGORY = "For goods of the category with this slug and all below it; for all others when null."
BASIS = "For lines that are taxed on this alone; on any basis when null."
IMPORT_TAX = f"The tax on price and duty, {BPS}; when null, that on a full price by the tax policy."
DUTY_FREE = "All goods of an order that arrive for no more than this bear no duty, by currency."
TAX_FREE = "For no more than this no import tax either, by currency."
SOURCE = (
    "Where the rates are from. Those that the house opens with are illustrative, and say so here: none is a rate in "
    "force before finance has published its own."
)
GIVEN_BACK = "Whether both are given back for goods that are returned."


@noun(domain.DutyRate, description="What is asked for some goods. The nearest category counts, then the basis.")
class DutyRate:
    duty_bps: int = strawberry.field(description=DUTY)
    category: str | None = strawberry.field(description=CATEGORY)
    tax_basis: TaxBasis | None = strawberry.field(description=BASIS)  # type: ignore[valid-type]
    import_tax_bps: int | None = strawberry.field(description=IMPORT_TAX)


@noun(
    domain.CustomsArea,
    description="Countries that ask the same of what comes to them, and nothing of each other.",
)
class CustomsArea:
    code: str = strawberry.field(description="A short name that stays the same over versions.")
    countries: list[CountryCode] = strawberry.field(description="The countries of the area.")
    rates: list[DutyRate] = strawberry.field(description="What its countries ask, by kind of goods.")
    source: str = strawberry.field(description=SOURCE)
    duty_free_up_to: list[Money] = strawberry.field(description=DUTY_FREE)
    tax_free_up_to: list[Money] = strawberry.field(description=TAX_FREE)
    given_back: bool = strawberry.field(description=GIVEN_BACK)


@noun(
    domain.CustomsTerms,
    description="What is asked where goods cross a border. The house collects it with the order and pays it; in a "
    "country that no area names it collects nothing, and the carrier may ask the receiver. The rates of the opening "
    "version are illustrative: finance publishes those of its own goods before anything is sent.",
)
class CustomsTerms:
    areas: list[CustomsArea] = strawberry.field(description="The areas, of which each country is in one at most.")


@strawberry.input(description="What is asked for some goods.")
class DutyRateInput:
    duty_bps: int = strawberry.field(description=DUTY)
    category: str | None = strawberry.field(default=strawberry.UNSET, description=CATEGORY)
    tax_basis: TaxBasis | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description=BASIS
    )
    import_tax_bps: int | None = strawberry.field(default=strawberry.UNSET, description=IMPORT_TAX)

    def to_rate(self) -> domain.DutyRate:
        return domain.DutyRate(self.duty_bps, given(self.category), given(self.tax_basis), given(self.import_tax_bps))


@strawberry.input(description="Countries that ask the same of what comes to them, and nothing of each other.")
class CustomsAreaInput:
    code: str = strawberry.field(description="A short name that stays the same over versions.")
    countries: list[CountryCode] = strawberry.field(description="Which countries; each in one area at most.")
    rates: list[DutyRateInput] = strawberry.field(description="What its countries ask, by kind of goods.")
    source: str = strawberry.field(description="Where the rates are from, up to 200 characters.")
    duty_free_up_to: list[MoneyInput] = strawberry.field(default_factory=list, description=DUTY_FREE)
    tax_free_up_to: list[MoneyInput] = strawberry.field(default_factory=list, description=TAX_FREE)
    given_back: bool = strawberry.field(default=False, description=GIVEN_BACK)

    def to_area(self) -> domain.CustomsArea:
        duty_free, tax_free = (
            tuple(one.to_money("terms", "customs", name) for one in amounts)
            for name, amounts in (("dutyFreeUpTo", self.duty_free_up_to), ("taxFreeUpTo", self.tax_free_up_to))
        )
        return domain.CustomsArea(
            code=self.code,
            countries=tuple(self.countries),
            rates=tuple(rate.to_rate() for rate in self.rates),
            source=self.source.strip(),
            duty_free_up_to=duty_free,
            tax_free_up_to=tax_free,
            given_back=self.given_back,
        )


@strawberry.input(description="What is asked where goods cross a border.")
class CustomsTermsInput:
    areas: list[CustomsAreaInput] = strawberry.field(description="The areas, of which each country is in one at most.")

    def to_terms(self) -> domain.CustomsTerms:
        return domain.CustomsTerms(tuple(area.to_area() for area in self.areas))
