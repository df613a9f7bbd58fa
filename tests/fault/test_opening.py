"""What a house is opened on is looked at first; what will not do is said in words that help, and nothing is opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from pydantic import ValidationError

from app import start
from app.config import Settings
from app.place import ROOM_BYTES_MIN, PlaceProblem, check_place
from persistence.embedded import Services
from persistence.migrate import DatabaseProblem
from tests.conftest import on_database
from tests.support.houses import cercle


@pytest.fixture
async def owner(services: Services) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(services.owner_url)
    yield connection
    await connection.close()


def name_of(place: Services) -> str:
    return urlsplit(place.app_url).path.removeprefix("/")


def settings_of(place: Services) -> Settings:
    return Settings(database_url=place.app_url, database_owner_url=place.owner_url, redis_url=place.redis_url)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("synchronous_commit = off", "synchronous_commit is off: .* ALTER ROLE .* SET synchronous_commit = on"),
        ("default_transaction_read_only = on", "can only read here, .* CERCLE_DATABASE_REPLICA_URL"),
    ],
)
async def test_a_database_that_would_not_keep_things_is_refused(
    database: Services, owner: Any, setting: str, words: str
) -> None:
    name = name_of(database)
    await owner.execute(f"ALTER DATABASE {name} SET {setting}")

    for may_migrate in (True, False):
        with pytest.raises(DatabaseProblem, match=words):
            await start.bring_up(settings_of(database), may_migrate=may_migrate)

    await owner.execute(f"ALTER DATABASE {name} RESET ALL")
    await start.bring_up(settings_of(database), may_migrate=False)


async def test_it_is_the_login_of_the_app_that_counts(database: Services, owner: Any) -> None:
    me = await owner.fetchval("SELECT current_user")
    name = name_of(database)
    await owner.execute(f"ALTER ROLE {me} IN DATABASE {name} SET synchronous_commit = off")
    app_only = settings_of(database).model_copy(update={"database_owner_url": None})

    with pytest.raises(DatabaseProblem, match="synchronous_commit is off"):
        await start.bring_up(settings_of(database), may_migrate=False)
    await start.bring_up(app_only, may_migrate=False)


async def test_a_database_in_another_encoding_is_refused(services: Services, owner: Any) -> None:
    name = f"test_{uuid4().hex}"
    await owner.execute(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc"
        " LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    url = on_database(services.owner_url, name)
    try:
        with pytest.raises(DatabaseProblem, match=r"encoded in SQL_ASCII: make one with .* ENCODING 'UTF8'"):
            await start.bring_up(Settings(database_url=url), may_migrate=True)
    finally:
        await owner.execute(f"DROP DATABASE {name}")


def test_a_place_that_can_not_be_used_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    missing = tmp_path / "new" / "newer"

    with pytest.raises(PlaceProblem, match="is no directory: choose another CERCLE_DATA_DIR"):
        check_place(tmp_path / "file" / "below")
    with pytest.raises(PlaceProblem, match=r"has 255 MiB left, and needs 256: make room"):
        check_place(missing, lambda _: ROOM_BYTES_MIN - 1)
    check_place(missing, lambda _: ROOM_BYTES_MIN)
    assert not (tmp_path / "new").exists()


def test_a_command_that_refuses_says_so_in_one_line_and_ends(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")

    refused = cercle("migrate", data_dir=str(tmp_path / "file" / "below"))

    assert refused.returncode == 1
    assert refused.stderr == f"cercle: {tmp_path}/file is no directory: choose another CERCLE_DATA_DIR.\n"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"redis_url": "cache:6379"}, "begins with redis://, rediss:// or unix://"),
        ({"database_url": "mysql://db/cercle"}, "begins with postgresql://"),
        ({"database_direct_url": "db"}, "begins with postgresql://"),
        ({"connections_max": 0}, "greater than or equal to 1"),
        ({"client_seconds_max": 0}, "greater than or equal to 0.1"),
    ],
    ids=["redis", "database", "direct", "connections", "patience"],
)
def test_settings_that_mean_nothing_are_refused(setting: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(**setting)
