"""Two processes of one house, for tests that watch through one what happens through the other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from app.asgi import create
from app.config import Settings
from app.house import open_house
from domain.account import Account
from persistence.embedded import Services
from tests.conftest import copied
from tests.support.api import Answer, Api
from tests.support.servers import ServedProcess
from tests.trust.world import World


@dataclass
class Watched:
    """A house with two API processes; what `world` does happens in a third, that of the test."""

    world: World
    near: ServedProcess
    far: ServedProcess
    services: Services

    def token(self, person: Account) -> str:
        return self.world.api.token(person)


@pytest.fixture(scope="package")
async def watched(
    services: Services, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Watched]:
    async with copied(services, template) as database:
        place = tmp_path_factory.mktemp("watched")
        settings = Settings(
            data_dir=place,
            database_url=database.app_url,
            redis_url=database.redis_url,
            pool_size=4,
            stranger_mutations_per_minute=1_000_000,
        )
        servers = [ServedProcess(database, CERCLE_DATA_DIR=str(place)).launch() for _ in range(2)]
        try:
            async with open_house(settings) as house:
                app = create(settings)
                app.state.house = house
                owner = await asyncpg.connect(database.owner_url)
                async with Api(app, house) as api:
                    for server in servers:
                        await server.ready()
                    yield Watched(World(house, api, owner), *servers, database)
                await owner.close()
        finally:
            for server in servers:
                server.stop()
