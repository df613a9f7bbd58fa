"""The house behind PgBouncer in transaction mode, where nothing outlives a transaction: no setting, no statement."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import ValidationError

from app import worker
from app.config import Settings
from app.house import House
from persistence.database import ReadPool, read_pool, write_pool
from persistence.embedded import Services
from persistence.table import APP_ROLE
from tests.fault.test_database import Payer, done, posted
from tests.support.people import People, euros
from tests.support.proxy import through
from tests.support.servers import ServedProcess, free_port
from tests.support.waiting import PATIENCE_SECONDS, until

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
SERVERS = 3
"""Fewer than there are clients, so that they meet each other's connections."""

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed here: apt-get install pgbouncer")


class PgBouncer:
    """A pooler before one database, to be killed and started again."""

    def __init__(self, place: Services, folder: Path) -> None:
        self.port = free_port()
        self.url = through(place.app_url, self.port)
        parts = urlsplit(place.app_url)
        query = parse_qs(parts.query)
        database = parts.path.removeprefix("/")
        self.config = folder / "pgbouncer.ini"
        self.config.write_text(
            f"[databases]\n{database} = host={unquote(query['host'][0])} port={query['port'][0]} dbname={database}"
            f" user={parts.username} password={parts.password}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\nauth_type = any\n"
            f"pool_mode = transaction\ndefault_pool_size = {SERVERS}\nmax_client_conn = 200\n"
        )
        self.process: subprocess.Popen[bytes]

    def start(self) -> None:
        assert PROGRAM is not None
        # It refuses to be root, as PostgreSQL does.
        account = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid} if os.geteuid() == 0 else {}
        self.process = subprocess.Popen([PROGRAM, "-q", str(self.config)], **account)  # type: ignore[call-overload]

    async def ready(self) -> None:
        await until(self._answers)

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url, statement_cache_size=0)
        except (OSError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = Path(f"/tmp/cercle-pooler-{uuid4().hex[:8]}")
    folder.mkdir()
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def pooler(place: Services, folder: Path) -> AsyncIterator[PgBouncer]:
    pooler = PgBouncer(place, folder)
    pooler.start()
    await pooler.ready()
    yield pooler
    pooler.kill()


@pytest.fixture
async def reads(pooler: PgBouncer) -> AsyncIterator[ReadPool]:
    # A crowd that shares few servers is not hurried here.
    reads = read_pool(pooler.url, 20, PATIENCE_SECONDS, pooler=True)
    yield reads
    await reads.close()


HOLDS = "SELECT current_user::text, current_setting('statement_timeout'), current_setting('lock_timeout')"


async def test_what_holds_in_a_transaction_holds_through_a_pooler_and_is_left_to_nobody(
    pooler: PgBouncer, reads: ReadPool
) -> None:
    writes = write_pool(pooler.url, 1, pooler=True)
    async with writes.lend() as connection:
        await connection.execute("BEGIN; SAVEPOINT claimed")
        changing = await connection.fetchrow(HOLDS)
        await connection.execute("COMMIT")
    await writes.close()
    reading = await reads.fetchrow(HOLDS)
    stranger = await asyncpg.connect(pooler.url, statement_cache_size=0)
    left = [tuple(await stranger.fetchrow(HOLDS)) for _ in range(SERVERS * 2)]
    await stranger.close()

    assert tuple(reading) == tuple(changing) == (APP_ROLE, "11s", "5s")
    assert {settings[1:] for settings in left} == {("0", "0")}
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await reads.fetch("CREATE TABLE not_here ()")


async def test_clients_who_share_few_servers_never_get_each_others_answers(reads: ReadPool) -> None:
    async def ask(number: int) -> bool:
        texts = ", ".join(f"${place}::text" for place in range(1, number % 5 + 2))
        given = [f"{number}.{place}" for place in range(number % 5 + 1)]
        return list(await reads.fetchrow(f"SELECT {texts}", *given)) == given

    assert all(await asyncio.gather(*(ask(number) for number in range(300))))


async def test_a_read_that_fails_leaves_its_connection_usable(reads: ReadPool) -> None:
    for _ in range(SERVERS * 4):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await reads.fetchval("SELECT 1 / $1::int", 0)

    assert await reads.fetchval("SELECT 1 + $1::int", 1) == 2


async def test_the_house_reads_pays_and_works_behind_a_pooler_that_may_die(
    place: Services, pooler: PgBouncer, people: People, tmp_path: Path
) -> None:
    server = ServedProcess(
        place,
        database_url=pooler.url,
        database_pooler=True,
        database_direct_url=place.app_url,
        data_dir=tmp_path,
    ).launch()
    try:
        await server.ready()
        payer = Payer(server, await people.customer(cash=euros(1_000)), await people.customer())
        keys = [uuid4().hex for _ in range(20)]
        paid = await asyncio.gather(*(payer.pay_until_done(key) for key in keys))
        reads = await asyncio.gather(*(payer.wallet() for _ in range(6 * SERVERS)))
        pooler.kill()
        away = await payer.wallet()
        pooler.start()
        await payer.normal()
    finally:
        server.stop()

    assert all(map(done, paid))
    assert {read.json["data"]["wallet"]["pockets"][0]["cash"]["amount"] for read in reads} == {"980.00"}
    assert (away.status, away.headers.get("retry-after")) == (503, "1")
    assert [await posted(place, key) for key in keys] == [1] * len(keys)


async def test_the_worker_listens_past_the_pooler_and_works_through_it(
    place: Services, pooler: PgBouncer, tmp_path: Path
) -> None:
    settings = Settings(
        database_url=pooler.url, database_pooler=True, database_direct_url=place.app_url, data_dir=tmp_path
    )
    told: list[tuple[UUID, str]] = []

    async def errand(house: House, name: str, subject_id: UUID, key: str, now: datetime) -> None:
        told.append((subject_id, await house.readers.pool.fetchval("SELECT current_user::text")))

    subject, stop = uuid4(), asyncio.Event()
    working = asyncio.create_task(worker.work(settings, stop, {"errand": errand}))
    owner = await asyncpg.connect(place.owner_url)
    await owner.execute("INSERT INTO outbox (name, subject_id, due_at) VALUES ('errand', $1, now())", subject)
    await until(lambda: told)
    listening = await owner.fetchval("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cercle-worker'")
    await owner.close()
    stop.set()
    await asyncio.wait_for(working, 10)

    assert told == [(subject, APP_ROLE)]
    assert listening > 0


def test_a_pooler_without_a_way_around_it_is_refused() -> None:
    with pytest.raises(ValidationError, match="set CERCLE_DATABASE_DIRECT_URL as well"):
        Settings(database_url="postgresql://pooler:6432/cercle", database_pooler=True)
