"""Grading standards through the API: published by those who may, never changed, read by everybody."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from domain.catalogue import Category, CategoryId
from domain.localized import Localized
from domain.viewer import Role, Viewer
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.appraisal import STANDARD, Workshop
from tests.support.people import People

ONE_HOUSE = True

READ = """
query ($category: ID!, $version: Int) {
  gradingStandard(categoryId: $category, version: $version) {
    id version title criteria { code weightBps name } checklist { code optional deductions { severity points atBest } }
    marks { code } measurements { code unit instrument } bands { grade fromScoreBps }
  }
}
"""
ASSESS = """
query ($standard: ID!, $answers: [GradingAnswerInput!]!) {
  gradingAssessment(standardId: $standard, answers: $answers) {
    grade scoreBps cappedBy scores { criterion points }
  }
}
"""


@pytest.fixture
async def workshop(api: Api, people: People) -> Workshop:
    return await Workshop(api, people).open()


async def test_anyone_reads_how_a_category_is_judged_in_their_language(api: Api, workshop: Workshop) -> None:
    found = (await api(None, READ, category=workshop.category_id))["gradingStandard"]
    chinese = (await api(None, READ, locale="zh", category=workshop.category_id))["gradingStandard"]

    assert (found["version"], found["title"], chinese["title"]) == (1, "Handbags", "Handbags（中）")
    assert found["criteria"] == [
        {"code": "outside", "weightBps": 6_000, "name": "Outside"},
        {"code": "inside", "weightBps": 4_000, "name": "Inside"},
    ]
    assert found["checklist"][0]["deductions"][1] == {"severity": "HEAVY", "points": 60, "atBest": "GOOD"}
    assert found["measurements"] == [{"code": "width", "unit": "MILLIMETRE", "instrument": "calliper"}]
    unknown = await api(None, READ, category=encode_id("Category", uuid4()))
    assert unknown["gradingStandard"] is None


async def test_a_new_version_leaves_the_old_one_as_it_was(api: Api, workshop: Workshop) -> None:
    bands = [{"grade": "EXCELLENT", "fromScoreBps": 9_000}, {"grade": "FAIR", "fromScoreBps": 0}]

    published = await workshop.publish(workshop.admin, bands=bands)

    assert published["gradingStandardPublish"]["version"] == 2
    latest = (await api(None, READ, category=workshop.category_id))["gradingStandard"]
    first = (await api(None, READ, category=workshop.category_id, version=1))["gradingStandard"]
    assert (latest["version"], latest["bands"]) == (2, bands)
    assert (first["version"], first["bands"]) == (1, STANDARD["bands"])
    assert (await api(None, READ, category=workshop.category_id, version=3))["gradingStandard"] is None


async def test_publishers_at_once_get_one_version_each(workshop: Workshop) -> None:
    published = await asyncio.gather(*(workshop.publish(workshop.admin) for _ in range(4)))

    assert sorted(one["gradingStandardPublish"]["version"] for one in published) == [2, 3, 4, 5]


async def test_merchandisers_and_senior_appraisers_of_the_category_publish_and_nobody_else_does(
    api: Api, people: People, workshop: Workshop
) -> None:
    elsewhere = await Workshop(api, people).open()
    foreign = await elsewhere.appraiser("SENIOR")

    for person in (await people.customer(), workshop.desk, await workshop.appraiser(), foreign):
        assert (await workshop.publish(person))["gradingStandardPublish"]["code"] == "NOT_ALLOWED"
    merchandiser, senior = await people.staff(Role.MERCHANDISER), await workshop.appraiser("SENIOR")

    assert (await workshop.publish(merchandiser))["gradingStandardPublish"]["version"] == 2
    assert (await workshop.publish(senior))["gradingStandardPublish"]["version"] == 3


async def test_a_standard_that_does_not_add_up_is_refused(api: Api, workshop: Workshop) -> None:
    lighter = [{**STANDARD["criteria"][0], "weightBps": 5_999}, STANDARD["criteria"][1]]

    refused = (await workshop.publish(workshop.admin, criteria=lighter))["gradingStandardPublish"]

    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["criteria"])
    assert (await api(None, READ, category=workshop.category_id))["gradingStandard"]["version"] == 1


async def test_a_category_without_a_standard_of_its_own_is_judged_like_the_one_around_it(
    api: Api, people: People, workshop: Workshop
) -> None:
    around = workshop.shelf.category
    category_id = CategoryId(uuid4())
    clutches = Category(
        id=category_id,
        parent_id=around.id,
        path=(*around.path, category_id),
        slug=f"clutches-{category_id.hex[:8]}",
        name=Localized("Clutches", "手拿包"),
        attributes=(),
        position=1,
    )
    await people.run(add_category, clutches)

    found = (await api(None, READ, category=encode_id("Category", category_id)))["gradingStandard"]

    assert found["version"] == 1
    assert found == (await api(None, READ, category=workshop.category_id))["gradingStandard"]


async def add_category(work: Any, viewer: Viewer, command: Category, *, now: datetime) -> CategoryId:
    await work.categories.add(command)
    return command.id


async def test_staff_see_what_a_checklist_would_earn(api: Api, people: People, workshop: Workshop) -> None:
    standard_id = (await api(None, READ, category=workshop.category_id))["gradingStandard"]["id"]
    answers = [{"item": "corners", "severity": "VISIBLE"}, {"item": "lining", "severity": "HEAVY"}]

    found = (await api(workshop.desk, ASSESS, standard=standard_id, answers=answers))["gradingAssessment"]

    assert found == {
        "grade": "GOOD",
        "scoreBps": 8_200,
        "cappedBy": None,
        "scores": [{"criterion": "outside", "points": 90}, {"criterion": "inside", "points": 70}],
    }
    assert (await api(await people.customer(), ASSESS, standard=standard_id, answers=answers)).codes == ["NOT_ALLOWED"]
    assert (await api(workshop.desk, ASSESS, standard=standard_id, answers=[])).codes == ["CHECKLIST_INCOMPLETE"]


async def test_the_app_itself_can_not_change_a_standard(people: People, workshop: Workshop) -> None:
    async with people.house.transactor.pool.lend() as raw:
        with pytest.raises(Exception, match="permission denied"):
            await raw.execute("UPDATE grading_standard SET version = 9")
