"""The grade that follows from a checklist, and what a standard may say at all."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import CategoryId
from domain.grading import (
    GRADES,
    SEVERITIES,
    Answer,
    Band,
    ChecklistIncomplete,
    ChecklistItem,
    Criterion,
    Deduction,
    GradingStandard,
    GradingStandardId,
    PublishStandard,
    Severity,
    assess,
    check_standard,
)
from domain.localized import Localized
from domain.piece import Grade
from domain.refusal import InvalidInput

TEXT = Localized("Text", "文字")


def standard(
    criteria: tuple[Criterion, ...], checklist: tuple[ChecklistItem, ...], bands: tuple[Band, ...]
) -> GradingStandard:
    command = PublishStandard(CategoryId(uuid4()), TEXT, criteria, checklist, (), (), bands)
    check_standard(command)
    return GradingStandard(
        id=GradingStandardId(uuid4()),
        category_id=command.category_id,
        version=1,
        title=TEXT,
        criteria=criteria,
        checklist=checklist,
        marks=(),
        measurements=(),
        bands=bands,
        published_by=None,
        published_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


@st.composite
def deductions(draw: st.DrawFn) -> tuple[Deduction, ...]:
    """Costs that rise with the severity, some severities left out, and caps that only fall."""
    severities = sorted(draw(st.sets(st.sampled_from(SEVERITIES[1:]))), key=SEVERITIES.index)
    points = sorted(draw(st.lists(st.integers(0, 100), min_size=len(severities), max_size=len(severities))))
    caps = sorted(draw(st.lists(st.integers(0, len(GRADES)), min_size=len(severities), max_size=len(severities))))
    return tuple(
        Deduction(severity, point, GRADES[cap - 1] if cap else None)
        for severity, point, cap in zip(severities, points, caps, strict=True)
    )


@st.composite
def standards(draw: st.DrawFn) -> GradingStandard:
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), max_size=3)))
    weights = [high - low for low, high in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    criteria = tuple(Criterion(f"c{i}", TEXT, weight) for i, weight in enumerate(weights))
    checklist = tuple(
        ChecklistItem(f"{criterion.code}_{i}", criterion.code, TEXT, draw(deductions()), optional=i > 0)
        for criterion in criteria
        for i in range(draw(st.integers(1, 3)))
    )
    grades = sorted(draw(st.sets(st.sampled_from(GRADES), min_size=1)), key=GRADES.index)
    floors = sorted(
        draw(st.sets(st.integers(1, 10_000), min_size=len(grades) - 1, max_size=len(grades) - 1)), reverse=True
    )
    bands = tuple(Band(grade, floor) for grade, floor in zip(grades, [*floors, 0], strict=True))
    return standard(criteria, checklist, bands)


@st.composite
def judged(draw: st.DrawFn) -> tuple[GradingStandard, list[Answer]]:
    of = draw(standards())
    asked = [item for item in of.checklist if not item.optional or draw(st.booleans())]
    return of, [Answer(item.code, draw(st.sampled_from(SEVERITIES))) for item in asked]


@given(judged(), st.data())
def test_more_damage_never_earns_a_better_grade(
    case: tuple[GradingStandard, list[Answer]], data: st.DataObject
) -> None:
    of, answers = case
    worse = [
        Answer(answer.item, data.draw(st.sampled_from(SEVERITIES[SEVERITIES.index(answer.severity) :])))
        for answer in answers
    ]

    before, after = assess(of, answers), assess(of, worse)

    assert after.score_bps <= before.score_bps
    assert GRADES.index(after.grade) >= GRADES.index(before.grade)


@given(judged(), st.data())
def test_a_question_more_never_earns_a_better_grade(
    case: tuple[GradingStandard, list[Answer]], data: st.DataObject
) -> None:
    of, answers = case
    left = [item for item in of.checklist if item.code not in {answer.item for answer in answers}]
    more = [*answers, *(Answer(item.code, data.draw(st.sampled_from(SEVERITIES))) for item in left)]

    assert GRADES.index(assess(of, more).grade) >= GRADES.index(assess(of, answers).grade)


@given(judged())
def test_the_grade_is_one_of_the_standards_own_or_a_cap(case: tuple[GradingStandard, list[Answer]]) -> None:
    of, answers = case
    found = assess(of, answers)

    assert 0 <= found.score_bps <= 10_000
    earned = next(band.grade for band in of.bands if found.score_bps >= band.from_score_bps)
    if found.capped_by is None:
        assert found.grade is earned
    else:
        assert GRADES.index(found.grade) > GRADES.index(earned)


@given(standards())
def test_nothing_found_is_the_best_grade(of: GradingStandard) -> None:
    found = assess(of, [Answer(item.code, Severity.NONE) for item in of.checklist])

    assert found.score_bps == 10_000
    assert found.grade is of.bands[0].grade
    assert found.capped_by is None


BAG = standard(
    (Criterion("outside", TEXT, 6_000), Criterion("inside", TEXT, 4_000)),
    (
        ChecklistItem(
            "corners",
            "outside",
            TEXT,
            (Deduction(Severity.LIGHT, 10), Deduction(Severity.HEAVY, 60, Grade.GOOD)),
        ),
        ChecklistItem("lining", "inside", TEXT, (Deduction(Severity.VISIBLE, 30),)),
    ),
    (Band(Grade.PRISTINE, 9_500), Band(Grade.VERY_GOOD, 6_000), Band(Grade.FAIR, 0)),
)


@pytest.mark.parametrize(
    ("corners", "lining", "score_bps", "grade", "capped_by"),
    [
        (Severity.NONE, Severity.NONE, 10_000, Grade.PRISTINE, None),
        (Severity.NONE, Severity.LIGHT, 10_000, Grade.PRISTINE, None),
        (Severity.LIGHT, Severity.NONE, 9_400, Grade.VERY_GOOD, None),
        (Severity.VISIBLE, Severity.HEAVY, 8_200, Grade.VERY_GOOD, None),
        (Severity.HEAVY, Severity.NONE, 6_400, Grade.GOOD, "corners"),
        (Severity.HEAVY, Severity.HEAVY, 5_200, Grade.FAIR, None),
    ],
)
def test_points_are_weighted_then_banded_then_capped(
    corners: Severity, lining: Severity, score_bps: int, grade: Grade, capped_by: str | None
) -> None:
    found = assess(BAG, [Answer("corners", corners), Answer("lining", lining)])

    assert (found.score_bps, found.grade, found.capped_by) == (score_bps, grade, capped_by)


def test_a_checklist_is_filled_completely_and_once() -> None:
    with pytest.raises(ChecklistIncomplete) as refused:
        assess(BAG, [Answer("corners", Severity.NONE)])
    assert refused.value.missing == ("lining",)
    with pytest.raises(InvalidInput, match="once"):
        assess(BAG, [Answer("corners", Severity.NONE), Answer("corners", Severity.HEAVY)])
    with pytest.raises(InvalidInput, match="wings"):
        assess(BAG, [Answer("wings", Severity.NONE)])


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"criteria": (Criterion("outside", TEXT, 9_999),)}, "criteria"),
        ({"criteria": (*BAG.criteria, Criterion("Smell", TEXT, 1))}, "criteria"),
        ({"checklist": BAG.checklist[:1]}, "checklist"),
        ({"checklist": (*BAG.checklist, BAG.checklist[0])}, "checklist"),
        (
            {
                "checklist": (
                    ChecklistItem(
                        "corners", "outside", TEXT, (Deduction(Severity.LIGHT, 20), Deduction(Severity.HEAVY, 10))
                    ),
                    BAG.checklist[1],
                )
            },
            "checklist",
        ),
        (
            {
                "checklist": (
                    ChecklistItem(
                        "corners",
                        "outside",
                        TEXT,
                        (Deduction(Severity.LIGHT, 1, Grade.FAIR), Deduction(Severity.HEAVY, 9)),
                    ),
                    BAG.checklist[1],
                )
            },
            "checklist",
        ),
        ({"bands": ()}, "bands"),
        ({"bands": (Band(Grade.PRISTINE, 9_000), Band(Grade.FAIR, 10))}, "bands"),
        ({"bands": (Band(Grade.FAIR, 9_000), Band(Grade.PRISTINE, 0))}, "bands"),
    ],
)
def test_a_standard_that_could_reward_damage_or_not_be_applied_is_refused(
    changed: dict[str, object], path: str
) -> None:
    given = {
        "category_id": BAG.category_id,
        "title": TEXT,
        "criteria": BAG.criteria,
        "checklist": BAG.checklist,
        "marks": (),
        "measurements": (),
        "bands": BAG.bands,
        **changed,
    }
    with pytest.raises(InvalidInput) as refused:
        check_standard(PublishStandard(**given))  # type: ignore[arg-type]
    assert refused.value.path == (path,)
