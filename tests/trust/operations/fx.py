"""Rates of exchange, quotes, exchanges and what can be exchanged."""

from domain.viewer import Role
from tests.trust.operations.entry import Entry, Prepared, euro
from tests.trust.world import World


async def state(world: World) -> Prepared:
    given = {"base": "EUR", "counter": "CNY", "rate": "7.8", "spreadBps": 150, "source": "A bank's sheet"}
    return await world.staff(Role.FINANCE), given


async def request(world: World) -> Prepared:
    finance, given = await state(world)
    await world.do(finance, "fxRateState", **given)
    return await world.customer(cash=100), {"amount": euro("100.00"), "to": "CNY"}


ENTRIES: dict[str, Entry] = {
    "fxRateState": state,
    "fxQuoteRequest": request,
}
