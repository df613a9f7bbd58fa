"""Bundles: a journey with the things and services that go with it, at one price that is split over its components.

Each component keeps its seller of record, its policies and its tax basis, and is given back for what it cost in the
bundle. What a member sells through the house is never made cheaper for a bundle: the others bear the difference.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import booking as bookings
from domain import cart as carts
from domain import claim as claims
from domain.booking import Booking, Traveller
from domain.cart import ITEMS_MAX, PIECES_MAX, Cart, CartBooking, CartFull, CartId, CartItem, check_for_sale
from domain.catalogue import ProductKind
from domain.catalogue.slug import check_slug
from domain.claim import ClaimPurpose
from domain.departure import Departure, DepartureId
from domain.event import Event
from domain.listing import Listing, ListingId
from domain.localized import Localized
from domain.money import Money, total
from domain.page import Page, PageRequest
from domain.piece import PartyKind
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.supplier import RevenueShare, check_shares
from domain.travel_product import UnitKind
from domain.viewer import Role, Viewer
from domain.work import check_version

BundleId = NewType("BundleId", UUID)

COMPONENTS_MAX = 10


# Nouns


class BundleState(StrEnum):
    """Whether it can be bought."""

    ACTIVE = "ACTIVE"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class BundleComponent:
    """One of a listing, or places of a departure for these units."""

    listing_id: ListingId | None = None
    departure_id: DepartureId | None = None
    units: tuple[UnitKind, ...] = ()


@dataclass(slots=True)
class Bundle:
    """`shares` are partners with whom it was developed: their part in what the house earns on each component."""

    id: BundleId
    slug: str
    name: Localized
    story: Localized
    price: Money
    components: tuple[BundleComponent, ...]
    shares: tuple[RevenueShare, ...]
    state: BundleState
    created_at: datetime
    version: int = 1

    @property
    def listings(self) -> list[ListingId]:
        return [one.listing_id for one in self.components if one.listing_id is not None]

    @property
    def journey(self) -> BundleComponent | None:
        return next((one for one in self.components if one.departure_id is not None), None)


@dataclass(frozen=True, slots=True)
class ComponentPrice:
    """What a component costs alone, and in the bundle."""

    component: BundleComponent
    alone: Money
    bundled: Money


# Refusals


@dataclass(eq=False)
class BundleNotAvailable(Refusal):
    """Its components cost more than the bundle by now, or it was withdrawn."""

    code = "BUNDLE_NOT_AVAILABLE"
    bundle_id: BundleId

    @property
    def message(self) -> str:
        return "This bundle can not be bought at the moment; its components may be there by themselves."


# Rules


def split(
    bundle: Bundle, listings: Mapping[ListingId, Listing], departure: Departure | None
) -> tuple[ComponentPrice, ...] | None:
    """The bundle's price over its components, by largest remainder in proportion to what each costs alone.

    What a member sells keeps its own price. None when nothing would be left for one of the others.
    """
    alone = [price_alone(one, listings, departure) for one in bundle.components]
    fixed = [one.listing_id is not None and is_members(listings[one.listing_id]) for one in bundle.components]
    kept = total((price for price, is_fixed in zip(alone, fixed, strict=True) if is_fixed), bundle.price.currency)
    weights = [0 if is_fixed else price.minor for price, is_fixed in zip(alone, fixed, strict=True)]
    rest = bundle.price - kept
    if not sum(weights):
        return None if rest else tuple(map(ComponentPrice, bundle.components, alone, alone))
    if rest.minor < sum(1 for weight in weights if weight):
        return None
    parts = rest.allocate(weights)
    bundled = [price if is_fixed else part for price, part, is_fixed in zip(alone, parts, fixed, strict=True)]
    if any(price.minor <= 0 for price in bundled):
        return None
    return tuple(map(ComponentPrice, bundle.components, alone, bundled))


def price_alone(
    component: BundleComponent, listings: Mapping[ListingId, Listing], departure: Departure | None
) -> Money:
    if component.listing_id is not None:
        return listings[component.listing_id].price
    assert departure is not None, "a component is of a listing or of a departure"
    by_unit = {price.kind: price.price for price in departure.prices}
    return total((by_unit[unit] for unit in component.units), departure.currency)


def is_members(listing: Listing) -> bool:
    return listing.seller.kind is PartyKind.ACCOUNT


# Ports


class Bundles(Protocol):
    async def lock(self, bundle_id: BundleId) -> Bundle: ...
    async def find(self, bundle_id: BundleId) -> Bundle: ...
    async def add(self, bundle: Bundle) -> None:
        """Refuses with SlugTaken."""
        ...

    async def save(self, bundle: Bundle) -> None: ...


class Work(carts.Work, Protocol):
    @property
    def bundles(self) -> Bundles: ...


class BundleReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Bundle | None]: ...
    async def by_slug(self, slug: str) -> Bundle | None: ...
    async def page(self, page: PageRequest) -> Page[Bundle]:
        """What can be bought, by slug."""
        ...


# Verbs


@dataclass(frozen=True, slots=True)
class CreateBundle:
    slug: str
    name: Localized
    story: Localized
    price: Money
    components: tuple[BundleComponent, ...]
    shares: tuple[RevenueShare, ...] = ()


async def create(work: Work, viewer: Viewer, command: CreateBundle, *, now: datetime) -> Bundle:
    """A merchandiser puts a bundle together: one journey at most, and one of each thing."""
    viewer.require(Role.MERCHANDISER)
    bundle = Bundle(
        id=BundleId(work.new.id()),
        slug=check_slug(command.slug),
        name=command.name,
        story=command.story,
        price=command.price,
        components=command.components,
        shares=check_shares(command.shares, "shares"),
        state=BundleState.ACTIVE,
        created_at=now,
    )
    await check_components(work, bundle)
    for index, share in enumerate(bundle.shares):
        await present(work, share, index)
    await work.bundles.add(bundle)
    work.events.append(Event("bundle.created", "bundle", bundle.id, {"price": str(bundle.price)}))
    return bundle


async def check_components(work: Work, bundle: Bundle) -> None:
    one_each = all((one.listing_id is None) != (one.departure_id is None) for one in bundle.components)
    fits = 2 <= len(bundle.components) <= COMPONENTS_MAX and one_each
    said = f"2 to {COMPONENTS_MAX} components, each a listing or a departure."
    require(fits, InvalidInput(said, path=("components",)))
    journeys = [one for one in bundle.components if one.departure_id is not None]
    once = len(set(bundle.listings)) == len(bundle.listings) and len(journeys) <= 1
    require(once, InvalidInput("One journey at most, and each listing once.", path=("components",)))
    listings, departure = await look(work, bundle)
    for one in bundle.components:
        if one.listing_id is not None and one.listing_id not in listings:
            raise NotFound("Listing", one.listing_id, path=("components", "listingId"))
    if departure is not None:
        units = journeys[0].units
        sold = bool(units) and len(units) <= 12 and all(departure.price(unit) for unit in units)
        require(sold, InvalidInput("Units that the departure is sold by.", path=("components", "units")))
    prices = [price_alone(one, listings, departure) for one in bundle.components]
    same = all(price.currency is bundle.price.currency for price in prices)
    require(same, InvalidInput("Everything in a bundle is in one currency.", path=("price", "currencyCode")))
    no_more = bundle.price <= total(prices, bundle.price.currency)
    require(no_more, InvalidInput("A bundle costs no more than its components.", path=("price",)))
    parts = split(bundle, listings, departure)
    said = "What members sell keeps its price: nothing would be left for the rest."
    require(parts is not None, InvalidInput(said, path=("price",)))


async def look(work: Work, bundle: Bundle) -> tuple[Mapping[ListingId, Listing], Departure | None]:
    """What its components cost now, not locked."""
    listings = await work.shelf.find_all(bundle.listings)
    journey = bundle.journey
    if journey is None or journey.departure_id is None:
        return listings, None
    try:
        return listings, await work.departures.find(journey.departure_id)
    except NotFound as refusal:
        refusal.path = ("components", "departureId")
        raise


async def present(work: Work, share: RevenueShare, index: int) -> None:
    try:
        await work.suppliers.find(share.supplier_id)
    except NotFound as refusal:
        refusal.path = ("shares", str(index), "supplierId")
        raise


@dataclass(frozen=True, slots=True)
class WithdrawBundle:
    bundle_id: BundleId
    expected_version: int | None = None


async def withdraw(work: Work, viewer: Viewer, command: WithdrawBundle, *, now: datetime) -> Bundle:
    """A merchandiser takes a bundle off; what is in carts can still be bought."""
    viewer.require(Role.MERCHANDISER)
    bundle = await work.bundles.lock(command.bundle_id)
    check_version(command.expected_version, bundle.version)
    bundle.state = BundleState.WITHDRAWN
    await work.bundles.save(bundle)
    work.events.append(Event("bundle.withdrawn", "bundle", bundle.id))
    return bundle


@dataclass(frozen=True, slots=True)
class AddBundle:
    """`travellers` are those of its journey, as its units say."""

    bundle_id: BundleId
    travellers: tuple[Traveller, ...] = ()


async def add(work: Work, viewer: Viewer, command: AddBundle, *, now: datetime) -> Cart:
    """Put all of a bundle into the viewer's cart and keep it from others: all of it, or nothing."""
    buyer = viewer.require_account()
    bundle = await work.bundles.find(command.bundle_id)
    listings, departure = await look(work, bundle)
    prices = split(bundle, listings, departure) if bundle.state is BundleState.ACTIVE else None
    if prices is None:
        raise BundleNotAvailable(bundle.id, path=("bundleId",))
    check_units(bundle, command.travellers)
    cart = await work.carts.lock_own(Cart(CartId(work.new.id()), buyer, bundle.price.currency, (), now))
    check_room(cart, bundle, listings)
    things = [price for price in prices if price.component.listing_id is not None]
    for price in sorted(things, key=lambda one: str(one.component.listing_id)):
        assert price.component.listing_id is not None, "looked at above"
        await keep(work, cart, bundle, listings[price.component.listing_id], price, now)
    held = [
        await book(work, cart, bundle, price, command.travellers, now)
        for price in prices
        if price.component.departure_id is not None
    ]
    cart.changed_at = now
    await work.carts.save(cart)
    for booking in held:
        await bookings.claim(work, booking, now)
    return cart


def check_units(bundle: Bundle, travellers: Sequence[Traveller]) -> None:
    """Somebody travels as each of the units that the bundle is for, and nobody else."""
    units = () if bundle.journey is None else bundle.journey.units
    said = f"This bundle is for {', '.join(units)}." if units else "There is no journey in this bundle."
    fits = Counter(traveller.unit for traveller in travellers) == Counter(units)
    require(fits, InvalidInput(said, path=("travellers",)))


def check_room(cart: Cart, bundle: Bundle, listings: Mapping[ListingId, Listing]) -> None:
    there = any(cart.item(listing_id) is not None for listing_id in bundle.listings)
    require(not there, InvalidInput("Part of it is in the cart already: take that out first.", path=("bundleId",)))
    pieces = sum(item.piece_id is not None for item in cart.items)
    pieces += sum(listings[listing_id].one_of_one for listing_id in bundle.listings)
    fits = len(cart.items) + len(cart.bookings) + len(bundle.components) <= ITEMS_MAX and pieces <= PIECES_MAX
    require(fits, CartFull(ITEMS_MAX, PIECES_MAX))


async def book(
    work: Work, cart: Cart, bundle: Bundle, price: ComponentPrice, travellers: Sequence[Traveller], now: datetime
) -> Booking:
    component = price.component
    assert component.departure_id is not None, "a journey has a departure"
    found = await bookings.find_departure(work, cart.owner, component.departure_id, travellers, now)
    booking = await bookings.hold(
        work,
        cart.owner,
        found,
        travellers,
        now=now,
        in_bundle=bookings.InBundle(bundle.id, price.bundled, bundle.shares),
    )
    assert booking.expires_at is not None, "a hold ends"
    part = bookings.BookingPart.FULL
    cart.book(CartBooking(booking.id, part, price.bundled, booking.expires_at, now, bundle.id))
    return booking


async def keep(work: Work, cart: Cart, bundle: Bundle, seen: Listing, price: ComponentPrice, now: datetime) -> None:
    """A piece by its claim, goods and services by a reservation."""
    check_for_sale(seen, cart.owner)
    token: int | None = None
    if seen.piece_id is not None:
        await claims.check_free(work, seen.piece_id, but_for=cart.owner, now=now)
        claim = await claims.take(work, seen.piece_id, holder=cart.owner, purpose=ClaimPurpose.BUNDLE, now=now)
        kept_until, token = claim.expires_at, claim.token
    listing = await work.listings.lock(seen.id)
    check_for_sale(listing, cart.owner)
    if listing.price != price.alone:
        raise BundleNotAvailable(bundle.id, path=("bundleId",))
    service = False
    if listing.piece_id is None:
        service = (await work.products.find(listing.product_id)).kind is ProductKind.SERVICE
        reservation = await claims.set_aside(work, listing, 1, holder=cart.id, now=now)
        kept_until = reservation.expires_at
    shares = () if is_members(listing) else bundle.shares
    cart.put(
        CartItem(
            listing_id=listing.id,
            piece_id=listing.piece_id,
            quantity=1,
            price=price.bundled,
            token=token,
            kept_until=kept_until,
            added_at=now,
            bundle_id=bundle.id,
            list_price=price.alone,
            service=service,
            shares=shares,
        )
    )


@dataclass(frozen=True, slots=True)
class RemoveBundle:
    cart_id: CartId
    bundle_id: BundleId
    expected_version: int | None = None


async def remove(work: Work, viewer: Viewer, command: RemoveBundle, *, now: datetime) -> Cart:
    """Take all of a bundle out of the viewer's cart and let others have it."""
    cart = await carts.lock_own(work, viewer, command.cart_id)
    check_version(command.expected_version, cart.version)
    things = [item for item in cart.items if item.bundle_id == command.bundle_id]
    journeys = [item for item in cart.bookings if item.bundle_id == command.bundle_id]
    if not things and not journeys:
        raise NotFound("Bundle", command.bundle_id, path=("bundleId",))
    for item in sorted(things, key=lambda one: str(one.listing_id)):
        await carts.let_go(work, cart, item, now)
    for journey in journeys:
        await let_go(work, await work.bookings.lock(journey.booking_id), now)
        cart.unbook(journey.booking_id)
    cart.changed_at = now
    await work.carts.save(cart)
    return cart


async def let_go(work: Work, booking: Booking, now: datetime) -> None:
    if booking.state is bookings.BookingState.ON_HOLD:
        reason = "The bundle was taken out of the cart"
        await bookings.end(work, booking, "bookingCancel", reason, Money.zero(booking.currency), now)
        await bookings.free(work, booking)
