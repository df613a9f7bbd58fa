"""Steps that publish and reprice, for every capability that puts something on the shelves; they authorise nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain import piece as pieces
from domain.attribute import AttributeValue
from domain.catalogue import ProductId
from domain.event import Event
from domain.listing.noun import (
    LIFECYCLE,
    QUANTITY_MAX,
    AlreadyListed,
    Listing,
    ListingId,
    ListingKind,
    ListingState,
)
from domain.localized import Localized
from domain.money import Currency, Money
from domain.piece import Party, PieceId
from domain.price import PriceChange, PriceChangeId, PriceChanges, PriceReason
from domain.refusal import InvalidInput, require
from domain.viewer import AccountId

# Ports


class Listings(Protocol):
    async def lock(self, listing_id: ListingId) -> Listing: ...
    async def lock_all(self, ids: Sequence[ListingId]) -> dict[UUID, Listing]: ...
    async def lock_open(
        self, product_id: ProductId, piece_id: PieceId | None, options: Sequence[AttributeValue], currency: Currency
    ) -> Listing | None:
        """The offer that stands: of the piece until it is sold, of a variant until it is withdrawn."""
        ...

    async def add(self, listing: Listing) -> None: ...
    async def save(self, listing: Listing) -> None: ...


class Work(pieces.Work, Protocol):
    @property
    def listings(self) -> Listings: ...
    @property
    def price_changes(self) -> PriceChanges: ...


# Steps


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
    base = product.slug if piece_id is None else await slug_of(work, piece_id)
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


async def slug_of(work: Work, piece_id: PieceId) -> str:
    """The name of a piece that is still there to be sold."""
    piece = await work.pieces.find(piece_id)
    require(piece.gone_at is None, InvalidInput("This piece left the house for good.", path=("pieceId",)))
    return piece.slug


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


async def keep(work: Work, listing: Listing, what: str) -> None:
    """Save a listing of which something was promised, given back or sold, and tell that there is less or more of it."""
    await work.listings.save(listing)
    work.events.append(Event(f"listing.{what}", "listing", listing.id))


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
