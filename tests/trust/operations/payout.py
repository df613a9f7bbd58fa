"""Payouts."""

from domain.viewer import Role
from tests.support.payout import asked, posted, previewed, requested
from tests.trust.operations.entry import Entry, Prepared
from tests.trust.world import World


async def request(world: World) -> Prepared:
    return await world.customer(cash=100), asked("40.00")


async def cancel(world: World) -> Prepared:
    owner = await world.customer(cash=100)
    return owner, {"payoutId": (await requested(world.api, owner))["id"]}


async def preview(world: World) -> Prepared:
    await requested(world.api, await world.customer(cash=100))
    return await world.staff(Role.FINANCE), {"currency": "EUR"}


async def post(world: World) -> Prepared:
    finance = await world.staff(Role.FINANCE)
    return finance, {"batchId": (await previewed(world.api, world.people, finance))["id"]}


async def sent(world: World) -> Prepared:
    finance = await world.staff(Role.FINANCE)
    batch = await posted(world.api, world.people, finance)
    return finance, {"payoutId": batch["payouts"]["nodes"][0]["id"]}


async def fail(world: World) -> Prepared:
    finance, given = await sent(world)
    return finance, {**given, "reason": "Account closed"}


ENTRIES: dict[str, Entry] = {
    "payoutRequest": request,
    "payoutCancel": cancel,
    "payoutBatchPreview": preview,
    "payoutBatchPost": post,
    "payoutBatchCancel": post,
    "payoutConfirm": sent,
    "payoutFail": fail,
}
