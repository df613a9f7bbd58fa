"""A house that a module of trust tests shares; its tests leave each other alone."""

import fcntl
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import asyncpg
import pytest

from persistence.embedded import Services
from schema.root import build
from tests.conftest import opened
from tests.trust.world import World


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No other crowd on this machine meanwhile: two of them on two processors would wait for each other's turns."""
    with (tmp_path_factory.getbasetemp().parent / "crowd.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="module")
async def world(services: Services, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with opened(services, template, tmp_path_factory.mktemp("house")) as place:
        schema = build()
        # The documents of these tests give every field an alias, so that members of a union never disagree.
        usual, schema.limits = schema.limits, replace(schema.limits, aliases=1_000)
        owner = await asyncpg.connect(place.database.owner_url)
        yield World(place.house, place.api, owner)
        await owner.close()
        schema.limits = usual
