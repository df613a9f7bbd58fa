"""Identities in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from domain.identity import ISSUER_LENGTH_MAX, SUBJECT_LENGTH_MAX, Identity, Known
from domain.viewer import AccountId, Role
from persistence.collection import SqlCollection
from persistence.table import key, moment, text


class IdentityRow(SQLModel, table=True):
    """Who an account is to other issuers of tokens."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("account_id", "issuer"),
        CheckConstraint(f"char_length(issuer) BETWEEN 1 AND {ISSUER_LENGTH_MAX}", name="issuer"),
        CheckConstraint(f"char_length(subject) BETWEEN 1 AND {SUBJECT_LENGTH_MAX}", name="subject"),
        {"info": {"app": "SELECT, INSERT, UPDATE, DELETE"}},
    )
    id: UUID = key(primary=True)
    issuer: str = text()
    subject: str = text()
    account_id: UUID = key("account.id")
    linked_at: datetime = moment()
    seen_at: datetime = moment()
    linked_by: UUID | None = key("account.id", nullable=True)
    version: int


class SqlIdentities(SqlCollection[Identity]):
    noun = Identity
    row = IdentityRow
    kind = "Identity"

    _REMOVE = sql("DELETE FROM identity WHERE account_id = CAST(:account AS uuid) AND issuer = :issuer RETURNING id")

    async def add_new(self, identity: Identity) -> bool:
        """Add it unless this subject has an account, or this account a subject of this issuer; False then."""
        query = insert(self.table).values(self.mapping.to_row(identity)).on_conflict_do_nothing()
        return bool((await self.connection.execute(query)).count)

    async def of_subject(self, issuer: str, subject: str) -> Identity | None:
        found = await self.find_where(self.table.c.issuer == issuer, self.table.c.subject == subject)
        return found[0] if found else None

    async def remove(self, account_id: AccountId, issuer: str) -> bool:
        """Forget who an account is to an issuer; False when that was not known."""
        removed = await self.connection.execute(self._REMOVE, {"account": account_id, "issuer": issuer})
        return removed.first() is not None


KNOWN = """
SELECT i.account_id, a.roles, i.seen_at FROM identity i JOIN account a ON a.id = i.account_id
WHERE i.issuer = $1 AND i.subject = $2 AND a.erased_at IS NULL
"""


class SqlIdentityReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def known(self, issuer: str, subject: str) -> Known | None:
        """None also for an account that was erased."""
        row = await self.pool.fetchrow(KNOWN, issuer, subject)
        if row is None:
            return None
        roles = frozenset(map(Role, orjson.loads(row["roles"])))
        return Known(AccountId(UUID(int=row["account_id"].int)), roles, row["seen_at"])
