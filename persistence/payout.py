"""Payouts and their batches in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, select
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.money import Currency
from domain.page import Page, PageRequest
from domain.payout import (
    Payout,
    PayoutBatch,
    PayoutBatchId,
    PayoutBatchState,
    PayoutFilter,
    PayoutState,
)
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, minor, moment, one_of, text


class PayoutBatchRow(SQLModel, table=True):
    __tablename__ = "payout_batch"
    __table_args__ = (
        CheckConstraint("total_minor >= 0 AND count >= 0", name="total"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(one_of("state", PayoutBatchState), name="state"),
        CheckConstraint("(state = 'POSTED') = (posted_at IS NOT NULL)", name="posted"),
    )
    id: UUID = key(primary=True)
    code: str = text(unique=True)
    currency: str = text()
    total_minor: int = minor()
    count: int
    state: str = text()
    created_by: UUID = key("account.id")
    created_at: datetime = moment()
    posted_at: datetime | None = moment(nullable=True)
    version: int


class PayoutRow(SQLModel, table=True):
    """The number of the bank account is in no column: `bank_account` has a sealed token and four digits."""

    __tablename__ = "payout"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(one_of("state", PayoutState), name="state"),
        CheckConstraint("state NOT IN ('REQUESTED', 'CANCELLED') OR batch_id IS NULL", name="unbatched"),
        CheckConstraint("state NOT IN ('BATCHED', 'SENT', 'PAID', 'FAILED') OR batch_id IS NOT NULL", name="batched"),
        CheckConstraint("(state IN ('SENT', 'PAID', 'FAILED')) = (sent_at IS NOT NULL)", name="sent"),
        CheckConstraint("(state IN ('PAID', 'FAILED', 'CANCELLED')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(state = 'FAILED') = (failure IS NOT NULL)", name="failure"),
        Index("ix_payout_owner", "owner", "id"),
        Index("ix_payout_waiting", "currency", "id", postgresql_where=sql("state = 'REQUESTED'")),
        Index("ix_payout_batch", "batch_id", "id", postgresql_where=sql("batch_id IS NOT NULL")),
        Index("ix_payout_state", "state", "id"),
    )
    id: UUID = key(primary=True)
    code: str = text(unique=True)
    owner: UUID = key("account.id")
    currency: str = text()
    amount_minor: int = minor()
    hold_id: UUID = key("wallet_hold.id")
    bank_account: dict[str, Any] = document()
    state: str = text()
    requested_at: datetime = moment()
    batch_id: UUID | None = key("payout_batch.id", nullable=True)
    sent_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    failure: str | None = text(nullable=True)
    version: int


class SqlPayouts(SqlCollection[Payout]):
    noun = Payout
    row = PayoutRow
    kind = "Payout"

    async def lock_waiting(self, currency: Currency, limit: int) -> Sequence[Payout]:
        """The oldest that wait; who waits for the same rows finds them batched and gets none."""
        table = self.table.c
        query = select(self.table).where(table.currency == str(currency), table.state == str(PayoutState.REQUESTED))
        rows = await self.connection.execute(query.order_by(table.id).limit(limit).with_for_update())
        return [self.mapping.to_noun(row) for row in rows]

    async def lock_batch(self, batch_id: PayoutBatchId) -> Sequence[Payout]:
        return await self.lock_where(self.table.c.batch_id == batch_id)


class SqlPayoutBatches(SqlCollection[PayoutBatch]):
    noun = PayoutBatch
    row = PayoutBatchRow
    kind = "PayoutBatch"


NEWEST = Sort(columns=(("p.id", "uuid"),), descending=True)


class SqlPayoutReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Payout | None]:
        return await SqlPayouts.read(self.pool, ids)

    async def batches_by_ids(self, ids: Sequence[UUID]) -> Sequence[PayoutBatch | None]:
        return await SqlPayoutBatches.read(self.pool, ids)

    async def page(self, wanted: PayoutFilter, page: PageRequest) -> Page[Payout]:
        columns = {"p.owner": wanted.owner, "p.state": wanted.state, "p.batch_id": wanted.batch_id}
        given = {column: value for column, value in columns.items() if value is not None}
        return await fetch_page(
            self.pool,
            "SELECT p.* FROM payout p",
            where=[f"{column} = {{}}" for column in given],
            values=list(given.values()),
            sort=NEWEST,
            page=page,
            item=SqlPayouts.mapping.to_noun,
            key=lambda payout: (str(payout.id),),
        )

    async def batches(self, page: PageRequest) -> Page[PayoutBatch]:
        return await fetch_page(
            self.pool,
            "SELECT p.* FROM payout_batch p",
            where=[],
            values=[],
            sort=NEWEST,
            page=page,
            item=SqlPayoutBatches.mapping.to_noun,
            key=lambda batch: (str(batch.id),),
        )
