"""What took too long is told once, with what the database was asked for it and how it goes about that."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog

from app import telemetry
from app.asgi import create
from app.config import Environment, Settings
from app.house import House, open_house
from app.telemetry.slow import LINES_MAX
from app.telemetry.statement import Statements, fingerprint
from domain.viewer import Role
from tests.support.api import Api
from tests.support.people import People

LISTINGS = "query Cards { listings(first: 1) { nodes { id product { name brand { name } } } } }"
MARK = "a-slug-that-is-nobodys-business"


@pytest.fixture
def lines() -> Iterator[Any]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    telemetry.configure(Environment.PRODUCTION, stream)
    yield lambda: [
        line for line in map(json.loads, stream.getvalue().splitlines()) if line["event"] == "slow operation"
    ]
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    """One to which everything is slow."""
    async with open_house(settings.model_copy(update={"slow_ms": 0, "response_cache": None})) as house:
        yield house


async def test_a_slow_operation_says_what_it_was_and_what_it_waited_for(house: House, api: Api, lines: Any) -> None:
    answer = await api(None, LISTINGS)
    await house.slow.close()

    (line,) = lines()
    assert (line["kind"], line["operation"], line["code"], line["level"]) == ("query", "other", "OK", "warning")
    assert line["request_id"] == answer.headers["x-request-id"]
    assert len(line["document"]) == 16
    assert line["statements"] == 1
    assert 0 < line["statements_ms"] <= line["took_ms"]
    assert line["slowest"][0].startswith("SELECT listing ")
    assert "FROM listing" in line["statement"]
    assert "listing" in line["plan"]


async def test_a_plan_is_the_one_for_any_value_and_holds_none(house: House, api: Api, lines: Any) -> None:
    await api(None, f'{{ listing(by: {{ slug: "{MARK}" }}) {{ id }} }}')
    await house.slow.close()

    (line,) = lines()
    assert "$1" in line["plan"]
    assert MARK not in json.dumps(line)


async def test_a_slow_mutation_says_what_it_sent_within_its_transaction(
    house: House, api: Api, people: People, lines: Any
) -> None:
    camille = await people.person(Role.CUSTOMER)
    update = "mutation ($input: AccountUpdateInput!) { accountUpdate(input: $input) { __typename } }"
    await api(camille, update, input={"name": MARK})
    await house.slow.close()

    (line,) = lines()
    said = " ".join(line["slowest"])
    assert "BEGIN" in said
    assert "COMMIT" in said
    assert "account" in said
    assert MARK not in json.dumps(line)


async def test_when_everything_is_slow_a_few_lines_tell_it(house: House, api: Api, lines: Any) -> None:
    for _ in range(LINES_MAX + 15):
        await api(None, LISTINGS)
    await house.slow.close()

    assert len(lines()) == LINES_MAX
    assert sum("plan" in line for line in lines()) == 1


async def test_what_is_fast_enough_is_not_told(settings: Settings, lines: Any) -> None:
    async with open_house(settings.model_copy(update={"slow_ms": 60_000})) as house:
        app = create(house.settings)
        app.state.house = house
        async with Api(app, house) as api:
            await api(None, LISTINGS)
        await house.slow.close()

    assert lines() == []


def test_of_very_many_statements_the_last_ones_are_remembered() -> None:
    statements = Statements(3)
    telemetry.bind_request("r-9")
    for number in range(5):
        statements.note(f"SELECT {number}", 0.0)
    telemetry.bind_request("")

    assert list(statements.of("r-9")) == ["SELECT 2", "SELECT 3", "SELECT 4"]
    assert statements.of("r-8") == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SELECT id FROM listing l JOIN product p ON true", "SELECT listing"),
        ("\n  select 1", "SELECT"),
        ('INSERT INTO "account" (id) VALUES ($1)', "INSERT account"),
        ("UPDATE wallet_pocket SET x = 1", "UPDATE wallet_pocket"),
        ("DELETE FROM pgqueuer.pgqueuer WHERE id = $1", "DELETE pgqueuer.pgqueuer"),
        ("WITH due AS (SELECT id FROM outbox) SELECT * FROM due", "SELECT outbox"),
        ("COMMIT", "COMMIT"),
    ],
)
def test_a_statement_has_a_short_name_that_tells_it_from_others(text: str, name: str) -> None:
    assert fingerprint(text).rpartition(" ")[0] == name
    assert fingerprint(text) != fingerprint(f"{text} ")
