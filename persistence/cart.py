"""Carts in PostgreSQL, one for each customer and currency."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from domain.cart import ITEMS_MAX, Cart
from domain.listing import Listing, ListingId
from domain.money import Currency
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.connection import Connection
from persistence.listing import SqlListings
from persistence.table import document, key, moment, one_of, text


class CartRow(SQLModel, table=True):
    __tablename__ = "cart"
    __table_args__ = (
        UniqueConstraint("owner", "currency"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(f"jsonb_array_length(items) + jsonb_array_length(bookings) <= {ITEMS_MAX}", name="items"),
    )
    id: UUID = key(primary=True)
    owner: UUID = key("account.id")
    currency: str = text()
    items: list[Any] = document()
    changed_at: datetime = moment()
    bookings: list[Any] = document()
    version: int


class SqlCarts(SqlCollection[Cart]):
    noun = Cart
    row = CartRow
    kind = "Cart"

    async def lock_own(self, empty: Cart) -> Cart:
        making = insert(self.table).values(self.mapping.to_row(empty))
        await self.connection.execute(making.on_conflict_do_nothing(index_elements=["owner", "currency"]))
        found = await self.lock_where(self.table.c.owner == empty.owner, self.table.c.currency == str(empty.currency))
        return found[0]


class SqlShelf:
    """A look at listings without a lock."""

    def __init__(self, connection: Connection) -> None:
        self.listings = SqlListings(connection)

    async def find_all(self, ids: Iterable[ListingId]) -> Mapping[ListingId, Listing]:
        found = await self.listings.find_where(self.listings.table.c.id.in_(list(ids)))
        return {listing.id: listing for listing in found}


class SqlCartReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def of_owner(self, owner: AccountId) -> Sequence[Cart]:
        """In currency order."""
        rows = await self.pool.fetch("SELECT * FROM cart WHERE owner = $1 ORDER BY currency", owner)
        return [SqlCarts.mapping.to_noun(row) for row in rows]

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Cart | None]:
        return await SqlCarts.read(self.pool, ids)

    async def listings(self, ids: Sequence[ListingId]) -> Mapping[ListingId, Listing]:
        found = await SqlListings.read(self.pool, ids)
        return {listing.id: listing for listing in found if listing is not None}
