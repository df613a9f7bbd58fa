"""Bundles in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from domain.bundle import Bundle, BundleState
from domain.catalogue.slug import SlugTaken
from domain.money import Currency
from domain.page import Page, PageRequest
from persistence.catalogue import SLUG_FORM
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import document, key, minor, moment, one_of, text


class BundleRow(SQLModel, table=True):
    __tablename__ = "bundle"
    __table_args__ = (
        CheckConstraint(SLUG_FORM, name="slug"),
        CheckConstraint(one_of("state", BundleState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("price_minor > 0", name="price"),
        CheckConstraint("jsonb_array_length(components) BETWEEN 2 AND 10", name="components"),
        Index("ix_bundle_active", "slug", postgresql_where=sql("state = 'ACTIVE'")),
    )
    id: UUID = key(primary=True)
    slug: str = text(unique=True)
    name: Any = document()
    story: Any = document()
    currency: str = text()
    price_minor: int = minor()
    components: list[Any] = document()
    shares: list[Any] = document()
    state: str = text()
    created_at: datetime = moment()
    version: int


class SqlBundles(SqlCollection[Bundle]):
    noun = Bundle
    row = BundleRow
    kind = "Bundle"

    async def add(self, bundle: Bundle) -> None:
        """Refuses with SlugTaken."""
        adding = insert(self.table).values(self.mapping.to_row(bundle)).on_conflict_do_nothing(index_elements=["slug"])
        if (await self.connection.execute(adding)).count == 0:
            raise SlugTaken(bundle.slug, path=("slug",))


class SqlBundleReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Bundle | None]:
        return await SqlBundles.read(self.pool, ids)

    async def by_slug(self, slug: str) -> Bundle | None:
        row = await self.pool.fetchrow("SELECT * FROM bundle WHERE slug = $1", slug)
        return None if row is None else SqlBundles.mapping.to_noun(row)

    async def page(self, page: PageRequest) -> Page[Bundle]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM bundle",
            where=["state = 'ACTIVE'"],
            values=[],
            sort=Sort(columns=(("slug", "text"),)),
            page=page,
            item=SqlBundles.mapping.to_noun,
            key=lambda bundle: (bundle.slug,),
        )
