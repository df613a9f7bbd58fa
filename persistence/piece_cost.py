"""The costs of pieces in PostgreSQL; they are added, never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, insert, select
from sqlmodel import SQLModel

from domain.consignment import ConsignmentId
from domain.money import Currency
from domain.piece_cost import PieceCost
from domain.policy import Bearer, CostKind
from persistence.connection import Connection
from persistence.mapping import Mapping
from persistence.table import key, minor, moment, one_of, text


class PieceCostRow(SQLModel, table=True):
    __tablename__ = "piece_cost"
    __table_args__ = (
        CheckConstraint(one_of("kind", CostKind), name="kind"),
        CheckConstraint(one_of("borne_by", Bearer), name="borne_by"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("char_length(note) BETWEEN 1 AND 500", name="note"),
        Index("ix_piece_cost_consignment", "consignment_id", "id"),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key(primary=True)
    consignment_id: UUID = key("consignment.id")
    piece_id: UUID | None = key("piece.id", nullable=True)
    kind: str = text()
    currency: str = text()
    amount_minor: int = minor()
    borne_by: str = text()
    note: str = text()
    recorded_by: UUID | None = key("account.id", nullable=True)
    recorded_at: datetime = moment()


COSTS = Mapping(PieceCost, PieceCostRow.__table__)  # type: ignore[attr-defined]


class SqlPieceCosts:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def of_consignment(self, consignment_id: ConsignmentId) -> Sequence[PieceCost]:
        table = COSTS.table
        query = select(table).where(table.c.consignment_id == consignment_id).order_by(table.c.id)
        return [COSTS.to_noun(row) for row in (await self.connection.execute(query))]

    async def add(self, cost: PieceCost) -> None:
        await self.connection.execute(insert(COSTS.table), COSTS.to_row(cost))


class SqlPieceCostReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[PieceCost | None]:
        rows = await self.pool.fetch("SELECT * FROM piece_cost WHERE id = ANY($1::uuid[])", ids)
        found: dict[UUID, PieceCost] = {cost.id: cost for cost in map(COSTS.to_noun, rows)}
        return [found.get(cost_id) for cost_id in ids]

    async def of_consignments(self, consignments: Sequence[UUID]) -> Sequence[Sequence[PieceCost]]:
        rows = await self.pool.fetch(
            "SELECT * FROM piece_cost WHERE consignment_id = ANY($1::uuid[]) ORDER BY id", list(consignments)
        )
        found: dict[UUID, list[PieceCost]] = {consignment_id: [] for consignment_id in consignments}
        for cost in map(COSTS.to_noun, rows):
            found[cost.consignment_id].append(cost)
        return [found[consignment_id] for consignment_id in consignments]
