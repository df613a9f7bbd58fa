"""The short version of `make fuzz` (S5): whatever is sent, as whomever, nothing in the answer is our own fault."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.asgi import create
from app.config import Settings
from app.house import House, open_house
from app.seed import seed
from domain.account import Account
from persistence.embedded import Services
from schema.root import build
from tests.conftest import copied
from tests.execution.operations import Operation, operations
from tests.fuzz.known import LIMITLESS, TABLES, known_ids
from tests.support.api import Api

SCHEMA = build()._schema
PIECES = 60
ROLES = ("nobody", "camille", "appraiser", "support", "finance", "merchandiser", "shop", "admin")

IDS: dict[str, list[str]] = {"nothing": ["nothing", "", "TGlzdGluZzo="]}
"""The seeded house adds its own."""

NASTY = [
    "",
    "a",
    "classic",
    "EUR",
    "港",
    "𝒳",
    "\u202e",
    "' OR 1=1",
    "%s",
    "${a}",
    "a" * 300,
    " ",
    "\t",
    "0",
    "-1",
    "null",
]


def ids(kind: str | None = None) -> st.SearchStrategy[str]:
    """Ids that are there, of this kind where it is known; they are not there yet when this is asked."""
    return st.deferred(lambda: st.sampled_from(IDS.get(kind or "") or [one for each in IDS.values() for one in each]))


VALUES = {
    "ID": ids(),
    "Int": st.sampled_from([0, 1, -1, 2, 7, 100, 101, 10_000, 2**31 - 1, -(2**31)]),
    "Float": st.sampled_from([0.0, -1.5, 1e300]),
    "String": st.sampled_from(NASTY),
    "Decimal": st.sampled_from(
        ["0", "10.00", "1250.5", "-1", "0.001", "9999999999999.99", "999999999999999999", "NaN"]
    ),
    "DateTime": st.sampled_from(["2026-01-01T00:00:00Z", "1900-01-01T00:00:00Z", "2199-12-31T23:59:59Z", "soon"]),
    "Date": st.sampled_from(["2026-01-01", "0001-01-01", "9999-12-31", "2026-02-30"]),
    "CountryCode": st.sampled_from(["CN", "FR", "XX", "fr"]),
    "URL": st.sampled_from(["https://example.com/x", "http://[", "https://a:b@c"]),
    "JSON": st.sampled_from([{}, [], 1, {"a": [None]}]),
}


def meant() -> dict[str, st.SearchStrategy[Any]]:
    """Ids of the kind that a field of an input is named after, mostly."""
    found = {}
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            for name, one in type_.fields.items():
                kind = next((kind for kind in TABLES if name.lower() == f"{kind.lower()}id"), None)
                if kind is not None and get_named_type(one.type).name == "ID":
                    found[f"{type_.name}.{name}"] = st.one_of(ids(kind), ids(kind), ids(kind), ids())
    return found


WORDS = {**VALUES, **meant()}


@dataclass
class Seeded:
    house: House
    api: Api
    people: dict[str, Account | None] = field(default_factory=dict)

    async def holds(self, role: str, operation: Operation) -> list[str]:
        """Send it; the codes of its errors, none of which may be our own fault."""
        answer = await self.api(self.people[role], operation.document, **operation.variables)
        assert answer.status < 500, (answer.body, operation)
        assert "INTERNAL" not in answer.codes, (answer.body, operation)
        return answer.codes


@pytest.fixture(scope="module")
async def seeded(services: Services, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Seeded]:
    async with copied(services, template) as database:
        await seed(database.owner_url, pieces=PIECES)
        IDS.update(await known_ids(database.owner_url))
        wanted = Settings(
            data_dir=tmp_path_factory.mktemp("fuzz"),
            database_url=database.app_url,
            redis_url=database.redis_url,
            **LIMITLESS,  # type: ignore[arg-type]
        )
        async with open_house(wanted) as house:
            app = create(wanted)
            app.state.house = house
            async with Api(app, house) as api:
                there = Seeded(house, api)
                for name in ROLES:
                    there.people[name] = await house.readers.accounts.by_email(f"{name}@cercle.example")
                yield there


def examples(count: int) -> Any:
    return settings(
        max_examples=count, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )


mutations = operations(SCHEMA, values=WORDS, depth=2, width=1, kind="mutation")
queries = operations(SCHEMA, values=WORDS, depth=4, width=3)


@examples(120)
@given(st.sampled_from(ROLES), mutations)
async def test_no_mutation_finds_a_bug(seeded: Seeded, role: str, operation: Operation) -> None:
    await seeded.holds(role, operation)


@examples(40)
@given(st.sampled_from(ROLES), queries)
async def test_no_query_finds_a_bug(seeded: Seeded, role: str, operation: Operation) -> None:
    await seeded.holds(role, operation)


@pytest.mark.deep
@examples(6_000)
@given(st.sampled_from(ROLES), st.one_of(mutations, mutations, queries))
async def test_none_of_thousands_of_operations_finds_a_bug(seeded: Seeded, role: str, operation: Operation) -> None:
    await seeded.holds(role, operation)


async def test_a_bug_would_be_found(seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(type(seeded.house.readers.listings), "page", broken)
    with pytest.raises(AssertionError, match="INTERNAL"):
        await seeded.holds("nobody", Operation("{ listings(first: 1) { nodes { id } } }", {}))
