"""What the policy of customs says: where goods cross a border, and what the country that they come to asks for that."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from domain.money import Money
from domain.policy.kind import PolicyKind, TaxBasis


class DutyKind(StrEnum):
    """What is asked at a border."""

    DUTY = "DUTY"
    IMPORT_TAX = "IMPORT_TAX"


@dataclass(frozen=True, slots=True)
class DutyRate:
    """For goods of a category and all below it, and of a tax basis; None is for any.

    Import tax is that of the tax policy on a full price in the country of arrival, unless a rate is named here.
    """

    duty_bps: int
    category: str | None = None
    tax_basis: TaxBasis | None = None
    import_tax_bps: int | None = None


@dataclass(frozen=True, slots=True)
class CustomsArea:
    """Countries between which goods pass no border, and what they ask of what comes from elsewhere.

    All goods of an order that arrive for no more than `duty_free_up_to` bear no duty, for no more than
    `tax_free_up_to` no import tax. `given_back` says whether both come back with goods that are returned.
    `source` says where the rates are from.
    """

    code: str
    countries: tuple[str, ...]
    rates: tuple[DutyRate, ...]
    source: str
    duty_free_up_to: tuple[Money, ...] = ()
    tax_free_up_to: tuple[Money, ...] = ()
    given_back: bool = False

    def rate(self, categories: Sequence[str], basis: TaxBasis) -> DutyRate:
        """The rate that fits best: of the nearest category first, then of the very basis.

        `categories` lead from the root to where the goods belong.
        """
        for category in (*reversed(categories), None):
            for wanted in (basis, None):
                for rate in self.rates:
                    if rate.category == category and rate.tax_basis is wanted:
                        return rate
        return DutyRate(0)


@dataclass(frozen=True, slots=True)
class CustomsTerms:
    """Where a country is in no area, the house collects nothing, and the carrier may ask the receiver."""

    areas: tuple[CustomsArea, ...]
    kind: Literal[PolicyKind.CUSTOMS] = PolicyKind.CUSTOMS

    def area(self, country: str) -> CustomsArea | None:
        return next((area for area in self.areas if country in area.countries), None)

    def crosses(self, origin: str, destination: str) -> bool:
        """Whether goods pass a border between these countries."""
        area = self.area(destination)
        return origin != destination and (area is None or origin not in area.countries)


def within(limits: Sequence[Money], value: Money) -> bool:
    """Whether a value is no more than the limit of its currency; where none is named, nothing is."""
    return any(limit.currency is value.currency and value <= limit for limit in limits)
