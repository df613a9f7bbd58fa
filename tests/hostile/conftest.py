"""A server process of these tests' own: what it goes through is seen from outside."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from statistics import median

import httpx2
import pytest

from persistence.embedded import Services
from tests.conftest import copied
from tests.hostile.case import Case
from tests.hostile.process import Process, Used
from tests.support.servers import ServedProcess

HONEST = """
query Shelf($first: Int = 24) {
  listings(first: $first) {
    nodes { id slug kind price { amount formatted } product { name brand { name } category { name } } piece { grade } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
"""What a storefront sends. As a text of its own each time it has to be read, found valid and planned each time."""

HONEST_FIRST = 5


@dataclass
class Target:
    """The server, and what an honest request takes of it."""

    client: httpx2.AsyncClient
    process: Process
    honest: list[Used] = field(default_factory=list)

    async def send(self, case: Case) -> httpx2.Response:
        return await self.client.post("/graphql", content=case.content(), headers=case.headers)

    async def ask_honestly(self) -> None:
        before = self.process.used()
        query = f"{HONEST} # {len(self.honest)}"
        answer = await self.client.post("/graphql", json={"query": query})
        assert "errors" not in answer.json(), answer.json()
        self.honest.append(self.process.used() - before)

    @property
    def usual(self) -> int:
        """Nanoseconds of the processor for an honest request."""
        return int(median(used.loop for used in self.honest))


@pytest.fixture(scope="package")
async def target(services: Services, template: str) -> AsyncIterator[Target]:
    async with copied(services, template) as database:
        # All of them are strangers of one address: that these send much in a minute is not what is tried here.
        server = ServedProcess(database, stranger_mutations_per_minute=1_000_000).launch()
        try:
            await server.ready()
            async with httpx2.AsyncClient(base_url=server.url, timeout=60) as client:
                found = Target(client, Process(server.pid))
                if not found.process.tells:
                    pytest.skip("this system does not tell what a process uses")
                for _ in range(HONEST_FIRST):
                    await found.ask_honestly()
                yield found
        finally:
            server.stop()
