"""Where an order can go, in one table, and where each of its lines is."""

from enum import StrEnum

from domain.lifecycle import Lifecycle


class OrderState(StrEnum):
    """An order moves on when all its lines have; COMPLETED means that nothing can come back any more."""

    PENDING_PAYMENT = "PENDING_PAYMENT"
    PAID = "PAID"
    PREPARING = "PREPARING"
    SHIPPED = "SHIPPED"
    READY_FOR_PICKUP = "READY_FOR_PICKUP"
    DELIVERED = "DELIVERED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class LineKind(StrEnum):
    """What a line is about: goods by quantity, one piece, places of a journey, or a service."""

    GOODS = "GOODS"
    PIECE = "PIECE"
    DEPARTURE = "DEPARTURE"
    SERVICE = "SERVICE"


class LineState(StrEnum):
    """Where the goods of one line are; a service or a journey is DELIVERED when it has taken place."""

    OPEN = "OPEN"
    PACKED = "PACKED"
    SHIPPED = "SHIPPED"
    READY_FOR_PICKUP = "READY_FOR_PICKUP"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"


S = OrderState

ORDER_LIFECYCLE = Lifecycle(
    kind="order",
    initial=S.PENDING_PAYMENT,
    moves={
        "paid": ([S.PENDING_PAYMENT], S.PAID),
        "expired": ([S.PENDING_PAYMENT], S.EXPIRED),
        "paymentFailed": ([S.PENDING_PAYMENT], S.CANCELLED),
        "orderCancel": ([S.PENDING_PAYMENT, S.PAID], S.CANCELLED),
        # A journey was travelled, or a service performed: that stays, and nothing else is left to be done.
        "orderCancel/REST": ([S.PAID], S.DELIVERED),
        "shipmentCreate": ([S.PAID, S.PREPARING], S.PREPARING),
        "shipmentCancel": ([S.PREPARING], S.PAID),
        "shipmentHandOver": ([S.PREPARING], S.SHIPPED),
        "shipmentReady": ([S.PREPARING], S.READY_FOR_PICKUP),
        "shipmentDeliver": ([S.SHIPPED], S.DELIVERED),
        "shipmentPickUp": ([S.READY_FOR_PICKUP], S.DELIVERED),
        "fulfilled": ([S.PAID], S.DELIVERED),
        "calledOff": ([S.PAID], S.CANCELLED),
        "completed": ([S.DELIVERED], S.COMPLETED),
    },
    unattended=frozenset({"paid", "expired", "paymentFailed", "fulfilled", "calledOff", "completed"}),
)

L = LineState

LINE_LIFECYCLE = Lifecycle(
    kind="order line",
    initial=L.OPEN,
    moves={
        "orderCancel": ([L.OPEN], L.CANCELLED),
        "shipmentCreate": ([L.OPEN], L.PACKED),
        "shipmentCancel": ([L.PACKED], L.OPEN),
        "shipmentHandOver": ([L.PACKED], L.SHIPPED),
        "shipmentReady": ([L.PACKED], L.READY_FOR_PICKUP),
        "shipmentDeliver": ([L.SHIPPED], L.DELIVERED),
        "shipmentPickUp": ([L.READY_FOR_PICKUP], L.DELIVERED),
        "returned": ([L.DELIVERED], L.RETURNED),
        "tookPlace": ([L.OPEN], L.DELIVERED),
        "calledOff": ([L.OPEN], L.CANCELLED),
    },
    unattended=frozenset({"returned", "tookPlace", "calledOff"}),
)

UNPAID = frozenset({S.PENDING_PAYMENT, S.CANCELLED, S.EXPIRED})
"""States in which the order has no money in escrow."""
