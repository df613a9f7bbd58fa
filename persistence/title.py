"""Titles that passed outside the house, and what keeps them from doing so, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.piece import PieceId
from domain.title import EVIDENCE_LENGTH_MAX, Tie, TitleBasis, TitleRecord
from persistence.collection import SqlCollection
from persistence.connection import Connection
from persistence.piece import OWNERS, party
from persistence.table import document, key, moment, one_of, text


class TitleRecordRow(SQLModel, table=True):
    """The evidence may speak of people: it is blanked, and nothing else ever changed, when one of them is erased."""

    __tablename__ = "title_record"
    __table_args__ = (
        CheckConstraint(one_of("basis", TitleBasis), name="basis"),
        CheckConstraint(f"char_length(evidence) <= {EVIDENCE_LENGTH_MAX}", name="evidence"),
        *party("previous"),
        CheckConstraint(one_of("previous_kind", OWNERS), name="previous_could_own"),
        CheckConstraint("previous_id IS DISTINCT FROM owner", name="passes"),
        CheckConstraint("recorded_by <> owner AND recorded_by IS DISTINCT FROM previous_id", name="impartial"),
        Index("ix_title_record_piece", "piece_id", "recorded_at", "id"),
        Index("ix_title_record_owner", "owner"),
        {"info": {"app": "SELECT, INSERT, UPDATE (evidence, documents)"}},
    )
    id: UUID = key(primary=True)
    piece_id: UUID = key("piece.id")
    previous_kind: str = text()
    previous_id: UUID | None = key(nullable=True)
    owner: UUID = key("account.id")
    basis: str = text()
    evidence: str = text()
    documents: list[Any] = document()
    recorded_by: UUID = key("account.id")
    recorded_at: datetime = moment()


class SqlTitleRecords(SqlCollection[TitleRecord]):
    noun = TitleRecord
    row = TitleRecordRow
    kind = "TitleRecord"


DEALS = {
    Tie.LISTED: "SELECT FROM listing WHERE piece_id = :piece AND state IN ('LISTED', 'RESERVED')",
    Tie.CLAIMED: "SELECT FROM claim WHERE piece_id = :piece AND NOT ended AND expires_at > :now",
    Tie.CONSIGNED: """
        SELECT FROM consignment WHERE piece_id = :piece
        AND state NOT IN ('SETTLED', 'REFUSED', 'DECLINED', 'WITHDRAWN', 'EXPIRED', 'RETURNED')
        """,
    Tie.ORDERED: """
        SELECT FROM order_line WHERE piece_id = :piece AND state NOT IN ('DELIVERED', 'RETURNED', 'CANCELLED')
        """,
    Tie.RETURNING: """
        SELECT FROM goods_return WHERE piece_id = :piece
        AND (closed_at IS NULL OR (state = 'DENIED' AND sent_back IS NULL))
        """,
}
"""Each finds a row when the piece is tied so."""


class SqlPieceTies:
    _DEALS = sql(" UNION ALL ".join(f"SELECT '{tie}' AS tie WHERE EXISTS ({deal})" for tie, deal in DEALS.items()))

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def deals(self, piece_id: PieceId, now: datetime) -> Sequence[Tie]:
        rows = await self.connection.execute(self._DEALS, {"piece": piece_id, "now": now})
        return [Tie(row["tie"]) for row in rows]


class SqlTitleReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def of_pieces(self, piece_ids: Sequence[UUID]) -> Sequence[Sequence[TitleRecord]]:
        """What was recorded of each piece, oldest first."""
        rows = await self.pool.fetch(
            "SELECT * FROM title_record WHERE piece_id = ANY($1::uuid[]) ORDER BY recorded_at, id", list(piece_ids)
        )
        found: dict[UUID, list[TitleRecord]] = {piece_id: [] for piece_id in piece_ids}
        for made in map(SqlTitleRecords.mapping.to_noun, rows):
            found[made.piece_id].append(made)
        return [found[piece_id] for piece_id in piece_ids]
