"""What happened, in the past tense. Verbs append events; they are kept in the same transaction and never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about `subject_kind`/`subject_id`;

    with `piece_id` it stands in that piece's passport. `data` holds JSON values only.
    """

    name: str
    subject_kind: str
    subject_id: UUID
    data: Mapping[str, object] = field(default_factory=dict)
    piece_id: UUID | None = None
    account_id: UUID | None = None


class Events(Protocol):
    """Collects the events of one unit of work."""

    def append(self, event: Event) -> None: ...
