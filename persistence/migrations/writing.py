"""Writes revisions: the baseline from the declarations, later ones from what the declarations have that it has not."""

import asyncio
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.engine import Connection
from sqlmodel.sql.sqltypes import AutoString

from persistence.embedded import ServiceSupervisor
from persistence.migrate import VERSIONS, create_all, migrate, owner_engine, revisions
from persistence.migrations.anatomy import Anatomy, anatomy
from persistence.table import APP_ROLE, GRANT_DEFAULT, STATEMENTS
from persistence.tables import METADATA

BASELINE = "0001_baseline"
ID_LENGTH_MAX = 32
"""What Alembic's table keeps of a revision."""

FILE = '''"""{title}."""

# ruff: noqa: E501

{imports}

revision = "{revision}"
down_revision = {follows}
phase = "{phase}"


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
{body}
'''
IMPORTS = {
    "sa.": "import sqlalchemy as sa",
    "op.": "from alembic import op",
    "postgresql.": "from sqlalchemy.dialects import postgresql",
}


class BaselineIsHistory(RuntimeError):
    """Databases out there were made by the baseline; what is new belongs into a revision of its own."""


def write_baseline() -> Path:
    """Write the baseline anew; only for as long as nothing was built on it."""
    if len(revisions()) > 1:
        raise BaselineIsHistory("There are revisions on top of the baseline: write another one instead.")
    return write(BASELINE, baseline())


def baseline() -> str:
    """The whole schema as one revision."""
    body = [
        rendered([creation for table in METADATA.sorted_tables for creation in creations(table)]),
        *(run(statement) for statement in STATEMENTS),
        *(run(grant(table)) for table in METADATA.sorted_tables),
        run(f"GRANT SELECT ON alembic_version TO {APP_ROLE}"),
    ]
    title = "Every table, function, trigger and right of the first schema"
    return revision_text(BASELINE, None, title, "expand", body)


def write_next(name: str, phase: str) -> Path:
    """Write the revision that leads from the last one to the declarations; tried on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="cercle-") as place:
        Path(place).chmod(0o755)
        with ServiceSupervisor(Path(place) / "data", valkey=False) as services:
            return asyncio.run(compare(services.owner_url, name, phase))


async def compare(url: str, name: str, phase: str) -> Path:
    """Write the revision with the help of two new databases, one as migrated and one as declared."""
    declared = await second_database(url)
    await migrate(url)
    await create_all(declared)
    here, wanted = await anatomy_of(url), await anatomy_of(declared)
    engine = owner_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(write_revision, name, phase, here, wanted)
    finally:
        await engine.dispose()


async def second_database(url: str) -> str:
    owner = await asyncpg.connect(url)
    await owner.execute("CREATE DATABASE declared")
    await owner.close()
    return urlunsplit(urlsplit(url)._replace(path="/declared"))


async def anatomy_of(url: str) -> Anatomy:
    owner = await asyncpg.connect(url)
    try:
        return await anatomy(owner)
    finally:
        await owner.close()


def write_revision(connection: Connection, name: str, phase: str, here: Anatomy, wanted: Anatomy) -> Path:
    """What leads from the database of this connection to the declarations, for a person to read and correct.

    `here` and `wanted` are the anatomies of both: Alembic sees no CHECKs, functions, triggers and rights.
    """
    follows = revisions()[-1]
    revision = f"{int(follows[:4]) + 1:04}_{re.sub('[^a-z0-9]+', '_', name.lower()).strip('_')}"[:ID_LENGTH_MAX]
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    changes = produce_migrations(context, METADATA).upgrade_ops
    assert changes is not None
    tables = {table.name: table for table in METADATA.sorted_tables}
    regranted = sorted({where.partition(".")[0].partition(" ")[0] for where in differing(here, wanted, "right")})
    body = [
        rendered(changes.ops),
        *(run(statement) for statement in rechecked(here, wanted)),
        *(
            run(wanted["function"][which].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
            for which in differing(here, wanted, "function")
            if which in wanted["function"]
        ),
        *(run(wanted["trigger"][which]) for which in differing(here, wanted, "trigger") if which in wanted["trigger"]),
        *(run(grant(tables[name])) for name in regranted if name in tables),
    ]
    return write(revision, revision_text(revision, follows, name[:1].upper() + name[1:], phase, body))


def rechecked(here: Anatomy, wanted: Anatomy) -> Iterable[str]:
    """What makes the CHECKs of tables that there are already as they are declared."""
    there_already = {column.partition(".")[0] for column in here["column"]}
    for which in differing(here, wanted, "constraint"):
        table, _, name = which.partition(".")
        definition = wanted["constraint"].get(which, "")
        if table in there_already and "CHECK" in (definition[:5], here["constraint"].get(which, "")[:5]):
            if which in here["constraint"]:
                yield f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"
            if definition:
                yield f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"


def differing(here: Anatomy, wanted: Anatomy, kind: str) -> list[str]:
    """The names of things of this kind, or of kinds that end so, that are new, changed or gone."""
    return [
        name
        for each in wanted
        if each == kind or each.endswith(f" {kind}")
        for name in sorted({*here[each], *wanted[each]})
        if here[each].get(name) != wanted[each].get(name)
    ]


def creations(table: Table) -> Iterable[ops.MigrateOperation]:
    creation = ops.CreateTableOp.from_table(table)
    creation.info = {}  # what the app may do is granted below
    yield creation
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield ops.CreateIndexOp.from_index(index)


def rendered(changes: Sequence[ops.MigrateOperation]) -> str:
    """Operations as Python, without Alembic's comments."""
    # Not by the dialect's name: the driver that stands for would have every % in a constraint doubled.
    context = MigrationContext.configure(dialect=dialect())  # type: ignore[no-untyped-call]
    code = render_python_code(ops.UpgradeOps(list(changes)), migration_context=context, render_item=plain_types)
    return "\n".join(line for line in code.splitlines() if not line.lstrip().startswith("# ###"))


def plain_types(kind: str, item: object, _: object) -> Any:
    """SQLModel's own string type is a plain one; by its name, every revision would need SQLModel for ever."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def grant(table: Table) -> str:
    return f'GRANT {table.info.get("app", GRANT_DEFAULT)} ON "{table.name}" TO {APP_ROLE}'


def run(statement: str) -> str:
    assert '"""' not in statement
    return f'    run(r"""{statement}""")' if "\n" in statement else f"    run({statement!r})"


def revision_text(revision: str, follows: str | None, title: str, phase: str, body: Iterable[str]) -> str:
    code = "\n".join(body)
    imports = "\n".join(line for used, line in IMPORTS.items() if used in code or used == "op.")
    parent = "None" if follows is None else f'"{follows}"'
    return FILE.format(title=title, imports=imports, revision=revision, follows=parent, phase=phase, body=code)


def write(revision: str, text: str) -> Path:
    path = VERSIONS / f"{revision}.py"
    path.write_text(text)
    return path
