"""Policies in PostgreSQL: the app may add versions, and nobody may change one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from pydantic import TypeAdapter
from sqlalchemy import CheckConstraint, UniqueConstraint, insert, select
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.page import Page, PageRequest
from domain.policy import PolicyKind, PolicyVersion, Terms, default_terms
from persistence.connection import Connection
from persistence.mapping import Mapping
from persistence.paging import Sort, fetch_page
from persistence.table import attach, document, key, moment, one_of, text

OPENING = datetime(2020, 1, 1, tzinfo=UTC)
"""From when on the policies hold that a house opens with."""


class PolicyVersionRow(SQLModel, table=True):
    __tablename__ = "policy_version"
    __table_args__ = (
        CheckConstraint(one_of("kind", PolicyKind), name="kind"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("terms->>'kind' = kind", name="terms"),
        CheckConstraint("char_length(note) BETWEEN 1 AND 500", name="note"),
        UniqueConstraint("kind", "version"),
        UniqueConstraint("kind", "effective_from"),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key(primary=True)
    kind: str = text()
    version: int
    terms: Any = document()
    effective_from: datetime = moment()
    note: str = text()
    published_by: UUID | None = key("account.id", nullable=True)
    published_at: datetime = moment()


POLICIES = Mapping(PolicyVersion, PolicyVersionRow.__table__, kept={"terms"})  # type: ignore[attr-defined]


def opening() -> str:
    """Version 1 of every kind, so that no house is ever without a policy."""
    rows = []
    for terms in default_terms():
        policy_id = uuid5(NAMESPACE_URL, f"policy/{terms.kind}/1")
        said = orjson.dumps(TypeAdapter(Terms).dump_python(terms, mode="json")).decode().replace("'", "''")
        rows.append(f"('{policy_id}', '{terms.kind}', 1, '{said}', '{OPENING}', 'As the house opened', '{OPENING}')")
    columns = "id, kind, version, terms, effective_from, note, published_at"
    return f"INSERT INTO policy_version ({columns}) VALUES {', '.join(rows)}"


attach(opening())

IN_FORCE = """
SELECT DISTINCT ON (kind) * FROM policy_version WHERE effective_from <= {now} ORDER BY kind, effective_from DESC
"""


class SqlPolicies:
    _IN_FORCE = sql(IN_FORCE.format(now=":now"))
    _QUEUE = sql("SELECT pg_advisory_xact_lock(hashtextextended('policy/' || :kind, 7))")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def in_force(self, now: datetime) -> Sequence[PolicyVersion]:
        rows = await self.connection.execute(self._IN_FORCE, {"now": now})
        return [POLICIES.to_noun(row) for row in rows]

    async def lock_latest(self, kind: PolicyKind) -> PolicyVersion | None:
        # The next version is a row that is not there yet, so publishers of a kind queue on its name.
        await self.connection.execute(self._QUEUE, {"kind": str(kind)})
        table = POLICIES.table
        query = select(table).where(table.c.kind == str(kind)).order_by(table.c.version.desc()).limit(1)
        row = (await self.connection.execute(query)).first()
        return None if row is None else POLICIES.to_noun(row)

    async def add(self, policy: PolicyVersion) -> None:
        await self.connection.execute(insert(POLICIES.table), POLICIES.to_row(policy))


class SqlPolicyReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[PolicyVersion | None]:
        rows = await self.pool.fetch("SELECT * FROM policy_version WHERE id = ANY($1::uuid[])", list(ids))
        found: dict[UUID, PolicyVersion] = {policy.id: policy for policy in map(POLICIES.to_noun, rows)}
        return [found.get(policy_id) for policy_id in ids]

    async def in_force(self, now: datetime) -> Sequence[PolicyVersion]:
        return [POLICIES.to_noun(row) for row in await self.pool.fetch(IN_FORCE.format(now="$1"), now)]

    async def page(self, kind: PolicyKind | None, page: PageRequest) -> Page[PolicyVersion]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM policy_version",
            where=[] if kind is None else ["kind = {}"],
            values=[] if kind is None else [str(kind)],
            sort=Sort(columns=(("published_at", "timestamptz"), ("id", "uuid")), descending=True),
            page=page,
            item=POLICIES.to_noun,
            key=lambda policy: (policy.published_at, policy.id),
        )
