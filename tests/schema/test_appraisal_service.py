"""Appraisal as a paid service: the fee is set aside, earned with the verdict, or given back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.account import Account
from domain.appraisal import LapseAppraisal, lapse
from domain.viewer import HOUSE, Role
from tests.support.api import Api
from tests.support.appraisal import ERRORS, Workshop, uuid_of
from tests.support.consignment import Counter
from tests.support.people import People, euros

ONE_HOUSE = True

REQUEST = f"""
mutation ($input: AppraisalRequestInput!) {{
  appraisalRequest(input: $input) {{
    ... on Appraisal {{ id state purpose fee {{ amount }} nextActions consignment {{ id }} }} {ERRORS}
  }}
}}
"""
RECEIVE = f"""
mutation ($input: AppraisalReceiveInput!) {{
  appraisalReceive(input: $input) {{ ... on Appraisal {{ id state }} {ERRORS} }}
}}
"""
CANCEL = f"""
mutation ($input: AppraisalCancelInput!) {{
  appraisalCancel(input: $input) {{ ... on Appraisal {{ id state }} {ERRORS} }}
}}
"""
HAND_BACK = f"""
mutation ($input: AppraisalHandBackInput!) {{
  appraisalHandBack(input: $input) {{ ... on Appraisal {{ id state handedBackAt nextActions }} {ERRORS} }}
}}
"""
WALLET = "{ wallet { pockets { cash { amount } held { amount } version } } }"
HEALTH = "{ ledgerHealth { ok } }"


@pytest.fixture
async def workshop(api: Api, people: People) -> Workshop:
    return await Workshop(api, people).open()


async def order(api: Api, workshop: Workshop, owner: Account, **changed: Any) -> dict[str, Any]:
    given = {
        "categoryId": workshop.category_id,
        "title": "My grandmother's bag",
        "description": "Bought in Lyon around 1980.",
        "currency": "EUR",
        **changed,
    }
    return dict((await api(owner, REQUEST, input=given))["appraisalRequest"])


async def pocket(api: Api, owner: Account) -> tuple[str, str]:
    """Cash and what is held."""
    found = (await api(owner, WALLET))["wallet"]["pockets"][0]
    return found["cash"]["amount"], found["held"]["amount"]


async def earned(people: People) -> int:
    query = "SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger_posting WHERE kind = 'SERVICES'"
    return int(await people.house.readers.pool.fetchval(query))


async def test_an_owner_pays_to_know_gets_a_certificate_and_the_object_back(
    api: Api, people: People, workshop: Workshop
) -> None:
    owner, appraiser = await people.customer(cash=euros(100)), await workshop.appraiser()

    ordered = await order(api, workshop, owner, declaredValue={"amount": "900", "currencyCode": "EUR"})
    assert (ordered["state"], ordered["fee"], ordered["consignment"]) == ("REQUESTED", {"amount": "75.00"}, None)
    assert await pocket(api, owner) == ("25.00", "75.00")
    assert (await workshop.take(appraiser))["code"] == "QUEUE_EMPTY"
    given = {"appraisalId": ordered["id"]}
    assert (await api(workshop.desk, RECEIVE, input=given))["appraisalReceive"]["state"] == "QUEUED"
    await workshop.take(appraiser)
    judged = await workshop.conclude(appraiser, workshop.authentic(ordered["id"]))

    assert (judged["verdict"], judged["certificate"]["state"]) == ("AUTHENTIC", "VALID")
    assert await pocket(api, owner) == ("25.00", "0.00")
    assert await earned(people) == 7_500
    back = (await api(workshop.desk, HAND_BACK, input=given))["appraisalHandBack"]
    assert (back["nextActions"], back["handedBackAt"] is not None) == ([], True)
    piece = await people.house.readers.pool.fetchrow(
        "SELECT * FROM piece WHERE id = $1", uuid_of(judged["piece"]["id"])
    )
    assert (piece["owner_id"], piece["custodian_id"], piece["risk_bearer_id"]) == (owner.id, owner.id, owner.id)
    assert (await api(workshop.desk, HAND_BACK, input=given))["appraisalHandBack"]["code"] == "WRONG_STATE"
    finance = await people.staff(Role.FINANCE)
    assert (await api(finance, HEALTH))["ledgerHealth"]["ok"]


@pytest.mark.own_house
async def test_the_fee_is_earned_whatever_the_verdict(api: Api, people: People, workshop: Workshop) -> None:
    owner, appraiser = await people.customer(cash=euros(75)), await workshop.appraiser()
    ordered = await order(api, workshop, owner, declaredValue={"amount": "900", "currencyCode": "EUR"})
    await api(workshop.desk, RECEIVE, input={"appraisalId": ordered["id"]})
    await workshop.take(appraiser)

    judged = await workshop.conclude(appraiser, workshop.counterfeit(ordered["id"]))

    assert (judged["verdict"], judged["certificate"], judged["piece"]) == ("COUNTERFEIT", None, None)
    assert await pocket(api, owner) == ("0.00", "0.00")
    assert await earned(people) == 7_500


async def test_a_cancelled_order_gives_the_fee_back_until_somebody_has_judged(
    api: Api, people: People, workshop: Workshop
) -> None:
    owner, stranger = await people.customer(cash=euros(200)), await people.customer()
    first, second = await workshop.appraiser(), await workshop.appraiser()
    ordered = await order(api, workshop, owner)
    started = await order(api, workshop, owner)
    await api(workshop.desk, RECEIVE, input={"appraisalId": started["id"]})
    await workshop.take(first)
    await workshop.conclude(
        first, workshop.authentic(started["id"]) | {"valueHigh": {"amount": "20000", "currencyCode": "EUR"}}
    )

    theirs = (await api(stranger, CANCEL, input={"appraisalId": ordered["id"]}))["appraisalCancel"]
    assert theirs["code"] == "NOT_FOUND"
    assert await pocket(api, owner) == ("50.00", "150.00")
    cancelled = (await api(owner, CANCEL, input={"appraisalId": ordered["id"]}))["appraisalCancel"]
    late = (await api(owner, CANCEL, input={"appraisalId": started["id"]}))["appraisalCancel"]
    again = (await api(owner, CANCEL, input={"appraisalId": ordered["id"]}))["appraisalCancel"]

    assert (cancelled["state"], late["code"], again["code"]) == ("CANCELLED", "WRONG_STATE", "WRONG_STATE")
    assert await pocket(api, owner) == ("125.00", "75.00")
    assert (await workshop.take(second))["id"] == started["id"]


async def test_an_order_that_can_not_be_paid_or_is_not_sold_leaves_nothing_behind(
    api: Api, people: People, workshop: Workshop
) -> None:
    owner = await people.customer(cash=euros(10))

    poor = await order(api, workshop, owner)
    stranger = dict(
        (
            await api(
                None,
                REQUEST,
                input={"categoryId": workshop.category_id, "title": "A", "description": "B", "currency": "EUR"},
            )
        )["appraisalRequest"]
    )
    odd = await order(api, workshop, owner, payWith="ESCROW")

    assert (poor["code"], stranger["code"], odd["code"]) == ("INSUFFICIENT_FUNDS", "NOT_ALLOWED", "INVALID_INPUT")
    assert await pocket(api, owner) == ("10.00", "0.00")
    mine = "{ appraisals { nodes { id } } }"
    assert (await api(owner, mine))["appraisals"]["nodes"] == []


async def test_a_rehearsed_order_sets_nothing_aside(api: Api, people: People, workshop: Workshop) -> None:
    owner = await people.customer(cash=euros(100))

    rehearsed = await order(api, workshop, owner, dryRun=True)

    assert rehearsed["fee"] == {"amount": "75.00"}
    assert await pocket(api, owner) == ("100.00", "0.00")


async def test_owners_see_their_own_orders_and_nobody_elses(api: Api, people: People, workshop: Workshop) -> None:
    owner, other = await people.customer(cash=euros(200)), await people.customer(cash=euros(100))
    mine = [(await order(api, workshop, owner))["id"] for _ in range(2)]
    await order(api, workshop, other)
    query = "query ($after: String) { appraisals(first: 1, after: $after) { nodes { id } pageInfo { endCursor } } }"

    first = (await api(owner, query))["appraisals"]
    second = (await api(owner, query, after=first["pageInfo"]["endCursor"]))["appraisals"]

    assert [first["nodes"][0]["id"], second["nodes"][0]["id"]] == mine


async def test_the_counter_is_for_staff(api: Api, people: People, workshop: Workshop) -> None:
    owner = await people.customer(cash=euros(100))
    ordered = await order(api, workshop, owner)
    finance = await people.staff(Role.FINANCE)

    for person in (owner, finance, None):
        received = (await api(person, RECEIVE, input={"appraisalId": ordered["id"]}))["appraisalReceive"]
        assert received["code"] == "NOT_ALLOWED"
        back = (await api(person, HAND_BACK, input={"appraisalId": ordered["id"]}))["appraisalHandBack"]
        assert back["code"] == "NOT_ALLOWED"

    counter = await Counter(api, people).open()
    nowhere = await api(counter.associate, RECEIVE, input={"appraisalId": ordered["id"]})
    at_desk = {"appraisalId": ordered["id"], "shopId": counter.shop_id}
    received = await api(counter.associate, RECEIVE, input=at_desk)
    assert (nowhere["appraisalReceive"]["code"], received["appraisalReceive"]["state"]) == ("INVALID_INPUT", "QUEUED")


async def test_an_object_that_never_comes_lapses_and_one_that_came_does_not(
    api: Api, people: People, workshop: Workshop
) -> None:
    owner = await people.customer(cash=euros(150))
    never, came = await order(api, workshop, owner), await order(api, workshop, owner)
    await api(workshop.desk, RECEIVE, input={"appraisalId": came["id"]})

    for days, states in ((89, ["REQUESTED", "QUEUED"]), (91, ["CANCELLED", "QUEUED"])):
        now = datetime.now(UTC) + timedelta(days=days)
        lapsed = [
            await people.house.transactor(
                lapse,
                HOUSE,
                LapseAppraisal(uuid_of(one["id"])),
                action="appraisalLapse",
                key=f"{one['id']}-{days}",
                now=now,
            )
            for one in (never, came)
        ]
        assert [one.state for one in lapsed] == states

    assert await pocket(api, owner) == ("75.00", "75.00")
    jobs = await people.house.readers.pool.fetch("SELECT name FROM outbox WHERE subject_id = $1", uuid_of(never["id"]))
    assert [job["name"] for job in jobs] == ["appraisalLapse"]


async def test_an_appraiser_does_not_judge_an_object_of_their_own(api: Api, people: People, workshop: Workshop) -> None:
    owner = await people.person(Role.APPRAISER, Role.CUSTOMER, cash=euros(100))
    await workshop.appoint(owner)
    ordered = await order(api, workshop, owner)
    await api(workshop.desk, RECEIVE, input={"appraisalId": ordered["id"]})

    assert (await workshop.take(owner))["code"] == "QUEUE_EMPTY"
