"""Brings a database to the schema of this version, and says how far a database is from it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from domain.problem import Problem
from persistence.database import CONNECT_TIMEOUT_SECONDS
from persistence.table import APP_ROLE

VERSIONS = Path(__file__).parent / "migrations" / "versions"
LOCK_KEY = 0x6365_7263_6C65
"""Of the advisory lock that lets one migrator work at a time: "cercle" in ASCII."""

WAIT_SECONDS_MAX = 120
BLOCK_SECONDS_MAX = 5
"""How long a revision may wait for a table that the API uses: whoever waits holds up everybody behind."""


def owner_engine(url: str) -> AsyncEngine:
    """An engine that acts as whoever the URL names, for migrations; it keeps no connection."""

    async def creator() -> Any:
        return await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_SECONDS)

    return create_async_engine("postgresql+asyncpg://", async_creator=creator, poolclass=NullPool)


class DatabaseProblem(Problem):
    """The database can not be used as it is; the message is one line that says what to do."""


class SchemaState(StrEnum):
    CURRENT = "CURRENT"
    EMPTY = "EMPTY"
    OLDER = "OLDER"
    NEWER = "NEWER"


@dataclass(frozen=True, slots=True)
class SchemaFound:
    """How a database stands to this version; `revision` is the database's own, if it has any."""

    state: SchemaState
    revision: str | None = None

    @property
    def problem(self) -> str | None:
        """What is wrong and what to do about it; None when nothing is."""
        match self.state:
            case SchemaState.CURRENT:
                return None
            case SchemaState.EMPTY:
                return "The database has no schema yet: run `cercle migrate`."
            case SchemaState.OLDER:
                return f"The database is at {self.revision}, this version needs {head()}: run `cercle migrate`."
            case SchemaState.NEWER:
                return f"The database is at {self.revision}, which this version does not know: run a newer version."


def revisions() -> list[str]:
    """The ids of all revisions of this version, oldest first. They form one line, in the order of their names."""
    return sorted(path.stem for path in VERSIONS.glob("[0-9]*.py"))


def head() -> str:
    return revisions()[-1]


async def schema_found(fetchval: Callable[[str], Awaitable[Any]]) -> SchemaFound:
    """How the database that `fetchval` asks stands to this version."""
    try:
        revision = await fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        revision = None
    if revision is None:
        return SchemaFound(SchemaState.EMPTY)
    if revision == head():
        return SchemaFound(SchemaState.CURRENT, revision)
    return SchemaFound(SchemaState.OLDER if revision in revisions() else SchemaState.NEWER, revision)


async def migrate(owner_url: str, app_url: str | None = None) -> SchemaFound:
    """Bring the database up to this version; says where it was before.

    `owner_url` names whoever owns the tables, `app_url` whoever the app logs in as, if that is somebody else. Two
    migrators at once take turns, and the second finds nothing left to do.
    """
    await probe(owner_url)
    engine = owner_engine(owner_url)
    try:
        async with engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            await raw.execute(f"SET lock_timeout = '{WAIT_SECONDS_MAX}s'")
            try:
                await raw.execute(f"SELECT pg_advisory_lock({LOCK_KEY})")
            except asyncpg.LockNotAvailableError:
                raise DatabaseProblem("Another migration has been running for two minutes: look after it.") from None
            found = await schema_found(raw.fetchval)
            if found.state is SchemaState.NEWER:
                raise DatabaseProblem(str(found.problem))
            await allow_app_role(raw, login_of(app_url or owner_url))
            if found.state is not SchemaState.CURRENT:
                await raw.execute(f"SET lock_timeout = '{BLOCK_SECONDS_MAX}s'")
                await connection.run_sync(upgrade)
        return found
    except DBAPIError as error:
        match getattr(error.orig, "sqlstate", None):
            case asyncpg.InsufficientPrivilegeError.sqlstate:
                raise DatabaseProblem(f"{login_of(owner_url)} may not change this database: {error.orig}") from error
            case asyncpg.LockNotAvailableError.sqlstate:
                raise DatabaseProblem("A table was in use for too long to change it: migrate again later.") from error
        raise
    finally:
        await engine.dispose()


async def probe(url: str) -> None:
    """See that a database answers; refuses with where none does and why."""
    where = urlsplit(url)
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        place = f"{where.hostname or 'the socket'}{f':{where.port}' if where.port else ''}"
        reason = str(error) or type(error).__name__
        raise DatabaseProblem(f"No database at {place}{where.path}: {reason}") from error
    await connection.close()


def upgrade(connection: Connection) -> None:
    """Run what is missing, by Alembic; it is imported here, for it is needed once in a version's life."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def allow_app_role(owner: Any, app_login: str) -> None:
    """Make the role that the app acts as, and let both logins act as it."""
    me = await owner.fetchval("SELECT current_user")
    if not await owner.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", APP_ROLE):
        try:
            await owner.execute(f"CREATE ROLE {APP_ROLE} NOLOGIN")
        except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            pass  # another database of this server is being migrated too
        except asyncpg.InsufficientPrivilegeError:
            raise DatabaseProblem(
                f"There is no role {APP_ROLE} and {me} may not make one. As an administrator run:"
                f' CREATE ROLE {APP_ROLE}; GRANT {APP_ROLE} TO "{app_login or me}"'
            ) from None
    for login in sorted({me, app_login or me}):
        if await owner.fetchval("SELECT pg_has_role($1::name, $2::name, 'MEMBER')", login, APP_ROLE):
            continue
        try:
            await owner.execute(f'GRANT {APP_ROLE} TO "{login}"')
        except asyncpg.InsufficientPrivilegeError:
            raise DatabaseProblem(
                f'{login} may not act as {APP_ROLE}. As an administrator run: GRANT {APP_ROLE} TO "{login}"'
            ) from None


def login_of(url: str) -> str:
    return unquote(urlsplit(url).username or "")


async def create_all(owner_url: str) -> None:
    """Make every table from its declaration, for the check that the revisions lead to the same."""
    from persistence.tables import METADATA

    engine = owner_engine(owner_url)
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        for statement in (
            "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)",
            f"INSERT INTO alembic_version VALUES ('{head()}')",
            f"GRANT SELECT ON alembic_version TO {APP_ROLE}",
        ):
            await connection.exec_driver_sql(statement)
    await engine.dispose()
