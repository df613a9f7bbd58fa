"""What customers owe, in PostgreSQL. The sum of an owner's open debts is what the pocket says is owed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.money import Currency
from domain.page import Page, PageRequest
from domain.receivable import Receivable, ReceivableFilter, ReceivableState
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import key, minor, moment, one_of, text


class ReceivableRow(SQLModel, table=True):
    __tablename__ = "receivable"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("outstanding_minor BETWEEN 0 AND amount_minor", name="outstanding"),
        CheckConstraint("(state = 'OPEN') = (outstanding_minor > 0)", name="open"),
        CheckConstraint("(state = 'OPEN') = (ended_at IS NULL)", name="ended"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(one_of("state", ReceivableState), name="state"),
        Index("ix_receivable_open", "owner", "currency", "id", postgresql_where=sql("state = 'OPEN'")),
        Index("ix_receivable_owner", "owner", "id"),
        Index("ix_receivable_state", "state", "id"),
    )
    id: UUID = key(primary=True)
    owner: UUID = key("account.id")
    currency: str = text()
    amount_minor: int = minor()
    outstanding_minor: int = minor()
    state: str = text()
    reason: str = text()
    cause_kind: str = text()
    cause_id: UUID = key()
    created_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    version: int


class SqlReceivables(SqlCollection[Receivable]):
    noun = Receivable
    row = ReceivableRow
    kind = "Receivable"

    async def lock_open(self, owner: AccountId, currency: Currency) -> Sequence[Receivable]:
        """Ids are made in the order of time, so the oldest comes first."""
        table = self.table.c
        return await self.lock_where(
            table.owner == owner, table.currency == str(currency), table.state == str(ReceivableState.OPEN)
        )


OLDEST = Sort(columns=(("r.id", "uuid"),))


class SqlReceivableReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Receivable | None]:
        rows = await self.pool.fetch("SELECT * FROM receivable WHERE id = ANY($1::uuid[])", ids)
        found: dict[UUID, Receivable] = {debt.id: debt for debt in map(SqlReceivables.mapping.to_noun, rows)}
        return [found.get(debt_id) for debt_id in ids]

    async def page(self, wanted: ReceivableFilter, page: PageRequest) -> Page[Receivable]:
        """The oldest first, for age is what makes a debt doubtful."""
        columns = {"r.owner": wanted.owner, "r.state": wanted.state}
        given = {column: value for column, value in columns.items() if value is not None}
        return await fetch_page(
            self.pool,
            "SELECT r.* FROM receivable r",
            where=[f"{column} = {{}}" for column in given],
            values=list(given.values()),
            sort=OLDEST,
            page=page,
            item=SqlReceivables.mapping.to_noun,
            key=lambda debt: (str(debt.id),),
        )
