"""How the catalogue is read; it is public."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.catalogue.brand import Brand, BrandId, BrandKind
from domain.catalogue.category import Category, CategoryId
from domain.catalogue.collection import Collection, CollectionId
from domain.catalogue.product import Product, ProductKind
from domain.page import Page, PageRequest


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """`category_path` is a category's path; all that lies below it is included."""

    brand_id: BrandId | None = None
    category_path: tuple[CategoryId, ...] = ()
    collection_id: CollectionId | None = None
    kind: ProductKind | None = None


class CatalogueReader(Protocol):
    async def brands(self, ids: Sequence[UUID]) -> Sequence[Brand | None]: ...
    async def brand_by_slug(self, slug: str) -> Brand | None: ...
    async def brand_page(self, kind: BrandKind | None, page: PageRequest) -> Page[Brand]: ...
    async def categories(self, ids: Sequence[UUID]) -> Sequence[Category | None]: ...
    async def category_by_slug(self, slug: str) -> Category | None: ...
    async def category_tree(self) -> Mapping[CategoryId | None, Sequence[Category]]:
        """Every category by its parent, in the order of their positions."""
        ...

    async def collections(self, ids: Sequence[UUID]) -> Sequence[Collection | None]: ...
    async def collection_by_slug(self, slug: str) -> Collection | None: ...
    async def collection_pages(self, brands: Sequence[BrandId], page: PageRequest) -> Sequence[Page[Collection]]: ...
    async def products(self, ids: Sequence[UUID]) -> Sequence[Product | None]: ...
    async def product_by_slug(self, slug: str) -> Product | None: ...
    async def product_page(self, wanted: ProductFilter, page: PageRequest) -> Page[Product]: ...
