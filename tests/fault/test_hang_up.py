"""A client that hangs up: what it wanted to read is not read for nobody; what it changed is done all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from persistence.embedded import Services
from schema.ids import encode_id
from tests.fault.line import Line
from tests.fault.line import request as spoken
from tests.fault.test_database import TRANSFER, WALLET, posted
from tests.support.crowd import token_of
from tests.support.people import People, euros
from tests.support.servers import ServedProcess
from tests.support.waiting import until

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'cercle'
"""


@pytest.fixture(scope="module")
async def server(place: Services, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedProcess]:
    server = ServedProcess(place, data_dir=tmp_path_factory.mktemp("server")).launch()
    try:
        await server.ready()
        yield server
    finally:
        server.stop()


@pytest.fixture
async def owner(place: Services) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(place.owner_url)
    yield connection
    await connection.close()


@pytest.fixture
async def watcher(place: Services) -> AsyncIterator[Any]:
    """Apart from the one that locks: within a transaction everybody seems to do what they did at first."""
    connection = await asyncpg.connect(place.owner_url)
    yield connection
    await connection.close()


async def test_a_read_is_stopped_when_its_client_hangs_up_and_no_other(
    server: ServedProcess, people: People, owner: Any, watcher: Any
) -> None:
    token = token_of(await people.customer(cash=euros(10)))
    gone, stays = await Line.open(server.port), await Line.open(server.port)
    assert [(await line.ask(WALLET, token=token)).status for line in (gone, stays)] == [200, 200]

    async with owner.transaction():
        await owner.execute("LOCK TABLE wallet_pocket IN ACCESS EXCLUSIVE MODE")
        for line in (gone, stays):
            line.send(spoken(WALLET, token=token))
        await until(lambda: wait(watcher, 2))
        gone.close()
        await until(lambda: wait(watcher, 1))

    assert (await stays.reply()).status == 200


async def test_a_change_is_done_though_its_client_hung_up(
    server: ServedProcess, people: People, owner: Any, watcher: Any, place: Services
) -> None:
    payer, receiver = await people.customer(cash=euros(10)), await people.customer()
    one, key = {"amount": "1.00", "currencyCode": "EUR"}, uuid4().hex
    given = {"toAccountId": encode_id("Account", receiver.id), "amount": one, "memo": key, "clientMutationKey": key}
    line = await Line.open(server.port)

    async with owner.transaction():
        await owner.execute("LOCK TABLE wallet_pocket IN ACCESS EXCLUSIVE MODE")
        line.send(spoken(TRANSFER, {"input": given}, token_of(payer)))
        await until(lambda: wait(watcher, 1))
        line.close()

    assert await until(lambda: posted(place, key)) == 1
    again = await (await Line.open(server.port)).ask(TRANSFER, {"input": given}, token_of(payer))
    assert again.json["data"]["walletTransfer"]["__typename"] == "WalletPocket"
    assert await posted(place, key) == 1


async def wait(watcher: Any, how_many: int) -> bool:
    return bool(await watcher.fetchval(WAITING) == how_many)
