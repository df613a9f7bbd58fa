"""Where a consignment can go, in one table."""

from collections.abc import Mapping
from enum import StrEnum

from domain.lifecycle import Lifecycle
from domain.viewer import Role


class ConsignmentState(StrEnum):
    """Where it stands. What is DECLINED, WITHDRAWN, EXPIRED or REFUSED ends in RETURNED if the house has the piece."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    CONFIRMED = "CONFIRMED"
    IN_TRANSIT = "IN_TRANSIT"
    APPOINTED = "APPOINTED"
    RECEIVED = "RECEIVED"
    APPRAISING = "APPRAISING"
    APPRAISED = "APPRAISED"
    OFFERED = "OFFERED"
    AGREED = "AGREED"
    LISTED = "LISTED"
    RESERVED = "RESERVED"
    SOLD = "SOLD"
    PAYABLE = "PAYABLE"
    SETTLED = "SETTLED"
    REFUSED = "REFUSED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    RETURNED = "RETURNED"


S = ConsignmentState

CONSIGNMENT_LIFECYCLE = Lifecycle(
    kind="consignment",
    initial=S.DRAFT,
    moves={
        "consignmentUpdate": ([S.DRAFT, S.SUBMITTED], None),
        "consignmentSubmit": ([S.DRAFT], S.SUBMITTED),
        "consignmentEstimate": ([S.SUBMITTED, S.CONFIRMED], None),
        "consignmentConfirm": ([S.SUBMITTED], S.CONFIRMED),
        "consignmentConfirm/DECLINED": ([S.SUBMITTED], S.DECLINED),
        "consignmentConfirm/UNREACHABLE": ([S.SUBMITTED], None),
        "consignmentConfirm/GIVEN_UP": ([S.SUBMITTED], S.EXPIRED),
        "consignmentShip": ([S.CONFIRMED], S.IN_TRANSIT),
        "consignmentBook": ([S.CONFIRMED, S.APPOINTED], S.APPOINTED),
        "consignmentUnbook": ([S.APPOINTED], S.CONFIRMED),
        "consignmentReceive": ([S.CONFIRMED, S.IN_TRANSIT, S.APPOINTED], S.RECEIVED),
        # A parcel that was on its way when its seller withdrew is taken in to be sent back.
        "consignmentReceive/WITHDRAWN": ([S.WITHDRAWN], None),
        "appraisalOpen": ([S.RECEIVED], S.APPRAISING),
        "appraisalConclude": ([S.APPRAISING], S.APPRAISED),
        "appraisalConclude/REFUSED": ([S.APPRAISING], S.REFUSED),
        "contractOffer": ([S.APPRAISED, S.OFFERED], S.OFFERED),
        "settlementAgree": ([S.OFFERED], S.AGREED),
        "consignmentList": ([S.AGREED], S.LISTED),
        # What the house has bought and paid for is listed in its own name; for the seller all is settled.
        "consignmentList/BOUGHT": ([S.SETTLED], None),
        "reserved": ([S.LISTED], S.RESERVED),
        "sold": ([S.LISTED, S.RESERVED], S.SOLD),
        "unsold": ([S.RESERVED, S.SOLD], S.LISTED),
        # SETTLED when the goods came back after their seller was paid.
        "calledOff": ([S.SOLD, S.LISTED, S.SETTLED], S.WITHDRAWN),
        "payable": ([S.SOLD], S.PAYABLE),
        # AGREED when the house buys at once, EXPIRED when it buys what nobody else bought.
        "settled": ([S.AGREED, S.PAYABLE, S.EXPIRED], S.SETTLED),
        # Not while the piece is on the appraiser's table: the verdict comes first.
        "consignmentWithdraw": (
            [
                *[S.DRAFT, S.SUBMITTED, S.CONFIRMED, S.IN_TRANSIT, S.APPOINTED, S.RECEIVED],
                *[S.APPRAISED, S.OFFERED, S.AGREED, S.LISTED],
            ],
            S.WITHDRAWN,
        ),
        "consignmentDecline": ([S.SUBMITTED, S.CONFIRMED, S.APPOINTED, S.RECEIVED, S.APPRAISED], S.DECLINED),
        "expired": ([S.DRAFT, S.CONFIRMED, S.APPOINTED, S.OFFERED, S.AGREED, S.LISTED], S.EXPIRED),
        "consignmentDisposeRefused": ([S.REFUSED], None),
        "consignmentReturn": ([S.DECLINED, S.WITHDRAWN, S.EXPIRED, S.REFUSED], None),
        "consignmentReturn/COUNTER": ([S.DECLINED, S.WITHDRAWN, S.EXPIRED, S.REFUSED], S.RETURNED),
        "consignmentAcceptReturn": ([S.DECLINED, S.WITHDRAWN, S.EXPIRED, S.REFUSED], S.RETURNED),
    },
    unattended=frozenset({"reserved", "sold", "unsold", "calledOff", "payable", "settled", "expired"}),
)

BY_SELLER = frozenset(
    {
        "consignmentUpdate",
        "consignmentSubmit",
        "consignmentShip",
        "consignmentBook",
        "consignmentUnbook",
        "settlementAgree",
        "consignmentWithdraw",
        "consignmentAcceptReturn",
    }
)
"""What sellers do with their own."""

BY_STAFF: Mapping[str, tuple[Role, ...]] = {
    "consignmentEstimate": (Role.APPRAISER, Role.SUPPORT),
    "consignmentConfirm": (Role.SUPPORT,),
    "consignmentBook": (Role.SHOP_ASSOCIATE, Role.SUPPORT),
    "consignmentUnbook": (Role.SHOP_ASSOCIATE, Role.SUPPORT),
    "consignmentReceive": (Role.SHOP_ASSOCIATE, Role.SUPPORT),
    "appraisalOpen": (Role.MERCHANDISER, Role.SUPPORT, Role.SHOP_ASSOCIATE, Role.APPRAISER),
    "appraisalConclude": (Role.APPRAISER,),
    "contractOffer": (Role.MERCHANDISER, Role.SUPPORT),
    "consignmentList": (Role.MERCHANDISER,),
    "consignmentWithdraw": (Role.SUPPORT,),
    "consignmentDecline": (Role.SUPPORT, Role.MERCHANDISER),
    "consignmentDisposeRefused": (Role.SUPPORT,),
    "consignmentReturn": (Role.SUPPORT, Role.SHOP_ASSOCIATE),
    "consignmentAcceptReturn": (Role.SUPPORT,),
}
"""What staff do with others'; nobody handles their own for the house."""
