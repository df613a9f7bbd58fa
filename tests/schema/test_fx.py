"""Exchanging money through the API: rates, quotes, exchanges, and what the house gains or loses by them."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.house import House
from domain.account import Account
from domain.viewer import Role
from persistence.database import connect
from persistence.embedded import Services
from tests.schema.test_policy import PUBLISH
from tests.schema.test_wallet import amount
from tests.support.api import Api
from tests.support.clock import Clock
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


QUOTE = """
mutation ($input: FxQuoteRequestInput!) {
  fxQuoteRequest(input: $input) {
    __typename
    ... on FxQuote {
      id quotedAt expiresAt usedAt rate { id rate spreadBps source }
      sold { amount currencyCode } mid { amount currencyCode } spread { amount } bought { amount currencyCode }
    }
    ... on UserError { code path }
    ... on FxRateMissing { sells buys }
  }
}
"""
NODE = "query ($id: ID!) { node(id: $id) { __typename } }"


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


# Quotes


async def quoted(api: Api, person: Account, value: str = "100.00", currency: str = "EUR", to: str = "CNY") -> Any:
    return (await api(person, QUOTE, input={"amount": amount(value, currency), "to": to}))["fxQuoteRequest"]


async def test_a_quote_says_both_amounts_the_spread_by_itself_and_when_it_lapses(api: Api, people: People) -> None:
    finance, member = await people.staff(Role.FINANCE), await people.customer()
    await api(finance, STATE, input=stated("7.8123"))

    quote = await quoted(api, member, "100.01")

    assert quote["sold"] == amount("100.01")
    assert quote["mid"] == amount("781.30", "CNY")
    assert quote["bought"] == amount("769.58", "CNY")
    assert quote["spread"] == {"amount": "11.72"}
    assert (quote["rate"]["rate"], quote["rate"]["spreadBps"], quote["usedAt"]) == ("7.812300000", 150, None)
    lasts = datetime.fromisoformat(quote["expiresAt"]) - datetime.fromisoformat(quote["quotedAt"])
    assert lasts == timedelta(minutes=15)
    back = await quoted(api, member, "781.23", "CNY", "EUR")
    assert (back["mid"]["amount"], back["bought"]["amount"]) == ("100.00", "98.50")


async def test_a_quote_holds_as_long_as_the_policy_says(api: Api, people: People) -> None:
    finance, member = await people.staff(Role.FINANCE), await people.customer()
    await api(finance, STATE, input=stated())
    said = {"terms": {"fx": {"quoteMinutes": 2}}, "note": "A nervous week"}
    assert (await api(finance, PUBLISH, input=said))["policyPublish"]["__typename"] == "PolicyVersion"

    quote = await quoted(api, member)

    lasts = datetime.fromisoformat(quote["expiresAt"]) - datetime.fromisoformat(quote["quotedAt"])
    assert lasts == timedelta(minutes=2)
    said = {"terms": {"fx": {"quoteMinutes": 0}}, "note": "Never"}
    assert (await api(finance, PUBLISH, input=said))["policyPublish"]["path"] == ["quoteMinutes"]


async def test_the_newest_rate_counts_and_one_that_has_lapsed_brings_back_none(
    api: Api, people: People, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock().hang(monkeypatch)
    clock.move(-timedelta(minutes=5))
    finance, member = await people.staff(Role.FINANCE), await people.customer()
    missing = await quoted(api, member)
    await api(finance, STATE, input=stated("7.5", asOf=ago(hours=1)))
    await api(finance, STATE, input=stated("7.9", asOf=ago(minutes=6)))
    await api(finance, STATE, input=stated("7.1", asOf=ago(hours=3)))
    newest = await quoted(api, member)
    await api(finance, STATE, input=stated("8", validUntil=ago(minutes=1)))
    latest = await quoted(api, member)
    clock.move(timedelta(minutes=5))
    lapsed = await quoted(api, member)

    assert missing == {
        "__typename": "FxRateMissing",
        "code": "FX_RATE_MISSING",
        "path": [],
        "sells": "EUR",
        "buys": "CNY",
    }
    assert (newest["rate"]["rate"], latest["rate"]["rate"]) == ("7.900000000", "8.000000000")
    assert lapsed == missing
    assert await house.readers.pool.fetchval("SELECT count(*) FROM fx_quote") == 2


@pytest.mark.parametrize(
    ("value", "currency", "to", "path"),
    [
        ("0.00", "EUR", "CNY", ["amount"]),
        ("-5.00", "EUR", "CNY", ["amount"]),
        ("5.00", "EUR", "EUR", ["to"]),
        ("0.07", "CNY", "EUR", ["amount"]),
        ("9999999999999.99", "EUR", "CNY", ["amount"]),
    ],
)
async def test_what_buys_nothing_is_not_quoted(
    api: Api, people: People, house: House, value: str, currency: str, to: str, path: list[str]
) -> None:
    await api(await people.staff(Role.FINANCE), STATE, input=stated())

    refused = await quoted(api, await people.customer(), value, currency, to)

    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    assert await house.readers.pool.fetchval("SELECT count(*) FROM fx_quote") == 0


async def test_somebody_elses_quote_is_not_there(api: Api, people: People) -> None:
    finance, member = await people.staff(Role.FINANCE), await people.customer()
    await api(finance, STATE, input=stated())
    quote = await quoted(api, member)

    seen = [(await api(person, NODE, id=quote["id"]))["node"] for person in (member, finance, await people.customer())]

    assert seen == [{"__typename": "FxQuote"}, {"__typename": "FxQuote"}, None]


ALIKE = """
INSERT INTO fx_quote (id, owner, rate_id, rate_base, rate_counter, rate_billionths, rate_spread_bps, sold_minor,
    sold_currency, mid_minor, spread_minor, bought_minor, currency, policy_version, quoted_at, expires_at, used_at)
SELECT gen_random_uuid(), owner, rate_id, rate_base, rate_counter, {rate_billionths}, {rate_spread_bps}, {sold_minor},
    {sold_currency}, {mid_minor}, {spread_minor}, {bought_minor}, {currency}, policy_version, quoted_at, {expires_at},
    {used_at} FROM fx_quote LIMIT 1
"""
COLUMNS = re.findall("{(\\w+)}", ALIKE)


@pytest.mark.parametrize(
    "said",
    [
        {"bought_minor": "bought_minor + 1", "spread_minor": "spread_minor - 1"},
        {"bought_minor": "bought_minor - 1", "spread_minor": "spread_minor + 1"},
        {"mid_minor": "mid_minor + 1", "spread_minor": "spread_minor + 1"},
        {"spread_minor": "spread_minor - 1"},
        {"sold_minor": "sold_minor - 1"},
        {"sold_currency": "currency", "currency": "sold_currency"},
        {"currency": "'HKD'"},
        {"rate_billionths": "7900000000"},
        {"rate_spread_bps": "149"},
        {"used_at": "expires_at"},
        {"expires_at": "quoted_at"},
    ],
    ids=lambda said: "-".join(said),
)
async def test_the_database_keeps_no_quote_but_what_its_rate_comes_to(
    api: Api, people: People, app: asyncpg.Connection, said: dict[str, str]
) -> None:
    await api(await people.staff(Role.FINANCE), STATE, input=stated("7.8123"))
    await quoted(api, await people.customer(), "100.01")
    as_it_is = {column: column for column in COLUMNS}
    await app.execute(ALIKE.format(**as_it_is))

    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await app.execute(ALIKE.format(**as_it_is | said))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("UPDATE fx_quote SET bought_minor = bought_minor + 1")
