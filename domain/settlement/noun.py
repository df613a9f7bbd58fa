"""What one seller gets for one piece, and what stands between them and the money."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.consignment import ConsignmentId
from domain.contract.noun import ContractId
from domain.lifecycle import Lifecycle
from domain.money import Money
from domain.policy import CostKind
from domain.settlement.split import Payout, Split
from domain.supplier import RevenueShare
from domain.viewer import AccountId, Role, Viewer

SettlementId = NewType("SettlementId", UUID)


class SettlementCause(StrEnum):
    """Why money is due: the house bought at appraisal, a buyer bought, or the house bought at the end of the term."""

    APPRAISAL = "APPRAISAL"
    SALE = "SALE"
    TERM_END = "TERM_END"


class SettlementState(StrEnum):
    """PENDING until the payable date, PAYABLE once the price is split, SETTLED once the seller has it.

    REVERSED when the goods came back after that, and the seller owes what they got.
    """

    PENDING = "PENDING"
    PAYABLE = "PAYABLE"
    SETTLED = "SETTLED"
    CANCELLED = "CANCELLED"
    REVERSED = "REVERSED"


SETTLEMENT_LIFECYCLE = Lifecycle(
    kind="settlement",
    initial=SettlementState.PENDING,
    moves={
        "settlementBlock": ([SettlementState.PENDING], None),
        "settlementUnblock": ([SettlementState.PENDING], None),
        "settlementRelease": ([SettlementState.PENDING], SettlementState.PAYABLE),
        "settle": ([SettlementState.PAYABLE], SettlementState.SETTLED),
        "cancel": ([SettlementState.PENDING], SettlementState.CANCELLED),
        "reverse": ([SettlementState.SETTLED], SettlementState.REVERSED),
    },
    unattended=frozenset({"settle", "cancel", "reverse"}),
)


class BlockReason(StrEnum):
    """Why money is not payable yet; the first two follow from dates, the others are put and taken away."""

    NOT_DELIVERED = "NOT_DELIVERED"
    RETURN_WINDOW = "RETURN_WINDOW"
    RETURN_IN_PROGRESS = "RETURN_IN_PROGRESS"
    INSPECTION = "INSPECTION"
    DISPUTE = "DISPUTE"
    CHARGEBACK = "CHARGEBACK"
    TRADE_IN = "TRADE_IN"


BY_DATE = (BlockReason.NOT_DELIVERED, BlockReason.RETURN_WINDOW)


@dataclass(frozen=True, slots=True)
class Block:
    """`until` is known where the block ends by itself."""

    reason: BlockReason
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CostLine:
    """A cost that this settlement charges to the seller."""

    cost_id: UUID
    kind: CostKind
    amount: Money
    note: str


@dataclass(slots=True)
class Settlement:
    """`gross` is commission, tax, costs and net; net is offset, cash and credit. The database checks both sums.

    The payout is a forecast while PENDING and final once SETTLED; the bonus is the house's own money, on top.
    `shares` are partners' parts in the commission.
    """

    id: SettlementId
    code: str
    consignment_id: ConsignmentId
    contract_id: ContractId
    piece_id: UUID
    seller: AccountId
    cause: SettlementCause
    state: SettlementState
    order_id: UUID | None
    order_line_id: UUID | None
    gross: Money
    commission: Money
    commission_tax: Money
    costs: Money
    net: Money
    shortfall: Money
    offset: Money
    cash: Money
    credit: Money
    bonus: Money
    credit_bps: int
    cost_lines: tuple[CostLine, ...]
    return_window_days: int
    opened_at: datetime
    delivered_at: datetime | None = None
    payable_at: datetime | None = None
    blocks: tuple[Block, ...] = ()
    released_at: datetime | None = None
    settled_at: datetime | None = None
    shares: tuple[RevenueShare, ...] = ()
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        actions = SETTLEMENT_LIFECYCLE.next_actions(self.state)
        return tuple(action for action in actions if action != "settlementUnblock" or self.blocks)

    @property
    def split(self) -> Split:
        return Split(self.gross, self.commission, self.commission_tax, self.costs, self.net, self.shortfall)

    @property
    def payout(self) -> Payout:
        return Payout(self.offset, self.cash, self.credit, self.bonus)

    @property
    def received(self) -> Money:
        return self.cash + self.credit + self.bonus

    @property
    def window_ends_at(self) -> datetime | None:
        """When the buyer can no longer simply send it back."""
        return None if self.delivered_at is None else self.delivered_at + timedelta(days=self.return_window_days)

    def move(self, action: str) -> None:
        self.state = SETTLEMENT_LIFECYCLE.move(self.state, action)

    def blocked_by(self, now: datetime) -> tuple[Block, ...]:
        """Everything that keeps the money from being payable now; empty once it is, or is paid, or will never be."""
        if self.state is not SettlementState.PENDING:
            return ()
        if self.delivered_at is None:
            return (Block(BlockReason.NOT_DELIVERED, self.opened_at), *self.blocks)
        assert self.window_ends_at is not None, "a delivery starts the window"
        if now < self.window_ends_at:
            return (Block(BlockReason.RETURN_WINDOW, self.delivered_at, self.window_ends_at), *self.blocks)
        return self.blocks

    def forecast(self, payout: Payout) -> None:
        """Take over how the net amount is paid."""
        self.offset, self.cash, self.credit, self.bonus = payout.offset, payout.cash, payout.credit, payout.bonus


def may_see(viewer: Viewer, settlement: Settlement) -> bool:
    """Its seller, and the staff who pay or explain it."""
    return viewer.account_id == settlement.seller or viewer.has(Role.FINANCE, Role.SUPPORT)
