"""Wallets and debts."""

from domain.viewer import Role
from tests.trust.operations.entry import Entry, Prepared, account_id, euro
from tests.trust.world import World

HOLD = """
mutation ($input: WalletHoldPlaceInput!) { walletHoldPlace(input: $input) { ... on WalletHold { id } } }
"""
CHARGE = """
mutation ($input: ReceivableChargeInput!) { receivableCharge(input: $input) { __typename } }
"""
DEBTS = """
query ($id: ID) { receivables(filter: { accountId: $id }) { nodes { id } } }
"""


async def transfer(world: World) -> Prepared:
    receiver = await world.customer()
    return await world.customer(cash=100), {
        "toAccountId": account_id(receiver),
        "amount": euro("30.00"),
        "memo": "Gift",
    }


async def grant(world: World) -> Prepared:
    return await world.staff(Role.FINANCE), {
        "accountId": account_id(await world.customer()),
        "amount": euro("5.00"),
        "origin": "GOODWILL",
        "reason": "It rained",
    }


async def place_hold(world: World) -> Prepared:
    return await world.staff(Role.FINANCE), {
        "accountId": account_id(await world.customer(cash=100)),
        "kind": "CASH",
        "amount": euro("40.00"),
        "ttlSeconds": 3_600,
        "reason": "A claim is looked into",
    }


async def held(world: World) -> str:
    finance, given = await place_hold(world)
    return str((await world.api(finance, HOLD, input=given))["walletHoldPlace"]["id"])


async def capture(world: World) -> Prepared:
    return await world.staff(Role.FINANCE), {"holdId": await held(world), "amount": euro("30.00")}


async def void(world: World) -> Prepared:
    return await world.staff(Role.FINANCE), {"holdId": await held(world)}


async def charge(world: World) -> Prepared:
    return await world.staff(Role.FINANCE), {
        "accountId": account_id(await world.customer(cash=10)),
        "amount": euro("25.00"),
        "reason": "It was a counterfeit",
    }


async def repay(world: World) -> Prepared:
    """Two pockets of one person: what came in later pays."""
    finance, given = await charge(world)
    debtor = await world.customer(cash=10)
    await world.api(finance, CHARGE, input={**given, "accountId": account_id(debtor)})
    friend = await world.customer(cash=100)
    await world.send(friend, "walletTransfer", {"toAccountId": account_id(debtor), "amount": euro("50.00")}, "help")
    return debtor, {"currency": "EUR", "amount": euro("10.00")}


async def write_off(world: World) -> Prepared:
    finance, given = await charge(world)
    await world.api(finance, CHARGE, input=given)
    debts = (await world.api(finance, DEBTS, id=given["accountId"]))["receivables"]["nodes"]
    return finance, {"receivableId": debts[0]["id"], "reason": "Cannot be reached"}


async def issue_card(world: World) -> Prepared:
    return await world.customer(cash=100), {"amount": euro("60.00")}


ENTRIES: dict[str, Entry] = {
    "giftCardIssue": issue_card,
    "walletTransfer": transfer,
    "walletCreditGrant": grant,
    "walletHoldPlace": place_hold,
    "walletHoldCapture": capture,
    "walletHoldVoid": void,
    "receivableCharge": charge,
    "receivableRepay": repay,
    "receivableWriteOff": write_off,
}
