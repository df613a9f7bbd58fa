"""A known piece has changed hands outside the house: staff record whose it is now, and what shows it.

Title that passes within the house passes by itself, with a sale or a return; this is for what it had no part in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import account as accounts
from domain import piece as pieces
from domain.account import lock_present
from domain.event import Event
from domain.media import Media, Placed, check_media, placed
from domain.piece import Party, PartyKind, Piece, PieceId
from domain.refusal import InvalidInput, NotAllowed, NotFound, Refusal, require
from domain.text import note
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

TitleRecordId = NewType("TitleRecordId", UUID)

EVIDENCE_LENGTH_MAX = 500


# Nouns


class TitleBasis(StrEnum):
    """How somebody came to own a piece."""

    PURCHASE = "PURCHASE"
    GIFT = "GIFT"
    INHERITANCE = "INHERITANCE"
    COURT_ORDER = "COURT_ORDER"


@dataclass(frozen=True, slots=True)
class TitleRecord:
    """Never changed; `evidence` says which paper shows it, `documents` are copies of it."""

    id: TitleRecordId
    piece_id: PieceId
    previous: Party
    owner: AccountId
    basis: TitleBasis
    evidence: str
    documents: tuple[Media, ...]
    recorded_by: AccountId
    recorded_at: datetime


class Tie(StrEnum):
    """Why the house is part of what happens to a piece, so that its title passes no other way."""

    HOUSE_OWNS = "HOUSE_OWNS"
    IN_OUR_HANDS = "IN_OUR_HANDS"
    LISTED = "LISTED"
    CLAIMED = "CLAIMED"
    CONSIGNED = "CONSIGNED"
    ORDERED = "ORDERED"
    RETURNING = "RETURNING"
    SOLD = "SOLD"


# Refusals


@dataclass(eq=False)
class PieceTied(Refusal):
    """The house has the piece, or a deal about it, and its title passes with that alone."""

    code = "PIECE_TIED"
    ties: tuple[Tie, ...]

    @property
    def message(self) -> str:
        said = ", ".join(tie.replace("_", " ").lower() for tie in self.ties)
        return f"The house is part of what happens to this piece ({said}): end that first."


# Ports


class TitleRecords(Protocol):
    async def add(self, record: TitleRecord) -> None: ...


class PieceTies(Protocol):
    async def deals(self, piece_id: PieceId, now: datetime) -> Sequence[Tie]:
        """Offers, claims, consignments, orders and returns of a piece that are not over."""
        ...


class Work(pieces.Work, accounts.Work, Protocol):
    @property
    def title_records(self) -> TitleRecords: ...
    @property
    def piece_ties(self) -> PieceTies: ...


class TitleReader(Protocol):
    async def of_pieces(self, piece_ids: Sequence[UUID]) -> Sequence[Sequence[TitleRecord]]:
        """What was recorded of each piece, oldest first."""
        ...


# Verbs


@dataclass(frozen=True, slots=True)
class RecordTitle:
    """`owner` is whose it is now; `evidence` names the paper, such as a bill of sale with its date."""

    piece_id: PieceId
    owner: AccountId
    basis: TitleBasis
    evidence: str
    documents: tuple[Placed, ...] = ()
    expected_version: int | None = None


async def record(work: Work, viewer: Viewer, command: RecordTitle, *, now: datetime) -> Piece:
    """Support records a new owner who has shown that a piece is theirs; nobody records one for themselves."""
    viewer.require(Role.SUPPORT)
    recorder = viewer.require_account()
    await lock_owner(work, command.owner)
    piece = await work.pieces.lock(command.piece_id)
    check_version(command.expected_version, piece.version)
    owner = pieces.account(command.owner)
    involved = recorder in (command.owner, piece.owner.id)
    require(not involved, NotAllowed("somebody who neither gives nor gets it", path=("ownerId",)))
    require(piece.owner != owner, InvalidInput("It is theirs already.", path=("ownerId",)))
    ties = (*held_by_us(piece), *await work.piece_ties.deals(piece.id, now))
    require(not ties, PieceTied(ties, path=("pieceId",)))
    documents = await placed(work, check_media(command.documents), owner=None, path=("documents",))
    made = TitleRecord(
        id=TitleRecordId(work.new.id()),
        piece_id=piece.id,
        previous=piece.owner,
        owner=command.owner,
        basis=command.basis,
        evidence=note(command.evidence, "evidence", longest=EVIDENCE_LENGTH_MAX),
        documents=documents,
        recorded_by=recorder,
        recorded_at=now,
    )
    await work.title_records.add(made)
    pieces.transfer_title(piece, owner)
    pieces.hand_over(piece, owner, owner)
    await work.pieces.save(piece)
    work.events.append(
        Event("piece.titleRecorded", "piece", piece.id, {"basis": made.basis}, piece.id, account_id=command.owner)
    )
    return piece


async def lock_owner(work: Work, owner: AccountId) -> None:
    """The new owner is there, and is not erased meanwhile."""
    try:
        await lock_present(work, owner)
    except NotFound as refusal:
        refusal.path = ("ownerId",)
        raise


def is_ours(piece: Piece) -> bool:
    """Whether it is the house's own, and not with a person: nobody has bought it since."""
    return piece.owner.kind is PartyKind.HOUSE and piece.custodian.kind is not PartyKind.ACCOUNT


def held_by_us(piece: Piece) -> tuple[Tie, ...]:
    """What the piece itself says: nothing when it belongs to a person and a person has it."""
    owns = (Tie.HOUSE_OWNS,) if piece.owner.kind is not PartyKind.ACCOUNT else ()
    has = (Tie.IN_OUR_HANDS,) if piece.custodian.kind is not PartyKind.ACCOUNT else ()
    return (*owns, *has)
