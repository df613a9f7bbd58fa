"""How consignments end: on the shelf, back with their seller, or kept because they are not authentic."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.house import House
from domain import consignment as consignments
from domain import listing as listings
from domain.account import Account
from domain.consignment import Consignment, ConsignmentId, SettlementMode, handback
from domain.contract import Contract, EndAction
from domain.viewer import HOUSE, Viewer
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.appraisal import Workshop
from tests.support.consigned import Consigned
from tests.support.consignment import Counter, uuid_of
from tests.support.people import People, euros

ONE_HOUSE = True

LISTED = "query ($id: ID!) { consignment(id: $id) { listing { id kind state price { amount } } } }"
QUEUE = "query ($filter: ConsignmentQueueFilterInput!) { consignmentQueue(filter: $filter) { nodes { id } } }"
TIMELINE = "query ($id: ID!) { consignment(id: $id) { timeline(first: 100) { nodes { name } } } }"


@pytest.fixture
async def counter(api: Api, people: People) -> Counter:
    return await Counter(api, people).open()


@pytest.fixture
def deal(house: House) -> Consigned:
    return Consigned(house)


def named(contract: Contract) -> str:
    return encode_id("Consignment", contract.consignment_id)


async def listing_of(house: House, consignment_id: str) -> dict[str, Any]:
    row = await house.readers.pool.fetchrow(
        "SELECT * FROM listing WHERE consignment_id = $1 ORDER BY published_at DESC LIMIT 1", uuid_of(consignment_id)
    )
    return dict(row)


async def take(work: Any, viewer: Viewer, command: Consignment, *, now: datetime) -> UUID:
    """Somebody has it in their cart."""
    listing = await work.listings.lock(command.listing_id)
    listings.reserve(listing, 1)
    await work.listings.save(listing)
    return uuid4()


# On the shelf


async def test_an_agreed_piece_is_listed_in_its_sellers_name_at_the_agreed_price(
    counter: Counter, deal: Consigned, house: House
) -> None:
    consignment_id = named(await deal.agreed(counter.seller, euros(1_500)))
    queue = await counter.api(counter.merchandiser, QUEUE, filter={"queue": "TO_LIST"})
    assert [node["id"] for node in queue["consignmentQueue"]["nodes"]] == [consignment_id]

    other = {"amount": "1499.00", "currencyCode": "EUR"}
    refused = await counter(counter.merchandiser, "consignmentList", consignmentId=consignment_id, price=other)
    assert refused["code"] == "PRICE_NOT_AGREED"
    listed = await counter(counter.merchandiser, "consignmentList", consignmentId=consignment_id)
    again = await counter(counter.merchandiser, "consignmentList", consignmentId=consignment_id)

    assert (listed["state"], again["code"]) == ("LISTED", "WRONG_STATE")
    assert listed["expiresAt"] is not None
    shown = (await counter.api(None, "query ($id: ID!) { node(id: $id) { id } }", id=listed["listing"]["id"]))["node"]
    assert shown is not None
    found = await listing_of(house, consignment_id)
    assert (found["kind"], found["price_minor"]) == ("CONSIGNED", 150_000)
    assert (found["seller_kind"], found["seller_id"]) == ("ACCOUNT", counter.seller.id)


async def test_what_the_house_bought_is_listed_in_its_own_name(counter: Counter, deal: Consigned, house: House) -> None:
    contract = await deal.agreed(counter.seller, euros(1_500), mode=SettlementMode.AT_APPRAISAL)
    consignment_id = named(contract)
    assert (await counter.seen(counter.seller, consignment_id))["state"] == "SETTLED"
    assert (await counter.seen(counter.seller, consignment_id))["nextActions"] == []

    price = {"amount": "1900.00", "currencyCode": "EUR"}
    listed = await counter(counter.merchandiser, "consignmentList", consignmentId=consignment_id, price=price)
    again = await counter(counter.merchandiser, "consignmentList", consignmentId=consignment_id, price=price)

    assert (listed["state"], again["code"]) == ("SETTLED", "WRONG_STATE")
    found = await listing_of(house, consignment_id)
    assert (found["kind"], found["seller_kind"], found["price_minor"]) == ("CONSIGNED", "HOUSE", 190_000)


async def test_a_seller_is_bound_by_the_contract_once_agreed(counter: Counter, deal: Consigned) -> None:
    contract = await deal.listed(counter.seller, euros(1_500), term_days=60)
    before = await counter.kept(named(contract))

    bound = await counter(counter.seller, "consignmentWithdraw", consignmentId=named(contract))

    assert bound["code"] == "SELLER_BOUND"
    assert await counter.kept(named(contract)) == before


async def test_a_seller_is_free_until_they_have_agreed(counter: Counter, deal: Consigned) -> None:
    contract = await deal.offered(counter.seller, euros(1_500))

    withdrawn = await counter(counter.seller, "consignmentWithdraw", consignmentId=named(contract))

    assert withdrawn["state"] == "WITHDRAWN"
    assert [task["kind"] for task in withdrawn["tasks"] if task["outcome"] is None] == ["RETURN"]


async def test_a_seller_who_is_released_takes_the_piece_off_the_shelf(
    counter: Counter, deal: Consigned, people: People, house: House
) -> None:
    contract = await deal.listed(counter.seller, euros(1_500))
    await people.run(release, contract)

    withdrawn = await counter(counter.seller, "consignmentWithdraw", consignmentId=named(contract))

    assert (withdrawn["state"], withdrawn["listing"]) == ("WITHDRAWN", None)
    assert (await listing_of(house, named(contract)))["state"] == "WITHDRAWN"
    assert (await deal.contract(contract.id)).state == "ENDED"


async def test_what_somebody_is_buying_is_not_taken_off_the_shelf(
    counter: Counter, deal: Consigned, people: People, house: House
) -> None:
    contract = await deal.listed(counter.seller, euros(1_500))
    await people.run(release, contract)
    [consignment] = await house.readers.consignments.by_ids([contract.consignment_id])
    await people.run(take, consignment)

    refused = await counter(counter.seller, "consignmentWithdraw", consignmentId=named(contract))

    assert refused["code"] == "BEING_BOUGHT"
    assert (await counter.seen(counter.seller, named(contract)))["state"] == "LISTED"


async def release(work: Any, viewer: Viewer, command: Contract, *, now: datetime) -> UUID:
    """The price is to leave the agreed range, so that the seller may go."""
    contract = await work.contracts.lock(command.id)
    contract.free_withdrawal_since = now
    await work.contracts.save(contract)
    return uuid4()


# The end of the term


async def expire(deal: Consigned, contract: Contract, day: float) -> None:
    await deal.run(handback.expire, HOUSE, handback.Expire(ConsignmentId(contract.consignment_id)), day)


async def test_what_nobody_bought_goes_back_when_its_term_and_grace_are_over(
    counter: Counter, deal: Consigned, house: House
) -> None:
    contract = await deal.listed(counter.seller, euros(1_500), term_days=60, grace_days=10)

    await expire(deal, contract, 69)
    assert (await counter.seen(counter.seller, named(contract)))["state"] == "LISTED"
    await expire(deal, contract, 71)

    ended = await counter.seen(counter.seller, named(contract))
    assert (ended["state"], ended["listing"]) == ("EXPIRED", None)
    assert [task["kind"] for task in ended["tasks"] if task["outcome"] is None] == ["RETURN"]
    assert (await listing_of(house, named(contract)))["state"] == "WITHDRAWN"
    sent = await counter(
        counter.support, "consignmentReturn", consignmentId=named(contract), carrier="La Poste", tracking="LP9"
    )
    back = await counter(counter.seller, "consignmentAcceptReturn", consignmentId=named(contract))
    assert (sent["state"], back["state"]) == ("EXPIRED", "RETURNED")


async def test_what_the_house_buys_at_the_end_of_its_term_is_settled_and_listed_anew(
    counter: Counter, deal: Consigned, house: House
) -> None:
    contract = await deal.listed(
        counter.seller, euros(1_500), term_days=60, grace_days=0, end_action=EndAction.BUY_OUT, end_price=euros(900)
    )

    await expire(deal, contract, 61)

    ended = await counter.seen(counter.merchandiser, named(contract))
    assert (ended["state"], ended["nextActions"]) == ("SETTLED", ["consignmentList"])
    assert (await deal.pocket(counter.seller, euros(1).currency))["cash"] == 90_000
    listed = await counter(counter.merchandiser, "consignmentList", consignmentId=named(contract))
    assert listed["state"] == "SETTLED"
    assert (await listing_of(house, named(contract)))["seller_kind"] == "HOUSE"


async def test_what_was_given_away_is_never_listed(counter: Counter, deal: Consigned) -> None:
    contract = await deal.listed(counter.seller, euros(1_500), term_days=60, grace_days=0, end_action=EndAction.DONATE)

    await expire(deal, contract, 61)

    ended = await counter.seen(counter.merchandiser, named(contract))
    assert (ended["state"], ended["nextActions"]) == ("SETTLED", [])


async def test_a_piece_in_somebodys_cart_is_not_expired_under_their_hands(
    counter: Counter, deal: Consigned, people: People, house: House
) -> None:
    contract = await deal.listed(counter.seller, euros(1_500), term_days=60, grace_days=0)
    [consignment] = await house.readers.consignments.by_ids([contract.consignment_id])
    await people.run(take, consignment)

    await expire(deal, contract, 61)

    after = await counter.kept(named(contract))
    assert after["state"] == "LISTED"
    assert after["expires_at"] == deal.at(61) + timedelta(minutes=15)


async def test_an_offer_that_nobody_takes_expires(counter: Counter, deal: Consigned) -> None:
    contract = await deal.offered(counter.seller, euros(1_500), valid_days=14)

    await expire(deal, contract, 15)

    ended = await counter.seen(counter.seller, named(contract))
    assert ended["state"] == "EXPIRED"
    assert [task["kind"] for task in ended["tasks"] if task["outcome"] is None] == ["RETURN"]


# Sold, and undone


async def test_a_sale_moves_the_consignment_and_an_undone_one_moves_it_back(
    counter: Counter, deal: Consigned, people: People
) -> None:
    contract = await deal.listed(counter.seller, euros(1_500))

    for step, state in (
        ("reserved", "RESERVED"),
        ("unsold", "LISTED"),
        ("reserved", "RESERVED"),
        ("sold", "SOLD"),
        ("called_off", "WITHDRAWN"),
    ):
        await people.run(stepped, Step(contract.consignment_id, step))
        assert (await counter.seen(counter.seller, named(contract)))["state"] == state

    ended = await counter.seen(counter.seller, named(contract))
    assert [task["kind"] for task in ended["tasks"] if task["outcome"] is None] == ["RETURN"]


@dataclass(frozen=True)
class Step:
    consignment_id: UUID
    name: str


async def stepped(work: Any, viewer: Viewer, command: Step, *, now: datetime) -> Consignment:
    """What orders do."""
    found: Consignment = await getattr(consignments, command.name)(work, command.consignment_id, now)
    return found


# Not authentic


async def refused(counter: Counter, workshop: Workshop) -> str:
    """A consignment that an appraiser found to be a counterfeit."""
    consignment_id = await counter.received()
    await judged(counter, workshop, consignment_id)
    return consignment_id


async def judged(counter: Counter, workshop: Workshop, consignment_id: str) -> None:
    """Two appraisers find that what was received is a counterfeit."""
    appraiser = await workshop.appraiser()
    other = await workshop.appraiser()
    opening = "mutation ($input: AppraisalOpenInput!) { appraisalOpen(input: $input) { ... on Appraisal { id } } }"
    given = {"consignmentId": consignment_id, "categoryId": workshop.category_id}
    opened = await counter.api(counter.support, opening, input=given)
    appraisal_id = opened["appraisalOpen"]["id"]
    for person in (appraiser, other):
        if (await counter.kept(consignment_id))["state"] == "APPRAISING":
            await workshop.take(person)
            await workshop.conclude(person, workshop.counterfeit(appraisal_id))


async def test_a_counterfeit_keeps_its_evidence_and_stays_while_the_verdict_can_be_contested(
    counter: Counter, api: Api, people: People
) -> None:
    workshop = await Workshop(api, people).open()
    consignment_id = await refused(counter, workshop)
    query = """
    query ($id: ID!) { consignment(id: $id) { state refused { reason disposal keptUntil evidence { url } note } } }
    """

    seen = (await api(counter.seller, query, id=consignment_id))["consignment"]
    assert seen["state"] == "REFUSED"
    assert seen["refused"]["reason"] == "The stamp is printed, not pressed."
    assert seen["refused"]["evidence"][0] == {"url": "https://pictures.example.com/stamp.jpg"}
    assert seen["refused"]["disposal"] == "RETURN"
    early = await counter(counter.support, "consignmentReturn", consignmentId=consignment_id, handedTo="Lin Wei")
    assert early["code"] == "PIECE_RETAINED"
    decided = await counter(
        counter.support, "consignmentDisposeRefused", consignmentId=consignment_id, disposal="RETURN", note="Accepted"
    )
    assert [task["kind"] for task in decided["tasks"] if task["outcome"] is None] == ["RETURN"]
    back = await counter(counter.support, "consignmentReturn", consignmentId=consignment_id, handedTo="Lin Wei")

    assert back["state"] == "RETURNED"
    after = (await api(counter.seller, query, id=consignment_id))["consignment"]["refused"]
    assert (after["reason"], after["evidence"]) == (seen["refused"]["reason"], seen["refused"]["evidence"])
    assert after["note"] is None


async def test_a_counterfeit_can_be_kept_for_good(counter: Counter, api: Api, people: People) -> None:
    workshop = await Workshop(api, people).open()
    consignment_id = await refused(counter, workshop)
    named: dict[str, Any] = {"consignmentId": consignment_id}
    dispose = {**named, "disposal": "RETAIN", "note": "Handed to the police"}

    past = await counter(
        counter.support, "consignmentDisposeRefused", **dispose, keptUntil=datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    )
    kept = await counter(counter.support, "consignmentDisposeRefused", **dispose)
    sent = await counter(counter.support, "consignmentReturn", **named, carrier="La Poste", tracking="LP1")
    withdrawn = await counter(counter.seller, "consignmentWithdraw", **named)

    assert past["code"] == "INVALID_INPUT"
    assert kept["refused"] == {"disposal": "RETAIN", "keptUntil": None, "note": "Handed to the police"}
    assert sent["code"] == "PIECE_RETAINED"
    assert withdrawn["code"] == "WRONG_STATE"
    queue = await counter.api(counter.support, QUEUE, filter={"queue": "TO_DISPOSE"})
    assert [node["id"] for node in queue["consignmentQueue"]["nodes"]] == [consignment_id]


async def test_what_becomes_of_a_counterfeit_may_be_decided_again_and_again(
    counter: Counter, api: Api, people: People
) -> None:
    workshop = await Workshop(api, people).open()
    consignment_id = await refused(counter, workshop)

    async def decide(disposal: str) -> list[tuple[str, int]]:
        given = {"consignmentId": consignment_id, "disposal": disposal, "note": "Heard again"}
        decided = await counter(counter.support, "consignmentDisposeRefused", **given)
        waiting = [task["kind"] for task in decided["tasks"] if task["outcome"] is None]
        return [(disposal, waiting.count("RETURN"))]

    told = [one for disposal in ("RETURN", "RETURN", "RETAIN", "RETURN") for one in await decide(disposal)]
    back = await counter(counter.support, "consignmentReturn", consignmentId=consignment_id, handedTo="Lin Wei")

    assert told == [("RETURN", 1), ("RETURN", 1), ("RETAIN", 0), ("RETURN", 1)]
    assert back["state"] == "RETURNED"


async def test_a_piece_on_the_appraisers_table_stays_until_the_verdict(
    counter: Counter, api: Api, people: People
) -> None:
    workshop = await Workshop(api, people).open()
    consignment_id = await counter.received()
    opening = "mutation ($input: AppraisalOpenInput!) { appraisalOpen(input: $input) { ... on Appraisal { id } } }"
    await api(counter.support, opening, input={"consignmentId": consignment_id, "categoryId": workshop.category_id})

    withdrawn = await counter(counter.seller, "consignmentWithdraw", consignmentId=consignment_id)

    assert (withdrawn["code"], withdrawn["stands"]) == ("WRONG_STATE", "APPRAISING")


async def test_the_story_of_a_consignment_includes_what_was_done_to_its_piece_and_ends_with_it(
    counter: Counter, deal: Consigned, people: People
) -> None:
    buyer: Account = await people.customer(cash=euros(2_000))
    contract = await deal.listed(counter.seller, euros(1_500))
    await deal.sold(buyer, contract)

    names = [
        node["name"]
        for node in (await counter.api(counter.seller, TIMELINE, id=named(contract)))["consignment"]["timeline"][
            "nodes"
        ]
    ]
    assert names.index("contract.offered") < names.index("consignment.listed") < names.index("consignment.sold")
    assert "listing.published" in names
