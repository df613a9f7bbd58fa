"""Appraisals: staff see all of one, the owner of the object what concerns the owner."""

from collections.abc import Sequence
from uuid import UUID

from domain.appraisal import Appraisal, AppraisalFilter, Opinion
from domain.certificate import Certificate
from domain.page import Page, PageRequest
from domain.viewer import Role
from resolvers.context import Context

QUEUE = (Role.APPRAISER, Role.MERCHANDISER, Role.SUPPORT, Role.SHOP_ASSOCIATE)
"""Who sees what waits."""


def may_see(context: Context, appraisal: Appraisal) -> bool:
    return context.viewer.is_staff or context.viewer.account_id == appraisal.owner


async def by_id(context: Context, appraisal_id: UUID) -> Appraisal | None:
    """One appraisal; somebody else's does not exist for a customer."""
    found = await context.loaders.appraisal.load(appraisal_id)
    return found if found is not None and may_see(context, found) else None


async def queue(context: Context, wanted: AppraisalFilter, page: PageRequest) -> Page[Appraisal]:
    """What waits and what is being judged."""
    context.viewer.require(*QUEUE)
    return await context.readers.appraisals.page(wanted, page)


async def mine(context: Context, page: PageRequest) -> Page[Appraisal]:
    """The appraisals of the caller's own objects."""
    owner = context.viewer.require_account()
    return await context.readers.appraisals.page(AppraisalFilter(owner=owner), page)


async def opinions(context: Context, appraisal: Appraisal) -> Sequence[Opinion] | None:
    """All opinions, for staff; None for everybody else."""
    return await context.loaders.opinions.load(appraisal.id) if context.viewer.is_staff else None


async def certificate(context: Context, appraisal: Appraisal) -> Certificate | None:
    return await context.loaders.certificate_of.load(appraisal.id)
