"""Sessions, API keys, and who somebody is to other issuers."""

from uuid import uuid4

from domain import api_key, identity, session
from domain.account import Account
from domain.viewer import Role, Scope
from tests.trust.operations.entry import Entry, Prepared, account_id, of
from tests.trust.world import World


async def signed_in(world: World, owner: Account) -> session.SessionPass:
    opened = session.Open(uuid4().hex, owner.id, "Telephone")
    return await world.people.run(session.open, opened)  # type: ignore[no-any-return]


async def refresh(world: World) -> Prepared:
    granted = await signed_in(world, await world.customer())
    return None, {"refreshToken": world.house.secrets.tokens.refresh(granted)}


async def end(world: World) -> Prepared:
    owner = await world.customer()
    return owner, {"sessionId": of("Session", (await signed_in(world, owner)).session_id)}


async def end_all(world: World) -> Prepared:
    """By support: who has signed out everywhere can not even ask again."""
    return await world.staff(Role.SUPPORT), {"accountId": account_id(await world.customer())}


async def issue(world: World) -> Prepared:
    partner = await world.people.staff(Role.PARTNER)
    return partner, {"name": "Feed", "scopes": ["ORDERS_READ"], "accountId": account_id(partner)}


async def key(world: World) -> Prepared:
    partner = await world.people.staff(Role.PARTNER)
    wanted = api_key.IssueKey("Feed", (Scope.ORDERS_READ,), partner.id)
    made = await world.people.run(api_key.issue, wanted, as_=partner)
    return partner, {"apiKeyId": of("ApiKey", made.key_id)}


async def link(world: World) -> Prepared:
    given = {"issuer": "https://issuer.example", "subject": uuid4().hex}
    return await world.staff(Role.ADMIN), {"accountId": account_id(await world.customer()), **given}


async def unlink(world: World) -> Prepared:
    admin, given = await link(world)
    assert admin is not None
    owner = await world.customer()
    await world.people.run(identity.link, identity.Link(owner.id, given["issuer"], given["subject"]), as_=admin)
    return admin, {"accountId": account_id(owner), "issuer": given["issuer"]}


ENTRIES: dict[str, Entry] = {
    "sessionRefresh": refresh,
    "sessionEnd": end,
    "sessionEndAll": end_all,
    "apiKeyIssue": issue,
    "apiKeyRotate": key,
    "apiKeyRevoke": key,
    "identityLink": link,
    "identityUnlink": unlink,
}
