"""Policies through the API: published by finance, read by staff, never changed."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from app.house import House
from domain.policy import PolicyKind
from domain.viewer import Role
from tests.support.api import Api
from tests.support.consigned import Consigned
from tests.support.people import People, euros

PUBLISH = """
mutation ($input: PolicyPublishInput!) {
  policyPublish(input: $input) {
    __typename
    ... on PolicyVersion { id kind version effectiveFrom note terms { ... on ReturnTerms { promiseDays } } }
    ... on UserError { code path }
  }
}
"""
IN_FORCE = """
{ policiesInForce {
    kind version
    terms {
      __typename
      ... on CommissionTerms { plans { code name shape tiers { upTo { amount } rateBps } levels { level rateBps } } }
      ... on ReturnTerms { promiseDays statutory { jurisdiction days } }
      ... on SettlementTerms { creditBonusBps buyOut { grade discountBps } }
    }
} }
"""
ALL = "query ($kind: PolicyKind) { policies(kind: $kind) { nodes { kind version note } totalCount } }"
NODE = "query ($id: ID!) { node(id: $id) { __typename } }"


def returns(days: int, **more: Any) -> dict[str, Any]:
    return {"terms": {"returns": {"promiseDays": days, "statutory": []}}, "note": "Longer", **more}


async def test_a_house_opens_with_one_policy_of_each_kind(api: Api, people: People) -> None:
    found = (await api(await people.staff(Role.SUPPORT), IN_FORCE, locale="zh"))["policiesInForce"]

    assert {(policy["kind"], policy["version"]) for policy in found} == {(str(kind), 1) for kind in PolicyKind}
    plans = next(policy["terms"]["plans"] for policy in found if policy["kind"] == "COMMISSION")
    assert plans[0] == {"code": "STANDARD", "name": "统一佣金", "shape": "FLAT", "tiers": [], "levels": []}


async def test_a_new_version_holds_from_its_date_and_reaches_no_deal_before(
    api: Api, people: People, house: House
) -> None:
    finance, seller, consigned = await people.staff(Role.FINANCE), await people.customer(), Consigned(house)
    before = await consigned.offered(seller, euros(1_000))
    later = consigned.at(10).isoformat()

    published = (await api(finance, PUBLISH, input=returns(30, effectiveFrom=later)))["policyPublish"]
    next_week = await consigned.offered(seller, euros(1_000), day=9)
    afterwards = await consigned.offered(seller, euros(1_000), day=10.5)

    assert (published["kind"], published["version"], published["terms"]) == ("RETURN", 2, {"promiseDays": 30})
    windows = [deal.return_window_days for deal in (before, next_week, afterwards)]
    assert windows == [7, 7, 30]
    assert (await consigned.contract(before.id)).return_window_days == 7
    pinned = [next(pin.version for pin in deal.pins if pin.kind is PolicyKind.RETURN) for deal in (before, afterwards)]
    assert pinned == [1, 2]


async def test_the_same_key_publishes_once_and_answers_alike(api: Api, people: People) -> None:
    finance = await people.staff(Role.FINANCE)

    first, again = [await api(finance, PUBLISH, key="once", input=returns(30)) for _ in range(2)]

    assert first.data == again.data
    assert (await api(finance, ALL, kind="RETURN"))["policies"]["totalCount"] == 2


async def test_versions_come_in_the_order_of_their_dates(api: Api, people: People, house: House) -> None:
    finance, now = await people.staff(Role.FINANCE), Consigned(house).start
    in_days = [(now + timedelta(days=days)).isoformat() for days in (-1, 5, 3, 6)]

    answers = [
        (await api(finance, PUBLISH, input=returns(8 + i, effectiveFrom=at)))["policyPublish"]
        for i, at in enumerate(in_days)
    ]

    assert [answer.get("version") or answer["code"] for answer in answers] == [
        *("POLICY_NOT_IN_ORDER", 2, "POLICY_NOT_IN_ORDER", 3)
    ]


async def test_publishers_at_once_get_numbers_of_their_own(api: Api, people: People) -> None:
    finance = await people.staff(Role.FINANCE)

    answers = await asyncio.gather(*(api(finance, PUBLISH, input=returns(8 + i)) for i in range(5)))

    said = [answer["policyPublish"] for answer in answers]
    versions = sorted(answer["version"] for answer in said if answer["__typename"] == "PolicyVersion")
    assert versions == list(range(2, 2 + len(versions)))
    assert versions
    assert {answer["code"] for answer in said if "code" in answer} <= {"POLICY_NOT_IN_ORDER"}


async def test_only_finance_publishes(api: Api, people: People) -> None:
    for role in (None, Role.CUSTOMER, Role.MERCHANDISER, Role.SUPPORT, Role.APPRAISER):
        caller = None if role is None else await people.person(role)
        refused = await api(caller, PUBLISH, input=returns(30))
        assert refused["policyPublish"]["code"] == "NOT_ALLOWED", role

    found = (await api(await people.staff(Role.FINANCE), ALL, kind="RETURN"))["policies"]
    assert found == {"nodes": [{"kind": "RETURN", "version": 1, "note": "As the house opened"}], "totalCount": 1}


async def test_customers_read_no_policies_but_those_in_their_deals(api: Api, people: People) -> None:
    finance, customer = await people.staff(Role.FINANCE), await people.customer()
    published = (await api(finance, PUBLISH, input=returns(30)))["policyPublish"]

    for caller in (None, customer):
        assert (await api(caller, IN_FORCE)).codes == ["NOT_ALLOWED"]
        assert (await api(caller, ALL)).codes == ["NOT_ALLOWED"]
        assert (await api(caller, NODE, id=published["id"]))["node"] is None
    assert (await api(finance, NODE, id=published["id"]))["node"]["__typename"] == "PolicyVersion"


TIER = {"rateBps": 1_000}
NOTHING = {"amount": "0", "currencyCode": "EUR"}


def plan(**more: Any) -> dict[str, Any]:
    return {"plans": [{"code": "P", "name": {"en": "Plan", "zh": "方案"}, **more}]}


IMPOSSIBLE: list[dict[str, Any]] = [
    {"returns": {"promiseDays": -1, "statutory": []}},
    {"commission": plan(shape="FLAT", rateBps=6_001)},
    {"commission": plan(shape="TIERED", tiers=[TIER])},
    {"commission": plan(shape="TIERED", tiers=[TIER, TIER])},
    {"commission": plan(shape="BY_LEVEL", levels=[{"level": "GOLD", "rateBps": 1}])},
    {"commission": {"plans": []}},
    {"tax": {"rates": [{"jurisdiction": "FR", "basis": "MARGIN", "rateBps": 1}] * 2}},
    {"cost": {"tariffs": [{"kind": "STORAGE", "amount": {"amount": "0", "currencyCode": "EUR"}, "borneBy": "HOUSE"}]}},
    {
        "markdown": {
            "floorBps": 5_000,
            "schedules": [
                {
                    "code": "S",
                    "name": {"en": "S", "zh": "S"},
                    "steps": [{"afterDays": 10, "priceBps": 4_999}],
                }
            ],
        }
    },
]


async def test_terms_that_could_not_be_kept_are_refused(api: Api, people: People) -> None:
    finance = await people.staff(Role.FINANCE)

    for terms in IMPOSSIBLE:
        refused = await api(finance, PUBLISH, input={"terms": terms, "note": "New"})
        assert refused["policyPublish"]["code"] == "INVALID_INPUT", terms

    assert (await api(finance, ALL))["policies"]["totalCount"] == len(PolicyKind)


async def test_the_database_itself_keeps_a_published_policy_as_it_is(house: House) -> None:
    connection = await asyncpg.connect(house.settings.database_url)
    try:
        for statement in ("UPDATE policy_version SET note = 'x'", "DELETE FROM policy_version"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
