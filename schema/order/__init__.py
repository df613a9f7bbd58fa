"""Orders: quoted, placed with a split tender, delivered, completed or undone."""

from schema.order.noun import Order, OrderLine, OrderRefund, OrderRefundPart
from schema.order.root import OrderMutation, OrderQuery

__all__ = ["Order", "OrderLine", "OrderMutation", "OrderQuery", "OrderRefund", "OrderRefundPart"]
