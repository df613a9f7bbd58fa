"""One unit of work: all of it, or nothing; once, whatever happens to the network or to others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from app.house import House
from domain.account import Account
from domain.ledger import AccountKind, customer
from domain.ledger import house as house_posting
from domain.money import Currency, Money
from domain.refusal import IdempotencyKeyInFlight, IdempotencyKeyReused, InvalidInput, NotAllowed
from domain.unavailable import Unavailable
from domain.viewer import Viewer
from domain.wallet import post
from persistence.embedded import Services
from persistence.freshness import slot
from tests.support.people import People, euros

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Give:
    owner: Any
    amount: Money
    then: str = "commit"


class Attempts:
    """Counts how often a verb really ran."""

    def __init__(self) -> None:
        self.count = 0
        self.entered = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def give(self, work: Any, viewer: Viewer, command: Give, *, now: datetime) -> Money:
        """Give somebody money, then do as the command says."""
        self.count += 1
        self.entered.set()
        await self.go_on.wait()
        postings = [
            house_posting(AccountKind.PROMOTION, -command.amount),
            customer(command.owner, AccountKind.CASH, command.amount),
        ]
        await post(work, postings, ("test", work.new.id()), now, "")
        if command.then == "refuse":
            raise NotAllowed("better luck")
        if command.then == "crash":
            raise RuntimeError("a bug")
        if command.then == "conflict" and self.count < 3:
            await work.connection.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))
        return command.amount


async def cash(database: Services, owner: Account) -> int:
    connection = await asyncpg.connect(database.owner_url)
    try:
        return int(
            await connection.fetchval(
                "SELECT coalesce(sum(cash_minor), 0) FROM wallet_pocket WHERE owner = $1", owner.id
            )
        )
    finally:
        await connection.close()


async def ask(house: House, attempts: Attempts, owner: Account, command: Give, key: str, **more: Any) -> Any:
    viewer = Viewer(owner.id, frozenset(owner.roles))
    return await house.transactor(attempts.give, viewer, command, action="give", key=key, now=NOW, **more)


@pytest.fixture
async def owner(people: People) -> Account:
    return await people.customer()


async def test_a_key_acts_once_and_answers_alike(house: House, database: Services, owner: Account) -> None:
    attempts, key = Attempts(), uuid4().hex

    answers = [await ask(house, attempts, owner, Give(owner.id, euros(5)), key) for _ in range(3)]

    assert answers == [euros(5)] * 3
    assert attempts.count == 1
    assert await cash(database, owner) == 500


async def test_a_refusal_undoes_everything_and_is_kept(house: House, database: Services, owner: Account) -> None:
    attempts, key = Attempts(), uuid4().hex

    for _ in range(2):
        with pytest.raises(NotAllowed, match="better luck"):
            await ask(house, attempts, owner, Give(owner.id, euros(5), "refuse"), key)

    assert attempts.count == 1
    assert await cash(database, owner) == 0


async def test_a_bug_undoes_everything_and_leaves_the_key_free(
    house: House, database: Services, owner: Account
) -> None:
    attempts, key = Attempts(), uuid4().hex

    for _ in range(2):
        with pytest.raises(RuntimeError):
            await ask(house, attempts, owner, Give(owner.id, euros(5), "crash"), key)

    assert attempts.count == 2
    assert await cash(database, owner) == 0


async def test_a_key_with_another_input_is_refused(house: House, database: Services, owner: Account) -> None:
    attempts, key = Attempts(), uuid4().hex
    await ask(house, attempts, owner, Give(owner.id, euros(5)), key)

    with pytest.raises(IdempotencyKeyReused):
        await ask(house, attempts, owner, Give(owner.id, euros(6)), key)

    assert await cash(database, owner) == 500


async def test_the_same_key_of_two_people_is_two_keys(house: House, people: People, database: Services) -> None:
    attempts, key = Attempts(), uuid4().hex
    one, other = await people.customer(), await people.customer()

    await ask(house, attempts, one, Give(one.id, euros(5)), key)
    await ask(house, attempts, other, Give(other.id, euros(7)), key)

    assert (await cash(database, one), await cash(database, other)) == (500, 700)


async def test_a_key_in_flight_is_said_to_be_in_flight(house: House, database: Services, owner: Account) -> None:
    attempts, key = Attempts(), uuid4().hex
    attempts.go_on.clear()
    first = asyncio.create_task(ask(house, attempts, owner, Give(owner.id, euros(5)), key))
    await attempts.entered.wait()

    with pytest.raises(IdempotencyKeyInFlight):
        await ask(house, attempts, owner, Give(owner.id, euros(5)), key)
    attempts.go_on.set()

    assert await first == euros(5)
    assert await cash(database, owner) == 500


async def test_a_serialization_failure_runs_the_whole_verb_again(
    house: House, database: Services, owner: Account
) -> None:
    attempts = Attempts()

    answer = await ask(house, attempts, owner, Give(owner.id, euros(5), "conflict"), uuid4().hex)

    assert answer == euros(5)
    assert attempts.count == 3
    assert await cash(database, owner) == 500


async def test_a_dry_run_answers_and_leaves_nothing_behind(house: House, database: Services, owner: Account) -> None:
    attempts, key = Attempts(), uuid4().hex

    assert await ask(house, attempts, owner, Give(owner.id, euros(5)), key, dry_run=True) == euros(5)
    assert await cash(database, owner) == 0
    assert await ask(house, attempts, owner, Give(owner.id, euros(5)), key) == euros(5)
    assert await cash(database, owner) == 500


class Cut:
    """A connection that is lost in the moment in which its COMMIT has come through."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)

    async def execute(self, query: str, *arguments: object) -> str:
        done = await self.raw.execute(query, *arguments)
        if query == "COMMIT":
            raise ConnectionResetError
        return str(done)


async def test_what_a_lost_commit_may_have_changed_counts_as_changed(
    house: House, database: Services, owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts, key = Attempts(), uuid4().hex
    lend = house.transactor.pool.lend

    @asynccontextmanager
    async def cut() -> AsyncIterator[Any]:
        async with lend() as raw:
            yield Cut(raw)

    since = house.freshness.now()
    with monkeypatch.context() as patched:
        patched.setattr(house.transactor.pool, "lend", cut)
        with pytest.raises(Unavailable):
            await ask(house, attempts, owner, Give(owner.id, euros(5)), key)

    assert not house.freshness.holds((slot("ledger_posting"),), since)
    since = house.freshness.now()
    assert await ask(house, attempts, owner, Give(owner.id, euros(5)), key) == euros(5)
    assert not house.freshness.holds((slot("anything"),), since)
    assert (attempts.count, await cash(database, owner)) == (1, 500)


async def test_what_was_refused_or_rehearsed_counts_as_unchanged(house: House, owner: Account) -> None:
    attempts, since = Attempts(), house.freshness.now()

    await ask(house, attempts, owner, Give(owner.id, euros(5)), uuid4().hex, dry_run=True)
    with pytest.raises(NotAllowed):
        await ask(house, attempts, owner, Give(owner.id, euros(5), "refuse"), uuid4().hex)

    assert house.freshness.holds((slot("ledger_posting"), slot("wallet_pocket")), since)


async def test_an_error_that_was_passed_over_is_no_commit(house: House, owner: Account) -> None:
    async def careless(work: Any, viewer: Viewer, command: Give, *, now: datetime) -> Money:
        with suppress(asyncpg.PostgresError):
            await work.connection.raw.execute("SELECT 1 / 0")
        return command.amount

    viewer, command = Viewer(owner.id, frozenset(owner.roles)), Give(owner.id, euros(5))
    with pytest.raises(asyncpg.PostgresError):
        await house.transactor(careless, viewer, command, action="careless", key=uuid4().hex, now=NOW)


@pytest.mark.parametrize("key", ["", "k" * 129, "ключ", "a\nb"])
async def test_a_bad_key_is_refused_before_anything_happens(house: House, owner: Account, key: str) -> None:
    attempts = Attempts()

    with pytest.raises(InvalidInput):
        await ask(house, attempts, owner, Give(owner.id, euros(5)), key)

    assert attempts.count == 0


async def test_two_people_who_pay_each_other_at_once_never_wait_in_a_ring(house: House, people: People) -> None:
    one, other = await people.customer(cash=euros(100)), await people.customer(cash=euros(100))

    async def swap(work: Any, viewer: Viewer, command: Give, *, now: datetime) -> Money:
        receiver = other.id if command.owner == one.id else one.id
        pockets = await work.wallets.lock_all([(command.owner, Currency.EUR), (receiver, Currency.EUR)])
        assert pockets[command.owner, Currency.EUR].cash >= command.amount
        postings = [
            customer(command.owner, AccountKind.CASH, -command.amount),
            customer(receiver, AccountKind.CASH, command.amount),
        ]
        await post(work, postings, ("swap", work.new.id()), now, "")
        return command.amount

    async def pay(payer: Account) -> None:
        viewer = Viewer(payer.id, frozenset(payer.roles))
        command = Give(payer.id, euros(1))
        await house.transactor(swap, viewer, command, action="swap", key=uuid4().hex, now=NOW)

    await asyncio.gather(*(pay(payer) for payer in [one, other] * 20))

    health = await house.readers.ledger.health()
    assert health.ok
    assert health.journals == 42
