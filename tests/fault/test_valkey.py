"""Valkey is killed, hung, slowed or emptied under a house that keeps answers and limits in it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import redis.asyncio as redis

from app.config import ResponseCache
from persistence.embedded import Services, ServiceSupervisor
from persistence.redis import Cache
from tests.fault.line import Line, Reply
from tests.fault.test_database import Payer, done, posted
from tests.support.people import People, euros
from tests.support.proxy import Proxy, valkey_target
from tests.support.servers import ServedProcess
from tests.support.waiting import until

NORMAL_SECONDS_MAX = 5
SHELF = "{ listings(first: 3) { nodes { id } } }"


class Valkey:
    """A server of these tests' own behind a network of their own."""

    def __init__(self, supervisor: ServiceSupervisor, url: str, network: Proxy) -> None:
        self.supervisor = supervisor
        self.network = network
        self.direct = redis.Redis.from_url(url)
        self.url = f"redis://127.0.0.1:{network.port}/0"

    async def suffer(self, fault: str) -> None:
        match fault:
            case "killed":
                os.kill(self.supervisor.valkey_pid, signal.SIGKILL)
            case "hung":
                os.kill(self.supervisor.valkey_pid, signal.SIGSTOP)
            case "slow":
                self.network.delay_seconds = 0.3
            case "cut off":
                self.network.stall()
            case "emptied":
                await self.direct.flushall()

    async def recover(self, fault: str) -> None:
        match fault:
            case "killed":
                await asyncio.to_thread(self.supervisor.restart_valkey)
            case "hung":
                os.kill(self.supervisor.valkey_pid, signal.SIGCONT)
        self.network.delay_seconds = 0.0
        self.network.resume()

    async def is_used(self, server: ServedProcess) -> bool:
        """Whether what a stranger reads now is kept there."""
        before = await self.direct.dbsize()
        await stranger(server, f"{SHELF} # {uuid4().hex}")
        return bool(await self.direct.dbsize() > before)


@pytest.fixture(scope="module")
def supervised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServiceSupervisor, str]]:
    place: Path = tmp_path_factory.mktemp("valkey")
    place.chmod(0o755)
    supervisor = ServiceSupervisor(place, postgres=False)
    with supervisor as services:
        yield supervisor, services.redis_url


@pytest.fixture(scope="module")
async def valkey(supervised: tuple[ServiceSupervisor, str]) -> AsyncIterator[Valkey]:
    supervisor, url = supervised
    async with Proxy(valkey_target(url)) as network:
        valkey = Valkey(supervisor, url, network)
        yield valkey
        await valkey.direct.aclose()


@pytest.fixture(scope="module")
async def server(
    place: Services, valkey: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ServedProcess]:
    server = ServedProcess(
        place,
        redis_url=valkey.url,
        response_cache=ResponseCache.VALKEY,
        data_dir=tmp_path_factory.mktemp("server"),
    ).launch()
    try:
        await server.ready()
        yield server
    finally:
        server.stop()


async def stranger(server: ServedProcess, query: str) -> Reply:
    line = await Line.open(server.port)
    try:
        return await line.ask(query)
    finally:
        line.close()


@pytest.mark.parametrize("fault", ["killed", "hung", "slow", "cut off", "emptied"])
async def test_the_house_goes_on_and_finds_it_again(
    server: ServedProcess, valkey: Valkey, people: People, place: Services, fault: str
) -> None:
    payer = Payer(server, await people.customer(cash=euros(100)), await people.customer())
    await until(lambda: valkey.is_used(server))
    before = await stranger(server, SHELF)
    keys = [uuid4().hex for _ in range(5)]

    await valkey.suffer(fault)
    try:
        shelves = await asyncio.gather(*(stranger(server, SHELF) for _ in range(20)))
        new = await stranger(server, f"{SHELF} # {uuid4().hex}")
        wallets = await asyncio.gather(*(payer.wallet() for _ in range(10)))
        paid = await asyncio.gather(*(payer.pay(key) for key in keys))
    finally:
        await valkey.recover(fault)
    await until(lambda: valkey.is_used(server), NORMAL_SECONDS_MAX)

    assert {shelf.status for shelf in (*shelves, new, *wallets)} == {200}
    assert {repr(shelf.json["data"]) for shelf in (*shelves, new)} == {repr(before.json["data"])}
    assert all(map(done, paid))
    assert [await posted(place, key) for key in keys] == [1] * len(keys)


async def test_an_answer_that_comes_too_late_is_never_taken_for_another_ones(valkey: Valkey) -> None:
    cache = Cache(valkey.url)
    for number in range(20):
        await valkey.direct.set(f"kept:{number}", f"value {number}")
    found = []
    for delay in (0.0, 0.02, 0.03, 0.0, 0.04, 0.0):
        valkey.network.delay_seconds = delay
        found += await asyncio.gather(*(told(cache, number) for number in range(20)))
        await asyncio.sleep(0.3)
    valkey.network.delay_seconds = 0.0
    await until(lambda: told(cache, 7), NORMAL_SECONDS_MAX)
    await cache.close()

    assert all(value in (None, f"value {number}".encode()) for number, value in found)
    assert any(value is not None for _, value in found)


async def told(cache: Cache, number: int) -> tuple[int, bytes | None]:
    return number, await cache.get(f"kept:{number}")
