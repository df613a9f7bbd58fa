"""API keys in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.api_key import NAME_LENGTH_MAX, PUBLIC_ID, USE_NOTED_EVERY, ApiKey, ApiKeyId
from domain.page import Page, PageRequest
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, moment, text


class ApiKeyRow(SQLModel, table=True):
    """No secret is here, only the SHA-256 of those that are good."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint(f"public_id ~ '^{PUBLIC_ID.pattern}$'", name="public_id"),
        CheckConstraint(f"char_length(name) BETWEEN 1 AND {NAME_LENGTH_MAX}", name="name"),
        CheckConstraint("jsonb_typeof(scopes) = 'array'", name="scopes"),
        CheckConstraint("turn >= 1", name="turn"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("former_digest ~ '^[0-9a-f]{64}$' AND former_digest <> digest", name="former_digest"),
        CheckConstraint("(former_digest IS NULL) = (former_until IS NULL)", name="former"),
        CheckConstraint("expires_at > issued_at", name="expires_at"),
        Index("ix_api_key_account", "account_id", "id"),
    )
    id: UUID = key(primary=True)
    account_id: UUID = key("account.id")
    public_id: str = text(unique=True)
    name: str = text()
    scopes: list[str] = document()
    turn: int
    digest: str = text(unique=True)
    issued_by: UUID = key("account.id")
    issued_at: datetime = moment()
    expires_at: datetime = moment()
    rotated_at: datetime | None = moment(nullable=True)
    former_digest: str | None = text(nullable=True)
    former_until: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)
    used_at: datetime | None = moment(nullable=True)
    version: int


class SqlApiKeys(SqlCollection[ApiKey]):
    noun = ApiKey
    row = ApiKeyRow
    kind = "ApiKey"

    _LIVING = sql(
        "SELECT count(*) FROM api_key WHERE account_id = CAST(:account AS uuid)"
        " AND revoked_at IS NULL AND expires_at > :now"
    )
    _USED = sql(
        "UPDATE api_key SET used_at = :now WHERE id = CAST(:id AS uuid) AND (used_at IS NULL OR used_at <= :before)"
    )

    async def living(self, account_id: AccountId, now: datetime) -> int:
        """How many keys of an account are neither revoked nor over."""
        return int(await self.connection.scalar(self._LIVING, {"account": account_id, "now": now}))

    async def note_use(self, key_id: ApiKeyId, now: datetime) -> None:
        """Remember that it was used, unless that was noted within the hour."""
        await self.connection.execute(self._USED, {"id": key_id, "now": now, "before": now - USE_NOTED_EVERY})


NEWEST = Sort(columns=(("k.id", "uuid"),), descending=True)


class SqlApiKeyReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[ApiKey | None]:
        return await SqlApiKeys.read(self.pool, ids)

    async def by_public_id(self, public_id: str) -> ApiKey | None:
        row = await self.pool.fetchrow("SELECT * FROM api_key WHERE public_id = $1", public_id)
        return None if row is None else SqlApiKeys.mapping.to_noun(row)

    async def page(self, account_id: AccountId, page: PageRequest) -> Page[ApiKey]:
        """The keys of an account, those that are over too, the newest first."""
        return await fetch_page(
            self.pool,
            "SELECT k.* FROM api_key k",
            where=["k.account_id = {}"],
            values=[account_id],
            sort=NEWEST,
            page=page,
            item=SqlApiKeys.mapping.to_noun,
            key=lambda found: (found.id,),
        )
