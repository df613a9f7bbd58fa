"""What consignment needs of the house's memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain import work as unit
from domain.consignment.lifecycle import ConsignmentState
from domain.consignment.noun import Consignment, ConsignmentId
from domain.consignment.task import ConsignmentTask, IntakeReceipt, TaskKind
from domain.money import Money
from domain.page import Page, PageRequest
from domain.viewer import AccountId


class Consignments(Protocol):
    async def lock(self, consignment_id: ConsignmentId) -> Consignment: ...
    async def add(self, consignment: Consignment) -> None: ...
    async def save(self, consignment: Consignment) -> None: ...

    async def with_house(self, piece_id: UUID) -> Consignment | None:
        """The consignment by which the house has this piece, from its receipt until it is sold; not locked."""
        ...


class ConsignmentTasks(Protocol):
    async def lock_open(self, consignment_id: ConsignmentId, kind: TaskKind) -> ConsignmentTask | None:
        """The task of this kind that waits to be done; there is one at most."""
        ...

    async def tried(self, consignment_id: ConsignmentId, kind: TaskKind) -> int:
        """How many tasks of this kind there have been."""
        ...

    async def add(self, task: ConsignmentTask) -> None: ...
    async def save(self, task: ConsignmentTask) -> None: ...


class IntakeReceipts(Protocol):
    async def add(self, receipt: IntakeReceipt) -> None: ...


class Agreements(Protocol):
    """What the contract says when it matters to its consignment; the contract capability knows."""

    async def price(self, consignment: Consignment) -> Money:
        """What the piece is listed at."""
        ...

    async def listed(self, consignment: Consignment, listing_id: UUID, now: datetime) -> datetime | None:
        """Its term has begun; the answer is when it ends."""
        ...

    async def bound_until(self, consignment: Consignment, now: datetime) -> datetime | None:
        """Until when the seller may not withdraw; None when they are free."""
        ...

    async def ended(self, consignment: Consignment, now: datetime) -> None:
        """The consignment was withdrawn or has expired, and the contract with it."""
        ...


class Work(unit.Work, Protocol):
    """The part of the unit of work that steps on consignments need."""

    @property
    def consignments(self) -> Consignments: ...
    @property
    def consignment_tasks(self) -> ConsignmentTasks: ...
    @property
    def intake_receipts(self) -> IntakeReceipts: ...
    @property
    def agreements(self) -> Agreements: ...


@dataclass(frozen=True, slots=True)
class ConsignmentFilter:
    """Which consignments; what is None or empty does not narrow."""

    states: tuple[ConsignmentState, ...] = ()
    seller: AccountId | None = None


class Queue(StrEnum):
    """What staff are to do next with a consignment."""

    TO_CONFIRM = "TO_CONFIRM"
    TO_ESTIMATE = "TO_ESTIMATE"
    TO_RECEIVE = "TO_RECEIVE"
    TO_APPRAISE = "TO_APPRAISE"
    TO_OFFER = "TO_OFFER"
    TO_LIST = "TO_LIST"
    TO_LIST_BOUGHT = "TO_LIST_BOUGHT"
    TO_DISPOSE = "TO_DISPOSE"
    TO_RETURN = "TO_RETURN"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """One queue; `due_before` counts where there is a task, that is to confirm and to return."""

    queue: Queue
    shop_id: UUID | None = None
    category_id: UUID | None = None
    due_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to a consignment or, while it was here, to its piece."""

    id: int
    name: str
    occurred_at: datetime
    actor_id: AccountId | None


class ConsignmentReader(Protocol):
    """Consignments as their sellers and staff read them; callers have checked who may."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Consignment | None]: ...
    async def by_code(self, code: str) -> Consignment | None: ...
    async def page(self, wanted: ConsignmentFilter, page: PageRequest) -> Page[Consignment]:
        """Newest first."""
        ...

    async def queue(self, wanted: QueueFilter, page: PageRequest) -> Page[Consignment]:
        """What has waited longest first."""
        ...

    async def tasks(self, ids: Sequence[UUID]) -> Sequence[Sequence[ConsignmentTask]]: ...
    async def receipts(self, ids: Sequence[UUID]) -> Sequence[IntakeReceipt | None]: ...
    async def timeline(self, consignment: Consignment, page: PageRequest) -> Page[TimelineEntry]:
        """Oldest first."""
        ...
