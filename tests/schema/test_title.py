"""A known piece that changed hands outside the house: support records it, and only what the house has no part in."""

import asyncio
from typing import Any

import pytest

from domain.account import Account
from domain.piece import Piece
from domain.viewer import Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.catalogue import Shelves
from tests.support.consignment import Counter, intake
from tests.support.market import Market
from tests.support.people import People, euros
from tests.support.returns import Returns
from tests.support.snapshot import changed, snapshot

ONE_HOUSE = True

RECORD = """
mutation ($input: PieceRecordTitleInput!) {
  pieceRecordTitle(input: $input) {
    __typename
    ... on Piece { version owner { accountId } custodian { accountId } riskBearer { accountId } }
    ... on PieceTied { ties }
    ... on UserError { code message path }
  }
}
"""
PIECE = """
query ($id: ID!) {
  piece(by: { id: $id }) {
    titleRecords { basis evidence owner { id } recordedBy { id } documents { key } }
    passport { nodes { kind title } }
  }
}
"""


@pytest.fixture
def shelves(api: Api) -> Shelves:
    return Shelves(api.house)


async def record(api: Api, person: Account | None, piece: Piece, owner: Account, **more: Any) -> Any:
    given = {
        "pieceId": encode_id("Piece", piece.id),
        "ownerId": encode_id("Account", owner.id),
        "basis": "PURCHASE",
        "evidence": "Bill of sale, Lyon, 3 May 2026",
        **more,
    }
    return (await api(person, RECORD, input=given))["pieceRecordTitle"]


async def test_whoever_bought_a_known_piece_elsewhere_can_bring_it_once_its_title_was_recorded(
    api: Api, people: People, shelves: Shelves
) -> None:
    counter, before = await Counter(api, people).open(), await people.customer()
    piece = await shelves.piece(owner=before, serial="MA-4711", at_home=True)
    product = encode_id("Product", piece.product_id)
    consignment = await counter.confirmed()
    found = {"consignmentId": consignment, "intake": intake(productId=product, serial="ma-4711")}
    refused = await counter(counter.support, "consignmentReceive", **found)
    assert (refused["code"], "record its new owner" in refused["message"]) == ("SERIAL_ALREADY_REGISTERED", True)

    recorded = await record(api, counter.support, piece, counter.seller)
    received = await counter(counter.support, "consignmentReceive", **found)

    theirs = encode_id("Account", counter.seller.id)
    assert recorded["owner"] == recorded["custodian"] == recorded["riskBearer"] == {"accountId": theirs}
    assert (received["state"], received["piece"]["id"]) == ("RECEIVED", encode_id("Piece", piece.id))
    seen = (await api(counter.support, PIECE, id=encode_id("Piece", piece.id)))["piece"]
    assert seen["titleRecords"] == [
        {
            "basis": "PURCHASE",
            "evidence": "Bill of sale, Lyon, 3 May 2026",
            "owner": {"id": theirs},
            "recordedBy": {"id": encode_id("Account", counter.support.id)},
            "documents": [],
        }
    ]
    own = (await api(counter.seller, PIECE, id=encode_id("Piece", piece.id)))["piece"]
    assert own["titleRecords"] is None
    assert own["passport"]["nodes"] == [{"kind": "TITLE_RECORDED", "title": "New owner, outside the house"}]


async def test_a_piece_that_the_house_has_a_part_in_changes_hands_no_other_way(
    api: Api, people: People, shelves: Shelves, market: Market
) -> None:
    support, other = await people.staff(Role.SUPPORT), await people.customer()
    returns = await Returns(market, people).open()
    buyer, seller = await people.customer(cash=euros(3_000)), await people.customer()
    ours, kept = await shelves.piece(), await shelves.piece(owner=seller)
    bag = await market.consigned(seller, 1_000)
    assert bag.piece_id is not None
    consigned = await shelves_piece(api, bag.piece_id)

    async def ties(piece: Piece) -> list[str]:
        before = await snapshot(api.house)
        refused = await record(api, support, piece, other)
        assert refused["code"] == "PIECE_TIED", refused
        assert changed(before, await snapshot(api.house)) == []
        return sorted(refused["ties"])

    assert await ties(ours) == ["HOUSE_OWNS", "IN_OUR_HANDS"]
    assert await ties(kept) == ["IN_OUR_HANDS"]
    assert await ties(consigned) == ["CONSIGNED", "IN_OUR_HANDS", "LISTED"]
    await market.add(buyer, bag)
    assert "CLAIMED" in await ties(consigned)
    cart = await market.add(buyer, await market.piece(10))
    sale = await market.place(buyer, cart["id"], cash=1_010)
    assert "ORDERED" in await ties(consigned)
    await returns.deliver(sale)
    assert await ties(consigned) == ["CONSIGNED"], "the seller was not paid yet"
    await returns.all_is_due(sale)
    assert (await record(api, support, consigned, other))["__typename"] == "Piece"


async def shelves_piece(api: Api, piece_id: Any) -> Piece:
    from domain.viewer import Viewer

    staff = Viewer(roles=frozenset({Role.ADMIN}))
    [found] = await api.house.readers.pieces.by_ids([piece_id], staff)
    assert found is not None
    return found


async def test_only_support_records_and_nobody_for_themselves(api: Api, people: People, shelves: Shelves) -> None:
    before, after = await people.customer(), await people.customer()
    piece = await shelves.piece(owner=before, at_home=True)
    kept = await snapshot(api.house)
    outsiders = [None, before, after]
    outsiders += [await people.staff(role) for role in (Role.APPRAISER, Role.MERCHANDISER, Role.FINANCE)]
    insider = await people.person(Role.SUPPORT, Role.CUSTOMER)

    for person in outsiders:
        assert (await record(api, person, piece, after))["code"] == "NOT_ALLOWED"
    own = await record(api, insider, piece, insider)
    mine = await shelves.piece(owner=insider, at_home=True)
    given_away = await record(api, insider, mine, after)

    assert (own["code"], own["path"]) == ("NOT_ALLOWED", ["ownerId"])
    assert given_away["code"] == "NOT_ALLOWED"
    assert [name for name in changed(kept, await snapshot(api.house)) if "title" in name] == []


async def test_what_is_recorded_must_make_sense(api: Api, people: People, shelves: Shelves) -> None:
    support, before, after = await people.staff(Role.SUPPORT), await people.customer(), await people.customer()
    piece = await shelves.piece(owner=before, at_home=True)

    same = await record(api, support, piece, before)
    silent = await record(api, support, piece, after, evidence="  ")
    stale = await record(api, support, piece, after, expectedVersion=99)
    nobody = await record(api, support, piece, after, ownerId=encode_id("Account", piece.id))
    twice = await asyncio.gather(*(record(api, support, piece, after) for _ in range(2)))

    assert (same["code"], same["path"]) == ("INVALID_INPUT", ["ownerId"])
    assert (silent["code"], silent["path"]) == ("INVALID_INPUT", ["evidence"])
    assert stale["code"] == "VERSION_CONFLICT"
    assert (nobody["code"], nobody["path"]) == ("NOT_FOUND", ["ownerId"])
    assert sorted(one["__typename"] for one in twice) == ["InvalidInput", "Piece"]


@pytest.mark.own_house
async def test_the_record_stays_and_the_words_about_people_go_with_them(
    api: Api, people: People, shelves: Shelves
) -> None:
    support, before, after = await people.staff(Role.SUPPORT), await people.customer(), await people.customer()
    piece = await shelves.piece(owner=before, at_home=True)
    await record(api, support, piece, after, evidence="Bill of sale of Zhao Unikat")
    export = (await api(after, "{ accountExport }"))["accountExport"]["title_record"][0]
    assert (export["evidence"], export["recorded_by"]) == ("Bill of sale of Zhao Unikat", "SUPPORT")
    assert str(before.id) not in str(export)

    erase = "mutation ($i: AccountEraseInput!) { accountErase(input: $i) { __typename ... on UserError { message } } }"
    assert (await api(before, erase, i={}))["accountErase"]["__typename"] == "Account"

    row = await api.house.readers.pool.fetchrow("SELECT * FROM title_record")
    assert (row["evidence"], row["basis"]) == ("", "PURCHASE")
