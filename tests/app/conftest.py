"""An app whose figures are told, as a process's are."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.asgi import create, told
from app.house import House
from tests.support.api import Api

Figures = dict[str, dict[tuple[tuple[str, str], ...], float]]


def figures(text: str) -> Figures:
    """Samples by their name and their labels, but for the process."""
    found: Figures = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "process"))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


class Telling:
    """The API, and what it tells of itself."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def figures(self) -> Figures:
        response = await self.api.client.get("/metrics")
        assert response.status_code == 200
        return figures(response.text)

    async def value(self, name: str, **labels: str) -> float:
        """One sample; none that was never counted."""
        return (await self.figures()).get(f"cercle_{name}", {}).get(tuple(sorted(labels.items())), 0.0)


@pytest.fixture
async def telling(house: House) -> AsyncIterator[Telling]:
    app = create(house.settings)
    app.state.house = house
    async with told(app, house), Api(app, house) as api:
        yield Telling(api)


@pytest.fixture
def registering(telling: Telling) -> Callable[[str], None]:
    """Register a document as the house's own clients' are."""
    graphql: Any = telling.api.client._transport.app.graphql  # type: ignore[attr-defined]

    def register(text: str) -> None:
        graphql.schema.register(text)
        graphql.figures.register(text)

    return register
