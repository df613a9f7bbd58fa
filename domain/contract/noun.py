"""A contract and its parts, as pinned on the day of the offer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.consignment import ConsignmentId, SettlementMode
from domain.lifecycle import Lifecycle
from domain.money import BASIS_POINTS, Money
from domain.policy import ChoiceFixed, CommissionPlan, CostKind, Pin, SellerLevel
from domain.viewer import AccountId, Role, Viewer

ContractId = NewType("ContractId", UUID)


class EndAction(StrEnum):
    """What happens to a piece that nobody bought in time."""

    RETURN = "RETURN"
    DONATE = "DONATE"
    TRADE_IN = "TRADE_IN"
    BUY_OUT = "BUY_OUT"


BOUGHT_AT_END = (EndAction.TRADE_IN, EndAction.BUY_OUT)


class ContractState(StrEnum):
    """An offer waits for its seller; what was agreed holds until the seller is paid or the piece goes back."""

    OFFERED = "OFFERED"
    AGREED = "AGREED"
    ENDED = "ENDED"


CONTRACT_LIFECYCLE = Lifecycle(
    kind="contract",
    initial=ContractState.OFFERED,
    moves={
        "contractOffer": ([ContractState.OFFERED], None),
        "settlementAgree": ([ContractState.OFFERED], ContractState.AGREED),
        "settlementChoosePayout": ([ContractState.AGREED], None),
        "markdownPropose": ([ContractState.AGREED], None),
        "end": ([ContractState.OFFERED, ContractState.AGREED], ContractState.ENDED),
    },
    unattended=frozenset({"end"}),
)


@dataclass(frozen=True, slots=True)
class AgreedStep:
    """After this many days on sale the price falls to this one, without asking again."""

    after_days: int
    price: Money


@dataclass(frozen=True, slots=True)
class PayoutChoice:
    """How the proceeds are taken: all cash at 0, all credit at 10,000 basis points, or a split."""

    credit_bps: int

    def __post_init__(self) -> None:
        assert 0 <= self.credit_bps <= BASIS_POINTS, "a share is 0 to 10,000 basis points"


@dataclass(slots=True)
class Contract:
    """All amounts are in `currency` of the price; what follows `mode` is known once the seller has agreed.

    The house pays `buy_out` at once, or `end_price` at the end of the term; None where it does not buy.
    """

    id: ContractId
    code: str
    consignment_id: ConsignmentId
    piece_id: UUID
    seller: AccountId
    state: ContractState
    price: Money
    floor: Money
    buy_out: Money | None
    end_price: Money | None
    plan: CommissionPlan
    seller_level: SellerLevel
    tax_jurisdiction: str
    commission_tax_bps: int
    credit_bonus_bps: int
    offset_cap_bps: int
    choice_fixed: ChoiceFixed
    days_to_sell: int
    days_to_deliver: int
    return_window_days: int
    response_days: int
    steps: tuple[AgreedStep, ...]
    seller_costs: tuple[CostKind, ...]
    term_days: int
    grace_days: int
    end_action: EndAction
    pins: tuple[Pin, ...]
    offered_by: AccountId | None
    offered_at: datetime
    offer_expires_at: datetime
    mode: SettlementMode | None = None
    credit_bps: int | None = None
    agreed_at: datetime | None = None
    payout_fixed_at: datetime | None = None
    listing_id: UUID | None = None
    listed_at: datetime | None = None
    term_ends_at: datetime | None = None
    free_withdrawal_since: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        return tuple(action for action in CONTRACT_LIFECYCLE.next_actions(self.state) if self._sensible(action))

    @property
    def grace_ends_at(self) -> datetime | None:
        return None if self.term_ends_at is None else self.term_ends_at + timedelta(days=self.grace_days)

    @property
    def payout(self) -> PayoutChoice | None:
        return None if self.credit_bps is None else PayoutChoice(self.credit_bps)

    @property
    def lowest_agreed(self) -> Money:
        """The last agreed step, or the price; never below the floor."""
        return self.steps[-1].price if self.steps else self.price

    def bound_until(self, now: datetime) -> datetime | None:
        """Until when the seller may not withdraw: the term, which begins with the listing.

        None when they are free: the price left the agreed range, or the term is over.
        """
        if self.state is not ContractState.AGREED or self.free_withdrawal_since is not None:
            return None
        assert self.agreed_at is not None, "what was agreed has a date"
        ends_at = self.term_ends_at or self.agreed_at + timedelta(days=self.term_days)
        return ends_at if now < ends_at else None

    def move(self, action: str) -> None:
        self.state = CONTRACT_LIFECYCLE.move(self.state, action)

    def _sensible(self, action: str) -> bool:
        after_sale = self.mode is SettlementMode.AFTER_SALE
        match action:
            case "settlementChoosePayout":
                return after_sale and self.payout_fixed_at is None
            case "markdownPropose":
                return after_sale and self.listing_id is not None
        return True


def may_see(viewer: Viewer, contract: Contract) -> bool:
    """Its seller, and the staff who offer, keep or pay it."""
    return viewer.account_id == contract.seller or viewer.has(Role.MERCHANDISER, Role.SUPPORT, Role.FINANCE)
