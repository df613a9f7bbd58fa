"""Points come back with time, are shared by all processes, and do not depend on Valkey being there."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from persistence.bucket import LOTS, Buckets, Empty, Lot
from persistence.embedded import ServiceSupervisor
from persistence.redis import Cache

CAPACITY = 1_000
SLOW = 0.001
"""Points a second, so few that none come back while a test runs."""

FAST = 100_000


@pytest.fixture(scope="module")
def valkey() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="cercle-") as place:
        os.chmod(place, 0o755)
        with ServiceSupervisor(Path(place) / "data", postgres=False) as services:
            assert services.redis_url is not None
            yield services.redis_url


@pytest.fixture(params=["valkey", "alone"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    """With Valkey, and without."""
    cache = Cache(request.getfixturevalue("valkey") if request.param == "valkey" else None)
    yield cache
    await cache.close()


@pytest.fixture
def client() -> str:
    return uuid4().hex


async def spend(buckets: Buckets, client: str, points: int, times: int = 1) -> int:
    """How many of so many operations were let through."""
    taken = [await buckets.take(client, points) for _ in range(times)]
    return sum(isinstance(one, Lot) for one in taken)


async def test_a_bucket_holds_what_it_holds_and_then_says_when_to_come_back(cache: Cache, client: str) -> None:
    buckets = Buckets(cache, CAPACITY, SLOW)

    assert await spend(buckets, client, 90, times=20) == CAPACITY // 90
    refused = await buckets.take(client, 90)
    assert isinstance(refused, Empty)
    assert refused.available == CAPACITY % 90
    assert refused.retry_after_seconds == (90 - CAPACITY % 90) / SLOW
    assert await spend(buckets, client, 10) == 1


async def test_points_come_back_up_to_what_the_bucket_holds(cache: Cache, client: str) -> None:
    buckets = Buckets(cache, CAPACITY, FAST)
    assert await spend(buckets, client, CAPACITY) == 1

    await asyncio.sleep(3 * CAPACITY / FAST)

    lot = await buckets.take(client, CAPACITY)
    assert isinstance(lot, Lot)
    assert buckets.available(lot) <= CAPACITY


async def test_one_client_does_not_spend_what_is_anothers(cache: Cache, client: str) -> None:
    buckets = Buckets(cache, CAPACITY, SLOW)

    assert await spend(buckets, client, CAPACITY) == 1
    assert await spend(buckets, client, 1) == 0
    assert await spend(buckets, f"not {client}", CAPACITY) == 1


async def test_what_is_given_back_is_spent_again(cache: Cache, client: str) -> None:
    buckets = Buckets(cache, CAPACITY, SLOW)
    lot = await buckets.take(client, CAPACITY)
    assert isinstance(lot, Lot)

    lot.points += 300

    assert buckets.available(lot) == 300
    assert buckets.at_hand(client, 300) is lot
    assert buckets.at_hand(client, 1) is None


async def test_crowds_of_one_client_get_no_more_than_there_is(cache: Cache, client: str) -> None:
    buckets = Buckets(cache, CAPACITY, SLOW)

    taken = await asyncio.gather(*(buckets.take(client, 7) for _ in range(400)))

    assert sum(isinstance(one, Lot) for one in taken) <= CAPACITY // 7


async def test_processes_share_a_bucket_and_each_holds_a_tenth_of_it_at_most(valkey: str, client: str) -> None:
    caches = [Cache(valkey) for _ in range(4)]
    processes = [Buckets(cache, CAPACITY, SLOW) for cache in caches]

    through = 0
    for _ in range(60):
        for process in processes:
            through += 9 * await spend(process, client, 9)
    held = [await process.take(client, 0) for process in processes]

    assert through <= CAPACITY
    assert CAPACITY - through <= len(processes) * CAPACITY // LOTS
    assert all(isinstance(one, Lot) and one.points <= CAPACITY // LOTS for one in held)
    for cache in caches:
        await cache.close()


async def test_most_requests_ask_nobody(valkey: str, client: str) -> None:
    cache = Cache(valkey)
    asked = 0
    ask = cache.ask

    async def counted(*arguments: object) -> object:
        nonlocal asked
        asked += 1
        return await ask(*arguments)  # type: ignore[arg-type]

    cache.ask = counted  # type: ignore[assignment, method-assign]
    buckets = Buckets(cache, CAPACITY, SLOW)
    spent = sum(
        [buckets.at_hand(client, 1) is not None or isinstance(await buckets.take(client, 1), Lot) for _ in range(1_500)]
    )

    assert spent == CAPACITY
    # The last one finds the bucket empty; for the 499 after it no one need be asked.
    assert asked <= LOTS + 1
    await cache.close()


async def test_a_bucket_is_there_again_when_valkey_forgets(valkey: str, client: str) -> None:
    cache = Cache(valkey)
    assert await spend(Buckets(cache, CAPACITY, SLOW), client, CAPACITY) == 1

    await cache.delete(f"points:{CAPACITY}:{SLOW}:{{{client}}}")

    assert await spend(Buckets(cache, CAPACITY, SLOW), client, CAPACITY) == 1
    await cache.close()
