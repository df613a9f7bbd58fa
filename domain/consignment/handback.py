"""How a piece goes back to its seller, and how what nobody acted on comes to its end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import associate as associates
from domain import piece as pieces
from domain.consignment.desk import lock_for_agent
from domain.consignment.lifecycle import ConsignmentState
from domain.consignment.noun import Consignment, ConsignmentId, Parcel
from domain.consignment.refusal import PieceRetained
from domain.consignment.seller import Work, leave_slot, lock_own, off_shelf
from domain.consignment.step import close_task, expire_later, happened, owe_return
from domain.consignment.task import TaskKind, TaskOutcome
from domain.listing import ListingId, ListingState
from domain.piece import Party, PartyKind, PieceId
from domain.refusal import InvalidInput, require
from domain.text import line
from domain.viewer import Role, Viewer
from domain.work import check_version

TRY_AGAIN_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Send the piece back, or hand it over when no parcel is named; `handed_to` is who took it then."""

    consignment_id: ConsignmentId
    carrier: str | None = None
    tracking: str | None = None
    handed_to: str | None = None
    expected_version: int | None = None


async def give_back(work: Work, viewer: Viewer, command: GiveBack, *, now: datetime) -> Consignment:
    """Support or a shop gives back what was not sold; the house bears the risk until it is there."""
    roles = (Role.SUPPORT, Role.SHOP_ASSOCIATE)
    consignment, agent = await lock_for_agent(work, viewer, command.consignment_id, *roles)
    check_version(command.expected_version, consignment.version)
    await associates.require_at(work, viewer, consignment.shop_id, elsewhere=(Role.SUPPORT,))
    consignment.require_action("consignmentReturn")
    kept = consignment.refused
    if kept is not None and (kept.kept_until is None or now < kept.kept_until):
        raise PieceRetained(kept.kept_until, path=("consignmentId",))
    over_counter = command.handed_to is not None
    by_parcel = command.carrier is not None and command.tracking is not None
    one = over_counter != by_parcel and over_counter == (command.carrier is None and command.tracking is None)
    require(one, InvalidInput("Name carrier and tracking, or who took it.", path=("carrier",)))
    await owe_return(work, consignment, now)
    said: dict[str, object]
    if over_counter:
        note = line(command.handed_to or "", "handedTo")
        consignment.move("consignmentReturn/COUNTER", now)
        consignment.returned_at = now
        await pass_on(work, consignment, pieces.account(consignment.seller))
        said = {"overCounter": True}
    else:
        carrier = line(command.carrier or "", "carrier", longest=80)
        consignment.move("consignmentReturn", now)
        consignment.return_parcel = Parcel(carrier, line(command.tracking or "", "tracking", longest=80), now)
        await pass_on(work, consignment, Party(PartyKind.CARRIER))
        note = ""
        said = {"carrier": carrier, "tracking": consignment.return_parcel.tracking}
    await close_task(work, consignment, TaskKind.RETURN, TaskOutcome.DONE, agent, now, note)
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "returned" if over_counter else "sentBack", **said))
    return consignment


@dataclass(frozen=True, slots=True)
class AcceptReturn:
    """The piece is back with its seller."""

    consignment_id: ConsignmentId


async def accept_return(work: Work, viewer: Viewer, command: AcceptReturn, *, now: datetime) -> Consignment:
    """The seller has the parcel; support may say so for them when the carrier does."""
    consignment = await lock_own(work, viewer, command.consignment_id, Role.SUPPORT)
    consignment.require_action("consignmentAcceptReturn")
    consignment.move("consignmentAcceptReturn", now)
    consignment.returned_at = now
    await pass_on(work, consignment, pieces.account(consignment.seller))
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, "returned"))
    return consignment


async def pass_on(work: Work, consignment: Consignment, to: Party) -> None:
    """Somebody else has the piece; with its owner it is the owner's risk again."""
    if consignment.piece_id is None:
        return
    piece = await work.pieces.lock(PieceId(consignment.piece_id))
    pieces.hand_over(piece, to, to if to == piece.owner else None)
    await work.pieces.save(piece)


@dataclass(frozen=True, slots=True)
class Expire:
    consignment_id: ConsignmentId


async def expire(work: Work, viewer: Viewer, command: Expire, *, now: datetime) -> Consignment:
    """The house ends what was confirmed and never came, an offer nobody took, a term in which nobody bought."""
    viewer.require(Role.SYSTEM)
    consignment = await work.consignments.lock(command.consignment_id)
    due = consignment.expires_at is not None and consignment.expires_at <= now
    if not due or not consignment.may("expired"):
        return consignment
    if consignment.listing_id is not None:
        listing = await work.listings.lock(ListingId(consignment.listing_id))
        if listing.state is ListingState.RESERVED:
            # It is in an order that may still be paid; if it is not, the piece is free again soon.
            consignment.expires_at = now + TRY_AGAIN_AFTER
            await work.consignments.save(consignment)
            expire_later(work, consignment)
            return consignment
    consignment.move("expired", now)
    consignment.expires_at = None
    await leave_slot(work, consignment)
    work.events.append(happened(consignment, "expired"))
    # The house may buy the piece, or be given it, at the end of its term; then all is settled.
    await work.agreements.ended(consignment, now)
    if consignment.listing_id is not None:
        await off_shelf(work, consignment)
    if consignment.state is ConsignmentState.EXPIRED:
        await owe_return(work, consignment, now)
    await work.consignments.save(consignment)
    return consignment
