"""What becomes of journeys, and of services: held, paid, confirmed, called off by a ladder, or travelled and earned."""

from domain.trip.answer import (
    CancelBooking,
    ConfirmBooking,
    OfBooking,
    RejectBooking,
    balance_due,
    call_off,
    cancel,
    confirm,
    expire,
    reject,
    remind,
    travelled,
)
from domain.trip.hold import HoldBooking, PayBalance, hold, open_cart, pay_balance
from domain.trip.intake import IntakeSaid, SubmitIntake, check_intake, purge_intake, submit_intake
from domain.trip.perform import PerformService, perform
from domain.trip.run import OfDeparture, complete, decide
from domain.trip.run import cancel as cancel_departure

__all__ = [
    "CancelBooking",
    "ConfirmBooking",
    "HoldBooking",
    "IntakeSaid",
    "OfBooking",
    "OfDeparture",
    "PayBalance",
    "PerformService",
    "RejectBooking",
    "SubmitIntake",
    "balance_due",
    "call_off",
    "cancel",
    "cancel_departure",
    "check_intake",
    "complete",
    "confirm",
    "decide",
    "expire",
    "hold",
    "open_cart",
    "pay_balance",
    "perform",
    "purge_intake",
    "reject",
    "remind",
    "submit_intake",
    "travelled",
]
