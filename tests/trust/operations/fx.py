"""Rates of exchange, quotes, exchanges and what can be exchanged."""

from domain.viewer import Role
from tests.trust.operations.entry import Entry, Prepared
from tests.trust.world import World


async def state(world: World) -> Prepared:
    given = {"base": "EUR", "counter": "CNY", "rate": "7.8", "spreadBps": 150, "source": "A bank's sheet"}
    return await world.staff(Role.FINANCE), given


ENTRIES: dict[str, Entry] = {
    "fxRateState": state,
}
