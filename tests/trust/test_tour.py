"""The whole circle, over HTTP, against a house with an API process, a worker and a small seed."""

import asyncio

import httpx2
import pytest

from app import seed
from app.config import Settings
from app.tour import EXAMPLES, House, Off, Tour, operations, tokens
from app.worker import work
from persistence.embedded import Services
from tests.support.servers import ServedProcess

pytestmark = pytest.mark.processes

PIECES = 200


async def test_the_circle_turns_and_every_example_is_part_of_it(database: Services, settings: Settings) -> None:
    await seed.seed(database.owner_url, pieces=PIECES)
    server = ServedProcess(database).launch()
    owned = settings.model_copy(update={"database_owner_url": database.owner_url})
    stop = asyncio.Event()
    worker = asyncio.create_task(work(settings, stop))
    said: list[str] = []
    try:
        await server.ready()
        with httpx2.Client(timeout=30) as client:
            house = House(server.url, await asyncio.to_thread(tokens, owned), client)
            await asyncio.to_thread(Tour(house, lambda step, what: said.append(f"{step}: {what}")).run)
    finally:
        stop.set()
        await worker
        server.stop()
    assert any(line.startswith("settled") and "bonus" in line for line in said)
    assert any(line.startswith("ledger") and "balanced" in line for line in said)
    assert set(operations()) - house.sent == set(), "every example is executed"


def test_there_are_examples_for_each_of_the_four_consumers() -> None:
    consumers = {path.parent.name for path in EXAMPLES.rglob("*.graphql")}

    assert consumers == {"storefront", "mobile", "partner", "dashboard"}


async def test_a_tour_of_a_house_that_is_not_there_is_off() -> None:
    with httpx2.Client(timeout=1) as client, pytest.raises((Off, httpx2.TransportError)):
        Tour(House("http://127.0.0.1:9", {}, client), lambda step, what: None).run()
