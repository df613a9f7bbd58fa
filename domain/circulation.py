"""Does the money go round? Credit that was issued, what became of it, and how sellers choose to be paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.money import BASIS_POINTS, Money
from domain.page import Page, PageRequest
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


@dataclass(frozen=True, slots=True)
class OwnCirculation:
    """What became of one person's credit in one currency, from the first day on. Spent is net of what came back."""

    by_origin: tuple[CreditIssued, ...]
    issued: Money
    spent: Money
    lapsed: Money
    other: Money
    outstanding: Money
    settled_cash: Money
    settled_credit: Money

    @property
    def settled_as_credit_bps(self) -> int | None:
        """The share of what they were paid that they took as credit."""
        return share_bps(self.settled_credit, self.settled_cash + self.settled_credit)

    @property
    def spent_again_bps(self) -> int | None:
        """The share of their credit that went into purchases."""
        return share_bps(self.spent, self.issued)


@dataclass(frozen=True, slots=True)
class CreditPurchase:
    """An order that credit paid for, or for some of it; `credit` is net of what came back."""

    order_id: UUID
    credit: Money


def share_bps(part: Money, whole: Money) -> int | None:
    return part.minor * BASIS_POINTS // whole.minor if whole.minor > 0 else None


def check_period(since: date, until: date) -> None:
    """Refuse a period that is empty or longer than a year."""
    days = (until - since).days
    reason = f"A period has 1 to {PERIOD_DAYS_MAX} days."
    require(1 <= days <= PERIOD_DAYS_MAX, InvalidInput(reason, path=("until",)))


class CirculationReader(Protocol):
    """The whole for finance, each customer's own for them; callers have checked who may."""

    async def circulation(self, since: date, until: date) -> Sequence[Circulation]:
        """By currency."""
        ...

    async def of_accounts(self, accounts: Sequence[UUID]) -> Sequence[Sequence[OwnCirculation]]:
        """Of each account, by currency."""
        ...

    async def purchases(self, accounts: Sequence[UUID], page: PageRequest) -> Sequence[Page[CreditPurchase]]:
        """What the credit of each account has paid for, newest first."""
        ...
