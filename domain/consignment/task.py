"""What a member of staff has to do for a consignment, and how it went: outcome, agent and time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.consignment.noun import ConsignmentId, Photo, ReceiptId, TaskId
from domain.viewer import AccountId


class TaskKind(StrEnum):
    """CONFIRM: talk to the seller before anything is shipped. RETURN: give the piece back."""

    CONFIRM = "CONFIRM"
    RETURN = "RETURN"


class TaskOutcome(StrEnum):
    """How a task ended. VOID: nobody needs to do it any more."""

    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    UNREACHABLE = "UNREACHABLE"
    DONE = "DONE"
    VOID = "VOID"


@dataclass(slots=True)
class ConsignmentTask:
    """Open until it has an outcome; `attempt` counts the tries of the same kind."""

    id: TaskId
    consignment_id: ConsignmentId
    kind: TaskKind
    attempt: int
    due_at: datetime
    outcome: TaskOutcome | None = None
    agent: AccountId | None = None
    done_at: datetime | None = None
    note: str = ""

    def close(self, outcome: TaskOutcome, agent: AccountId | None, now: datetime, note: str = "") -> None:
        assert self.outcome is None, "a task ends once"
        self.outcome, self.agent, self.done_at, self.note = outcome, agent, now, note


@dataclass(frozen=True, slots=True)
class IntakeReceipt:
    """Proof that the house took a piece in: who handed over what, where, in which seal and weight."""

    id: ReceiptId
    code: str
    consignment_id: ConsignmentId
    piece_id: UUID | None
    shop_id: UUID | None
    handed_over_by: str
    taken_by: AccountId
    taken_at: datetime
    photos: tuple[Photo, ...]
    seal: str
    weight_grams: int
    condition: str
