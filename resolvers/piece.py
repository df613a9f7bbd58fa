"""Pieces and their passports: listed ones are public, others are for staff and their owner."""

from collections.abc import Sequence
from uuid import UUID

from domain.listing import Listing, PieceCard, PieceDetails
from domain.page import Page, PageRequest
from domain.passport import PassportEntry
from domain.piece import HOUSE, Piece, PieceId, Standing
from resolvers.context import Context


async def piece(context: Context, piece_id: UUID | None, slug: str | None) -> Piece | None:
    if piece_id is not None:
        return await context.loaders.piece.load(piece_id)
    return None if slug is None else await context.readers.pieces.by_slug(slug, context.viewer)


async def of_listing(context: Context, listing: Listing) -> Piece | None:
    return None if listing.piece_id is None else await piece(context, listing.piece_id, None)


UNTOLD = PieceDetails(None, None, HOUSE, HOUSE, HOUSE, (), ())


async def loaded(context: Context, some: Piece | PieceCard) -> Piece | PieceDetails:
    """All of a piece that is not at hand; nothing for who sees a withdrawn listing, but not its piece any more."""
    return await context.loaders.piece.load(some.id) or UNTOLD


async def standings(context: Context, piece_id: PieceId) -> Sequence[Standing]:
    """Who owned, had and answered for it; for staff."""
    return await context.loaders.standings.load(piece_id) if context.viewer.is_staff else ()


async def passport(context: Context, piece_id: PieceId, page: PageRequest) -> Page[PassportEntry]:
    async def batch(pieces: Sequence[UUID]) -> Sequence[Page[PassportEntry]]:
        return await context.readers.passports.pages(pieces, context.viewer, page)

    return await context.loaders.page("passport", page, batch).load(piece_id)
