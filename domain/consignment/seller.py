"""What sellers do: say what they have, send or bring it once the house has called, take it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain import appointment as appointments
from domain import associate as associates
from domain import listing as listings
from domain.appointment import AppointmentId
from domain.consignment import content as contents
from domain.consignment.content import Content
from domain.consignment.lifecycle import CONSIGNMENT_LIFECYCLE, ConsignmentState
from domain.consignment.noun import Consignment, ConsignmentId, Parcel, Route
from domain.consignment.port import Work as ConsignmentWork
from domain.consignment.refusal import BeingBought, SellerBound
from domain.consignment.step import close_task, expire_later, happened, open_task, owe_return
from domain.consignment.task import TaskKind, TaskOutcome
from domain.listing import ListingId, ListingState
from domain.refusal import InvalidInput, NotFound, require
from domain.shop import Purpose, ShopId
from domain.text import line, perhaps
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

CALL_WITHIN = timedelta(days=1)
"""How soon staff talk to a seller who has submitted."""
COME_WITHIN = timedelta(days=30)
"""How long a confirmation holds without the piece being sent or brought, and a missed appointment is waited for."""


class Work(ConsignmentWork, contents.Work, appointments.Work, listings.Work, Protocol):
    """What sellers' verbs touch."""


async def lock_own(work: ConsignmentWork, viewer: Viewer, consignment_id: ConsignmentId, *staff: Role) -> Consignment:
    """The viewer's own consignment, or anybody's for these roles; for all others it does not exist."""
    consignment = await work.consignments.lock(consignment_id)
    may = viewer.account_id == consignment.seller or (bool(staff) and viewer.has(*staff))
    require(may, NotFound("Consignment", consignment_id, path=("consignmentId",)))
    return consignment


# Drafting and submitting


@dataclass(frozen=True, slots=True)
class Draft:
    """Begin a consignment."""

    content: Content


async def draft(work: Work, viewer: Viewer, command: Draft, *, now: datetime) -> Consignment:
    """Anybody who is signed in may begin; nobody else sees a draft."""
    consignment = await begin(work, viewer.require_account(), command.content, now)
    await work.consignments.add(consignment)
    work.events.append(happened(consignment, "drafted"))
    return consignment


async def begin(
    work: Work, seller: AccountId, content: Content, now: datetime, photos_of: AccountId | None = None
) -> Consignment:
    """A draft that is not kept yet; its photos are the seller's own unless somebody else took them."""
    content = await contents.checked(work, content, photos_of or seller)
    consignment = Consignment(
        id=ConsignmentId(work.new.id()),
        code=work.new.code("CO"),
        seller=seller,
        route=content.route,
        state=CONSIGNMENT_LIFECYCLE.initial,
        brand="",
        category_id=None,
        title="",
        description="",
        photos=(),
        currency=content.currency,
        asking_price=None,
        created_at=now,
        state_since=now,
    )
    contents.fill(consignment, content)
    return consignment


@dataclass(frozen=True, slots=True)
class Update:
    """Say it anew, all of it."""

    consignment_id: ConsignmentId
    content: Content
    expected_version: int | None = None


async def update(work: Work, viewer: Viewer, command: Update, *, now: datetime) -> Consignment:
    """A seller corrects a draft, or what was submitted until staff have called."""
    consignment = await lock_own(work, viewer, command.consignment_id)
    check_version(command.expected_version, consignment.version)
    consignment.move("consignmentUpdate")
    contents.fill(consignment, await contents.checked(work, command.content, consignment.seller))
    if consignment.state is ConsignmentState.SUBMITTED:
        contents.complete(consignment)
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "updated"))
    return consignment


@dataclass(frozen=True, slots=True)
class Submit:
    """Hand in a draft, with new content if there is any; without a draft, the content alone."""

    consignment_id: ConsignmentId | None = None
    content: Content | None = None


async def submit(work: Work, viewer: Viewer, command: Submit, *, now: datetime) -> Consignment:
    """The house gets the consignment, and a task to talk to its seller before anything is shipped."""
    if command.consignment_id is None:
        if command.content is None:
            raise InvalidInput("Name a draft, or say what it is.", path=("content",))
        consignment = await begin(work, viewer.require_account(), command.content, now)
        hand_in(consignment, now)
        await work.consignments.add(consignment)
    else:
        consignment = await lock_own(work, viewer, command.consignment_id)
        if command.content is not None:
            contents.fill(consignment, await contents.checked(work, command.content, consignment.seller))
        hand_in(consignment, now)
        await work.consignments.save(consignment)
    await open_task(work, consignment, TaskKind.CONFIRM, now + CALL_WITHIN)
    work.events.append(happened(consignment, "submitted"))
    return consignment


def hand_in(consignment: Consignment, now: datetime) -> None:
    consignment.move("consignmentSubmit", now)
    contents.complete(consignment)


# Sending and bringing


@dataclass(frozen=True, slots=True)
class Ship:
    """The piece is on its way."""

    consignment_id: ConsignmentId
    carrier: str
    tracking: str


async def ship(work: Work, viewer: Viewer, command: Ship, *, now: datetime) -> Consignment:
    """Only what staff have confirmed is shipped; a seller who meant to bring it may send it after all."""
    consignment = await lock_own(work, viewer, command.consignment_id)
    consignment.move("consignmentShip", now)
    consignment.route, consignment.shop_id = Route.ONLINE, None
    tracking = line(command.tracking, "tracking", longest=80)
    consignment.parcel = Parcel(line(command.carrier, "carrier", longest=80), tracking, now)
    consignment.expires_at = None
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "shipped", carrier=consignment.parcel.carrier, tracking=tracking))
    return consignment


@dataclass(frozen=True, slots=True)
class Book:
    """Bring the piece to a club shop at this time."""

    consignment_id: ConsignmentId
    shop_id: ShopId
    starts_at: datetime
    note: str = ""


async def book(work: Work, viewer: Viewer, command: Book, *, now: datetime) -> Consignment:
    """The seller, or the desk for them, takes a slot; booking again moves the appointment."""
    consignment = await lock_own(work, viewer, command.consignment_id, *appointments.DESK)
    if consignment.seller != viewer.account_id:
        await associates.require_at(work, viewer, command.shop_id, elsewhere=appointments.ANY_DESK)
    consignment.move("consignmentBook", now)
    before = None
    if consignment.appointment_id is not None:
        before = await work.appointments.lock(AppointmentId(consignment.appointment_id))
    appointment = await appointments.book(
        work,
        shop_id=command.shop_id,
        purpose=Purpose.DROP_OFF,
        customer=consignment.seller,
        starts_at=command.starts_at,
        consignment_id=consignment.id,
        note=perhaps(command.note, "note", longest=500),
        instead_of=before,
        now=now,
    )
    consignment.route = Route.SHOP
    consignment.shop_id, consignment.appointment_id = appointment.shop_id, appointment.id
    consignment.expires_at = appointment.ends_at + COME_WITHIN
    expire_later(work, consignment)
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "booked", startsAt=appointment.starts_at.isoformat()))
    return consignment


@dataclass(frozen=True, slots=True)
class Unbook:
    """Do not come."""

    consignment_id: ConsignmentId


async def unbook(work: Work, viewer: Viewer, command: Unbook, *, now: datetime) -> Consignment:
    """The seller, or the desk for them, cancels the appointment; the consignment stays confirmed."""
    consignment = await lock_own(work, viewer, command.consignment_id, *appointments.DESK)
    if consignment.seller != viewer.account_id:
        await associates.require_at(work, viewer, consignment.shop_id, elsewhere=appointments.ANY_DESK)
    consignment.move("consignmentUnbook", now)
    await leave_slot(work, consignment)
    consignment.expires_at = now + COME_WITHIN
    expire_later(work, consignment)
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "unbooked"))
    return consignment


async def leave_slot(work: Work, consignment: Consignment) -> None:
    """Give the place of its appointment to somebody else, if it has one that was not used."""
    if consignment.appointment_id is not None:
        await appointments.cancel(work, await work.appointments.lock(AppointmentId(consignment.appointment_id)))
        consignment.appointment_id = None
        if consignment.received_at is None:
            consignment.shop_id = None


# Taking it back


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Do not sell after all."""

    consignment_id: ConsignmentId
    reason: str = ""
    expected_version: int | None = None


async def withdraw(work: Work, viewer: Viewer, command: Withdraw, *, now: datetime) -> Consignment:
    """Free until the seller has agreed; from then on as the contract says. What the house has is sent back."""
    consignment = await lock_own(work, viewer, command.consignment_id, Role.SUPPORT)
    check_version(command.expected_version, consignment.version)
    bound = consignment.contract_id is not None
    consignment.move("consignmentWithdraw", now)
    if bound:
        until = await work.agreements.bound_until(consignment, now)
        if until is not None:
            raise SellerBound(until)
    consignment.end_reason = perhaps(command.reason, "reason", longest=500)
    await close(work, consignment, now)
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "withdrawn"))
    return consignment


async def close(work: Work, consignment: Consignment, now: datetime) -> None:
    """Whatever was under way for a consignment that has come to its end is over; what the house has goes back."""
    await close_task(work, consignment, TaskKind.CONFIRM, TaskOutcome.VOID, None, now)
    await leave_slot(work, consignment)
    # An offer that nobody agreed to has ended too.
    await work.agreements.ended(consignment, now)
    if consignment.listing_id is not None:
        await off_shelf(work, consignment)
    consignment.expires_at = None
    await owe_return(work, consignment, now)


async def off_shelf(work: Work, consignment: Consignment) -> None:
    """Take its listing down, unless somebody has it in their hands."""
    assert consignment.listing_id is not None, "there is something on the shelf"
    listing = await work.listings.lock(ListingId(consignment.listing_id))
    require(listing.state is not ListingState.RESERVED, BeingBought(listing.id))
    if listing.state is not ListingState.WITHDRAWN:
        listings.withdraw(listing)
        await listings.keep(work, listing, "withdrawn")
    consignment.listing_id = None
