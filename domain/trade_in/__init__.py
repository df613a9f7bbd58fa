"""Trade-ins: an old piece pays a part of a new one, once it has come and passed.

Until then the full price is paid or held. Purchase and old piece go together: what undoes one says what becomes of the
other.
"""

from domain.trade_in.dispose import DisposeTradeIn, HandBackTradeIn, dispose, hand_back
from domain.trade_in.hand_over import PickUpTradeIn, ReceiveTradeIn, pick_up, receive
from domain.trade_in.inspect import AnswerTradeIn, InspectTradeIn, LapseTradeIn, answer, inspect, lapse
from domain.trade_in.lifecycle import HANDLERS, OPEN, PENDING, TAKEN, TRADE_IN_LIFECYCLE, TradeInState
from domain.trade_in.noun import Inspection, PickUp, Receipt, TradeIn, TradeInAnswer, TradeInId
from domain.trade_in.offer import (
    ExpireTradeIn,
    OfferTradeIn,
    OverrideTradeIn,
    WithdrawTradeIn,
    expire,
    offer,
    override,
    withdraw,
)
from domain.trade_in.pledge import TradeInPledges, pledge_of
from domain.trade_in.port import Eligible, TradeInFilter, TradeInReader, TradeIns, Work, may_see
from domain.trade_in.refusal import AnotherPiece, NotYours, OwnTradeIn, TooManyOffers, TradeInNotOffered

__all__ = [
    "HANDLERS",
    "OPEN",
    "PENDING",
    "TAKEN",
    "TRADE_IN_LIFECYCLE",
    "AnotherPiece",
    "AnswerTradeIn",
    "DisposeTradeIn",
    "Eligible",
    "ExpireTradeIn",
    "HandBackTradeIn",
    "InspectTradeIn",
    "Inspection",
    "LapseTradeIn",
    "NotYours",
    "OfferTradeIn",
    "OverrideTradeIn",
    "OwnTradeIn",
    "PickUp",
    "PickUpTradeIn",
    "Receipt",
    "ReceiveTradeIn",
    "TooManyOffers",
    "TradeIn",
    "TradeInAnswer",
    "TradeInFilter",
    "TradeInId",
    "TradeInNotOffered",
    "TradeInPledges",
    "TradeInReader",
    "TradeInState",
    "TradeIns",
    "WithdrawTradeIn",
    "Work",
    "answer",
    "dispose",
    "expire",
    "hand_back",
    "inspect",
    "lapse",
    "may_see",
    "offer",
    "override",
    "pick_up",
    "pledge_of",
    "receive",
    "withdraw",
]
