"""Exchanging money through the API: rates, quotes, exchanges, and what the house gains or loses by them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.house import House
from domain.viewer import Role
from persistence.database import connect
from persistence.embedded import Services
from tests.support.api import Api
from tests.support.people import People

STATE = """
mutation ($input: FxRateStateInput!) {
  fxRateState(input: $input) {
    __typename
    ... on FxRate { id base counter rate spreadBps asOf validUntil source }
    ... on UserError { code path }
  }
}
"""
RATES = """
query ($base: CurrencyCode, $counter: CurrencyCode) {
  fxRates(base: $base, counter: $counter) { nodes { base counter rate asOf source } totalCount }
}
"""


@pytest.fixture
async def app(database: Services) -> AsyncIterator[asyncpg.Connection]:
    """The database with the app's own rights, and nothing of the house between."""
    connection = await connect(database.app_url)
    yield connection
    await connection.close()


def stated(rate: str = "7.8", **more: Any) -> dict[str, Any]:
    return {
        "base": "EUR",
        "counter": "CNY",
        "rate": rate,
        "spreadBps": 150,
        "source": "A bank's morning sheet",
        **more,
    }


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


# Rates


async def test_finance_states_a_rate_exactly_and_members_read_every_one_that_ever_was(api: Api, people: People) -> None:
    finance, member = await people.staff(Role.FINANCE), await people.customer()

    first = (await api(finance, STATE, input=stated("0.006134969", asOf=ago(hours=2))))["fxRateState"]
    await api(finance, STATE, input=stated("7.81", base="USD"))
    await api(finance, STATE, input=stated("0.128", base="CNY", counter="EUR"))

    assert (first["rate"], first["spreadBps"], first["validUntil"]) == ("0.006134969", 150, None)
    seen = (await api(member, RATES, base="EUR", counter="CNY"))["fxRates"]
    assert [(one["base"], one["rate"]) for one in seen["nodes"]] == [("CNY", "0.128000000"), ("EUR", "0.006134969")]
    assert (await api(member, RATES))["fxRates"]["totalCount"] == 3
    assert (await api(None, RATES)).codes == ["NOT_ALLOWED"]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"rate": "0"}, ["rate"]),
        ({"rate": "-7.8"}, ["rate"]),
        ({"rate": "1000000.000000001"}, ["rate"]),
        ({"counter": "EUR"}, ["counter"]),
        ({"spreadBps": -1}, ["spreadBps"]),
        ({"spreadBps": 1_001}, ["spreadBps"]),
        ({"asOf": "2150-01-01T00:00:00Z"}, ["asOf"]),
        ({"validUntil": "2020-01-01T00:00:00Z"}, ["validUntil"]),
        ({"source": " "}, ["source"]),
    ],
    ids=lambda value: "-".join(value),
)
async def test_a_rate_that_can_not_be_is_refused(
    api: Api, people: People, house: House, wrong: dict[str, Any], path: list[str]
) -> None:
    refused = (await api(await people.staff(Role.FINANCE), STATE, input=stated(**wrong)))["fxRateState"]

    assert refused == {"__typename": "InvalidInput", "code": "INVALID_INPUT", "path": path}
    assert await house.readers.pool.fetchval("SELECT count(*) FROM fx_rate") == 0


async def test_the_app_can_not_change_a_rate_that_was_stated(api: Api, people: People, app: asyncpg.Connection) -> None:
    await api(await people.staff(Role.FINANCE), STATE, input=stated())

    for change in ("UPDATE fx_rate SET rate_billionths = 1", "DELETE FROM fx_rate"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(change)
