"""Club shops and appointments through the API."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.account import Account
from domain.viewer import Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.consignment import APPOINT, SHOP_OPEN, Counter, account_id, slot, uuid_of
from tests.support.people import People

ONE_HOUSE = True

SHOP = """
query ($by: IdOrSlugInput!) { clubShop(by: $by) {
  id slug name timeZone active hours { weekday opens closes } services { purpose capacity } address { city country }
} }
"""
SLOTS = """
query ($id: ID!, $purpose: ShopPurpose!, $day: Date, $days: Int!) {
  clubShop(by: {id: $id}) { slots(purpose: $purpose, firstDay: $day, days: $days) { startsAt free } }
}
"""
APPOINTMENT = """
__typename
... on Appointment { id code state purpose startsAt endsAt nextActions customer { id } shop { id } consignment { id } }
... on UserError { code message path }
"""
BOOK = f"mutation ($input: AppointmentBookInput!) {{ appointmentBook(input: $input) {{ {APPOINTMENT} }} }}"
OWN = "{ appointments { nodes { id state } } }"
DIARY = """
query ($filter: AppointmentFilterInput) { shopDiary(filter: $filter) { nodes { id state customer { id } } } }
"""


def on(name: str) -> str:
    kind = name[0].upper() + name[1:]
    wrong = "... on WrongState { stands: state nextActions }"
    return f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {APPOINTMENT} {wrong} }} }}"


@pytest.fixture
async def counter(api: Api, people: People) -> Counter:
    return await Counter(api, people).open()


async def book(counter: Counter, person: Account | None, **changed: Any) -> dict[str, Any]:
    given = {"shopId": counter.shop_id, "purpose": "VIEWING", "startsAt": slot().isoformat(), **changed}
    return dict((await counter.api(person, BOOK, input=given))["appointmentBook"])


async def act(counter: Counter, person: Account | None, name: str, appointment_id: str) -> dict[str, Any]:
    return dict((await counter.api(person, on(name), input={"appointmentId": appointment_id}))[name])


async def free(counter: Counter, purpose: str = "VIEWING", day: datetime | None = None) -> dict[str, int]:
    first = (day or slot()).date().isoformat()
    found = await counter.api(None, SLOTS, id=counter.shop_id, purpose=purpose, day=first, days=1)
    return {one["startsAt"]: one["free"] for one in found["clubShop"]["slots"]}


def printed(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


# Shops


async def test_everybody_reads_the_shops_in_their_language(counter: Counter) -> None:
    found = (await counter.api(None, SHOP, by={"id": counter.shop_id}, locale="zh"))["clubShop"]
    by_slug = (await counter.api(None, SHOP, by={"slug": found["slug"]}))["clubShop"]
    listing = "query ($country: CountryCode) { clubShops(country: $country) { nodes { slug } } }"

    assert (found["name"], by_slug["name"]) == ("巴黎", "Paris")
    assert found["hours"][0] == {"weekday": 1, "opens": "10:00", "closes": "19:00"}
    assert (await counter.api(None, listing, country="FR"))["clubShops"]["nodes"] == [{"slug": found["slug"]}]
    assert (await counter.api(None, listing, country="JP"))["clubShops"]["nodes"] == []
    assert (await counter.api(None, SHOP, by={"slug": "nowhere"})).codes == ["NOT_FOUND"]


async def test_only_admins_open_and_change_shops(counter: Counter) -> None:
    change = """
    mutation ($input: ClubShopUpdateInput!) {
      clubShopUpdate(input: $input) { ... on ClubShop { active version } ... on UserError { code path } }
    }
    """
    for role in (Role.CUSTOMER, Role.SHOP_ASSOCIATE, Role.SUPPORT, Role.MERCHANDISER, Role.FINANCE):
        somebody = await counter.people.person(role)
        refused = await counter.api(somebody, change, input={"shopId": counter.shop_id, "active": False})
        assert refused["clubShopUpdate"]["code"] == "NOT_ALLOWED"
    closed = await counter.api(counter.admin, change, input={"shopId": counter.shop_id, "active": False})
    stale = await counter.api(
        counter.admin, change, input={"shopId": counter.shop_id, "active": True, "expectedVersion": 1}
    )

    assert closed["clubShopUpdate"] == {"active": False, "version": 2}
    assert stale["clubShopUpdate"]["code"] == "VERSION_CONFLICT"
    assert (await book(counter, counter.seller))["code"] == "NOT_FOUND"
    assert await free(counter) == {}


async def test_who_works_in_a_shop_is_said_by_an_admin_and_counts_at_once(counter: Counter) -> None:
    newcomer = await counter.people.staff(Role.SHOP_ASSOCIATE)
    own = await book(counter, counter.seller, startsAt=slot(hour=15).isoformat())
    given = {"shopId": counter.shop_id, "accountId": account_id(newcomer)}
    dismiss = APPOINT.replace("Appoint", "Dismiss")
    staff = "query ($id: ID!) { clubShop(by: {id: $id}) { associates { since account { id } } } }"

    for role in (Role.CUSTOMER, Role.SHOP_ASSOCIATE, Role.SUPPORT, Role.MERCHANDISER):
        somebody = await counter.people.person(role)
        for document in (APPOINT, dismiss):
            refused = await counter.api(somebody, document, input=given)
            assert next(iter(refused.body["data"].values()))["code"] == "NOT_ALLOWED"
    before = await act(counter, newcomer, "appointmentCheckIn", own["id"])
    appointed = await counter.api(counter.admin, APPOINT, input=given)
    again = await counter.api(counter.admin, APPOINT, input=given)
    here = await act(counter, newcomer, "appointmentCheckIn", own["id"])
    another = await book(counter, counter.seller, startsAt=slot(hour=16).isoformat())
    working = (await counter.api(counter.support, staff, id=counter.shop_id))["clubShop"]["associates"]
    hidden = (await counter.api(counter.seller, staff, id=counter.shop_id))["clubShop"]["associates"]
    dismissed = await counter.api(counter.admin, dismiss, input=given)
    after = await act(counter, newcomer, "appointmentCheckIn", another["id"])
    twice = await counter.api(counter.admin, dismiss, input=given)

    assert (before["code"], here["state"], after["code"]) == ("NOT_FOUND", "CHECKED_IN", "NOT_FOUND")
    assert appointed["shopAssociateAppoint"]["shop"]["id"] == counter.shop_id
    assert again["shopAssociateAppoint"] == appointed["shopAssociateAppoint"], "who works there already stays"
    assert [one["account"]["id"] for one in working] == [account_id(counter.associate), account_id(newcomer)]
    assert hidden == []
    assert dismissed["shopAssociateDismiss"]["leftAt"] is not None
    assert twice["shopAssociateDismiss"]["code"] == "NOT_FOUND"


async def test_only_who_has_the_role_is_appointed_to_a_shop(counter: Counter) -> None:
    clerk = await counter.people.staff(Role.FINANCE)

    given = {"shopId": counter.shop_id, "accountId": account_id(clerk)}
    refused = (await counter.api(counter.admin, APPOINT, input=given))["shopAssociateAppoint"]

    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["accountId"])


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"slug": "Not A Slug"}, ["slug"]),
        ({"timeZone": "Mars/Olympus"}, ["timeZone"]),
        ({"timeZone": "../etc/passwd"}, ["timeZone"]),
        ({"slotMinutes": 7}, ["slotMinutes"]),
        ({"hours": [{"weekday": 1, "opens": "19:00", "closes": "10:00"}]}, ["hours"]),
        ({"hours": [{"weekday": 8, "opens": "10:00", "closes": "19:00"}]}, ["hours"]),
        ({"hours": [{"weekday": 1, "opens": "noon", "closes": "19:00"}]}, ["hours", "opens"]),
        (
            {
                "hours": [
                    {"weekday": 1, "opens": "10:00", "closes": "13:00"},
                    {"weekday": 1, "opens": "12:00", "closes": "19:00"},
                ]
            },
            ["hours"],
        ),
        ({"services": [{"purpose": "VIEWING", "capacity": 0}]}, ["services"]),
        ({"services": [{"purpose": "VIEWING", "capacity": 1}] * 2}, ["services"]),
    ],
)
async def test_a_shop_that_can_not_be_is_refused(counter: Counter, changed: dict[str, Any], path: list[str]) -> None:
    given = {
        "slug": "lyon",
        "name": {"en": "Lyon", "zh": "里昂"},
        "address": {"street": "1 rue", "city": "Lyon", "postalCode": "69001", "country": "FR"},
        "timeZone": "Europe/Paris",
        "hours": [],
        "services": [],
    }

    refused = await counter.api(counter.admin, SHOP_OPEN, input={**given, **changed})

    assert refused["clubShopOpen"] == {"__typename": "InvalidInput", "code": "INVALID_INPUT", "path": path}
    assert (await counter.api(None, SHOP, by={"slug": "lyon"})).codes == ["NOT_FOUND"]


async def test_a_slug_is_taken_once(counter: Counter) -> None:
    taken = (await counter.api(None, SHOP, by={"id": counter.shop_id}))["clubShop"]["slug"]
    given = {
        "slug": taken,
        "name": {"en": "Lyon", "zh": "里昂"},
        "address": {"street": "1 rue", "city": "Lyon", "postalCode": "69001", "country": "FR"},
        "timeZone": "Europe/Paris",
        "hours": [],
        "services": [],
    }

    refused = await counter.api(counter.admin, SHOP_OPEN, input=given)

    assert refused["clubShopOpen"]["code"] == "SLUG_TAKEN"


# Slots


async def test_slots_are_those_of_the_shops_own_clock(counter: Counter) -> None:
    slots = await free(counter)

    assert len(slots) == 18
    assert next(iter(slots)) == printed(slot(hour=10))
    assert set(slots.values()) == {2}
    assert await free(counter, "APPRAISAL") == {}
    assert await free(counter, day=datetime.now(UTC) - timedelta(days=3)) == {}
    bad = await counter.api(None, SLOTS, id=counter.shop_id, purpose="VIEWING", day=None, days=99)
    assert bad.codes == ["INVALID_INPUT"]


async def test_a_booking_takes_a_place_and_cancelling_gives_it_back(counter: Counter) -> None:
    booked = await book(counter, counter.seller, note="The black one")
    assert (booked["state"], booked["nextActions"]) == (
        "BOOKED",
        ["appointmentCheckIn", "appointmentCancel", "appointmentMiss"],
    )
    assert (await free(counter))[printed(slot())] == 1

    cancelled = await act(counter, counter.seller, "appointmentCancel", booked["id"])
    again = await act(counter, counter.seller, "appointmentCancel", booked["id"])

    assert (cancelled["state"], again["code"]) == ("CANCELLED", "WRONG_STATE")
    assert (await free(counter))[printed(slot())] == 2


@pytest.mark.parametrize(
    "when", [slot(hour=9), slot(hour=10, minute=10), slot(hour=18, minute=45), slot(days=-1), slot(days=200)]
)
async def test_only_a_slot_of_the_shop_can_be_booked(counter: Counter, when: datetime) -> None:
    refused = await book(counter, counter.seller, startsAt=when.isoformat())

    assert refused["code"] in ("SLOT_UNAVAILABLE", "INVALID_INPUT")
    assert refused["path"] == ["startsAt"]
    assert (await counter.api(counter.seller, OWN))["appointments"]["nodes"] == []


async def test_what_a_shop_does_not_offer_can_not_be_booked(counter: Counter) -> None:
    appraisal = await book(counter, counter.seller, purpose="APPRAISAL")
    drop_off = await book(counter, counter.seller, purpose="DROP_OFF")
    nowhere = await book(counter, counter.seller, shopId=encode_id("ClubShop", counter.seller.id))

    assert (appraisal["code"], drop_off["code"], nowhere["code"]) == ("SLOT_UNAVAILABLE", "INVALID_INPUT", "NOT_FOUND")


async def test_nobody_books_twice_or_without_end(counter: Counter) -> None:
    first = await book(counter, counter.seller)
    same = await book(counter, counter.seller)
    for hour in (11, 12, 13, 14):
        assert (await book(counter, counter.seller, startsAt=slot(hour=hour).isoformat()))["state"] == "BOOKED"
    sixth = await book(counter, counter.seller, startsAt=slot(hour=15).isoformat())

    assert (first["state"], same["code"], sixth["code"]) == ("BOOKED", "ALREADY_BOOKED", "TOO_MANY_APPOINTMENTS")
    assert (await free(counter))[printed(slot())] == 1


# Many at once


@pytest.mark.own_house
async def test_of_many_who_want_the_last_place_at_once_one_gets_it(api: Api, people: People) -> None:
    counter = await Counter(api, people).open(capacity=3)
    customers = [await people.customer() for _ in range(12)]

    answers = await asyncio.gather(*(book(counter, customer) for customer in customers))

    won = [answer for answer in answers if answer["__typename"] == "Appointment"]
    assert len(won) == 3
    assert {answer["code"] for answer in answers if "code" in answer and answer not in won} == {"SLOT_UNAVAILABLE"}
    assert printed(slot()) not in await free(counter)
    taken = await people.house.readers.pool.fetchrow("SELECT taken, capacity FROM shop_slot")
    assert (taken["taken"], taken["capacity"]) == (3, 3)


async def test_one_customer_who_asks_many_times_at_once_is_booked_once(api: Api, people: People) -> None:
    counter = await Counter(api, people).open(capacity=5)

    answers = await asyncio.gather(*(book(counter, counter.seller) for _ in range(6)))

    assert sorted(answer["__typename"] for answer in answers) == ["AlreadyBooked"] * 5 + ["Appointment"]
    assert (await free(counter))[printed(slot())] == 4


@pytest.mark.own_house
async def test_sellers_who_swap_their_slots_at_once_never_wait_in_a_ring(api: Api, people: People) -> None:
    counter = await Counter(api, people).open(capacity=2)
    early, late = slot(hour=10).isoformat(), slot(hour=11).isoformat()
    first, second = await counter.confirmed(), await counter.confirmed()
    for consignment_id, at in ((first, early), (second, late)):
        await counter(
            counter.seller, "consignmentBook", consignmentId=consignment_id, shopId=counter.shop_id, startsAt=at
        )

    for _ in range(3):
        moves = [
            counter(counter.seller, "consignmentBook", consignmentId=one, shopId=counter.shop_id, startsAt=at)
            for one, at in ((first, late), (second, early), (first, early), (second, late))
        ]
        answers = await asyncio.gather(*moves)
        assert {answer["__typename"] for answer in answers} <= {"Consignment", "AlreadyBooked", "SlotUnavailable"}
    counts = "SELECT count(*) FROM appointment WHERE state = 'BOOKED'"
    assert await people.house.readers.pool.fetchval(counts) == 2
    assert await people.house.readers.pool.fetchval("SELECT sum(taken) FROM shop_slot") == 2


# Who may


async def test_customers_see_their_own_appointments_and_the_desk_everybodys(counter: Counter) -> None:
    other = await counter.people.customer()
    booked = await book(counter, counter.seller)
    query = "query ($id: ID!) { appointment(id: $id) { id } }"
    node = "query ($id: ID!) { node(id: $id) { id } }"

    for person in (other, counter.merchandiser, None):
        assert (await counter.api(person, query, id=booked["id"])).codes == ["NOT_FOUND"]
        assert (await counter.api(person, node, id=booked["id"]))["node"] is None
        assert (await act(counter, person, "appointmentCancel", booked["id"]))["code"] == "NOT_FOUND"
        assert (await counter.api(person, DIARY)).codes == ["NOT_ALLOWED"]
    assert (await counter.api(other, OWN))["appointments"]["nodes"] == []
    own = (await counter.api(counter.seller, OWN))["appointments"]["nodes"]
    assert own == [{"id": booked["id"], "state": "BOOKED"}]
    near = {"shopId": counter.shop_id, "startsFrom": slot(days=6).isoformat(), "startsBefore": slot(days=8).isoformat()}
    diary = await counter.api(counter.associate, DIARY, filter=near)
    assert [one["id"] for one in diary["shopDiary"]["nodes"]] == [booked["id"]]
    assert (await counter.api(counter.associate, DIARY, filter={"purpose": "DROP_OFF"}))["shopDiary"]["nodes"] == []


@pytest.mark.own_house
async def test_an_associate_reads_the_diaries_of_their_own_shops_and_of_no_other(counter: Counter) -> None:
    booked = await book(counter, counter.seller)
    elsewhere = await counter.people.staff(Role.SHOP_ASSOCIATE)
    query = "query ($id: ID!) { appointment(id: $id) { id } }"
    node = "query ($id: ID!) { node(id: $id) { id } }"
    given = {"shopId": counter.shop_id, "accountId": account_id(elsewhere)}

    async def seen(person: Any) -> tuple[int, int, bool, list[str]]:
        """Of all diaries, of this shop's, by node and by id."""
        every = (await counter.api(person, DIARY))["shopDiary"]["nodes"]
        here = (await counter.api(person, DIARY, filter={"shopId": counter.shop_id}))["shopDiary"]["nodes"]
        one = await counter.api(person, query, id=booked["id"])
        return len(every), len(here), (await counter.api(person, node, id=booked["id"]))["node"] is not None, one.codes

    nothing, everything = (0, 0, False, ["NOT_FOUND"]), (1, 1, True, [])
    assert await seen(elsewhere) == nothing
    for action in ("appointmentCancel", "appointmentCheckIn", "appointmentMiss"):
        assert (await act(counter, elsewhere, action, booked["id"]))["code"] == "NOT_FOUND"
    assert await seen(counter.support) == everything
    assert await seen(counter.associate) == everything
    await counter.api(counter.admin, APPOINT, input=given)
    assert await seen(elsewhere) == everything
    await counter.api(counter.admin, APPOINT.replace("Appoint", "Dismiss"), input=given)
    assert await seen(elsewhere) == nothing
    own = (await counter.api(counter.seller, OWN))["appointments"]["nodes"]
    assert own == [{"id": booked["id"], "state": "BOOKED"}], "nobody who may not see it has changed it"


async def test_the_desk_checks_in_books_for_others_and_notes_who_did_not_come(counter: Counter) -> None:
    own = await book(counter, counter.seller)
    for_other = await book(
        counter, counter.associate, customerId=account_id(counter.seller), startsAt=slot(hour=12).isoformat()
    )
    pushy = await book(counter, await counter.people.customer(), customerId=account_id(counter.seller))

    assert for_other["customer"]["id"] == account_id(counter.seller)
    assert pushy["code"] == "NOT_ALLOWED"
    assert (await act(counter, counter.seller, "appointmentCheckIn", own["id"]))["code"] == "NOT_ALLOWED"
    assert (await act(counter, counter.seller, "appointmentMiss", own["id"]))["code"] == "NOT_ALLOWED"
    assert (await act(counter, counter.associate, "appointmentMiss", own["id"]))["code"] == "INVALID_INPUT"
    here = await act(counter, counter.associate, "appointmentCheckIn", own["id"])
    twice = await act(counter, counter.associate, "appointmentCheckIn", own["id"])
    assert (here["state"], twice["code"]) == ("CHECKED_IN", "WRONG_STATE")


# Appointments of consignments


async def test_an_appointment_of_a_consignment_is_changed_through_the_consignment(counter: Counter) -> None:
    consignment_id = await counter.confirmed()
    given: dict[str, Any] = {"consignmentId": consignment_id, "shopId": counter.shop_id}
    booked = await counter(counter.seller, "consignmentBook", **given, startsAt=slot(hour=10).isoformat())
    appointment_id = booked["appointment"]["id"]

    cancelled = await act(counter, counter.seller, "appointmentCancel", appointment_id)
    assert (cancelled["code"], cancelled["nextActions"][:2]) == (
        "WRONG_STATE",
        ["consignmentBook", "consignmentUnbook"],
    )
    moved = await counter(counter.seller, "consignmentBook", **given, startsAt=slot(hour=15).isoformat())
    assert moved["appointment"]["startsAt"] == printed(slot(hour=15))
    slots = await free(counter, "DROP_OFF")
    assert (slots[printed(slot(hour=10))], slots[printed(slot(hour=15))]) == (2, 1)
    unbooked = await counter(counter.associate, "consignmentUnbook", consignmentId=consignment_id)

    assert (unbooked["state"], unbooked["appointment"], unbooked["shop"]) == ("CONFIRMED", None, None)
    assert set((await free(counter, "DROP_OFF")).values()) == {2}
    own = (await counter.api(counter.seller, OWN))["appointments"]["nodes"]
    assert [one["state"] for one in own] == ["CANCELLED", "CANCELLED"]


async def test_withdrawing_frees_the_place_and_a_failed_booking_changes_nothing(api: Api, people: People) -> None:
    counter = await Counter(api, people).open(capacity=1)
    first, second = await counter.confirmed(), await counter.confirmed()
    at = {"shopId": counter.shop_id, "startsAt": slot().isoformat()}
    await counter(counter.seller, "consignmentBook", consignmentId=first, **at)
    before = await counter.kept(second)

    full = await counter(counter.seller, "consignmentBook", consignmentId=second, **at)
    assert full["code"] in ("SLOT_UNAVAILABLE", "ALREADY_BOOKED")
    assert await counter.kept(second) == before
    await counter(counter.seller, "consignmentWithdraw", consignmentId=first)
    booked = await counter(counter.seller, "consignmentBook", consignmentId=second, **at)

    assert booked["state"] == "APPOINTED"
    assert uuid_of(booked["shop"]["id"]) == uuid_of(counter.shop_id)


async def test_the_worker_has_a_job_for_what_expires() -> None:
    from app.jobs import JOBS

    assert "consignmentExpire" in JOBS
