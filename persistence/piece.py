"""Pieces in PostgreSQL, which itself remembers every change of owner, custodian and risk bearer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.catalogue import ProductId
from domain.piece import Grade, PartyKind, Piece, Standing
from domain.viewer import Viewer
from persistence.catalogue import SLUG_FORM
from persistence.collection import SqlCollection
from persistence.mapping import Mapping
from persistence.media import cover
from persistence.table import attach, document, followed, key, moment, one_of, text

OWNERS = (PartyKind.HOUSE, PartyKind.ACCOUNT)


def party(name: str) -> tuple[CheckConstraint, CheckConstraint]:
    """The house has no id, a person has one."""
    return (
        CheckConstraint(one_of(f"{name}_kind", PartyKind), name=f"{name}_kind"),
        CheckConstraint(
            f"CASE {name}_kind WHEN 'HOUSE' THEN {name}_id IS NULL WHEN 'ACCOUNT' THEN {name}_id IS NOT NULL"
            " ELSE true END",
            name=f"{name}_id",
        ),
    )


class PieceRow(SQLModel, table=True):
    """`cover_key` is the first of its media, which is an image when there is one."""

    __tablename__ = "piece"
    __table_args__ = (
        CheckConstraint(SLUG_FORM, name="slug"),
        CheckConstraint(one_of("grade", Grade), name="grade"),
        CheckConstraint("char_length(serial) BETWEEN 1 AND 60", name="serial"),
        *party("owner"),
        *party("custodian"),
        *party("risk_bearer"),
        CheckConstraint(one_of("owner_kind", OWNERS), name="owner_may_own"),
        Index("uq_piece_serial", "product_id", "serial", unique=True, postgresql_where=sql("serial IS NOT NULL")),
        Index("ix_piece_owner", "owner_id", "id", postgresql_where=sql("owner_id IS NOT NULL")),
    )
    id: UUID = key(primary=True)
    product_id: UUID = key("product.id", index=True)
    slug: str = text(unique=True)
    serial: str | None = text(nullable=True)
    grade: str | None = text(nullable=True)
    condition: dict[str, Any] | None = document(nullable=True)
    owner_kind: str = text()
    owner_id: UUID | None = key(nullable=True)
    custodian_kind: str = text()
    custodian_id: UUID | None = key(nullable=True)
    risk_bearer_kind: str = text()
    risk_bearer_id: UUID | None = key(nullable=True)
    media: list[Any] = document()
    cover_key: str | None = cover()
    measurements: list[Any] = document()
    created_at: datetime = moment()
    gone_at: datetime | None = moment(nullable=True)
    version: int


class PieceStandingRow(SQLModel, table=True):
    """Written by a trigger alone, so that no way of saving a piece can forget it; never changed."""

    __tablename__ = "piece_standing"
    __table_args__ = (Index("ix_piece_standing_piece", "piece_id", "id"), {"info": {"app": "SELECT"}})
    id: int = Field(sa_column=Column("id", BigInteger, Identity(always=True), primary_key=True))
    piece_id: UUID = key("piece.id")
    since: datetime = moment()
    owner_kind: str = text()
    owner_id: UUID | None = key(nullable=True)
    custodian_kind: str = text()
    custodian_id: UUID | None = key(nullable=True)
    risk_bearer_kind: str = text()
    risk_bearer_id: UUID | None = key(nullable=True)


PARTIES = "owner_kind, owner_id, custodian_kind, custodian_id, risk_bearer_kind, risk_bearer_id"


def each(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in PARTIES.split(", "))


attach(
    f"""
CREATE FUNCTION piece_stands_first() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO piece_standing (piece_id, since, {PARTIES})
    SELECT a.id, a.created_at, {each("a")} FROM added a;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER piece_stands_first AFTER INSERT ON piece
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION piece_stands_first()
""",
    f"""
CREATE FUNCTION piece_stands_anew() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO piece_standing (piece_id, since, {PARTIES})
    SELECT a.id, clock_timestamp(), {each("a")} FROM changed a JOIN before b ON b.id = a.id
    WHERE ({each("a")}) IS DISTINCT FROM ({each("b")});
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER piece_stands_anew AFTER UPDATE ON piece
REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION piece_stands_anew()
""",
)

followed("piece", "piece_standing")

STANDINGS = Mapping(Standing, PieceStandingRow.__table__)  # type: ignore[attr-defined]


class SqlPieces(SqlCollection[Piece]):
    noun = Piece
    row = PieceRow
    kind = "Piece"

    _QUEUE = sql("SELECT pg_advisory_xact_lock(hashtextextended('piece/' || :product || '/' || :serial, 7))")

    async def lock_serial(self, product_id: ProductId, serial: str) -> Piece | None:
        # A piece that is not there yet has no row to lock, so those who bring one queue on its serial.
        await self.connection.execute(self._QUEUE, {"product": str(product_id), "serial": serial})
        found = await self.lock_where(self.table.c.product_id == product_id, self.table.c.serial == serial)
        return found[0] if found else None


VISIBLE = """
(SELECT p.* FROM piece p WHERE $2::bool OR (p.owner_kind = 'ACCOUNT' AND p.owner_id = $3::uuid)
    OR EXISTS (SELECT FROM listing l WHERE l.piece_id = p.id AND l.state <> 'WITHDRAWN')) p
"""


class SqlPieceReader:
    """A piece is public once it was listed, and as long as one of its listings was not withdrawn."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID], viewer: Viewer) -> Sequence[Piece | None]:
        query = f"SELECT * FROM {VISIBLE} WHERE p.id = ANY($1::uuid[])"
        rows = await self.pool.fetch(query, ids, viewer.is_staff, viewer.account_id)
        found = {piece.id: piece for piece in map(SqlPieces.mapping.to_noun, rows)}
        return [found.get(piece_id) for piece_id in ids]

    async def by_slug(self, slug: str, viewer: Viewer) -> Piece | None:
        query = f"SELECT * FROM {VISIBLE} WHERE p.slug = $1"
        row = await self.pool.fetchrow(query, slug, viewer.is_staff, viewer.account_id)
        return None if row is None else SqlPieces.mapping.to_noun(row)

    async def standings(self, pieces: Sequence[UUID]) -> Sequence[Sequence[Standing]]:
        """The last 250 of each piece, oldest first."""
        rows = await self.pool.fetch(
            "SELECT s.* FROM unnest($1::uuid[]) wanted (id) CROSS JOIN LATERAL"
            " (SELECT * FROM piece_standing WHERE piece_id = wanted.id ORDER BY id DESC LIMIT 250) s ORDER BY s.id",
            pieces,
        )
        by_piece: dict[UUID, list[Standing]] = {piece_id: [] for piece_id in pieces}
        for row in rows:
            by_piece[row["piece_id"]].append(STANDINGS.to_noun(row))
        return [by_piece[piece_id] for piece_id in pieces]
