"""Departures: when a journey takes place, what it costs by unit, and how many can come.

A place is claimed like a piece is: what is taken never exceeds what there is, in the domain and in the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from domain import supplier
from domain import travel_product as products
from domain.event import Event
from domain.lifecycle import Lifecycle
from domain.money import Currency, Money
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotAllowed, NotFound, Refusal, require
from domain.supplier import Supplier, SupplierId
from domain.text import line
from domain.travel_product import TravelProduct, TravelProductId, UnitKind
from domain.viewer import AccountId, Role, Viewer
from domain.work import Job, check_version

DepartureId = NewType("DepartureId", UUID)

CAPACITY_MAX = 5_000
LENGTH_MAX = timedelta(days=365)
FEW = 5
"""From how few places left on people are told that there are few."""


# Nouns


class DepartureState(StrEnum):
    """OPEN until enough people come, GOING once that is decided; then COMPLETED, or CANCELLED for everybody."""

    OPEN = "OPEN"
    GOING = "GOING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Availability(StrEnum):
    """What is left, in the words of the open standard."""

    AVAILABLE = "AVAILABLE"
    LIMITED = "LIMITED"
    SOLD_OUT = "SOLD_OUT"
    CLOSED = "CLOSED"


S = DepartureState

DEPARTURE_LIFECYCLE = Lifecycle(
    kind="departure",
    initial=S.OPEN,
    moves={
        "departureDecide/GO": ([S.OPEN], S.GOING),
        "departureDecide/CANCEL": ([S.OPEN], S.CANCELLED),
        "departureCancel": ([S.OPEN, S.GOING], S.CANCELLED),
        "departureComplete": ([S.GOING], S.COMPLETED),
    },
    unattended=frozenset({"departureDecide/GO", "departureDecide/CANCEL", "departureComplete"}),
)


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit costs the buyer, and `net` of that the house owes the supplier."""

    kind: UnitKind
    price: Money
    net: Money


@dataclass(slots=True)
class Departure:
    """`taken` and `singles_taken` count what is held or booked; `private_for` is whom a tailor-made one was made for.

    Nobody books after `cut_off_at`. At `decide_at` it is going if `participants_min` have booked, else it is off.
    """

    id: DepartureId
    product_id: TravelProductId
    supplier_id: SupplierId
    option_code: str
    state: DepartureState
    starts_at: datetime
    ends_at: datetime
    cut_off_at: datetime
    decide_at: datetime
    currency: Currency
    prices: tuple[UnitPrice, ...]
    capacity: int
    taken: int
    singles: int
    singles_taken: int
    participants_min: int
    private_for: AccountId | None
    opened_at: datetime
    end_reason: str | None = None
    version: int = 1

    @property
    def vacancies(self) -> int:
        return self.capacity - self.taken

    @property
    def next_actions(self) -> tuple[str, ...]:
        return DEPARTURE_LIFECYCLE.next_actions(self.state)

    def price(self, kind: UnitKind) -> UnitPrice | None:
        return next((price for price in self.prices if price.kind is kind), None)

    def availability(self, now: datetime) -> Availability:
        if self.state not in (S.OPEN, S.GOING) or self.cut_off_at <= now:
            return Availability.CLOSED
        if not self.vacancies:
            return Availability.SOLD_OUT
        return Availability.LIMITED if self.vacancies <= FEW else Availability.AVAILABLE


# Refusals


@dataclass(eq=False)
class DepartureFull(Refusal):
    """Fewer places are left than were asked for; some may come free again."""

    code = "DEPARTURE_FULL"
    departure_id: DepartureId
    vacancies: int
    asked: int

    @property
    def message(self) -> str:
        return f"{self.asked} asked for, {self.vacancies} left. Places that are not paid in time come free again."


@dataclass(eq=False)
class DepartureClosed(Refusal):
    """The departure can not be booked any more."""

    code = "DEPARTURE_CLOSED"
    departure_id: DepartureId
    state: DepartureState
    cut_off_at: datetime

    @property
    def message(self) -> str:
        return f"This departure is {self.state} and could be booked until {self.cut_off_at:%Y-%m-%d %H:%M} UTC."


# Rules


def day_of(moment: datetime, product: TravelProduct) -> date:
    """The day of the place's own calendar that a moment falls on."""
    return moment.astimezone(ZoneInfo(product.place.time_zone)).date()


def claim(departure: Departure, units: Sequence[UnitKind], now: datetime) -> None:
    """Take places of a locked departure."""
    check_open(departure, now)
    singles = units.count(UnitKind.SINGLE)
    check_vacancies(departure, len(units), singles)
    departure.taken += len(units)
    departure.singles_taken += singles


def check_open(departure: Departure, now: datetime) -> None:
    closed = DepartureClosed(departure.id, departure.state, departure.cut_off_at, path=("departureId",))
    require(departure.availability(now) is not Availability.CLOSED, closed)


def check_vacancies(departure: Departure, places: int, singles: int) -> None:
    full = DepartureFull(departure.id, departure.vacancies, places, path=("departureId",))
    require(places <= departure.vacancies, full)
    rooms = departure.singles - departure.singles_taken
    require(singles <= rooms, DepartureFull(departure.id, rooms, singles, path=("departureId",)))


def free(departure: Departure, units: Sequence[UnitKind]) -> None:
    """Places of a locked departure are there for others again."""
    assert len(units) <= departure.taken, "only what was taken comes free"
    departure.taken -= len(units)
    departure.singles_taken -= units.count(UnitKind.SINGLE)


# Ports


class Departures(Protocol):
    async def lock(self, departure_id: DepartureId) -> Departure: ...
    async def find(self, departure_id: DepartureId) -> Departure: ...
    async def add(self, departure: Departure) -> None: ...
    async def save(self, departure: Departure) -> None: ...


class Work(products.Work, Protocol):
    @property
    def departures(self) -> Departures: ...


class DepartureReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Departure | None]: ...
    async def pages(self, product_ids: Sequence[UUID], since: datetime, page: PageRequest) -> Sequence[Page[Departure]]:
        """Of each product those for everybody that start after that moment, in order."""
        ...


# Verbs


@dataclass(frozen=True, slots=True)
class OpenDeparture:
    """`cut_off_at` and `decide_at` are the start when they are None; `participants_min` 0 always goes."""

    product_id: TravelProductId
    option_code: str
    starts_at: datetime
    ends_at: datetime
    prices: tuple[UnitPrice, ...]
    capacity: int
    singles: int = 0
    participants_min: int = 0
    cut_off_at: datetime | None = None
    decide_at: datetime | None = None


async def open_(work: Work, viewer: Viewer, command: OpenDeparture, *, now: datetime) -> Departure:
    """The supplier, or a merchandiser for it, opens a departure of one of its products."""
    product = await find_product(work, viewer, command.product_id)
    departure = made(work, product, command, now)
    await work.departures.add(departure)
    said: dict[str, object] = {"starts_at": departure.starts_at.isoformat(), "capacity": departure.capacity}
    work.events.append(Event("departure.opened", "departure", departure.id, said))
    look_later(work, departure)
    return departure


def look_later(work: Work, departure: Departure) -> None:
    """Have the house decide, and see that it has taken place."""
    work.outbox.append(Job("departureDecide", departure.id, departure.decide_at))
    work.outbox.append(Job("departureComplete", departure.id, departure.ends_at))


async def find_product(work: Work, viewer: Viewer, product_id: TravelProductId) -> TravelProduct:
    """A product whose supplier the viewer acts for, or any for merchandisers."""
    viewer.require_account()
    try:
        product = await work.travel_products.find(product_id)
    except NotFound as refusal:
        refusal.path = ("travelProductId",)
        raise_unless_staff(viewer)
        raise
    owner = await work.suppliers.find(product.supplier_id)
    require(may_manage(viewer, owner), NotAllowed("the supplier's own account, or merchandiser rights"))
    return product


def raise_unless_staff(viewer: Viewer) -> None:
    """Whoever may not act learns nothing of what there is."""
    needed = NotAllowed("the supplier's own account, or merchandiser rights")
    require(viewer.has(Role.MERCHANDISER), needed)


def may_manage(viewer: Viewer, owner: Supplier) -> bool:
    return supplier.acts_for(viewer, owner) or viewer.has(Role.MERCHANDISER)


def made(
    work: Work,
    product: TravelProduct,
    command: OpenDeparture,
    now: datetime,
    private_for: AccountId | None = None,
) -> Departure:
    """A departure as it is said, checked; not kept yet."""
    check_prices(product, command)
    check_times(command, now)
    fits = 0 < command.capacity <= CAPACITY_MAX and 0 <= command.singles <= command.capacity
    require(fits, InvalidInput(f"1 to {CAPACITY_MAX} places, single rooms among them.", path=("capacity",)))
    enough = 0 <= command.participants_min <= command.capacity
    require(enough, InvalidInput("No more than there are places.", path=("participantsMin",)))
    return Departure(
        id=DepartureId(work.new.id()),
        product_id=product.id,
        supplier_id=product.supplier_id,
        option_code=command.option_code,
        state=S.OPEN,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        cut_off_at=command.cut_off_at or command.starts_at,
        decide_at=command.decide_at or command.cut_off_at or command.starts_at,
        currency=command.prices[0].price.currency,
        prices=command.prices,
        capacity=command.capacity,
        taken=0,
        singles=command.singles,
        singles_taken=0,
        participants_min=command.participants_min,
        private_for=private_for,
        opened_at=now,
    )


def check_prices(product: TravelProduct, command: OpenDeparture) -> None:
    option = product.option(command.option_code)
    kinds = [price.kind for price in command.prices]
    known = bool(kinds) and len(set(kinds)) == len(kinds) and all(option.unit(kind) for kind in kinds)
    require(known, InvalidInput("A price for units of this option, each once.", path=("prices",)))
    currency = command.prices[0].price.currency
    for price in command.prices:
        same = price.price.currency is currency and price.net.currency is currency
        require(same, InvalidInput("A departure is priced in one currency.", path=("prices",)))
        fits = 0 <= price.net.minor <= price.price.minor and price.price.minor > 0
        require(fits, InvalidInput("The net price is no more than the price.", path=("prices", "net")))


def check_times(command: OpenDeparture, now: datetime) -> None:
    later = now < command.starts_at < command.ends_at <= command.starts_at + LENGTH_MAX
    require(later, InvalidInput("It starts in the future and ends after that, within a year.", path=("startsAt",)))
    for name, moment in (("cutOffAt", command.cut_off_at), ("decideAt", command.decide_at)):
        fits = moment is None or now < moment <= command.starts_at
        require(fits, InvalidInput("From now on, and no later than the start.", path=(name,)))


@dataclass(frozen=True, slots=True)
class CancelDeparture:
    departure_id: DepartureId
    reason: str
    expected_version: int | None = None


async def lock_managed(work: Work, viewer: Viewer, command: CancelDeparture) -> Departure:
    """A departure of the supplier that the viewer acts for, or any for merchandisers; with a reason that holds."""
    viewer.require_account()
    needed = NotAllowed("the supplier's own account, or merchandiser rights")
    try:
        departure = await work.departures.lock(command.departure_id)
    except NotFound as refusal:
        refusal.path = ("departureId",)
        raise_unless_staff(viewer)
        raise
    owner = await work.suppliers.find(departure.supplier_id)
    require(may_manage(viewer, owner), needed)
    check_version(command.expected_version, departure.version)
    line(command.reason, "reason", longest=500)
    return departure


async def call_off(work: Work, departure: Departure, action: str, reason: str) -> None:
    """Nobody travels; the caller has its bookings undone."""
    departure.state = DEPARTURE_LIFECYCLE.move(departure.state, action)
    departure.end_reason = reason
    await work.departures.save(departure)
    work.events.append(Event("departure.cancelled", "departure", departure.id, {"reason": reason}))
