"""What the policy of journeys says: who may go, what calling one off costs, and when it is paid."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from domain.localized import Localized
from domain.money import BASIS_POINTS
from domain.policy.kind import PolicyKind
from domain.refusal import NotFound


class TravelCategory(StrEnum):
    """What a journey is for; each category has rules of its own."""

    STUDY_TOUR = "STUDY_TOUR"
    K12 = "K12"
    INTEREST = "INTEREST"
    MEDICAL = "MEDICAL"
    LEISURE = "LEISURE"


class TravellerDatum(StrEnum):
    """What can be asked of a traveller; a school is asked of those alone who need a guardian's consent."""

    PASSPORT = "PASSPORT"
    EMERGENCY_CONTACT = "EMERGENCY_CONTACT"
    DIET = "DIET"
    SCHOOL = "SCHOOL"


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """Ages are in full years on the day of departure; `age_max` is None where there is no upper end.

    Whoever is younger than `guardian_below_age` goes with the consent of a guardian; 0 asks nobody for one. Where
    `intake` is true, medical details are needed before the journey, and forgotten `intake_days` after it.
    `required` is asked when places are held; a passport is valid for `passport_months` beyond the end.
    """

    category: TravelCategory
    age_min: int = 0
    age_max: int | None = None
    guardian_below_age: int = 0
    intake: bool = False
    intake_days: int = 0
    required: tuple[TravellerDatum, ...] = ()
    passport_months: int = 0


@dataclass(frozen=True, slots=True)
class LadderStep:
    """Called off so many full days before the departure, or more, this share of the price stays with the sellers."""

    days_before: int
    retained_bps: int


@dataclass(frozen=True, slots=True)
class CancellationLadder:
    """Steps from the earliest; whoever calls off later than the last step gets nothing back."""

    code: str
    name: Localized
    steps: tuple[LadderStep, ...]

    def retained_bps(self, days_before: int) -> int:
        return next((step.retained_bps for step in self.steps if days_before >= step.days_before), BASIS_POINTS)


@dataclass(frozen=True, slots=True)
class TravelTerms:
    """`seat` is where the house is established, whose margin scheme taxes its journeys.

    A place is kept for `hold_minutes` until it is paid, and a supplier answers within `confirm_hours`. Where the
    departure is more than `balance_days` away, a deposit of `deposit_bps` is enough; the rest is due `balance_days`
    before the departure, and the buyer is reminded `remind_days` earlier.
    """

    categories: tuple[CategoryRule, ...]
    ladders: tuple[CancellationLadder, ...]
    hold_minutes: int
    confirm_hours: int
    deposit_bps: int
    balance_days: int
    remind_days: int
    seat: str
    kind: Literal[PolicyKind.TRAVEL] = PolicyKind.TRAVEL

    def rule(self, category: TravelCategory) -> CategoryRule:
        return next((rule for rule in self.categories if rule.category is category), CategoryRule(category))

    def ladder(self, code: str) -> CancellationLadder:
        for ladder in self.ladders:
            if ladder.code == code:
                return ladder
        raise NotFound("cancellation ladder", code, path=("ladderCode",))
