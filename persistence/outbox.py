"""Events and jobs, written in the transaction of what they tell of."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.event import Event
from domain.work import Job
from persistence.table import attach, document, key, moment, text


class EventRow(SQLModel, table=True):
    """What happened, for passports, webhooks and the audit of staff; never changed."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject_id", "id"),
        Index("ix_event_piece", "piece_id", "id", postgresql_where=sql("piece_id IS NOT NULL")),
        Index("ix_event_actor", "actor_id", "id", postgresql_where=sql("actor_id IS NOT NULL")),
        Index("ix_event_account", "account_id", "id", postgresql_where=sql("account_id IS NOT NULL")),
        Index("ix_event_action", "action", "id"),
        Index("ix_event_xid", "xid", "id"),
        {
            "info": {
                "app": "SELECT, INSERT (name, subject_kind, subject_id, data, piece_id, account_id, actor_id, action,"
                " occurred_at)"
            }
        },
    )
    id: int = Field(sa_column=Column("id", BigInteger, Identity(always=True), primary_key=True))
    name: str = text()
    subject_kind: str = text()
    subject_id: UUID = key()
    data: dict[str, Any] = document()
    piece_id: UUID | None = key(nullable=True)
    account_id: UUID | None = key(nullable=True)
    actor_id: UUID | None = key(nullable=True)
    action: str = text()
    occurred_at: datetime = moment()
    xid: int = Field(
        sa_column=Column("xid", BigInteger, nullable=False, server_default=sql("(pg_current_xact_id()::text::bigint)"))
    )


FORGET = r"""
CREATE FUNCTION event_forget(p_account uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE event SET data = data - '{reason,note}'::text[]
    WHERE (actor_id = p_account OR account_id = p_account) AND data ?| '{reason,note}'
$$
"""
attach(FORGET)
"""The one change that an event ever sees: what people wrote in their own words goes with them, what happened stays."""


class OutboxRow(SQLModel, table=True):
    """Jobs that wait for their time; the worker moves them to its queue when it has come."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at", "id"),
        # Locking a row takes the right to update something of it.
        {"info": {"app": "SELECT, INSERT (name, subject_id, due_at), UPDATE (due_at), DELETE"}},
    )
    id: int = Field(sa_column=Column("id", BigInteger, Identity(always=True), primary_key=True))
    name: str = text()
    subject_id: UUID = key()
    due_at: datetime = moment()


class Collected:
    """Events and jobs of one attempt, in order, until the unit of work closes."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.jobs: list[Job] = []
