"""Orders: a cart is bought, paid with a split tender, delivered, and completed or undone.

Title moves to the buyer at delivery. Until the return window has passed, all the money of an order stays in escrow.
"""

from domain.order.charge_back import ResolveChargeBack, charged_back, resolve_charge_back
from domain.order.deliver import CompleteOrder, block, complete, delivered, returned, unblock, window_end
from domain.order.discount import Discount, Discounts
from domain.order.end import CancelOrder, ExpireOrder, cancel, end_unpaid, expire
from domain.order.grant import GiftCardChoice
from domain.order.lifecycle import LINE_LIFECYCLE, ORDER_LIFECYCLE, UNPAID, LineKind, LineState, OrderState
from domain.order.noun import (
    Address,
    Cost,
    Delivery,
    LineDuty,
    Order,
    OrderId,
    OrderLine,
    OrderLineId,
    OrderRefund,
    OrderRefundId,
    Provenance,
    Tender,
    TenderKind,
    TenderPart,
)
from domain.order.pay import charged
from domain.order.place import PlaceOrder, place, terms_of
from domain.order.pledge import PLEDGED, Pledge, PledgeChoice, PledgeMode, Pledges, called_off, promised
from domain.order.port import Costs, OrderFilter, OrderReader, Orders, Work, may_see
from domain.order.quote import LineQuote, OrderQuote, Terms, Wish, check_delivery, quote
from domain.order.refund import allocate_refund, refund
from domain.order.refusal import (
    NotDeliveredThere,
    PriceChanged,
    TendersDoNotFit,
    VoucherNotForThis,
    VoucherNotGood,
)

__all__ = [
    "LINE_LIFECYCLE",
    "ORDER_LIFECYCLE",
    "PLEDGED",
    "UNPAID",
    "Address",
    "CancelOrder",
    "CompleteOrder",
    "Cost",
    "Costs",
    "Delivery",
    "DeliveryMethod",
    "Discount",
    "Discounts",
    "ExpireOrder",
    "GiftCardChoice",
    "LineDuty",
    "LineKind",
    "LineQuote",
    "LineState",
    "NotDeliveredThere",
    "Order",
    "OrderFilter",
    "OrderId",
    "OrderLine",
    "OrderLineId",
    "OrderQuote",
    "OrderReader",
    "OrderRefund",
    "OrderRefundId",
    "OrderState",
    "Orders",
    "PlaceOrder",
    "Pledge",
    "PledgeChoice",
    "PledgeMode",
    "Pledges",
    "PriceChanged",
    "Provenance",
    "ResolveChargeBack",
    "Tender",
    "TenderKind",
    "TenderPart",
    "TendersDoNotFit",
    "Terms",
    "VoucherNotForThis",
    "VoucherNotGood",
    "Wish",
    "Work",
    "allocate_refund",
    "block",
    "called_off",
    "cancel",
    "charged",
    "charged_back",
    "check_delivery",
    "complete",
    "delivered",
    "end_unpaid",
    "expire",
    "may_see",
    "place",
    "promised",
    "quote",
    "refund",
    "resolve_charge_back",
    "returned",
    "terms_of",
    "unblock",
    "window_end",
]
