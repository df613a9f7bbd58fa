"""Markdowns in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.contract import ContractId
from domain.markdown import Markdown, MarkdownOrigin, MarkdownState
from domain.money import Currency
from persistence.collection import SqlCollection
from persistence.table import key, minor, moment, one_of, text


class MarkdownRow(SQLModel, table=True):
    __tablename__ = "markdown"
    __table_args__ = (
        CheckConstraint(one_of("origin", MarkdownOrigin), name="origin"),
        CheckConstraint(one_of("state", MarkdownState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("price_minor > 0", name="price"),
        CheckConstraint("(state IN ('PLANNED', 'PROPOSED')) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(origin = 'PROPOSED') = (proposed_by IS NOT NULL)", name="proposed_by"),
        CheckConstraint("(origin = 'PROPOSED') = (answer_by IS NOT NULL)", name="answer_by"),
        CheckConstraint("answer_by > made_at", name="answer_after"),
        CheckConstraint("state <> 'LAPSED' OR ended_at >= answer_by", name="lapsed"),
        CheckConstraint("origin = 'PROPOSED' OR state NOT IN ('PROPOSED', 'REFUSED', 'LAPSED')", name="asked"),
        Index("ix_markdown_contract", "contract_id", "due_at", "id"),
        Index("uq_markdown_proposed", "contract_id", unique=True, postgresql_where=sql("state = 'PROPOSED'")),
    )
    id: UUID = key(primary=True)
    contract_id: UUID = key("contract.id")
    consignment_id: UUID = key("consignment.id")
    listing_id: UUID = key("listing.id")
    seller: UUID = key("account.id")
    origin: str = text()
    state: str = text()
    currency: str = text()
    price_minor: int = minor()
    leaves_range: bool
    due_at: datetime = moment()
    note: str = text()
    proposed_by: UUID | None = key("account.id", nullable=True)
    made_at: datetime = moment()
    answer_by: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    version: int


class SqlMarkdowns(SqlCollection[Markdown]):
    noun = Markdown
    row = MarkdownRow
    kind = "Markdown"

    async def lock_open(self, contract_id: ContractId) -> Sequence[Markdown]:
        open_ = (str(MarkdownState.PLANNED), str(MarkdownState.PROPOSED))
        return await self.lock_where(self.table.c.contract_id == contract_id, self.table.c.state.in_(open_))


class SqlMarkdownReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Markdown | None]:
        rows = await self.pool.fetch("SELECT * FROM markdown WHERE id = ANY($1::uuid[])", list(ids))
        found: dict[UUID, Markdown] = {one.id: one for one in map(SqlMarkdowns.mapping.to_noun, rows)}
        return [found.get(markdown_id) for markdown_id in ids]

    async def of_contracts(self, contracts: Sequence[UUID]) -> Sequence[Sequence[Markdown]]:
        rows = await self.pool.fetch(
            "SELECT * FROM markdown WHERE contract_id = ANY($1::uuid[]) ORDER BY due_at, id", list(contracts)
        )
        found: dict[UUID, list[Markdown]] = {contract_id: [] for contract_id in contracts}
        for one in map(SqlMarkdowns.mapping.to_noun, rows):
            found[one.contract_id].append(one)
        return [found[contract_id] for contract_id in contracts]
