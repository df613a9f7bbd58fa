"""The queue from which the worker takes what is due: pgqueuer's, in a schema of its own, fed from the outbox.

Verbs write to the outbox, in their own transaction and without a NOTIFY, which all commits of a server queue up for.
What has become due is moved on in one transaction, so that a job is in the outbox or in the queue, never in both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence import qb, schema_ddl
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.schema.declaration import target
from pgqueuer.domain.settings import DBSettings
from pgqueuer.ports.driver import Driver
from pydantic_settings import PydanticBaseSettingsSource

from persistence.database import COMMAND_TIMEOUT_SECONDS, CONNECT_TIMEOUT_SECONDS, SERVER_SETTINGS
from persistence.table import APP_ROLE, attach

MOVE_SIZE = 100


class Names(DBSettings):
    """What things in the queue's schema are called; the library would also ask variables such as CHANNEL."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: Any, init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


NAMES = Names(db_schema="pgqueuer")
DECLARED = target(NAMES)

attach(
    "CREATE SCHEMA pgqueuer",
    *(schema_ddl.render_enum(entry, NAMES) for entry in DECLARED.enums),
    *(schema_ddl.render_table(entry, NAMES) for entry in DECLARED.tables),
    *(schema_ddl.render_index(entry, NAMES) for entry in DECLARED.indexes),
    *(schema_ddl.render_function(entry, NAMES) for entry in DECLARED.functions),
    *(schema_ddl.render_trigger(entry, NAMES) for entry in DECLARED.triggers),
    f"GRANT USAGE ON SCHEMA pgqueuer TO {APP_ROLE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgqueuer TO {APP_ROLE}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgqueuer TO {APP_ROLE}",
)


@dataclass(frozen=True, slots=True)
class Due:
    """A job whose time has come; `id` is the outbox row's, the same however often the job is tried."""

    id: int
    subject_id: UUID

    def dump(self) -> bytes:
        return orjson.dumps({"id": self.id, "subject_id": str(self.subject_id)})

    @classmethod
    def load(cls, payload: bytes | None) -> "Due":
        values = orjson.loads(payload or b"")
        return cls(values["id"], UUID(values["subject_id"]))


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that is not tried any more until somebody says so."""

    id: int
    name: str
    due: Due
    attempts: int
    since: datetime


async def job_pool(url: str) -> Any:
    """Connections for the worker, one of which listens."""
    return await asyncpg.create_pool(
        url,
        min_size=2,
        max_size=4,
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        server_settings={**SERVER_SETTINGS, "application_name": "cercle-worker"},
    )


def queries(driver: Driver) -> Queries:
    return Queries(
        driver,
        qb.QueryBuilderEnvironment(NAMES),
        qb.QueryQueueBuilder(NAMES),
        qb.QuerySchedulerBuilder(NAMES),
    )


TAKE_DUE = """
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE due_at <= now() AND name = ANY($1::text[])
    ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id, name, subject_id
"""


async def move_due(pool: Any, names: Sequence[str]) -> int:
    """Move what is due and of these names from the outbox to the queue; says how many.

    Jobs that only a newer version knows stay where they are, for its worker.
    """
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(TAKE_DUE, names, MOVE_SIZE)
        if rows:
            await queries(AsyncpgDriver(connection)).enqueue(
                [row["name"] for row in rows],
                [Due(row["id"], row["subject_id"]).dump() for row in rows],
                [0] * len(rows),
            )
    return len(rows)


async def failed_jobs(pool: Any, limit: int = 100) -> list[FailedJob]:
    """Jobs that were given up, the latest first."""
    rows = await pool.fetch(
        "SELECT id, entrypoint, payload, attempts, updated FROM pgqueuer.pgqueuer WHERE status = 'failed'"
        " ORDER BY id DESC LIMIT $1",
        limit,
    )
    return [
        FailedJob(row["id"], row["entrypoint"], Due.load(row["payload"]), row["attempts"], row["updated"])
        for row in rows
    ]


async def retry_failed(pool: Any) -> int:
    """Put all jobs that were given up back into the outbox, as new ones: their keys have not been used yet."""
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(
            "DELETE FROM pgqueuer.pgqueuer WHERE status = 'failed' RETURNING entrypoint, payload"
        )
        await connection.executemany(
            "INSERT INTO outbox (name, subject_id, due_at) VALUES ($1, $2, now())",
            [(row["entrypoint"], Due.load(row["payload"]).subject_id) for row in rows],
        )
    return len(rows)


PRUNE = (
    "DELETE FROM idempotency_key WHERE (scope, key) IN (SELECT scope, key FROM idempotency_key"
    " WHERE kept_since < now() - interval '48 hours' ORDER BY kept_since LIMIT 5000)",
    "DELETE FROM session WHERE id IN (SELECT id FROM session"
    " WHERE expires_at < now() - interval '30 days' ORDER BY expires_at LIMIT 5000)",
    "DELETE FROM pgqueuer.pgqueuer_log WHERE id IN (SELECT id FROM pgqueuer.pgqueuer_log"
    " WHERE created < now() - interval '7 days' ORDER BY created LIMIT 5000)",
)


async def prune(pool: Any) -> None:
    """Forget answers that no retry asks for any more, and what the queue did long ago; a bit at a time."""
    for statement in PRUNE:
        while await pool.execute(statement) != "DELETE 0":
            pass


async def take_snapshot(pool: Any) -> None:
    """Sum up the house's accounts, so that reading them stays cheap."""
    await pool.execute("SELECT ledger_take_snapshot()")
