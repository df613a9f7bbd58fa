"""Where a booking can go, in one table."""

from enum import StrEnum

from domain.lifecycle import Lifecycle


class BookingState(StrEnum):
    """ON_HOLD until it is paid, PENDING until the supplier answers, CONFIRMED until the journey is over or called off.

    REJECTED and EXPIRED give everything back, CANCELLED what the ladder says.
    """

    ON_HOLD = "ON_HOLD"
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    TRAVELLED = "TRAVELLED"


S = BookingState

BOOKING_LIFECYCLE = Lifecycle(
    kind="booking",
    initial=S.ON_HOLD,
    moves={
        "paid": ([S.ON_HOLD], S.PENDING),
        "bookingConfirm": ([S.PENDING], S.CONFIRMED),
        "bookingReject": ([S.PENDING], S.REJECTED),
        "bookingCancel": ([S.ON_HOLD, S.PENDING, S.CONFIRMED], S.CANCELLED),
        "bookingPayBalance": ([S.PENDING, S.CONFIRMED], None),
        "bookingSubmitIntake": ([S.ON_HOLD, S.PENDING, S.CONFIRMED], None),
        "expired": ([S.ON_HOLD, S.PENDING], S.EXPIRED),
        "travelled": ([S.CONFIRMED], S.TRAVELLED),
    },
    unattended=frozenset({"paid", "expired", "travelled"}),
)

BY_BUYER = frozenset({"bookingCancel", "bookingPayBalance", "bookingSubmitIntake"})
BY_SUPPLIER = frozenset({"bookingConfirm", "bookingReject"})

OVER = frozenset({S.REJECTED, S.EXPIRED, S.CANCELLED, S.TRAVELLED})
"""States from which nothing leads on; but for TRAVELLED the places are free again."""

LIVE = frozenset({S.PENDING, S.CONFIRMED})
"""States in which something is paid and the places are taken."""
