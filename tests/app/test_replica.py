"""A house with a replica that lags behind: who somebody is and what they may is known all the same.

What a change answers, and what is told to those who watch, is as new as what was done.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from app.asgi import create
from app.auth import BadToken
from app.config import Settings
from app.house import House, open_house
from app.jobs import JOBS
from domain.viewer import Role, Scope
from persistence.embedded import Services
from schema.ids import encode_id
from tests.conftest import copied
from tests.schema.test_account import REVOKE, account_id
from tests.schema.test_api_key import KEY, REVOKE_KEY
from tests.schema.test_session import END_ALL
from tests.support.api import Api
from tests.support.event_stream import first_answer
from tests.support.issuer import Issuer, issuing
from tests.support.market import Market
from tests.support.people import People

ISSUE = """
mutation ($input: ApiKeyIssueInput!) {
  apiKeyIssue(input: $input) { ... on ApiKeySecret { secret } ... on UserError { code message } }
}
"""


ISSUE_AND_SHOW = f"""
mutation ($input: ApiKeyIssueInput!) {{
  apiKeyIssue(input: $input) {{ ... on ApiKeySecret {{ {KEY} }} ... on UserError {{ code message }} }}
}}
"""
WATCH = "subscription ($by: IdOrSlugInput!) { listingChanged(by: $by) { listing { slug available } } }"


@pytest.fixture
async def other() -> AsyncIterator[Issuer]:
    async with issuing() as found:
        yield found


@pytest.fixture
async def house(settings: Settings, services: Services, template: str, other: Issuer) -> AsyncIterator[House]:
    """Its replica has not heard of anything yet."""
    async with copied(services, template) as replica:
        told = {"database_replica_url": replica.app_url, "oidc_issuers": (other.settings(),)}
        async with open_house(settings.model_copy(update=told)) as house:
            yield house


async def roles(house: House, token: str) -> frozenset[Role]:
    return (await house.viewer(f"Bearer {token}", "en")).roles


async def test_a_role_that_is_revoked_and_a_session_that_is_ended_are_gone_at_once(
    api: Api, house: House, people: People
) -> None:
    agent, admin = await people.staff(Role.SUPPORT), await people.staff(Role.ADMIN)
    token = api.token(agent)
    assert Role.SUPPORT in await roles(house, token)

    revoked = await api(admin, REVOKE, input={"accountId": account_id(agent), "role": "SUPPORT"})
    assert "code" not in revoked["accountRevokeRole"], revoked.body
    with pytest.raises(BadToken):
        await roles(house, token)

    assert Role.ADMIN in await roles(house, api.token(admin))
    ended = await api(admin, END_ALL, input={})
    assert "code" not in ended["sessionEndAll"], ended.body
    with pytest.raises(BadToken):
        await roles(house, api.token(admin))


async def test_an_api_key_that_is_revoked_is_worth_nothing_at_once(api: Api, house: House, people: People) -> None:
    partner = await people.person(Role.PARTNER)
    made = await api(partner, ISSUE, input={"name": "Feed", "scopes": []})
    secret = made["apiKeyIssue"]["secret"]
    held = (await house.viewer(f"Bearer {secret}", "en")).key
    assert held is not None

    revoked = await api(partner, REVOKE_KEY, input={"apiKeyId": encode_id("ApiKey", held.id)})
    assert "code" not in revoked["apiKeyRevoke"], revoked.body
    with pytest.raises(BadToken):
        await house.viewer(f"Bearer {secret}", "en")


async def test_whom_another_issuer_knows_is_one_account_from_the_first_token_on(house: House, other: Issuer) -> None:
    found = {(await house.viewer(f"Bearer {other.token('ada', jti=jti)}", "en")).account_id for jti in ("a", "b")}

    assert len(found) == 1
    assert None not in found


@pytest.mark.parametrize("way", ["a request", "a stream"])
async def test_what_a_change_answers_is_read_where_it_was_written(api: Api, people: People, way: str) -> None:
    partner = await people.person(Role.PARTNER)
    asked = {"name": "Feed", "scopes": [Scope.ORDERS_READ]}

    if way == "a request":
        made = (await api(partner, ISSUE_AND_SHOW, input=asked))["apiKeyIssue"]
    else:
        answer = await first_answer(api, partner, ISSUE_AND_SHOW, input={**asked, "clientMutationKey": "one-and-only"})
        made = answer["data"]["apiKeyIssue"]

    assert (made["apiKey"]["name"], made["apiKey"]["scopes"]) == ("Feed", ["ORDERS_READ"])
    seen = await api(partner, "{ apiKeys(first: 5) { nodes { id } } }")
    assert seen["apiKeys"]["nodes"] == [], "the replica has not heard of it, or this tries nothing"


async def test_what_was_just_put_on_show_can_be_watched(api: Api, house: House) -> None:
    thing = await Market(house, api).stock(100, quantity=9)

    told = await first_answer(api, None, WATCH, by={"slug": thing.slug})

    assert told["data"]["listingChanged"]["listing"] == {"slug": thing.slug, "available": 9}


async def test_what_is_owed_to_a_buyer_is_asked_of_the_provider_although_a_replica_knows_nothing_of_it(
    settings: Settings, house: House
) -> None:
    async with open_house(settings) as elsewhere:
        app = create(settings)
        app.state.house = elsewhere
        async with Api(app, elsewhere) as api:
            market = Market(elsewhere, api)
            buyer = await People(elsewhere).customer()
            order = await market.buy(buyer, await market.piece(100), provider="TEST")
            await market.report(order["payment"]["id"], "payment.charged")
            await market.cancel(buyer, order["id"])
            [refund_id] = await market.jobs("paymentRefund")

            await JOBS["paymentRefund"](house, "paymentRefund", refund_id, "job:1", datetime.now(UTC))

            assert await market.value("SELECT state FROM payment_refund") == "DONE"
