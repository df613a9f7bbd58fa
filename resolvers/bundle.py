"""Bundles are on show for everybody; what each component would cost in one is reckoned when it is asked."""

from collections.abc import Sequence
from uuid import UUID

from domain.bundle import Bundle, BundleState, ComponentPrice, split
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.supplier import RevenueShare
from domain.viewer import Role
from resolvers.context import Context


async def find(context: Context, bundle_id: UUID) -> Bundle | None:
    return await context.loaders.bundle.load(bundle_id)


async def bundle(context: Context, bundle_id: UUID | None, slug: str | None) -> Bundle:
    found: Bundle | None = None
    if bundle_id is not None:
        found = await find(context, bundle_id)
    elif slug is not None:
        found = await context.readers.bundles.by_slug(slug)
    if found is None:
        raise NotFound("Bundle", bundle_id or slug or "", path=("by",))
    return found


async def bundles(context: Context, page: PageRequest) -> Page[Bundle]:
    return await context.readers.bundles.page(page)


async def prices(context: Context, found: Bundle) -> Sequence[ComponentPrice] | None:
    """What each component costs in it; None while it can not be bought."""
    journey = found.journey
    departure = None
    if journey is not None and journey.departure_id is not None:
        departure = await context.loaders.departure.load(journey.departure_id)
    offers = await context.loaders.offer.load_many(found.listings)
    listings = {one.id: one for one in offers if one is not None}
    there = found.state is BundleState.ACTIVE and all(one in listings for one in found.listings)
    return split(found, listings, departure) if there else None


def shares(context: Context, found: Bundle) -> Sequence[RevenueShare] | None:
    """With whom it was developed, for merchandisers and finance."""
    return found.shares if context.viewer.has(Role.MERCHANDISER, Role.FINANCE) else None
