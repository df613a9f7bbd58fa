"""What written rules suggest: the worse of what is answered and what is measured, with each reason."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import CategoryId
from domain.grader import RuleGrader
from domain.grading import (
    GRADES,
    SEVERITIES,
    Answer,
    Band,
    ChecklistItem,
    Criterion,
    Deduction,
    GradingStandard,
    GradingStandardId,
    Limit,
    Measurement,
    MeasurementRule,
    MeasureUnit,
    PublishStandard,
    Severity,
    assess,
    check_standard,
)
from domain.localized import Localized
from domain.piece import Grade
from domain.refusal import InvalidInput

TEXT = Localized("Text", "文字")
LIGHT, VISIBLE, HEAVY = Severity.LIGHT, Severity.VISIBLE, Severity.HEAVY
PACE = (Limit("running", LIGHT, above=Decimal(8)), Limit("running", HEAVY, above=Decimal(60)))


def published(limits: tuple[Limit, ...] = PACE) -> PublishStandard:
    costs = (Deduction(LIGHT, 12), Deduction(VISIBLE, 35, Grade.VERY_GOOD), Deduction(HEAVY, 80, Grade.FAIR))
    command = PublishStandard(
        category_id=CategoryId(uuid4()),
        title=TEXT,
        criteria=(Criterion("case", TEXT, 5_000), Criterion("movement", TEXT, 5_000)),
        checklist=(ChecklistItem("scratches", "case", TEXT, costs), ChecklistItem("running", "movement", TEXT, costs)),
        marks=(),
        measurements=(MeasurementRule("pace", TEXT, MeasureUnit.SECOND_PER_DAY, "timegrapher", limits=limits),),
        bands=(Band(Grade.PRISTINE, 9_500), Band(Grade.EXCELLENT, 8_500), Band(Grade.FAIR, 0)),
    )
    check_standard(command)
    return command


def standard() -> GradingStandard:
    said = published()
    return GradingStandard(
        id=GradingStandardId(uuid4()),
        category_id=said.category_id,
        version=1,
        title=TEXT,
        criteria=said.criteria,
        checklist=said.checklist,
        marks=(),
        measurements=said.measurements,
        bands=said.bands,
        published_by=None,
        published_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def pace(value: str) -> Measurement:
    return Measurement("pace", Decimal(value), MeasureUnit.SECOND_PER_DAY, "Witschi")


def test_an_instrument_that_shows_worse_than_the_answer_is_a_reason_that_contradicts_it() -> None:
    answers = [Answer("scratches", LIGHT), Answer("running", Severity.NONE)]

    suggestion = RuleGrader().suggest(standard(), answers, [pace("61")])

    case, running = suggestion.reasons
    assert (case.item, case.measurement, case.contradicts) == ("scratches", None, False)
    assert (running.item, running.severity, running.at_best) == ("running", HEAVY, Grade.FAIR)
    assert (running.measurement, running.value, running.limit) == ("pace", Decimal(61), Decimal(60))
    assert running.contradicts
    assert suggestion.grade is Grade.FAIR
    assert suggestion.open_items == ()


def test_an_answer_that_is_worse_than_the_instrument_counts() -> None:
    suggestion = RuleGrader().suggest(standard(), [Answer("running", HEAVY)], [pace("10")])

    assert [(reason.severity, reason.measurement) for reason in suggestion.reasons] == [(HEAVY, None)]
    assert suggestion.open_items == ("scratches",)


def test_a_value_on_the_limit_is_within_it() -> None:
    assert RuleGrader().suggest(standard(), [], [pace("8")]).reasons == ()
    assert RuleGrader().suggest(standard(), [], [pace("8")]).grade is Grade.PRISTINE


@given(st.sampled_from(SEVERITIES), st.sampled_from(SEVERITIES), st.integers(0, 200))
def test_a_suggestion_is_never_kinder_than_the_checklist_and_without_a_measurement_the_same(
    case: Severity, running: Severity, seconds: int
) -> None:
    by, answers = standard(), [Answer("scratches", case), Answer("running", running)]
    earned = assess(by, answers)

    alike = RuleGrader().suggest(by, answers, [])
    measured = RuleGrader().suggest(by, answers, [pace(str(seconds))])

    assert (alike.grade, alike.score_bps) == (earned.grade, earned.score_bps)
    assert GRADES.index(measured.grade) >= GRADES.index(earned.grade)
    assert measured == RuleGrader().suggest(by, answers, [pace(str(seconds))])


@pytest.mark.parametrize(
    "limits",
    [
        (Limit("elsewhere", LIGHT, above=Decimal(8)),),
        (Limit("running", LIGHT),),
        (Limit("running", LIGHT, above=Decimal(8), below=Decimal(2)),),
        (Limit("running", Severity.NONE, above=Decimal(8)),),
        (Limit("running", HEAVY, above=Decimal(8)), Limit("running", LIGHT, above=Decimal(60))),
        (Limit("running", LIGHT, above=Decimal(60)), Limit("running", HEAVY, above=Decimal(8))),
        (Limit("running", LIGHT, below=Decimal(2)), Limit("running", HEAVY, below=Decimal(5))),
    ],
)
def test_limits_that_could_not_be_applied_are_refused(limits: tuple[Limit, ...]) -> None:
    with pytest.raises(InvalidInput):
        published(limits)
