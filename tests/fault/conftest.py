"""Servers in processes of their own, whose way to the database and to Valkey is a network of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.config import Settings
from app.house import House, open_house
from persistence.embedded import Services
from tests.conftest import copied
from tests.support.people import People


@pytest.fixture(scope="module")
async def place(services: Services, template: str) -> AsyncIterator[Services]:
    """A database that the tests of a module share."""
    async with copied(services, template) as found:
        yield found


@pytest.fixture(scope="module")
async def backstage(place: Services, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The same house without the bad network, to make people and to look at what became of things."""
    settings = Settings(database_url=place.app_url, data_dir=tmp_path_factory.mktemp("backstage"), pool_size=2)
    async with open_house(settings) as house:
        yield house


@pytest.fixture
def people(backstage: House) -> People:
    return People(backstage)
