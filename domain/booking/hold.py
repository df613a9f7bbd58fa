"""Places are held: travellers are looked at by the rules of their category, and the departure has that much less."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain import departure as departures
from domain import piece
from domain import travel_product as products
from domain.booking.detail import check_details
from domain.booking.lifecycle import BookingState
from domain.booking.noun import Booking, BookingId, BookingPart, Installment, Traveller
from domain.booking.port import Work
from domain.booking.refusal import AgeNotAllowed, ConsentMissing
from domain.departure import Departure, DepartureId, day_of
from domain.event import Event
from domain.money import BASIS_POINTS, Money, total
from domain.piece import Party, PartyKind
from domain.policy import CategoryRule, TaxBasis, TravelTerms
from domain.refusal import InvalidInput, NotFound, require
from domain.supplier import RevenueShare, together
from domain.text import line
from domain.travel_product import SellerOfRecord, TravelProduct
from domain.viewer import AccountId
from domain.work import Job

TRAVELLERS_MAX = 12
NAME_MAX = 80


@dataclass(frozen=True, slots=True)
class InBundle:
    """The bundle that places are part of: their share of its price, all of it due at once.

    Its partners share in what the house earns beside those of the journey.
    """

    bundle_id: UUID
    price: Money
    shares: tuple[RevenueShare, ...]


async def hold(
    work: Work,
    buyer: AccountId,
    found: Departure,
    travellers: Sequence[Traveller],
    *,
    now: datetime,
    deposit: bool = False,
    in_bundle: InBundle | None = None,
) -> Booking:
    """A booking for a buyer, who has a while to pay; kept with its first event and the job that looks back.

    Its places are not claimed yet: that is for the caller to do last, with `claim`.
    """
    product = await work.travel_products.find(found.product_id)
    terms, pin = await products.pinned(work, now)
    checked = check_travellers(found, product, terms.rule(product.category), travellers, now)
    units = [traveller.unit for traveller in checked]
    by_unit = {price.kind: price for price in found.prices}
    alone = total((by_unit[unit].price for unit in units), found.currency)
    price = alone if in_bundle is None else in_bundle.price
    net = total((by_unit[unit].net for unit in units), found.currency)
    booking = Booking(
        id=BookingId(work.new.id()),
        code=work.new.code("BK"),
        buyer=buyer,
        departure_id=found.id,
        product_id=product.id,
        supplier_id=product.supplier_id,
        category=product.category,
        state=BookingState.ON_HOLD,
        currency=found.currency,
        price=price,
        net=net,
        travellers=checked,
        seller=seller_of(product),
        tax_basis=basis_of(product),
        seat=terms.seat,
        ladder=terms.ladder(product.ladder_code),
        rule=terms.rule(product.category),
        shares=product.shares if in_bundle is None else together(product.shares, in_bundle.shares),
        pins=(pin,),
        instant=product.instant,
        confirm_hours=terms.confirm_hours,
        remind_days=terms.remind_days,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        schedule=schedule(terms, price, found.starts_at, now) if deposit else at_once(price, now),
        held_at=now,
        expires_at=now + timedelta(minutes=terms.hold_minutes),
        bundle_id=None if in_bundle is None else in_bundle.bundle_id,
    )
    await work.bookings.add(booking)
    assert booking.expires_at is not None, "a hold ends"
    work.outbox.append(Job("bookingExpire", booking.id, booking.expires_at))
    said: dict[str, object] = {"departure_id": str(found.id), "places": len(units)}
    work.events.append(Event("booking.held", "booking", booking.id, said, account_id=buyer))
    return booking


async def claim(work: Work, booking: Booking, now: datetime) -> None:
    """Take the places of a new booking: the last that is done, so that others wait for it as shortly as can be."""
    departure = await work.departures.lock(booking.departure_id)
    departures.claim(departure, booking.units, now)
    await work.departures.save(departure)


async def find_departure(
    work: Work, buyer: AccountId, departure_id: DepartureId, travellers: Sequence[Traveller], now: datetime
) -> Departure:
    """A departure with so many places left; what was made for somebody else does not exist.

    A look without a lock: a crowd that comes too late is told so without waiting in line.
    """
    try:
        found = await work.departures.find(departure_id)
    except NotFound as refusal:
        refusal.path = ("departureId",)
        raise
    theirs = found.private_for is None or found.private_for == buyer
    require(theirs, NotFound("Departure", departure_id, path=("departureId",)))
    units = [traveller.unit for traveller in travellers]
    departures.check_open(found, now)
    departures.check_vacancies(found, len(units), units.count(products.UnitKind.SINGLE))
    return found


def check_travellers(
    departure: Departure, product: TravelProduct, rule: CategoryRule, travellers: Sequence[Traveller], now: datetime
) -> tuple[Traveller, ...]:
    """Everybody is of the age that category and unit ask, and has the consent that the category asks."""
    count = 1 <= len(travellers) <= TRAVELLERS_MAX
    require(count, InvalidInput(f"1 to {TRAVELLERS_MAX} travellers at a time.", path=("travellers",)))
    return tuple(
        check_traveller(departure, product, rule, traveller, now, index) for index, traveller in enumerate(travellers)
    )


def check_traveller(
    departure: Departure, product: TravelProduct, rule: CategoryRule, traveller: Traveller, now: datetime, index: int
) -> Traveller:
    path = ("travellers", str(index))
    unit = product.option(departure.option_code).unit(traveller.unit)
    sold = unit is not None and departure.price(traveller.unit) is not None
    require(sold, InvalidInput("This departure is not sold by that unit.", path=(*path, "unit")))
    assert unit is not None, "what is sold is a unit of the option"
    require(
        traveller.birth_date <= now.date(), InvalidInput("A day of birth is in the past.", path=(*path, "birthDate"))
    )
    age = traveller.age_on(day_of(departure.starts_at, product))
    age_min = max(rule.age_min, unit.age_min)
    highest = [limit for limit in (rule.age_max, unit.age_max) if limit is not None]
    age_max = min(highest) if highest else None
    fits = age_min <= age and (age_max is None or age <= age_max)
    require(fits, AgeNotAllowed(age, age_min, age_max, path=(*path, "birthDate")))
    agreed = age >= rule.guardian_below_age or traveller.guardian is not None
    require(agreed, ConsentMissing(age, rule.guardian_below_age, path=(*path, "guardian")))
    guardian = traveller.guardian
    return replace(
        check_details(traveller, rule, age, day_of(departure.ends_at, product), now, path),
        given_name=line(traveller.given_name, *path, "givenName", longest=NAME_MAX),
        family_name=line(traveller.family_name, *path, "familyName", longest=NAME_MAX),
        guardian=None
        if guardian is None
        else replace(
            guardian,
            name=line(guardian.name, *path, "guardian", "name", longest=NAME_MAX),
            relation=line(guardian.relation, *path, "guardian", "relation", longest=NAME_MAX),
            phone=line(guardian.phone, *path, "guardian", "phone", longest=40),
            given_at=now,
        ),
    )


def schedule(terms: TravelTerms, price: Money, starts_at: datetime, now: datetime) -> tuple[Installment, ...]:
    """All of it now, or, where the departure is far enough away, a deposit now and the balance later."""
    due_at = starts_at - timedelta(days=terms.balance_days)
    deposit, balance = price.allocate([terms.deposit_bps, BASIS_POINTS - terms.deposit_bps])
    if due_at <= now or not deposit or not balance:
        return at_once(price, now)
    return Installment(BookingPart.DEPOSIT, deposit, now), Installment(BookingPart.BALANCE, balance, due_at)


def at_once(price: Money, now: datetime) -> tuple[Installment, ...]:
    """All of it, now."""
    return (Installment(BookingPart.FULL, price, now),)


def seller_of(product: TravelProduct) -> Party:
    if product.seller is SellerOfRecord.HOUSE:
        return piece.HOUSE
    return Party(PartyKind.SUPPLIER, product.supplier_id)


def basis_of(product: TravelProduct) -> TaxBasis:
    """Who organises is taxed on the margin of the journey, who arranges it for another on the commission."""
    return TaxBasis.TRAVEL_MARGIN if product.seller is SellerOfRecord.HOUSE else TaxBasis.COMMISSION
