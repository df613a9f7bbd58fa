"""Journeys are on show for everybody."""

from uuid import UUID

from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.travel_product import TravelFilter, TravelProduct
from resolvers.context import Context


async def find(context: Context, product_id: UUID) -> TravelProduct | None:
    return await context.loaders.travel_product.load(product_id)


async def travel_product(context: Context, product_id: UUID | None, slug: str | None) -> TravelProduct:
    found: TravelProduct | None = None
    if product_id is not None:
        found = await find(context, product_id)
    elif slug is not None:
        found = await context.readers.travel_products.by_slug(slug)
    if found is None:
        raise NotFound("TravelProduct", product_id or slug or "", path=("by",))
    return found


async def travel_products(context: Context, wanted: TravelFilter, page: PageRequest) -> Page[TravelProduct]:
    return await context.readers.travel_products.page(wanted, page)
