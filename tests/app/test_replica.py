"""A house with a replica that lags behind: who somebody is and what they may is known all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.auth import BadToken
from app.config import Settings
from app.house import House, open_house
from domain.viewer import Role
from persistence.embedded import Services
from schema.ids import encode_id
from tests.conftest import copied
from tests.schema.test_account import REVOKE, account_id
from tests.schema.test_api_key import REVOKE_KEY
from tests.schema.test_session import END_ALL
from tests.support.api import Api
from tests.support.issuer import Issuer, issuing
from tests.support.people import People

ISSUE = """
mutation ($input: ApiKeyIssueInput!) {
  apiKeyIssue(input: $input) { ... on ApiKeySecret { secret } ... on UserError { code message } }
}
"""


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
