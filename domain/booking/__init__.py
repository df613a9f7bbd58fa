"""Bookings: places of a departure, held for a while, paid, confirmed by the supplier, and travelled or called off."""

from domain.booking.hold import InBundle, check_travellers, claim, find_departure, hold
from domain.booking.lifecycle import BOOKING_LIFECYCLE, BY_BUYER, BY_SUPPLIER, LIVE, OVER, BookingState
from domain.booking.noun import (
    Booking,
    BookingId,
    BookingIntake,
    BookingPart,
    BookingPayment,
    GuardianConsent,
    Installment,
    Traveller,
)
from domain.booking.port import (
    BookingFilter,
    BookingIntakes,
    BookingReader,
    Bookings,
    IntakeVault,
    Work,
    may_read_intake,
    may_see,
)
from domain.booking.refusal import AgeNotAllowed, BookingLapsed, ConsentMissing, IntakeMissing
from domain.booking.step import check_payable, confirm, end, forget_intake, keep_until, paid, put_in_order, tell, unpaid

__all__ = [
    "BOOKING_LIFECYCLE",
    "BY_BUYER",
    "BY_SUPPLIER",
    "LIVE",
    "OVER",
    "AgeNotAllowed",
    "Booking",
    "BookingFilter",
    "BookingId",
    "BookingIntake",
    "BookingIntakes",
    "BookingLapsed",
    "BookingPart",
    "BookingPayment",
    "BookingReader",
    "BookingState",
    "Bookings",
    "ConsentMissing",
    "GuardianConsent",
    "InBundle",
    "Installment",
    "IntakeMissing",
    "IntakeVault",
    "Traveller",
    "Work",
    "check_payable",
    "check_travellers",
    "claim",
    "confirm",
    "end",
    "find_departure",
    "forget_intake",
    "hold",
    "keep_until",
    "may_read_intake",
    "may_see",
    "paid",
    "put_in_order",
    "tell",
    "unpaid",
]
