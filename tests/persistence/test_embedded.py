"""What the embedded services promise, tried on real processes."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis

from persistence.embedded import ServiceFailed, Services, ServicesBusy, ServiceSupervisor, binaries, place, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

SMALL = {"shared_buffers": "16MB"}

# What a process of its own runs: it starts the services, tells their pids and waits to be killed.
HOLDER = """
    import json, sys, time
    from pathlib import Path
    from persistence.embedded import ServiceSupervisor, process

    spawn = process.Children.spawn
    if sys.argv[2] == "tied=no":
        process.Children.spawn = lambda self, command, **rest: spawn(self, command, **rest | {"death_signal": 0})
    supervisor = ServiceSupervisor(Path(sys.argv[1]), settings={"shared_buffers": "16MB"})
    with supervisor:
        print(json.dumps([supervisor.postgres_pid, supervisor.valkey_pid]), flush=True)
        time.sleep(600)
"""


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    # Not tmp_path, which is closed to the account that services started by root run as.
    with tempfile.TemporaryDirectory(prefix="cercle-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.fixture(scope="module")
def supervisor(root: Path) -> ServiceSupervisor:
    return ServiceSupervisor(root / "data", settings=SMALL)


@pytest.fixture(scope="module")
def services(supervisor: ServiceSupervisor) -> Iterator[Services]:
    with supervisor as services:
        supervisor.watch()
        yield services


@pytest.fixture(scope="module")
def other(root: Path) -> Path:
    """A data directory to start and stop services on, while those of `services` go on."""
    return root / "other"


async def query(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def hold(data_dir: Path, *, tied: bool) -> tuple[subprocess.Popen[str], list[int]]:
    command = [sys.executable, "-c", textwrap.dedent(HOLDER), str(data_dir), "tied=yes" if tied else "tied=no"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie waits for process 1, which in a container may be slow to notice.
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tZ" not in status.read_text()


def closed_to_others(path: Path) -> bool:
    return path.stat().st_mode & 0o077 == 0


async def test_the_owner_creates_tables_and_databases(services: Services) -> None:
    await query(services.owner_url, "CREATE TABLE made_by_owner (id int)")
    await query(services.owner_url, "CREATE DATABASE made_by_owner")


async def test_the_app_owns_nothing_and_creates_nothing(services: Services) -> None:
    assert await query(services.app_url, "SELECT current_user") == "cercle_app"
    for sql in ("CREATE TABLE made_by_app (id int)", "CREATE DATABASE made_by_app", "SET ROLE cercle_owner"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await query(services.app_url, sql)


async def test_the_owner_can_act_as_the_app(services: Services) -> None:
    await query(services.owner_url, "SET ROLE cercle_app")


async def test_a_role_without_its_password_stays_outside(services: Services) -> None:
    for role in ("cercle_owner", "postgres"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(services.app_url, user=role)


async def test_chinese_has_trigrams_in_every_new_database(services: Services) -> None:
    await query(services.owner_url, "CREATE DATABASE made_later")
    for url in (services.app_url, services.app_url.replace("/cercle?", "/made_later?")):
        assert await query(url, "SELECT cardinality(show_trgm('中文字'))") > 0
        assert await query(url, "SELECT unaccent('Hermès') || lower('É')") == "Hermesé"


async def test_what_makes_commits_durable_is_on(services: Services) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await query(services.app_url, f"SHOW {setting}") == "on"


async def test_the_cache_answers_and_writes_nothing_to_disk(services: Services) -> None:
    with redis.Redis.from_url(services.redis_url, decode_responses=True) as cache:
        assert cache.set("key", "value")
        assert cache.get("key") == "value"
        chosen: Any = cache.config_get("save", "appendonly", "maxmemory", "maxmemory-policy", "port")
        assert list(map(chosen.get, ("save", "appendonly", "port"))) == ["", "no", "0"]
        assert (chosen["maxmemory"], chosen["maxmemory-policy"]) == (str(128 << 20), "allkeys-lru")


async def test_sockets_and_secrets_are_closed_to_others(services: Services, root: Path) -> None:
    for path in ("services", "services/sockets", "services/postgres/secret", "running.json", "postgres.log"):
        assert closed_to_others(root / "data" / path)


async def test_a_second_supervisor_is_told_what_to_do(services: Services, root: Path) -> None:
    with pytest.raises(ServicesBusy, match=r"stop it, share them by running\(\), or choose another"):
        ServiceSupervisor(root / "data").__enter__()


async def test_running_services_are_found(services: Services, root: Path) -> None:
    assert running(root / "data") == services


async def test_nothing_runs_where_nothing_was_started(root: Path) -> None:
    assert running(root / "nowhere") is None


async def test_a_killed_database_is_back_within_five_seconds_with_what_was_committed(
    supervisor: ServiceSupervisor, services: Services, root: Path
) -> None:
    await query(services.owner_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    before = supervisor.postgres_pid
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: supervisor.postgres_pid != before and running(root / "data") == services)
    assert await query(services.owner_url, "SELECT answer FROM kept") == 42


async def test_a_killed_cache_is_back_empty(supervisor: ServiceSupervisor, services: Services, root: Path) -> None:
    with redis.Redis.from_url(services.redis_url) as cache:
        cache.set("key", "value")
    before = supervisor.valkey_pid
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: supervisor.valkey_pid != before and running(root / "data") == services)
    with redis.Redis.from_url(services.redis_url) as cache:
        assert cache.dbsize() == 0


async def test_the_next_start_finds_the_same_data(other: Path) -> None:
    with ServiceSupervisor(other, settings=SMALL) as services:
        await query(services.owner_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert running(other) is None
    with ServiceSupervisor(other, settings=SMALL) as again:
        assert again == services
        assert await query(again.owner_url, "SELECT answer FROM kept") == 42


async def test_leaving_twice_is_leaving_once(other: Path) -> None:
    supervisor = ServiceSupervisor(other, postgres=False)
    with supervisor as services:
        assert (services.owner_url, services.app_url) == ("", "")
    supervisor.__exit__(None, None, None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
async def test_a_killed_supervisor_takes_its_services_with_it_and_the_next_recovers(other: Path) -> None:
    holder, pids = hold(other, tied=True)
    assert running(other) is not None
    kill(holder)
    with ServiceSupervisor(other, settings=SMALL) as services:  # at once, while they are still shutting down
        assert not any(map(alive, pids))
        assert await query(services.owner_url, "SELECT answer FROM kept") == 42


async def test_services_that_outlive_their_supervisor_are_stopped_by_the_next(other: Path) -> None:
    holder, pids = hold(other, tied=False)
    kill(holder)
    assert all(map(alive, pids))
    with ServiceSupervisor(other, settings=SMALL) as services:
        assert not any(map(alive, pids))
        assert await query(services.owner_url, "SELECT answer FROM kept") == 42


async def test_files_left_by_killing_everything_at_once_do_not_matter(other: Path) -> None:
    holder, pids = hold(other, tied=False)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    kill(holder)
    assert (other / "running.json").exists()
    assert running(other) is None
    # By now the number in the pid file may be a living process of the same account.
    pid_file = other / "services/postgres/cluster/postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(pids[0]), str(os.getpid()), 1))
    with ServiceSupervisor(other, settings=SMALL) as services:
        assert await query(services.owner_url, "SELECT answer FROM kept") == 42


async def test_a_database_that_cannot_start_says_why(other: Path) -> None:
    with pytest.raises(ServiceFailed, match='invalid value for parameter "shared_buffers"'):
        ServiceSupervisor(other, settings={"shared_buffers": "plenty"}).__enter__()
    with ServiceSupervisor(other, postgres=False):  # and everything was let go
        pass


async def test_a_killed_initdb_and_a_path_too_long_for_sockets_do_not_matter(root: Path) -> None:
    data_dir = root / ("long, with spaces " * 8) / "data"
    (data_dir / "services").mkdir(parents=True, mode=0o700)
    (data_dir / "services/postgres.new/cluster").mkdir(parents=True)
    with ServiceSupervisor(data_dir, settings=SMALL) as services:
        assert running(data_dir) == services
        assert await query(services.app_url, "SELECT 1") == 1
        sockets = Path(services.app_url.partition("host=")[2].partition("&")[0])
        assert closed_to_others(sockets)
    with pytest.raises(FileNotFoundError):
        closed_to_others(sockets)


async def test_a_directory_others_may_enter_is_refused(root: Path) -> None:
    (root / "shared/services").mkdir(parents=True, mode=0o755)
    with pytest.raises(ServiceFailed, match="must be a directory of our own"):
        ServiceSupervisor(root / "shared").__enter__()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has services run as somebody else")
async def test_root_in_its_private_home_keeps_services_where_their_account_can_go(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "_STATE_OF_ROOT", root / "state")
    monkeypatch.setattr(binaries, "_CACHE_OF_ROOT", root / "cache")
    monkeypatch.setattr(binaries, "open_to_others", lambda program: False)
    home = root / "home"
    home.mkdir(mode=0o700)
    for _ in range(2):
        with ServiceSupervisor(home / "data", settings=SMALL) as services:
            assert await query(services.app_url, "SELECT 1") == 1
    assert (home / "data/services").resolve().parent == root / "state"
    assert home.stat().st_mode & 0o777 == 0o700
