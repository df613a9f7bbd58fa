"""Club shops in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from domain.catalogue.slug import SlugTaken
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.shop import SLOT_MINUTES, ClubShop
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, moment, text


class ClubShopRow(SQLModel, table=True):
    __tablename__ = "club_shop"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 100", name="slug"),
        CheckConstraint(f"slot_minutes IN ({', '.join(map(str, SLOT_MINUTES))})", name="slot_minutes"),
        CheckConstraint("jsonb_array_length(hours) <= 50", name="hours"),
        Index("ix_club_shop_active", "slug", postgresql_where=sql("active")),
    )
    id: UUID = key(primary=True)
    slug: str = text(unique=True)
    name: Any = document()
    address: Any = document()
    time_zone: str = text()
    hours: list[Any] = document()
    services: list[Any] = document()
    slot_minutes: int
    active: bool
    created_at: datetime = moment()
    version: int


class SqlShops(SqlCollection[ClubShop]):
    noun = ClubShop
    row = ClubShopRow
    kind = "ClubShop"

    async def find(self, shop_id: UUID) -> ClubShop:
        """The shop, not locked; refuses when there is none or it is not active."""
        found = await self.find_where(self.table.c.id == shop_id, self.table.c.active)
        if not found:
            raise NotFound(self.kind, shop_id, path=("shopId",))
        return found[0]

    async def add(self, shop: ClubShop) -> None:
        """Refuses with SlugTaken."""
        adding = insert(self.table).values(self.mapping.to_row(shop)).on_conflict_do_nothing(index_elements=["slug"])
        if (await self.connection.execute(adding)).count == 0:
            raise SlugTaken(shop.slug, path=("slug",))


class SqlShopReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[ClubShop | None]:
        """Closed ones too, for appointments and receipts go on naming them."""
        rows = await self.pool.fetch("SELECT * FROM club_shop WHERE id = ANY($1::uuid[])", list(ids))
        found: dict[UUID, ClubShop] = {shop.id: shop for shop in map(SqlShops.mapping.to_noun, rows)}
        return [found.get(shop_id) for shop_id in ids]

    async def by_slug(self, slug: str) -> ClubShop | None:
        row = await self.pool.fetchrow("SELECT * FROM club_shop WHERE slug = $1", slug)
        return None if row is None else SqlShops.mapping.to_noun(row)

    async def page(self, country: str | None, page: PageRequest) -> Page[ClubShop]:
        """Open shops by slug."""
        return await fetch_page(
            self.pool,
            "SELECT * FROM club_shop",
            where=["active", *([] if country is None else ["address ->> 'country' = {}"])],
            values=[] if country is None else [country],
            sort=Sort(columns=(("slug", "text"),)),
            page=page,
            item=SqlShops.mapping.to_noun,
            key=lambda shop: (shop.slug,),
        )
