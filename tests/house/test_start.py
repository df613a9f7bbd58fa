"""`cercle run` opens a house with one command, brings back who dies, and says in one line what is wrong."""

import asyncio
import base64
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from persistence import migrate
from persistence.embedded import Services, running
from tests.conftest import on_database
from tests.support.houses import OpenHouse, cercle, eventually
from tests.support.servers import free_port

pytestmark = pytest.mark.processes

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
SECRET = "a-secret-that-nobody-knows-but-this-test"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cercle-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.fixture(scope="module")
def house(place: Path) -> Iterator[OpenHouse]:
    house = OpenHouse(place / "house", workers="2").open()
    yield house
    assert house.close() == 0


@pytest.fixture(scope="module")
def small(place: Path) -> Iterator[OpenHouse]:
    """A house of one API process; the last of its tests closes it."""
    house = OpenHouse(place / "small", workers="1").open()
    yield house
    house.close()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def owner_url(house: OpenHouse) -> str:
    found = running(house.data_dir)
    assert found is not None
    return found.owner_url


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


# Opening


def test_an_open_house_answers_and_says_where(house: OpenHouse) -> None:
    assert f"http://127.0.0.1:{house.port}/graphql" in house.told
    assert house.get("/health") == house.get("/ready") == 200
    assert house.ask("{ viewer { id } }")["data"] == {"viewer": None}


def test_a_token_speaks_for_its_person(house: OpenHouse) -> None:
    email = f"{uuid4().hex}@example.com"
    asyncio.run(execute(owner_url(house), person(email)))

    token = cercle("token", email, **house.settings)
    nobody = cercle("token", "nobody@example.com", **house.settings)

    assert house.ask("{ viewer { email } }", token.stdout.strip())["data"] == {"viewer": {"email": email}}
    assert (nobody.returncode, nobody.stderr) == (1, "cercle: Nobody has the address nobody@example.com.\n")


def person(email: str) -> str:
    return (
        "INSERT INTO account (id, email, name, roles, identity_level, locale, currency, jurisdiction, created_at,"
        f" version) VALUES (gen_random_uuid(), '{email}', 'Lin Wei', '[\"CUSTOMER\"]', 'VERIFIED', 'en', 'EUR', 'FR',"
        " now(), 1)"
    )


def test_the_ledger_is_verified_and_a_tampered_one_is_told(house: OpenHouse) -> None:
    url = owner_url(house)
    good = cercle("ledger", "verify", **house.settings)
    asyncio.run(execute(url, "UPDATE ledger_chain SET position = 7 WHERE chain = 3"))
    bad = cercle("ledger", "verify", **house.settings)
    asyncio.run(execute(url, "UPDATE ledger_chain SET position = 0 WHERE chain = 3"))

    assert (good.returncode, bad.returncode) == (0, 1)
    assert "The ledger is in order." in good.stdout
    assert "1 broken links" in bad.stdout


def answering(house: OpenHouse) -> dict[str, float]:
    """Which processes tell their figures, by what the supervisor calls them."""
    families = text_string_to_metric_families(house.read("/metrics"))
    (family,) = [family for family in families if family.name == "cercle_process_answers"]
    return {sample.labels["process"]: sample.value for sample in family.samples}


@needs_proc
def test_whoever_is_asked_for_figures_tells_those_of_every_process(house: OpenHouse) -> None:
    everybody = {"api 1": 1.0, "api 2": 1.0, "worker": 1.0}
    eventually(lambda: answering(house) == everybody)
    assert all(answering(house) == everybody for _ in range(8)), "the kernel chooses whom to ask"

    worker = house.children()["served"][-1]
    os.kill(worker, signal.SIGSTOP)
    try:
        assert answering(house) == {**everybody, "worker": 0.0}
    finally:
        os.kill(worker, signal.SIGCONT)
    eventually(lambda: answering(house) == everybody)


def test_migrating_again_finds_nothing_to_do(house: OpenHouse) -> None:
    migrated = cercle("migrate", **house.settings)

    assert (migrated.returncode, migrated.stdout) == (0, "Nothing to do.\n")


# Dying


@needs_proc
def test_a_killed_process_is_replaced_while_the_others_serve(house: OpenHouse) -> None:
    for victim in house.children()["served"]:
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: house.ask("{ viewer { id } }"))
        eventually(lambda dead=victim: dead not in house.children()["served"])
        eventually(lambda: len(house.children()["served"]) == 3)


@needs_proc
def test_the_only_api_process_comes_back(small: OpenHouse) -> None:
    for victim in small.children()["served"]:
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: small.get("/health") == 200)
        eventually(lambda: len(small.children()["served"]) == 2)


@needs_proc
def test_a_killed_database_comes_back(house: OpenHouse) -> None:
    (victim,) = house.children()["postgres"]
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: not alive(victim))

    eventually(lambda: house.ready)
    assert "errors" not in house.ask("{ viewer { id } }")


@needs_proc
def test_without_the_process_that_forks_there_are_never_two_sets(house: OpenHouse) -> None:
    before = house.children()
    os.kill(before["forker"][0], signal.SIGKILL)

    eventually(lambda: not any(alive(pid) for pid in before["served"]))
    eventually(lambda: len(house.children()["served"]) == 3)
    eventually(lambda: house.ready)


@needs_proc
def test_all_end_with_a_killed_parent_and_the_house_opens_again(place: Path) -> None:
    house = OpenHouse(place / "orphaned").open()
    children = [pid for pids in house.children().values() for pid in pids]
    house.close(signal.SIGKILL)

    eventually(lambda: not any(alive(pid) for pid in children))
    house.open()
    assert house.close() == 0


# Closing


@needs_proc
def test_a_closed_house_leaves_nobody_behind(small: OpenHouse) -> None:
    children = [pid for pids in small.children().values() for pid in pids]
    assert len(children) >= 5

    assert small.close(signal.SIGINT) == 0

    eventually(lambda: not any(alive(pid) for pid in children))
    assert running(small.data_dir) is None
    assert small.get("/health") == 0
    assert "Traceback" not in small.told


# What can be wrong


def test_a_port_that_is_taken_is_told(place: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        refused = cercle("run", port=port, data_dir=str(place / "never"))

    assert refused.returncode == 1
    assert one_line(refused.stderr).startswith(f"cercle: 127.0.0.1:{port} can not be listened on")
    assert not (place / "never").exists()


def test_a_second_house_in_the_same_place_is_told(house: OpenHouse) -> None:
    refused = cercle("run", **{**house.settings, "port": str(free_port())})

    assert refused.returncode == 1
    assert "belong to a running process" in one_line(refused.stderr)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"environment": "production"}, "CERCLE_SECRET is still the development default"),
        ({"secret": "short"}, "CERCLE_SECRET needs at least 32 characters"),
        ({"workers": "0"}, "CERCLE_WORKERS: Input should be greater than or equal to 1"),
        ({"port": "http"}, "CERCLE_PORT: Input should be a valid integer"),
        (
            {"database_url": "postgresql://somebody:hunter2@127.0.0.1:1/cercle", "redis_url": "unix:///nowhere"},
            "No database at 127.0.0.1:1/cercle",
        ),
    ],
    ids=["default secret", "short secret", "no workers", "no port", "no database"],
)
def test_what_is_wrong_is_said_in_one_line(place: Path, settings: dict[str, str], told: str) -> None:
    refused = cercle("run", **{"data_dir": str(place / "never"), "port": str(free_port()), **settings})

    assert refused.returncode == 1
    assert told in one_line(refused.stderr)
    assert "hunter2" not in refused.stderr + refused.stdout
    assert not (place / "never").exists()


async def test_a_production_house_opens_on_the_schema_of_its_version_only(services: Services, place: Path) -> None:
    name = f"test_{uuid4().hex}"
    await execute(services.owner_url, f"CREATE DATABASE {name}")
    settings = {
        "environment": "production",
        "secret": SECRET,
        "payment_secret": f"whsec_{base64.b64encode(SECRET.encode()).decode()}",
        "port": str(free_port()),
        "data_dir": str(place / "never"),
        "database_url": on_database(services.app_url, name),
        "database_owner_url": on_database(services.owner_url, name),
        "redis_url": services.redis_url,
    }
    empty = await asyncio.to_thread(cercle, "run", **settings)
    migrated = await asyncio.to_thread(cercle, "migrate", **settings)
    assert (migrated.returncode, migrated.stdout) == (0, "The database is up to date now.\n"), migrated.stderr
    await execute(settings["database_owner_url"], "UPDATE alembic_version SET version_num = '9999_later'")
    newer = await asyncio.to_thread(cercle, "run", **settings)
    await execute(settings["database_owner_url"], f"UPDATE alembic_version SET version_num = '{migrate.head()}'")
    token = await asyncio.to_thread(cercle, "token", "somebody@example.com", **settings)
    house = OpenHouse(place / "never", **{name: value for name, value in settings.items() if name != "data_dir"})
    await asyncio.to_thread(house.open)
    try:
        await execute(settings["database_owner_url"], "UPDATE alembic_version SET version_num = '9999_later'")
        assert house.get("/ready") == 503
        assert house.get("/health") == 200
    finally:
        assert await asyncio.to_thread(house.close) == 0
        await execute(services.owner_url, f"DROP DATABASE {name} WITH (FORCE)")

    assert one_line(empty.stderr) == "cercle: The database has no schema yet: run `cercle migrate`."
    assert "9999_later, which this version does not know" in one_line(newer.stderr)
    assert "in development only" in one_line(token.stderr)
    assert urlsplit(settings["database_url"]).password not in house.told
    assert not [line for line in house.told.splitlines() if "Bearer" in line]


def one_line(text: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith("cercle:")]
    assert "Traceback" not in text
    return line
