"""Club shops, for everybody."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from domain.appointment import Slot, free_slots
from domain.associate import Associate
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotFound, require
from domain.shop import ClubShop, Purpose
from resolvers.context import Context

DAYS_MAX = 31


async def club_shop(context: Context, shop_id: UUID | None, slug: str | None) -> ClubShop:
    """A shop by its id or its slug; one that was closed is still there for those who know it."""
    found = None
    if shop_id is not None:
        found = await context.loaders.club_shop.load(shop_id)
    elif slug is not None:
        found = await context.readers.shops.by_slug(slug)
    if found is None:
        raise NotFound("ClubShop", shop_id or slug or "", path=("by", "id" if shop_id else "slug"))
    return found


async def club_shops(context: Context, country: str | None, page: PageRequest) -> Page[ClubShop]:
    return await context.readers.shops.page(country, page)


async def associates(context: Context, shop: ClubShop) -> Sequence[Associate]:
    """Who works there, for staff."""
    return await context.loaders.associates_of_shop.load(shop.id) if context.viewer.is_staff else []


async def slots(context: Context, shop: ClubShop, purpose: Purpose, first_day: date, days: int) -> Sequence[Slot]:
    """The free slots of some days of the shop's own calendar, in one statement."""
    require(1 <= days <= DAYS_MAX, InvalidInput(f"1 to {DAYS_MAX} days.", path=("days",)))
    near = abs((first_day - context.now.date()).days) <= 366
    require(near, InvalidInput("A day of this year.", path=("firstDay",)))
    if not shop.active:
        return []
    # A day of the shop's calendar lies within a day of the same one in UTC, wherever the shop is.
    since = datetime.combine(first_day, time(), UTC) - timedelta(days=1)
    taken = await context.readers.appointments.taken(shop.id, purpose, since, since + timedelta(days=days + 2))
    wanted = [first_day + timedelta(days=offset) for offset in range(days)]
    return [slot for day in wanted for slot in free_slots(shop, purpose, day, taken, context.now)]
