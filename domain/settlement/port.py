"""What settlements need of the house's memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain import markdown, piece_cost, receivable, supplier
from domain.consignment import ConsignmentId
from domain.page import Page, PageRequest
from domain.settlement.noun import Settlement, SettlementId, SettlementState
from domain.viewer import AccountId


class Settlements(Protocol):
    async def lock(self, settlement_id: SettlementId) -> Settlement: ...

    async def find(self, settlement_id: SettlementId) -> Settlement:
        """The settlement, not locked: for what never changes, such as its consignment."""
        ...

    async def of_line(self, order_line_id: UUID) -> Settlement | None:
        """The settlement of an order line, not locked."""
        ...

    async def lock_open(self, consignment_id: ConsignmentId) -> Settlement | None:
        """The settlement of a consignment that was not cancelled; there is one at most."""
        ...

    async def add(self, settlement: Settlement) -> None: ...
    async def save(self, settlement: Settlement) -> None: ...


class Work(piece_cost.Work, markdown.Work, receivable.Work, supplier.Work, Protocol):
    @property
    def settlements(self) -> Settlements: ...


@dataclass(frozen=True, slots=True)
class SettlementFilter:
    """Which settlements; what is None or empty does not narrow."""

    seller: AccountId | None = None
    states: tuple[SettlementState, ...] = ()
    due_before: datetime | None = None


class SettlementReader(Protocol):
    """Settlements as their sellers and finance read them; callers have checked who may."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Settlement | None]: ...
    async def of_consignments(self, consignments: Sequence[UUID]) -> Sequence[Settlement | None]:
        """The settlement of each consignment that was not cancelled."""
        ...

    async def page(self, wanted: SettlementFilter, page: PageRequest) -> Page[Settlement]:
        """Newest first."""
        ...
