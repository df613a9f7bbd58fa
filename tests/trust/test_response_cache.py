"""No reader sees an old price once whoever changed it was told that it is changed: two processes, Valkey or none."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from app import auth
from app.config import DEVELOPMENT_SECRET, ResponseCache
from app.house import House
from app.response_cache import Kept, MemoryStore, SharedStore
from app.response_cache import ResponseCache as Answers
from domain.account import Account
from domain.listing import CardPart
from domain.viewer import ANONYMOUS, Role
from persistence.embedded import Services, ServiceSupervisor
from persistence.freshness import noted
from persistence.redis import Cache
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.market import Market, money
from tests.support.people import People
from tests.support.servers import ServedProcess

pytestmark = pytest.mark.processes

READERS = 12
CHANGES = 40

PAGE = "{ listings(first: 5) { nodes { id price { amount } } } }"
DETAIL = """
query ($id: ID!) {
  listing(by: { id: $id }) { price { amount } priceHistory(first: 50) { nodes { price { amount } } } }
}
"""
REPRICE = """
mutation ($input: ListingRepriceInput!) {
  listingReprice(input: $input) { __typename ... on UserError { code message } }
}
"""


@dataclass
class Shop:
    """Two processes that sell the same thing, and everything that was ever seen of its price."""

    servers: list[ServedProcess]
    client: httpx2.AsyncClient
    listing: str
    staff: str
    told: int = 1_000
    asked: int = 1_000
    looks: int = 0
    seen: set[int] = field(default_factory=set)

    async def ask(self, server: ServedProcess, query: str, variables: Any = None, token: str | None = None) -> Any:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        body = {"query": query, "variables": variables or {}}
        response = await self.client.post(f"{server.url}/graphql", json=body, headers=headers)
        answer = response.json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def change(self, price: int, turn: int) -> None:
        """From the moment in which this is answered, everybody must see the new price."""
        given = {"listingId": self.listing, "price": money(price), "reason": "LABOUR", "clientMutationKey": uuid4().hex}
        self.asked = price
        answer = await self.ask(self.servers[turn % 2], REPRICE, {"input": given}, self.staff)
        assert answer["listingReprice"]["__typename"] == "Listing", answer
        self.told = price

    async def look(self, number: int) -> None:
        """Prices only rise here: what is seen lies between what was told before and what was asked for by then."""
        known = self.told
        server = self.servers[number % 2]
        if number % 3:
            nodes = (await self.ask(server, PAGE))["listings"]["nodes"]
            prices = [node["price"]["amount"] for node in nodes if node["id"] == self.listing]
        else:
            listing = (await self.ask(server, DETAIL, {"id": self.listing}))["listing"]
            prices = [listing["price"]["amount"], listing["priceHistory"]["nodes"][-1]["price"]["amount"]]
        for price in map(Decimal, prices):
            assert known <= price <= self.asked, f"{price} was seen after {known} had been told"
            self.seen.add(int(price))
        self.looks += 1

    async def look_on(self, number: int, over: asyncio.Event) -> None:
        while not over.is_set():
            await self.look(number)
            number += 1


@pytest.fixture
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ServiceSupervisor]]:
    """A Valkey of this test's own, to be killed."""
    place = tmp_path_factory.mktemp("valkey")
    os.chmod(place, 0o755)
    supervisor = ServiceSupervisor(place, postgres=False)
    with supervisor as services:
        yield services.redis_url, supervisor


@pytest.fixture(params=[ResponseCache.MEMORY, ResponseCache.VALKEY])
async def shop(
    request: pytest.FixtureRequest,
    database: Services,
    house: House,
    api: Api,
    people: People,
    valkey: tuple[str, ServiceSupervisor],
    tmp_path: Path,
) -> AsyncIterator[Shop]:
    staff = await people.staff(Role.MERCHANDISER)
    thing = await Market(house, api).piece(1_000)
    settings = {"data_dir": tmp_path, "response_cache": request.param, "redis_url": valkey[0]}
    servers = [ServedProcess(database, **settings).launch() for _ in range(2)]
    try:
        await asyncio.gather(*(server.ready() for server in servers))
        async with httpx2.AsyncClient(timeout=30) as client:
            yield Shop(servers, client, encode_id("Listing", thing.id), token(staff))
    finally:
        for server in servers:
            server.stop()


def token(person: Account) -> str:
    return auth.mint(DEVELOPMENT_SECRET, person.id, frozenset(person.roles), datetime.now(UTC))


async def test_no_reader_sees_an_old_price_after_the_change_was_told(
    shop: Shop, valkey: tuple[str, ServiceSupervisor]
) -> None:
    over = asyncio.Event()
    readers = [asyncio.create_task(shop.look_on(number, over)) for number in range(READERS)]
    try:
        for turn in range(CHANGES):
            if turn == CHANGES // 2:
                os.kill(valkey[1].valkey_pid, signal.SIGKILL)
            await shop.change(1_001 + turn, turn)
            # Every process and both questions, at once after the change was told.
            await asyncio.gather(*(shop.look(number) for number in range(6)))
            await asyncio.sleep(0.01)
    finally:
        over.set()
        await asyncio.gather(*readers)

    assert shop.looks > CHANGES * 6
    assert len(shop.seen) > CHANGES // 2


async def test_what_nobody_changed_is_read_from_the_database_once(house: House, api: Api) -> None:
    market = Market(house, api)
    await market.piece(1_000)
    await api(None, PAGE)
    assert house.answers is not None
    before = house.answers.told.copy()

    answers = [await api(None, PAGE) for _ in range(5)]

    assert [answer.body for answer in answers] == [answers[0].body] * 5
    told = house.answers.told - before
    assert told["hit"] >= 4


async def test_many_who_miss_the_same_answer_share_one_reading(house: House, api: Api) -> None:
    assert house.answers is not None
    await Market(house, api).piece(1_000)
    await api(None, PAGE)
    house.freshness.touch_everything()
    before = house.answers.told.copy()

    answers = await asyncio.gather(*(api(None, PAGE) for _ in range(20)))

    assert {len(answer["listings"]["nodes"]) for answer in answers} == {1}
    told = house.answers.told - before
    assert told["shared"] + told["hit"] == 19


async def test_a_process_takes_from_valkey_what_another_one_read(
    house: House, api: Api, valkey: tuple[str, ServiceSupervisor]
) -> None:
    await Market(house, api).piece(1_000)
    cache = Cache(valkey[0])
    shared = SharedStore(cache, house.freshness.house)
    one, other = (Answers([MemoryStore(), shared], house.freshness) for _ in range(2))
    key = (PAGE.encode(), "application/json", "en")
    with one.reading(key) as reading:
        await house.readers.catalogue.brand_by_slug("any")
        await reading.keep(b"read once")

    assert await other.find(key) == b"read once"
    await cache.delete(shared._name(key))
    assert await other.find(key) == b"read once"
    house.freshness.touch(["brand"])
    assert await other.find(key) is None
    assert other.told == {"hit far": 1, "hit": 1, "stale": 1}
    await cache.close()


@pytest.mark.parametrize("damage", ["empty", "short", "cut", "longer", "another slot", "of tomorrow", "noise"])
async def test_what_is_damaged_in_valkey_is_read_anew(
    house: House, valkey: tuple[str, ServiceSupervisor], damage: str
) -> None:
    cache = Cache(valkey[0])
    shared = SharedStore(cache, house.freshness.house)
    key = (f"{PAGE} # {damage}".encode(), "application/json", "en")
    good = Kept(b"read once", house.freshness.now(), (1, 2, 3))
    await shared.keep(key, good)
    assert await Answers([shared], house.freshness).find(key) == b"read once"
    whole = good.dump()
    await cache.set(
        shared._name(key),
        {
            "empty": b"",
            "short": b"xx",
            "cut": whole[:-1],
            "longer": whole + b"x",
            "another slot": replace(good, slots=(2**32 - 1,)).dump(),
            "of tomorrow": replace(good, since=2**63).dump(),
            "noise": b"\xff" * 400,
        }[damage],
        ttl_seconds=30,
    )

    assert await Answers([shared], house.freshness).find(key) is None
    await cache.close()


async def test_a_listing_is_made_of_all_that_is_read_together_with_it(house: House, api: Api) -> None:
    thing = await Market(house, api).piece(1_000)

    with noted() as reads:
        parts = frozenset({CardPart.ENGLISH, CardPart.PRODUCT_ATTRIBUTES, CardPart.PIECE_CONDITION})
        (found,) = await house.readers.listings.one(thing.id, None, ANONYMOUS, parts)

    rows = {"listing": thing.id, "product": thing.product_id, "brand": found.product.brand_id, "piece": thing.piece_id}
    assert reads.tags >= {f"{table}:{row}" for table, row in rows.items()} | {"category"}


async def test_what_somebody_signed_in_reads_is_not_kept(house: House, api: Api, people: People) -> None:
    assert house.answers is not None
    customer = await people.customer()
    before = house.answers.told.copy()

    for _ in range(3):
        await api(customer, PAGE)

    assert house.answers.told == before


async def test_an_answer_with_an_error_is_not_kept(house: House, api: Api) -> None:
    assert house.answers is not None
    broken = '{ listings(first: 5, after: "none of ours") { nodes { id } } }'
    await api(None, broken)
    before = house.answers.told.copy()

    for _ in range(3):
        assert (await api(None, broken)).errors

    assert (house.answers.told - before)["hit"] == 0


async def test_languages_are_kept_apart(house: House, api: Api) -> None:
    await Market(house, api).piece(1_000)
    query = "{ listings(first: 1) { nodes { product { name } } } }"

    said = [[(await api(None, query, locale=locale)).body for _ in range(3)] for locale in ("en", "zh")]

    assert said[0] == [said[0][0]] * 3
    assert said[0][0] != said[1][0]


async def test_an_answer_lasts_no_longer_than_it_may(house: House, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert house.answers is not None
    for _ in range(2):
        await api(None, PAGE)
    later = time.monotonic_ns() + 31 * 10**9
    monkeypatch.setattr(house.freshness, "now", lambda: later)
    before = house.answers.told.copy()

    await api(None, PAGE)

    assert (house.answers.told - before)["stale"] == 1
