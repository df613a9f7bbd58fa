"""Everything can be fetched again by its id, by whoever may see it."""

from uuid import UUID

import pytest

from app.house import House
from domain.viewer import Role
from schema.ids import encode_id
from schema.node import FETCHES
from schema.root import build
from tests.support.api import Api
from tests.support.catalogue import Shelves
from tests.support.people import People, euros
from tests.support.statements import counted

ONE_HOUSE = True

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Brand { slug } ... on Listing { slug } } }"


@pytest.fixture
def shelves(house: House) -> Shelves:
    return Shelves(house)


def test_every_type_with_an_id_can_be_fetched_by_it() -> None:
    schema = build()._schema
    node = schema.get_type("Node")
    implementing = {one.name for one in schema.get_implementations(node).objects}  # type: ignore[arg-type]

    assert implementing - set(FETCHES) == set()
    assert set(FETCHES) - implementing == set()


async def test_many_things_of_many_kinds_are_one_statement_for_each_kind(
    api: Api, shelves: Shelves, house: House
) -> None:
    brands = [await shelves.brand() for _ in range(3)]
    offers = [await shelves.listed() for _ in range(3)]
    ids = [encode_id("Brand", one.id) for one in brands] + [encode_id("Listing", one.id) for one in offers]

    with counted() as statements:
        answer = await api(None, NODES, ids=[*ids, encode_id("Brand", UUID(int=3))])

    assert len(statements) == 2
    slugs = [one and one["slug"] for one in answer["nodes"]]
    assert slugs == [*(one.slug for one in brands), *(one.slug for one in offers), None]


async def test_money_and_people_of_somebody_else_do_not_exist(api: Api, people: People) -> None:
    owner, stranger, finance = (
        await people.customer(euros(50)),
        await people.customer(),
        await people.staff(Role.FINANCE),
    )
    grant = """
    mutation ($input: WalletCreditGrantInput!) { walletCreditGrant(input: $input) { ... on CreditLot { id } } }
    """
    hold = """
    mutation ($input: WalletHoldPlaceInput!) { walletHoldPlace(input: $input) { ... on WalletHold { id } } }
    """
    mine = {"accountId": encode_id("Account", owner.id), "amount": {"amount": "5.00", "currencyCode": "EUR"}}
    lot = await api(finance, grant, input={**mine, "origin": "GOODWILL", "reason": "Sorry"})
    held = await api(finance, hold, input={**mine, "kind": "CASH", "ttlSeconds": 60, "reason": "Look"})
    ids = [
        mine["accountId"],
        lot["walletCreditGrant"]["id"],
        held["walletHoldPlace"]["id"],
    ]

    async def kinds(person: object) -> list[str | None]:
        found = [(await api(person, NODE, id=one))["node"] for one in ids]  # type: ignore[arg-type]
        return [one and one["__typename"] for one in found]

    assert await kinds(owner) == await kinds(finance) == ["Account", "CreditLot", "WalletHold"]
    assert await kinds(stranger) == await kinds(None) == [None, None, None]


@pytest.mark.parametrize("text", ["", "not an id", "Zm9v", "QnJhbmQ6"])
async def test_what_is_no_id_of_ours_is_refused(api: Api, text: str) -> None:
    assert (await api(None, NODE, id=text)).codes == ["INVALID_INPUT"]


async def test_a_hundred_ids_are_the_most(api: Api) -> None:
    assert (await api(None, NODES, ids=[encode_id("Brand", UUID(int=1))] * 101)).codes == ["INVALID_INPUT"]
