"""Where a trade-in can go, in one table, and who takes it there."""

from enum import StrEnum

from domain.lifecycle import Lifecycle
from domain.viewer import Role


class TradeInState(StrEnum):
    """OFFERED stands for a while; BOUND belongs to a purchase; REQUOTED waits for its owner's answer.

    SETTLED means that the piece is the house's, RETURNING that it goes back to its owner.
    """

    OFFERED = "OFFERED"
    BOUND = "BOUND"
    IN_TRANSIT = "IN_TRANSIT"
    RECEIVED = "RECEIVED"
    REQUOTED = "REQUOTED"
    SETTLED = "SETTLED"
    DISPOSED = "DISPOSED"
    RETURNING = "RETURNING"
    RETURNED = "RETURNED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


S = TradeInState

TRADE_IN_LIFECYCLE = Lifecycle(
    kind="trade-in",
    initial=S.OFFERED,
    moves={
        "tradeInOverride": ([S.OFFERED], None),
        "bound": ([S.OFFERED], S.BOUND),
        "letGo": ([S.BOUND], S.OFFERED),
        "tradeInPickUp": ([S.BOUND], S.IN_TRANSIT),
        "tradeInReceive": ([S.BOUND, S.IN_TRANSIT], S.RECEIVED),
        "tradeInInspect": ([S.RECEIVED], S.SETTLED),
        "tradeInInspect/LOWER": ([S.RECEIVED], S.REQUOTED),
        "tradeInInspect/NOT_TAKEN": ([S.RECEIVED], S.RETURNING),
        "tradeInAnswer": ([S.REQUOTED], S.SETTLED),
        "tradeInAnswer/CANCEL": ([S.REQUOTED], S.RETURNING),
        # Nobody agreed to less by saying nothing: the piece goes back, and the purchase stands at its full price.
        "unanswered": ([S.REQUOTED], S.RETURNING),
        "tradeInWithdraw": ([S.OFFERED, S.BOUND], S.WITHDRAWN),
        "tradeInWithdraw/ON_ITS_WAY": ([S.IN_TRANSIT], S.RETURNING),
        "expired": ([S.OFFERED, S.BOUND], S.EXPIRED),
        "calledOff": ([S.BOUND], S.WITHDRAWN),
        "unwound": ([S.IN_TRANSIT, S.RECEIVED, S.REQUOTED, S.SETTLED], S.RETURNING),
        "tradeInDispose": ([S.SETTLED], S.DISPOSED),
        "tradeInHandBack": ([S.RETURNING], S.RETURNED),
    },
    unattended=frozenset({"bound", "letGo", "unanswered", "expired", "calledOff", "unwound"}),
)

PENDING = (S.BOUND, S.IN_TRANSIT, S.RECEIVED, S.REQUOTED)
"""A purchase waits for the old piece."""
TAKEN = (S.SETTLED, S.DISPOSED)
"""The house has bought the piece."""
OPEN = (S.OFFERED, *PENDING, S.RETURNING)
"""The piece is promised here, or is here, and is its owner's."""

BY_OWNER = ("tradeInWithdraw", "tradeInPickUp", "tradeInAnswer")
BY_STAFF: dict[str, tuple[Role, ...]] = {
    "tradeInOverride": (Role.MERCHANDISER,),
    "tradeInWithdraw": (Role.SUPPORT,),
    "tradeInPickUp": (),
    "tradeInReceive": (Role.SUPPORT, Role.SHOP_ASSOCIATE),
    "tradeInInspect": (Role.APPRAISER,),
    "tradeInAnswer": (),
    "tradeInDispose": (Role.MERCHANDISER,),
    "tradeInHandBack": (Role.SUPPORT, Role.SHOP_ASSOCIATE),
}
HANDLERS = (Role.SUPPORT, Role.SHOP_ASSOCIATE, Role.APPRAISER, Role.MERCHANDISER, Role.FINANCE)
"""Staff who have to do with trade-ins."""
