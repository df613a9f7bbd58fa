"""Sessions in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.page import Page, PageRequest
from domain.session import DEVICE_LENGTH_MAX, Session, SessionEnd, SessionId
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import key, moment, one_of, text


class SessionRow(SQLModel, table=True):
    """No token is here, only the SHA-256 of the one that is good next."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint(f"char_length(device) BETWEEN 1 AND {DEVICE_LENGTH_MAX}", name="device"),
        CheckConstraint("token_epoch >= 0", name="token_epoch"),
        CheckConstraint("turn >= 1", name="turn"),
        CheckConstraint("token_digest ~ '^[0-9a-f]{64}$'", name="token_digest"),
        CheckConstraint("expires_at > opened_at AND used_at >= opened_at", name="moments"),
        CheckConstraint('(ended_at IS NULL) = ("end" IS NULL)', name="ended"),
        CheckConstraint(one_of('"end"', SessionEnd), name="end"),
        Index("ix_session_account", "account_id", "id"),
        Index("ix_session_ended", "account_id", "ended_at", postgresql_where=sql("ended_at IS NOT NULL")),
        Index("ix_session_expires_at", "expires_at"),
        {"info": {"app": "SELECT, INSERT, UPDATE, DELETE"}},
    )
    id: UUID = key(primary=True)
    account_id: UUID = key("account.id")
    device: str = text()
    token_epoch: int
    turn: int
    token_digest: str = text()
    opened_at: datetime = moment()
    used_at: datetime = moment()
    expires_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    end: str | None = text(nullable=True)
    version: int


class SqlSessions(SqlCollection[Session]):
    noun = Session
    row = SessionRow
    kind = "Session"

    _OWNER = sql("SELECT account_id FROM session WHERE id = CAST(:id AS uuid)")
    _END_ALL = sql(
        'UPDATE session SET ended_at = :now, "end" = :why, version = version + 1'
        " WHERE account_id = CAST(:account AS uuid) AND ended_at IS NULL"
    )

    async def owner(self, session_id: SessionId) -> AccountId | None:
        """Whose session it is; None when there is none."""
        found = await self.connection.scalar(self._OWNER, {"id": session_id})
        return None if found is None else AccountId(UUID(int=found.int))

    async def end_all(self, account_id: AccountId, why: SessionEnd, now: datetime) -> None:
        """End what has not ended of an account, whose lock is held."""
        await self.connection.execute(self._END_ALL, {"account": account_id, "why": str(why), "now": now})


LIVING = "SELECT s.* FROM session s JOIN account a ON a.id = s.account_id"
NEWEST = Sort(columns=(("s.id", "uuid"),), descending=True)


class SqlSessionReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Session | None]:
        return await SqlSessions.read(self.pool, ids)

    async def page(self, account_id: AccountId, now: datetime, page: PageRequest) -> Page[Session]:
        """The sessions of an account that live at this moment, the newest first."""
        return await fetch_page(
            self.pool,
            LIVING,
            where=[
                "s.account_id = {}",
                "s.expires_at > {}",
                "s.ended_at IS NULL",
                "s.token_epoch = a.token_epoch",
            ],
            values=[account_id, now],
            sort=NEWEST,
            page=page,
            item=SqlSessions.mapping.to_noun,
            key=lambda session: (session.id,),
        )
