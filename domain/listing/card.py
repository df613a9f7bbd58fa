"""What shoppers read: a listing with its neighbours, made in one statement.

Cards are tuples, for a shelf has many and nobody changes one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from domain.attribute import AttributeValue, OptionDefinition, ProductAttribute
from domain.catalogue import BrandId, BrandKind, CategoryId, CollectionId, ProductId, ProductKind
from domain.listing.noun import ListingId, ListingKind, ListingState, next_actions
from domain.localized import Localized
from domain.media import Media
from domain.money import Currency, Money
from domain.page import Page, PageRequest
from domain.piece import Grade, Measurement, Party, PieceId, mask
from domain.price import Reference, Saving, saving
from domain.refusal import InvalidInput
from domain.viewer import Role, Viewer


class BrandCard(NamedTuple):
    """The little of a brand that stands on a card."""

    id: BrandId
    slug: str
    kind: BrandKind
    name: Localized


class CategoryCard(NamedTuple):
    """As much of a category as is known without reading it."""

    id: CategoryId


class ProductDetails(NamedTuple):
    """What is told of a product beyond its card; its attributes beside what its categories say of them."""

    story: Localized | None
    attributes: Sequence[ProductAttribute]
    options: tuple[OptionDefinition, ...]
    reference_price: Reference | None
    media: Sequence[Media]


class PieceDetails(NamedTuple):
    """What is told of a piece beyond its card, as the piece itself has it."""

    serial: str | None
    condition: Localized | None
    owner: Party
    custodian: Party
    risk_bearer: Party
    media: Sequence[Media]
    measurements: tuple[Measurement, ...]

    @property
    def serial_masked(self) -> str | None:
        return None if self.serial is None else mask(self.serial)


class ProductCard(NamedTuple):
    """The little of a product that stands on a card."""

    id: ProductId
    slug: str
    kind: ProductKind
    name: Localized
    brand_id: BrandId
    category_id: CategoryId
    collection_id: CollectionId | None
    reference: str | None
    cover_key: str | None
    version: int
    brand: BrandCard
    details: ProductDetails | None = None


class PieceCard(NamedTuple):
    """The little of a piece that stands on a card."""

    id: PieceId
    product_id: ProductId
    slug: str
    grade: Grade | None
    cover_key: str | None
    version: int
    details: PieceDetails | None = None


class ListingCard(NamedTuple):
    """A listing with what a card shows of its product, brand and piece; more of them where more was looked for."""

    id: ListingId
    kind: ListingKind
    slug: str
    state: ListingState
    price: Money
    price_new: Money | None
    reference: Reference | None
    quantity: int
    reserved: int
    seller: Party
    published_at: datetime
    version: int
    product_id: ProductId
    piece_id: PieceId | None
    consignment_id: UUID | None
    product: ProductCard
    piece: PieceCard | None
    options: tuple[AttributeValue, ...] = ()

    @property
    def available(self) -> int:
        return 0 if self.state is ListingState.WITHDRAWN else self.quantity - self.reserved

    @property
    def one_of_one(self) -> bool:
        return self.piece_id is not None

    @property
    def saving(self) -> Saving | None:
        return saving(self.price, self.price_new)

    @property
    def next_actions(self) -> tuple[str, ...]:
        return next_actions(self.state, self.one_of_one)

    @property
    def cover_key(self) -> str | None:
        """The piece's own picture before the product's."""
        return (None if self.piece is None else self.piece.cover_key) or self.product.cover_key


class CardPart(StrEnum):
    """What of a card need not be read when nobody looks at it."""

    SLUG = "SLUG"
    STATE = "STATE"
    PRICE_NEW = "PRICE_NEW"
    REFERENCE = "REFERENCE"
    STOCK = "STOCK"
    SELLER = "SELLER"
    VERSION = "VERSION"
    CONSIGNMENT = "CONSIGNMENT"
    OPTIONS = "OPTIONS"
    COVER = "COVER"
    PRODUCT_SLUG = "PRODUCT_SLUG"
    PRODUCT_KIND = "PRODUCT_KIND"
    PRODUCT_NAME = "PRODUCT_NAME"
    PRODUCT_CATEGORY = "PRODUCT_CATEGORY"
    PRODUCT_COLLECTION = "PRODUCT_COLLECTION"
    PRODUCT_REFERENCE = "PRODUCT_REFERENCE"
    PRODUCT_VERSION = "PRODUCT_VERSION"
    BRAND_ID = "BRAND_ID"
    BRAND_SLUG = "BRAND_SLUG"
    BRAND_KIND = "BRAND_KIND"
    BRAND_NAME = "BRAND_NAME"
    PIECE_SLUG = "PIECE_SLUG"
    PIECE_GRADE = "PIECE_GRADE"
    PIECE_VERSION = "PIECE_VERSION"
    ENGLISH = "ENGLISH"
    CHINESE = "CHINESE"
    PRODUCT_STORY = "PRODUCT_STORY"
    PRODUCT_ATTRIBUTES = "PRODUCT_ATTRIBUTES"
    PRODUCT_OPTIONS = "PRODUCT_OPTIONS"
    PRODUCT_REFERENCE_PRICE = "PRODUCT_REFERENCE_PRICE"
    PRODUCT_MEDIA = "PRODUCT_MEDIA"
    PIECE_SERIAL = "PIECE_SERIAL"
    PIECE_CONDITION = "PIECE_CONDITION"
    PIECE_PARTIES = "PIECE_PARTIES"
    PIECE_MEDIA = "PIECE_MEDIA"
    PIECE_MEASUREMENTS = "PIECE_MEASUREMENTS"


PRODUCT_DETAILS = frozenset(
    {
        CardPart.PRODUCT_STORY,
        CardPart.PRODUCT_ATTRIBUTES,
        CardPart.PRODUCT_OPTIONS,
        CardPart.PRODUCT_REFERENCE_PRICE,
        CardPart.PRODUCT_MEDIA,
    }
)
PIECE_DETAILS = frozenset(
    {
        CardPart.PIECE_SERIAL,
        CardPart.PIECE_CONDITION,
        CardPart.PIECE_PARTIES,
        CardPart.PIECE_MEDIA,
        CardPart.PIECE_MEASUREMENTS,
    }
)
WHOLE_CARD = frozenset(CardPart) - PRODUCT_DETAILS - PIECE_DETAILS
"""All that stands on a card, and nothing beyond."""


class ListingSort(StrEnum):
    """In which order listings come."""

    NEWEST = "NEWEST"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Prices are compared within one currency; the category includes all that lies below it, at its depth."""

    state: ListingState = ListingState.LISTED
    brand_id: BrandId | None = None
    category_path: tuple[CategoryId, ...] = ()
    collection_id: CollectionId | None = None
    product_id: ProductId | None = None
    kinds: tuple[ListingKind, ...] = ()
    grades: tuple[Grade, ...] = ()
    currency: Currency | None = None
    price_min: int | None = None
    price_max: int | None = None


def check_filter(viewer: Viewer, wanted: ListingFilter, sort: ListingSort) -> None:
    """Refuse what can not be answered, and what the viewer may not ask."""
    if wanted.state is ListingState.WITHDRAWN:
        viewer.require(Role.MERCHANDISER, Role.SUPPORT)
    priced = sort is not ListingSort.NEWEST or wanted.price_min is not None or wanted.price_max is not None
    if priced and wanted.currency is None:
        reason = "Prices are compared within one currency: say which in filter.price.currencyCode."
        raise InvalidInput(reason, path=("filter", "price"))


class ListingReader(Protocol):
    """Withdrawn listings are for staff and their seller alone."""

    async def page(
        self, wanted: ListingFilter, sort: ListingSort, page: PageRequest, parts: frozenset[CardPart] = WHOLE_CARD
    ) -> Page[ListingCard]:
        """Cards of which these parts may be looked at."""
        ...

    async def of_products(self, products: Sequence[UUID], page: PageRequest) -> Sequence[Page[ListingCard]]:
        """What is offered of each product, newest first."""
        ...

    async def by_ids(self, ids: Sequence[UUID], viewer: Viewer) -> Sequence[ListingCard | None]: ...
    async def one(
        self, listing_id: UUID | None, slug: str | None, viewer: Viewer, parts: frozenset[CardPart] = WHOLE_CARD
    ) -> Sequence[ListingCard]:
        """The listing of this id, or else of this name, if there is one."""
        ...

    async def of_pieces(self, pieces: Sequence[UUID], viewer: Viewer) -> Sequence[ListingCard | None]:
        """The newest listing of each piece."""
        ...
