"""Appraisers: staff see who judges what, how much each has in hand, and how their opinions stood the test."""

from uuid import UUID

from domain.appraiser import Appraiser, AppraiserRecord
from domain.page import Page, PageRequest
from domain.viewer import STAFF
from resolvers.context import Context


async def page(context: Context, category_id: UUID | None, page: PageRequest) -> Page[Appraiser]:
    """Those qualified for a category, or all of them."""
    context.viewer.require(*STAFF)
    if category_id is None:
        return await context.readers.appraisers.page((), page)
    category = await context.loaders.category.load(category_id)
    if category is None:
        return Page((), (), has_next=False, has_previous=False)
    return await context.readers.appraisers.page(category.path, page)


async def mine(context: Context) -> Appraiser | None:
    """The caller as an appraiser, if the caller is one."""
    account_id = context.viewer.account_id
    return None if account_id is None else await context.loaders.appraiser_of.load(account_id)


async def by_id(context: Context, appraiser_id: UUID) -> Appraiser | None:
    """One appraiser, for staff."""
    return await context.loaders.appraiser.load(appraiser_id) if context.viewer.is_staff else None


async def record(context: Context, appraiser: Appraiser) -> AppraiserRecord:
    return await context.loaders.appraiser_record.load(appraiser.account_id)
