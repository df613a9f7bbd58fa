"""When opinions settle an appraisal, and whose opinion was borne out."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.appraisal import AnotherOpinion, AppraisalId, Opinion, OpinionId, Outcome, Verdict, settle
from domain.appraisal.rule import judge
from domain.appraiser import Rank
from domain.money import Currency, Money
from domain.piece import Grade
from domain.policy import AppraisalTerms
from domain.viewer import AccountId
from tests.support.people import EUR, euros

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TERMS = AppraisalTerms(
    second_opinion_from=(euros(10_000),),
    value_tolerance_bps=1_500,
    grade_tolerance=1,
    service_fees=(),
    service_days=90,
)
AUTHENTIC, COUNTERFEIT, INCONCLUSIVE = Verdict


def opinion(round_: int, verdict: Verdict, grade: Grade = Grade.GOOD, low: int = 1_000, high: int = 1_200) -> Opinion:
    authentic = verdict is AUTHENTIC
    return Opinion(
        id=OpinionId(uuid4()),
        appraisal_id=AppraisalId(uuid4()),
        appraiser=AccountId(uuid4()),
        round=round_,
        rank=Rank.SENIOR if round_ == 3 else Rank.APPRAISER,
        verdict=verdict,
        computed_grade=grade if authentic else None,
        score_bps=5_000 if authentic else None,
        grade=grade if authentic else None,
        deviation=None,
        answers=(),
        marks=(),
        measurements=(),
        condition=None,
        currency=EUR,
        value_low=euros(low) if authentic else None,
        value_high=euros(high) if authentic else None,
        comparables=(),
        evidence=(),
        findings="",
        product_id=None,
        serial=None,
        given_at=NOW,
    )


def test_one_sure_opinion_is_enough_below_the_value() -> None:
    assert settle([opinion(1, AUTHENTIC)], euros(2_000), TERMS) == Outcome(
        AUTHENTIC, Grade.GOOD, euros(1_000), euros(1_200)
    )
    assert settle([opinion(1, COUNTERFEIT)], euros(2_000), TERMS) == Outcome(COUNTERFEIT)


@pytest.mark.parametrize(
    ("verdict", "declared", "high"),
    [
        (AUTHENTIC, euros(10_000), 1_200),
        (AUTHENTIC, None, 10_000),
        (AUTHENTIC, euros(1), 10_000),
        (COUNTERFEIT, euros(10_000), 0),
        (COUNTERFEIT, None, 0),
        (AUTHENTIC, Money(1, Currency.JPY), 1_200),
        (INCONCLUSIVE, euros(1), 0),
    ],
)
def test_a_second_is_asked_above_a_value_of_either_side_and_where_nobody_knows_one(
    verdict: Verdict, declared: Money | None, high: int
) -> None:
    first = opinion(1, verdict, high=high or 1_200)

    assert settle([first], declared, TERMS) == AnotherOpinion(2, Rank.APPRAISER)


def test_two_that_agree_give_the_lower_grade_and_the_means() -> None:
    first = opinion(1, AUTHENTIC, Grade.EXCELLENT, 10_000, 12_000)
    second = opinion(2, AUTHENTIC, Grade.VERY_GOOD, 11_000, 13_000)

    assert settle([first, second], None, TERMS) == Outcome(AUTHENTIC, Grade.VERY_GOOD, euros(10_500), euros(12_500))


@pytest.mark.parametrize(
    "second",
    [
        opinion(2, COUNTERFEIT),
        opinion(2, INCONCLUSIVE),
        opinion(2, AUTHENTIC, Grade.GOOD, 10_000, 12_000),
        opinion(2, AUTHENTIC, Grade.EXCELLENT, 13_000, 13_000),
    ],
)
def test_two_that_do_not_agree_go_to_a_senior_who_decides(second: Opinion) -> None:
    first = opinion(1, AUTHENTIC, Grade.EXCELLENT, 10_000, 12_000)
    third = opinion(3, AUTHENTIC, Grade.FAIR, 1, 2)

    assert settle([first, second], None, TERMS) == AnotherOpinion(3, Rank.SENIOR)
    assert settle([first, second, third], None, TERMS) == Outcome(AUTHENTIC, Grade.FAIR, euros(1), euros(2))


def test_values_agree_up_to_the_tolerance_exactly() -> None:
    first = opinion(1, AUTHENTIC, low=20_000, high=20_000)

    assert isinstance(settle([first, opinion(2, AUTHENTIC, low=17_000, high=17_000)], None, TERMS), Outcome)
    assert isinstance(settle([first, opinion(2, AUTHENTIC, low=16_999, high=17_000)], None, TERMS), AnotherOpinion)


@st.composite
def opinions(draw: st.DrawFn) -> list[Opinion]:
    return [
        opinion(
            round_,
            draw(st.sampled_from(Verdict)),
            draw(st.sampled_from(Grade)),
            low := draw(st.integers(1, 20_000)),
            low + draw(st.integers(0, 20_000)),
        )
        for round_ in range(1, draw(st.integers(1, 3)) + 1)
    ]


@given(opinions(), st.one_of(st.none(), st.integers(1, 20_000).map(euros)))
def test_every_appraisal_ends_by_the_third_opinion_with_what_somebody_said(
    given_: list[Opinion], declared: Money | None
) -> None:
    result = settle(given_, declared, TERMS)

    if isinstance(result, AnotherOpinion):
        assert result.round == len(given_) + 1 <= 3
        assert (result.needs is Rank.SENIOR) == (result.round == 3)
        return
    assert result.verdict in {one.verdict for one in given_}
    if result.verdict is AUTHENTIC:
        assert result.grade in {one.grade for one in given_}
        assert result.value_low is not None
        assert result.value_high is not None
        assert result.value_low <= result.value_high
    else:
        assert (result.grade, result.value_low, result.value_high) == (None, None, None)


@given(opinions(), st.integers(10_000, 20_000).map(euros))
def test_an_authentic_verdict_above_the_value_never_rests_on_one_appraiser(
    given_: list[Opinion], declared: Money
) -> None:
    result = settle(given_, declared, TERMS)

    if isinstance(result, Outcome) and result.verdict is AUTHENTIC:
        sure = [one for one in given_ if one.verdict is AUTHENTIC]
        assert len(sure) >= 2 or given_[-1].round == 3


def test_opinions_are_measured_by_the_verdict_but_for_the_only_one_the_deciding_one_and_doubts() -> None:
    right = opinion(1, AUTHENTIC, Grade.EXCELLENT, 10_000, 12_000)
    wrong = opinion(2, COUNTERFEIT)
    deciding = opinion(3, AUTHENTIC, Grade.VERY_GOOD, 10_000, 12_000)
    final = Outcome(AUTHENTIC, Grade.VERY_GOOD, euros(10_000), euros(12_000))

    assert judge([right, wrong, deciding], final, TERMS) == [(right, True), (wrong, False)]
    assert judge([right, opinion(2, INCONCLUSIVE), deciding], final, TERMS) == [(right, True)]
    assert judge([right], final, TERMS) == []
    assert judge([right, wrong, opinion(3, INCONCLUSIVE)], Outcome(INCONCLUSIVE), TERMS) == []
