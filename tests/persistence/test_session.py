"""What the tables of sessions, API keys and identities refuse by themselves, and what of them is forgotten."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain import api_key, identity, session
from domain.viewer import Role, Scope
from persistence.embedded import Services
from persistence.job import prune
from tests.support.people import People


@pytest.fixture
async def owner(database: Services) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database.owner_url)
    yield connection
    await connection.close()


@pytest.fixture
async def rows(people: People) -> None:
    """One of each."""
    partner, admin = await people.person(Role.PARTNER), await people.staff(Role.ADMIN)
    await people.run(session.open, session.Open(uuid4().hex, partner.id, "Telephone"))
    await people.run(api_key.issue, api_key.IssueKey("Feed", (Scope.ORDERS_READ,), partner.id), as_=partner)
    await people.run(identity.link, identity.Link(partner.id, "https://issuer.example", "ada"), as_=admin)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE session SET ended_at = now()",
        "UPDATE session SET \"end\" = 'REUSED'",
        "UPDATE session SET ended_at = now(), \"end\" = 'LOST'",
        "UPDATE session SET token_digest = 'a token itself'",
        "UPDATE session SET turn = 0",
        "UPDATE session SET device = ''",
        "UPDATE session SET expires_at = opened_at",
        "UPDATE session SET used_at = opened_at - interval '1 second'",
        "UPDATE api_key SET digest = 'a key itself'",
        "UPDATE api_key SET public_id = 'abc'",
        "UPDATE api_key SET former_digest = digest, former_until = now()",
        "UPDATE api_key SET former_digest = repeat('a', 64)",
        "UPDATE api_key SET expires_at = issued_at",
        "UPDATE api_key SET scopes = '{}'",
        "UPDATE identity SET subject = ''",
        "UPDATE identity SET issuer = repeat('x', 201)",
    ],
)
async def test_the_database_refuses_what_can_not_be(owner: Any, change: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(change)


@pytest.mark.usefixtures("rows")
async def test_a_subject_has_one_account_and_an_account_one_subject_of_an_issuer(owner: Any, people: People) -> None:
    copied = (
        "INSERT INTO identity (id, issuer, subject, account_id, linked_at, seen_at, version)"
        " SELECT $1, issuer, {}, {}, linked_at, seen_at, 1 FROM identity"
    )
    other = await people.customer()
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(copied.format("subject", "$2"), uuid4(), other.id)
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(copied.format("$2", "account_id"), uuid4(), "another subject")


@pytest.mark.usefixtures("rows")
async def test_a_session_is_forgotten_a_month_after_it_was_over(owner: Any) -> None:
    await prune(owner)
    assert await owner.fetchval("SELECT count(*) FROM session") == 1
    await owner.execute(
        "UPDATE session SET opened_at = now() - interval '90 days', used_at = now() - interval '90 days',"
        " expires_at = now() - interval '31 days'"
    )
    await prune(owner)
    assert await owner.fetchval("SELECT count(*) FROM session") == 0
