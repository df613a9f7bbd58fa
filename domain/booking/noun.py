"""A booking: who travels, under which terms, what is paid when, and what was paid."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.booking.lifecycle import BOOKING_LIFECYCLE, LIVE, BookingState
from domain.departure import DepartureId
from domain.money import Currency, Money, total
from domain.piece import Party, PartyKind
from domain.policy import CancellationLadder, CategoryRule, Pin, TaxBasis, TravelCategory
from domain.supplier import RevenueShare, SupplierId
from domain.travel_product import TravelProductId, UnitKind
from domain.viewer import AccountId

BookingId = NewType("BookingId", UUID)


# Nouns


@dataclass(frozen=True, slots=True)
class GuardianConsent:
    """A parent or guardian agrees that somebody under age travels; given with the booking."""

    name: str
    relation: str
    phone: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Passport:
    """Of which country, and its last day; its number is for the supplier to ask."""

    country: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class EmergencyContact:
    """Somebody who stays at home."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True, slots=True)
class SchoolConsent:
    """A school lets somebody go, by whom; given with the booking."""

    name: str
    contact: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Traveller:
    """Somebody who travels, as one unit; `birth_date` says how old they are on the day of departure.

    What the category asks besides is kept until the booking is over; `diet` says what they can not eat.
    """

    unit: UnitKind
    given_name: str
    family_name: str
    birth_date: date
    guardian: GuardianConsent | None = None
    passport: Passport | None = None
    emergency: EmergencyContact | None = None
    diet: str | None = None
    school: SchoolConsent | None = None

    def age_on(self, day: date) -> int:
        """Full years."""
        birthday_came = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (0 if birthday_came else 1)


class BookingPart(StrEnum):
    """What a payment is for: all of the price, or first a deposit and later the balance."""

    FULL = "FULL"
    DEPOSIT = "DEPOSIT"
    BALANCE = "BALANCE"


@dataclass(frozen=True, slots=True)
class Installment:
    """What is to be paid, and until when."""

    part: BookingPart
    amount: Money
    due_at: datetime


@dataclass(frozen=True, slots=True)
class BookingPayment:
    """An installment in an order; `paid_at` is None while that is not paid."""

    part: BookingPart
    amount: Money
    order_id: UUID
    order_line_id: UUID
    paid_at: datetime | None = None


@dataclass(slots=True)
class Booking:
    """Ladder, rule, shares and versions are those of the moment when it was held, and stay.

    `net` is what the house owes the supplier for all of it. `retained` is what calling it off has cost, known then.
    """

    id: BookingId
    code: str
    buyer: AccountId
    departure_id: DepartureId
    product_id: TravelProductId
    supplier_id: SupplierId
    category: TravelCategory
    state: BookingState
    currency: Currency
    price: Money
    net: Money
    travellers: tuple[Traveller, ...]
    seller: Party
    tax_basis: TaxBasis
    seat: str
    ladder: CancellationLadder
    rule: CategoryRule
    shares: tuple[RevenueShare, ...]
    pins: tuple[Pin, ...]
    instant: bool
    confirm_hours: int
    remind_days: int
    starts_at: datetime
    ends_at: datetime
    schedule: tuple[Installment, ...]
    held_at: datetime
    expires_at: datetime | None
    bundle_id: UUID | None = None
    payments: tuple[BookingPayment, ...] = ()
    supplier_reference: str | None = None
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    retained: Money | None = None
    version: int = 1

    @property
    def units(self) -> list[UnitKind]:
        return [traveller.unit for traveller in self.travellers]

    @property
    def sold_by_house(self) -> bool:
        return self.seller.kind is PartyKind.HOUSE

    @property
    def paid(self) -> Money:
        return total((one.amount for one in self.payments if one.paid_at is not None), self.currency)

    @property
    def balance(self) -> Money:
        """What is still to be paid."""
        return self.price - self.paid

    @property
    def next_actions(self) -> tuple[str, ...]:
        """The mutations that are possible now."""
        possible = BOOKING_LIFECYCLE.next_actions(self.state)
        off = set() if self.rule.intake else {"bookingSubmitIntake"}
        off |= set() if self.state in LIVE and self.balance else {"bookingPayBalance"}
        return tuple(action for action in possible if action not in off)

    def move(self, action: str) -> None:
        self.state = BOOKING_LIFECYCLE.move(self.state, action)

    def installment(self, part: BookingPart) -> Installment | None:
        return next((one for one in self.schedule if one.part is part), None)

    def payment(self, part: BookingPart) -> BookingPayment | None:
        return next((one for one in self.payments if one.part is part), None)

    def costs(self, part: BookingPart) -> Money:
        """The part of `net` that belongs to a payment, by largest remainder over the schedule."""
        if part is BookingPart.FULL:
            return self.net
        parts = self.net.allocate([one.amount.minor for one in self.schedule])
        return next(cost for one, cost in zip(self.schedule, parts, strict=True) if one.part is part)

    def retained_at(self, moment: datetime) -> Money:
        """What would stay with the sellers if it were called off at this moment: never more than was paid."""
        days = (self.starts_at - moment).days
        return min(self.paid, self.price.at_bps(self.ladder.retained_bps(days)))

    def retained_of(self, line_id: UUID, retained: Money) -> Money:
        """The part of what stays that an order line bears: what was paid first stays first."""
        for payment in self.payments:
            if payment.paid_at is None:
                continue
            part = min(payment.amount, retained)
            if payment.order_line_id == line_id:
                return part
            retained -= part
        return Money.zero(self.currency)


@dataclass(slots=True)
class BookingIntake:
    """Medical details of a booking, sealed by the house's secret; its id is the booking's.

    After the journey `sealed` is emptied for good, and only that it was so stays.
    """

    id: BookingId
    sealed: str | None
    submitted_at: datetime
    purge_at: datetime
    purged_at: datetime | None = None
    version: int = 1
