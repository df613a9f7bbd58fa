"""Appointments: customers see their own, associates those of their shops, support everybody's."""

from dataclasses import replace
from uuid import UUID

from domain.appointment import ANY_DESK, DESK, Appointment, AppointmentFilter, may_see
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from resolvers.context import Context


async def seen(context: Context, appointment_id: UUID) -> Appointment | None:
    """None for what the viewer may not know of."""
    found = await context.loaders.appointment.load(appointment_id)
    if found is None:
        return None
    return found if may_see(context.viewer, found, await own_shops(context)) else None


async def own_shops(context: Context) -> frozenset[UUID]:
    """Where the viewer belongs, who is an associate."""
    viewer = context.viewer
    if viewer.account_id is None or not viewer.has(*DESK):
        return frozenset()
    return await context.loaders.shops_of_associate.load(viewer.account_id)


async def appointment(context: Context, appointment_id: UUID) -> Appointment:
    found = await seen(context, appointment_id)
    if found is None:
        raise NotFound("Appointment", appointment_id, path=("id",))
    return found


async def own(context: Context, wanted: AppointmentFilter, page: PageRequest) -> Page[Appointment]:
    """The viewer's own, whoever the filter names."""
    mine = replace(wanted, customer=context.viewer.require_account())
    return await context.readers.appointments.page(mine, page)


async def diary(context: Context, wanted: AppointmentFilter, page: PageRequest) -> Page[Appointment]:
    """The days of shops, for their desks: an associate's own shops, and nothing of others."""
    context.viewer.require(*DESK)
    if not context.viewer.has(*ANY_DESK):
        wanted = replace(wanted, within=await own_shops(context))
    return await context.readers.appointments.page(wanted, page)
