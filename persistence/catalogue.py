"""Brands, categories, collections and products in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, SmallInteger, Table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from domain.catalogue import (
    Brand,
    BrandId,
    BrandKind,
    Category,
    CategoryId,
    Collection,
    Product,
    ProductFilter,
    ProductKind,
    Season,
    SlugTaken,
)
from domain.money import Currency
from domain.page import Page, PageRequest
from domain.price import ReferenceSource
from persistence.collection import SqlCollection
from persistence.connection import Connection
from persistence.media import cover
from persistence.paging import Sort, fetch_page, fetch_pages
from persistence.table import document, key, minor, moment, one_of, text

E = TypeVar("E", Brand, Category, Collection, Product)

SLUG_FORM = "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 160"


class BrandRow(SQLModel, table=True):
    __tablename__ = "brand"
    __table_args__ = (
        CheckConstraint(SLUG_FORM, name="slug"),
        CheckConstraint(one_of("kind", BrandKind), name="kind"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        Index("ix_brand_kind", "kind", "slug"),
    )
    id: UUID = key(primary=True)
    slug: str = text(unique=True)
    kind: str = text()
    name: dict[str, Any] = document()
    country: str = text()
    story: dict[str, Any] | None = document(nullable=True)
    aliases: list[str] = document()
    version: int


class CategoryRow(SQLModel, table=True):
    __tablename__ = "category"
    __table_args__ = (
        CheckConstraint(SLUG_FORM, name="slug"),
        CheckConstraint("jsonb_array_length(path) BETWEEN 1 AND 3", name="depth"),
        CheckConstraint("path ->> -1 = id::text AND (path ->> -2) IS NOT DISTINCT FROM parent_id::text", name="path"),
    )
    id: UUID = key(primary=True)
    parent_id: UUID | None = key("category.id", nullable=True, index=True)
    path: list[str] = document()
    slug: str = text(unique=True)
    name: dict[str, Any] = document()
    attributes: list[Any] = document()
    position: int
    version: int


class CollectionRow(SQLModel, table=True):
    __tablename__ = "collection"
    __table_args__ = (
        CheckConstraint(SLUG_FORM, name="slug"),
        CheckConstraint(one_of("season", Season), name="season"),
        CheckConstraint("(season = 'PERMANENT') = (year IS NULL)", name="year"),
        Index("ix_collection_brand", "brand_id", "slug"),
    )
    id: UUID = key(primary=True)
    brand_id: UUID = key("brand.id")
    slug: str = text(unique=True)
    name: dict[str, Any] = document()
    season: str = text()
    year: int | None = Field(default=None, sa_type=SmallInteger, nullable=True)
    version: int


class ProductRow(SQLModel, table=True):
    """`cover_key` is the first of its media, which is an image when there is one."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint(SLUG_FORM, name="slug"),
        CheckConstraint(one_of("kind", ProductKind), name="kind"),
        CheckConstraint(one_of("reference_source", ReferenceSource), name="reference_source"),
        CheckConstraint(one_of("reference_price_new_currency", Currency), name="reference_price_new_currency"),
        CheckConstraint("reference_price_new_minor > 0", name="reference_price_new"),
        CheckConstraint(
            "num_nonnulls(reference_price_new_minor, reference_price_new_currency, reference_source, reference_as_of)"
            " IN (0, 4)",
            name="reference_documented",
        ),
        Index("ix_product_newest", "created_at", "id"),
        Index("ix_product_brand_newest", "brand_id", "created_at", "id"),
        Index("ix_product_category_newest", "category_id", "created_at", "id"),
        Index(
            "ix_product_collection_newest",
            "collection_id",
            "created_at",
            "id",
            postgresql_where=sql("collection_id IS NOT NULL"),
        ),
        Index("ix_product_reference", "brand_id", "reference", postgresql_where=sql("reference IS NOT NULL")),
    )
    id: UUID = key(primary=True)
    slug: str = text(unique=True)
    kind: str = text()
    brand_id: UUID = key("brand.id")
    category_id: UUID = key("category.id")
    collection_id: UUID | None = key("collection.id", nullable=True)
    name: dict[str, Any] = document()
    reference: str | None = text(nullable=True)
    story: dict[str, Any] | None = document(nullable=True)
    attributes: list[Any] = document()
    options: list[Any] = document()
    reference_price_new_minor: int | None = minor(nullable=True)
    reference_price_new_currency: str | None = text(nullable=True)
    reference_source: str | None = text(nullable=True)
    reference_as_of: date | None = Field(default=None, sa_type=Date, nullable=True)
    media: list[Any] = document()
    cover_key: str | None = cover()
    created_at: datetime = moment()
    version: int


class Slugged:
    """Things with a slug, which the first to take it keeps."""

    connection: Connection
    mapping: ClassVar[Any]
    table: ClassVar[Table]

    async def add(self, entity: Any) -> None:
        values = self.mapping.to_row(entity)
        adding = insert(self.table).values(values).on_conflict_do_nothing(index_elements=["slug"])
        if (await self.connection.execute(adding)).count == 0:
            raise SlugTaken(entity.slug, path=("slug",))


class SqlBrands(Slugged, SqlCollection[Brand]):
    noun = Brand
    row = BrandRow
    kind = "Brand"


class SqlCategories(Slugged, SqlCollection[Category]):
    noun = Category
    row = CategoryRow
    kind = "Category"

    async def line(self, category: Category) -> Sequence[Category]:
        """The category after all that it lies in, the root first."""
        found = await self.find_where(self.table.c.id.in_(category.path))
        return sorted(found, key=lambda one: one.depth)

    async def below(self, category: Category) -> Sequence[Category]:
        """All that lies in the category, at any depth."""
        inside = self.table.c.path.contains([str(category.id)])
        return [one for one in await self.find_where(inside) if one.id != category.id]


class SqlCollections(Slugged, SqlCollection[Collection]):
    noun = Collection
    row = CollectionRow
    kind = "Collection"


class SqlProducts(Slugged, SqlCollection[Product]):
    noun = Product
    row = ProductRow
    kind = "Product"


class SqlCatalogueReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def brands(self, ids: Sequence[UUID]) -> Sequence[Brand | None]:
        return await self._by_ids(SqlBrands, ids)

    async def brand_by_slug(self, slug: str) -> Brand | None:
        return await self._by_slug(SqlBrands, slug)

    async def brand_page(self, kind: BrandKind | None, page: PageRequest) -> Page[Brand]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM brand",
            where=[] if kind is None else ["kind = {}"],
            values=[] if kind is None else [str(kind)],
            sort=Sort(columns=(("slug", "text"),)),
            page=page,
            item=SqlBrands.mapping.to_noun,
            key=lambda brand: (brand.slug,),
        )

    async def categories(self, ids: Sequence[UUID]) -> Sequence[Category | None]:
        return await self._by_ids(SqlCategories, ids)

    async def category_by_slug(self, slug: str) -> Category | None:
        return await self._by_slug(SqlCategories, slug)

    async def category_tree(self) -> Mapping[CategoryId | None, Sequence[Category]]:
        """Every category by its parent, in the order of their positions."""
        tree: dict[CategoryId | None, list[Category]] = {}
        for row in await self.pool.fetch("SELECT * FROM category ORDER BY position, slug"):
            category = SqlCategories.mapping.to_noun(row)
            tree.setdefault(category.parent_id, []).append(category)
        return tree

    async def collections(self, ids: Sequence[UUID]) -> Sequence[Collection | None]:
        return await self._by_ids(SqlCollections, ids)

    async def collection_by_slug(self, slug: str) -> Collection | None:
        return await self._by_slug(SqlCollections, slug)

    async def collection_page(self, page: PageRequest) -> Page[Collection]:
        return await fetch_page(
            self.pool, "SELECT * FROM collection", where=[], values=[], page=page, **COLLECTIONS_BY_SLUG
        )

    async def collection_pages(self, brands: Sequence[BrandId], page: PageRequest) -> Sequence[Page[Collection]]:
        return await fetch_pages(
            self.pool,
            "SELECT * FROM collection",
            parent="brand_id",
            parents=brands,
            where=[],
            values=[],
            page=page,
            **COLLECTIONS_BY_SLUG,
        )

    async def products(self, ids: Sequence[UUID]) -> Sequence[Product | None]:
        return await self._by_ids(SqlProducts, ids)

    async def product_by_slug(self, slug: str) -> Product | None:
        return await self._by_slug(SqlProducts, slug)

    async def product_page(self, wanted: ProductFilter, page: PageRequest) -> Page[Product]:
        where: list[str] = []
        values: list[object] = []
        for column, value in (
            ("brand_id", wanted.brand_id),
            ("collection_id", wanted.collection_id),
            ("kind", wanted.kind),
        ):
            if value is not None:
                where.append(f"{column} = {{}}")
                values.append(value)
        if wanted.category_id is not None:
            where.append("category_id IN (SELECT id FROM category WHERE path ? {}::text)")
            values.append(str(wanted.category_id))
        return await fetch_page(
            self.pool,
            "SELECT * FROM product",
            where=where,
            values=values,
            sort=Sort(columns=(("created_at", "timestamptz"), ("id", "uuid")), descending=True),
            page=page,
            item=SqlProducts.mapping.to_noun,
            key=lambda product: (product.created_at, product.id),
        )

    async def _by_ids(self, things: type[SqlCollection[E]], ids: Sequence[UUID]) -> Sequence[E | None]:
        rows = await self.pool.fetch(f"SELECT * FROM {things.table.name} WHERE id = ANY($1::uuid[])", ids)
        found: dict[UUID, E] = {thing.id: thing for thing in map(things.mapping.to_noun, rows)}
        return [found.get(thing_id) for thing_id in ids]

    async def _by_slug(self, things: type[SqlCollection[E]], slug: str) -> E | None:
        row = await self.pool.fetchrow(f"SELECT * FROM {things.table.name} WHERE slug = $1", slug)
        return None if row is None else things.mapping.to_noun(row)


COLLECTIONS_BY_SLUG: Any = {
    "sort": Sort(columns=(("slug", "text"),)),
    "item": SqlCollections.mapping.to_noun,
    "key": lambda collection: (collection.slug,),
}
