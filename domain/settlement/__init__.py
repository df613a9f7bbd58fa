"""Settlement: what the seller gets, when, in what, and why not yet."""

from domain.settlement.noun import (
    SETTLEMENT_LIFECYCLE,
    Block,
    BlockReason,
    CostLine,
    Settlement,
    SettlementCause,
    SettlementId,
    SettlementState,
)
from domain.settlement.port import SettlementFilter, SettlementReader, Settlements, Work
from domain.settlement.split import Payout, Split
from domain.settlement.step import block, bought_price, cancel_sale, delivered, open_for_sale, unblock

__all__ = [
    "SETTLEMENT_LIFECYCLE",
    "Block",
    "BlockReason",
    "CostLine",
    "Payout",
    "Settlement",
    "SettlementCause",
    "SettlementFilter",
    "SettlementId",
    "SettlementReader",
    "SettlementState",
    "Settlements",
    "Split",
    "Work",
    "block",
    "bought_price",
    "cancel_sale",
    "delivered",
    "open_for_sale",
    "unblock",
]
