"""What appraisal, settlement and orders do to a consignment; steps authorise nothing, the verbs that call them do."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.consignment.noun import Consignment, ConsignmentId, Disposal, Photo, Refused, SettlementMode, TaskId
from domain.consignment.port import Work
from domain.consignment.refusal import AlreadyConsigned
from domain.consignment.task import ConsignmentTask, TaskKind, TaskOutcome
from domain.event import Event
from domain.piece import Piece
from domain.viewer import AccountId
from domain.work import Job

RETURN_WITHIN = timedelta(days=7)
"""How soon a piece that the house may not keep goes back."""
CONTEST_WITHIN = timedelta(days=14)
"""How long a refused piece stays, so that its seller can contest the verdict."""


def happened(consignment: Consignment, what: str, **data: object) -> Event:
    """An event of this consignment, and of its piece once there is one; `data` holds JSON values only."""
    return Event(
        name=f"consignment.{what}",
        subject_kind="consignment",
        subject_id=consignment.id,
        data=data,
        piece_id=consignment.piece_id,
        account_id=consignment.seller,
    )


# On a consignment that the caller has locked, and saves


def appraising(consignment: Consignment, now: datetime) -> None:
    """It is before the appraisers."""
    consignment.move("appraisalOpen", now)


def appraised(consignment: Consignment, piece: Piece, now: datetime) -> None:
    """The verdict is that it is authentic, and which piece it is."""
    assert consignment.piece_id in (None, piece.id), "the piece that came in is the one that was appraised"
    consignment.move("appraisalConclude", now)
    consignment.piece_id, consignment.product_id = piece.id, piece.product_id


async def identify(work: Work, consignment: Consignment, piece: Piece) -> None:
    """Which piece it is; refuses one that the house has by another consignment. The piece is locked by the caller."""
    other = await work.consignments.with_house(piece.id)
    if other is not None and other.id != consignment.id:
        raise AlreadyConsigned(other.code, path=("serial",))
    consignment.piece_id, consignment.product_id = piece.id, piece.product_id


def refuse(consignment: Consignment, *, reason: str, now: datetime, evidence: tuple[Photo, ...] = ()) -> None:
    """The verdict is that it is not authentic, or can not be told: it waits for the seller to contest, then goes back.

    Staff may decide otherwise with consignmentDisposeRefused.
    """
    consignment.move("appraisalConclude/REFUSED", now)
    consignment.refused = Refused(reason, evidence, now, Disposal.RETURN, now + CONTEST_WITHIN)


def offer(consignment: Consignment, now: datetime, expires_at: datetime | None = None) -> None:
    """The house has offered terms, which lapse at `expires_at`."""
    consignment.move("contractOffer", now)
    consignment.expires_at = expires_at


def agree(consignment: Consignment, contract_id: UUID, mode: SettlementMode, now: datetime) -> None:
    """Both sides have agreed; what the contract says of listing and withdrawal is asked of it when it matters."""
    consignment.move("settlementAgree", now)
    consignment.contract_id, consignment.mode, consignment.agreed_at = contract_id, mode, now
    consignment.expires_at = None


def expire_later(work: Work, consignment: Consignment) -> None:
    """Have the house look at the end of what is running now; call it after a step that gave it an end."""
    if consignment.expires_at is not None:
        work.outbox.append(Job("consignmentExpire", consignment.id, consignment.expires_at))


# On a consignment by its id: locked, moved, told and saved here


async def reserved(work: Work, consignment_id: UUID, now: datetime) -> Consignment:
    """A buyer has claimed the piece."""
    return await moved(work, consignment_id, "reserved", now)


async def sold(work: Work, consignment_id: UUID, now: datetime) -> Consignment:
    """A buyer has paid."""
    return await moved(work, consignment_id, "sold", now)


async def unsold(work: Work, consignment_id: UUID, now: datetime) -> Consignment:
    """The claim lapsed, or the sale was undone and the piece is on the shelf again."""
    consignment = await moved(work, consignment_id, "unsold", now)
    expire_later(work, consignment)
    return consignment


async def called_off(work: Work, consignment_id: UUID, now: datetime) -> Consignment:
    """The sale was undone and the piece goes back to its seller instead of the shelf."""
    consignment = await moved(work, consignment_id, "calledOff", now)
    await work.agreements.ended(consignment, now)
    await owe_return(work, consignment, now)
    return consignment


async def payable(work: Work, consignment_id: UUID, now: datetime) -> Consignment:
    """The return window is over: the seller's money is due."""
    return await moved(work, consignment_id, "payable", now)


async def settled(work: Work, consignment_id: UUID, now: datetime) -> Consignment:
    """The seller has been paid; all is done for them."""
    return await moved(work, consignment_id, "settled", now)


async def moved(work: Work, consignment_id: UUID, action: str, now: datetime) -> Consignment:
    consignment = await work.consignments.lock(ConsignmentId(consignment_id))
    consignment.move(action, now)
    await work.consignments.save(consignment)
    work.events.append(happened(consignment, action))
    return consignment


async def owe_return(work: Work, consignment: Consignment, now: datetime) -> None:
    """The consignment has ended and the house has the piece: somebody is to give it back."""
    if consignment.held and await work.consignment_tasks.lock_open(consignment.id, TaskKind.RETURN) is None:
        # A refused piece may have been to be given back before, until somebody decided to keep it.
        attempt = 1 + await work.consignment_tasks.tried(consignment.id, TaskKind.RETURN)
        await open_task(work, consignment, TaskKind.RETURN, now + RETURN_WITHIN, attempt)


async def open_task(work: Work, consignment: Consignment, kind: TaskKind, due_at: datetime, attempt: int = 1) -> None:
    """Something for staff to do."""
    await work.consignment_tasks.add(ConsignmentTask(TaskId(work.new.id()), consignment.id, kind, attempt, due_at))


async def close_task(
    work: Work,
    consignment: Consignment,
    kind: TaskKind,
    outcome: TaskOutcome,
    agent: AccountId | None,
    now: datetime,
    note: str = "",
) -> ConsignmentTask | None:
    """End the open task of this kind, if there is one."""
    task = await work.consignment_tasks.lock_open(consignment.id, kind)
    if task is not None:
        task.close(outcome, agent, now, note)
        await work.consignment_tasks.save(task)
    return task
