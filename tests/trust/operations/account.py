"""Accounts."""

from uuid import uuid4

from domain.viewer import Role
from tests.schema.test_account import REGISTER
from tests.trust.operations.entry import Entry, Prepared, account_id
from tests.trust.world import World

PASSWORD = "correct horse battery"


async def register(world: World) -> Prepared:
    return None, {"email": f"{uuid4().hex}@example.com", "name": "Zhang Li", "password": PASSWORD}


async def sign_in(world: World) -> Prepared:
    _, registration = await register(world)
    await world.api(None, REGISTER, input=registration)
    return None, {"email": registration["email"], "password": PASSWORD}


async def update(world: World) -> Prepared:
    return await world.customer(), {"name": "Wei Lin"}


async def verify_identity(world: World) -> Prepared:
    customer = await world.customer()
    return await world.staff(Role.SUPPORT), {
        "accountId": account_id(customer),
        "document": "PASSPORT",
        "documentCountry": "CN",
    }


async def grant_role(world: World) -> Prepared:
    return await world.staff(Role.ADMIN), {"accountId": account_id(await world.customer()), "role": "APPRAISER"}


async def revoke_role(world: World) -> Prepared:
    clerk = await world.people.person(Role.CUSTOMER, Role.APPRAISER)
    return await world.staff(Role.ADMIN), {"accountId": account_id(clerk), "role": "APPRAISER"}


async def erase(world: World) -> Prepared:
    """By support: who has erased oneself can not even ask again."""
    return await world.staff(Role.SUPPORT), {"accountId": account_id(await world.customer())}


ENTRIES: dict[str, Entry] = {
    "accountRegister": register,
    "sessionOpen": sign_in,
    "accountUpdate": update,
    "accountVerifyIdentity": verify_identity,
    "accountGrantRole": grant_role,
    "accountRevokeRole": revoke_role,
    "accountErase": erase,
}
