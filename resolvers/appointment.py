"""Appointments: customers see their own, the desk everybody's."""

from dataclasses import replace
from uuid import UUID

from domain.appointment import DESK, Appointment, AppointmentFilter, may_see
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from resolvers.context import Context


async def seen(context: Context, appointment_id: UUID) -> Appointment | None:
    """None for what the viewer may not know of."""
    found = await context.loaders.appointment.load(appointment_id)
    return found if found is not None and may_see(context.viewer, found) else None


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
    """A shop's days, for its desk."""
    context.viewer.require(*DESK)
    return await context.readers.appointments.page(wanted, page)
