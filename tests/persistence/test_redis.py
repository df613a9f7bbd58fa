"""Valkey may die, hang, be slow or forget: the house goes on, at once."""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from app.asgi import create
from app.config import Settings
from app.house import open_house
from persistence import redis
from persistence.embedded import Services, ServiceSupervisor
from persistence.redis import Cache, Limits
from tests.schema.test_wallet import TRANSFER, account_id, amount
from tests.support.api import Api
from tests.support.people import People, euros


@pytest.fixture(scope="module")
def valkey() -> Iterator[ServiceSupervisor]:
    """A server of these tests' own, for they kill it."""
    with tempfile.TemporaryDirectory(prefix="cercle-") as place:
        os.chmod(place, 0o755)
        supervisor = ServiceSupervisor(Path(place) / "data", postgres=False)
        with supervisor as services:
            supervisor.watch()
            supervisor.url = services.redis_url  # type: ignore[attr-defined]
            yield supervisor


@pytest.fixture
async def cache(valkey: ServiceSupervisor) -> AsyncIterator[Cache]:
    cache = Cache(valkey.url)  # type: ignore[attr-defined]
    await until_back(cache)
    yield cache
    await cache.close()


async def until_back(cache: Cache) -> None:
    async with asyncio.timeout(5):
        while True:
            await cache.set("probe", b"here", ttl_seconds=60)
            if await cache.get("probe") == b"here":
                return
            await asyncio.sleep(0.05)


async def test_what_was_set_is_there_until_it_is_deleted_or_over(cache: Cache) -> None:
    await cache.set("kept", b"\x00bytes", ttl_seconds=60)
    await cache.set("short", b"x", ttl_seconds=1)

    assert await cache.get("kept") == b"\x00bytes"
    await cache.delete("kept", "never-there")
    assert await cache.get("kept") is None
    await asyncio.sleep(1.05)
    assert await cache.get("short") is None


async def test_without_a_url_the_cache_is_empty() -> None:
    cache = Cache(None)
    await cache.set("key", b"value", ttl_seconds=60)

    assert await cache.get("key") is None
    assert cache.away
    await cache.close()


async def test_a_killed_server_is_not_waited_for_and_found_again(cache: Cache, valkey: ServiceSupervisor) -> None:
    os.kill(valkey.valkey_pid, signal.SIGKILL)
    started = time.monotonic()
    for _ in range(100):
        await cache.get("key")

    assert time.monotonic() - started < 0.5
    await until_back(cache)
    assert time.monotonic() - started < 5


async def test_a_hung_server_costs_a_tenth_of_a_second_once_in_a_while(cache: Cache, valkey: ServiceSupervisor) -> None:
    os.kill(valkey.valkey_pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        answers = await asyncio.gather(*(cache.get("key") for _ in range(200)))
        assert time.monotonic() - started < 0.5
        assert set(answers) == {None}

        started = time.monotonic()
        for _ in range(1000):
            await cache.get("key")
        assert time.monotonic() - started < 0.25
    finally:
        os.kill(valkey.valkey_pid, signal.SIGCONT)
    await until_back(cache)


async def test_one_caller_tries_again_while_the_others_go_without(
    cache: Cache, valkey: ServiceSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis, "PAUSE_SECONDS", 0.2)
    os.kill(valkey.valkey_pid, signal.SIGSTOP)
    try:
        await cache.get("key")
        await asyncio.sleep(0.21)
        tried = asyncio.create_task(cache.get("key"))
        await asyncio.sleep(0)
        started = time.monotonic()
        await cache.get("key")
        assert time.monotonic() - started < 0.02
        await tried
    finally:
        os.kill(valkey.valkey_pid, signal.SIGCONT)
    await until_back(cache)


async def test_a_limit_counts_in_all_processes_together(valkey: ServiceSupervisor, cache: Cache) -> None:
    here, there = Limits(cache), Limits(Cache(valkey.url))  # type: ignore[attr-defined]

    async def ask(limits: Limits, who: str) -> int:
        return await limits.wait_seconds(who, most=3, per_seconds=3600)

    assert [await ask(limits, "somebody") for limits in (here, there, here)] == [0, 0, 0]
    assert await ask(there, "somebody") > 0
    assert await ask(there, "somebody else") == 0


async def test_a_limit_holds_in_each_process_while_the_server_is_away() -> None:
    limits = Limits(Cache(None))

    waits = [await limits.wait_seconds("somebody", most=2, per_seconds=3600) for _ in range(3)]

    assert waits[:2] == [0, 0]
    assert 0 < waits[2] <= 3600


async def test_reads_and_mutations_go_on_when_the_server_is_killed_or_hangs(
    database: Services, valkey: ServiceSupervisor
) -> None:
    settings = Settings(database_url=database.app_url, redis_url=valkey.url, pool_size=4)  # type: ignore[attr-defined]
    async with open_house(settings) as house:
        app = create(settings)
        app.state.house = house
        people = People(house)
        sender, receiver = await people.customer(cash=euros(100)), await people.customer()
        async with Api(app, house) as api:
            for number, fault in enumerate((signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL), 1):
                os.kill(valkey.valkey_pid, fault)
                started = time.monotonic()
                sent = await api(
                    sender, TRANSFER, input={"toAccountId": account_id(receiver.id), "amount": amount("1.00")}
                )
                read = await api(sender, "{ wallet { pockets { cash { amount } } } }")
                stranger = await api(None, "{ viewer { id } }")

                assert sent["walletTransfer"]["cash"]["amount"] == f"{100 - number}.00"
                assert read["wallet"]["pockets"][0]["cash"]["amount"] == f"{100 - number}.00"
                assert stranger["viewer"] is None
                assert time.monotonic() - started < 2
        await until_back(house.cache)


async def test_a_stranger_who_changes_too_much_is_held_back_and_members_are_not(database: Services) -> None:
    settings = Settings(database_url=database.app_url, redis_url=None, pool_size=4, stranger_mutations_per_minute=2)
    transfer = {"toAccountId": account_id(UUID(int=1)), "amount": amount("1.00")}
    async with open_house(settings) as house:
        app = create(settings)
        app.state.house = house
        member = await People(house).customer()
        async with Api(app, house) as api:
            asked = [await api(None, TRANSFER, input=transfer) for _ in range(3)]
            asked_by_member = [await api(member, TRANSFER, input=transfer) for _ in range(3)]
            read = await api(None, "{ viewer { id } }")

    assert [answer.status for answer in asked] == [200, 200, 429]
    assert asked[2].codes == ["THROTTLED"]
    assert 0 < int(asked[2].headers["retry-after"]) <= 60
    assert [answer.status for answer in asked_by_member] == [200, 200, 200]
    assert read["viewer"] is None
