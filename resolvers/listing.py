"""Listings as shoppers browse them, and the history of their prices."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.catalogue import CategoryId, ProductId
from domain.listing import (
    PIECE_DETAILS,
    PRODUCT_DETAILS,
    WHOLE_CARD,
    CardPart,
    Listing,
    ListingCard,
    ListingFilter,
    ListingId,
    ListingSort,
    check_filter,
)
from domain.page import Page, PageRequest
from domain.piece import PieceId
from domain.price import PriceChange
from domain.refusal import NotFound
from resolvers.context import Context


async def listing(context: Context, listing_id: UUID | None, slug: str | None = None) -> ListingCard | None:
    """The card of the listing of this id, or else of this name."""
    found = await one(context, listing_id, slug, WHOLE_CARD)
    return found[0] if found else None


async def one(
    context: Context, listing_id: UUID | None, slug: str | None, parts: frozenset[CardPart]
) -> Sequence[ListingCard]:
    """The listing of this id, or else of this name, if there is one, with these parts."""
    if listing_id is not None and parts.isdisjoint(PRODUCT_DETAILS | PIECE_DETAILS):
        found = await context.loaders.listing.load(listing_id)
        return () if found is None else (found,)
    if listing_id is None and slug is None:
        return ()
    return await context.readers.listings.one(listing_id, slug, context.viewer, parts)


async def listings(
    context: Context,
    wanted: ListingFilter,
    category_id: CategoryId | None,
    sort: ListingSort,
    page: PageRequest,
    parts: frozenset[CardPart] = WHOLE_CARD,
) -> Page[ListingCard]:
    """One page; a category stands for all that lies below it."""
    check_filter(context.viewer, wanted, sort)
    if category_id is not None:
        category = await context.loaders.category.load(category_id)
        if category is None:
            raise NotFound("Category", category_id, path=("filter", "categoryId"))
        wanted = replace(wanted, category_path=category.path)
    return await context.readers.listings.page(wanted, sort, page, parts)


async def of_product(context: Context, product_id: ProductId, page: PageRequest) -> Page[ListingCard]:
    async def batch(products: Sequence[UUID]) -> Sequence[Page[ListingCard]]:
        return await context.readers.listings.of_products(products, page)

    return await context.loaders.page("productListings", page, batch).load(product_id)


async def of_piece(context: Context, piece_id: PieceId) -> ListingCard | None:
    """The newest listing of a piece."""
    return await context.loaders.listing_of_piece.load(piece_id)


async def price_history(context: Context, listing_id: ListingId, page: PageRequest) -> Page[PriceChange]:
    async def batch(listings: Sequence[UUID]) -> Sequence[Page[PriceChange]]:
        return await context.readers.prices.histories(listings, page)

    return await context.loaders.page("priceHistory", page, batch).load(listing_id)


async def cover_of(context: Context, some: Listing) -> str | None:
    card = await context.loaders.listing.load(some.id)
    return None if card is None or card.cover_key is None else context.media.read(card.cover_key, context.now)
