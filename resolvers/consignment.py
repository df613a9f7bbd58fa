"""Consignments: sellers see their own, staff whatever was submitted."""

from collections.abc import Sequence
from uuid import UUID

from domain.consignment import (
    Consignment,
    ConsignmentFilter,
    ConsignmentState,
    ConsignmentTask,
    IntakeReceipt,
    Photo,
    QueueFilter,
    TimelineEntry,
    may_see,
)
from domain.consignment.noun import HANDLERS
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotFound, require
from resolvers.context import Context


async def seen(context: Context, consignment_id: UUID) -> Consignment | None:
    """None for what the viewer may not know of."""
    found = await context.loaders.consignment.load(consignment_id)
    return found if found is not None and may_see(context.viewer, found) else None


async def consignment(context: Context, consignment_id: UUID | None, code: str | None) -> Consignment:
    """By id or by the code that people say; one that is not the viewer's does not exist."""
    one = (consignment_id is None) != (code is None)
    require(one, InvalidInput("Name the consignment by id or by code.", path=("id",)))
    found = None
    if consignment_id is not None:
        found = await seen(context, consignment_id)
    elif code is not None:
        found = await context.readers.consignments.by_code(code.strip().upper())
    if found is None or not may_see(context.viewer, found):
        raise NotFound("Consignment", consignment_id or code or "", path=("id" if consignment_id else "code",))
    return found


async def own(context: Context, states: Sequence[ConsignmentState], page: PageRequest) -> Page[Consignment]:
    wanted = ConsignmentFilter(tuple(states), context.viewer.require_account())
    return await context.readers.consignments.page(wanted, page)


async def queue(context: Context, wanted: QueueFilter, page: PageRequest) -> Page[Consignment]:
    """What waits for staff."""
    context.viewer.require(*HANDLERS)
    return await context.readers.consignments.queue(wanted, page)


async def tasks(context: Context, consignment: Consignment) -> Sequence[ConsignmentTask]:
    return await context.loaders.consignment_tasks.load(consignment.id)


async def receipt(context: Context, consignment: Consignment) -> IntakeReceipt | None:
    return await context.loaders.intake_receipt.load(consignment.id)


async def timeline(context: Context, consignment: Consignment, page: PageRequest) -> Page[TimelineEntry]:
    return await context.readers.consignments.timeline(consignment, page)


def for_staff(context: Context) -> bool:
    """Whether the viewer may read what the house notes for itself."""
    return context.viewer.has(*HANDLERS)


def address(context: Context, photo: Photo) -> str:
    """Where to see a photo."""
    return photo.url or context.media.read(photo.key or "", context.now)
