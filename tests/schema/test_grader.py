"""Suggestions through the API: shown with reasons, kept beside the opinion, and decisive in nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.viewer import Role
from tests.support.api import Api
from tests.support.appraisal import STANDARD, Workshop, text
from tests.support.people import People

ONE_HOUSE = True

SUGGESTION = """
grader grade scoreBps openItems
reasons { item severity points atBest answered measurement value limit contradicts }
"""
SUGGEST = f"""
query ($id: ID!, $answers: [GradingAnswerInput!], $measurements: [MeasurementInput!]) {{
  gradeSuggestion(appraisalId: $id, answers: $answers, measurements: $measurements) {{ {SUGGESTION} }}
}}
"""
OPINIONS = f"""
query ($id: ID!) {{
  appraisal(id: $id) {{ grade opinions {{ grade computedGrade deviation suggestion {{ {SUGGESTION} }} }} }}
}}
"""
RECORDS = """
query ($since: Date!, $until: Date!) {
  graderRecords(since: $since, until: $until) {
    grader suggested agreed better worse stepsApart agreementBps category { name }
  }
}
"""
WIDTH = {
    "code": "width",
    "name": text("Width"),
    "unit": "MILLIMETRE",
    "instrument": "calliper",
    "limits": [
        {"item": "lining", "severity": "VISIBLE", "below": "240"},
        {"item": "corners", "severity": "HEAVY", "above": "260"},
    ],
}
TOO_WIDE = [{"code": "width", "value": "261.5", "unit": "MILLIMETRE", "instrument": "Mitutoyo 500"}]


@pytest.fixture
async def workshop(api: Api, people: People) -> Workshop:
    workshop = await Workshop(api, people).open(standard=False)
    published = await workshop.publish(workshop.admin, **{**STANDARD, "measurements": [WIDTH]})
    assert published["gradingStandardPublish"]["version"] == 1
    return workshop


async def test_an_appraiser_is_shown_a_grade_with_its_reasons_before_deciding(
    api: Api, people: People, workshop: Workshop
) -> None:
    appraiser = await workshop.appraiser()
    appraisal_id = await workshop.opened(await people.customer())
    answers = [{"item": "corners", "severity": "LIGHT"}]

    early = (await api(appraiser, SUGGEST, id=appraisal_id))["gradeSuggestion"]
    shown = (await api(appraiser, SUGGEST, id=appraisal_id, answers=answers, measurements=TOO_WIDE))["gradeSuggestion"]

    assert (early["grade"], early["reasons"], early["openItems"]) == ("PRISTINE", [], ["corners", "lining"])
    assert (shown["grade"], shown["openItems"]) == ("GOOD", ["lining"])
    assert shown["reasons"] == [
        {
            "item": "corners",
            "severity": "HEAVY",
            "points": 60,
            "atBest": "GOOD",
            "answered": "LIGHT",
            "measurement": "width",
            "value": "261.5",
            "limit": "260",
            "contradicts": True,
        }
    ]
    assert "limits of the grading standard" in shown["grader"], "it says what it is"


async def test_the_person_decides_and_the_suggestion_stands_beside_the_opinion(
    api: Api, people: People, workshop: Workshop
) -> None:
    appraiser, desk = await workshop.appraiser(), workshop.desk
    alike = await workshop.judged(appraiser, await people.customer())
    apart = await workshop.judged(appraiser, await people.customer(), measurements=TOO_WIDE)

    today = datetime.now(UTC).date()
    period = {"since": (today - timedelta(days=1)).isoformat(), "until": (today + timedelta(days=1)).isoformat()}
    records = (await api(appraiser, RECORDS, **period))["graderRecords"]
    kept = (await api(desk, OPINIONS, id=apart["id"]))["appraisal"]

    assert (alike["grade"], apart["grade"]) == ("PRISTINE", "PRISTINE"), "no deviation from a suggestion is explained"
    opinion = kept["opinions"][0]
    assert (opinion["grade"], opinion["computedGrade"], opinion["deviation"]) == ("PRISTINE", "PRISTINE", None)
    assert opinion["suggestion"]["grade"] == "GOOD"
    assert opinion["suggestion"]["reasons"][0]["contradicts"]
    mine = [one for one in records if one["category"] == {"name": "Handbags"} and one["suggested"] == 2]
    assert [(one["agreed"], one["better"], one["worse"], one["stepsApart"]) for one in mine] == [(1, 1, 0, 3)]
    assert mine[0]["agreementBps"] == 5_000


async def test_a_counterfeit_has_no_grade_and_no_suggestion(api: Api, people: People, workshop: Workshop) -> None:
    appraiser = await workshop.appraiser()
    appraisal_id = await workshop.opened(await people.customer())
    await workshop.take(appraiser)

    await workshop.conclude(appraiser, workshop.counterfeit(appraisal_id))

    kept = (await api(workshop.desk, OPINIONS, id=appraisal_id))["appraisal"]
    assert kept["opinions"][0]["suggestion"] is None


async def test_suggestions_and_records_are_for_those_who_judge(api: Api, people: People, workshop: Workshop) -> None:
    seller = await people.customer()
    appraisal_id = await workshop.opened(seller)
    appraiser = await workshop.appraiser()
    period = {"since": "2026-01-01", "until": "2026-02-01"}

    outsiders: list[Any] = [None, seller, await people.staff(Role.FINANCE), await people.staff(Role.SUPPORT)]
    for person in outsiders:
        assert (await api(person, SUGGEST, id=appraisal_id)).codes == ["NOT_ALLOWED"]
        assert (await api(person, RECORDS, **period)).codes == ["NOT_ALLOWED"]
    unknown = [{"code": "height", "value": "1", "unit": "MILLIMETRE", "instrument": "rule"}]
    wrong = [{**TOO_WIDE[0], "unit": "GRAM"}]
    for measurements in (unknown, wrong):
        assert (await api(appraiser, SUGGEST, id=appraisal_id, measurements=measurements)).codes == ["INVALID_INPUT"]
    endless = await api(appraiser, RECORDS, since="2020-01-01", until="2026-01-01")
    assert endless.codes == ["INVALID_INPUT"]
