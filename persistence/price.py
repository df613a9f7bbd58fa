"""The history of prices, which the app may add to and never change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.money import Currency
from domain.page import Page, PageRequest
from domain.price import PriceChange, PriceReason
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_pages
from persistence.table import document, key, minor, moment, one_of, text


class PriceChangeRow(SQLModel, table=True):
    __tablename__ = "price_change"
    __table_args__ = (
        CheckConstraint("price_minor > 0 AND previous_price_minor > 0", name="price"),
        CheckConstraint("price_minor <> previous_price_minor", name="changed"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(one_of("reason", PriceReason), name="reason"),
        CheckConstraint("(reason = 'LISTED') = (previous_price_minor IS NULL)", name="first"),
        Index("ix_price_change_listing", "listing_id", "changed_at", "id"),
        Index("uq_price_change_first", "listing_id", unique=True, postgresql_where=sql("reason = 'LISTED'")),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key(primary=True)
    listing_id: UUID = key("listing.id")
    piece_id: UUID | None = key("piece.id", nullable=True)
    currency: str = text()
    price_minor: int = minor()
    previous_price_minor: int | None = minor(nullable=True)
    reason: str = text()
    note: dict[str, Any] | None = document(nullable=True)
    actor_id: UUID | None = key("account.id", nullable=True)
    changed_at: datetime = moment()


class SqlPriceChanges(SqlCollection[PriceChange]):
    noun = PriceChange
    row = PriceChangeRow
    kind = "PriceChange"
    subject = "listing_id"


class SqlPriceReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def histories(self, listings: Sequence[UUID], page: PageRequest) -> Sequence[Page[PriceChange]]:
        """The history of each listing, oldest first."""
        return await fetch_pages(
            self.pool.about("price_change", listings),
            "SELECT * FROM price_change",
            parent="listing_id",
            parents=listings,
            where=[],
            values=[],
            sort=Sort(columns=(("changed_at", "timestamptz"), ("id", "uuid"))),
            page=page,
            item=SqlPriceChanges.mapping.to_noun,
            key=lambda change: (change.changed_at, change.id),
        )
