"""What merchandisers do: offer new goods and the house's own pieces, reprice, withdraw."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain.attribute import check_selection
from domain.catalogue import ProductId
from domain.event import Event
from domain.listing.noun import (
    Listing,
    ListingId,
    ListingKind,
    withdraw,
)
from domain.listing.offer import Work, publish, reprice
from domain.localized import Localized
from domain.money import Money
from domain.piece import HOUSE, PieceId
from domain.price import PriceReason
from domain.refusal import InvalidInput, NotAllowed, require
from domain.viewer import Role, Viewer
from domain.work import check_version

OWN_KINDS = (ListingKind.REFURBISHED, ListingKind.CLEARANCE)


# Ports


class Agreed(Protocol):
    """Raises when what was agreed with a consignor does not allow a price; the contract capability has one."""

    def __call__(
        self, work: Work, listing: Listing, price: Money, reason: PriceReason, *, now: datetime
    ) -> Awaitable[None]: ...


# Verbs


@dataclass(frozen=True, slots=True)
class PublishListing:
    """New goods by `product_id`, `quantity` and the chosen `options`; one of the house's pieces by `piece_id`."""

    kind: ListingKind
    price: Money
    product_id: ProductId | None = None
    piece_id: PieceId | None = None
    quantity: int = 1
    options: Mapping[str, str] = field(default_factory=dict)


async def publish_listing(work: Work, viewer: Viewer, command: PublishListing, *, now: datetime) -> Listing:
    """A merchandiser puts new goods or an own piece on the shelves; other offers have ways of their own."""
    viewer.require(Role.MERCHANDISER)
    if command.kind is ListingKind.NEW:
        return await publish_stock(work, viewer, command, now=now)
    kinds = ", ".join(("NEW", *OWN_KINDS))
    require(command.kind in OWN_KINDS, InvalidInput(f"A merchandiser publishes {kinds}.", path=("kind",)))
    require(
        command.piece_id is not None and command.product_id is None and not command.options,
        InvalidInput("This kind of offer is one piece, by its id alone.", path=("pieceId",)),
    )
    require(command.quantity == 1, InvalidInput("A piece is one of one.", path=("quantity",)))
    assert command.piece_id is not None
    piece = await work.pieces.lock(command.piece_id)
    require(piece.owner == HOUSE, NotAllowed("a piece that the house owns", path=("pieceId",)))
    require(piece.grade is not None, InvalidInput("A piece is graded before it is listed.", path=("pieceId",)))
    return await publish(
        work,
        kind=command.kind,
        product_id=piece.product_id,
        piece_id=piece.id,
        consignment_id=None,
        price=command.price,
        quantity=1,
        seller=HOUSE,
        now=now,
        actor=viewer.account_id,
    )


async def publish_stock(work: Work, viewer: Viewer, command: PublishListing, *, now: datetime) -> Listing:
    """New goods, in the variant that the options name."""
    require(
        command.product_id is not None and command.piece_id is None,
        InvalidInput("New goods are a product in stock, by its id alone.", path=("productId",)),
    )
    assert command.product_id is not None
    # Locked, so that two merchandisers do not open the same variant at once.
    product = await work.products.lock(command.product_id)
    return await publish(
        work,
        kind=ListingKind.NEW,
        product_id=product.id,
        piece_id=None,
        consignment_id=None,
        price=command.price,
        quantity=command.quantity,
        seller=HOUSE,
        options=check_selection(command.options, product.options),
        now=now,
        actor=viewer.account_id,
    )


@dataclass(frozen=True, slots=True)
class RepriceListing:
    listing_id: ListingId
    price: Money
    reason: PriceReason
    note: Localized | None = None
    expected_version: int | None = None


async def reprice_within(
    work: Work, viewer: Viewer, command: RepriceListing, *, agreed: Agreed, now: datetime
) -> Listing:
    """A merchandiser changes a price, for a reason that everybody can read; of a consigned piece within `agreed`."""
    viewer.require(Role.MERCHANDISER)
    listing = await work.listings.lock(command.listing_id)
    check_version(command.expected_version, listing.version)
    require(listing.kind is not ListingKind.PEER, NotAllowed("the seller", path=("listingId",)))
    if listing.kind is ListingKind.CONSIGNED:
        await agreed(work, listing, command.price, command.reason, now=now)
    await reprice(
        work,
        listing,
        command.price,
        reason=command.reason,
        note=command.note,
        actor=viewer.account_id,
        now=now,
    )
    return listing


@dataclass(frozen=True, slots=True)
class WithdrawListing:
    listing_id: ListingId
    expected_version: int | None = None


async def withdraw_listing(work: Work, viewer: Viewer, command: WithdrawListing, *, now: datetime) -> Listing:
    """A merchandiser takes one of the house's own offers off the shelves."""
    viewer.require(Role.MERCHANDISER)
    listing = await work.listings.lock(command.listing_id)
    check_version(command.expected_version, listing.version)
    own = listing.seller == HOUSE
    require(own, NotAllowed("the consignment to be withdrawn, for the piece is not the house's", path=("listingId",)))
    withdraw(listing)
    await work.listings.save(listing)
    work.events.append(Event("listing.withdrawn", "listing", listing.id, piece_id=listing.piece_id))
    return listing
