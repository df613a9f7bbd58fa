"""A grader suggests and never decides: what it says is kept beside the opinion of the person who did decide.

The house's own follows written rules: limits that a grading standard sets to measurements. It learns nothing, looks at
no picture, and says so by its name. Another one comes in by the same port.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from domain.catalogue import CategoryId
from domain.grading import (
    SEVERITIES,
    Answer,
    GradingStandard,
    Measurement,
    Severity,
    assess,
    check_unit,
)
from domain.money import BASIS_POINTS
from domain.piece import Grade
from domain.refusal import InvalidInput, require

PERIOD_DAYS_MAX = 366


# Nouns


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks against a better grade: an answer, or a measurement beyond a limit of the standard.

    `measurement`, `value` and `limit` are None for an answer; `answered` is what the appraiser said of the item.
    """

    item: str
    severity: Severity
    points: int
    at_best: Grade | None
    answered: Severity | None = None
    measurement: str | None = None
    value: Decimal | None = None
    limit: Decimal | None = None

    @property
    def contradicts(self) -> bool:
        """Whether an instrument shows worse than the appraiser said."""
        measured = self.measurement is not None and self.answered is not None
        return measured and self.answered is not self.severity


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a grader would say. `open_items` are questions nobody has answered, taken as if nothing was found there."""

    grader: str
    grade: Grade
    score_bps: int
    reasons: tuple[Reason, ...]
    open_items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GraderRecord:
    """How often people decided as a grader had suggested, in one category; `better` is their grade beside its."""

    grader: str
    category_id: CategoryId
    suggested: int
    agreed: int
    better: int
    worse: int
    steps_apart: int

    @property
    def agreement_bps(self) -> int:
        return self.agreed * BASIS_POINTS // self.suggested


# Ports


class Grader(Protocol):
    """Answers at once and alike for the same: one that thinks for long leaves its findings somewhere beforehand."""

    @property
    def name(self) -> str: ...

    def suggest(
        self, standard: GradingStandard, answers: Sequence[Answer], measured: Sequence[Measurement]
    ) -> Suggestion: ...


class GraderReader(Protocol):
    async def records(self, since: date, until: date) -> Sequence[GraderRecord]:
        """By grader and category, for opinions that were given in a half-open period."""
        ...


# Rules


def check_period(since: date, until: date) -> None:
    days = (until - since).days
    require(1 <= days <= PERIOD_DAYS_MAX, InvalidInput("A period has 1 to 366 days.", path=("until",)))


class RuleGrader:
    """Written rules, no model: of what is answered and what is measured, the worse counts for each question."""

    name = "limits of the grading standard, 1"

    def suggest(
        self, standard: GradingStandard, answers: Sequence[Answer], measured: Sequence[Measurement]
    ) -> Suggestion:
        answered = {answer.item: answer.severity for answer in answers}
        reasons = reasons_of_answers(standard, answered)
        found = dict(answered)
        for reason in reasons_of_measurements(standard, answered, measured):
            if SEVERITIES.index(found.get(reason.item, Severity.NONE)) < SEVERITIES.index(reason.severity):
                found[reason.item], reasons[reason.item] = reason.severity, reason
        open_items = tuple(one.code for one in standard.checklist if not one.optional and one.code not in found)
        whole = found | dict.fromkeys(open_items, Severity.NONE)
        assessment = assess(standard, [Answer(item, severity) for item, severity in whole.items()])
        order = [item.code for item in standard.checklist]
        told = tuple(sorted(reasons.values(), key=lambda reason: order.index(reason.item)))
        return Suggestion(self.name, assessment.grade, assessment.score_bps, told, open_items)


def reasons_of_answers(standard: GradingStandard, answered: Mapping[str, Severity]) -> dict[str, Reason]:
    """What the answers cost, by question; those that cost nothing are no reason."""
    found = {}
    for item in standard.checklist:
        severity = answered.get(item.code, Severity.NONE)
        cost = item.deduction(severity)
        if cost.points or cost.at_best is not None:
            found[item.code] = Reason(item.code, severity, cost.points, cost.at_best, answered=severity)
    return found


def reasons_of_measurements(
    standard: GradingStandard, answered: Mapping[str, Severity], measured: Sequence[Measurement]
) -> list[Reason]:
    """The worst limit of the standard that each measurement goes beyond."""
    rules = {rule.code: rule for rule in standard.measurements}
    items = {item.code: item for item in standard.checklist}
    found = []
    for one in measured:
        require(one.code in rules, InvalidInput(f"The standard does not ask for: {one.code}.", path=("measurements",)))
        check_unit(rules[one.code], one)
        beyond = [limit for limit in rules[one.code].limits if limit.passed(one.value)]
        for limit in {limit.item: limit for limit in beyond}.values():
            cost = items[limit.item].deduction(limit.severity)
            found.append(
                Reason(
                    item=limit.item,
                    severity=limit.severity,
                    points=cost.points,
                    at_best=cost.at_best,
                    answered=answered.get(limit.item),
                    measurement=one.code,
                    value=one.value,
                    limit=limit.bound,
                )
            )
    return found
