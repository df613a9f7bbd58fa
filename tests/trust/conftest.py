"""A house that a module of trust tests shares; its tests leave each other alone."""

import fcntl
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import asyncpg
import pytest

from app.asgi import create
from app.config import ResponseCache, Settings
from app.house import open_house
from persistence.embedded import Services
from schema.root import build
from tests.conftest import copied
from tests.support.api import Api
from tests.trust.world import World


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No other crowd on this machine meanwhile: two of them on two processors would wait for each other's turns."""
    with (tmp_path_factory.getbasetemp().parent / "crowd.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="module")
async def world(services: Services, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with copied(services, template) as database:
        settings = Settings(
            data_dir=tmp_path_factory.mktemp("house"),
            response_cache=ResponseCache.MEMORY,
            database_url=database.app_url,
            redis_url=database.redis_url,
            pool_size=8,
            stranger_mutations_per_minute=1_000_000,
            cost_bucket=1_000_000_000,
            cost_restored_per_second=1_000_000_000,
            # Sixteen passwords at once take a busy machine longer than anybody should wait.
            operation_seconds_max=60,
            sign_in_attempts_per_name=1_000_000,
            sign_in_attempts_per_address=1_000_000,
        )
        async with open_house(settings) as house:
            app = create(settings)
            app.state.house = house
            schema = build()
            # The documents of these tests give every field an alias, so that members of a union never disagree.
            usual, schema.limits = schema.limits, replace(schema.limits, aliases=1_000)
            owner = await asyncpg.connect(database.owner_url)
            async with Api(app, house) as api:
                yield World(house, api, owner)
            await owner.close()
            schema.limits = usual
