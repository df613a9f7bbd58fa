"""A process that is told to stop turns `/ready` first, and answers everybody whom it let in."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from persistence.embedded import Services
from tests.fault.line import Cut, Line, Reply, get
from tests.support.crowd import token_of
from tests.support.houses import OpenHouse
from tests.support.people import People
from tests.support.proxy import Proxy, postgres_target, through
from tests.support.servers import ApiProcess
from tests.support.waiting import until

CLIENTS = 16
"""Of each kind: all of them run beside the house, on the processors that it has."""

LEAVES_SECONDS_MAX = 10
"""A figure that was promised, from the signal to the end of the process. It waits a second for balancers to notice, and
has timers of some seven more for whoever hangs; where nobody does it takes two."""

READ = "{ viewer { id email } }"


@pytest.fixture
async def network(place: Services) -> AsyncIterator[Proxy]:
    async with Proxy(postgres_target(place.app_url)) as proxy:
        yield proxy


@pytest.fixture
async def server(place: Services, network: Proxy, tmp_path: Path) -> AsyncIterator[ApiProcess]:
    server = ApiProcess(
        place,
        CERCLE_DATABASE_URL=through(place.app_url, network.port),
        CERCLE_DATABASE_OWNER_URL=place.owner_url,
        CERCLE_DATA_DIR=str(tmp_path),
        CERCLE_DRAIN_SECONDS="1",
    ).launch()
    try:
        await server.ready()
        yield server
    finally:
        server.stop()


@pytest.fixture
async def house(place: Services, network: Proxy, tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """Two processes and a worker, with the network between them and the database."""
    house = OpenHouse(
        tmp_path / "house",
        workers="2",
        database_url=through(place.app_url, network.port),
        database_owner_url=place.owner_url,
        redis_url=place.redis_url,
        drain_seconds="1",
    )
    await asyncio.to_thread(house.open)
    yield house
    await asyncio.to_thread(house.close)


class Crowd:
    """Clients that ask on and on, some on connections that they keep, some on a new one each time."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token
        self.told: Counter[str] = Counter()
        self.over = False

    async def keep_asking(self) -> None:
        while not self.over:
            line = await self.call()
            while line is not None:
                # A client that keeps a connection looks whether it is still there.
                if line.reader.at_eof() or await self.ask(line):
                    line = None

    async def call_again_and_again(self) -> None:
        while not self.over:
            if (line := await self.call()) is not None:
                await self.ask(line)
                line.close()

    async def call(self) -> Line | None:
        try:
            return await Line.open(self.port)
        except ConnectionRefusedError:
            # Nobody listens any more: who is told so can go elsewhere.
            self.over = True
            return None

    async def ask(self, line: Line) -> bool:
        """Whether this was the last answer on this connection."""
        try:
            reply = await line.ask(READ, token=self.token)
        except Cut:
            self.told["cut"] += 1
            return True
        self.told[f"{reply.status}{' and closed' if reply.last else ''}"] += 1
        assert reply.json["data"]["viewer"]["email"], reply
        return reply.last


async def test_no_answer_is_cut_when_a_busy_house_is_told_to_stop(
    house: OpenHouse, network: Proxy, people: People
) -> None:
    crowd = Crowd(house.port, token_of(await people.customer()))
    network.delay_seconds = 0.02
    clients = [asyncio.create_task(crowd.keep_asking()) for _ in range(CLIENTS)]
    clients += [asyncio.create_task(crowd.call_again_and_again()) for _ in range(CLIENTS)]
    await until(lambda: crowd.told["200"] >= 3 * CLIENTS)

    house.process.send_signal(signal.SIGTERM)
    await until(lambda: house.process.poll() is not None, LEAVES_SECONDS_MAX)
    await asyncio.gather(*clients)

    assert house.process.poll() == 0
    assert crowd.told["cut"] == 0, crowd.told
    assert crowd.told["200 and closed"] >= CLIENTS
    assert set(crowd.told) <= {"200", "200 and closed", "cut"}


async def test_ready_turns_while_the_process_still_serves_and_what_hangs_is_told_so(
    server: ApiProcess, network: Proxy, people: People
) -> None:
    before, silent, hanging = [await Line.open(server.port) for _ in range(3)]
    silent.send(b"POST /graphql HTTP/1.1\r\n")
    token = token_of(await people.customer())

    server.signal(signal.SIGTERM)
    told_at = monotonic()
    turned = await until(lambda: not_ready(server.port))
    late = await Line.open(server.port)
    answers = [await line.ask("{ __typename }") for line in (before, late)]
    network.stall()
    hung = await hanging.ask(READ, token=token)

    assert turned.json["reason"] == "The process is about to stop."
    assert [answer.json["data"] for answer in answers] == [{"__typename": "Query"}] * 2
    assert [answer.last for answer in answers] == [True, True]
    assert (hung.status, hung.headers["retry-after"]) == (503, "1")
    assert hung.json["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    await until(lambda: server.over() is not None, told_at + LEAVES_SECONDS_MAX - monotonic())
    assert server.over() == 0


async def not_ready(port: int) -> Reply | None:
    line = await Line.open(port)
    line.send(get("/ready"))
    reply = await line.reply()
    line.close()
    return reply if reply.status == 503 else None
