"""A house that a module shares whose tests only read what it was filled with."""

from collections.abc import AsyncIterator

import pytest

from persistence.embedded import Services
from tests.conftest import Place, opened


@pytest.fixture(scope="module")
async def place(services: Services, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with opened(services, template, tmp_path_factory.mktemp("house")) as place:
        yield place
