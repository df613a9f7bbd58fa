"""Where a return can go, in one table."""

from collections.abc import Mapping
from enum import StrEnum

from domain.lifecycle import Lifecycle
from domain.viewer import Role


class GoodsReturnState(StrEnum):
    """Where a return stands. REFUNDED means that goods and money are back where they came from."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    IN_TRANSIT = "IN_TRANSIT"
    RECEIVED = "RECEIVED"
    INSPECTED = "INSPECTED"
    REFUNDED = "REFUNDED"
    DENIED = "DENIED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


S = GoodsReturnState

GOODS_RETURN_LIFECYCLE = Lifecycle(
    kind="return",
    initial=S.REQUESTED,
    moves={
        "goodsReturnApprove": ([S.REQUESTED], S.APPROVED),
        "goodsReturnReject": ([S.REQUESTED], S.REJECTED),
        "goodsReturnShip": ([S.APPROVED], S.IN_TRANSIT),
        # Straight from APPROVED when the buyer brings it to a counter.
        "goodsReturnReceive": ([S.APPROVED, S.IN_TRANSIT], S.RECEIVED),
        # A second look, by an appraiser, may correct the first until the money has moved.
        "goodsReturnInspect": ([S.RECEIVED, S.INSPECTED], S.INSPECTED),
        "goodsReturnResolve": ([S.INSPECTED], S.REFUNDED),
        "goodsReturnResolve/DENIED": ([S.INSPECTED], S.DENIED),
        "goodsReturnSendBack": ([S.DENIED], None),
        "goodsReturnCancel": ([S.REQUESTED, S.APPROVED, S.IN_TRANSIT], S.CANCELLED),
        "expired": ([S.APPROVED], S.EXPIRED),
    },
    unattended=frozenset({"expired"}),
)

BY_BUYER = frozenset({"goodsReturnShip", "goodsReturnCancel"})
"""What buyers do with their own."""

BY_STAFF: Mapping[str, tuple[Role, ...]] = {
    "goodsReturnApprove": (Role.SUPPORT,),
    "goodsReturnReject": (Role.SUPPORT,),
    "goodsReturnShip": (Role.SUPPORT,),
    "goodsReturnReceive": (Role.SUPPORT, Role.SHOP_ASSOCIATE),
    "goodsReturnInspect": (Role.APPRAISER, Role.SUPPORT),
    "goodsReturnResolve": (Role.SUPPORT, Role.FINANCE),
    "goodsReturnSendBack": (Role.SUPPORT, Role.SHOP_ASSOCIATE),
    "goodsReturnCancel": (Role.SUPPORT,),
}
"""What staff do with others'; nobody decides about their own for the house."""

OPEN = (S.REQUESTED, S.APPROVED, S.IN_TRANSIT, S.RECEIVED, S.INSPECTED)
"""States in which the return is under way, and the seller is not paid."""

FRUITLESS = (S.REJECTED, S.DENIED, S.CANCELLED, S.EXPIRED)
"""States in which it came to nothing: what it was about counts as if it had never been asked for."""
