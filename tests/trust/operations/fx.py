"""Rates of exchange, quotes, exchanges and what can be exchanged."""

from domain.viewer import Role
from tests.trust.operations.entry import Entry, Prepared, euro
from tests.trust.world import World


def yuan(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "CNY"}


async def state(world: World) -> Prepared:
    given = {"base": "EUR", "counter": "CNY", "rate": "7.8", "spreadBps": 150, "source": "A bank's sheet"}
    return await world.staff(Role.FINANCE), given


async def request(world: World) -> Prepared:
    finance, given = await state(world)
    await world.do(finance, "fxRateState", **given)
    return await world.customer(cash=100), {"amount": euro("100.00"), "to": "CNY"}


async def move(world: World) -> Prepared:
    return await world.staff(Role.FINANCE), {"amount": yuan("1000.00"), "reason": "The autumn sales"}


async def exchange(world: World) -> Prepared:
    finance, given = await move(world)
    await world.do(finance, "fxLiquidityMove", **given)
    member, asked = await request(world)
    return member, {"quoteId": (await world.do(member, "fxQuoteRequest", **asked))["id"]}


async def reverse(world: World) -> Prepared:
    member, given = await exchange(world)
    done = await world.do(member, "fxQuoteAccept", **given)
    return await world.staff(Role.FINANCE), {"exchangeId": done["id"], "reason": "The wrong pocket"}


ENTRIES: dict[str, Entry] = {
    "fxRateState": state,
    "fxQuoteRequest": request,
    "fxQuoteAccept": exchange,
    "fxExchangeReverse": reverse,
    "fxLiquidityMove": move,
}
