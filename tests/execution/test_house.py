"""The schema of this house, over a seeded database: stock and compiled execution give the same answers to everybody."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from graphql import OperationDefinitionNode, OperationType, parse, type_from_ast
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.config import Settings
from app.house import House, open_house
from app.seed import seed
from domain.viewer import Viewer
from persistence.embedded import Services
from schema.execution import CompiledExecutionContext
from schema.ids import encode_id
from schema.root import build
from tests.conftest import copied
from tests.execution.operations import SCALARS, Drawing, Operation, operations
from tests.support import execution
from tests.support.api import Api

SCHEMA = build()._schema
PIECES = 80
VIEWERS = ("nobody", "lin", "camille", "support", "finance", "merchandiser", "admin")

IDS: list[str] = ["nothing", encode_id("Listing", UUID(int=1))]
"""Global ids of things that are there; the seeded house adds its own."""

CURSORS = ["", "bm90aGluZw"]
VALUES = {
    "ID": st.deferred(lambda: st.sampled_from(IDS)),
    "Int": st.integers(-1, 8),
    "String": st.sampled_from(["EUR", "a", "classic", "CERT-1", *CURSORS]),
    "Decimal": st.sampled_from(["0", "10.00", "1250.5", "99999"]),
    "DateTime": st.sampled_from(["2026-01-01T00:00:00Z", "2026-11-21T18:30:00+08:00"]),
    "Date": st.sampled_from(["2026-01-01", "2026-11-21"]),
    "CountryCode": st.sampled_from(["CN", "FR"]),
    "URL": st.just("https://example.com/x"),
}
TABLES = {
    "Listing": "listing",
    "Product": "product",
    "Piece": "piece",
    "Brand": "brand",
    "Category": "category",
    "Collection": "collection",
    "Account": "account",
    "Consignment": "consignment",
    "Contract": "contract",
    "Appraisal": "appraisal",
    "ClubShop": "club_shop",
}


@dataclass
class Seeded:
    house: House
    viewers: dict[str, Viewer] = field(default_factory=dict)

    async def ask(self, viewer: str, document: str, variables: dict[str, Any], operation: str | None = None) -> Any:
        context = self.house.context(self.viewers[viewer], key=None, request_id="compared")
        with execution.compared():
            return await build().execute(document, variables, context, operation_name=operation)


@pytest.fixture(scope="module")
async def seeded(services: Services, template: str) -> AsyncIterator[Seeded]:
    async with copied(services, template) as database:
        await seed(database.owner_url, pieces=PIECES)
        wanted = Settings(database_url=database.app_url, redis_url=database.redis_url, pool_size=8)
        async with open_house(wanted) as house:
            there = Seeded(house)
            api: Any = Api.__new__(Api)
            api.house = house
            for name in VIEWERS:
                account = await house.readers.accounts.by_email(f"{name}@cercle.example")
                token = None if account is None else f"Bearer {api.token(account)}"
                there.viewers[name] = await house.viewer(token, "zh" if name == "lin" else "en")
            for kind, table in TABLES.items():
                rows = await house.readers.pool.fetch(f"SELECT id FROM {table} ORDER BY id LIMIT 4")
                IDS.extend(encode_id(kind, row["id"]) for row in rows)
            yield there


def examples(count: int) -> Any:
    return settings(
        max_examples=count, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )


drawn = operations(SCHEMA, values=VALUES, depth=5, width=3)


@examples(80)
@given(st.sampled_from(VIEWERS), drawn)
async def test_any_query_is_answered_the_same_to_anybody(seeded: Seeded, viewer: str, operation: Operation) -> None:
    await seeded.ask(viewer, operation.document, operation.variables)


@pytest.mark.deep
@examples(2_000)
@given(st.sampled_from(VIEWERS), drawn)
async def test_any_of_thousands_of_queries_is_answered_the_same_to_anybody(
    seeded: Seeded, viewer: str, operation: Operation
) -> None:
    await seeded.ask(viewer, operation.document, operation.variables)


def queries() -> list[tuple[str, str]]:
    """The queries of the examples: a name, and the document that it stands in."""
    found = []
    for path in sorted((Path(__file__).parents[2] / "examples").rglob("*.graphql")):
        document = path.read_text()
        for one in parse(document).definitions:
            if isinstance(one, OperationDefinitionNode) and one.operation is OperationType.QUERY and one.name:
                found.append((one.name.value, document))
    return found


QUERIES = dict(queries())


@pytest.mark.parametrize("name", QUERIES)
@examples(1)
@given(viewer=st.sampled_from(VIEWERS), data=st.data())
async def test_every_example_is_answered_the_same_to_anybody(
    seeded: Seeded, name: str, viewer: str, data: st.DataObject
) -> None:
    drawing = Drawing(SCHEMA, data.draw, {**SCALARS, **VALUES}, depth=0, width=0)
    variables = {}
    for one in parse(QUERIES[name]).definitions:
        if isinstance(one, OperationDefinitionNode) and one.name and one.name.value == name:
            for definition in one.variable_definitions or ():
                value = drawing.value(type_from_ast(SCHEMA, definition.type))
                if value is not None:
                    variables[definition.variable.name.value] = value
    await seeded.ask(viewer, QUERIES[name], variables, name)


def test_they_were_compared_and_hardly_any_was_left_to_stock_execution() -> None:
    figures = CompiledExecutionContext.figures
    assert len(execution.COMPARED) > 45
    assert figures.executed > 10 * figures.declined.total()
    asked = {name for name in QUERIES if any(f"query {name}" in document for document in execution.COMPARED)}
    assert asked == set(QUERIES)
