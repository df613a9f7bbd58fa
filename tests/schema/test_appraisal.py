"""Appraisals through the API: who may judge what, when one opinion is enough, and what follows from a verdict."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from domain.viewer import Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.appraisal import CONCLUDE, ERRORS, OPEN, TAKE, Workshop, uuid_of
from tests.support.people import People, euros

ONE_HOUSE = True

APPRAISAL = """
query ($id: ID!) {
  appraisal(id: $id) {
    id state verdict grade round needs version nextActions consignment { id state } standard { version }
    appraiser { id } owner { id } valueLow { amount } valueHigh { amount }
    opinions { round verdict grade computedGrade deviation upheld appraiser { account { id } } evidence { url } }
    certificate { code }
  }
}
"""
QUEUE = """
query ($filter: AppraisalQueueFilterInput, $first: Int, $after: String) {
  appraisalQueue(filter: $filter, first: $first, after: $after) {
    totalCount nodes { id } pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.fixture
async def workshop(api: Api, people: People) -> Workshop:
    return await Workshop(api, people).open()


async def state_of(people: People, consignment_id: str) -> str:
    query = "SELECT state FROM consignment WHERE id = $1"
    return str(await people.house.readers.pool.fetchval(query, uuid_of(consignment_id)))


async def piece_of(people: People, piece_id: str) -> Any:
    return await people.house.readers.pool.fetchrow("SELECT * FROM piece WHERE id = $1", uuid_of(piece_id))


# Opening


async def test_staff_open_a_received_consignment_and_the_standard_of_this_moment_is_pinned(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller, desk = await people.customer(), workshop.desk
    consignment_id = await workshop.consignment(seller)

    opened = (await api(desk, OPEN, input={"consignmentId": consignment_id}))["appraisalOpen"]
    await workshop.publish(workshop.admin)

    assert opened["state"] == "QUEUED"
    assert await state_of(people, consignment_id) == "APPRAISING"
    kept = (await api(desk, APPRAISAL, id=opened["id"]))["appraisal"]
    assert kept["standard"] == {"version": 1}
    assert kept["consignment"]["id"] == consignment_id


async def test_a_consignment_is_opened_once_and_by_staff_alone(api: Api, people: People, workshop: Workshop) -> None:
    seller = await people.customer()
    consignment_id = await workshop.consignment(seller)

    denied = (await api(seller, OPEN, input={"consignmentId": consignment_id}))["appraisalOpen"]
    assert denied["code"] == "NOT_ALLOWED"
    assert await state_of(people, consignment_id) == "RECEIVED"
    await api(workshop.desk, OPEN, input={"consignmentId": consignment_id})
    again = (await api(workshop.desk, OPEN, input={"consignmentId": consignment_id}))["appraisalOpen"]

    assert again["code"] == "WRONG_STATE"


async def test_what_nobody_has_a_standard_for_can_not_be_judged(api: Api, people: People) -> None:
    workshop = await Workshop(api, people).open(standard=False)
    consignment_id = await workshop.consignment(await people.customer())

    opened = (await api(workshop.desk, OPEN, input={"consignmentId": consignment_id}))["appraisalOpen"]

    assert opened["code"] == "NO_GRADING_STANDARD"
    assert await state_of(people, consignment_id) == "RECEIVED"


# The queue


async def test_two_appraisers_who_take_at_once_get_two_different_objects(people: People, workshop: Workshop) -> None:
    seller = await people.customer()
    waiting = {await workshop.opened(seller) for _ in range(4)}
    appraisers = [await workshop.appraiser() for _ in range(4)]

    taken = await asyncio.gather(*(workshop.take(one) for one in appraisers))

    assert {one["id"] for one in taken} == waiting
    assert {one["state"] for one in taken} == {"ASSIGNED"}


async def test_of_many_who_reach_for_the_last_object_one_gets_it(people: People, workshop: Workshop) -> None:
    await workshop.opened(await people.customer())
    appraisers = [await workshop.appraiser() for _ in range(5)]

    taken = await asyncio.gather(*(workshop.take(one) for one in appraisers))

    assert sorted(one.get("code", "") for one in taken) == ["", *["QUEUE_EMPTY"] * 4]


async def test_what_waits_longest_is_taken_first(people: People, workshop: Workshop) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    waiting = [await workshop.opened(seller) for _ in range(3)]

    taken = [(await workshop.take(appraiser))["id"] for _ in range(3)]

    assert taken == waiting


async def test_only_the_qualified_take_and_only_while_their_qualification_holds(
    api: Api, people: People, workshop: Workshop
) -> None:
    appraisal_id = await workshop.opened(await people.customer())
    nobody, lapsed = await people.staff(Role.APPRAISER), await people.staff(Role.APPRAISER)
    await workshop.appoint(lapsed, validUntil="2020-01-02T00:00:00Z", validFrom="2020-01-01T00:00:00Z")

    for person, code in ((nobody, "NOT_QUALIFIED"), (lapsed, "NOT_QUALIFIED"), (workshop.desk, "NOT_ALLOWED")):
        assert (await workshop.take(person))["code"] == code

    assert (await api(workshop.desk, APPRAISAL, id=appraisal_id))["appraisal"]["state"] == "QUEUED"


async def test_nobody_judges_what_is_their_own(api: Api, people: People, workshop: Workshop) -> None:
    owner = await people.person(Role.APPRAISER, Role.CUSTOMER)
    appraiser_id = await workshop.appoint(owner)
    appraisal_id = await workshop.opened(owner)
    assign = f"""
    mutation ($input: AppraisalAssignInput!) {{
      appraisalAssign(input: $input) {{ ... on Appraisal {{ id }} {ERRORS} }}
    }}
    """

    assert (await workshop.take(owner))["code"] == "QUEUE_EMPTY"
    given = {"appraisalId": appraisal_id, "appraiserId": appraiser_id}
    assert (await api(workshop.desk, assign, input=given))["appraisalAssign"]["code"] == "OWN_OBJECT"


async def test_a_day_is_full_when_capacity_is_reached_also_for_many_requests_at_once(
    people: People, workshop: Workshop
) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser(capacity=2)
    for _ in range(4):
        await workshop.opened(seller)

    taken = await asyncio.gather(*(workshop.take(appraiser) for _ in range(4)))

    assert sorted(one.get("code", "") for one in taken) == ["", "", "CAPACITY_REACHED", "CAPACITY_REACHED"]


async def test_work_is_assigned_handed_on_and_put_back(api: Api, people: People, workshop: Workshop) -> None:
    first, second = await people.staff(Role.APPRAISER), await people.staff(Role.APPRAISER)
    first_id, second_id = await workshop.appoint(first), await workshop.appoint(second)
    appraisal_id = await workshop.opened(await people.customer())
    act = f"""
    mutation ($assign: AppraisalAssignInput!, $on: AppraisalReassignInput!, $back: AppraisalReleaseInput!) {{
      assigned: appraisalAssign(input: $assign) {{ ... on Appraisal {{ state appraiser {{ id }} }} {ERRORS} }}
      on: appraisalReassign(input: $on) {{ ... on Appraisal {{ state appraiser {{ id }} }} {ERRORS} }}
      back: appraisalRelease(input: $back) {{ ... on Appraisal {{ state appraiser {{ id }} }} {ERRORS} }}
    }}
    """
    inputs = {
        "assign": {"appraisalId": appraisal_id, "appraiserId": first_id},
        "on": {"appraisalId": appraisal_id, "appraiserId": second_id, "reason": "Ill today."},
        "back": {"appraisalId": appraisal_id, "reason": "Needs the loupe of the other shop."},
    }

    denied = await api(first, act, **inputs)
    done = await api(workshop.desk, act, **inputs)

    assert denied["assigned"]["code"] == denied["on"]["code"] == "NOT_ALLOWED"
    assert denied["back"]["code"] == "WRONG_STATE"
    assert done["assigned"] == {"state": "ASSIGNED", "appraiser": {"id": first_id}}
    assert done["on"] == {"state": "ASSIGNED", "appraiser": {"id": second_id}}
    assert done["back"] == {"state": "QUEUED", "appraiser": None}


@pytest.mark.own_house
async def test_the_queue_is_a_list_for_those_who_work_with_it(api: Api, people: People, workshop: Workshop) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    waiting = [await workshop.opened(seller) for _ in range(3)]
    taken = (await workshop.take(appraiser))["id"]

    page = (await api(appraiser, QUEUE, first=2))["appraisalQueue"]
    rest = (await api(appraiser, QUEUE, first=2, after=page["pageInfo"]["endCursor"]))["appraisalQueue"]
    mine = (await api(appraiser, QUEUE, filter={"mine": True}))["appraisalQueue"]
    queued = (await api(appraiser, QUEUE, filter={"states": ["QUEUED"]}))["appraisalQueue"]
    here = (await api(appraiser, QUEUE, filter={"categoryId": workshop.category_id}))["appraisalQueue"]
    elsewhere = (await api(appraiser, QUEUE, filter={"categoryId": encode_id("Category", seller.id)}))["appraisalQueue"]

    assert [node["id"] for node in [*page["nodes"], *rest["nodes"]]] == waiting
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (3, True, False)
    assert [node["id"] for node in mine["nodes"]] == [taken]
    assert [node["id"] for node in queued["nodes"]] == [one for one in waiting if one != taken]
    assert (here["totalCount"], elsewhere["totalCount"]) == (3, 0)
    assert (await api(seller, QUEUE)).codes == ["NOT_ALLOWED"]
    assert (await api(None, QUEUE)).codes == ["NOT_ALLOWED"]


# Verdicts


async def test_an_authentic_object_becomes_a_graded_and_certified_piece(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    appraisal_id = await workshop.opened(seller)
    await workshop.take(appraiser)
    given = workshop.authentic(
        appraisal_id,
        answers=[
            {"item": "corners", "severity": "LIGHT", "note": "front left"},
            {"item": "lining", "severity": "NONE"},
        ],
    )

    concluded = await workshop.conclude(appraiser, given)

    assert (concluded["state"], concluded["verdict"], concluded["grade"]) == ("CONCLUDED", "AUTHENTIC", "EXCELLENT")
    assert concluded["valueLow"] == {"amount": "1800.00", "currencyCode": "EUR"}
    assert concluded["certificate"]["state"] == "VALID"
    piece = await piece_of(people, concluded["piece"]["id"])
    assert (piece["grade"], piece["owner_kind"], piece["owner_id"]) == ("EXCELLENT", "ACCOUNT", seller.id)
    assert piece["measurements"] == '[{"code": "width", "unit": "MILLIMETRE", "value": "245.5"}]'
    appraisal = (await api(seller, APPRAISAL, id=appraisal_id))["appraisal"]
    assert await state_of(people, appraisal["consignment"]["id"]) == "APPRAISED"


async def test_the_owner_sees_the_verdict_but_not_who_judged_and_a_stranger_sees_nothing(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller, stranger, appraiser = await people.customer(), await people.customer(), await workshop.appraiser()
    appraisal_id = (await workshop.judged(appraiser, seller))["id"]

    own = (await api(seller, APPRAISAL, id=appraisal_id))["appraisal"]

    assert (own["verdict"], own["grade"], own["valueHigh"]) == ("AUTHENTIC", "PRISTINE", {"amount": "2200.00"})
    assert [own[name] for name in ("opinions", "appraiser", "owner", "round", "needs")] == [None] * 5
    seen = (await api(workshop.desk, APPRAISAL, id=appraisal_id))["appraisal"]
    assert [one["verdict"] for one in seen["opinions"]] == ["AUTHENTIC"]
    assert (await api(stranger, APPRAISAL, id=appraisal_id))["appraisal"] is None
    assert (await api(None, APPRAISAL, id=appraisal_id))["appraisal"] is None
    unknown = encode_id("Appraisal", stranger.id)
    assert (await api(stranger, APPRAISAL, id=unknown))["appraisal"] is None


async def test_a_counterfeit_is_refused_with_its_evidence(api: Api, people: People, workshop: Workshop) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    appraisal_id = await workshop.opened(seller)
    await workshop.take(appraiser)

    bare = await workshop.conclude(appraiser, workshop.counterfeit(appraisal_id, evidence=[]))
    concluded = await workshop.conclude(appraiser, workshop.counterfeit(appraisal_id))

    assert bare["code"] == "INVALID_INPUT"
    assert (concluded["verdict"], concluded["grade"], concluded["certificate"]) == ("COUNTERFEIT", None, None)
    appraisal = (await api(workshop.desk, APPRAISAL, id=appraisal_id))["appraisal"]
    assert await state_of(people, appraisal["consignment"]["id"]) == "REFUSED"
    assert appraisal["opinions"][0]["evidence"] == [{"url": "https://pictures.example.com/stamp.jpg"}]


async def test_nobody_but_the_one_who_has_it_in_hand_concludes(api: Api, people: People, workshop: Workshop) -> None:
    seller, first, second = await people.customer(), await workshop.appraiser(), await workshop.appraiser()
    appraisal_id = await workshop.opened(seller)
    given = workshop.authentic(appraisal_id)

    early = await workshop.conclude(first, given)
    await workshop.take(first)

    assert early["code"] == "WRONG_STATE"
    for person in (second, seller, workshop.desk):
        assert (await workshop.conclude(person, given))["code"] == "NOT_ALLOWED"
    kept = (await api(workshop.desk, APPRAISAL, id=appraisal_id))["appraisal"]
    assert (kept["state"], kept["opinions"]) == ("ASSIGNED", [])


async def test_another_grade_than_the_checklist_gives_needs_a_reason(people: People, workshop: Workshop) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    appraisal_id = await workshop.opened(seller)
    await workshop.take(appraiser)
    given = workshop.authentic(appraisal_id, grade="GOOD")

    bare = await workshop.conclude(appraiser, given)
    concluded = await workshop.conclude(appraiser, {**given, "deviation": "Smells of smoke, which no question covers."})

    assert (bare["code"], bare["computed"], bare["chosen"]) == ("DEVIATION_UNEXPLAINED", "PRISTINE", "GOOD")
    assert concluded["grade"] == "GOOD"


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        ({"answers": [{"item": "corners", "severity": "NONE"}]}, "CHECKLIST_INCOMPLETE", ["answers"]),
        ({"answers": [{"item": "wings", "severity": "NONE"}]}, "INVALID_INPUT", ["answers"]),
        ({"marks": []}, "CHECKLIST_INCOMPLETE", ["marks"]),
        ({"marks": [{"mark": "stamp", "result": "FAIL"}]}, "MARK_FAILED", ["marks"]),
        ({"measurements": []}, "CHECKLIST_INCOMPLETE", ["measurements"]),
        (
            {"measurements": [{"code": "width", "value": "1", "unit": "GRAM", "instrument": "scale"}]},
            "INVALID_INPUT",
            ["measurements"],
        ),
        ({"condition": None}, "INVALID_INPUT", ["condition"]),
        ({"valueLow": None}, "INVALID_INPUT", ["valueLow"]),
        ({"valueHigh": {"amount": "1.00", "currencyCode": "EUR"}}, "INVALID_INPUT", ["valueHigh"]),
        ({"valueHigh": {"amount": "2200", "currencyCode": "USD"}}, "INVALID_INPUT", ["valueHigh", "currencyCode"]),
        ({"productId": None}, "INVALID_INPUT", ["productId"]),
        (
            {"comparables": [{"listingId": encode_id("Listing", UUID(int=1))}]},
            "INVALID_INPUT",
            ["comparables", "0", "listingId"],
        ),
        ({"evidence": [{"key": "public/nobodys"}]}, "NOT_FOUND", ["evidence", "0", "key"]),
    ],
)
async def test_an_opinion_that_is_not_borne_out_is_refused_and_changes_nothing(
    api: Api, people: People, workshop: Workshop, changed: dict[str, Any], code: str, path: list[str]
) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    appraisal_id = await workshop.opened(seller)
    await workshop.take(appraiser)

    refused = await workshop.conclude(appraiser, workshop.authentic(appraisal_id, **changed))

    assert (refused["code"], refused["path"]) == (code, path)
    kept = (await api(workshop.desk, APPRAISAL, id=appraisal_id))["appraisal"]
    assert (kept["state"], kept["opinions"], kept["certificate"]) == ("ASSIGNED", [], None)


# More than one opinion


async def test_above_a_value_two_appraisers_must_agree(api: Api, people: People, workshop: Workshop) -> None:
    seller, first, second = await people.customer(), await workshop.appraiser(), await workshop.appraiser()
    appraisal_id = await workshop.opened(seller, asking=euros(10_000))
    value = {
        "valueLow": {"amount": "9000", "currencyCode": "EUR"},
        "valueHigh": {"amount": "10000", "currencyCode": "EUR"},
    }
    await workshop.take(first)

    once = await workshop.conclude(first, workshop.authentic(appraisal_id, **value))
    assert (once["state"], once["round"], once["verdict"], once["certificate"]) == ("QUEUED", 2, None, None)
    assert (await workshop.take(first))["code"] == "QUEUE_EMPTY"
    assert (await workshop.take(second))["id"] == appraisal_id
    twice = await workshop.conclude(
        second,
        workshop.authentic(
            appraisal_id,
            **{
                **value,
                "valueHigh": {"amount": "11000", "currencyCode": "EUR"},
                "grade": "EXCELLENT",
                "deviation": "A dent.",
            },
        ),
    )

    assert (twice["state"], twice["verdict"], twice["grade"]) == ("CONCLUDED", "AUTHENTIC", "EXCELLENT")
    assert (twice["valueLow"]["amount"], twice["valueHigh"]["amount"]) == ("9000.00", "10500.00")
    seen = (await api(workshop.desk, APPRAISAL, id=appraisal_id))["appraisal"]
    assert [one["upheld"] for one in seen["opinions"]] == [True, True]


@pytest.mark.own_house
async def test_where_two_disagree_a_senior_decides_and_their_records_show_it(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller, first, second = await people.customer(), await workshop.appraiser(), await workshop.appraiser()
    senior = await workshop.appraiser("SENIOR")
    appraisal_id = await workshop.opened(seller, asking=euros(20_000))
    await workshop.take(first)
    await workshop.conclude(first, workshop.authentic(appraisal_id))
    await workshop.take(second)
    torn = await workshop.conclude(second, workshop.counterfeit(appraisal_id))
    third = await workshop.appraiser()

    assert (torn["state"], torn["round"], torn["needs"]) == ("QUEUED", 3, "SENIOR")
    assert (await workshop.take(third))["code"] == "QUEUE_EMPTY"
    assert (await workshop.take(senior))["id"] == appraisal_id
    decided = await workshop.conclude(senior, workshop.counterfeit(appraisal_id))

    assert (decided["state"], decided["verdict"]) == ("CONCLUDED", "COUNTERFEIT")
    seen = (await api(workshop.desk, APPRAISAL, id=appraisal_id))["appraisal"]
    assert [one["upheld"] for one in seen["opinions"]] == [False, True, None]
    records = """{ appraisers { nodes {
      account { id } record { inHand givenToday opinions judged upheld accuracyBps } } } }"""
    found = (await api(workshop.desk, records))["appraisers"]["nodes"]
    by_account = {one["account"]["id"]: one["record"] for one in found}
    assert by_account[encode_id("Account", first.id)] == {
        "inHand": 0,
        "givenToday": 1,
        "opinions": 1,
        "judged": 1,
        "upheld": 0,
        "accuracyBps": 0,
    }
    assert by_account[encode_id("Account", second.id)]["accuracyBps"] == 10_000
    assert by_account[encode_id("Account", senior.id)]["accuracyBps"] is None
    assert (await api(seller, records)).codes == ["NOT_ALLOWED"]


async def test_a_doubt_asks_for_another_opinion_and_stays_a_refusal_when_nobody_can_tell(
    people: People, workshop: Workshop
) -> None:
    seller = await people.customer()
    appraisers = [await workshop.appraiser(), await workshop.appraiser(), await workshop.appraiser("SENIOR")]
    appraisal_id = await workshop.opened(seller)
    doubt = {"appraisalId": appraisal_id, "verdict": "INCONCLUSIVE", "findings": "The serial was filed off."}

    states = []
    for appraiser in appraisers:
        assert (await workshop.take(appraiser))["id"] == appraisal_id
        states.append((await workshop.conclude(appraiser, doubt))["state"])

    assert states == ["QUEUED", "QUEUED", "CONCLUDED"]
    query = "SELECT c.state FROM consignment c JOIN appraisal a ON a.consignment_id = c.id WHERE a.id = $1"
    assert await people.house.readers.pool.fetchval(query, uuid_of(appraisal_id)) == "REFUSED"


async def test_one_sure_opinion_after_a_doubt_is_enough_below_the_value(people: People, workshop: Workshop) -> None:
    seller, first, second = await people.customer(), await workshop.appraiser(), await workshop.appraiser()
    appraisal_id = await workshop.opened(seller)
    await workshop.take(first)
    doubt = {"appraisalId": appraisal_id, "verdict": "INCONCLUSIVE", "findings": "Needs a loupe."}
    await workshop.conclude(first, doubt)
    await workshop.take(second)

    assert (await workshop.conclude(second, workshop.authentic(appraisal_id)))["verdict"] == "AUTHENTIC"


@pytest.mark.own_house
async def test_the_same_key_concludes_once(api: Api, people: People, workshop: Workshop) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    appraisal_id = await workshop.opened(seller)
    await workshop.take(appraiser)
    given = workshop.authentic(appraisal_id, clientMutationKey="once")

    answers = [await api(appraiser, CONCLUDE, input=given) for _ in range(3)]

    assert answers[0].data == answers[1].data == answers[2].data
    assert answers[0]["appraisalConclude"]["state"] == "CONCLUDED"
    assert await people.house.readers.pool.fetchval("SELECT count(*) FROM certificate") == 1


async def test_a_rehearsed_conclusion_answers_alike_and_leaves_everything_as_it_is(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    appraisal_id = await workshop.opened(seller)
    await workshop.take(appraiser)

    rehearsed = await workshop.conclude(appraiser, workshop.authentic(appraisal_id, dryRun=True))

    assert rehearsed["state"] == "CONCLUDED"
    kept = (await api(workshop.desk, APPRAISAL, id=appraisal_id))["appraisal"]
    assert (kept["state"], kept["opinions"]) == ("ASSIGNED", [])


@pytest.mark.own_house
async def test_the_same_object_keeps_its_piece_when_its_owner_brings_it_again(
    people: People, workshop: Workshop
) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()

    first = await workshop.judged(appraiser, seller, serial="A 1234 Z")
    await workshop.given_back(seller)
    again = await workshop.judged(appraiser, seller, serial="a 1234 z", grade="GOOD", deviation="It was worn since.")

    assert first["piece"] == again["piece"]
    query = "SELECT state FROM certificate ORDER BY issued_at"
    states = [row["state"] for row in await people.house.readers.pool.fetch(query)]
    assert states == ["SUPERSEDED", "VALID"]


async def test_a_serial_that_somebody_elses_piece_bears_is_refused(people: People, workshop: Workshop) -> None:
    appraiser = await workshop.appraiser()
    await workshop.judged(appraiser, await people.customer(), serial="TWIN-1")

    twin = await workshop.judged(appraiser, await people.customer(), serial="TWIN-1")

    assert twin["code"] == "SERIAL_ALREADY_REGISTERED"


async def test_appointing_is_for_admins(api: Api, people: People, workshop: Workshop) -> None:
    appraiser = await workshop.appraiser("SENIOR")
    appoint = f"mutation ($input: AppraiserAppointInput!) {{ appraiserAppoint(input: $input) {{ {ERRORS} }} }}"
    given = {"accountId": encode_id("Account", appraiser.id), "dailyCapacity": 100, "qualifications": []}

    for person in (appraiser, workshop.desk, await people.customer()):
        assert (await api(person, appoint, input=given))["appraiserAppoint"]["code"] == "NOT_ALLOWED"

    kept = "{ myAppraiser { dailyCapacity version } }"
    assert (await api(appraiser, kept))["myAppraiser"] == {"dailyCapacity": 20, "version": 1}


async def test_taking_is_for_appraisers(api: Api, people: People, workshop: Workshop) -> None:
    await workshop.opened(await people.customer())

    for person in (None, await people.customer(), workshop.desk):
        assert (await api(person, TAKE, input={}))["appraisalTake"]["code"] == "NOT_ALLOWED"


async def test_lists_cost_the_same_number_of_statements_however_long(
    api: Api, people: People, workshop: Workshop
) -> None:
    seller, appraiser = await people.customer(), await workshop.appraiser()
    query = """{ appraisalQueue(filter: { states: [CONCLUDED] }) { nodes {
      id standard { version } certificate { code statement { brand } } owner { name }
      opinions { appraiser { record { accuracyBps } account { name } } } } } }"""

    counts = []
    for _ in range(2):
        await workshop.judged(appraiser, seller)
        counts.append(await statements(people, api, workshop, query))

    assert counts[0] == counts[1]


async def statements(people: People, api: Api, workshop: Workshop, query: str) -> int:
    """How many statements a read takes, counted at the pool."""
    pool = people.house.readers.pool
    seen = 0
    original = {name: getattr(pool, name) for name in ("fetch", "fetchrow", "fetchval")}

    def counted(name: str) -> Any:
        async def call(*arguments: Any, **named: Any) -> Any:
            nonlocal seen
            seen += 1
            return await original[name](*arguments, **named)

        return call

    for name in original:
        setattr(pool, name, counted(name))
    try:
        assert (await api(workshop.desk, query))["appraisalQueue"]["nodes"]
    finally:
        for name in original:
            setattr(pool, name, original[name])
    return seen
