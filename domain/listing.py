"""An offer: a product in stock, or one piece, at a price that keeps its history."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import piece as pieces
from domain.attribute import AttributeValue
from domain.catalogue import BrandId, BrandKind, CategoryId, CollectionId, ProductId, ProductKind
from domain.event import Event
from domain.lifecycle import Lifecycle
from domain.localized import Localized
from domain.money import Currency, Money
from domain.page import Page, PageRequest
from domain.piece import Grade, Party, PieceId
from domain.price import (
    PriceChange,
    PriceChangeId,
    PriceChanges,
    PriceReason,
    Reference,
    ReferenceSource,
    Saving,
    saving,
)
from domain.refusal import InvalidInput, Refusal, require
from domain.viewer import AccountId, Viewer

ListingId = NewType("ListingId", UUID)

QUANTITY_MAX = 1_000_000


# Nouns


class ListingKind(StrEnum):
    """What kind of offer this is: new from stock, or one piece on one of the ways that used pieces are sold."""

    NEW = "NEW"
    CONSIGNED = "CONSIGNED"
    REFURBISHED = "REFURBISHED"
    PEER = "PEER"
    CLEARANCE = "CLEARANCE"


class ListingState(StrEnum):
    """LISTED while something is left to buy, RESERVED while all that is left is promised, SOLD when none is left."""

    LISTED = "LISTED"
    RESERVED = "RESERVED"
    SOLD = "SOLD"
    WITHDRAWN = "WITHDRAWN"


@dataclass(slots=True)
class Listing:
    """`quantity` counts what is not sold, `reserved` how much of that is promised; a piece is one of one.

    The reference price is the product's at the time of listing, and stands with its source and date.
    """

    id: ListingId
    kind: ListingKind
    slug: str
    product_id: ProductId
    piece_id: PieceId | None
    consignment_id: UUID | None
    options: tuple[AttributeValue, ...]
    price: Money
    reference_price: Money | None
    reference_source: ReferenceSource | None
    reference_as_of: date | None
    quantity: int
    reserved: int
    seller: Party
    state: ListingState
    published_at: datetime
    version: int = 1

    @property
    def available(self) -> int:
        return 0 if self.state is ListingState.WITHDRAWN else self.quantity - self.reserved

    @property
    def one_of_one(self) -> bool:
        return self.piece_id is not None

    @property
    def reference(self) -> Reference | None:
        if self.reference_price is None or self.reference_source is None or self.reference_as_of is None:
            return None
        return Reference(self.reference_price, self.reference_source, self.reference_as_of)

    @property
    def saving(self) -> Saving | None:
        return saving(self.price, self.reference)

    @property
    def next_actions(self) -> tuple[str, ...]:
        actions = LIFECYCLE.next_actions(self.state)
        return tuple(action for action in actions if not (self.one_of_one and action == "stockAdjust"))


LIFECYCLE = Lifecycle(
    kind="listing",
    initial=ListingState.LISTED,
    moves={
        "listingReprice": ([ListingState.LISTED], ListingState.LISTED),
        "listingWithdraw": ([ListingState.LISTED, ListingState.SOLD], ListingState.WITHDRAWN),
        "stockAdjust": ([ListingState.LISTED, ListingState.RESERVED, ListingState.SOLD], ListingState.LISTED),
        "reserve": ([ListingState.LISTED], ListingState.RESERVED),
        "release": ([ListingState.LISTED, ListingState.RESERVED, ListingState.WITHDRAWN], ListingState.LISTED),
        "sell": ([ListingState.LISTED, ListingState.RESERVED, ListingState.WITHDRAWN], ListingState.SOLD),
        "relist": ([ListingState.SOLD, ListingState.WITHDRAWN], ListingState.LISTED),
    },
)


# Refusals


@dataclass(eq=False)
class NotAvailable(Refusal):
    """Less is left to buy than was asked for."""

    code = "NOT_AVAILABLE"
    listing_id: ListingId
    available: int
    asked: int

    @property
    def message(self) -> str:
        return f"{self.asked} asked for, {self.available} left." if self.available else "It is not available any more."


@dataclass(eq=False)
class AlreadyListed(Refusal):
    """The piece, or this variant of the product, is offered already."""

    code = "ALREADY_LISTED"
    listing_id: ListingId

    @property
    def message(self) -> str:
        return "It is listed already: change or withdraw that listing."


@dataclass(eq=False)
class PriceNotAgreed(Refusal):
    """The contract of a consigned piece does not allow this price."""

    code = "PRICE_NOT_AGREED"
    price: Money

    @property
    def message(self) -> str:
        return f"The consignor has not agreed to {self.price}: ask for consent first."


# Rules


def settle(listing: Listing) -> None:
    """The state follows from what is left, but a withdrawn listing stays withdrawn."""
    if listing.state is ListingState.WITHDRAWN:
        return
    if listing.quantity == 0:
        listing.state = ListingState.SOLD
    else:
        listing.state = ListingState.LISTED if listing.quantity > listing.reserved else ListingState.RESERVED


def reserve(listing: Listing, quantity: int) -> None:
    """Promise some of it to a buyer."""
    require(0 < quantity <= listing.available, NotAvailable(listing.id, listing.available, quantity))
    listing.reserved += quantity
    settle(listing)


def release(listing: Listing, quantity: int) -> None:
    """A promise came to nothing."""
    LIFECYCLE.move(listing.state, "release")
    assert 0 < quantity <= listing.reserved, "only what was reserved is released"
    listing.reserved -= quantity
    settle(listing)


def sell(listing: Listing, quantity: int) -> None:
    """What was promised is sold; also when the listing was withdrawn for others meanwhile."""
    LIFECYCLE.move(listing.state, "sell")
    assert 0 < quantity <= listing.reserved, "only what was reserved is sold"
    listing.reserved -= quantity
    listing.quantity -= quantity
    settle(listing)


def relist(listing: Listing, quantity: int = 1) -> None:
    """A sold or withdrawn piece, or some of a stock, is there to be bought again."""
    if listing.one_of_one:
        LIFECYCLE.move(listing.state, "relist")
        listing.quantity = 1
    elif listing.state is not ListingState.WITHDRAWN:
        listing.quantity += quantity
    listing.state = ListingState.LISTED
    settle(listing)


def withdraw(listing: Listing) -> None:
    """Take it off the shelves; buyers who have it promised still get it."""
    listing.state = LIFECYCLE.move(listing.state, "listingWithdraw")


# Ports


class Listings(Protocol):
    async def lock(self, listing_id: ListingId) -> Listing: ...
    async def lock_all(self, ids: Sequence[ListingId]) -> dict[UUID, Listing]: ...
    async def lock_open(
        self, product_id: ProductId, piece_id: PieceId | None, options: Sequence[AttributeValue], currency: Currency
    ) -> Listing | None:
        """The listing, not yet withdrawn or sold, of the piece or of this variant in this currency."""
        ...

    async def add(self, listing: Listing) -> None: ...
    async def save(self, listing: Listing) -> None: ...


class Work(pieces.Work, Protocol):
    @property
    def listings(self) -> Listings: ...
    @property
    def price_changes(self) -> PriceChanges: ...


# What shoppers read: a listing with its neighbours, made in one statement


@dataclass(slots=True)
class BrandCard:
    """The little of a brand that stands on a card."""

    id: BrandId
    slug: str
    kind: BrandKind
    name: Localized


@dataclass(slots=True)
class ProductCard:
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


@dataclass(slots=True)
class PieceCard:
    """The little of a piece that stands on a card."""

    id: PieceId
    product_id: ProductId
    slug: str
    grade: Grade | None
    cover_key: str | None
    version: int


@dataclass(slots=True)
class ListingCard:
    """A listing with what a card shows of its product, brand and piece."""

    id: ListingId
    kind: ListingKind
    slug: str
    state: ListingState
    price: Money
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
    options: tuple[AttributeValue, ...] = field(default=())

    @property
    def available(self) -> int:
        return 0 if self.state is ListingState.WITHDRAWN else self.quantity - self.reserved

    @property
    def one_of_one(self) -> bool:
        return self.piece_id is not None

    @property
    def saving(self) -> Saving | None:
        return saving(self.price, self.reference)

    @property
    def cover_key(self) -> str | None:
        """The piece's own picture before the product's."""
        own = None if self.piece is None else self.piece.cover_key
        return own or self.product.cover_key


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


class ListingReader(Protocol):
    """Withdrawn listings are for staff and their seller alone."""

    async def page(self, wanted: ListingFilter, sort: ListingSort, page: PageRequest) -> Page[ListingCard]: ...
    async def by_ids(self, ids: Sequence[UUID], viewer: Viewer) -> Sequence[ListingCard | None]: ...
    async def by_slug(self, slug: str, viewer: Viewer) -> ListingCard | None: ...
    async def of_pieces(self, pieces: Sequence[UUID], viewer: Viewer) -> Sequence[ListingCard | None]:
        """The newest listing of each piece."""
        ...


# Steps that other capabilities build on; they authorise nothing


async def publish(
    work: Work,
    *,
    kind: ListingKind,
    product_id: ProductId,
    piece_id: PieceId | None,
    consignment_id: UUID | None,
    price: Money,
    quantity: int,
    seller: Party,
    now: datetime,
    options: Sequence[AttributeValue] = (),
    actor: AccountId | None = None,
) -> Listing:
    """Offer a product from stock, or one piece; its first price opens the history."""
    require(price.minor > 0, InvalidInput("A price is more than zero.", path=("price",)))
    require(0 < quantity <= QUANTITY_MAX, InvalidInput("A quantity is 1 to 1,000,000.", path=("quantity",)))
    assert (piece_id is None) == (kind is ListingKind.NEW), "new goods come from stock, everything else is a piece"
    assert piece_id is None or quantity == 1, "a piece is one of one"
    assert (consignment_id is not None) == (kind is ListingKind.CONSIGNED), "consigned pieces name their consignment"
    open_ = await work.listings.lock_open(product_id, piece_id, options, price.currency)
    if open_ is not None:
        raise AlreadyListed(open_.id)
    product = await work.products.find(product_id)
    base = product.slug if piece_id is None else (await work.pieces.find(piece_id)).slug
    listing = Listing(
        id=ListingId(work.new.id()),
        kind=kind,
        slug=f"{base}-{work.new.code('l').lower()}",
        product_id=product_id,
        piece_id=piece_id,
        consignment_id=consignment_id,
        options=tuple(options),
        price=price,
        reference_price=product.reference_price_new,
        reference_source=product.reference_source,
        reference_as_of=product.reference_as_of,
        quantity=quantity,
        reserved=0,
        seller=seller,
        state=ListingState.LISTED,
        published_at=now,
    )
    await work.listings.add(listing)
    await record(work, listing, None, reason=PriceReason.LISTED, note=None, actor=actor, now=now)
    work.events.append(
        Event("listing.published", "listing", listing.id, {"kind": kind, **priced(price)}, piece_id=piece_id)
    )
    return listing


async def reprice(
    work: Work,
    listing: Listing,
    price: Money,
    *,
    reason: PriceReason,
    note: Localized | None,
    actor: AccountId | None,
    now: datetime,
) -> None:
    """Change a locked listing's price and save it; the step stands in the history for ever."""
    LIFECYCLE.move(listing.state, "listingReprice")
    same = price.currency is listing.price.currency
    require(same, InvalidInput(f"This listing is priced in {listing.price.currency}.", path=("price", "currencyCode")))
    require(price.minor > 0, InvalidInput("A price is more than zero.", path=("price",)))
    require(price != listing.price, InvalidInput("This is the price already.", path=("price",)))
    require(reason is not PriceReason.LISTED, InvalidInput("LISTED is the first price's reason.", path=("reason",)))
    previous, listing.price = listing.price, price
    await work.listings.save(listing)
    await record(work, listing, previous, reason=reason, note=note, actor=actor, now=now)
    said = {"reason": reason, **priced(price), "previous_minor": previous.minor}
    work.events.append(Event("listing.repriced", "listing", listing.id, said, piece_id=listing.piece_id))


async def record(
    work: Work,
    listing: Listing,
    previous: Money | None,
    *,
    reason: PriceReason,
    note: Localized | None,
    actor: AccountId | None,
    now: datetime,
) -> None:
    change = PriceChange(
        id=PriceChangeId(work.new.id()),
        listing_id=listing.id,
        piece_id=listing.piece_id,
        price=listing.price,
        previous_price=previous,
        reason=reason,
        note=note,
        actor_id=actor,
        changed_at=now,
    )
    await work.price_changes.add(change)


def priced(price: Money) -> dict[str, object]:
    """A price as events tell it."""
    return {"price_minor": price.minor, "currency": price.currency}


Agreed = Callable[[Work, Listing, Money, PriceReason, datetime], Awaitable[None]]
"""Raises when what was agreed about a listing does not allow the price; the contract capability gives one."""
