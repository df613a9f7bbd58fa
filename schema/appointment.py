"""Appointments at club shops."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import appointment, shop
from resolvers import appointment as resolve
from resolvers import consignment as resolve_consignment
from schema.account import Account
from schema.enum import enum
from schema.errors import UserError, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.shop import ClubShop, ShopPurpose

AppointmentState = enum(
    appointment.AppointmentState,
    name="AppointmentState",
    description="Where an appointment stands.",
    BOOKED="The customer is expected.",
    CHECKED_IN="The customer has come.",
    CANCELLED="The appointment was cancelled, and its place is free again.",
    MISSED="The customer did not come.",
)

APPOINTMENTS = "appointments"
DIARY = "shopDiary"
SHAPE = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


# Nouns


@noun(
    appointment.Appointment,
    description="A customer's visit to a club shop. Seen by that customer and by the desk of that shop.",
)
class Appointment(Node):
    id: strawberry.ID = global_id("Appointment")
    code: str = strawberry.field(description="The code that people use for it, such as AT-7K2M-9QXD.")
    purpose: ShopPurpose = strawberry.field(description="What the customer comes for.")  # type: ignore[valid-type]
    starts_at: datetime = strawberry.field(description="When it starts.")
    ends_at: datetime = strawberry.field(description="When it ends.")
    note: str = strawberry.field(description="What the customer said; empty for nothing.")
    state: AppointmentState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change.")

    @strawberry.field(graphql_type=ClubShop, description="The club shop that the customer comes to.")
    async def shop(root: appointment.Appointment, info: Info) -> Any:
        return await info.context.loaders.club_shop.load(root.shop_id)

    @strawberry.field(graphql_type=Account, description="The account of who comes.")
    async def customer(root: appointment.Appointment, info: Info) -> Any:
        return await info.context.loaders.account.load(root.customer)

    @strawberry.field(
        graphql_type=Annotated["Consignment", strawberry.lazy("schema.consignment")] | None,  # noqa: F821
        description="The consignment whose piece is brought; null unless it is a drop-off.",
    )
    async def consignment(root: appointment.Appointment, info: Info) -> Any:
        if root.consignment_id is None:
            return None
        return await resolve_consignment.seen(info.context, root.consignment_id)


fetchable("Appointment", resolve.seen)


# Refusals


@refused(appointment.SlotUnavailable)
class SlotUnavailable(UserError):
    starts_at: datetime = strawberry.field(description="The time that was asked for.")


@refused(appointment.AlreadyBooked)
class AlreadyBooked(UserError):
    pass


@refused(appointment.TooManyAppointments)
class TooManyAppointments(UserError):
    most: int = strawberry.field(description="How many may stand at once.")


BOOKING = (SlotUnavailable, AlreadyBooked, TooManyAppointments)
"""What may keep somebody from an appointment."""


# Inputs


@strawberry.input(description="When the customer comes, where and what for.")
class AppointmentBookInput(Keyed):
    shop_id: strawberry.ID = strawberry.field(description="The club shop to come to.")
    purpose: ShopPurpose = strawberry.field(  # type: ignore[valid-type]
        description="VIEWING or APPRAISAL; a drop-off is booked with `consignmentBook`."
    )
    starts_at: datetime = strawberry.field(description="When: one of the shop's slots.")
    note: str = strawberry.field(default="", description="What the shop should know, up to 500 characters.")
    customer_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="For whom, when the desk makes it; for oneself when left out."
    )

    def to_command(self) -> appointment.BookAppointment:
        customer = given(self.customer_id)
        return appointment.BookAppointment(
            shop_id=id_of("ClubShop", self.shop_id, "shopId"),
            purpose=shop.Purpose(self.purpose),
            starts_at=self.starts_at,
            note=self.note,
            customer=None if customer is None else id_of("Account", customer, "customerId"),
        )


@strawberry.input(description="Which appointment to cancel.")
class AppointmentCancelInput(Keyed):
    appointment_id: strawberry.ID = strawberry.field(description="The appointment that this is about.")

    def to_command(self) -> appointment.OnAppointment:
        return appointment.OnAppointment(id_of("Appointment", self.appointment_id, "appointmentId"))


@strawberry.input(description="Which customer has come.")
class AppointmentCheckInInput(AppointmentCancelInput):
    pass


@strawberry.input(description="Which customer did not come.")
class AppointmentMissInput(AppointmentCancelInput):
    pass


@strawberry.input(description="Which appointments: all that match everything given.")
class AppointmentFilterInput:
    shop_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only at this club shop.")
    purpose: ShopPurpose | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only those made for this purpose."
    )
    states: list[AppointmentState] | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only in these states."
    )
    starts_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Only what starts at this moment or later."
    )
    starts_before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Only what starts before this moment."
    )

    def to_filter(self) -> appointment.AppointmentFilter:
        shop_id, purpose = given(self.shop_id), given(self.purpose)
        return appointment.AppointmentFilter(
            shop_id=None if shop_id is None else id_of("ClubShop", shop_id, "filter", "shopId"),
            purpose=None if purpose is None else shop.Purpose(purpose),
            states=tuple(appointment.AppointmentState(state) for state in given(self.states) or ()),
            starts_from=given(self.starts_from),
            starts_before=given(self.starts_before),
        )


Filter = Annotated[AppointmentFilterInput | None, strawberry.argument(description="Which of them; all when left out.")]


# Root fields


@strawberry.type
class AppointmentQuery:
    @strawberry.field(graphql_type=Appointment, description="An appointment at a club shop.")
    async def appointment(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which appointment, by its id.")]
    ) -> Any:
        return await resolve.appointment(info.context, id_of("Appointment", id, "id"))

    @strawberry.field(
        graphql_type=Connection[Appointment], description="The caller's own appointments, by their start."
    )
    async def appointments(
        self,
        info: Info,
        filter: Filter = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            APPOINTMENTS, SHAPE, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.own(info.context, wanted(filter), page)
        return Connection(page=found, list_name=APPOINTMENTS)

    @strawberry.field(
        graphql_type=Connection[Appointment],
        description="Appointments of customers, by their start: associates see those of the shops that they belong to.",
    )
    async def shop_diary(
        self,
        info: Info,
        filter: Filter = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            DIARY, SHAPE, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.diary(info.context, wanted(filter), page), list_name=DIARY)


def wanted(filter: Any) -> appointment.AppointmentFilter:
    chosen: AppointmentFilterInput | None = given(filter)
    return appointment.AppointmentFilter() if chosen is None else chosen.to_filter()


@strawberry.type
class AppointmentMutation:
    appointment_book = mutation(
        appointment.book_own,
        AppointmentBookInput,
        Appointment,
        *BOOKING,
        description="Make an appointment to view or to have something looked at.",
    )
    appointment_cancel = mutation(
        appointment.cancel_own,
        AppointmentCancelInput,
        Appointment,
        WrongState,
        description="Cancel an appointment; its place is free at once. One for a consignment is cancelled by "
        "`consignmentUnbook`.",
    )
    appointment_check_in = mutation(
        appointment.receive,
        AppointmentCheckInInput,
        Appointment,
        WrongState,
        description="Say that the customer has come.",
    )
    appointment_miss = mutation(
        appointment.miss,
        AppointmentMissInput,
        Appointment,
        WrongState,
        description="Say that the customer did not come.",
    )
