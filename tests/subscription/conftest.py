"""Two processes of one house, for tests that watch through one what happens elsewhere."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from app.asgi import create
from app.config import Settings
from app.house import open_house
from domain.account import Account
from domain.viewer import Role
from persistence.embedded import Services, ServiceSupervisor
from tests.conftest import copied
from tests.support.api import Answer, Api
from tests.support.market import Market, money
from tests.support.servers import ServedProcess
from tests.trust.world import World

COST_BUCKET = 1_000_000_000
"""Everybody here comes from one address."""

REPRICE = """
mutation ($input: ListingRepriceInput!) {
  listingReprice(input: $input) { __typename ... on UserError { code message } }
}
"""
WITHDRAW = """
mutation ($input: ListingWithdrawInput!) {
  listingWithdraw(input: $input) { __typename ... on UserError { code message } }
}
"""


@dataclass
class Watched:
    """A house with two API processes; what `world` does happens in a third, that of the test."""

    world: World
    near: ServedProcess
    far: ServedProcess
    services: Services
    valkey: ServiceSupervisor

    @property
    def market(self) -> Market:
        return self.world.market

    def token(self, person: Account) -> str:
        return self.world.api.token(person)

    def server(self, **settings: Any) -> ServedProcess:
        """One more process of the house."""
        place = self.world.house.settings.data_dir
        return ServedProcess(
            self.services, data_dir=place, cost_bucket=COST_BUCKET, cost_restored_per_second=COST_BUCKET, **settings
        )

    async def through(self, server: ServedProcess, person: Account | None, query: str, **variables: Any) -> Answer:
        """Send one operation to a process over HTTP."""
        headers = {} if person is None else {"authorization": f"Bearer {self.token(person)}"}
        headers["idempotency-key"] = uuid4().hex
        async with httpx2.AsyncClient() as client:
            asked = {"query": query, "variables": variables}
            return Answer(await client.post(f"{server.url}/graphql", json=asked, headers=headers))

    async def reprice(self, listing_id: str, price: int, server: ServedProcess | None = None) -> None:
        """A merchandiser changes a price, in a process of the house."""
        staff = await self.world.staff(Role.MERCHANDISER)
        given = {"listingId": listing_id, "price": money(price), "reason": "COMPETITION"}
        if server is not None:
            answer = await self.through(server, staff, REPRICE, input=given)
        else:
            answer = await self.world.api(staff, REPRICE, input=given)
        assert answer["listingReprice"]["__typename"] == "Listing", answer.body

    async def withdraw(self, listing_id: str) -> None:
        answer = await self.world.api(
            await self.world.staff(Role.MERCHANDISER), WITHDRAW, input={"listingId": listing_id}
        )
        assert answer["listingWithdraw"]["__typename"] == "Listing", answer.body


@pytest.fixture(scope="package")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ServiceSupervisor]]:
    """A Valkey of these tests' own, to be killed; it comes back by itself."""
    place = tmp_path_factory.mktemp("valkey")
    os.chmod(place, 0o755)
    with (supervisor := ServiceSupervisor(place, postgres=False)) as services:
        supervisor.watch()
        yield services.redis_url, supervisor


@pytest.fixture(scope="package")
async def watched(
    services: Services,
    template: str,
    valkey: tuple[str, ServiceSupervisor],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Watched]:
    place = tmp_path_factory.mktemp("watched")
    async with copied(services, template) as copy:
        database = Services(owner_url=copy.owner_url, app_url=copy.app_url, redis_url=valkey[0])
        settings = Settings(
            data_dir=place,
            database_url=database.app_url,
            redis_url=database.redis_url,
            pool_size=4,
            stranger_mutations_per_minute=1_000_000,
            cost_bucket=COST_BUCKET,
            cost_restored_per_second=COST_BUCKET,
        )
        roomy = {
            "data_dir": place,
            "cost_bucket": COST_BUCKET,
            "cost_restored_per_second": COST_BUCKET,
            "streams_per_address_max": 2_000,
        }
        servers = [ServedProcess(database, **roomy).launch() for _ in range(2)]
        try:
            async with open_house(settings) as house:
                app = create(settings)
                app.state.house = house
                owner = await asyncpg.connect(database.owner_url)
                async with Api(app, house) as api:
                    for server in servers:
                        await server.ready()
                    yield Watched(World(house, api, owner), *servers, database, valkey[1])
                await owner.close()
        finally:
            for server in servers:
                server.stop()
