"""Does the money go round? Credit that was issued, what became of it, and how sellers choose to be paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from domain.money import BASIS_POINTS, Money
from domain.refusal import InvalidInput, require

PERIOD_DAYS_MAX = 366


class CreditFlow(StrEnum):
    """Why credit moved: issued by the origin of its lot, spent, lapsed, or put towards a debt."""

    SETTLEMENT = "SETTLEMENT"
    BONUS = "BONUS"
    PROMOTION = "PROMOTION"
    GOODWILL = "GOODWILL"
    REFUND = "REFUND"
    SPENT = "SPENT"
    LAPSED = "LAPSED"
    OTHER = "OTHER"


ISSUED = (
    CreditFlow.SETTLEMENT,
    CreditFlow.BONUS,
    CreditFlow.PROMOTION,
    CreditFlow.GOODWILL,
    CreditFlow.REFUND,
)


@dataclass(frozen=True, slots=True)
class CreditIssued:
    """How much credit came from one origin."""

    origin: CreditFlow
    amount: Money


@dataclass(frozen=True, slots=True)
class Circulation:
    """One currency from `since` to before `until`, in days of UTC. Spent is net of what orders gave back."""

    since: date
    until: date
    by_origin: tuple[CreditIssued, ...]
    issued: Money
    spent: Money
    lapsed: Money
    other: Money
    outstanding_before: Money
    outstanding: Money
    settled_cash: Money
    settled_credit: Money

    @property
    def velocity(self) -> Decimal | None:
        """How often the credit of the period was turned over: spent by the mean of what was outstanding."""
        twice_mean = self.outstanding_before.minor + self.outstanding.minor
        if twice_mean <= 0:
            return None
        return (Decimal(self.spent.minor * 2) / Decimal(twice_mean)).quantize(Decimal("0.0001"))

    @property
    def settled_as_credit_bps(self) -> int | None:
        """The share of what sellers were paid that they took as credit."""
        return share_bps(self.settled_credit, self.settled_cash + self.settled_credit)

    @property
    def spent_again_bps(self) -> int | None:
        """The share of all credit that could be spent in the period that was."""
        return share_bps(self.spent, self.outstanding_before + self.issued)


def share_bps(part: Money, whole: Money) -> int | None:
    return part.minor * BASIS_POINTS // whole.minor if whole.minor > 0 else None


def check_period(since: date, until: date) -> None:
    """Refuse a period that is empty or longer than a year."""
    days = (until - since).days
    reason = f"A period has 1 to {PERIOD_DAYS_MAX} days."
    require(1 <= days <= PERIOD_DAYS_MAX, InvalidInput(reason, path=("until",)))


class CirculationReader(Protocol):
    """For finance."""

    async def circulation(self, since: date, until: date) -> Sequence[Circulation]:
        """By currency."""
        ...
