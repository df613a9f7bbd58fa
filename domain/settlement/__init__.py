"""Settlement: what the seller gets, when, in what, and why not yet."""

from domain.settlement.agree import (
    Agree,
    ChoosePayout,
    NotBoughtAtOnce,
    OfferLapsed,
    PayoutFixed,
    agree,
    choose_payout,
)
from domain.settlement.hold import BlockPayment, block_payment, unblock_payment
from domain.settlement.noun import (
    SETTLEMENT_LIFECYCLE,
    Block,
    BlockReason,
    CostLine,
    Settlement,
    SettlementCause,
    SettlementId,
    SettlementState,
    may_see,
)
from domain.settlement.option import (
    Change,
    ChangeReason,
    PayoutKind,
    SettlementOption,
    Situation,
    options,
)
from domain.settlement.pay import NotPayableYet, Release, ReleaseDue, release, release_due
from domain.settlement.port import SettlementFilter, SettlementReader, Settlements, Work
from domain.settlement.split import Payout, Split
from domain.settlement.step import (
    block,
    cancel_sale,
    delivered,
    itemised,
    open_for_sale,
    unblock,
)
from domain.settlement.undo import undo_sale

__all__ = [
    "SETTLEMENT_LIFECYCLE",
    "Agree",
    "Block",
    "BlockPayment",
    "BlockReason",
    "Change",
    "ChangeReason",
    "ChoosePayout",
    "CostLine",
    "NotBoughtAtOnce",
    "NotPayableYet",
    "OfferLapsed",
    "Payout",
    "PayoutFixed",
    "PayoutKind",
    "Release",
    "ReleaseDue",
    "Settlement",
    "SettlementCause",
    "SettlementFilter",
    "SettlementId",
    "SettlementOption",
    "SettlementReader",
    "SettlementState",
    "Settlements",
    "Situation",
    "Split",
    "Work",
    "agree",
    "block",
    "block_payment",
    "cancel_sale",
    "choose_payout",
    "delivered",
    "itemised",
    "may_see",
    "open_for_sale",
    "options",
    "release",
    "release_due",
    "unblock",
    "unblock_payment",
    "undo_sale",
]
