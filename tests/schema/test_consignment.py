"""Consignments through the API: both ways in, who may do what, and the ways back."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.house import House
from domain.consignment import ConsignmentId, handback
from domain.viewer import Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.catalogue import Shelves
from tests.support.consignment import Counter, account_id, content, intake, send, slot, uuid_of
from tests.support.people import People
from tests.support.statements import counted

ONE_HOUSE = True

TIMELINE = """
query ($id: ID!) { consignment(id: $id) { timeline(first: 50) { totalCount nodes { name actor { id } } } } }
"""
OWN = """
query ($states: [ConsignmentState!], $first: Int, $after: String) {
  consignments(states: $states, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id state nextActions tasks { kind } shop { slug } }
  }
}
"""
QUEUE = "query ($filter: ConsignmentQueueFilterInput!) { consignmentQueue(filter: $filter) { nodes { id state } } }"


@pytest.fixture
async def counter(api: Api, people: People) -> Counter:
    return await Counter(api, people).open()


async def queued(counter: Counter, person: Any, queue: str, **more: Any) -> list[str]:
    found = await counter.api(person, QUEUE, filter={"queue": queue, **more})
    return [node["id"] for node in found["consignmentQueue"]["nodes"]]


# The two routes


async def test_a_piece_comes_in_all_online(counter: Counter, house: House) -> None:
    product = await Shelves(house).product()

    drafted = await counter(counter.seller, "consignmentDraft", content={"route": "ONLINE", "currency": "EUR"})
    assert (drafted["state"], drafted["nextActions"]) == (
        "DRAFT",
        ["consignmentUpdate", "consignmentSubmit", "consignmentWithdraw"],
    )
    named: dict[str, Any] = {"consignmentId": drafted["id"]}
    submitted = await counter(counter.seller, "consignmentSubmit", **named, content=content())
    assert submitted["state"] == "SUBMITTED"
    assert [(task["kind"], task["outcome"]) for task in submitted["tasks"]] == [("CONFIRM", None)]
    assert await queued(counter, counter.support, "TO_CONFIRM") == [drafted["id"]]

    estimated = await counter(
        counter.support,
        "consignmentEstimate",
        **named,
        low={"amount": "1200.00", "currencyCode": "EUR"},
        high={"amount": "1600.00", "currencyCode": "EUR"},
        note="By three sales of last year",
    )
    assert (estimated["estimateLow"]["amount"], estimated["estimateHigh"]["amount"]) == ("1200.00", "1600.00")
    confirmed = await counter(counter.support, "consignmentConfirm", **named, outcome="CONFIRMED", note="Will send it")
    assert confirmed["state"] == "CONFIRMED"
    assert confirmed["tasks"][0]["agent"]["id"] == account_id(counter.support)
    shipped = await counter(counter.seller, "consignmentShip", **named, carrier="La Poste", tracking="LP1")
    assert (shipped["state"], shipped["parcel"]) == ("IN_TRANSIT", {"carrier": "La Poste", "tracking": "LP1"})
    assert await queued(counter, counter.associate, "TO_RECEIVE") == [drafted["id"]]
    received = await counter(
        counter.support,
        "consignmentReceive",
        **named,
        intake=intake(productId=encode_id("Product", product.id), serial="ln-77"),
    )

    assert received["state"] == "RECEIVED"
    assert received["receipt"]["code"].startswith("RC-")
    assert received["receipt"]["weightGrams"] == 820
    assert received["piece"] is not None
    found = await house.readers.pool.fetchrow("SELECT * FROM piece WHERE serial = 'LN-77'")
    assert (found["owner_kind"], found["owner_id"]) == ("ACCOUNT", counter.seller.id)
    assert (found["custodian_kind"], found["risk_bearer_kind"]) == ("HOUSE", "HOUSE")
    story = (await counter.api(counter.seller, TIMELINE, id=drafted["id"]))["consignment"]["timeline"]
    assert [entry["name"].removeprefix("consignment.") for entry in story["nodes"]] == [
        *["drafted", "submitted", "estimated", "called", "confirmed", "shipped", "received"],
    ]


async def test_a_piece_comes_in_at_a_club_shop_by_appointment(counter: Counter) -> None:
    consignment_id = await counter.confirmed(route="SHOP")
    named: dict[str, Any] = {"consignmentId": consignment_id}

    booked = await counter(
        counter.seller, "consignmentBook", **named, shopId=counter.shop_id, startsAt=slot().isoformat()
    )
    assert (booked["state"], booked["shop"]["id"]) == ("APPOINTED", counter.shop_id)
    received = await counter(counter.associate, "consignmentReceive", **named, intake=intake(counter.shop_id))

    assert received["state"] == "RECEIVED"
    assert received["appointment"]["state"] == "CHECKED_IN"
    assert received["receipt"]["handedOverBy"] == "Lin Wei"


async def test_whoever_walks_into_a_shop_leaves_with_a_receipt(counter: Counter, house: House) -> None:
    product = await Shelves(house).product()
    seller = await counter.people.customer()

    taken = await counter(
        counter.associate,
        "consignmentTakeIn",
        sellerId=account_id(seller),
        content=content(route="SHOP"),
        intake=intake(counter.shop_id, productId=encode_id("Product", product.id)),
    )

    assert (taken["state"], taken["route"], taken["shop"]["id"]) == ("RECEIVED", "SHOP", counter.shop_id)
    assert [(task["kind"], task["outcome"]) for task in taken["tasks"]] == [("CONFIRM", "CONFIRMED")]
    mine = await counter.seen(seller, taken["id"])
    assert mine["receipt"]["code"] == taken["receipt"]["code"]
    custody = await house.readers.pool.fetchrow("SELECT * FROM piece WHERE product_id = $1", product.id)
    assert (custody["custodian_kind"], custody["custodian_id"]) == ("SHOP", uuid_of(counter.shop_id))
    story = (await counter.api(seller, TIMELINE, id=taken["id"]))["consignment"]["timeline"]["nodes"]
    assert [entry["name"] for entry in story] == [
        *["consignment.submitted", "consignment.confirmed", "consignment.received"],
    ]


# K3


async def test_nothing_is_shipped_or_brought_before_staff_have_confirmed(counter: Counter) -> None:
    consignment_id = await counter.submitted()
    before = await counter.kept(consignment_id)
    named: dict[str, Any] = {"consignmentId": consignment_id}

    shipped = await counter(counter.seller, "consignmentShip", **named, carrier="La Poste", tracking="LP1")
    booked = await counter(
        counter.seller, "consignmentBook", **named, shopId=counter.shop_id, startsAt=slot().isoformat()
    )
    received = await counter(counter.support, "consignmentReceive", **named, intake=intake())

    assert shipped["code"] == booked["code"] == received["code"] == "WRONG_STATE"
    assert shipped["stands"] == "SUBMITTED"
    assert "consignmentConfirm" in shipped["nextActions"]
    assert await counter.kept(consignment_id) == before


async def test_every_call_is_kept_with_its_outcome_agent_and_time(counter: Counter) -> None:
    consignment_id = await counter.submitted()
    named: dict[str, Any] = {"consignmentId": consignment_id}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    unreached = await counter(
        counter.support, "consignmentConfirm", **named, outcome="UNREACHABLE", note="No answer", callAgainAt=tomorrow
    )
    assert unreached["state"] == "SUBMITTED"
    assert await queued(counter, counter.support, "TO_CONFIRM", dueBefore=datetime.now(UTC).isoformat()) == []
    reached = await counter(counter.support, "consignmentConfirm", **named, outcome="CONFIRMED", note="Tuesday")

    assert [(task["attempt"], task["outcome"], task["note"]) for task in reached["tasks"]] == [
        (1, "UNREACHABLE", "No answer"),
        (2, "CONFIRMED", "Tuesday"),
    ]
    assert all(task["agent"]["id"] == account_id(counter.support) and task["doneAt"] for task in reached["tasks"])
    mine = await counter.seen(counter.seller, consignment_id)
    assert [(task["outcome"], task["note"], task["agent"]) for task in mine["tasks"]] == [
        ("UNREACHABLE", None, None),
        ("CONFIRMED", None, None),
    ]


async def test_the_house_stops_calling_after_five_calls_that_nobody_answers(counter: Counter) -> None:
    consignment_id = await counter.submitted()

    for _ in range(5):
        called = await counter(
            counter.support, "consignmentConfirm", consignmentId=consignment_id, outcome="UNREACHABLE"
        )

    assert called["state"] == "EXPIRED"
    assert [task["outcome"] for task in called["tasks"]] == ["UNREACHABLE"] * 5


async def test_a_seller_who_is_declined_reads_why(counter: Counter) -> None:
    consignment_id = await counter.submitted()
    named: dict[str, Any] = {"consignmentId": consignment_id}

    silent = await counter(counter.support, "consignmentConfirm", **named, outcome="DECLINED")
    assert (silent["code"], silent["path"]) == ("INVALID_INPUT", ["note"])
    declined = await counter(counter.support, "consignmentConfirm", **named, outcome="DECLINED", note="Not this brand")

    assert declined["state"] == "DECLINED"
    assert (await counter.seen(counter.seller, consignment_id))["endReason"] == "Not this brand"


# Who may


CUSTOMER_ONLY = ("consignmentShip", "consignmentUpdate", "consignmentSubmit")
STAFF: dict[str, tuple[set[Role], dict[str, Any]]] = {
    "consignmentConfirm": ({Role.SUPPORT}, {"outcome": "CONFIRMED"}),
    "consignmentEstimate": (
        {Role.SUPPORT, Role.APPRAISER},
        {"low": {"amount": "1.00", "currencyCode": "EUR"}, "high": {"amount": "2.00", "currencyCode": "EUR"}},
    ),
    "consignmentDecline": ({Role.SUPPORT, Role.MERCHANDISER}, {"reason": "No"}),
    "consignmentReceive": ({Role.SUPPORT, Role.SHOP_ASSOCIATE}, {"intake": intake()}),
    "consignmentReturn": ({Role.SUPPORT, Role.SHOP_ASSOCIATE}, {"handedTo": "Lin Wei"}),
    "consignmentDisposeRefused": ({Role.SUPPORT}, {"disposal": "RETURN", "note": "Settled"}),
    "consignmentList": ({Role.MERCHANDISER}, {}),
}


@pytest.mark.parametrize("action", STAFF)
async def test_what_the_house_does_is_for_the_right_staff_alone(counter: Counter, action: str) -> None:
    roles, given = STAFF[action]
    consignment_id = await counter.submitted()
    before = await counter.kept(consignment_id)

    for role in set(Role) - roles - {Role.ADMIN, Role.SYSTEM}:
        somebody = await counter.people.person(role)
        refused = await counter(somebody, action, consignmentId=consignment_id, **given)
        assert refused["code"] == "NOT_ALLOWED", (role, refused)
    stranger = await counter(None, action, consignmentId=consignment_id, **given)
    own = await counter(counter.seller, action, consignmentId=consignment_id, **given)

    assert stranger["code"] == own["code"] == "NOT_ALLOWED"
    assert await counter.kept(consignment_id) == before


@pytest.mark.parametrize("action", STAFF)
async def test_nobody_handles_their_own_consignment_for_the_house(counter: Counter, action: str) -> None:
    insider = await counter.people.person(Role.CUSTOMER, *STAFF[action][0])
    consignment = await counter(insider, "consignmentSubmit", content=content())
    before = await counter.kept(consignment["id"])

    refused = await counter(insider, action, consignmentId=consignment["id"], **STAFF[action][1])

    assert refused["code"] == "OWN_CONSIGNMENT"
    assert action not in consignment["nextActions"]
    assert await counter.kept(consignment["id"]) == before


SELLERS: dict[str, dict[str, Any]] = {
    "consignmentUpdate": {"content": content(title="Mine")},
    "consignmentSubmit": {},
    "consignmentShip": {"carrier": "La Poste", "tracking": "LP1"},
    "consignmentBook": {"startsAt": slot().isoformat()},
    "consignmentUnbook": {},
    "consignmentWithdraw": {},
    "consignmentAcceptReturn": {},
}


@pytest.mark.parametrize("action", SELLERS)
async def test_somebody_elses_consignment_does_not_exist(counter: Counter, action: str) -> None:
    consignment_id = await counter.confirmed()
    before = await counter.kept(consignment_id)
    given = SELLERS[action] | ({"shopId": counter.shop_id} if action == "consignmentBook" else {})
    other = await counter.people.customer()
    finance = await counter.people.staff(Role.FINANCE)

    theirs = await counter(other, action, consignmentId=consignment_id, **given)
    nobodys = await counter(other, action, consignmentId=encode_id("Consignment", other.id), **given)
    staffs = await counter(finance, action, consignmentId=consignment_id, **given)

    assert theirs["code"] == nobodys["code"] == staffs["code"] == "NOT_FOUND"
    assert theirs["message"] == nobodys["message"]
    assert await counter.kept(consignment_id) == before


async def test_sellers_read_their_own_and_staff_what_was_submitted(counter: Counter) -> None:
    draft = await counter(counter.seller, "consignmentDraft", content=content())
    other = await counter.people.customer()
    query = "query ($id: ID!) { consignment(id: $id) { id } }"
    node = "query ($id: ID!) { node(id: $id) { id } }"

    for person in (other, counter.support, None):
        assert (await counter.api(person, query, id=draft["id"])).codes == ["NOT_FOUND"]
        assert (await counter.api(person, node, id=draft["id"]))["node"] is None
    assert (await counter.seen(counter.seller, draft["id"]))["id"] == draft["id"]
    await counter(counter.seller, "consignmentSubmit", consignmentId=draft["id"])
    assert (await counter.seen(counter.support, draft["id"]))["state"] == "SUBMITTED"
    assert (await counter.api(other, query, id=draft["id"])).codes == ["NOT_FOUND"]
    by_code = "query ($code: String!) { consignment(code: $code) { id } }"
    assert (await counter.api(counter.seller, by_code, code=draft["code"].lower()))["consignment"]["id"] == draft["id"]
    assert (await counter.api(other, by_code, code=draft["code"])).codes == ["NOT_FOUND"]


@pytest.mark.own_house
async def test_the_queue_is_for_staff(counter: Counter) -> None:
    consignment_id = await counter.submitted()

    for person in (counter.seller, None):
        assert (await counter.api(person, QUEUE, filter={"queue": "TO_CONFIRM"})).codes == ["NOT_ALLOWED"]
    assert await queued(counter, counter.merchandiser, "TO_CONFIRM") == [consignment_id]
    assert await queued(counter, counter.merchandiser, "TO_ESTIMATE") == [consignment_id]
    assert await queued(counter, counter.merchandiser, "TO_CONFIRM", shopId=counter.shop_id) == []
    for queue in ("TO_RECEIVE", "TO_APPRAISE", "TO_OFFER", "TO_LIST", "TO_LIST_BOUGHT", "TO_DISPOSE", "TO_RETURN"):
        assert await queued(counter, counter.merchandiser, queue) == []


async def test_next_actions_are_those_of_the_viewer(counter: Counter) -> None:
    consignment_id = await counter.submitted()
    finance = await counter.people.staff(Role.FINANCE)

    assert (await counter.seen(counter.seller, consignment_id))["nextActions"] == [
        *["consignmentUpdate", "consignmentWithdraw"],
    ]
    assert (await counter.seen(counter.support, consignment_id))["nextActions"] == [
        *["consignmentEstimate", "consignmentConfirm", "consignmentWithdraw", "consignmentDecline"],
    ]
    assert (await counter.seen(finance, consignment_id))["nextActions"] == []


# Input


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"title": " "}, ["content", "title"]),
        ({"brand": ""}, ["content", "brand"]),
        ({"description": ""}, ["content", "description"]),
        ({"photos": []}, ["content", "photos"]),
        ({"photos": [{"url": "http://example.com/a.jpg"}]}, ["content", "photos", "0", "url"]),
        ({"photos": [{"url": f"https://example.com/{n}.jpg"} for n in range(25)]}, ["content", "photos"]),
        ({"askingPrice": {"amount": "0.00", "currencyCode": "EUR"}}, ["content", "askingPrice"]),
        (
            {"askingPrice": {"amount": "5.00", "currencyCode": "USD"}},
            ["content", "askingPrice", "currencyCode"],
        ),
    ],
)
async def test_what_staff_could_not_judge_is_not_submitted(
    counter: Counter, changed: dict[str, Any], path: list[str]
) -> None:
    refused = await counter(counter.seller, "consignmentSubmit", content=content(**changed))

    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    assert (await counter.api(counter.seller, OWN))["consignments"]["nodes"] == []


@pytest.mark.parametrize(
    "photo", [{}, {"key": "public/a", "url": "https://example.com/a.jpg"}], ids=["neither", "both"]
)
async def test_a_photo_is_a_key_or_an_address(counter: Counter, photo: dict[str, str]) -> None:
    answer = await counter.api(counter.seller, send("consignmentSubmit"), input={"content": content(photos=[photo])})

    assert answer.codes == ["BAD_USER_INPUT"]
    assert (await counter.api(counter.seller, OWN))["consignments"]["nodes"] == []


async def test_a_photo_must_be_ones_own_finished_upload(counter: Counter) -> None:
    photos = [{"key": "public/somebody-elses"}]

    refused = await counter(counter.seller, "consignmentSubmit", content=content(photos=photos))

    assert refused["code"] == "NOT_FOUND"


async def test_a_category_must_exist(counter: Counter) -> None:
    nowhere = encode_id("Category", counter.seller.id)

    refused = await counter(counter.seller, "consignmentSubmit", content=content(categoryId=nowhere))

    assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["content", "categoryId"])


async def test_an_estimate_goes_from_low_to_high_in_the_consignments_currency(counter: Counter) -> None:
    consignment_id = await counter.submitted()

    for low, high, currency in (("9.00", "8.00", "EUR"), ("0.00", "8.00", "EUR"), ("1.00", "2.00", "USD")):
        refused = await counter(
            counter.support,
            "consignmentEstimate",
            consignmentId=consignment_id,
            low={"amount": low, "currencyCode": currency},
            high={"amount": high, "currencyCode": currency},
        )
        assert refused["code"] == "INVALID_INPUT"
    assert (await counter.kept(consignment_id))["estimate_low_minor"] is None


async def test_a_receipt_needs_photos_a_seal_and_a_weight(counter: Counter) -> None:
    consignment_id = await counter.confirmed()
    before = await counter.kept(consignment_id)

    for changed, path in (
        ({"photos": []}, ["intake", "photos"]),
        ({"sealNumber": ""}, ["intake", "sealNumber"]),
        ({"weightGrams": 0}, ["intake", "weightGrams"]),
        ({"handedOverBy": "  "}, ["intake", "handedOverBy"]),
        ({"serial": "X1"}, ["intake", "serial"]),
    ):
        refused = await counter(
            counter.support, "consignmentReceive", consignmentId=consignment_id, intake=intake(**changed)
        )
        assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    nameless = await counter(counter.associate, "consignmentReceive", consignmentId=consignment_id, intake=intake())

    assert (nameless["code"], nameless["path"]) == ("INVALID_INPUT", ["intake", "shopId"])
    assert await counter.kept(consignment_id) == before


# Once


async def test_the_same_key_submits_once(counter: Counter) -> None:
    given = {"content": content(), "clientMutationKey": "once"}

    first = await counter(counter.seller, "consignmentSubmit", **given)
    again = await counter(counter.seller, "consignmentSubmit", **given)

    assert first == again
    assert len((await counter.api(counter.seller, OWN))["consignments"]["nodes"]) == 1


async def test_a_draft_is_handed_in_once(counter: Counter) -> None:
    draft = await counter(counter.seller, "consignmentDraft", content=content())

    first = await counter(counter.seller, "consignmentSubmit", consignmentId=draft["id"])
    again = await counter(counter.seller, "consignmentSubmit", consignmentId=draft["id"])

    assert (first["state"], again["code"], again["stands"]) == ("SUBMITTED", "WRONG_STATE", "SUBMITTED")
    assert len((await counter.seen(counter.seller, draft["id"]))["tasks"]) == 1


async def test_who_decides_on_an_old_version_is_told(counter: Counter) -> None:
    consignment_id = await counter.submitted()
    await counter(
        counter.seller, "consignmentUpdate", consignmentId=consignment_id, content=content(title="Sac Soleil")
    )

    refused = await counter(
        counter.support, "consignmentConfirm", consignmentId=consignment_id, outcome="CONFIRMED", expectedVersion=1
    )

    assert refused["code"] == "VERSION_CONFLICT"
    assert (await counter.kept(consignment_id))["state"] == "SUBMITTED"


@pytest.mark.own_house
async def test_a_piece_is_received_once(counter: Counter) -> None:
    consignment_id = await counter.received()

    again = await counter(counter.support, "consignmentReceive", consignmentId=consignment_id, intake=intake())

    assert again["code"] == "WRONG_STATE"
    receipts = await counter.people.house.readers.pool.fetchval("SELECT count(*) FROM intake_receipt")
    assert receipts == 1


async def test_a_serial_that_somebody_else_owns_stops_the_intake(counter: Counter, house: House) -> None:
    shelves = Shelves(house)
    known = await shelves.piece(serial="LN-1", owner=await counter.people.customer())
    consignment_id = await counter.confirmed()

    refused = await counter(
        counter.support,
        "consignmentReceive",
        consignmentId=consignment_id,
        intake=intake(productId=encode_id("Product", known.product_id), serial="ln-1"),
    )

    assert refused["code"] == "SERIAL_ALREADY_REGISTERED"
    assert (await counter.kept(consignment_id))["state"] == "CONFIRMED"


# Taking it back, and coming to an end


@pytest.mark.parametrize("reached", ["submitted", "confirmed"])
async def test_a_seller_withdraws_freely_before_anything_was_agreed(counter: Counter, reached: str) -> None:
    consignment_id = await getattr(counter, reached)()

    withdrawn = await counter(counter.seller, "consignmentWithdraw", consignmentId=consignment_id, reason="Keep it")

    assert (withdrawn["state"], withdrawn["endReason"], withdrawn["nextActions"]) == ("WITHDRAWN", "Keep it", [])
    assert all(task["outcome"] is not None for task in withdrawn["tasks"])
    again = await counter(counter.seller, "consignmentWithdraw", consignmentId=consignment_id)
    assert (again["code"], again["nextActions"]) == ("WRONG_STATE", [])


async def test_what_was_withdrawn_after_it_came_in_goes_back_by_parcel(counter: Counter, house: House) -> None:
    product = await Shelves(house).product()
    consignment_id = await counter.received(productId=encode_id("Product", product.id))
    named: dict[str, Any] = {"consignmentId": consignment_id}

    withdrawn = await counter(counter.seller, "consignmentWithdraw", **named)
    assert [task["kind"] for task in withdrawn["tasks"] if task["outcome"] is None] == ["RETURN"]
    assert await queued(counter, counter.associate, "TO_RETURN") == [consignment_id]
    early = await counter(counter.seller, "consignmentAcceptReturn", **named)
    assert early["code"] == "WRONG_STATE"
    both = await counter(counter.support, "consignmentReturn", **named, carrier="A", tracking="B", handedTo="C")
    half = await counter(counter.support, "consignmentReturn", **named, carrier="A")
    assert both["code"] == half["code"] == "INVALID_INPUT"
    sent = await counter(counter.support, "consignmentReturn", **named, carrier="La Poste", tracking="LP2")
    assert (sent["state"], sent["returnParcel"]["tracking"]) == ("WITHDRAWN", "LP2")
    custody = await house.readers.pool.fetchrow("SELECT * FROM piece WHERE product_id = $1", product.id)
    assert (custody["custodian_kind"], custody["risk_bearer_kind"]) == ("CARRIER", "HOUSE")
    twice = await counter(counter.support, "consignmentReturn", **named, carrier="La Poste", tracking="LP3")
    assert (twice["code"], twice["nextActions"]) == ("WRONG_STATE", ["consignmentAcceptReturn"])
    back = await counter(counter.seller, "consignmentAcceptReturn", **named)

    assert (back["state"], back["nextActions"]) == ("RETURNED", [])
    assert [task["outcome"] for task in back["tasks"]] == ["CONFIRMED", "DONE"]
    custody = await house.readers.pool.fetchrow("SELECT * FROM piece WHERE product_id = $1", product.id)
    assert (custody["custodian_kind"], custody["custodian_id"]) == ("ACCOUNT", counter.seller.id)
    assert custody["risk_bearer_kind"] == "ACCOUNT"


async def test_a_parcel_that_comes_after_its_withdrawal_is_taken_in_to_be_sent_back(counter: Counter) -> None:
    consignment_id = await counter.confirmed()
    named: dict[str, Any] = {"consignmentId": consignment_id}
    await counter(counter.seller, "consignmentShip", **named, carrier="La Poste", tracking="LP1")
    await counter(counter.seller, "consignmentWithdraw", **named)

    taken = await counter(counter.support, "consignmentReceive", **named, intake=intake())
    assert (taken["state"], taken["receipt"]["sealNumber"]) == ("WITHDRAWN", "S-0042")
    back = await counter(counter.support, "consignmentReturn", **named, handedTo="Lin Wei")

    assert back["state"] == "RETURNED"


async def test_the_house_declines_what_it_has_and_gives_it_back(counter: Counter) -> None:
    consignment_id = await counter.received(shopId=counter.shop_id)
    named: dict[str, Any] = {"consignmentId": consignment_id}

    declined = await counter(counter.merchandiser, "consignmentDecline", **named, reason="Too worn")
    handed = await counter(counter.associate, "consignmentReturn", **named, handedTo="Lin Wei")

    assert (declined["state"], declined["endReason"]) == ("DECLINED", "Too worn")
    assert handed["state"] == "RETURNED"


@pytest.mark.own_house
async def test_what_was_confirmed_and_never_came_expires(counter: Counter) -> None:
    consignment_id = await counter.confirmed()
    command = handback.Expire(ConsignmentId(uuid_of(consignment_id)))
    expires_at = datetime.fromisoformat((await counter.seen(counter.seller, consignment_id))["expiresAt"])
    jobs = "SELECT due_at FROM outbox WHERE name = 'consignmentExpire'"
    assert [row["due_at"] for row in await counter.people.house.readers.pool.fetch(jobs)] == [
        (await counter.kept(consignment_id))["expires_at"]
    ]

    await counter.job(handback.expire, command, expires_at - timedelta(minutes=1))
    assert (await counter.seen(counter.seller, consignment_id))["state"] == "CONFIRMED"
    await counter.job(handback.expire, command, expires_at + timedelta(minutes=1))

    assert (await counter.seen(counter.seller, consignment_id))["state"] == "EXPIRED"
    late = await counter(counter.seller, "consignmentShip", consignmentId=consignment_id, carrier="A", tracking="B")
    assert late["code"] == "WRONG_STATE"


async def test_what_was_sent_in_time_never_expires(counter: Counter) -> None:
    consignment_id = await counter.confirmed()
    await counter(counter.seller, "consignmentShip", consignmentId=consignment_id, carrier="A", tracking="B")

    command = handback.Expire(ConsignmentId(uuid_of(consignment_id)))
    await counter.job(handback.expire, command, datetime.now(UTC) + timedelta(days=400))

    assert (await counter.seen(counter.seller, consignment_id))["state"] == "IN_TRANSIT"


# Lists


async def test_sellers_page_through_their_own(counter: Counter) -> None:
    ids = [await counter.submitted(title=f"Bag {number}") for number in range(5)]
    await counter(counter.seller, "consignmentWithdraw", consignmentId=ids[0])

    first = (await counter.api(counter.seller, OWN, first=3))["consignments"]
    rest = (await counter.api(counter.seller, OWN, first=3, after=first["pageInfo"]["endCursor"]))["consignments"]
    withdrawn = (await counter.api(counter.seller, OWN, states=["WITHDRAWN"]))["consignments"]

    assert [node["id"] for node in first["nodes"] + rest["nodes"]] == ids[::-1]
    assert (first["totalCount"], rest["pageInfo"]["hasNextPage"]) == (5, False)
    assert [node["id"] for node in withdrawn["nodes"]] == [ids[0]]
    assert (await counter.api(None, OWN)).codes == ["NOT_ALLOWED"]


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(counter: Counter, house: House) -> None:
    await counter.submitted()
    with counted() as few:
        await counter.api(counter.seller, OWN)
    for _ in range(6):
        await counter.confirmed()
    with counted() as many:
        await counter.api(counter.seller, OWN)

    assert len(few.reads) == len(many.reads) == 3


async def test_two_who_report_the_same_call_at_once_are_not_both_heard(counter: Counter) -> None:
    consignment_id = await counter.submitted()
    other = await counter.people.staff(Role.SUPPORT)

    answers = await asyncio.gather(
        *(
            counter(person, "consignmentConfirm", consignmentId=consignment_id, outcome="CONFIRMED")
            for person in (counter.support, other, counter.support, other)
        )
    )

    assert sorted(answer["__typename"] for answer in answers) == ["Consignment", *["WrongState"] * 3]
    seen = await counter.seen(counter.support, consignment_id)
    assert [task["outcome"] for task in seen["tasks"]] == ["CONFIRMED"]


@pytest.mark.own_house
async def test_two_desks_that_take_the_same_piece_in_at_once_write_one_receipt(counter: Counter, house: House) -> None:
    product = await Shelves(house).product()
    consignment_id = await counter.confirmed()
    found = intake(counter.shop_id, productId=encode_id("Product", product.id), serial="LN-9")

    answers = await asyncio.gather(
        *(
            counter(counter.associate, "consignmentReceive", consignmentId=consignment_id, intake=found)
            for _ in range(4)
        )
    )

    assert sorted(answer["__typename"] for answer in answers) == ["Consignment", *["WrongState"] * 3]
    assert await house.readers.pool.fetchval("SELECT count(*) FROM intake_receipt") == 1
    assert await house.readers.pool.fetchval("SELECT count(*) FROM piece WHERE serial = 'LN-9'") == 1


async def test_a_piece_is_in_one_consignment_at_a_time(counter: Counter, house: House) -> None:
    product = encode_id("Product", (await Shelves(house).product()).id)
    first, second = await counter.received(productId=product, serial="LN-5"), await counter.confirmed()
    again = intake(productId=product, serial="ln-5")

    refused = await counter(counter.support, "consignmentReceive", consignmentId=second, intake=again)
    assert refused["code"] == "ALREADY_CONSIGNED"
    await counter(counter.seller, "consignmentWithdraw", consignmentId=first)
    await counter(counter.support, "consignmentReturn", consignmentId=first, handedTo="Lin Wei")
    received = await counter(counter.support, "consignmentReceive", consignmentId=second, intake=again)

    assert received["state"] == "RECEIVED"
    assert received["piece"] == (await counter.seen(counter.seller, first))["piece"]
