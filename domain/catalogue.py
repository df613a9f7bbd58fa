"""What the house knows of: brands, categories, collections and products; a product is a model, never the thing sold."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import work as unit
from domain.attribute import AttributeDefinition, AttributeValue, OptionDefinition
from domain.localized import Localized
from domain.media import Media
from domain.money import Money
from domain.page import Page, PageRequest
from domain.price import Reference, ReferenceSource
from domain.refusal import InvalidInput, Refusal, require

BrandId = NewType("BrandId", UUID)
CategoryId = NewType("CategoryId", UUID)
CollectionId = NewType("CollectionId", UUID)
ProductId = NewType("ProductId", UUID)

CATEGORY_DEPTH_MAX = 3
SLUG_LENGTH_MAX = 100
SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


# Nouns


class BrandKind(StrEnum):
    """Who stands behind a brand: a foreign maison, a designer of the country, or the house itself."""

    MAISON = "MAISON"
    DESIGNER = "DESIGNER"
    OWN_LABEL = "OWN_LABEL"


@dataclass(slots=True)
class Brand:
    """`aliases` are other spellings that people search for."""

    id: BrandId
    slug: str
    kind: BrandKind
    name: Localized
    country: str
    story: Localized | None
    aliases: tuple[str, ...]
    version: int = 1


@dataclass(slots=True)
class Category:
    """A place in the tree; `path` leads from the root to the category itself, which is its last."""

    id: CategoryId
    parent_id: CategoryId | None
    path: tuple[CategoryId, ...]
    slug: str
    name: Localized
    attributes: tuple[AttributeDefinition, ...]
    position: int
    version: int = 1

    @property
    def depth(self) -> int:
        return len(self.path)


class Season(StrEnum):
    """When a collection is worn."""

    SPRING_SUMMER = "SPRING_SUMMER"
    AUTUMN_WINTER = "AUTUMN_WINTER"
    CRUISE = "CRUISE"
    PRE_FALL = "PRE_FALL"
    PERMANENT = "PERMANENT"


@dataclass(slots=True)
class Collection:
    """What a brand shows together; `year` is None for a permanent one."""

    id: CollectionId
    brand_id: BrandId
    slug: str
    name: Localized
    season: Season
    year: int | None
    version: int = 1


class ProductKind(StrEnum):
    """Goods, or a service in the same catalogue."""

    GOODS = "GOODS"
    SERVICE = "SERVICE"


@dataclass(slots=True)
class Product:
    """A model: what all its pieces have in common. The reference price of new stands only with its source and date."""

    id: ProductId
    slug: str
    kind: ProductKind
    brand_id: BrandId
    category_id: CategoryId
    collection_id: CollectionId | None
    name: Localized
    reference: str | None
    story: Localized | None
    attributes: tuple[AttributeValue, ...]
    options: tuple[OptionDefinition, ...]
    reference_price_new: Money | None
    reference_source: ReferenceSource | None
    reference_as_of: date | None
    media: tuple[Media, ...]
    created_at: datetime
    version: int = 1

    @property
    def reference_price(self) -> Reference | None:
        """The documented price of new."""
        if self.reference_price_new is None or self.reference_source is None or self.reference_as_of is None:
            return None
        return Reference(self.reference_price_new, self.reference_source, self.reference_as_of)


# Rules


def check_slug(slug: str) -> str:
    """A slug is small letters, digits and single dashes."""
    fits = len(slug) <= SLUG_LENGTH_MAX and SLUG.fullmatch(slug) is not None
    require(fits, InvalidInput("A slug is small letters, digits and single dashes, 100 at most.", path=("slug",)))
    return slug


# Refusals


@dataclass(eq=False)
class SlugTaken(Refusal):
    """Something of this kind has this slug already."""

    code = "SLUG_TAKEN"
    slug: str

    @property
    def message(self) -> str:
        return f"The slug {self.slug} is taken."


# Ports


class Brands(Protocol):
    async def lock(self, brand_id: BrandId) -> Brand: ...
    async def find(self, brand_id: BrandId) -> Brand: ...
    async def slug_taken(self, slug: str) -> bool: ...
    async def add(self, brand: Brand) -> None: ...
    async def save(self, brand: Brand) -> None: ...


class Categories(Protocol):
    async def lock(self, category_id: CategoryId) -> Category: ...
    async def find(self, category_id: CategoryId) -> Category: ...
    async def line(self, category: Category) -> Sequence[Category]:
        """The category after all that it lies in, the root first."""
        ...

    async def slug_taken(self, slug: str) -> bool: ...
    async def add(self, category: Category) -> None: ...
    async def save(self, category: Category) -> None: ...


class Collections(Protocol):
    async def find(self, collection_id: CollectionId) -> Collection: ...
    async def slug_taken(self, slug: str) -> bool: ...
    async def add(self, collection: Collection) -> None: ...
    async def save(self, collection: Collection) -> None: ...


class Products(Protocol):
    async def lock(self, product_id: ProductId) -> Product: ...
    async def find(self, product_id: ProductId) -> Product: ...
    async def slug_taken(self, slug: str) -> bool: ...
    async def add(self, product: Product) -> None: ...
    async def save(self, product: Product) -> None: ...


class Work(unit.Work, Protocol):
    @property
    def brands(self) -> Brands: ...
    @property
    def categories(self) -> Categories: ...
    @property
    def collections(self) -> Collections: ...
    @property
    def products(self) -> Products: ...


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """`category` includes all that lies below it."""

    brand_id: BrandId | None = None
    category_id: CategoryId | None = None
    collection_id: CollectionId | None = None
    kind: ProductKind | None = None


class CatalogueReader(Protocol):
    """The catalogue is public."""

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
    async def collection_page(self, brand_id: BrandId | None, page: PageRequest) -> Page[Collection]: ...
    async def products(self, ids: Sequence[UUID]) -> Sequence[Product | None]: ...
    async def product_by_slug(self, slug: str) -> Product | None: ...
    async def product_page(self, wanted: ProductFilter, page: PageRequest) -> Page[Product]: ...
