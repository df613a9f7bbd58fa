"""An offer: a product in stock, or one piece; how much of it is left, and what may be done with it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.attribute import AttributeValue
from domain.catalogue import ProductId
from domain.lifecycle import Lifecycle
from domain.money import Money
from domain.piece import Party, PieceId
from domain.price import Reference, ReferenceSource, Saving, saving
from domain.refusal import Refusal, require

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
        return saving(self.price, None if self.reference is None else self.reference.price)

    @property
    def next_actions(self) -> tuple[str, ...]:
        return next_actions(self.state, self.one_of_one)


LIFECYCLE = Lifecycle(
    kind="listing",
    initial=ListingState.LISTED,
    moves={
        "listingReprice": ([ListingState.LISTED], None),
        "listingWithdraw": ([ListingState.LISTED], ListingState.WITHDRAWN),
        "stockAdjust": ([ListingState.LISTED, ListingState.RESERVED, ListingState.SOLD], None),
        "goodsReceiptRecord": ([ListingState.LISTED, ListingState.RESERVED, ListingState.SOLD], None),
        "reserve": ([ListingState.LISTED], ListingState.RESERVED),
        "release": ([ListingState.LISTED, ListingState.RESERVED, ListingState.WITHDRAWN], ListingState.LISTED),
        "sell": ([ListingState.LISTED, ListingState.RESERVED, ListingState.WITHDRAWN], ListingState.SOLD),
        "relist": ([ListingState.SOLD, ListingState.WITHDRAWN], ListingState.LISTED),
    },
    unattended=frozenset({"reserve", "release", "sell", "relist"}),
)


OF_STOCK = ("stockAdjust", "goodsReceiptRecord")


def next_actions(state: ListingState, one_of_one: bool) -> tuple[str, ...]:
    """What a merchandiser may do; a piece has no stock to count."""
    return tuple(one for one in LIFECYCLE.next_actions(state) if not (one_of_one and one in OF_STOCK))


# Refusals


@dataclass(eq=False)
class NotAvailable(Refusal):
    """Fewer are left to buy than were asked for."""

    code = "NOT_AVAILABLE"
    listing_id: ListingId
    available: int
    asked: int

    @property
    def message(self) -> str:
        return f"{self.asked} asked for, {self.available} left." if self.available else "It is not available any more."


@dataclass(eq=False)
class AlreadyListed(Refusal):
    """The piece, or this variant of the product, is listed already."""

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
        listing.state = LIFECYCLE.move(listing.state, "relist")
        listing.quantity = 1
    else:
        listing.quantity += quantity
        settle(listing)


def withdraw(listing: Listing) -> None:
    """Take it off the shelves; buyers who have it promised still get it."""
    listing.state = LIFECYCLE.move(listing.state, "listingWithdraw")
