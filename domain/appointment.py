"""Appointments at a club shop: a slot has so many places, and each is given to one person."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import associate as associates
from domain import shop as shops
from domain.event import Event
from domain.lifecycle import Lifecycle
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotAllowed, NotFound, Refusal, WrongState, require
from domain.shop import ClubShop, Purpose, ShopId
from domain.viewer import AccountId, Role, Viewer

AppointmentId = NewType("AppointmentId", UUID)

AHEAD_MAX = timedelta(days=90)
STANDING_MAX = 5
DESK = (Role.SHOP_ASSOCIATE, Role.SUPPORT)
"""Who receives people, and makes appointments for them; associates in the shops that they belong to."""
ANY_DESK = (Role.SUPPORT,)
"""Who does so in every shop."""


# Nouns


class AppointmentState(StrEnum):
    """Where an appointment stands; all but BOOKED are final."""

    BOOKED = "BOOKED"
    CHECKED_IN = "CHECKED_IN"
    CANCELLED = "CANCELLED"
    MISSED = "MISSED"


APPOINTMENT_LIFECYCLE = Lifecycle(
    kind="appointment",
    initial=AppointmentState.BOOKED,
    moves={
        "appointmentCheckIn": ([AppointmentState.BOOKED], AppointmentState.CHECKED_IN),
        "appointmentCancel": ([AppointmentState.BOOKED], AppointmentState.CANCELLED),
        "appointmentMiss": ([AppointmentState.BOOKED], AppointmentState.MISSED),
    },
)

SlotKey = tuple[ShopId, Purpose, datetime]
"""Which shop, for what, and when it starts."""


@dataclass(slots=True)
class Slot:
    """How many of the places at one time are taken."""

    shop_id: ShopId
    purpose: Purpose
    starts_at: datetime
    capacity: int
    taken: int

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.taken)


@dataclass(slots=True)
class Appointment:
    """Somebody comes to a shop; one for a consignment is changed through that consignment."""

    id: AppointmentId
    code: str
    shop_id: ShopId
    purpose: Purpose
    customer: AccountId
    consignment_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    note: str
    state: AppointmentState
    created_at: datetime
    version: int = 1

    @property
    def key(self) -> SlotKey:
        return (self.shop_id, self.purpose, self.starts_at)

    @property
    def next_actions(self) -> tuple[str, ...]:
        actions = APPOINTMENT_LIFECYCLE.next_actions(self.state)
        if self.consignment_id is None:
            return actions
        own = tuple(action for action in actions if action != "appointmentCancel")
        return ("consignmentBook", "consignmentUnbook", *own) if own else ()

    def move(self, action: str) -> None:
        self.state = APPOINTMENT_LIFECYCLE.move(self.state, action)


# Refusals


@dataclass(eq=False)
class SlotUnavailable(Refusal):
    """There is no place left at this time, or the shop does not offer it then."""

    code = "SLOT_UNAVAILABLE"
    starts_at: datetime

    @property
    def message(self) -> str:
        return "No place is free at that time: choose one of the shop's free slots."


@dataclass(eq=False)
class AlreadyBooked(Refusal):
    """The customer has an appointment at this time for this already."""

    code = "ALREADY_BOOKED"
    appointment_id: AppointmentId

    @property
    def message(self) -> str:
        return "There is an appointment at this time already."


@dataclass(eq=False)
class TooManyAppointments(Refusal):
    """The customer has as many appointments ahead as one may have."""

    code = "TOO_MANY_APPOINTMENTS"
    most: int

    @property
    def message(self) -> str:
        return f"{self.most} appointments may stand at once: keep or cancel one first."


# Ports


class Slots(Protocol):
    async def lock_all(self, keys: Iterable[SlotKey]) -> Mapping[SlotKey, Slot]:
        """Slots, locked in the order of their keys; a slot that nobody asked for before is made empty."""
        ...

    async def save(self, slot: Slot) -> None: ...


class Appointments(Protocol):
    async def lock(self, appointment_id: AppointmentId) -> Appointment: ...
    async def standing(self, customer: AccountId, now: datetime) -> Sequence[Appointment]:
        """What is booked and still ahead, not locked."""
        ...

    async def add(self, appointment: Appointment) -> None: ...
    async def save(self, appointment: Appointment) -> None: ...


class Work(shops.Work, associates.Desk, Protocol):
    @property
    def slots(self) -> Slots: ...
    @property
    def appointments(self) -> Appointments: ...


@dataclass(frozen=True, slots=True)
class AppointmentFilter:
    """Which appointments; what is None does not narrow."""

    customer: AccountId | None = None
    shop_id: ShopId | None = None
    purpose: Purpose | None = None
    states: tuple[AppointmentState, ...] = ()
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    within: frozenset[UUID] | None = None
    """The shops that whoever asks may look into; of others there is nothing."""


class AppointmentReader(Protocol):
    """Appointments for their customers and the shop's desk; callers have checked who may."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Appointment | None]: ...
    async def page(self, wanted: AppointmentFilter, page: PageRequest) -> Page[Appointment]: ...
    async def taken(
        self, shop_id: ShopId, purpose: Purpose, since: datetime, until: datetime
    ) -> Mapping[datetime, int]:
        """How many places are taken, by start, in a half-open period."""
        ...


# Rules


def free_slots(shop: ClubShop, purpose: Purpose, day: date, taken: Mapping[datetime, int], now: datetime) -> list[Slot]:
    """The slots of a day that still have a place and are not over."""
    capacity = shop.capacity(purpose)
    slots = [Slot(shop.id, purpose, start, capacity, taken.get(start, 0)) for start in shop.slots(day) if start > now]
    return [slot for slot in slots if slot.free]


def may_see(viewer: Viewer, appointment: Appointment, shops: Container[UUID]) -> bool:
    """The customer, every desk's people, and associates of the shop where it is; `shops` are the viewer's own."""
    own = viewer.account_id == appointment.customer
    return own or viewer.has(*ANY_DESK) or (viewer.has(*DESK) and appointment.shop_id in shops)


# Steps that other capabilities build on; they authorise nothing


async def book(
    work: Work,
    *,
    shop_id: ShopId,
    purpose: Purpose,
    customer: AccountId,
    starts_at: datetime,
    now: datetime,
    consignment_id: UUID | None = None,
    note: str = "",
    instead_of: Appointment | None = None,
) -> Appointment:
    """Take a place in a slot; `instead_of` is a locked appointment whose place is given up in the same move."""
    shop = await work.shops.find(shop_id)
    require(starts_at <= now + AHEAD_MAX, InvalidInput("An appointment is 90 days ahead at most.", path=("startsAt",)))
    offered = shop.capacity(purpose) > 0 and starts_at > now and starts_at in shop.slots(shop.local_day(starts_at))
    require(offered, SlotUnavailable(starts_at, path=("startsAt",)))
    key: SlotKey = (shop.id, purpose, starts_at)
    slots = await work.slots.lock_all([key] if instead_of is None else [key, instead_of.key])
    if instead_of is not None:
        await give_up(work, slots[instead_of.key], instead_of)
    # Read behind the lock of the slot, so that one customer who asks twice at once is told so.
    standing = await work.appointments.standing(customer, now)
    for one in standing:
        require(one.key != key, AlreadyBooked(one.id, path=("startsAt",)))
    require(len(standing) < STANDING_MAX, TooManyAppointments(STANDING_MAX))
    slot = slots[key]
    slot.capacity = max(slot.taken, shop.capacity(purpose))
    require(slot.free > 0, SlotUnavailable(starts_at, path=("startsAt",)))
    slot.taken += 1
    await work.slots.save(slot)
    appointment = Appointment(
        id=AppointmentId(work.new.id()),
        code=work.new.code("AT"),
        shop_id=shop.id,
        purpose=purpose,
        customer=customer,
        consignment_id=consignment_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=shop.slot_minutes),
        note=note,
        state=AppointmentState.BOOKED,
        created_at=now,
    )
    await work.appointments.add(appointment)
    work.events.append(happened(appointment, "booked"))
    return appointment


async def cancel(work: Work, appointment: Appointment) -> None:
    """Give the place of a locked appointment back; one that was used or missed stays what it is."""
    if appointment.state is AppointmentState.BOOKED:
        slots = await work.slots.lock_all([appointment.key])
        await give_up(work, slots[appointment.key], appointment)


async def give_up(work: Work, slot: Slot, appointment: Appointment) -> None:
    if appointment.state is not AppointmentState.BOOKED:
        return
    appointment.move("appointmentCancel")
    slot.taken -= 1
    await work.slots.save(slot)
    await work.appointments.save(appointment)
    work.events.append(happened(appointment, "cancelled"))


async def check_in(work: Work, appointment: Appointment) -> None:
    """Whoever has the appointment is here; nothing changes when that was said before."""
    if appointment.state is AppointmentState.BOOKED:
        appointment.move("appointmentCheckIn")
        await work.appointments.save(appointment)
        work.events.append(happened(appointment, "checkedIn"))


def happened(appointment: Appointment, what: str) -> Event:
    said = {"shopId": str(appointment.shop_id), "purpose": appointment.purpose}
    return Event(f"appointment.{what}", "appointment", appointment.id, said, account_id=appointment.customer)


# Verbs


@dataclass(frozen=True, slots=True)
class BookAppointment:
    """Come to a shop to look, or to have something looked at; a drop-off belongs to a consignment."""

    shop_id: ShopId
    purpose: Purpose
    starts_at: datetime
    note: str = ""
    customer: AccountId | None = None
    """Whose it is when the desk makes it for somebody; None for the viewer's own."""


async def book_own(work: Work, viewer: Viewer, command: BookAppointment, *, now: datetime) -> Appointment:
    """Customers book for themselves, the desk for anybody."""
    own = viewer.require_account()
    customer = own if command.customer is None else command.customer
    require(customer == own or viewer.has(*DESK), NotAllowed("shop associate or support rights"))
    if customer != own:
        await associates.require_at(work, viewer, command.shop_id, elsewhere=ANY_DESK)
    drop_off = command.purpose is Purpose.DROP_OFF
    require(not drop_off, InvalidInput("A drop-off is booked with consignmentBook.", path=("purpose",)))
    require(len(command.note) <= 500, InvalidInput("A note has 500 characters at most.", path=("note",)))
    return await book(
        work,
        shop_id=command.shop_id,
        purpose=command.purpose,
        customer=customer,
        starts_at=command.starts_at,
        note=command.note.strip(),
        now=now,
    )


@dataclass(frozen=True, slots=True)
class OnAppointment:
    """One appointment."""

    appointment_id: AppointmentId


async def cancel_own(work: Work, viewer: Viewer, command: OnAppointment, *, now: datetime) -> Appointment:
    """Customers cancel their own, the desk anybody's; the place is free for somebody else at once."""
    appointment = await lock_seen(work, viewer, command.appointment_id)
    if appointment.customer != viewer.account_id:
        await associates.require_at(work, viewer, appointment.shop_id, elsewhere=ANY_DESK)
    if appointment.consignment_id is not None or appointment.state is not AppointmentState.BOOKED:
        raise WrongState("appointment", appointment.state, appointment.next_actions)
    await cancel(work, appointment)
    return appointment


async def receive(work: Work, viewer: Viewer, command: OnAppointment, *, now: datetime) -> Appointment:
    """The desk says that the customer has come."""
    appointment = await lock_at_desk(work, viewer, command.appointment_id)
    if appointment.state is not AppointmentState.BOOKED:
        raise WrongState("appointment", appointment.state, appointment.next_actions)
    await check_in(work, appointment)
    return appointment


async def miss(work: Work, viewer: Viewer, command: OnAppointment, *, now: datetime) -> Appointment:
    """The desk says that the customer did not come; not before the appointment has begun."""
    appointment = await lock_at_desk(work, viewer, command.appointment_id)
    require(appointment.starts_at <= now, InvalidInput("The appointment has not begun yet.", path=("appointmentId",)))
    if appointment.state is not AppointmentState.BOOKED:
        raise WrongState("appointment", appointment.state, appointment.next_actions)
    appointment.move("appointmentMiss")
    await work.appointments.save(appointment)
    work.events.append(happened(appointment, "missed"))
    return appointment


async def lock_seen(work: Work, viewer: Viewer, appointment_id: AppointmentId) -> Appointment:
    """The appointment, if the viewer may know of it."""
    appointment = await work.appointments.lock(appointment_id)
    mine = await work.associates.shops_of(viewer.require_account()) if viewer.has(*DESK) else ()
    require(may_see(viewer, appointment, mine), NotFound("Appointment", appointment_id, path=("appointmentId",)))
    return appointment


async def lock_at_desk(work: Work, viewer: Viewer, appointment_id: AppointmentId) -> Appointment:
    """An appointment at a desk where the viewer receives people."""
    viewer.require(*DESK)
    appointment = await lock_seen(work, viewer, appointment_id)
    await associates.require_at(work, viewer, appointment.shop_id, elsewhere=ANY_DESK)
    return appointment
