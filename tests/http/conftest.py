"""A server process that the tests of a module share."""

from collections.abc import AsyncIterator

import pytest

from persistence.embedded import Services
from tests.conftest import copied
from tests.support.servers import ServedProcess


@pytest.fixture(scope="module")
async def server(services: Services, template: str) -> AsyncIterator[ServedProcess]:
    async with copied(services, template) as database:
        process = ServedProcess(database).launch()
        try:
            await process.ready()
            yield process
        finally:
            process.stop()
