"""Pieces and their passports through the API."""

import asyncio
from uuid import UUID

import pytest

from app.house import House
from domain import piece as pieces
from domain.piece import Grade
from domain.viewer import HOUSE, Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.catalogue import Dress, Register, Shelves, dress, euros, register
from tests.support.people import People

ONE_HOUSE = True

PIECE = """
query ($id: ID!) { piece(by: { id: $id }) {
  slug grade serialMasked serial condition owner { kind accountId } custodian { kind } riskBearer { kind accountId }
  standings { since owner { kind } custodian { kind } }
  product { slug } listing { slug }
} }
"""
PASSPORT = """
query ($id: ID!, $first: Int, $after: String) { piece(by: { id: $id }) {
  passport(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { kind title occurredAt details { grade price { amount } previousPrice { amount } reason certificate } }
  } } }
"""


@pytest.fixture
def shelves(house: House) -> Shelves:
    return Shelves(house)


def piece_id(value: UUID) -> str:
    return encode_id("Piece", value)


async def test_owner_custodian_and_risk_are_data_with_a_past_that_staff_read(
    api: Api, shelves: Shelves, people: People
) -> None:
    seller, staff = await people.customer(), await people.staff(Role.SUPPORT)
    offer = await shelves.listed(seller=seller)
    assert offer.piece_id is not None

    seen = (await api(staff, PIECE, id=piece_id(offer.piece_id)))["piece"]

    assert seen["owner"] == {"kind": "ACCOUNT", "accountId": encode_id("Account", seller.id)}
    assert seen["custodian"] == {"kind": "HOUSE"}
    assert seen["riskBearer"]["kind"] == "ACCOUNT"
    assert [one["owner"]["kind"] for one in seen["standings"]] == ["ACCOUNT"]


async def test_every_change_of_hands_is_kept_by_the_database_itself(
    api: Api, shelves: Shelves, house: House, people: People
) -> None:
    seller, staff = await people.customer(), await people.staff(Role.SUPPORT)
    found = await shelves.piece(owner=seller)
    assert found.owner == pieces.account(seller.id)

    await shelves.run(dress, Dress(found.id, Grade.GOOD, (), pieces.HOUSE), HOUSE)

    standings = (await api(staff, PIECE, id=piece_id(found.id)))["piece"]["standings"]
    assert [one["owner"]["kind"] for one in standings] == ["ACCOUNT", "HOUSE"]
    with pytest.raises(Exception, match="permission denied"):
        async with house.transactor.pool.lend() as raw:
            await raw.execute("DELETE FROM piece_standing")


async def test_serial_and_people_are_hidden_from_shoppers_and_the_owner_alike(
    api: Api, shelves: Shelves, people: People
) -> None:
    seller, stranger = await people.customer(), await people.customer()
    product = await shelves.product()
    found = await shelves.piece(product, owner=seller, serial="ab-123456")

    unlisted = [(await api(one, PIECE, id=piece_id(found.id)))["piece"] for one in (None, stranger)]
    own = (await api(seller, PIECE, id=piece_id(found.id)))["piece"]

    assert unlisted == [None, None]
    assert own["serialMasked"] == "••••••456"
    hidden = ("serial", "owner", "custodian", "riskBearer", "standings")
    assert [own[name] for name in hidden] == [None] * 5
    listed = await shelves.listed(product)
    assert listed.piece_id is not None
    public = (await api(None, PIECE, id=piece_id(listed.piece_id)))["piece"]
    assert public["listing"] == {"slug": listed.slug}
    assert [public[name] for name in hidden] == [None] * 5


async def test_a_piece_is_found_by_its_slug_too(api: Api, shelves: Shelves) -> None:
    offer = await shelves.listed()
    by_slug = "query ($slug: String!) { piece(by: { slug: $slug }) { id grade } }"
    listing = "query ($slug: String!) { listing(by: { slug: $slug }) { piece { slug } } }"

    slug = (await api(None, listing, slug=offer.slug))["listing"]["piece"]["slug"]

    assert (await api(None, by_slug, slug=slug))["piece"]["grade"] == "EXCELLENT"
    assert (await api(None, by_slug, slug="nothing"))["piece"] is None


async def test_the_passport_tells_of_the_piece_and_of_nobody(api: Api, shelves: Shelves, people: People) -> None:
    seller, staff = await people.customer(), await people.staff(Role.MERCHANDISER)
    offer = await shelves.listed(price=euros(900))
    assert offer.piece_id is not None
    reprice = """
    mutation ($input: ListingRepriceInput!) { listingReprice(input: $input) { ... on Listing { version } } }
    """
    change = {
        "listingId": encode_id("Listing", offer.id),
        "price": {"amount": "800.00", "currencyCode": "EUR"},
        "reason": "CONDITION",
    }
    await api(staff, reprice, input=change)

    public = (await api(None, PASSPORT, id=piece_id(offer.piece_id)))["piece"]["passport"]
    whole = (await api(staff, PASSPORT, id=piece_id(offer.piece_id), locale="zh"))["piece"]["passport"]

    assert [one["kind"] for one in public["nodes"]] == ["LISTED", "PRICED"]
    assert public["totalCount"] == 2
    priced = public["nodes"][1]["details"]
    assert (priced["price"], priced["previousPrice"]) == ({"amount": "800.00"}, {"amount": "900.00"})
    assert priced["reason"] == "CONDITION"
    assert str(seller.id) not in str(public)
    assert [one["kind"] for one in whole["nodes"]] == ["HANDLED", "LISTED", "PRICED"]
    assert whole["nodes"][1]["title"] == "上架出售"
    first = (await api(None, PASSPORT, id=piece_id(offer.piece_id), first=1))["piece"]["passport"]
    assert first["pageInfo"]["hasNextPage"]
    after = first["pageInfo"]["endCursor"]
    rest = (await api(None, PASSPORT, id=piece_id(offer.piece_id), first=1, after=after))["piece"]["passport"]
    assert [one["kind"] for one in rest["nodes"]] == ["PRICED"]


async def test_a_piece_that_comes_back_is_the_same_piece(shelves: Shelves, people: People) -> None:
    seller, other = await people.customer(), await people.customer()
    product = await shelves.product()
    first = await shelves.run(register, Register(product.id, "SN-1", pieces.account(seller.id)), HOUSE)
    again = await shelves.run(register, Register(product.id, " sn-1 ", pieces.account(seller.id)), HOUSE)

    assert again.id == first.id
    with pytest.raises(pieces.SerialAlreadyRegistered):
        await shelves.run(register, Register(product.id, "SN-1", pieces.account(other.id)), HOUSE)


async def test_of_two_who_bring_one_serial_at_once_the_second_is_asked_about_it(
    shelves: Shelves, people: People
) -> None:
    owners = [pieces.account((await people.customer()).id) for _ in range(4)]
    product = await shelves.product()

    brought = await asyncio.gather(
        *(shelves.run(register, Register(product.id, "SN-9", owner), HOUSE) for owner in owners),
        return_exceptions=True,
    )

    assert sum(isinstance(one, pieces.Piece) for one in brought) == 1
    assert sum(isinstance(one, pieces.SerialAlreadyRegistered) for one in brought) == 3


async def test_a_merchandiser_registers_a_piece_of_the_house_and_tells_of_it(
    api: Api, shelves: Shelves, people: People
) -> None:
    staff = await people.staff(Role.MERCHANDISER)
    product = await shelves.product()
    make = """
    mutation ($input: PieceRegisterInput!) { pieceRegister(input: $input) {
      __typename ... on Piece { id grade serial condition owner { kind } measurements { code value unit } version }
      ... on SerialAlreadyRegistered { piece { serial } } ... on UserError { code path } } }
    """
    tell = """
    mutation ($input: PieceDescribeInput!) { pieceDescribe(input: $input) {
      __typename ... on Piece { grade condition } ... on UserError { code path } } }
    """
    given = {
        "productId": encode_id("Product", product.id),
        "grade": "VERY_GOOD",
        "serial": "h-77",
        "condition": {"en": "Light wear.", "zh": "轻微使用痕迹。"},
        "measurements": [{"code": "width", "value": "31.5", "unit": "cm"}],
    }

    made = (await api(staff, make, input=given))["pieceRegister"]
    told = await api(staff, tell, input={"pieceId": made["id"], "grade": "GOOD"})

    assert (made["serial"], made["owner"]) == ("H-77", {"kind": "HOUSE"})
    assert made["measurements"] == [{"code": "width", "value": "31.5", "unit": "cm"}]
    assert told["pieceDescribe"] == {"__typename": "Piece", "grade": "GOOD", "condition": "Light wear."}


async def test_a_merchandiser_does_not_grade_what_belongs_to_a_seller(
    api: Api, shelves: Shelves, people: People
) -> None:
    staff, seller = await people.staff(Role.MERCHANDISER), await people.customer()
    found = await shelves.piece(owner=seller, grade=Grade.FAIR)
    tell = """
    mutation ($input: PieceDescribeInput!) { pieceDescribe(input: $input) { ... on UserError { code path } } }
    """

    refused = await api(staff, tell, input={"pieceId": piece_id(found.id), "grade": "PRISTINE"})

    assert refused["pieceDescribe"] == {"code": "NOT_ALLOWED", "path": ["grade"]}
    assert (await api(seller, PIECE, id=piece_id(found.id)))["piece"]["grade"] == "FAIR"
