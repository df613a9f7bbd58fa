"""An operation that takes too long is stopped, in the database too; what it was to change is found out by its key."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.config import ResponseCache, Settings
from app.deadline import Deadline
from app.house import House, open_house
from persistence.embedded import Services
from schema.ids import encode_id
from tests.schema.test_wallet import TRANSFER, account_id, amount
from tests.support.api import Api
from tests.support.event_stream import listening
from tests.support.market import Market
from tests.support.people import People, euros

WATCH = """
subscription ($id: ID!) { listingChanged(by: { id: $id }) { listing { available product { category { name } } } } }
"""
RUNNING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'cercle' AND state <> 'idle'
"""


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    """One that has little patience."""
    impatient = {"operation_seconds_max": 0.4, "response_cache": ResponseCache.OFF}
    async with open_house(settings.model_copy(update=impatient)) as house:
        yield house


@pytest.fixture
def market(house: House, api: Api) -> Market:
    return Market(house, api)


@pytest.fixture
async def owner(database: Services) -> AsyncIterator[Any]:
    owner = await asyncpg.connect(database.owner_url)
    yield owner
    await owner.close()


@pytest.fixture
async def watcher(database: Services) -> AsyncIterator[Any]:
    """Within a transaction one sees the same activity all the time."""
    watcher = await asyncpg.connect(database.owner_url)
    yield watcher
    await watcher.close()


async def has_ended(watcher: Any) -> bool:
    """Whether nothing runs in the database any more, before whoever waits for a lock there gives up by itself."""
    for _ in range(40):
        if not await watcher.fetchval(RUNNING):
            return True
        await asyncio.sleep(0.1)
    return False


@pytest.mark.parametrize(
    ("table", "document"),
    [("collection", "{ collections { nodes { id } } }"), ("category", "{ categories { id } }")],
    ids=["by the operation itself", "by a batch that a loader reads"],
)
async def test_a_read_that_takes_too_long_is_stopped_in_the_database_too(
    api: Api, house: House, owner: Any, watcher: Any, table: str, document: str
) -> None:
    assert (await api(None, document)).status == 200
    async with owner.transaction():
        await owner.execute(f"LOCK TABLE {table}")

        stopped = await api(None, document)

        assert (stopped.status, stopped.codes) == (503, ["TIMED_OUT"])
        assert stopped.errors[0]["extensions"]["retryAfterSeconds"] == int(stopped.headers["retry-after"])
        assert "data" not in stopped.body
        assert await has_ended(watcher)
    assert (await api(None, "{ clubShops { nodes { id } } }")).status == 200


async def test_what_a_mutation_did_that_was_stopped_is_found_out_by_its_key(
    api: Api, house: House, people: People, owner: Any, watcher: Any
) -> None:
    giver, taker = await people.customer(cash=euros(100)), await people.customer()
    told = {"toAccountId": account_id(taker.id), "amount": amount("1.00")}
    key = uuid4().hex
    async with owner.transaction():
        await owner.execute("SELECT 1 FROM wallet_pocket WHERE owner = $1 FOR UPDATE", giver.id)

        stopped = await api(giver, TRANSFER, key=key, input=told)

        assert (stopped.status, stopped.codes) == (503, ["TIMED_OUT"])
        assert "same idempotency key" in stopped.errors[0]["message"]
        assert await has_ended(watcher)

    again = [await api(giver, TRANSFER, key=key, input=told) for _ in range(2)]

    assert [one["walletTransfer"]["cash"]["amount"] for one in again] == ["99.00"] * 2


@pytest.mark.parametrize("while_", ["it begins", "it answers a change"])
async def test_what_watches_and_takes_too_long_is_stopped_too(
    api: Api, people: People, market: Market, owner: Any, watcher: Any, while_: str
) -> None:
    buyer, thing = await people.customer(), await market.stock(100, quantity=9)
    asked = {"query": WATCH, "id": encode_id("Listing", thing.id)}
    async with listening(api, buyer, **asked) as before:
        assert "errors" not in await before.next()
        async with owner.transaction():
            if while_ == "it begins":
                await owner.execute("LOCK TABLE listing")
                async with listening(api, buyer, **asked) as late:
                    stopped = await late.next()
            else:
                await owner.execute("LOCK TABLE category")
                await market.add(await people.customer(), thing)
                stopped = await before.next()

            assert [error["extensions"]["code"] for error in stopped["errors"]] == ["TIMED_OUT"]
            assert await has_ended(watcher)


async def test_many_that_are_stopped_leave_every_connection_to_those_who_come_next(
    api: Api, house: House, owner: Any, watcher: Any
) -> None:
    slow = "{ collections { nodes { id } } }"
    async with owner.transaction():
        await owner.execute("LOCK TABLE collection")

        stopped = await asyncio.gather(*(api(None, slow) for _ in range(20)))

        assert {one.codes[0] for one in stopped} <= {"TIMED_OUT", "UNAVAILABLE"}
        assert await has_ended(watcher)
    assert all(one.status == 200 for one in await asyncio.gather(*(api(None, slow) for _ in range(20))))


async def test_what_ends_in_time_is_not_disturbed_and_no_timer_stays_behind() -> None:
    deadline = Deadline(0.2)

    async def work(seconds: float) -> str:
        task = deadline.begin()
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            return "stopped" if not deadline.end(task) and not task.uncancel() else "cancelled"
        return "ended" if deadline.end(task) else "late"

    mixed = await asyncio.gather(*(asyncio.create_task(work(seconds)) for seconds in (0, 5, 0.01, 5)))
    called_off = asyncio.create_task(work(5))
    await asyncio.sleep(0)
    called_off.cancel()

    assert mixed == ["ended", "stopped", "ended", "stopped"]
    assert await called_off == "cancelled"
    await asyncio.sleep(0.05)
    assert deadline._looks is None
