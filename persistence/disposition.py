"""What became of pieces, in PostgreSQL: never changed, and no piece that is gone is ever offered again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from domain.disposition import METHOD_LENGTH_MAX, Disposition, Fate
from persistence.collection import SqlCollection
from persistence.table import attach, key, moment, one_of, text


class DispositionRow(SQLModel, table=True):
    __tablename__ = "disposition"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("trade_in_id"),
        CheckConstraint(one_of("fate", Fate), name="fate"),
        CheckConstraint(f"char_length(method) BETWEEN 1 AND {METHOD_LENGTH_MAX}", name="method"),
        CheckConstraint("(recipient IS NOT NULL) = (fate = 'DONATE')", name="recipient"),
        Index("ix_disposition_piece", "piece_id", "id"),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key(primary=True)
    code: str = text()
    piece_id: UUID = key("piece.id")
    trade_in_id: UUID = key("trade_in.id")
    fate: str = text()
    method: str = text()
    recipient: str | None = text(nullable=True)
    payload: str = text()
    key_id: str = text()
    signature: str = text()
    decided_by: UUID = key("account.id")
    decided_at: datetime = moment()
    version: int


attach(
    """
CREATE FUNCTION listing_is_of_something() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM piece WHERE id = NEW.piece_id AND gone_at IS NOT NULL) THEN
        RAISE EXCEPTION 'piece % left the house for good', NEW.piece_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER listing_is_of_something AFTER INSERT ON listing
FOR EACH ROW WHEN (NEW.piece_id IS NOT NULL) EXECUTE FUNCTION listing_is_of_something()
""",
)


class SqlDispositions(SqlCollection[Disposition]):
    noun = Disposition
    row = DispositionRow
    kind = "Disposition"


class SqlDispositionReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Disposition | None]:
        return await SqlDispositions.read(self.pool, ids)

    async def by_code(self, code: str) -> Disposition | None:
        row = await self.pool.fetchrow("SELECT * FROM disposition WHERE code = $1", code)
        return None if row is None else SqlDispositions.mapping.to_noun(row)

    async def of_trade_ins(self, ids: Sequence[UUID]) -> Sequence[Disposition | None]:
        rows = await self.pool.fetch("SELECT * FROM disposition WHERE trade_in_id = ANY($1::uuid[])", list(ids))
        found: dict[UUID, Disposition] = {one.trade_in_id: one for one in map(SqlDispositions.mapping.to_noun, rows)}
        return [found.get(trade_in_id) for trade_in_id in ids]
