"""The database itself keeps the ledger honest: what the app's role can not do, and what `ledgerHealth` finds."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.house import House
from domain.ledger import AccountKind, LedgerHealth
from domain.money import Currency, Money
from persistence.database import connect
from persistence.embedded import Services
from persistence.ledger import HOUSE_BALANCES
from tests.support.people import People, euros

CASH_IN = [(None, "PSP_CLEARING", "EUR", -500), ("owner", "CASH", "EUR", 500)]


class Till:
    """Posts journals over a connection, with the app's own rights and nothing between it and the database."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def open(self, memo: str = "by hand") -> UUID:
        journal = uuid4()
        await self.connection.execute(
            "INSERT INTO ledger_journal (id, cause_kind, cause_id, memo, occurred_at) VALUES ($1, 'test', $1, $2, $3)",
            journal,
            memo,
            datetime.now(UTC),
        )
        return journal

    async def write(self, journal: UUID, *lines: tuple[Any, ...], first: int = 1) -> None:
        """Lines are (owner, kind, currency, minor) with a lot at the end when it is credit."""
        for number, (owner, kind, currency, minor, *lot) in enumerate(lines, first):
            await self.connection.execute(
                "INSERT INTO ledger_posting (journal_id, line, owner, kind, currency, amount_minor, lot_id)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                journal,
                number,
                owner,
                kind,
                currency,
                minor,
                lot[0] if lot else None,
            )

    async def post(self, *lines: tuple[Any, ...]) -> UUID:
        async with self.connection.transaction():
            journal = await self.open()
            await self.write(journal, *lines)
        return journal

    async def lot(self, owner: UUID, minor: int, currency: str = "EUR") -> UUID:
        """An empty lot that may hold this much."""
        lot = uuid4()
        await self.connection.execute(
            "INSERT INTO credit_lot (id, owner, currency, origin, amount_minor, priority, cause_kind, cause_id,"
            " created_at) VALUES ($1, $2, $3, 'GOODWILL', $4, 10, 'test', $1, $5)",
            lot,
            owner,
            currency,
            minor,
            datetime.now(UTC),
        )
        return lot

    async def filled_lot(self, owner: UUID, minor: int) -> UUID:
        lot = await self.lot(owner, minor)
        await self.post((None, "PROMOTION", "EUR", -minor), (owner, "CREDIT", "EUR", minor, lot))
        return lot


@pytest.fixture
async def app(database: Services) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(database.app_url)
    yield connection
    await connection.close()


@pytest.fixture
async def till(app: asyncpg.Connection) -> Till:
    return Till(app)


@pytest.fixture
async def owner(database: Services) -> AsyncIterator[asyncpg.Connection]:
    """The role that owns the tables; it stands for whoever got hold of the database."""
    connection = await asyncpg.connect(database.owner_url)
    yield connection
    await connection.close()


async def cash(app: asyncpg.Connection, owner: UUID) -> int:
    return await app.fetchval("SELECT coalesce(sum(cash_minor), 0)::bigint FROM wallet_pocket WHERE owner = $1", owner)


# What is refused


@pytest.mark.parametrize(
    "lines",
    [
        [(None, "SALES", "EUR", 100), (None, "ESCROW", "EUR", -99)],
        [(None, "SALES", "EUR", 100), (None, "ESCROW", "CNY", -100)],
        [(None, "FX", "EUR", 100), (None, "FX", "CNY", -780), (None, "FX", "USD", 680)],
        [(None, "SALES", "EUR", 100)],
        [],
    ],
    ids=["off by one", "two currencies", "three currencies", "one side", "no sides"],
)
async def test_a_journal_that_does_not_balance_in_each_currency_is_refused_at_commit(
    till: Till, app: asyncpg.Connection, lines: list[tuple[Any, ...]]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await till.post(*lines)

    assert await app.fetchval("SELECT count(*) FROM ledger_journal") == 0


LEDGER_TABLES = ("ledger_posting", "ledger_journal", "ledger_link", "ledger_chain", "ledger_snapshot")


@pytest.mark.parametrize("table", LEDGER_TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_what_was_posted_can_not_be_changed_or_deleted(
    till: Till, app: asyncpg.Connection, table: str, change: str
) -> None:
    await till.post((None, "SALES", "EUR", 100), (None, "ESCROW", "EUR", -100))
    column = await app.fetchval("SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum = 2", table)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(change.format(table, column, column))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ledger_link SELECT id, 0, 1, '', '' FROM ledger_journal",
        "INSERT INTO ledger_snapshot VALUES ('SALES', 'EUR', 1, 1)",
        "INSERT INTO wallet_pocket SELECT id, 'USD', 100, 0, 0, 0, 0, 1 FROM account",
        "UPDATE wallet_pocket SET cash_minor = 1000000",
        "DELETE FROM wallet_pocket",
        "UPDATE credit_lot SET remaining_minor = amount_minor",
        "UPDATE credit_lot SET amount_minor = 1",
        "DELETE FROM credit_lot",
        "INSERT INTO credit_lot SELECT gen_random_uuid(), owner, currency, origin, amount_minor, amount_minor,"
        " priority, NULL, cause_kind, cause_id, created_at FROM credit_lot",
        "INSERT INTO ledger_posting (journal_id, line, kind, currency, amount_minor, xid)"
        " SELECT id, 9, 'SALES', 'EUR', 1, 3 FROM ledger_journal",
        "ALTER TABLE ledger_posting DISABLE TRIGGER ledger_apply",
        "DROP TRIGGER ledger_close ON ledger_journal",
        "CREATE OR REPLACE FUNCTION ledger_journal_hash(bytea, uuid) RETURNS bytea LANGUAGE sql AS $$ SELECT $1 $$",
        "SET session_replication_role = replica",
        "CREATE TABLE public.mine ()",
    ],
)
async def test_the_app_writes_no_balance_and_no_proof_itself(
    till: Till, app: asyncpg.Connection, people: People, statement: str
) -> None:
    await till.filled_lot((await people.customer(cash=euros(5))).id, 700)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(statement)


@pytest.mark.parametrize("kind", ["CASH", "DEPOSIT", "HELD"])
async def test_a_wallet_never_goes_below_zero(till: Till, app: asyncpg.Connection, people: People, kind: str) -> None:
    customer = (await people.customer()).id
    await till.post((None, "PSP_CLEARING", "EUR", -500), (customer, kind, "EUR", 500))

    with pytest.raises(asyncpg.CheckViolationError):
        await till.post((customer, kind, "EUR", -501), (None, "SERVICES", "EUR", 501))

    assert await app.fetchval(f"SELECT {kind.lower()}_minor FROM wallet_pocket WHERE owner = $1", customer) == 500


async def test_a_customer_owes_but_is_never_owed_on_the_receivable(till: Till, people: People) -> None:
    customer = (await people.customer()).id
    await till.post((customer, "RECEIVABLE", "EUR", -300), (None, "SERVICES", "EUR", 300))

    with pytest.raises(asyncpg.CheckViolationError):
        await till.post((customer, "RECEIVABLE", "EUR", 301), (None, "PSP_CLEARING", "EUR", -301))


async def test_a_lot_gives_no_more_than_it_holds_though_another_lot_has_enough(till: Till, people: People) -> None:
    customer = (await people.customer()).id
    small = await till.filled_lot(customer, 100)
    await till.filled_lot(customer, 900)

    with pytest.raises(asyncpg.CheckViolationError):
        await till.post((customer, "CREDIT", "EUR", -101, small), (None, "SALES", "EUR", 101))


async def test_a_lot_takes_no_more_than_it_was_made_for(till: Till, people: People) -> None:
    customer = (await people.customer()).id
    lot = await till.lot(customer, 100)

    with pytest.raises(asyncpg.CheckViolationError):
        await till.post((None, "PROMOTION", "EUR", -101), (customer, "CREDIT", "EUR", 101, lot))


async def test_credit_moves_only_in_lots_of_its_owner_and_currency(till: Till, people: People) -> None:
    thief, victim = (await people.customer()).id, (await people.customer()).id
    lot = await till.filled_lot(victim, 100)

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await till.post((thief, "CREDIT", "EUR", -100, lot), (thief, "CASH", "EUR", 100))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await till.post((victim, "CREDIT", "USD", 100, lot), (None, "PROMOTION", "USD", -100))
    with pytest.raises(asyncpg.CheckViolationError):
        await till.post((victim, "CREDIT", "EUR", -100), (None, "SALES", "EUR", 100))
    with pytest.raises(asyncpg.CheckViolationError):
        await till.post((None, "SALES", "EUR", 100, lot), (None, "ESCROW", "EUR", -100))


@pytest.mark.parametrize(
    ("kind", "owned"), [("CASH", False), ("SALES", True)], ids=["nobody's cash", "a customer's sales"]
)
async def test_an_account_has_the_kind_of_owner_that_its_kind_needs(
    till: Till, people: People, kind: str, owned: bool
) -> None:
    customer = (await people.customer()).id

    with pytest.raises(asyncpg.CheckViolationError):
        await till.post((customer if owned else None, kind, "EUR", 100), (None, "ESCROW", "EUR", -100))


async def test_a_journal_takes_no_more_postings_once_it_is_closed(till: Till, app: asyncpg.Connection) -> None:
    journal = await till.post((None, "SALES", "EUR", 100), (None, "ESCROW", "EUR", -100))

    with pytest.raises(asyncpg.RestrictViolationError):
        await till.write(journal, (None, "SALES", "EUR", 5), first=3)
    async with app.transaction():
        early = await till.open()
        await till.write(early, (None, "SALES", "EUR", 100), (None, "ESCROW", "EUR", -100))
        await app.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(asyncpg.RestrictViolationError):
            await till.write(early, (None, "SALES", "EUR", 5), (None, "ESCROW", "EUR", -5), first=3)


async def test_a_refused_journal_leaves_the_balances_as_they_were(
    till: Till, app: asyncpg.Connection, people: People
) -> None:
    customer = (await people.customer(cash=euros(7))).id

    with pytest.raises(asyncpg.CheckViolationError):
        await till.post((customer, "CASH", "EUR", -100), (None, "SALES", "EUR", 99))

    assert await cash(app, customer) == 700


# What is found


@pytest.fixture
async def lived_in(house: House, people: People, till: Till) -> UUID:
    """A customer with cash, credit and some history; all is well."""
    customer = (await people.customer(cash=euros(20))).id
    lot = await till.filled_lot(customer, 900)
    await till.post((customer, "CREDIT", "EUR", -150, lot), (None, "SALES", "EUR", 150))
    for _ in range(20):
        await people.customer(cash=euros(1))
    assert (await house.readers.ledger.health()).ok
    return customer


TAMPERING = {
    "a posting is changed": (
        "UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE id = (SELECT min(id) FROM ledger_posting)",
        {"unbalanced_journals": 1, "broken_links": 1},
    ),
    "both sides of a journal are changed": (
        "UPDATE ledger_posting SET amount_minor = amount_minor * 2"
        " WHERE journal_id = (SELECT journal_id FROM ledger_posting ORDER BY id LIMIT 1)",
        {"broken_links": 1, "drifted_pockets": 1},
    ),
    "a posting is given to somebody else, and the pockets with it": (
        """
        WITH victim AS (SELECT id, owner, amount_minor FROM ledger_posting WHERE kind = 'CASH' ORDER BY id LIMIT 1),
        thief AS (SELECT owner FROM wallet_pocket WHERE owner NOT IN (SELECT owner FROM victim) LIMIT 1),
        moved AS (UPDATE wallet_pocket w SET cash_minor = w.cash_minor
            + CASE WHEN w.owner = v.owner THEN -v.amount_minor ELSE v.amount_minor END
            FROM victim v, thief t WHERE w.owner IN (v.owner, t.owner))
        UPDATE ledger_posting p SET owner = t.owner FROM victim v, thief t WHERE p.id = v.id
        """,
        {"broken_links": 1},
    ),
    "a memo is rewritten": (
        "UPDATE ledger_journal SET memo = 'never happened' WHERE id = (SELECT min(id::text)::uuid FROM ledger_journal)",
        {"broken_links": 1},
    ),
    "a link is deleted": (
        "DELETE FROM ledger_link WHERE (chain, position) IN (SELECT chain, min(position) FROM ledger_link"
        " GROUP BY chain ORDER BY count(*) DESC LIMIT 1)",
        {"unlinked_journals": 1},
    ),
    "the newest journal of a chain is deleted with all that it left": (
        """
        CREATE TEMP TABLE gone AS
            SELECT l.* FROM ledger_link l JOIN ledger_posting p USING (journal_id) WHERE p.kind = 'PSP_CLEARING'
            ORDER BY position DESC LIMIT 1;
        UPDATE wallet_pocket w SET cash_minor = cash_minor - p.amount_minor FROM ledger_posting p, gone
            WHERE p.journal_id = gone.journal_id AND p.owner = w.owner;
        DELETE FROM ledger_posting WHERE journal_id IN (SELECT journal_id FROM gone);
        DELETE FROM ledger_link WHERE journal_id IN (SELECT journal_id FROM gone);
        DELETE FROM ledger_journal WHERE id IN (SELECT journal_id FROM gone);
        """,
        {"broken_links": 1},
    ),
    "a whole chain is deleted with all that it left": (
        """
        CREATE TEMP TABLE gone AS SELECT * FROM ledger_link WHERE chain =
            (SELECT chain FROM ledger_link JOIN ledger_posting USING (journal_id) WHERE kind = 'CASH' LIMIT 1);
        UPDATE wallet_pocket w SET
            cash_minor = cash_minor - (SELECT coalesce(sum(amount_minor), 0) FROM ledger_posting p JOIN gone USING
                (journal_id) WHERE p.owner = w.owner AND p.kind = 'CASH'),
            credit_minor = credit_minor - (SELECT coalesce(sum(amount_minor), 0) FROM ledger_posting p JOIN gone USING
                (journal_id) WHERE p.owner = w.owner AND p.kind = 'CREDIT');
        UPDATE credit_lot c SET remaining_minor = remaining_minor - (SELECT coalesce(sum(amount_minor), 0)
            FROM ledger_posting p JOIN gone USING (journal_id) WHERE p.lot_id = c.id);
        DELETE FROM ledger_posting WHERE journal_id IN (SELECT journal_id FROM gone);
        DELETE FROM ledger_link WHERE journal_id IN (SELECT journal_id FROM gone);
        DELETE FROM ledger_journal WHERE id IN (SELECT journal_id FROM gone);
        """,
        {"broken_links": 1},
    ),
    "a pocket is filled": (
        "UPDATE wallet_pocket SET cash_minor = cash_minor + 1 WHERE owner = $1",
        {"drifted_pockets": 1},
    ),
    "a pocket is deleted": ("DELETE FROM wallet_pocket WHERE owner = $1", {"drifted_pockets": 1}),
    "a lot is refilled": ("UPDATE credit_lot SET remaining_minor = amount_minor", {"drifted_lots": 1}),
    "a pocket is overdrawn": (
        """
        ALTER TABLE wallet_pocket DROP CONSTRAINT ck_wallet_pocket_cash;
        INSERT INTO ledger_journal SELECT gen_random_uuid(), 'test', gen_random_uuid(), '', now();
        INSERT INTO ledger_posting (journal_id, line, owner, kind, currency, amount_minor)
        SELECT (SELECT id FROM ledger_journal ORDER BY occurred_at DESC LIMIT 1), line, owner, kind, 'EUR', amount
        FROM (VALUES (1, (SELECT min(id::text)::uuid FROM account), 'CASH', -99999), (2, NULL, 'SALES', 99999))
            AS v (line, owner, kind, amount);
        """,
        {"negative_pockets": 1},
    ),
    "a journal is slipped in past the triggers": (
        """
        ALTER TABLE ledger_journal DISABLE TRIGGER ledger_close;
        ALTER TABLE ledger_posting DISABLE TRIGGER ledger_apply;
        INSERT INTO ledger_journal VALUES ('00000000-0000-0000-0000-000000000001', 'x', gen_random_uuid(), '', now());
        INSERT INTO ledger_posting (journal_id, line, kind, currency, amount_minor)
            VALUES ('00000000-0000-0000-0000-000000000001', 1, 'SALES', 'EUR', 5);
        """,
        {"unbalanced_journals": 1, "unlinked_journals": 1},
    ),
    "a snapshot is changed": (
        """
        SELECT ledger_take_snapshot();
        UPDATE ledger_snapshot SET balance_minor = balance_minor + 1 WHERE kind = 'PROMOTION';
        """,
        {"drifted_snapshots": 1},
    ),
    "a budget is made up": (
        """
        INSERT INTO campaign (id, code, name, funder, purpose, shares, currency, budget_minor, subsidy_minor,
            minimum_minor, reserved_minor, spent_minor, starts_at, ends_at, state, opened_by, opened_at, version)
        SELECT gen_random_uuid(), 'X', '{}', 'HOUSE', 'TRADE_IN', '[]', 'EUR', 100, 1,
            2, 0, 0, now(), now() + interval '1 day', 'OPEN', $1, now(), 1
        """,
        {"drifted_budgets": 1},
    ),
    "a supplier is owed without a bill": (
        """
        INSERT INTO ledger_journal VALUES ('00000000-0000-0000-0000-000000000001', 'x', gen_random_uuid(), '', now());
        INSERT INTO ledger_posting (journal_id, line, kind, currency, amount_minor) VALUES
            ('00000000-0000-0000-0000-000000000001', 1, 'SUPPLIER_PAYABLE', 'EUR', 5),
            ('00000000-0000-0000-0000-000000000001', 2, 'SALES', 'EUR', -5);
        """,
        {"drifted_bills": 1, "unbalanced_journals": 0},
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_ledger_health_names_what_the_owner_of_the_database_tampered_with(
    house: House, lived_in: UUID, owner: asyncpg.Connection, what: str
) -> None:
    statement, faults = TAMPERING[what]

    # One exchange, for the temporary tables; as text, because several statements take no arguments.
    await owner.execute(statement.replace("$1", f"'{lived_in}'"))

    health = await house.readers.ledger.health()
    assert not health.ok
    assert {name: getattr(health, name) for name in faults} == faults


async def test_the_proof_finds_nothing_where_all_is_well(house: House, lived_in: UUID) -> None:
    health: LedgerHealth = await house.readers.ledger.health()

    assert health.ok
    assert (health.journals, health.postings) == (23, 46)
    (euro,) = health.currencies
    assert euro.customers == Money(2000 + 750 + 2000, Currency.EUR)
    assert euro.house == -euro.customers


# What is summed


async def test_house_balances_are_whole_while_snapshots_are_taken_among_concurrent_postings(
    house: House, people: People, database: Services
) -> None:
    customers = [(await people.customer(cash=euros(1000))).id for _ in range(4)]
    done = asyncio.Event()

    async def post_all(number: int) -> None:
        till = Till(await connect(database.app_url))
        for step in range(40):
            await till.post((customers[number], "CASH", "EUR", -(step + 1)), (None, "SALES", "EUR", step + 1))
        await till.connection.close()

    async def snapshot() -> None:
        connection = await connect(database.app_url)
        while not done.is_set():
            await connection.execute("SELECT ledger_take_snapshot()")
            await asyncio.sleep(0.002)
        await connection.close()

    async def compare() -> int:
        connection = await connect(database.app_url)
        compared = 0
        while not done.is_set():
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                summed = await connection.fetchval(
                    "SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger_posting WHERE kind = 'SALES'"
                )
                fast = await connection.fetchval(
                    f"SELECT coalesce(sum(balance_minor), 0)::bigint FROM ({HOUSE_BALANCES}) b", ["SALES"], ["EUR"]
                )
            assert fast == summed
            compared += 1
            await asyncio.sleep(0.001)
        await connection.close()
        return compared

    side = [asyncio.create_task(work()) for work in (snapshot, snapshot, compare)]
    await asyncio.gather(*(post_all(number) for number in range(4)))
    done.set()
    *_, compared = await asyncio.gather(*side)

    assert compared > 5
    balances = await house.readers.ledger.house_balances()
    assert balances[AccountKind.SALES, Currency.EUR] == Money(4 * sum(range(1, 41)), Currency.EUR)
    assert balances[AccountKind.PSP_CLEARING, Currency.EUR] == Money(-400_000, Currency.EUR)
    assert (await house.readers.ledger.health()).ok
