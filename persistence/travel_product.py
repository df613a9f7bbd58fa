"""Journeys and experiences in PostgreSQL."""

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
from domain.policy import TravelCategory
from domain.travel_product import SellerOfRecord, TravelFilter, TravelProduct
from persistence.catalogue import SLUG_FORM
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, moment, one_of, text


class TravelProductRow(SQLModel, table=True):
    __tablename__ = "travel_product"
    __table_args__ = (
        CheckConstraint(SLUG_FORM, name="slug"),
        CheckConstraint(one_of("category", TravelCategory), name="category"),
        CheckConstraint(one_of("seller", SellerOfRecord), name="seller"),
        CheckConstraint("jsonb_array_length(options) BETWEEN 1 AND 20", name="options"),
        Index("ix_travel_product_active", "slug", postgresql_where=sql("active")),
    )
    id: UUID = key(primary=True)
    slug: str = text(unique=True)
    category: str = text()
    supplier_id: UUID = key("supplier.id", index=True)
    operator: str = text()
    seller: str = text()
    name: Any = document()
    story: Any = document()
    place: Any = document()
    options: list[Any] = document()
    ladder_code: str = text()
    instant: bool
    shares: list[Any] = document()
    active: bool
    created_at: datetime = moment()
    version: int


class SqlTravelProducts(SqlCollection[TravelProduct]):
    noun = TravelProduct
    row = TravelProductRow
    kind = "TravelProduct"

    async def add(self, product: TravelProduct) -> None:
        """Refuses with SlugTaken."""
        adding = insert(self.table).values(self.mapping.to_row(product)).on_conflict_do_nothing(index_elements=["slug"])
        if (await self.connection.execute(adding)).count == 0:
            raise SlugTaken(product.slug, path=("slug",))


class SqlTravelProductReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[TravelProduct | None]:
        return await SqlTravelProducts.read(self.pool, ids)

    async def by_slug(self, slug: str) -> TravelProduct | None:
        row = await self.pool.fetchrow("SELECT * FROM travel_product WHERE slug = $1", slug)
        return None if row is None else SqlTravelProducts.mapping.to_noun(row)

    async def page(self, wanted: TravelFilter, page: PageRequest) -> Page[TravelProduct]:
        where, values = ["active"], []
        if wanted.category is not None:
            where.append("category = {}")
            values.append(str(wanted.category))
        if wanted.country is not None:
            where.append("place ->> 'country' = {}")
            values.append(wanted.country)
        return await fetch_page(
            self.pool,
            "SELECT * FROM travel_product",
            where=where,
            values=values,
            sort=Sort(columns=(("slug", "text"),)),
            page=page,
            item=SqlTravelProducts.mapping.to_noun,
            key=lambda product: (product.slug,),
        )
