"""Contracts through the API: offered by staff, pinned to the policies of the day, read by their parties."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.house import House
from domain.account import Account
from domain.contract import Contract
from domain.policy import PolicyKind
from domain.viewer import Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.consigned import Consigned
from tests.support.people import People, euros

ONE_HOUSE = True

OFFER = """
mutation ($input: ContractOfferInput!) {
  contractOffer(input: $input) {
    __typename
    ... on Contract {
      id state version price { amount } floor { amount } buyOut { amount } endPrice { amount }
      commission { code shape rateBps } commissionTaxBps creditBonusBps sellerCosts
      steps { afterDays price { amount } } pins { kind version } nextActions
    }
    ... on UserError { code path message }
  }
}
"""
CONTRACT = "query ($id: ID!) { contract(id: $id) { code state price { amount } costs { note } nextActions } }"
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
AGREE = """
mutation ($input: SettlementAgreeInput!) {
  settlementAgree(input: $input) { __typename ... on Contract { version } ... on UserError { code } }
}
"""


@pytest.fixture
def consigned(house: House) -> Consigned:
    return Consigned(house)


def amount(value: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": value, "currencyCode": currency}


async def offer(api: Api, staff: Account | None, consignment_id: UUID, **terms: Any) -> Any:
    given = {"consignmentId": encode_id("Consignment", consignment_id), "price": amount("1000.00"), **terms}
    return (await api(staff, OFFER, input=given))["contractOffer"]


async def test_an_offer_pins_the_policies_of_its_day(api: Api, people: People, consigned: Consigned) -> None:
    seller, merchandiser = await people.customer(), await people.staff(Role.MERCHANDISER)
    consignment = await consigned.appraised(seller, euros(900))

    offered = await offer(api, merchandiser, consignment.id, scheduleCode="STANDARD", floor=amount("750.00"))

    assert offered["state"] == "OFFERED"
    # The house buys an EXCELLENT piece 25 % below the lower end of its value.
    assert offered["buyOut"] == {"amount": "675.00"}
    assert offered["commission"] == {"code": "STANDARD", "shape": "FLAT", "rateBps": 2_000}
    assert (offered["commissionTaxBps"], offered["creditBonusBps"], offered["sellerCosts"]) == (
        2_000,
        1_000,
        ["SERVICE"],
    )
    # 900, 800 and 700 by the schedule, but nothing below the floor.
    assert [(step["afterDays"], step["price"]["amount"]) for step in offered["steps"]] == [
        *((30, "900.00"), (60, "800.00")),
        (90, "750.00"),
    ]
    assert {pin["kind"] for pin in offered["pins"]} == set(PolicyKind)


async def test_the_floor_of_the_smallest_price_is_that_price(api: Api, people: People, consigned: Consigned) -> None:
    seller, merchandiser = await people.customer(), await people.staff(Role.MERCHANDISER)
    consignment = await consigned.appraised(seller, euros(900))

    offered = await offer(api, merchandiser, consignment.id, price=amount("0.01"))

    assert offered["price"] == offered["floor"] == {"amount": "0.01"}


async def test_a_better_offer_replaces_the_one_before_until_the_seller_agrees(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller, support = await people.customer(), await people.staff(Role.SUPPORT)
    consignment = await consigned.appraised(seller, euros(1_000))
    first = await offer(api, support, consignment.id)
    given = {"contractId": first["id"], "mode": "AFTER_SALE", "payout": {"kind": "CASH"}}

    better = await offer(api, support, consignment.id, price=amount("1200.00"))
    stale = await offer(api, support, consignment.id, price=amount("1300.00"), expectedVersion=first["version"])
    to_first = await api(seller, AGREE, input={**given, "expectedVersion": first["version"]})
    to_better = await api(seller, AGREE, input={**given, "expectedVersion": better["version"]})
    too_late = await offer(api, support, consignment.id, price=amount("900.00"))

    assert (better["id"], better["version"]) == (first["id"], first["version"] + 1)
    assert stale["code"] == "VERSION_CONFLICT"
    assert to_first["settlementAgree"]["code"] == "VERSION_CONFLICT"
    assert to_better["settlementAgree"]["__typename"] == "Contract"
    assert too_late["code"] == "WRONG_STATE"
    [contract] = await consigned.house.readers.contracts.of_consignments([consignment.id])
    assert contract is not None
    assert contract.price == euros(1_200)


async def test_an_offer_lapses_on_its_date(api: Api, people: People, consigned: Consigned) -> None:
    consigned.start -= timedelta(days=15)
    seller = await people.customer()
    contract = await consigned.offered(seller, euros(1_000))

    given = {
        "contractId": encode_id("Contract", contract.id),
        "mode": "AFTER_SALE",
        "payout": {"kind": "CASH"},
        "expectedVersion": contract.version,
    }
    refused = await api(seller, AGREE, input=given)

    assert refused["settlementAgree"]["code"] == "OFFER_LAPSED"
    assert await consigned.contract(contract.id) == contract


async def test_only_merchandisers_and_support_offer(api: Api, people: People, consigned: Consigned) -> None:
    consignment = await consigned.appraised(await people.customer(), euros(1_000))

    for role in (None, Role.CUSTOMER, Role.APPRAISER, Role.FINANCE, Role.SHOP_ASSOCIATE):
        caller = None if role is None else await people.person(role)
        assert (await offer(api, caller, consignment.id))["code"] == "NOT_ALLOWED", role

    assert await consigned.house.readers.contracts.of_consignments([consignment.id]) == [None]


IMPOSSIBLE: list[tuple[dict[str, Any], list[str]]] = [
    ({"price": amount("0.00")}, ["price"]),
    ({"price": amount("-5.00")}, ["price"]),
    ({"price": amount("1000.00", "USD")}, ["price", "currencyCode"]),
    ({"floor": amount("1000.01")}, ["floor"]),
    ({"planCode": "TIERED-CNY"}, ["planCode"]),
    ({"planCode": "NOBODYS"}, ["planCode"]),
    ({"scheduleCode": "NOBODYS"}, ["scheduleCode"]),
    ({"termDays": 0}, ["termDays"]),
    ({"graceDays": 91}, ["graceDays"]),
    ({"validDays": 61}, ["validDays"]),
    ({"steps": [{"afterDays": 5, "price": amount("1000.00")}]}, ["steps"]),
    ({"steps": [{"afterDays": 5, "price": amount("499.99")}]}, ["steps"]),
    ({"steps": [{"afterDays": 0, "price": amount("900.00")}]}, ["steps"]),
]


async def test_nobody_offers_terms_to_themselves(api: Api, people: People, consigned: Consigned) -> None:
    both = await people.person(Role.CUSTOMER, Role.MERCHANDISER)
    consignment = await consigned.appraised(both, euros(1_000))

    assert (await offer(api, both, consignment.id))["code"] == "OWN_CONSIGNMENT"
    assert await consigned.house.readers.contracts.of_consignments([consignment.id]) == [None]


async def test_an_offer_that_can_not_be_kept_is_refused(api: Api, people: People, consigned: Consigned) -> None:
    merchandiser = await people.staff(Role.MERCHANDISER)
    consignment = await consigned.appraised(await people.customer(), euros(1_000))

    for terms, path in IMPOSSIBLE:
        refused = await offer(api, merchandiser, consignment.id, **terms)
        assert refused["code"] in ("INVALID_INPUT", "NOT_FOUND"), terms
        assert refused["path"] == path, terms

    assert await consigned.house.readers.contracts.of_consignments([consignment.id]) == [None]


async def test_a_contract_is_read_by_its_parties_and_exists_for_nobody_else(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller = await people.customer()
    contract: Contract = await consigned.offered(seller, euros(1_000))
    contract_id, unknown = encode_id("Contract", contract.id), encode_id("Contract", UUID(int=7))
    finance = await people.staff(Role.FINANCE)

    mine = (await api(seller, CONTRACT, id=contract_id))["contract"]
    theirs = (await api(finance, CONTRACT, id=contract_id))["contract"]
    assert (mine["code"], mine["nextActions"]) == (contract.code, ["contractOffer", "settlementAgree"])
    assert theirs["price"] == {"amount": "1000.00"}
    assert (await api(seller, NODE, id=contract_id))["node"]["__typename"] == "Contract"
    for caller in (None, await people.customer(), await people.staff(Role.APPRAISER)):
        hidden, nothing = [await api(caller, CONTRACT, id=one) for one in (contract_id, unknown)]
        assert hidden.codes == nothing.codes == ["NOT_FOUND"]
        assert hidden.errors[0]["message"] == nothing.errors[0]["message"]
        assert (await api(caller, NODE, id=contract_id))["node"] is None
