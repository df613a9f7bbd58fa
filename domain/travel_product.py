"""Journeys and experiences: what a supplier offers, in which options, and by which units people take part.

Words follow the open standard for experiences: a product has options, an option has units, and is available by
departure. `docs/octo.md` says which is which.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import policy, supplier
from domain.catalogue.slug import check_slug
from domain.event import Event
from domain.localized import Localized
from domain.page import Page, PageRequest
from domain.policy import PolicyKind, TravelCategory, TravelTerms
from domain.refusal import InvalidInput, NotFound, require
from domain.shop import check_time_zone
from domain.supplier import RevenueShare, SupplierId, check_shares
from domain.text import line
from domain.viewer import AccountId, Role, Viewer

TravelProductId = NewType("TravelProductId", UUID)

CODE = re.compile("[A-Z0-9][A-Z0-9_-]{0,39}")
AIRPORT = re.compile("[A-Z]{3}")
OPTIONS_MAX = 20
AGE_MAX = 120


# Nouns


class UnitKind(StrEnum):
    """As whom somebody takes part; SINGLE is an adult in a room of their own, at a supplement."""

    ADULT = "ADULT"
    CHILD = "CHILD"
    STUDENT = "STUDENT"
    SENIOR = "SENIOR"
    SINGLE = "SINGLE"


@dataclass(frozen=True, slots=True)
class TravelUnit:
    """`age_min` and `age_max` are full years on the day of departure, beyond what the category asks."""

    kind: UnitKind
    age_min: int = 0
    age_max: int | None = None


@dataclass(frozen=True, slots=True)
class TravelOption:
    """One way of taking part, such as a house or a level."""

    code: str
    name: Localized
    units: tuple[TravelUnit, ...]

    def unit(self, kind: UnitKind) -> TravelUnit | None:
        return next((unit for unit in self.units if unit.kind is kind), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where it begins; `airport` is an IATA code, `time_zone` a name of the IANA database."""

    city: str
    country: str
    time_zone: str
    airport: str | None = None


class SellerOfRecord(StrEnum):
    """Who sells: the house as organiser, taxed on its margin, or the supplier through the house as agent."""

    HOUSE = "HOUSE"
    SUPPLIER = "SUPPLIER"


@dataclass(slots=True)
class TravelProduct:
    """`operator` is who runs it on the day; an `instant` product needs no answer of the supplier."""

    id: TravelProductId
    slug: str
    category: TravelCategory
    supplier_id: SupplierId
    operator: str
    seller: SellerOfRecord
    name: Localized
    story: Localized
    place: Place
    options: tuple[TravelOption, ...]
    ladder_code: str
    instant: bool
    shares: tuple[RevenueShare, ...]
    active: bool
    created_at: datetime
    version: int = 1

    def option(self, code: str) -> TravelOption:
        for option in self.options:
            if option.code == code:
                return option
        raise NotFound("TravelOption", code, path=("optionCode",))


@dataclass(frozen=True, slots=True)
class TravelFilter:
    """Which products; what is None does not narrow."""

    category: TravelCategory | None = None
    country: str | None = None


# Rules


def check_options(options: Sequence[TravelOption]) -> tuple[TravelOption, ...]:
    codes = [option.code for option in options]
    once = 0 < len(codes) <= OPTIONS_MAX and len(set(codes)) == len(codes)
    require(once, InvalidInput(f"1 to {OPTIONS_MAX} options, each with a code of its own.", path=("options",)))
    for option in options:
        said = "A code has capital letters, digits and hyphens."
        require(CODE.fullmatch(option.code) is not None, InvalidInput(said, path=("options", "code")))
        kinds = [unit.kind for unit in option.units]
        fits = bool(kinds) and len(set(kinds)) == len(kinds)
        require(fits, InvalidInput("An option has units, each kind once.", path=("options", "units")))
        for unit in option.units:
            ages = 0 <= unit.age_min <= (AGE_MAX if unit.age_max is None else unit.age_max) <= AGE_MAX
            require(ages, InvalidInput(f"Ages are 0 to {AGE_MAX}, the lowest first.", path=("options", "units")))
    return tuple(options)


def check_place(place: Place) -> Place:
    fits = place.airport is None or AIRPORT.fullmatch(place.airport) is not None
    require(fits, InvalidInput("An airport has three capital letters by IATA.", path=("place", "airport")))
    try:
        check_time_zone(place.time_zone)
    except InvalidInput as refusal:
        refusal.path = ("place", "timeZone")
        raise
    return Place(line(place.city, "place", "city"), place.country, place.time_zone, place.airport)


# Ports


class TravelProducts(Protocol):
    async def lock(self, product_id: TravelProductId) -> TravelProduct: ...
    async def find(self, product_id: TravelProductId) -> TravelProduct: ...
    async def add(self, product: TravelProduct) -> None:
        """Refuses with SlugTaken."""
        ...

    async def save(self, product: TravelProduct) -> None: ...


class Work(policy.Work, supplier.Work, Protocol):
    @property
    def travel_products(self) -> TravelProducts: ...


class TravelProductReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[TravelProduct | None]: ...
    async def by_slug(self, slug: str) -> TravelProduct | None: ...
    async def page(self, wanted: TravelFilter, page: PageRequest) -> Page[TravelProduct]:
        """What can be booked, by slug."""
        ...


# Verbs


@dataclass(frozen=True, slots=True)
class CreateTravelProduct:
    """`shares` are partners with whom it was developed."""

    slug: str
    category: TravelCategory
    supplier_id: SupplierId
    operator: str
    seller: SellerOfRecord
    name: Localized
    story: Localized
    place: Place
    options: tuple[TravelOption, ...]
    ladder_code: str
    instant: bool = False
    shares: tuple[RevenueShare, ...] = ()


async def create(work: Work, viewer: Viewer, command: CreateTravelProduct, *, now: datetime) -> TravelProduct:
    """A merchandiser takes a journey of a supplier into the catalogue; its departures are the supplier's."""
    viewer.require(Role.MERCHANDISER)
    await present(work, command.supplier_id, "supplierId")
    for index, share in enumerate(check_shares(command.shares, "shares")):
        await present(work, share.supplier_id, "shares", str(index), "supplierId")
    (await terms(work, now)).ladder(command.ladder_code)
    made = TravelProduct(
        id=TravelProductId(work.new.id()),
        slug=check_slug(command.slug),
        category=command.category,
        supplier_id=command.supplier_id,
        operator=line(command.operator, "operator"),
        seller=command.seller,
        name=command.name,
        story=command.story,
        place=check_place(command.place),
        options=check_options(command.options),
        ladder_code=command.ladder_code,
        instant=command.instant,
        shares=command.shares,
        active=True,
        created_at=now,
    )
    await work.travel_products.add(made)
    work.events.append(Event("travelProduct.created", "travelProduct", made.id, {"category": made.category}))
    return made


async def present(work: Work, supplier_id: SupplierId, *path: str) -> AccountId:
    """Who acts for a supplier that there is."""
    try:
        return (await work.suppliers.find(supplier_id)).account_id
    except NotFound as refusal:
        refusal.path = path
        raise


async def terms(work: Work, now: datetime) -> TravelTerms:
    """What holds for journeys at this moment."""
    return (await pinned(work, now))[0]


async def pinned(work: Work, now: datetime) -> tuple[TravelTerms, policy.Pin]:
    """The same, with the version to pin."""
    version = await policy.current(work, PolicyKind.TRAVEL, now)
    assert isinstance(version.terms, TravelTerms), "a policy of journeys has such terms"
    return version.terms, policy.Pin(version.kind, version.version)
