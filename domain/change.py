"""What changed, for whoever watches: every event is about some subjects, and a watcher is told which of theirs it was.

An event only says that a subject is not as it was. How it is now is read anew, so events that come together are told
once, and one that is told twice harms nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, NewType, Protocol
from uuid import UUID

Position = NewType("Position", str)
"""How far somebody has read: everything that was committed by some moment, and nothing that was not."""

# Nouns


class SubjectKind(StrEnum):
    """What can be watched; a PIECE by whoever looks at its offer, an ACCOUNT or API_KEY for what it may do."""

    ACCOUNT = "ACCOUNT"
    API_KEY = "API_KEY"
    CONSIGNMENT = "CONSIGNMENT"
    LISTING = "LISTING"
    ORDER = "ORDER"
    PIECE = "PIECE"
    WALLET = "WALLET"


class Subject(NamedTuple):
    """One thing that can be watched."""

    kind: SubjectKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Happening:
    """As much of an event as says what it is about: itself, and the order or consignment that it is a part of."""

    name: str
    subject_kind: str
    subject_id: UUID
    piece_id: UUID | None = None
    account_id: UUID | None = None
    order_id: UUID | None = None
    consignment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What was committed after an earlier position; when there was `more`, anything may have changed."""

    position: Position
    happenings: Sequence[Happening]
    more: bool = False


# Rules

OWN_KINDS: Mapping[str, SubjectKind] = {
    "account": SubjectKind.ACCOUNT,
    "apiKey": SubjectKind.API_KEY,
    "consignment": SubjectKind.CONSIGNMENT,
    "listing": SubjectKind.LISTING,
    "order": SubjectKind.ORDER,
}
"""Events of these are about the thing itself."""

OFFER = ("claim.", "listing.", "piece.described")
"""What happens to a piece and shows on its offer; the rest of its life is not for everybody."""


def subjects(happening: Happening) -> Iterable[Subject]:
    """Everything that may not be as it was."""
    own = OWN_KINDS.get(happening.subject_kind)
    if own is not None:
        yield Subject(own, happening.subject_id)
    if happening.order_id is not None:
        yield Subject(SubjectKind.ORDER, happening.order_id)
    if happening.consignment_id is not None:
        yield Subject(SubjectKind.CONSIGNMENT, happening.consignment_id)
    piece_id = happening.subject_id if happening.subject_kind == "piece" else happening.piece_id
    if piece_id is not None and happening.name.startswith(OFFER):
        yield Subject(SubjectKind.PIECE, piece_id)
    if happening.account_id is not None:
        yield Subject(SubjectKind.WALLET, happening.account_id)
        if happening.subject_kind == "session":
            yield Subject(SubjectKind.ACCOUNT, happening.account_id)


# Ports


class ChangeReader(Protocol):
    """Reads events as they are committed, which is not in the order of their ids."""

    async def position(self) -> Position:
        """Where somebody stands who has read everything up to now."""
        ...

    async def since(self, position: Position, most: int) -> News:
        """What was committed after that position, each event once, and the position after it.

        Of more than `most` events those that are left out are never told; nor are any of a position that this
        database has not come to. Refuses what is no position.
        """
        ...
