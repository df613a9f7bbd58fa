"""A database that was migrated is the one that the code declares, and says so when it is not."""

import ast
import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from persistence import migrate
from persistence.embedded import Services
from persistence.migrate import DatabaseProblem, SchemaState, create_all, schema_found
from persistence.migrations import writing
from persistence.migrations.anatomy import Anatomy, anatomy
from persistence.migrations.writing import BASELINE, ID_LENGTH_MAX, baseline
from tests.conftest import on_database

ADD_A_COLUMN = """
from alembic import op
import sqlalchemy as sa

revision = "0002_nickname"
down_revision = "0001_baseline"
phase = "expand"


def upgrade() -> None:
    op.add_column("account", sa.Column("nickname", sa.Text()))
"""

CONTRACTING = {"drop_table", "drop_column", "drop_constraint", "drop_index", "rename_table", "alter_column"}


@asynccontextmanager
async def empty_database(services: Services) -> AsyncIterator[str]:
    name = f"empty_{uuid4().hex}"
    owner = await asyncpg.connect(services.owner_url)
    await owner.execute(f"CREATE DATABASE {name}")
    try:
        yield on_database(services.owner_url, name)
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await owner.close()


@pytest.fixture
async def empty(services: Services) -> AsyncIterator[str]:
    """The owner's URL of a database with nothing in it."""
    async with empty_database(services) as url:
        yield url


async def anatomy_of(url: str) -> Anatomy:
    connection = await asyncpg.connect(url)
    try:
        return await anatomy(connection)
    finally:
        await connection.close()


async def state_of(url: str) -> SchemaState:
    connection = await asyncpg.connect(url)
    try:
        return (await schema_found(connection.fetchval)).state
    finally:
        await connection.close()


async def test_a_migrated_database_is_the_declared_one(services: Services) -> None:
    async with empty_database(services) as migrated, empty_database(services) as declared:
        await migrate.migrate(migrated)
        await create_all(declared)

        found, wanted = await anatomy_of(migrated), await anatomy_of(declared)

    for kind in wanted:
        assert found[kind] == wanted[kind], f"a {kind} differs: write a revision with `cercle migration`"
    assert len(wanted["column"]) > 50
    assert {"ledger_posting.ledger_apply", "ledger_journal.ledger_close"} <= wanted["trigger"].keys()
    assert wanted["table right"]["wallet_pocket to cercle_app"] == "SELECT"


@pytest.mark.skipif(len(migrate.revisions()) > 1, reason="the baseline is history now")
def test_the_baseline_is_what_the_declarations_say() -> None:
    written = (migrate.VERSIONS / f"{BASELINE}.py").read_text()

    # Functions and triggers come in the order in which modules were imported, which is another one under test.
    assert steps(written) == steps(baseline()), "run `make baseline`"


def steps(revision: str) -> list[str]:
    (upgrade,) = [node for node in ast.parse(revision).body if isinstance(node, ast.FunctionDef)]
    return sorted(ast.unparse(step) for step in upgrade.body)


async def test_two_migrators_at_once_take_turns(empty: str) -> None:
    found = await asyncio.gather(*(migrate.migrate(empty) for _ in range(3)))

    assert sorted(each.state for each in found) == [SchemaState.CURRENT, SchemaState.CURRENT, SchemaState.EMPTY]


async def test_a_migrator_that_waits_too_long_says_so(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "WAIT_SECONDS_MAX", 0.05)
    other = await asyncpg.connect(empty)
    await other.execute(f"SELECT pg_advisory_lock({migrate.LOCK_KEY})")

    with pytest.raises(DatabaseProblem, match="Another migration"):
        await migrate.migrate(empty)
    await other.close()
    assert await state_of(empty) is SchemaState.EMPTY


@pytest.fixture
def with_a_revision_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the next version would have it."""
    shutil.copytree(migrate.VERSIONS.parent, tmp_path / "migrations")
    (tmp_path / "migrations" / "versions" / "0002_nickname.py").write_text(ADD_A_COLUMN)
    monkeypatch.setattr(migrate, "VERSIONS", tmp_path / "migrations" / "versions")


@pytest.mark.skipif(len(migrate.revisions()) > 1, reason="the baseline is history now")
async def test_an_older_database_is_brought_up_and_an_older_version_leaves_a_newer_one_alone(
    empty: str, with_a_revision_more: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_version = migrate.VERSIONS
    monkeypatch.undo()
    await migrate.migrate(empty)
    this_version = migrate.VERSIONS

    monkeypatch.setattr(migrate, "VERSIONS", next_version)
    assert await state_of(empty) is SchemaState.OLDER
    assert (await migrate.migrate(empty)).state is SchemaState.OLDER
    assert await state_of(empty) is SchemaState.CURRENT

    monkeypatch.setattr(migrate, "VERSIONS", this_version)
    before = await anatomy_of(empty)
    assert "account.nickname" in before["column"]
    with pytest.raises(DatabaseProblem, match=r"0002_nickname, which this version does not know"):
        await migrate.migrate(empty)
    assert await anatomy_of(empty) == before


async def test_a_revision_that_fails_leaves_nothing_behind(
    empty: str, with_a_revision_more: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate.migrate(empty)
    broken = ADD_A_COLUMN.replace("0002_nickname", "0003_broken").replace("0001_baseline", "0002_nickname")
    (migrate.VERSIONS / "0003_broken.py").write_text(
        broken.replace('"nickname"', '"surname"') + '    op.drop_table("no_such_table")\n'
    )
    before = await anatomy_of(empty)

    with pytest.raises(Exception, match="no_such_table"):
        await migrate.migrate(empty)

    assert await anatomy_of(empty) == before
    assert await state_of(empty) is SchemaState.OLDER


async def test_no_database_is_said_in_one_line_without_the_password(empty: str) -> None:
    with pytest.raises(DatabaseProblem, match=r"^No database at 127\.0\.0\.1:1/cercle: .*$") as refused:
        await migrate.migrate("postgresql://somebody:hunter2@127.0.0.1:1/cercle")

    assert "hunter2" not in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_a_login_without_rights_is_told_what_an_administrator_should_run(
    services: Services, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DatabaseProblem, match="cercle_app may not change this database"):
        await migrate.migrate(on_database(services.app_url, urlsplit(empty).path.removeprefix("/")))

    monkeypatch.setattr(migrate, "APP_ROLE", "nobody_made_this")
    with pytest.raises(DatabaseProblem, match='CREATE ROLE nobody_made_this; GRANT nobody_made_this TO "cercle_owner"'):
        await migrate.migrate(empty)


def test_revisions_form_one_line_with_labels_that_are_true() -> None:
    previous = None
    for revision in migrate.revisions():
        tree = ast.parse((migrate.VERSIONS / f"{revision}.py").read_text())
        declared = {
            target.id: ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        assert len(revision) <= ID_LENGTH_MAX
        assert declared["revision"] == revision
        assert declared["down_revision"] == previous
        assert declared["phase"] in ("expand", "contract")
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert declared["phase"] == "contract" or not called & CONTRACTING, f"{revision} takes away: it contracts"
        previous = revision


@pytest.mark.skipif(len(migrate.revisions()) > 1, reason="the baseline is history now")
async def test_a_revision_is_written_that_leads_to_what_is_declared(
    services: Services, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a database without a table, a column, an index, a function, a right and a state that the code declares."""
    shutil.copytree(migrate.VERSIONS.parent, tmp_path / "migrations")
    versions = tmp_path / "migrations" / "versions"
    for module in (migrate, writing):
        monkeypatch.setattr(module, "VERSIONS", versions)
    missing = (
        'run("DROP TABLE ledger_snapshot")',
        'run("ALTER TABLE account DROP COLUMN jurisdiction")',
        'run("DROP INDEX ix_event_subject")',
        'run("DROP FUNCTION idempotency_claim")',
        'run("REVOKE DELETE ON idempotency_key FROM cercle_app")',
        'run("ALTER TABLE wallet_hold DROP CONSTRAINT ck_wallet_hold_state")',
        """run("ALTER TABLE wallet_hold ADD CONSTRAINT ck_wallet_hold_state CHECK (state IN ('HELD', 'GONE'))")""",
    )
    with (versions / f"{BASELINE}.py").open("a") as baseline:
        baseline.write("".join(f"    {line}\n" for line in missing))

    path = await asyncio.to_thread(writing.write_next, "Give back what is missing!", "expand")

    assert path.name == "0002_give_back_what_is_missing.py"
    # The column has no default, so a person has to say what old rows get; there are none here.
    await migrate.migrate(empty)
    async with empty_database(services) as declared:
        await create_all(declared)
        found, wanted = await anatomy_of(empty), await anatomy_of(declared)
    for kind in wanted:
        if kind != "column":
            assert found[kind] == wanted[kind]
    # A column that is added later comes last.
    assert found["column"].keys() == wanted["column"].keys()
