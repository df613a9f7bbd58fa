"""Real PostgreSQL for everything that touches it:

one embedded server per run, a copy of a template database per test.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import settings as examples

from app.asgi import create
from app.config import ResponseCache, Settings
from app.house import House, open_house
from persistence.embedded import Services, ServiceSupervisor
from persistence.migrate import migrate
from tests.support.api import Api
from tests.support.people import People

# How long an example takes says more of the machine than of the house.
examples.register_profile("house", deadline=None)
examples.load_profile("house")

TEMPLATE = "cercle_template"

NOTHING_TO_KEEP = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
"""The shared server makes and drops a database per test; what must survive a crash is tested on servers of its own."""


def on_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


MEMORY = Path("/dev/shm")
MEMORY_BYTES_MIN = 4 * 2**30


def roomy_memory() -> str | None:
    """Where files are in memory, if there is enough of it: databases are made and dropped twice as fast there."""
    return str(MEMORY) if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN else None


DRIVING = {"fault", "hostile", "http", "subscription"}
"""Folders whose tests drive processes of their own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in DRIVING:
            item.add_marker(pytest.mark.processes)


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    with tempfile.TemporaryDirectory(prefix="cercle-test-", dir=roomy_memory()) as place:
        os.chmod(place, 0o755)
        with ServiceSupervisor(Path(place), settings=NOTHING_TO_KEEP) as services:
            yield services


@pytest.fixture(scope="session")
async def template(services: Services) -> str:
    """A migrated database that tests copy."""
    owner = await asyncpg.connect(services.owner_url)
    await owner.execute(f"CREATE DATABASE {TEMPLATE}")
    await owner.close()
    await migrate(on_database(services.owner_url, TEMPLATE))
    return TEMPLATE


@asynccontextmanager
async def copied(services: Services, template: str) -> AsyncIterator[Services]:
    """The services, with URLs of a database that is new and goes away again."""
    name = f"test_{uuid4().hex}"
    owner = await asyncpg.connect(services.owner_url)
    await owner.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield Services(
            owner_url=on_database(services.owner_url, name),
            app_url=on_database(services.app_url, name),
            redis_url=services.redis_url,
        )
    finally:
        await drop(owner, name)
        await owner.close()


async def drop(owner: Any, name: str) -> None:
    """Autovacuum, which the owner may not send away, leaves by itself when somebody waits for the database."""
    for pause in (0.2, 0.5, 1, 2, 5):
        try:
            await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
            return
        except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectInUseError):
            await asyncio.sleep(pause)
    await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def lenient(database: Services, data_dir: Path) -> Settings:
    """For a house that holds nobody back, for all tests come from one address."""
    return Settings(
        data_dir=data_dir,
        database_url=database.app_url,
        redis_url=database.redis_url,
        pool_size=8,
        # What strangers read is kept in every test, so that one which reads something old fails.
        response_cache=ResponseCache.MEMORY,
        stranger_mutations_per_minute=1_000_000,
        cost_bucket=1_000_000_000,
        cost_restored_per_second=1_000_000_000,
        # Sixteen passwords at once take a busy machine longer than anybody should wait.
        operation_seconds_max=60,
        sign_in_attempts_per_name=1_000_000,
        sign_in_attempts_per_address=1_000_000,
    )


@asynccontextmanager
async def served(house: House) -> AsyncIterator[Api]:
    """The API over HTTP, without a socket."""
    app = create(house.settings)
    app.state.house = house
    async with Api(app, house) as api:
        yield api


@dataclass(frozen=True, slots=True)
class Place:
    """A house on a database of its own, that a module of tests shares."""

    database: Services
    house: House
    api: Api
    people: People


@asynccontextmanager
async def opened(services: Services, template: str, data_dir: Path) -> AsyncIterator[Place]:
    async with (
        copied(services, template) as database,
        open_house(lenient(database, data_dir)) as house,
        served(house) as api,
    ):
        yield Place(database, house, api, People(house))


@pytest.fixture(scope="module")
async def place(services: Services, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with opened(services, template, tmp_path_factory.mktemp("house")) as place:
        yield place


@pytest.fixture
async def own_database(services: Services, template: str) -> AsyncIterator[Services]:
    async with copied(services, template) as database:
        yield database


@pytest.fixture
async def own_house(settings: Settings) -> AsyncIterator[House]:
    async with open_house(settings) as house:
        yield house


@pytest.fixture
async def own_api(house: House) -> AsyncIterator[Api]:
    async with served(house) as api:
        yield api


def shared(request: pytest.FixtureRequest) -> Place | None:
    """The house that the tests of a module with `ONE_HOUSE` share, but for those that need one as it was opened.

    They leave each other alone, and the database is spared a third of its work.
    """
    shares = getattr(request.module, "ONE_HOUSE", False) and not request.node.get_closest_marker("own_house")
    return request.getfixturevalue("place") if shares else None


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Services:
    """The services, with URLs of a database of this test's own, or of its module's."""
    place = shared(request)
    return place.database if place else request.getfixturevalue("own_database")


@pytest.fixture
def settings(request: pytest.FixtureRequest, database: Services, tmp_path: Path) -> Settings:
    place = shared(request)
    return place.house.settings if place else lenient(database, tmp_path)


@pytest.fixture
def house(request: pytest.FixtureRequest) -> House:
    place = shared(request)
    return place.house if place else request.getfixturevalue("own_house")


@pytest.fixture
def api(request: pytest.FixtureRequest) -> Api:
    """The API over HTTP, without a socket."""
    place = shared(request)
    return place.api if place else request.getfixturevalue("own_api")


@pytest.fixture
def people(house: House) -> People:
    return People(house)
