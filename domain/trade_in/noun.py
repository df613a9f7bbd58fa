"""A trade-in: an old piece that is to pay a part of a new one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.appraisal import Verdict
from domain.campaign import CampaignId
from domain.catalogue import CategoryId, ProductId
from domain.grading import Answer, GradingStandardId, MarkFinding, Measurement
from domain.money import Currency, Money
from domain.order import Address, OrderId, PledgeMode
from domain.piece import Grade, PieceId
from domain.policy import PricingTerms
from domain.refusal import WrongState
from domain.shop import ShopId
from domain.trade_in.lifecycle import BY_OWNER, BY_STAFF, OPEN, PENDING, TRADE_IN_LIFECYCLE, TradeInState
from domain.valuation import Factor, Facts
from domain.viewer import AccountId, Viewer

TradeInId = NewType("TradeInId", UUID)


@dataclass(frozen=True, slots=True)
class PickUp:
    """A carrier fetches the piece; of `fee` its owner has `borne` a part, and the house the rest and the `premium`."""

    address: Address
    carrier: str
    policy_number: str
    label: str
    insured: Money
    fee: Money
    borne: Money
    premium: Money
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The piece came in; `shop_id` is None where it came to the house itself."""

    shop_id: ShopId | None
    condition: str
    weight_grams: int | None
    taken_by: AccountId
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an appraiser found by the pinned standard; grade and score only of an authentic piece.

    Months are those that were found in the place of what the owner had said, None where that holds.
    """

    verdict: Verdict
    grade: Grade | None
    score_bps: int | None
    answers: tuple[Answer, ...]
    marks: tuple[MarkFinding, ...]
    measurements: tuple[Measurement, ...]
    findings: str
    inspected_by: AccountId
    inspected_at: datetime
    age_months: int | None = None
    warranty_months: int | None = None


class TradeInAnswer(StrEnum):
    """What an owner makes of a lower offer.

    ACCEPT takes it: the difference comes out of the cash that is held, or less comes back. PAY_DIFFERENCE takes it and
    pays the difference with store credit, so that all of the held cash is free. CANCEL has the piece sent back.
    """

    ACCEPT = "ACCEPT"
    PAY_DIFFERENCE = "PAY_DIFFERENCE"
    CANCEL = "CANCEL"


@dataclass(slots=True)
class TradeIn:
    """`value` is what the house offers, and what it has paid in the end; `factors` sum to the value first offered.

    Terms, facts and standard are pinned: a lower grade is reckoned by them and by nothing newer. `requote` is what is
    offered after an inspection found a lower grade, until the owner has answered.
    """

    id: TradeInId
    code: str
    owner: AccountId
    state: TradeInState
    currency: Currency
    product_id: ProductId
    category_id: CategoryId
    piece_id: PieceId | None
    claim_token: int | None
    grade: Grade
    answers: tuple[Answer, ...]
    standard_id: GradingStandardId
    standard_version: int
    terms: PricingTerms
    policy_version: int
    new_price: Money
    facts: Facts
    factors: tuple[Factor, ...]
    plan_id: UUID | None
    low: Money
    value: Money
    campaign_id: CampaignId | None
    subsidy: Money
    offered_at: datetime
    expires_at: datetime
    override_reason: str | None = None
    mode: PledgeMode | None = None
    order_id: OrderId | None = None
    bound_at: datetime | None = None
    hand_over_by: datetime | None = None
    pick_up: PickUp | None = None
    receipt: Receipt | None = None
    inspection: Inspection | None = None
    requote: Money | None = None
    answer_by: datetime | None = None
    answer: TradeInAnswer | None = None
    settled_at: datetime | None = None
    closed_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_pending(self) -> bool:
        return self.state in PENDING

    @property
    def next_actions(self) -> tuple[str, ...]:
        """The mutations that are possible now."""
        return TRADE_IN_LIFECYCLE.next_actions(self.state)

    def actions_for(self, viewer: Viewer) -> tuple[str, ...]:
        """The mutations that are possible now for this viewer."""
        if viewer.account_id == self.owner:
            return tuple(action for action in self.next_actions if action in BY_OWNER)
        return tuple(action for action in self.next_actions if BY_STAFF[action] and viewer.has(*BY_STAFF[action]))

    def move(self, action: str) -> None:
        """Take one step of the lifecycle; refuses with what is possible instead."""
        self.state = TRADE_IN_LIFECYCLE.move(self.state, action)

    def check(self, action: str) -> None:
        """Refuse what is not possible now, before anything is done."""
        if action not in self.next_actions:
            raise WrongState(TRADE_IN_LIFECYCLE.kind, self.state, self.next_actions)
