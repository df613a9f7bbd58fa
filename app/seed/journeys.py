"""The journeys of the demonstration house: fictional suppliers and trips from real airports, on days to come.

`gateways.csv` says where: it was extracted once, and names its sources and their licences.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from app.seed.draw import TODAY, Draw, priced
from domain.account import Account
from domain.bundle import Bundle, BundleComponent, BundleId, BundleState
from domain.departure import Departure, DepartureId, DepartureState, UnitPrice
from domain.listing import ListingId
from domain.localized import Localized
from domain.money import Currency, Money, total
from domain.policy import TravelCategory
from domain.supplier import RevenueShare, Supplier, SupplierId
from domain.travel_product import (
    Place,
    SellerOfRecord,
    TravelOption,
    TravelProduct,
    TravelProductId,
    TravelUnit,
    UnitKind,
)
from domain.viewer import Role

GATEWAYS = Path(__file__).parent / "gateways.csv"
NUMBER = 11
"""Chance of their own, so that journeys change nothing else of a seed."""
DEPARTURES = 6
FIRST_DAYS, APART_DAYS = 150, 90
NET_BPS = 7_800
SINGLE_BPS = 13_000
CHILD_BPS = 7_000
BUNDLED_BPS = 9_200

SUPPLIERS = (
    ("Vega & Rutas", "ES", "VEGA2026"),
    ("Kirin Lark Journeys", "JP", None),
    ("Hollow Oak Schools", "GB", None),
    ("Alpenrand Kurhaus", "CH", "ALPEN26"),
)


@dataclass(frozen=True, slots=True)
class Trip:
    """What is told of a journey, from which airport, by which supplier, and about how dear a day of it is."""

    slug: str
    category: TravelCategory
    airport: str
    supplier: int
    name: Localized
    story: Localized
    days: int
    yuan_a_day: int
    seller: SellerOfRecord = SellerOfRecord.HOUSE
    instant: bool = False
    ladder: str = "STANDARD"


CO_DEVELOPED, DEVELOPED_BPS = "porcelain-term-limoges", 3_000
"""A journey that was thought out with another partner, who has this part of what the house earns on it."""

C = TravelCategory
TRIPS = (
    Trip(
        "porcelain-term-limoges",
        C.STUDY_TOUR,
        "BOD",
        2,
        Localized("A porcelain term in Limousin", "利穆赞瓷艺学期"),
        Localized(
            "Ten days between kiln and table, with a master of the house.", "十日往返于窑与餐桌之间，由名师带领。"
        ),
        10,
        2_400,
    ),
    Trip(
        "watchmaking-week-jura",
        C.STUDY_TOUR,
        "GVA",
        3,
        Localized("A week at the bench in the Jura", "汝拉制表周"),
        Localized("Take a movement apart, and put it together again.", "拆开一枚机芯，再把它装回去。"),
        7,
        3_600,
    ),
    Trip(
        "young-explorers-edinburgh",
        C.K12,
        "EDI",
        2,
        Localized("Young explorers in Edinburgh", "爱丁堡少年探索营"),
        Localized("Castles, coasts and English for ten to fifteen.", "城堡、海岸与英语，适合十到十五岁。"),
        12,
        1_900,
        ladder="STRICT",
    ),
    Trip(
        "indigo-and-tea-fukuoka",
        C.INTEREST,
        "FUK",
        1,
        Localized("Indigo and tea in Kyushu", "九州蓝染与茶"),
        Localized("Dye a cloth, fire a cup, drink from it.", "染一块布，烧一只杯，再用它喝茶。"),
        6,
        2_700,
        instant=True,
    ),
    Trip(
        "check-up-by-the-lake-zurich",
        C.MEDICAL,
        "ZRH",
        3,
        Localized("A check-up by the lake", "湖畔体检之旅"),
        Localized("Three days of doctors, two of doing nothing.", "三天看医生，两天什么也不做。"),
        5,
        9_800,
    ),
    Trip(
        "andalusia-in-spring-seville",
        C.LEISURE,
        "SVQ",
        0,
        Localized("Andalusia in spring", "安达卢西亚之春"),
        Localized("White villages, slow lunches, one horse fair.", "白色村庄、慢午餐、一场马市。"),
        8,
        2_200,
        seller=SellerOfRecord.SUPPLIER,
        ladder="FLEXIBLE",
    ),
    Trip(
        "slow-trains-kyoto",
        C.LEISURE,
        "KIX",
        1,
        Localized("Kyoto by slow trains", "慢车京都"),
        Localized("Four ryokan, no plane after the first.", "四家旅馆，落地之后不再飞。"),
        9,
        3_100,
    ),
    Trip(
        "lacquer-atelier-hanoi",
        C.INTEREST,
        "HAN",
        1,
        Localized("A lacquer atelier in Hanoi", "河内漆艺工坊"),
        Localized("Seven layers, seven days.", "七层漆，七天。"),
        7,
        1_600,
        instant=True,
        ladder="FLEXIBLE",
    ),
)


@cache
def gateways() -> dict[str, Place]:
    """Where one can begin, by airport."""
    lines = (line for line in GATEWAYS.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {
        row["iata"]: Place(row["city"], row["country"], row["time_zone"], row["iata"]) for row in csv.DictReader(lines)
    }


def named(kind: str, name: object) -> UUID:
    return uuid5(NAMESPACE_URL, f"cercle/seed/{kind}/{name}")


def suppliers(everybody: Iterable[Account]) -> list[Supplier]:
    """All of them are acted for by the one whom every seed knows."""
    acting = next(one for one in everybody if Role.SUPPLIER in one.roles)
    return [
        Supplier(
            id=SupplierId(named("supplier", name)),
            name=name,
            country=country,
            account_id=acting.id,
            channel_code=channel,
            referral_bps=500 if channel else 0,
            active=True,
            created_at=acting.created_at,
        )
        for name, country, channel in SUPPLIERS
    ]


def products(sold_by: Sequence[Supplier]) -> Iterator[TravelProduct]:
    for trip in TRIPS:
        young = trip.category is C.K12
        units: tuple[UnitKind, ...] = (UnitKind.CHILD,) if young else (UnitKind.ADULT, UnitKind.SINGLE, UnitKind.CHILD)
        if trip.category is C.STUDY_TOUR:
            units = (UnitKind.STUDENT, UnitKind.SINGLE)
        yield TravelProduct(
            id=TravelProductId(named("journey", trip.slug)),
            slug=trip.slug,
            category=trip.category,
            supplier_id=sold_by[trip.supplier].id,
            operator=sold_by[trip.supplier].name,
            seller=trip.seller,
            name=trip.name,
            story=trip.story,
            place=gateways()[trip.airport],
            options=(
                TravelOption("HOUSE", Localized("In the house", "馆内"), tuple(TravelUnit(one) for one in units)),
            ),
            ladder_code=trip.ladder,
            instant=trip.instant,
            shares=(RevenueShare(sold_by[0].id, DEVELOPED_BPS),) if trip.slug == CO_DEVELOPED else (),
            active=True,
            created_at=TODAY - timedelta(days=60),
        )


def departures(made: Iterable[TravelProduct]) -> Iterator[Departure]:
    """One a season, in euros; nobody has booked yet."""
    draw, trips = Draw(NUMBER), {trip.slug: trip for trip in TRIPS}
    for product in made:
        trip = trips[product.slug]
        for season in range(DEPARTURES):
            starts_at = TODAY + timedelta(days=FIRST_DAYS + season * APART_DAYS + draw.between(0, 20))
            yield departure(product, trip, starts_at, draw.between(8, 24))


def departure(product: TravelProduct, trip: Trip, starts_at: datetime, capacity: int) -> Departure:
    whole = priced(trip.yuan_a_day * trip.days, Currency.EUR)
    shares = {UnitKind.SINGLE: SINGLE_BPS, UnitKind.CHILD: CHILD_BPS if trip.category is not C.K12 else 10_000}
    prices = [(unit.kind, whole.at_bps(shares.get(unit.kind, 10_000))) for unit in product.options[0].units]
    cut_off_at = starts_at - timedelta(days=3)
    return Departure(
        id=DepartureId(named("departure", f"{product.slug}/{starts_at:%Y-%m-%d}")),
        product_id=product.id,
        supplier_id=product.supplier_id,
        option_code=product.options[0].code,
        state=DepartureState.OPEN,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=trip.days),
        cut_off_at=cut_off_at,
        decide_at=starts_at - timedelta(days=21),
        currency=Currency.EUR,
        prices=tuple(UnitPrice(kind, price, price.at_bps(NET_BPS)) for kind, price in prices),
        capacity=capacity,
        taken=0,
        singles=capacity // 4,
        singles_taken=0,
        participants_min=4,
        private_for=None,
        opened_at=TODAY - timedelta(days=30),
    )


def bundle(first: Departure, luggage: ListingId, price: Money) -> Bundle:
    """A study tour, and what to pack for it."""
    alone = total((first.prices[0].price, price), Currency.EUR)
    return Bundle(
        id=BundleId(named("bundle", "a-term-abroad")),
        slug="a-term-abroad",
        name=Localized("A term abroad, packed", "整装游学"),
        story=Localized("The porcelain term, and the bag to carry it home.", "瓷艺学期，与装它回家的那只包。"),
        price=alone.at_bps(BUNDLED_BPS),
        components=(
            BundleComponent(departure_id=first.id, units=(first.prices[0].kind,)),
            BundleComponent(listing_id=luggage),
        ),
        shares=(),
        state=BundleState.ACTIVE,
        created_at=TODAY,
    )
