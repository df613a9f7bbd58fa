"""A tailor-made journey: somebody says what they wish for, the house quotes, and the quote becomes a booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import departure as departures
from domain import order as orders
from domain import trip
from domain.booking import OVER, Booking, BookingId, BookingPart, BookingState, Traveller
from domain.cart import Cart, CartId
from domain.departure import OpenDeparture, UnitPrice
from domain.event import Event
from domain.lifecycle import Lifecycle
from domain.money import Money
from domain.page import Page, PageRequest
from domain.policy import TravelCategory
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.text import note
from domain.travel_product import TravelProductId
from domain.viewer import AccountId, Role, Viewer
from domain.work import Job, check_version

TripRequestId = NewType("TripRequestId", UUID)

PARTY_MAX = 12
LOOK_AGAIN = timedelta(minutes=1)


# Nouns


class TripRequestState(StrEnum):
    """SUBMITTED until the house has QUOTED; ACCEPTED is a booking, and QUOTED again when that is not paid in time.

    DECLINED is over.
    """

    SUBMITTED = "SUBMITTED"
    QUOTED = "QUOTED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


S = TripRequestState

TRIP_REQUEST_LIFECYCLE = Lifecycle(
    kind="trip request",
    initial=S.SUBMITTED,
    moves={
        "tripRequestQuote": ([S.SUBMITTED, S.QUOTED], S.QUOTED),
        "tripRequestAccept": ([S.QUOTED], S.ACCEPTED),
        "lapsed": ([S.ACCEPTED], S.QUOTED),
        "tripRequestDecline": ([S.SUBMITTED, S.QUOTED], S.DECLINED),
    },
    unattended=frozenset({"lapsed"}),
)
BY_BUYER = frozenset({"tripRequestAccept", "tripRequestDecline"})


@dataclass(frozen=True, slots=True)
class TripQuote:
    """What the house would arrange, by unit and until when it stands."""

    product_id: TravelProductId
    option_code: str
    starts_at: datetime
    ends_at: datetime
    prices: tuple[UnitPrice, ...]
    note: str
    valid_until: datetime
    quoted_by: AccountId


@dataclass(slots=True)
class TripRequest:
    """`party` is how many would travel; `budget` is what they had in mind for all of them."""

    id: TripRequestId
    code: str
    buyer: AccountId
    category: TravelCategory
    state: TripRequestState
    wishes: str
    starts_on: date
    ends_on: date
    party: int
    budget: Money | None
    quote: TripQuote | None
    booking_id: BookingId | None
    created_at: datetime
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        return TRIP_REQUEST_LIFECYCLE.next_actions(self.state)

    def move(self, action: str) -> None:
        self.state = TRIP_REQUEST_LIFECYCLE.move(self.state, action)


# Refusals


@dataclass(eq=False)
class QuoteLapsed(Refusal):
    """The quote does not stand any more."""

    code = "QUOTE_LAPSED"
    valid_until: datetime

    @property
    def message(self) -> str:
        return f"This quote stood until {self.valid_until:%Y-%m-%d %H:%M} UTC: ask for another one."


# Ports


class TripRequests(Protocol):
    async def lock(self, trip_request_id: TripRequestId) -> TripRequest: ...
    async def find(self, trip_request_id: TripRequestId) -> TripRequest: ...
    async def add(self, trip_request: TripRequest) -> None: ...
    async def save(self, trip_request: TripRequest) -> None: ...


class Work(orders.Work, Protocol):
    @property
    def trip_requests(self) -> TripRequests: ...


class TripRequestReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[TripRequest | None]: ...
    async def of_buyer(
        self, buyer: AccountId, states: Sequence[TripRequestState], page: PageRequest
    ) -> Page[TripRequest]:
        """Newest first."""
        ...

    async def queue(self, states: Sequence[TripRequestState], page: PageRequest) -> Page[TripRequest]:
        """Oldest first, as staff work through them."""
        ...


STAFF = (Role.MERCHANDISER, Role.SUPPORT)


def may_see(viewer: Viewer, trip_request: TripRequest) -> bool:
    return trip_request.buyer == viewer.account_id or viewer.has(*STAFF)


# Verbs


@dataclass(frozen=True, slots=True)
class SubmitTripRequest:
    category: TravelCategory
    wishes: str
    starts_on: date
    ends_on: date
    party: int
    budget: Money | None = None


async def submit(work: Work, viewer: Viewer, command: SubmitTripRequest, *, now: datetime) -> TripRequest:
    """Ask for a journey that is not in the catalogue."""
    buyer = viewer.require_account()
    later = now.date() < command.starts_on <= command.ends_on
    require(later, InvalidInput("It starts in the future, and ends no earlier.", path=("startsOn",)))
    require(1 <= command.party <= PARTY_MAX, InvalidInput(f"1 to {PARTY_MAX} travellers.", path=("party",)))
    positive = command.budget is None or command.budget.minor > 0
    require(positive, InvalidInput("A budget is more than zero.", path=("budget",)))
    made = TripRequest(
        id=TripRequestId(work.new.id()),
        code=work.new.code("TR"),
        buyer=buyer,
        category=command.category,
        state=S.SUBMITTED,
        wishes=note(command.wishes, "wishes"),
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        party=command.party,
        budget=command.budget,
        quote=None,
        booking_id=None,
        created_at=now,
    )
    await work.trip_requests.add(made)
    tell(work, made, "submitted")
    return made


def tell(work: Work, trip_request: TripRequest, what: str) -> None:
    work.events.append(Event(f"tripRequest.{what}", "tripRequest", trip_request.id, {}, account_id=trip_request.buyer))


@dataclass(frozen=True, slots=True)
class QuoteTrip:
    trip_request_id: TripRequestId
    product_id: TravelProductId
    option_code: str
    starts_at: datetime
    ends_at: datetime
    prices: tuple[UnitPrice, ...]
    note: str
    valid_until: datetime
    expected_version: int | None = None


async def quote(work: Work, viewer: Viewer, command: QuoteTrip, *, now: datetime) -> TripRequest:
    """A merchandiser says what the house would arrange; said again, it takes the place of before."""
    viewer.require(Role.MERCHANDISER)
    agent = viewer.require_account()
    found = await work.trip_requests.lock(command.trip_request_id)
    check_version(command.expected_version, found.version)
    found.move("tripRequestQuote")
    product = await work.travel_products.find(command.product_id)
    departures.check_prices(product, opening(command, found.party))
    departures.check_times(opening(command, found.party), now)
    stands = now < command.valid_until <= command.starts_at
    require(stands, InvalidInput("It stands for a while, and no longer than until the start.", path=("validUntil",)))
    found.quote = TripQuote(
        product_id=product.id,
        option_code=command.option_code,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        prices=command.prices,
        note=note(command.note, "note"),
        valid_until=command.valid_until,
        quoted_by=agent,
    )
    await work.trip_requests.save(found)
    tell(work, found, "quoted")
    return found


def opening(said: QuoteTrip | TripQuote, places: int) -> OpenDeparture:
    """The departure that is made of it, for this party alone; it can be booked for as long as the quote stands."""
    return OpenDeparture(
        product_id=said.product_id,
        option_code=said.option_code,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        prices=said.prices,
        capacity=places,
        singles=places,
        cut_off_at=said.valid_until,
        decide_at=said.starts_at,
    )


@dataclass(frozen=True, slots=True)
class AcceptTrip:
    trip_request_id: TripRequestId
    travellers: tuple[Traveller, ...]
    pay: BookingPart = BookingPart.FULL
    expected_version: int | None = None


async def accept(work: Work, viewer: Viewer, command: AcceptTrip, *, now: datetime) -> TripRequest:
    """The buyer takes the quote: a departure for them alone, held and in the cart until it is paid."""
    found = await lock_own(work, viewer, command.trip_request_id, command.expected_version)
    found.move("tripRequestAccept")
    offered = found.quote
    assert offered is not None, "what is quoted has its quote"
    require(now < offered.valid_until, QuoteLapsed(offered.valid_until, path=("tripRequestId",)))
    places = len(command.travellers)
    fits = 1 <= places <= found.party
    require(fits, InvalidInput(f"1 to {found.party} travellers, as was asked for.", path=("travellers",)))
    product = await work.travel_products.find(offered.product_id)
    made = departures.made(work, product, opening(offered, places), now, private_for=found.buyer)
    await work.departures.add(made)
    departures.look_later(work, made)
    booking = await trip.hold(work, viewer, trip.HoldBooking(made.id, command.travellers, command.pay), now=now)
    found.booking_id = booking.id
    await work.trip_requests.save(found)
    look_later(work, found, booking, now)
    tell(work, found, "accepted")
    return found


def look_later(work: Work, trip_request: TripRequest, booking: Booking, now: datetime) -> None:
    """Have the house look when the hold is over; where that ends at this very moment, a little later."""
    assert booking.expires_at is not None, "a hold ends"
    later = booking.expires_at if now < booking.expires_at else now + LOOK_AGAIN
    work.outbox.append(Job("tripRequestLapse", trip_request.id, later))


@dataclass(frozen=True, slots=True)
class LapseTrip:
    trip_request_id: TripRequestId


async def lapse(work: Work, viewer: Viewer, command: LapseTrip, *, now: datetime) -> TripRequest:
    """What was accepted and not paid in time is quoted again, and its departure is not to be had any more."""
    viewer.require(Role.SYSTEM)
    found = await work.trip_requests.lock(command.trip_request_id)
    if found.state is not S.ACCEPTED or found.booking_id is None:
        return found
    booking = await work.bookings.find(found.booking_id)
    if booking.state is BookingState.ON_HOLD:
        look_later(work, found, booking, now)
        return found
    if booking.state not in OVER or any(payment.paid_at is not None for payment in booking.payments):
        return found
    standing = await work.bookings.standing(booking.departure_id)
    if standing:
        # They let the hold go and have taken another one of the same departure.
        found.booking_id = standing[0][0]
        await work.trip_requests.save(found)
        work.outbox.append(Job("tripRequestLapse", found.id, now + LOOK_AGAIN))
        return found
    found.move("lapsed")
    found.booking_id = None
    await work.trip_requests.save(found)
    cart = await work.carts.lock_own(Cart(CartId(work.new.id()), found.buyer, booking.currency, (), now))
    cart.unbook(booking.id)
    await work.carts.save(cart)
    departure = await work.departures.lock(booking.departure_id)
    if "departureCancel" in departure.next_actions:
        await departures.call_off(work, departure, "departureCancel", "What was quoted was not paid in time")
    tell(work, found, "lapsed")
    return found


async def lock_own(
    work: Work, viewer: Viewer, trip_request_id: TripRequestId, expected_version: int | None
) -> TripRequest:
    """The viewer's own request, locked; anybody else's does not exist."""
    buyer = viewer.require_account()
    found = await work.trip_requests.lock(trip_request_id)
    require(found.buyer == buyer, NotFound("TripRequest", trip_request_id, path=("tripRequestId",)))
    check_version(expected_version, found.version)
    return found


@dataclass(frozen=True, slots=True)
class DeclineTrip:
    trip_request_id: TripRequestId
    expected_version: int | None = None


async def decline(work: Work, viewer: Viewer, command: DeclineTrip, *, now: datetime) -> TripRequest:
    """The buyer, or a merchandiser, ends it without a journey."""
    viewer.require_account()
    found = await work.trip_requests.lock(command.trip_request_id)
    theirs = found.buyer == viewer.account_id or viewer.has(Role.MERCHANDISER)
    require(theirs, NotFound("TripRequest", command.trip_request_id, path=("tripRequestId",)))
    check_version(command.expected_version, found.version)
    found.move("tripRequestDecline")
    await work.trip_requests.save(found)
    tell(work, found, "declined")
    return found
