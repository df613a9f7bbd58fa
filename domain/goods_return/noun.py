"""A return: goods of one order line on their way back, what was found when they came, and what went back for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.goods_return.lifecycle import BY_BUYER, BY_STAFF, GOODS_RETURN_LIFECYCLE, OPEN, GoodsReturnState
from domain.money import Money
from domain.order import OrderId, OrderLineId, OrderRefundId
from domain.piece import PieceId
from domain.refusal import WrongState
from domain.shop import ShopId
from domain.viewer import AccountId, Viewer

GoodsReturnId = NewType("GoodsReturnId", UUID)

SEND_WITHIN = timedelta(days=14)
"""How long an approved return waits for the goods to be sent or brought."""


class ReturnReason(StrEnum):
    """Why the buyer gives it back, in the buyer's words."""

    CHANGED_MIND = "CHANGED_MIND"
    DOES_NOT_FIT = "DOES_NOT_FIT"
    NOT_AS_DESCRIBED = "NOT_AS_DESCRIBED"
    DAMAGED = "DAMAGED"
    WRONG_ITEM = "WRONG_ITEM"
    NOT_AUTHENTIC = "NOT_AUTHENTIC"


class Finding(StrEnum):
    """How what came back differs from what was sent, by its tag and its weight."""

    NOT_RECORDED = "NOT_RECORDED"
    """Nothing was recorded when it was sent, so nothing can be compared."""
    TAG_MISSING = "TAG_MISSING"
    TAG_DIFFERS = "TAG_DIFFERS"
    WEIGHT_DIFFERS = "WEIGHT_DIFFERS"


class ReturnCondition(StrEnum):
    """What an inspection finds."""

    AS_SENT = "AS_SENT"
    WORSE = "WORSE"
    NOT_THE_SAME = "NOT_THE_SAME"


class Disposition(StrEnum):
    """What becomes of goods that came back."""

    RESTOCK = "RESTOCK"
    REFURBISH = "REFURBISH"
    CLEAR = "CLEAR"
    RETURN_TO_CONSIGNOR = "RETURN_TO_CONSIGNOR"


@dataclass(frozen=True, slots=True)
class ReturnParcel:
    """Goods on their way with a carrier."""

    carrier: str
    tracking: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class ReturnReceipt:
    """What came in, held against what went out; `shop_id` is None where it came to the house itself."""

    tag_number: str | None
    weight_grams: int | None
    photos: tuple[str, ...]
    shop_id: ShopId | None
    taken_by: AccountId
    taken_at: datetime
    findings: tuple[Finding, ...]

    @property
    def matched(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class ReturnInspection:
    """What somebody found who looked closely; `deduction` is what the goods have lost, and is not given back."""

    condition: ReturnCondition
    deduction_bps: int
    deduction: Money
    note: str
    photos: tuple[str, ...]
    inspected_by: AccountId
    inspected_at: datetime


@dataclass(slots=True)
class GoodsReturn:
    """`quantity` of one order line; of a piece always the whole. `worth` is what was paid for it.

    What was worth so much is refunded and deducted, both known once it is REFUNDED, and together no more and no less;
    `duties_minor` of what is refunded are what was asked at a border.
    `late` was agreed by staff after the window; `opened` are pieces that opened goods of stock have become.
    """

    id: GoodsReturnId
    code: str
    order_id: OrderId
    order_line_id: OrderLineId
    piece_id: PieceId | None
    buyer: AccountId
    quantity: int
    state: GoodsReturnState
    reason: ReturnReason
    note: str
    photos: tuple[str, ...]
    late: bool
    worth: Money
    requested_by: AccountId
    requested_at: datetime
    decided_by: AccountId | None = None
    decided_at: datetime | None = None
    decision: str = ""
    send_by: datetime | None = None
    parcel: ReturnParcel | None = None
    receipt: ReturnReceipt | None = None
    inspection: ReturnInspection | None = None
    disposition: Disposition | None = None
    deducted: Money | None = None
    refunded: Money | None = None
    refund_id: OrderRefundId | None = None
    opened: tuple[PieceId, ...] = ()
    sent_back: ReturnParcel | None = None
    closed_at: datetime | None = None
    duties_minor: int = 0
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def next_actions(self) -> tuple[str, ...]:
        """The mutations that are possible now."""
        possible = GOODS_RETURN_LIFECYCLE.next_actions(self.state)
        return tuple(action for action in possible if action != "goodsReturnSendBack" or self.sent_back is None)

    def actions_for(self, viewer: Viewer) -> tuple[str, ...]:
        """The mutations that are possible now for this viewer."""
        if viewer.account_id == self.buyer:
            return tuple(action for action in self.next_actions if action in BY_BUYER)
        return tuple(action for action in self.next_actions if viewer.has(*BY_STAFF[action]))

    def move(self, action: str) -> None:
        """Take one step of the lifecycle; refuses with what is possible instead."""
        if action.partition("/")[0] not in (*self.next_actions, *GOODS_RETURN_LIFECYCLE.unattended):
            raise WrongState(GOODS_RETURN_LIFECYCLE.kind, self.state, self.next_actions)
        self.state = GOODS_RETURN_LIFECYCLE.move(self.state, action)
