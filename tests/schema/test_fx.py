"""Exchanging money through the API: rates, quotes, exchanges, and what the house gains or loses by them."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.house import House
from domain.account import Account
from domain.money import Currency, Money
from domain.viewer import Role
from persistence.database import connect
from persistence.embedded import Services
from schema.ids import decode_id, encode_id
from tests.persistence.test_ledger import Till
from tests.schema.test_policy import PUBLISH
from tests.schema.test_wallet import POCKETS, TRANSFER, amount
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.market import TO_PARIS
from tests.support.people import People, euros
from tests.support.snapshot import changed, snapshot
from tests.support.travel import Travel

STATE = """
mutation ($input: FxRateStateInput!) {
  fxRateState(input: $input) {
    __typename
    ... on FxRate { id base counter rate spreadBps validFrom validUntil source }
    ... on UserError { code path }
  }
}
"""
RATES = """
query ($base: CurrencyCode, $counter: CurrencyCode) {
  fxRates(base: $base, counter: $counter) { nodes { base counter rate validFrom source } totalCount }
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
EXCHANGE = """
mutation ($input: FxQuoteAcceptInput!) {
  fxQuoteAccept(input: $input) {
    __typename
    ... on FxExchange {
      id exchangedAt version owner { id } quote { id usedAt }
      sold { amount currencyCode } mid { amount } spread { amount currencyCode } bought { amount currencyCode }
    }
    ... on UserError { code path }
    ... on InsufficientFunds { kind available { amount } required { amount } }
    ... on FxLiquidityShort { currency }
  }
}
"""
REVERSE = """
mutation ($input: FxExchangeReverseInput!) {
  fxExchangeReverse(input: $input) {
    __typename
    ... on FxExchange { state reversedAt nextActions version gain { amount currencyCode } }
    ... on UserError { code path }
    ... on InsufficientFunds { available { amount } required { amount } }
  }
}
"""
LIQUIDITY = """
mutation ($input: FxLiquidityMoveInput!) {
  fxLiquidityMove(input: $input) {
    __typename
    ... on FxLiquidity { currency balance { amount } version }
    ... on UserError { code path }
  }
}
"""
EXCHANGES = "{ fxExchanges { nodes { id bought { amount } } totalCount } }"
POSITIONS = "{ fxPositions { currency liquidity { amount } spreadEarned { amount } gain { amount } version } }"
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

    first = (await api(finance, STATE, input=stated("0.006134969", validFrom=ago(hours=2))))["fxRateState"]
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
        ({"validFrom": "2150-01-01T00:00:00Z"}, ["validFrom"]),
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
    await api(finance, STATE, input=stated("7.5", validFrom=ago(hours=1)))
    await api(finance, STATE, input=stated("7.9", validFrom=ago(minutes=6)))
    await api(finance, STATE, input=stated("7.1", validFrom=ago(hours=3)))
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


# Exchanges


@dataclass
class Exchange:
    """A house that exchanges euros and yuan, and somebody who wants to."""

    api: Api
    people: People
    house: House
    finance: Account
    member: Account

    async def fill(self, value: str, currency: str = "CNY", **more: Any) -> dict[str, Any]:
        given = {"amount": amount(value, currency), "reason": "For travellers", **more}
        return (await self.api(self.finance, LIQUIDITY, input=given))["fxLiquidityMove"]  # type: ignore[no-any-return]

    async def quote(self, value: str = "100.00", currency: str = "EUR", to: str = "CNY") -> str:
        return (await quoted(self.api, self.member, value, currency, to))["id"]  # type: ignore[no-any-return]

    async def use(self, quote_id: str, person: Account | None = None, **more: Any) -> dict[str, Any]:
        given = {"quoteId": quote_id, **more}
        return (await self.api(person or self.member, EXCHANGE, input=given))["fxQuoteAccept"]  # type: ignore[no-any-return]

    async def undo(self, exchange_id: str, **more: Any) -> dict[str, Any]:
        given = {"exchangeId": exchange_id, "reason": "The trip is off", **more}
        return (await self.api(self.finance, REVERSE, input=given))["fxExchangeReverse"]  # type: ignore[no-any-return]

    async def cash(self, person: Account | None = None) -> dict[str, str]:
        pockets = (await self.api(person or self.member, POCKETS))["wallet"]["pockets"]
        return {one["currency"]: one["cash"]["amount"] for one in pockets}

    async def position(self, currency: str = "CNY") -> tuple[str, str, str]:
        found = (await self.api(self.finance, POSITIONS))["fxPositions"]
        one = next(one for one in found if one["currency"] == currency)
        return one["liquidity"]["amount"], one["spreadEarned"]["amount"], one["gain"]["amount"]

    async def sound(self) -> bool:
        return (await self.house.readers.ledger.health()).ok


@pytest.fixture
async def exchange(api: Api, people: People, house: House) -> Exchange:
    finance, member = await people.staff(Role.FINANCE), await people.customer(cash=euros(150))
    made = Exchange(api, people, house, finance, member)
    await api(finance, STATE, input=stated())
    await made.fill("1000.00")
    return made


LINES = """
SELECT kind, currency, amount_minor, owner IS NOT NULL
FROM ledger_posting p JOIN ledger_journal j ON j.id = p.journal_id
WHERE j.cause_kind = 'fxExchange' ORDER BY j.occurred_at, line
"""


async def test_money_changes_by_its_quote_and_the_spread_is_a_posting_of_its_own(exchange: Exchange) -> None:
    quote_id = await exchange.quote()

    done = await exchange.use(quote_id)

    assert (done["sold"], done["bought"]) == (amount("100.00"), amount("768.30", "CNY"))
    assert (done["mid"], done["spread"]) == ({"amount": "780.00"}, amount("11.70", "CNY"))
    assert (done["quote"]["id"], done["quote"]["usedAt"]) == (quote_id, done["exchangedAt"])
    assert await exchange.cash() == {"CNY": "768.30", "EUR": "50.00"}
    assert [tuple(line) for line in await exchange.house.readers.pool.fetch(LINES)] == [
        ("CASH", "EUR", -10_000, True),
        ("FX_LIQUIDITY", "EUR", 10_000, False),
        ("FX_LIQUIDITY", "CNY", -78_000, False),
        ("CASH", "CNY", 76_830, True),
        ("FX_SPREAD", "CNY", 1_170, False),
    ]
    assert await exchange.position("EUR") == ("100.00", "0.00", "0.00")
    assert await exchange.position("CNY") == ("220.00", "11.70", "0.00")
    assert await exchange.sound()
    own = (await exchange.api(exchange.member, EXCHANGES))["fxExchanges"]
    others = (await exchange.api(await exchange.people.customer(), EXCHANGES))["fxExchanges"]
    assert (own["nodes"], others["totalCount"]) == ([{"id": done["id"], "bought": {"amount": "768.30"}}], 0)
    assert (await exchange.api(exchange.finance, EXCHANGES))["fxExchanges"]["totalCount"] == 1


async def test_a_quote_is_kept_whatever_the_rate_does_and_used_once(exchange: Exchange) -> None:
    quote_id = await exchange.quote()
    await exchange.api(exchange.finance, STATE, input=stated("6.0"))

    first = await exchange.use(quote_id, clientMutationKey="once")
    again = await exchange.use(quote_id, clientMutationKey="once")
    used = await exchange.use(quote_id)

    assert first["bought"]["amount"] == "768.30"
    assert again == first
    assert (used["code"], used["path"]) == ("FX_QUOTE_USED", ["quoteId"])
    assert await exchange.cash() == {"CNY": "768.30", "EUR": "50.00"}


async def test_a_lapsed_quote_somebody_elses_and_one_beyond_the_cash_change_nothing(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock().hang(monkeypatch)
    clock.move(-timedelta(minutes=16))
    finance = exchange.finance
    await exchange.api(finance, STATE, input=stated(validFrom=ago(minutes=30)))
    old = await exchange.quote()
    clock.move(timedelta(minutes=15))
    dear, small, other = await exchange.quote("150.01"), await exchange.quote("1.00"), await exchange.people.customer()
    before = await snapshot(exchange.house)

    lapsed, short = await exchange.use(old), await exchange.use(dear)
    theirs, nobodys = await exchange.use(small, other), await exchange.use(encode_id("FxQuote", uuid4()), other)
    stale = await exchange.use(small, expectedVersion=77)

    assert (lapsed["code"], lapsed["path"]) == ("FX_QUOTE_LAPSED", ["quoteId"])
    assert (short["code"], short["available"], short["required"]) == (
        "INSUFFICIENT_FUNDS",
        {"amount": "150.00"},
        {"amount": "150.01"},
    )
    assert theirs == nobodys
    assert theirs["code"] == "NOT_FOUND"
    assert stale["code"] == "VERSION_CONFLICT"
    assert changed(before, await snapshot(exchange.house)) == []
    assert (await exchange.use(small))["__typename"] == "FxExchange"


async def test_a_rehearsal_leaves_the_quote_and_the_money_as_they_are(exchange: Exchange) -> None:
    quote_id = await exchange.quote()
    before = await snapshot(exchange.house)

    rehearsed = await exchange.use(quote_id, dryRun=True)

    assert rehearsed["bought"]["amount"] == "768.30"
    assert changed(before, await snapshot(exchange.house)) == []
    assert (await exchange.use(quote_id))["bought"]["amount"] == "768.30"


async def test_the_house_gives_no_more_than_it_has_set_aside_and_takes_back_no_more(exchange: Exchange) -> None:
    assert (await exchange.fill("-300.00"))["balance"] == {"amount": "700.00"}
    quote_id = await exchange.quote()
    before = await snapshot(exchange.house)

    short, emptied = await exchange.use(quote_id), await exchange.fill("-700.01")
    nothing, late = await exchange.fill("0.00"), await exchange.fill("1.00", expectedVersion=1)

    assert (short["code"], short["currency"]) == ("FX_LIQUIDITY_SHORT", "CNY")
    assert (emptied["code"], nothing["path"], late["code"]) == ("FX_LIQUIDITY_SHORT", ["amount"], "VERSION_CONFLICT")
    assert changed(before, await snapshot(exchange.house)) == []
    await exchange.fill("80.00")
    assert (await exchange.use(quote_id))["__typename"] == "FxExchange"
    assert await exchange.position() == ("0.00", "11.70", "0.00")
    assert await exchange.sound()


async def test_many_at_once_use_a_quote_once_and_never_overdraw_what_there_is(exchange: Exchange) -> None:
    """Half of them want yuan for euros and half the other way, so that they lock in both directions."""
    await exchange.fill("30.00", "EUR")
    one = await exchange.quote("1.00")
    assert sorted(done.get("code", "") for done in await asyncio.gather(*(exchange.use(one) for _ in range(6)))) == [
        "",
        *["FX_QUOTE_USED"] * 5,
    ]
    crowd = [await exchange.people.customer(cash=euros(100)) for _ in range(4)]
    crowd += [await exchange.people.customer(cash=Money(20_000, Currency.CNY)) for _ in range(4)]
    wants = [("60.00", "EUR", "CNY")] * 4 + [("150.00", "CNY", "EUR")] * 4
    quotes = [(await quoted(exchange.api, who, *want))["id"] for who, want in zip(crowd, wants, strict=True)]

    done = await asyncio.gather(*(exchange.use(quote, who) for quote, who in zip(quotes, crowd, strict=True)))

    assert {one.get("code", "FX_LIQUIDITY_SHORT") for one in done} == {"FX_LIQUIDITY_SHORT"}
    # 992.20 yuan are enough for two, and for a third or fourth when somebody has brought some before them.
    assert sum("code" not in one for one in done[:4]) >= 2
    assert min(map(Decimal, await exchange.position("CNY"))) >= 0
    assert await exchange.sound()


async def test_the_database_lets_nobody_overdraw_liquidity_or_use_a_quote_twice(
    exchange: Exchange, app: asyncpg.Connection
) -> None:
    for minor in (-100_001, -(10**14)):
        with pytest.raises(asyncpg.CheckViolationError, match="never_below_zero"):
            await Till(app).post((None, "FX_LIQUIDITY", "CNY", minor), (None, "FX_SPREAD", "CNY", -minor))
    await exchange.use(await exchange.quote())
    used, fresh = await exchange.quote("10.00"), await exchange.quote("20.00")
    for change in (
        "UPDATE fx_liquidity SET balance_minor = 10 ^ 9",
        "UPDATE fx_exchange SET bought_minor = bought_minor + 1",
        "DELETE FROM fx_exchange",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(change)
    with pytest.raises(asyncpg.CheckViolationError, match="used once"):
        await app.execute("UPDATE fx_quote SET used_at = NULL WHERE used_at IS NOT NULL")
    with pytest.raises(asyncpg.CheckViolationError, match="while that holds"):
        await app.execute(MADE, decode_id(fresh)[1], 0)
    await app.execute("UPDATE fx_quote SET used_at = now() WHERE id = $1", decode_id(used)[1])
    for bought in (-1, 1):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await app.execute(MADE, decode_id(used)[1], bought)
    assert await exchange.sound()


MADE = """
INSERT INTO fx_exchange (id, owner, quote_id, sold_minor, sold_currency, mid_minor, spread_minor, bought_minor,
    currency, exchanged_at, state, version)
SELECT gen_random_uuid(), owner, id, sold_minor, sold_currency, mid_minor, spread_minor, bought_minor + $2, currency,
    coalesce(used_at, now()), 'DONE', 1 FROM fx_quote WHERE id = $1
"""


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("UPDATE fx_liquidity SET balance_minor = balance_minor + 1 WHERE currency = 'CNY'", "drifted liquidity"),
        ("DELETE FROM fx_liquidity WHERE currency = 'CNY'", "drifted liquidity"),
        ("DELETE FROM fx_exchange", "drifted exchanges"),
        (
            "ALTER TABLE fx_exchange DISABLE TRIGGER fx_exchange_reversed; UPDATE fx_exchange SET state = 'REVERSED',"
            " reversed_at = exchanged_at, gain_minor = 0, day_rate_id = (SELECT id FROM fx_rate)",
            "drifted exchanges",
        ),
        (
            "ALTER TABLE fx_exchange DROP CONSTRAINT fk_fx_exchange_quote, DISABLE TRIGGER USER;"
            " UPDATE fx_exchange SET sold_minor = sold_minor + 1",
            "drifted exchanges",
        ),
        (
            "ALTER TABLE fx_exchange DROP CONSTRAINT fk_fx_exchange_quote, DISABLE TRIGGER USER;"
            " UPDATE fx_exchange SET spread_minor = spread_minor + 1",
            "drifted exchanges",
        ),
    ],
)
async def test_the_ledger_tells_when_what_was_exchanged_is_not_what_was_posted(
    exchange: Exchange, database: Services, damage: str, fault: str
) -> None:
    await exchange.use(await exchange.quote())
    assert await exchange.sound()
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(damage)
    await owner.close()

    health = await exchange.house.readers.ledger.health()

    assert [name for name, count in health.faults.items() if count] == [fault]


# Undone


@pytest.mark.parametrize(
    ("today", "day", "gain", "left"),
    [("8.0", 80_000, -2_000, "1020.00"), ("7.5", 75_000, 3_000, "970.00"), ("7.8", 78_000, 0, "1000.00")],
    ids=["dearer", "cheaper", "the same"],
)
async def test_an_exchange_is_undone_at_its_own_rate_and_the_house_bears_or_keeps_the_difference(
    exchange: Exchange, today: str, day: int, gain: int, left: str
) -> None:
    done = await exchange.use(await exchange.quote())
    await exchange.api(exchange.finance, STATE, input=stated(today))

    undone = await exchange.undo(done["id"], expectedVersion=done["version"])

    shown = str(Money(gain, Currency.CNY).amount)
    assert (undone["state"], undone["nextActions"], undone["version"]) == ("REVERSED", [], 2)
    assert undone["gain"] == amount(shown, "CNY")
    assert await exchange.cash() == {"CNY": "0.00", "EUR": "150.00"}
    assert [tuple(line) for line in await exchange.house.readers.pool.fetch(LINES)][5:] == [
        ("CASH", "CNY", -76_830, True),
        ("CASH", "EUR", 10_000, True),
        ("FX_LIQUIDITY", "EUR", -10_000, False),
        ("FX_LIQUIDITY", "CNY", day, False),
        ("FX_SPREAD", "CNY", -1_170, False),
        *([("FX", "CNY", gain, False)] if gain else []),
    ]
    assert await exchange.position("EUR") == ("0.00", "0.00", "0.00")
    assert await exchange.position("CNY") == (left, "0.00", shown)
    assert await exchange.sound()


async def test_what_was_undone_stays_so_and_what_was_spent_is_not_undone(exchange: Exchange) -> None:
    done, spent = await exchange.use(await exchange.quote()), await exchange.use(await exchange.quote("10.00"))
    friend = await exchange.people.customer()
    query = "query ($id: ID!) { node(id: $id) { ... on FxExchange { state gain { amount } } } }"
    assert (await exchange.undo(done["id"], dryRun=True))["state"] == "REVERSED"
    first = await exchange.undo(done["id"], clientMutationKey="undo")
    given = {"toAccountId": encode_id("Account", friend.id), "amount": amount("1.00", "CNY")}
    assert (await exchange.api(exchange.member, TRANSFER, input=given))["walletTransfer"][
        "__typename"
    ] == "WalletPocket"
    before = await snapshot(exchange.house)

    again, twice = await exchange.undo(done["id"], clientMutationKey="undo"), await exchange.undo(done["id"])
    short, late = await exchange.undo(spent["id"]), await exchange.undo(spent["id"], expectedVersion=2)

    assert (first["state"], again) == ("REVERSED", first)
    assert (twice["code"], late["code"]) == ("WRONG_STATE", "VERSION_CONFLICT")
    assert (short["code"], short["available"], short["required"]) == (
        "INSUFFICIENT_FUNDS",
        {"amount": "75.83"},
        {"amount": "76.83"},
    )
    assert changed(before, await snapshot(exchange.house)) == []
    seen = [(await exchange.api(who, query, id=done["id"]))["node"] for who in (exchange.member, exchange.finance)]
    assert seen == [{"state": "REVERSED", "gain": None}, {"state": "REVERSED", "gain": {"amount": "0.00"}}]


async def test_a_mistyped_rate_of_the_day_is_refused_rather_than_booked(exchange: Exchange) -> None:
    exchange.member = await exchange.people.customer(cash=euros(10**9))
    await exchange.fill("8000000000.00")
    done = await exchange.use(await exchange.quote("1000000000.00"))
    await exchange.api(exchange.finance, STATE, input=stated("1000000"))
    before = await snapshot(exchange.house)

    refused = await exchange.undo(done["id"])

    assert refused["code"] == "INVALID_INPUT"
    assert changed(before, await snapshot(exchange.house)) == []
    await exchange.api(exchange.finance, STATE, input=stated("7.8"))
    assert (await exchange.undo(done["id"]))["gain"] == amount("0.00", "CNY")


async def test_the_database_takes_no_gain_but_what_a_rate_makes_it(exchange: Exchange, app: asyncpg.Connection) -> None:
    done = decode_id((await exchange.use(await exchange.quote()))["id"])[1]
    await exchange.api(exchange.finance, STATE, input=stated("8.0"))
    await exchange.api(exchange.finance, STATE, input=stated("8.0", base="USD"))
    change = (
        "UPDATE fx_exchange SET state = $2, reversed_at = $3, gain_minor = $4, day_rate_id = (SELECT id FROM fx_rate"
        " WHERE rate_base = $5 ORDER BY stated_at DESC LIMIT 1), version = 2 WHERE id = $1"
    )
    now = datetime.now(UTC)
    for said in (
        ("REVERSED", now, -1_999, "EUR"),
        ("REVERSED", now, -2_001, "EUR"),
        ("REVERSED", now, -2_000, "USD"),
        ("REVERSED", now, -2_000, "JPY"),
        ("REVERSED", None, -2_000, "EUR"),
        ("REVERSED", now - timedelta(days=1), -2_000, "EUR"),
        ("DONE", now, -2_000, "EUR"),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await app.execute(change, done, *said)
    await app.execute(change, done, "REVERSED", now, -2_000, "EUR")
    with pytest.raises(asyncpg.CheckViolationError, match="undone once"):
        await app.execute("UPDATE fx_exchange SET state = 'DONE', reversed_at = NULL")
    # Somebody said so, and no money moved.
    assert (await exchange.house.readers.ledger.health()).drifted_exchanges > 0


async def test_a_member_is_told_of_exchanges_and_not_of_what_the_house_made_of_them(exchange: Exchange) -> None:
    done = await exchange.use(await exchange.quote())
    await exchange.api(exchange.finance, STATE, input=stated("8.1357"))
    await exchange.undo(done["id"])

    told = (await exchange.api(exchange.member, "{ accountExport }"))["accountExport"]
    of_finance = (await exchange.api(exchange.finance, "{ accountExport }"))["accountExport"]

    assert (told["fx_exchange"][0]["state"], told["fx_quote"][0]["bought_minor"]) == ("REVERSED", 76_830)
    # 780.00 less 813.57, which 100 euros are worth on that day.
    assert "33.57" not in str(told)
    assert "3357" not in str(told)
    assert "gain" not in str(told)
    assert "fx_rate" not in of_finance


async def test_a_journey_in_yuan_is_paid_from_exchanged_euros_and_the_supplier_is_owed_yuan(
    exchange: Exchange, travel: Travel
) -> None:
    yuan = [
        {"kind": kind, "price": amount("760.00", "CNY"), "net": amount("600.00", "CNY")}
        for kind in ("ADULT", "CHILD", "STUDENT", "SINGLE")
    ]
    departure, done = await travel.departure(prices=yuan), []
    friend = await exchange.people.customer(cash=euros(150))
    await exchange.fill("600.00")
    for buyer in (exchange.member, friend):
        quote = (await quoted(exchange.api, buyer))["id"]
        done.append((await exchange.use(quote, buyer))["id"])
        held = await travel.held(buyer, departure)
        cart = await travel.cart(buyer)
        given = {"delivery": TO_PARIS | {"method": "STANDARD"}, "tenders": {"cash": amount("760.00", "CNY")}}
        assert (await travel.send(buyer, "orderPlace", cartId=cart["id"], **given))["__typename"] == "Order"
        answer = "bookingReject" if buyer is friend else "bookingConfirm"
        said = {"reason": "Full"} if buyer is friend else {"reference": "MV-1"}
        await travel.do(travel.supplier, answer, bookingId=held["id"], **said)
    await exchange.api(exchange.finance, STATE, input=stated("8.0"))

    spent, back = await exchange.undo(done[0]), await exchange.undo(done[1])
    await travel.pass_(days=96)

    assert (spent["code"], back["gain"]) == ("INSUFFICIENT_FUNDS", amount("-20.00", "CNY"))
    assert await exchange.cash(friend) == {"CNY": "0.00", "EUR": "150.00"}
    bills = await exchange.house.readers.pool.fetch("SELECT currency, amount_minor FROM supplier_bill")
    assert [tuple(bill) for bill in bills] == [("CNY", 60_000)]
    assert await exchange.sound()
