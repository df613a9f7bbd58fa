"""Claims and reservations in PostgreSQL, which itself lets no token go down and no claim be taken while it stands."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from domain.claim import Claim, ClaimPurpose, Reservation
from domain.listing import ListingId
from domain.piece import PieceId
from domain.refusal import NotFound
from persistence import mapping
from persistence.collection import SqlCollection
from persistence.connection import Connection
from persistence.table import attach, key, minor, moment, one_of, text


class ClaimRow(SQLModel, table=True):
    """One row for each piece that was ever claimed; it is never deleted, for its token must not start again."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("token > 0", name="token"),
        CheckConstraint(one_of("purpose", ClaimPurpose), name="purpose"),
        Index("ix_claim_holder", "holder"),
    )
    piece_id: UUID = key("piece.id", primary=True)
    token: int = minor()
    holder: UUID = key()
    purpose: str = text()
    taken_at: datetime = moment()
    expires_at: datetime = moment()
    ended: bool


attach(
    """
CREATE FUNCTION claim_fence() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.token NOT IN (OLD.token, OLD.token + 1) THEN
        RAISE EXCEPTION 'the token of a claim goes up by one or stays' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.token > OLD.token AND NOT OLD.ended AND OLD.expires_at > NEW.taken_at THEN
        RAISE EXCEPTION 'the claim still stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER claim_fence BEFORE UPDATE ON claim FOR EACH ROW EXECUTE FUNCTION claim_fence()",
)


class StockReservationRow(SQLModel, table=True):
    """What the listing counts as reserved for a cart."""

    __tablename__ = "stock_reservation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("uq_stock_reservation_holder", "holder", "listing_id", unique=True),
        Index("ix_stock_reservation_lapse", "listing_id", "expires_at"),
        {"info": {"app": "SELECT, INSERT, UPDATE, DELETE"}},
    )
    id: UUID = key(primary=True)
    listing_id: UUID = key("listing.id")
    holder: UUID = key()
    quantity: int
    expires_at: datetime = moment()
    version: int


CLAIMS = mapping.Mapping(Claim, ClaimRow.__table__)  # type: ignore[attr-defined]


class SqlClaims:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def take(self, claim: Claim) -> Claim | None:
        """One statement; whoever comes at the same moment waits for the row, and finds it taken."""
        table = CLAIMS.table
        new = insert(table).values({**CLAIMS.to_row(claim), "token": 1})
        names = ("holder", "purpose", "taken_at", "expires_at", "ended")
        taking = new.on_conflict_do_update(
            index_elements=["piece_id"],
            set_={"token": table.c.token + 1, **{name: new.excluded[name] for name in names}},
            where=table.c.ended | (table.c.expires_at <= new.excluded.taken_at),
        ).returning(table)
        row = (await self.connection.execute(taking)).first()
        return None if row is None else CLAIMS.to_noun(row)

    async def lock(self, piece_id: PieceId) -> Claim:
        found = await self.lock_all([piece_id])
        if piece_id not in found:
            raise NotFound("Claim", piece_id)
        return found[piece_id]

    async def lock_all(self, piece_ids: Iterable[PieceId]) -> Mapping[PieceId, Claim]:
        table = CLAIMS.table
        wanted = sorted(set(piece_ids))
        if not wanted:
            return {}
        query = select(table).where(table.c.piece_id.in_(wanted)).order_by(table.c.piece_id).with_for_update()
        claims = [CLAIMS.to_noun(row) for row in (await self.connection.execute(query))]
        return {claim.piece_id: claim for claim in claims}

    async def find(self, piece_id: PieceId) -> Claim | None:
        query = select(CLAIMS.table).where(CLAIMS.table.c.piece_id == piece_id)
        row = (await self.connection.execute(query)).first()
        return None if row is None else CLAIMS.to_noun(row)

    async def save(self, claim: Claim) -> None:
        values = CLAIMS.to_row(claim)
        piece_id = values.pop("piece_id")
        changed = await self.connection.execute(
            update(CLAIMS.table).where(CLAIMS.table.c.piece_id == piece_id).values(values)
        )
        assert changed.count == 1, "a claim is taken before it is changed"


class SqlReservations(SqlCollection[Reservation]):
    noun = Reservation
    row = StockReservationRow
    kind = "Reservation"

    async def of_holder(self, holder: UUID, listing_id: ListingId | None = None) -> Sequence[Reservation]:
        where = [self.table.c.holder == holder]
        if listing_id is not None:
            where.append(self.table.c.listing_id == listing_id)
        return await self.lock_where(*where)

    async def lapsed(self, listing_id: ListingId, now: datetime) -> Sequence[Reservation]:
        return await self.lock_where(self.table.c.listing_id == listing_id, self.table.c.expires_at <= now)

    async def remove(self, reservation: Reservation) -> None:
        await self.connection.execute(delete(self.table).where(self.table.c.id == reservation.id))


class SqlClaimReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_pieces(self, piece_ids: Sequence[UUID]) -> Sequence[Claim | None]:
        rows = await self.pool.fetch("SELECT * FROM claim WHERE piece_id = ANY($1::uuid[])", list(piece_ids))
        found: dict[UUID, Claim] = {claim.piece_id: claim for claim in map(CLAIMS.to_noun, rows)}
        return [found.get(piece_id) for piece_id in piece_ids]
