"""Club shops: where they are, when they are open, and what one can come for, so many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NewType, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from domain import work as unit
from domain.catalogue.slug import check_slug
from domain.event import Event
from domain.localized import Localized
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, require
from domain.text import line
from domain.viewer import Role, Viewer
from domain.work import check_version

ShopId = NewType("ShopId", UUID)

SLOT_MINUTES = (15, 20, 30, 45, 60, 90, 120)
CAPACITY_MAX = 50


# Nouns


class Purpose(StrEnum):
    """What somebody comes to a shop for."""

    DROP_OFF = "DROP_OFF"
    VIEWING = "VIEWING"
    APPRAISAL = "APPRAISAL"


@dataclass(frozen=True, slots=True)
class ShopService:
    """Something one can make an appointment for; `capacity` appointments may start at the same time."""

    purpose: Purpose
    capacity: int


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """One stretch of one weekday, 1 for Monday to 7 for Sunday, in the shop's own time."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Address:
    """Where to go; `country` by ISO 3166-1."""

    street: str
    city: str
    postal_code: str
    country: str


@dataclass(slots=True)
class ClubShop:
    """A shop of the house; what is closed for good is not `active`, and keeps its past."""

    id: ShopId
    slug: str
    name: Localized
    address: Address
    time_zone: str
    hours: tuple[OpeningHours, ...]
    services: tuple[ShopService, ...]
    slot_minutes: int
    active: bool
    created_at: datetime
    version: int = 1

    def capacity(self, purpose: Purpose) -> int:
        """How many may come for this at the same time; none when the shop does not offer it."""
        return next((service.capacity for service in self.services if service.purpose is purpose), 0)

    def slots(self, day: date) -> list[datetime]:
        """When appointments may start on a day of the shop's own calendar, in UTC and in order."""
        zone, slot = ZoneInfo(self.time_zone), timedelta(minutes=self.slot_minutes)
        found: set[datetime] = set()
        for hours in self.hours:
            if hours.weekday != day.isoweekday():
                continue
            start, end = datetime.combine(day, hours.opens), datetime.combine(day, hours.closes)
            while start + slot <= end:
                moment = start.replace(tzinfo=zone).astimezone(UTC)
                # An hour that the clocks leave out comes back as another one.
                if moment.astimezone(zone).replace(tzinfo=None) == start:
                    found.add(moment)
                start += slot
        return sorted(found)

    def local_day(self, moment: datetime) -> date:
        """The day of the shop's own calendar that a moment falls on."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()


# Rules


def check_hours(hours: Sequence[OpeningHours]) -> tuple[OpeningHours, ...]:
    """In order of the week, each from morning to evening, none over another."""
    ordered = sorted(hours, key=lambda one: (one.weekday, one.opens))
    for one in ordered:
        fits = 1 <= one.weekday <= 7 and one.opens < one.closes and one.opens.tzinfo is None
        require(fits, InvalidInput("Hours open before they close, on weekday 1 to 7.", path=("hours",)))
    for one, other in pairwise(ordered):
        apart = one.weekday != other.weekday or one.closes <= other.opens
        require(apart, InvalidInput("Two stretches of one day overlap.", path=("hours",)))
    return tuple(ordered)


def check_services(services: Sequence[ShopService]) -> tuple[ShopService, ...]:
    purposes = [service.purpose for service in services]
    require(len(set(purposes)) == len(purposes), InvalidInput("Each service once.", path=("services",)))
    fits = all(1 <= service.capacity <= CAPACITY_MAX for service in services)
    require(fits, InvalidInput(f"A capacity is 1 to {CAPACITY_MAX}.", path=("services",)))
    return tuple(sorted(services, key=lambda service: service.purpose))


def check_time_zone(name: str) -> str:
    """A name of the IANA time zone database, such as Asia/Shanghai."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput("A time zone has a name such as Asia/Shanghai.", path=("timeZone",)) from error
    return name


def check_address(address: Address) -> Address:
    return replace(
        address,
        street=line(address.street, "address", "street"),
        city=line(address.city, "address", "city"),
        postal_code=line(address.postal_code, "address", "postalCode", longest=20),
    )


# Ports


class Shops(Protocol):
    async def lock(self, shop_id: ShopId) -> ClubShop: ...
    async def find(self, shop_id: ShopId) -> ClubShop:
        """The shop, not locked; refuses when there is none or it is not active."""
        ...

    async def add(self, shop: ClubShop) -> None:
        """Refuses with SlugTaken."""
        ...

    async def save(self, shop: ClubShop) -> None: ...


class Work(unit.Work, Protocol):
    @property
    def shops(self) -> Shops: ...


class ShopReader(Protocol):
    """Shops as everybody sees them: the active ones."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[ClubShop | None]: ...
    async def by_slug(self, slug: str) -> ClubShop | None: ...
    async def page(self, country: str | None, page: PageRequest) -> Page[ClubShop]: ...


# Verbs


@dataclass(frozen=True, slots=True)
class OpenShop:
    """Open a shop."""

    slug: str
    name: Localized
    address: Address
    time_zone: str
    hours: tuple[OpeningHours, ...]
    services: tuple[ShopService, ...]
    slot_minutes: int


async def open_(work: Work, viewer: Viewer, command: OpenShop, *, now: datetime) -> ClubShop:
    """An admin opens a club shop."""
    viewer.require(Role.ADMIN)
    check_slot(command.slot_minutes)
    shop = ClubShop(
        id=ShopId(work.new.id()),
        slug=check_slug(command.slug),
        name=command.name,
        address=check_address(command.address),
        time_zone=check_time_zone(command.time_zone),
        hours=check_hours(command.hours),
        services=check_services(command.services),
        slot_minutes=command.slot_minutes,
        active=True,
        created_at=now,
    )
    await work.shops.add(shop)
    work.events.append(Event("shop.opened", "shop", shop.id))
    return shop


@dataclass(frozen=True, slots=True)
class UpdateShop:
    """Change what is not None; appointments that stand are kept."""

    shop_id: ShopId
    name: Localized | None = None
    address: Address | None = None
    hours: tuple[OpeningHours, ...] | None = None
    services: tuple[ShopService, ...] | None = None
    slot_minutes: int | None = None
    active: bool | None = None
    expected_version: int | None = None


async def update(work: Work, viewer: Viewer, command: UpdateShop, *, now: datetime) -> ClubShop:
    """An admin changes a shop's hours, services and address, or closes it."""
    viewer.require(Role.ADMIN)
    shop = await work.shops.lock(command.shop_id)
    check_version(command.expected_version, shop.version)
    shop.name = command.name or shop.name
    shop.address = shop.address if command.address is None else check_address(command.address)
    shop.hours = shop.hours if command.hours is None else check_hours(command.hours)
    shop.services = shop.services if command.services is None else check_services(command.services)
    shop.slot_minutes = shop.slot_minutes if command.slot_minutes is None else check_slot(command.slot_minutes)
    shop.active = shop.active if command.active is None else command.active
    await work.shops.save(shop)
    work.events.append(Event("shop.updated", "shop", shop.id))
    return shop


def check_slot(minutes: int) -> int:
    allowed = ", ".join(map(str, SLOT_MINUTES))
    require(minutes in SLOT_MINUTES, InvalidInput(f"An appointment takes {allowed} minutes.", path=("slotMinutes",)))
    return minutes
