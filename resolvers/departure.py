"""Departures: on show for everybody, but for those that were made for somebody."""

from collections.abc import Sequence
from uuid import UUID

from domain.departure import Departure, UnitPrice
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.viewer import Role
from resolvers import supplier as suppliers
from resolvers.context import Context

SEES_NET = (Role.MERCHANDISER, Role.FINANCE)


async def find(context: Context, departure_id: UUID) -> Departure | None:
    """The departure, if there is one for the caller."""
    found = await context.loaders.departure.load(departure_id)
    if found is None or found.private_for in (None, context.viewer.account_id):
        return found
    staff = context.viewer.has(Role.MERCHANDISER, Role.SUPPORT, Role.FINANCE)
    return found if staff or found.supplier_id in await suppliers.own(context) else None


async def departure(context: Context, departure_id: UUID) -> Departure:
    found = await find(context, departure_id)
    if found is None:
        raise NotFound("Departure", departure_id, path=("id",))
    return found


async def of_product(context: Context, product_id: UUID, page: PageRequest) -> Page[Departure]:
    """Those for everybody that have not started, in order."""

    async def batch(ids: Sequence[UUID]) -> Sequence[Page[Departure]]:
        return await context.readers.departures.pages(ids, context.now, page)

    return await context.loaders.page("departures", page, batch).load(product_id)


async def net_prices(context: Context, found: Departure) -> Sequence[UnitPrice] | None:
    """What the house owes by unit, for the supplier, merchandisers and finance."""
    sees = context.viewer.has(*SEES_NET) or found.supplier_id in await suppliers.own(context)
    return found.prices if sees else None
