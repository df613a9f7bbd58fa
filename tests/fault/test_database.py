"""The database is slow, cut off, restarted, hung or busy: a typed answer soon, nothing twice, normal again after."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.account import Account
from persistence.embedded import Services
from schema.ids import encode_id
from tests.fault.line import Line, Reply
from tests.support.crowd import token_of
from tests.support.people import People, euros
from tests.support.proxy import Proxy, postgres_target, through
from tests.support.servers import ServedProcess
from tests.support.waiting import until

NORMAL_SECONDS_MAX = 10
RETRY_AFTER_MAX = 2
"""Figures that were promised, and more than it takes."""

WALLET = "{ wallet { pockets { cash { amount } } } }"
TRANSFER = """
mutation ($input: WalletTransferInput!) {
  walletTransfer(input: $input) { __typename ... on UserError { code } ... on WalletPocket { cash { amount } } }
}
"""


@pytest.fixture(scope="module")
async def network(place: Services) -> AsyncIterator[Proxy]:
    async with Proxy(postgres_target(place.app_url)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
async def server(
    place: Services, network: Proxy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ServedProcess]:
    server = ServedProcess(
        place,
        database_url=through(place.app_url, network.port),
        database_owner_url=place.owner_url,
        database_seconds_max=1,
        pool_size=4,
        data_dir=tmp_path_factory.mktemp("server"),
    ).launch()
    try:
        await server.ready()
        yield server
    finally:
        server.stop()


class Payer:
    """Somebody with money, who asks over one connection after another."""

    def __init__(self, server: ServedProcess, payer: Account, receiver: Account) -> None:
        self.server = server
        self.payer = payer
        self.receiver = receiver
        self.token = token_of(payer)

    async def ask(self, query: str, **given: Any) -> Reply:
        line = await Line.open(self.server.port)
        try:
            return await line.ask(query, {"input": given} if given else None, self.token)
        finally:
            line.close()

    async def wallet(self) -> Reply:
        return await self.ask(WALLET)

    async def pay(self, key: str) -> Reply:
        one = {"amount": "1.00", "currencyCode": "EUR"}
        to = encode_id("Account", self.receiver.id)
        return await self.ask(TRANSFER, toAccountId=to, amount=one, memo=key, clientMutationKey=key)

    async def pay_until_done(self, key: str) -> Reply:
        return await until(lambda: self._paid(key), NORMAL_SECONDS_MAX)  # type: ignore[no-any-return]

    async def _paid(self, key: str) -> Reply | None:
        reply = await self.pay(key)
        return reply if done(reply) else None

    async def normal(self) -> None:
        """Wait until a read, a change and `/ready` are as always."""
        await until(lambda: self._reads(), NORMAL_SECONDS_MAX)
        await self.pay_until_done(uuid4().hex)
        await self.server.ready()

    async def _reads(self) -> bool:
        return (await self.wallet()).status == 200


def done(reply: Reply) -> bool:
    answer = (reply.json.get("data") or {}).get("walletTransfer") or {}
    return bool(answer.get("__typename") == "WalletPocket")


def told_to_come_again(reply: Reply) -> bool:
    """A typed answer that says when: nobody has to guess."""
    (error,) = reply.json["errors"]
    after = int(reply.headers["retry-after"])
    return reply.status == 503 and error["extensions"]["code"] == "UNAVAILABLE" and after <= RETRY_AFTER_MAX


@pytest.fixture
async def payer(server: ServedProcess, network: Proxy, people: People) -> AsyncIterator[Payer]:
    payer = Payer(server, await people.customer(cash=euros(1_000)), await people.customer())
    await payer.normal()
    yield payer
    network.delay_seconds, network.refuses, network.swallow_when, network.cut_before = 0.0, False, None, None
    network.resume()


async def posted(place: Services, key: str) -> int:
    owner = await asyncpg.connect(place.owner_url)
    try:
        return int(await owner.fetchval("SELECT count(*) FROM ledger_journal WHERE memo = $1", key))
    finally:
        await owner.close()


async def crowd(payer: Payer, keys: list[str]) -> list[Reply]:
    """Reads and payments, all at once."""
    asked: list[Awaitable[Reply]] = [*(payer.wallet() for _ in range(20)), *(payer.pay(key) for key in keys)]
    return await asyncio.gather(*asked)


async def check_each_is_done_once(payer: Payer, place: Services, keys: list[str]) -> None:
    for key in keys:
        assert done(await payer.pay_until_done(key))
    assert [await posted(place, key) for key in keys] == [1] * len(keys)


async def test_a_slow_database_is_waited_for(payer: Payer, network: Proxy, place: Services) -> None:
    network.delay_seconds = 0.05
    read, paid = await payer.wallet(), await payer.pay(key := uuid4().hex)

    assert read.status == 200
    assert done(paid)
    assert await posted(place, key) == 1


@pytest.mark.parametrize("fault", ["cut", "refuses", "stalls", "terminated"])
async def test_a_crowd_meets_a_database_that_goes_away(
    payer: Payer, network: Proxy, place: Services, fault: str
) -> None:
    keys = [uuid4().hex for _ in range(6)]
    network.delay_seconds = 0.02
    asked = asyncio.create_task(crowd(payer, keys))
    await asyncio.sleep(0.1)
    match fault:
        case "cut":
            network.cut()
        case "refuses":
            network.refuses = True
            network.cut()
        case "stalls":
            network.stall()
        case "terminated":
            await terminate(place)
    answers = await asked

    network.delay_seconds, network.refuses = 0.0, False
    network.resume()
    await payer.normal()
    for answer in answers:
        assert answer.status == 200 or told_to_come_again(answer), answer
    if fault in ("refuses", "stalls"):
        assert any(answer.status == 503 for answer in answers), "nothing was cut off, so nothing was shown"
    await check_each_is_done_once(payer, place, keys)


async def terminate(place: Services) -> None:
    """What a restart of the server does to everybody's connections."""
    owner = await asyncpg.connect(place.owner_url)
    await owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'cercle'"
    )
    await owner.close()


async def test_connections_that_hung_are_not_found_out_one_by_one(payer: Payer, network: Proxy) -> None:
    await asyncio.gather(*(payer.wallet() for _ in range(12)))
    network.stall()
    lost = await payer.wallet()
    # Those that rest stay as dead as they are; new ones work.
    links = network.freeze()
    network.resume()
    reads = [await payer.wallet() for _ in range(8)]

    assert links >= 4
    assert told_to_come_again(lost)
    assert Counter(read.status for read in reads) == {200: 8}


async def test_who_finds_all_connections_taken_is_told_so_and_nothing_is_stuck_after(
    payer: Payer, place: Services
) -> None:
    keys = [uuid4().hex for _ in range(6)]
    owner = await asyncpg.connect(place.owner_url)
    async with owner.transaction():
        await owner.execute("LOCK TABLE wallet_pocket IN ACCESS EXCLUSIVE MODE")
        answers = await crowd(payer, keys)
    await owner.close()
    await payer.normal()

    assert all(told_to_come_again(answer) for answer in answers), Counter(answer.status for answer in answers)
    await check_each_is_done_once(payer, place, keys)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_payment_whose_commit_is_cut_off_is_settled_by_its_key(
    payer: Payer, network: Proxy, place: Services, when: str
) -> None:
    key = uuid4().hex

    def commits(sent: bytes) -> bool:
        return b"COMMIT\x00" in sent

    network.swallowed = 0
    setattr(network, "cut_before" if when == "before" else "swallow_when", commits)
    unknown = await payer.pay(key)
    network.cut_before = network.swallow_when = None
    stands = await until_known(place, key, 0 if when == "before" else 1)
    again, once_more = await payer.pay_until_done(key), await payer.pay_until_done(key)

    assert network.swallowed == 1
    assert told_to_come_again(unknown)
    assert "same key" in unknown.json["errors"][0]["message"]
    assert stands == (0 if when == "before" else 1)
    assert again.json["data"] == once_more.json["data"]
    assert await posted(place, key) == 1


async def until_known(place: Services, key: str, expected: int) -> int:
    """PostgreSQL may take a moment to see that its client is gone."""
    if expected:
        await until(lambda: posted(place, key), NORMAL_SECONDS_MAX)
    return await posted(place, key)
