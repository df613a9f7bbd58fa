"""Returns: asked for, approved, sent, received and compared with what was sent, inspected, and undone to the last unit.

While a return is under way neither its seller nor the house gets the money.
"""

from domain.goods_return.desk import (
    DecideReturn,
    ExpireReturn,
    InspectReturn,
    ReceiveReturn,
    SendBack,
    approve,
    expire,
    inspect,
    receive,
    reject,
    send_back,
)
from domain.goods_return.lifecycle import BY_STAFF, FRUITLESS, GOODS_RETURN_LIFECYCLE, OPEN, GoodsReturnState
from domain.goods_return.noun import (
    Disposition,
    Finding,
    GoodsReturn,
    GoodsReturnId,
    ReturnCondition,
    ReturnInspection,
    ReturnParcel,
    ReturnReason,
    ReturnReceipt,
)
from domain.goods_return.port import HANDLERS, GoodsReturnFilter, GoodsReturnReader, GoodsReturns, Work, may_see
from domain.goods_return.reckon import LineRefund, RefundPreview, WantedLine, left, preview, reckon, returnable
from domain.goods_return.refusal import (
    DispositionNotPossible,
    NeedsAppraiser,
    OwnReturn,
    PieceNotWithBuyer,
    ReturnUnderWay,
    ReturnWindowOver,
)
from domain.goods_return.request import CancelReturn, RequestReturn, ShipReturn, agree, cancel, request, ship
from domain.goods_return.resolve import ResolveReturn, resolve
from domain.goods_return.step import PHOTOS_MAX

__all__ = [
    "BY_STAFF",
    "FRUITLESS",
    "GOODS_RETURN_LIFECYCLE",
    "HANDLERS",
    "OPEN",
    "PHOTOS_MAX",
    "CancelReturn",
    "DecideReturn",
    "Disposition",
    "DispositionNotPossible",
    "ExpireReturn",
    "Finding",
    "GoodsReturn",
    "GoodsReturnFilter",
    "GoodsReturnId",
    "GoodsReturnReader",
    "GoodsReturnState",
    "GoodsReturns",
    "InspectReturn",
    "LineRefund",
    "NeedsAppraiser",
    "OwnReturn",
    "PieceNotWithBuyer",
    "ReceiveReturn",
    "RefundPreview",
    "RequestReturn",
    "ResolveReturn",
    "ReturnCondition",
    "ReturnInspection",
    "ReturnParcel",
    "ReturnReason",
    "ReturnReceipt",
    "ReturnUnderWay",
    "ReturnWindowOver",
    "SendBack",
    "ShipReturn",
    "WantedLine",
    "Work",
    "agree",
    "approve",
    "cancel",
    "expire",
    "inspect",
    "left",
    "may_see",
    "preview",
    "receive",
    "reckon",
    "reject",
    "request",
    "resolve",
    "returnable",
    "send_back",
    "ship",
]
