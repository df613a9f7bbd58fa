"""When opinions settle an appraisal, and what they settle it to."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.appraisal.noun import ROUNDS_MAX, Opinion, Verdict
from domain.appraiser import Rank
from domain.grading import steps_between, worse
from domain.money import BASIS_POINTS, Money
from domain.piece import Grade
from domain.policy import AppraisalTerms


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the opinions come to together; grade and values only when it is authentic."""

    verdict: Verdict
    grade: Grade | None = None
    value_low: Money | None = None
    value_high: Money | None = None


@dataclass(frozen=True, slots=True)
class AnotherOpinion:
    """The opinions so far do not settle it."""

    round: int
    needs: Rank


def settle(opinions: Sequence[Opinion], declared: Money | None, terms: AppraisalTerms) -> Outcome | AnotherOpinion:
    """Opinions in the order of their rounds: one may be enough, two must agree above a value, a third decides."""
    latest = opinions[-1]
    if latest.round == ROUNDS_MAX:
        return outcome(latest)
    definite = [opinion for opinion in opinions if opinion.verdict is not Verdict.INCONCLUSIVE]
    wanted = 2 if needs_second(opinions, declared, terms) else 1
    # An opinion more than was wanted is heard all the same.
    if len(definite) >= wanted and all(agree(definite[0], other, terms) for other in definite[1:]):
        return outcome(*definite)
    following = len(opinions) + 1
    return AnotherOpinion(following, Rank.SENIOR if following == ROUNDS_MAX else Rank.APPRAISER)


def needs_second(opinions: Sequence[Opinion], declared: Money | None, terms: AppraisalTerms) -> bool:
    """What is at stake is the most that anyone said it is worth; two must look at what nobody has put a value on."""
    stakes = [opinion.value_high for opinion in opinions if opinion.value_high is not None]
    stakes += [declared] if declared is not None else []
    return not stakes or any(terms.needs_second(stake) for stake in stakes)


def agree(one: Opinion, other: Opinion, terms: AppraisalTerms) -> bool:
    """The same verdict, and for an authentic object grades and values within the terms' tolerance."""
    if one.verdict is not other.verdict:
        return False
    if one.verdict is not Verdict.AUTHENTIC:
        return True
    return near(outcome(one), outcome(other), terms)


def near(one: Outcome, other: Outcome, terms: AppraisalTerms) -> bool:
    assert one.grade is not None, "what is authentic has a grade"
    assert other.grade is not None, "what is authentic has a grade"
    middles = sorted((middle(one), middle(other)))
    apart = (middles[1] - middles[0]) * BASIS_POINTS
    return steps_between(one.grade, other.grade) <= terms.grade_tolerance and (
        apart <= middles[1] * terms.value_tolerance_bps
    )


def middle(of: Outcome) -> int:
    """Twice the middle of the range, in minor units, so that it needs no fraction."""
    assert of.value_low is not None, "what is authentic has a value"
    assert of.value_high is not None, "a range has two ends"
    return of.value_low.minor + of.value_high.minor


def outcome(*opinions: Opinion) -> Outcome:
    """What opinions that agree come to: the lower grade, and the means of their values."""
    grades = [opinion.grade for opinion in opinions if opinion.grade is not None]
    lows = [opinion.value_low for opinion in opinions if opinion.value_low is not None]
    highs = [opinion.value_high for opinion in opinions if opinion.value_high is not None]
    if opinions[-1].verdict is not Verdict.AUTHENTIC:
        return Outcome(opinions[-1].verdict)
    grade = grades[0]
    for other in grades[1:]:
        grade = worse(grade, other)
    return Outcome(Verdict.AUTHENTIC, grade, mean(lows), mean(highs))


def mean(amounts: Sequence[Money]) -> Money:
    return Money(sum(amount.minor for amount in amounts) // len(amounts), amounts[0].currency)


def judge(opinions: Sequence[Opinion], final: Outcome, terms: AppraisalTerms) -> list[tuple[Opinion, bool]]:
    """Which opinions the outcome bears out. One that stood alone, or that decided, was not tested; nor is a doubt."""
    if len(opinions) < 2:
        return []
    tested = [opinion for opinion in opinions if opinion.round < ROUNDS_MAX]
    judged = [opinion for opinion in tested if Verdict.INCONCLUSIVE not in (opinion.verdict, final.verdict)]
    return [(opinion, borne_out(opinion, final, terms)) for opinion in judged]


def borne_out(opinion: Opinion, final: Outcome, terms: AppraisalTerms) -> bool:
    if opinion.verdict is not final.verdict:
        return False
    return final.verdict is not Verdict.AUTHENTIC or near(outcome(opinion), final, terms)
