"""Jobs wait in the outbox, are done once when their time has come, and are kept when they can not be done."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app import worker
from app.house import House
from app.jobs import JOBS, Errand
from domain.refusal import NotFound
from domain.unavailable import Unavailable
from domain.viewer import Role
from persistence.job import failed_jobs, job_pool, prune, retry_failed
from tests.support.api import Api
from tests.support.people import People, euros

PLACE = """
mutation ($input: WalletHoldPlaceInput!) {
  walletHoldPlace(input: $input) { ... on WalletHold { id } ... on UserError { code } }
}
"""
POCKET = "{ wallet { holds { id } pockets { cash { amount } held { amount } } } }"


@dataclass
class Errands:
    """Stands for jobs: counts what is asked of it and does as it is told."""

    does: Callable[[int], Any] = lambda attempt: None
    keys: list[str] = field(default_factory=list)

    async def __call__(self, house: House, name: str, subject_id: UUID, key: str, now: datetime) -> None:
        self.keys.append(key)
        told = self.does(len(self.keys))
        if asyncio.iscoroutine(told):
            await told


@asynccontextmanager
async def working(house: House, jobs: Mapping[str, Errand]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.work(house.settings, stop, jobs))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def until(true: Callable[[], Any], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while True:
            told = true()
            if await told if asyncio.iscoroutine(told) else told:
                return
            await asyncio.sleep(0.02)


@pytest.fixture
async def pool(house: House) -> AsyncIterator[asyncpg.Pool]:
    assert house.settings.database_url is not None
    pool = await job_pool(house.settings.database_url)
    yield pool
    pool.terminate()


async def put(pool: asyncpg.Pool, name: str, due: timedelta = timedelta(0)) -> UUID:
    subject = uuid4()
    await pool.execute("INSERT INTO outbox (name, subject_id, due_at) VALUES ($1, $2, now() + $3)", name, subject, due)
    return subject


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BACKOFF_FIRST", timedelta(milliseconds=1))
    monkeypatch.setattr(worker, "MOVE_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(worker, "ATTEMPTS_MAX", 3)


async def test_a_hold_lapses_by_itself_and_its_money_comes_back(house: House, api: Api, people: People) -> None:
    customer = await people.customer(cash=euros(50))
    finance = await people.staff(Role.FINANCE)
    account = (await api(customer, "{ viewer { id } }"))["viewer"]["id"]
    placed = await api(
        finance,
        PLACE,
        input={
            "accountId": account,
            "kind": "CASH",
            "amount": {"amount": "20.00", "currencyCode": "EUR"},
            "ttlSeconds": 1,
            "reason": "a claim is looked into",
        },
    )
    assert "id" in placed["walletHoldPlace"]
    held = (await api(customer, POCKET))["wallet"]
    assert held["pockets"][0] == {"cash": {"amount": "30.00"}, "held": {"amount": "20.00"}}

    async def lapsed() -> bool:
        return (await api(customer, POCKET))["wallet"] == {
            "holds": [],
            "pockets": [{"cash": {"amount": "50.00"}, "held": {"amount": "0.00"}}],
        }

    async with working(house, JOBS):
        await until(lapsed)


async def test_a_job_waits_for_its_time(house: House, pool: asyncpg.Pool) -> None:
    errands = Errands()
    await put(pool, "errand", timedelta(milliseconds=700))

    async with working(house, {"errand": errands}):
        await asyncio.sleep(0.4)
        assert errands.keys == []
        await until(lambda: len(errands.keys) == 1)


async def test_a_job_that_is_run_again_has_the_same_key(house: House, pool: asyncpg.Pool) -> None:
    def fail_twice(attempt: int) -> None:
        if attempt < 3:
            raise RuntimeError("not this time")

    errands = Errands(fail_twice)
    await put(pool, "errand")

    async with working(house, {"errand": errands}):
        await until(lambda: len(errands.keys) == 3)
        await asyncio.sleep(0.3)

    assert len(set(errands.keys)) == 1
    assert await failed_jobs(pool) == []


async def test_two_workers_do_each_job_once(house: House, pool: asyncpg.Pool) -> None:
    errands = Errands()
    for _ in range(60):
        await put(pool, "errand")

    async with working(house, {"errand": errands}), working(house, {"errand": errands}):
        await until(lambda: len(errands.keys) >= 60)
        await asyncio.sleep(0.3)

    assert len(errands.keys) == len(set(errands.keys)) == 60


async def test_a_job_that_always_fails_is_kept_for_people_who_can_have_it_tried_again(
    house: House, pool: asyncpg.Pool
) -> None:
    healed = False

    def fail(attempt: int) -> None:
        if not healed:
            raise RuntimeError("secret-of-a-customer")

    errands = Errands(fail)
    subject = await put(pool, "errand")

    async with working(house, {"errand": errands}):

        async def given_up() -> list[Any]:
            return await failed_jobs(pool)

        await until(given_up)
        (failed,) = await failed_jobs(pool)
        assert (failed.name, failed.due.subject_id) == ("errand", subject)
        assert len(errands.keys) == 3
        told = await pool.fetchval("SELECT string_agg(traceback::text, ' ') FROM pgqueuer.pgqueuer_log")
        assert "RuntimeError" in told
        assert "secret-of-a-customer" not in told

        healed = True
        assert await retry_failed(pool) == 1
        await until(lambda: len(errands.keys) == 4)

    assert await failed_jobs(pool) == []
    assert errands.keys[3] != errands.keys[0]


async def test_a_refused_job_is_not_asked_again(house: House, pool: asyncpg.Pool) -> None:
    def refuse(attempt: int) -> None:
        raise NotFound("Thing", UUID(int=1))

    errands = Errands(refuse)
    await put(pool, "errand")

    async with working(house, {"errand": errands}):

        async def given_up() -> list[Any]:
            return await failed_jobs(pool)

        await until(given_up)

    assert len(errands.keys) == 1


async def test_a_job_is_never_given_up_because_the_database_is_away(
    house: House, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(attempt: int) -> None:
        if attempt < 6:
            raise Unavailable("later")

    errands = Errands(away)
    await put(pool, "errand")

    async with working(house, {"errand": errands}):
        await until(lambda: len(errands.keys) == 6)

    assert await failed_jobs(pool) == []


async def test_a_job_of_a_newer_version_waits_for_its_worker(house: House, pool: asyncpg.Pool) -> None:
    errands = Errands()
    await put(pool, "fromTheFuture")
    await put(pool, "errand")

    async with working(house, {"errand": errands}):
        await until(lambda: len(errands.keys) == 1)
        await asyncio.sleep(0.2)

    assert await pool.fetchval("SELECT string_agg(name, ' ') FROM outbox") == "fromTheFuture"


async def test_the_worker_comes_back_when_its_connections_are_cut(house: House, pool: asyncpg.Pool) -> None:
    errands = Errands()

    async with working(house, {"errand": errands}):
        await put(pool, "errand")
        await until(lambda: len(errands.keys) == 1)
        await pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'cercle%'"
        )
        await asyncio.sleep(0.1)
        await pool.expire_connections()
        await put(pool, "errand")
        await until(lambda: len(errands.keys) == 2, seconds=15)


async def test_a_job_of_a_worker_that_died_is_done_by_another(house: House, pool: asyncpg.Pool) -> None:
    hanging = Errands(lambda attempt: asyncio.sleep(60))
    await put(pool, "errand")
    stop = asyncio.Event()
    dying = asyncio.create_task(worker.work(house.settings, stop, {"errand": hanging}))
    await until(lambda: len(hanging.keys) == 1)
    # What a killed process leaves: a job that is taken, and nobody whose heart beats for it.
    await pool.execute(
        "UPDATE pgqueuer.pgqueuer SET queue_manager_id = gen_random_uuid(), heartbeat = now() - $1::interval",
        worker.HEARTBEAT_TIMEOUT,
    )

    errands = Errands()
    async with working(house, {"errand": errands}):
        await until(lambda: len(errands.keys) == 1, seconds=15)
    dying.cancel()

    assert errands.keys == hanging.keys


async def test_answers_are_forgotten_after_two_days(house: House, pool: asyncpg.Pool) -> None:
    for key, age in (("old", 49), ("young", 47)):
        await pool.execute(
            "INSERT INTO idempotency_key (scope, key, action, fingerprint, answer, kept_since)"
            " VALUES ($1, $2, 'x', '', '{}', $3)",
            UUID(int=1),
            key,
            datetime.now(UTC) - timedelta(hours=age),
        )

    await prune(pool)

    assert await pool.fetchval("SELECT string_agg(key, ' ') FROM idempotency_key WHERE action = 'x'") == "young"
