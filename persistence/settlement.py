"""Settlements in PostgreSQL, which checks that their parts sum to the whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.consignment import ConsignmentId
from domain.money import Currency
from domain.page import Page, PageRequest
from domain.settlement import (
    Settlement,
    SettlementCause,
    SettlementFilter,
    SettlementState,
)
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, minor, moment, one_of, text

UNDONE = (SettlementState.CANCELLED, SettlementState.REVERSED)
STANDS = f"NOT {one_of('state', UNDONE)}"
PARTS = ["commission", "commission_tax", "costs", "net", "shortfall", "offset", "cash", "credit", "bonus"]


class SettlementRow(SQLModel, table=True):
    __tablename__ = "settlement"
    __table_args__ = (
        CheckConstraint(one_of("state", SettlementState), name="state"),
        CheckConstraint(one_of("cause", SettlementCause), name="cause"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("gross_minor > 0", name="gross"),
        CheckConstraint(" AND ".join(f"{part}_minor >= 0" for part in PARTS), name="parts"),
        CheckConstraint("gross_minor = commission_minor + commission_tax_minor + costs_minor + net_minor", name="sum"),
        CheckConstraint("net_minor = offset_minor + cash_minor + credit_minor", name="net"),
        CheckConstraint("shortfall_minor = 0 OR net_minor = 0", name="shortfall"),
        CheckConstraint("credit_bps BETWEEN 0 AND 10000", name="credit_bps"),
        CheckConstraint("return_window_days >= 0", name="return_window_days"),
        CheckConstraint(
            "(cause = 'SALE') = (order_line_id IS NOT NULL) AND (order_id IS NULL) = (order_line_id IS NULL)",
            name="order",
        ),
        CheckConstraint("cause <> 'SALE' OR state <> 'SETTLED' OR delivered_at IS NOT NULL", name="delivered"),
        CheckConstraint("(state IN ('PAYABLE', 'SETTLED', 'REVERSED')) = (released_at IS NOT NULL)", name="released"),
        CheckConstraint("(state IN ('SETTLED', 'REVERSED')) = (settled_at IS NOT NULL)", name="settled"),
        UniqueConstraint("code"),
        UniqueConstraint("order_line_id"),
        Index("uq_settlement_open", "consignment_id", unique=True, postgresql_where=sql(STANDS)),
        Index("ix_settlement_piece", "piece_id", "id"),
        Index("ix_settlement_seller", "seller", "id"),
        Index("ix_settlement_state", "state", "id"),
        Index("ix_settlement_due", "payable_at", "id", postgresql_where=sql("state = 'PENDING'")),
        Index(
            "ix_settlement_settled",
            "settled_at",
            postgresql_include=["currency", "cash_minor", "credit_minor"],
            postgresql_where=sql("state = 'SETTLED'"),
        ),
    )
    id: UUID = key(primary=True)
    code: str = text()
    consignment_id: UUID = key("consignment.id")
    contract_id: UUID = key("contract.id")
    piece_id: UUID = key("piece.id")
    seller: UUID = key("account.id")
    cause: str = text()
    state: str = text()
    order_id: UUID | None = key("sales_order.id", nullable=True)
    order_line_id: UUID | None = key("order_line.id", nullable=True)
    currency: str = text()
    gross_minor: int = minor()
    commission_minor: int = minor()
    commission_tax_minor: int = minor()
    costs_minor: int = minor()
    net_minor: int = minor()
    shortfall_minor: int = minor()
    offset_minor: int = minor()
    cash_minor: int = minor()
    credit_minor: int = minor()
    bonus_minor: int = minor()
    credit_bps: int
    cost_lines: Any = document()
    shares: list[Any] = document()
    return_window_days: int
    opened_at: datetime = moment()
    delivered_at: datetime | None = moment(nullable=True)
    payable_at: datetime | None = moment(nullable=True)
    blocks: Any = document()
    released_at: datetime | None = moment(nullable=True)
    settled_at: datetime | None = moment(nullable=True)
    version: int


class SqlSettlements(SqlCollection[Settlement]):
    noun = Settlement
    row = SettlementRow
    kind = "Settlement"

    async def of_line(self, order_line_id: UUID) -> Settlement | None:
        found = await self.find_where(self.table.c.order_line_id == order_line_id)
        return found[0] if found else None

    async def lock_open(self, consignment_id: ConsignmentId) -> Settlement | None:
        found = await self.lock_where(
            self.table.c.consignment_id == consignment_id, self.table.c.state.not_in([str(state) for state in UNDONE])
        )
        return found[0] if found else None


class SqlSettlementReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Settlement | None]:
        rows = await self.pool.fetch("SELECT * FROM settlement WHERE id = ANY($1::uuid[])", list(ids))
        found: dict[UUID, Settlement] = {one.id: one for one in map(SqlSettlements.mapping.to_noun, rows)}
        return [found.get(settlement_id) for settlement_id in ids]

    async def of_consignments(self, consignments: Sequence[UUID]) -> Sequence[Settlement | None]:
        rows = await self.pool.fetch(
            f"SELECT * FROM settlement WHERE consignment_id = ANY($1::uuid[]) AND {STANDS}",
            list(consignments),
        )
        found: dict[UUID, Settlement] = {one.consignment_id: one for one in map(SqlSettlements.mapping.to_noun, rows)}
        return [found.get(consignment_id) for consignment_id in consignments]

    async def page(self, wanted: SettlementFilter, page: PageRequest) -> Page[Settlement]:
        where: list[str] = []
        values: list[object] = []
        if wanted.seller is not None:
            where.append("seller = {}")
            values.append(wanted.seller)
        if wanted.states:
            where.append("state = ANY({}::text[])")
            values.append([str(state) for state in wanted.states])
        if wanted.due_before is not None:
            where.append("payable_at < {}")
            values.append(wanted.due_before)
        return await fetch_page(
            self.pool,
            "SELECT * FROM settlement",
            where=where,
            values=values,
            sort=Sort(columns=(("id", "uuid"),), descending=True),
            page=page,
            item=SqlSettlements.mapping.to_noun,
            key=lambda settlement: (settlement.id,),
        )
