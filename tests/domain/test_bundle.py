"""The price of a bundle over its components, and what its ladder and schedule make of it, for any amounts."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from domain.booking import Booking, BookingId, BookingPart, BookingPayment, BookingState, Installment, Traveller
from domain.bundle import Bundle, BundleComponent, BundleId, BundleState, split
from domain.catalogue import ProductId
from domain.departure import DepartureId
from domain.listing import Listing, ListingId, ListingKind, ListingState
from domain.localized import Localized
from domain.money import BASIS_POINTS, Currency, Money, total
from domain.piece import HOUSE, account
from domain.policy import CancellationLadder, CategoryRule, LadderStep, TaxBasis, TravelCategory
from domain.supplier import RevenueShare, SupplierId, divide
from domain.travel_product import TravelProductId, UnitKind
from domain.viewer import AccountId

EUR = Currency.EUR
NOW = datetime(2026, 1, 1, tzinfo=UTC)
AMOUNTS = st.integers(1, 10_000_000)


def listing(price: int, *, members: bool) -> Listing:
    return Listing(
        id=ListingId(uuid4()),
        kind=ListingKind.NEW,
        slug="x",
        product_id=ProductId(uuid4()),
        piece_id=None,
        consignment_id=None,
        options=(),
        price=Money(price, EUR),
        reference_price=None,
        reference_source=None,
        reference_as_of=None,
        quantity=1,
        reserved=0,
        seller=account(AccountId(uuid4())) if members else HOUSE,
        state=ListingState.LISTED,
        published_at=NOW,
    )


@given(st.lists(st.tuples(AMOUNTS, st.booleans()), min_size=2, max_size=10), st.integers(1, BASIS_POINTS))
def test_a_bundles_price_is_split_to_the_last_unit_and_members_keep_theirs(
    parts: list[tuple[int, bool]], price_bps: int
) -> None:
    offered = [listing(price, members=members) for price, members in parts]
    alone = total((one.price for one in offered), EUR)
    price = Money(max(alone.minor * price_bps // BASIS_POINTS, 1), EUR)
    components = tuple(BundleComponent(listing_id=one.id) for one in offered)
    name = Localized("A", "B")
    bundle = Bundle(BundleId(uuid4()), "x", name, name, price, components, (), BundleState.ACTIVE, NOW)

    found = split(bundle, {one.id: one for one in offered}, None)

    members = total((one.price for one, (_, theirs) in zip(offered, parts, strict=True) if theirs), EUR)
    others = sum(not theirs for _, theirs in parts)
    if found is None:
        assert (price - members).minor < others or not others or price < alone
        return
    assert total((one.bundled for one in found), EUR) == price
    for one, (minor, theirs) in zip(found, parts, strict=True):
        assert one.bundled.minor > 0
        assert one.bundled <= one.alone
        if theirs:
            assert one.bundled.minor == minor


STEPS = st.lists(st.tuples(st.integers(0, 365), st.integers(0, BASIS_POINTS)), min_size=1, max_size=6)


def ladder_of(steps: list[tuple[int, int]]) -> CancellationLadder:
    days = sorted({day for day, _ in steps}, reverse=True)
    shares = sorted(share for _, share in steps)[: len(days)]
    return CancellationLadder("X", Localized("X", "X"), tuple(map(LadderStep, days, shares)))


def booking(price: int, deposit_bps: int, ladder: CancellationLadder, paid: int) -> Booking:
    whole = Money(price, EUR)
    first, rest = whole.allocate([deposit_bps, BASIS_POINTS - deposit_bps])
    schedule = tuple(
        Installment(part, amount, NOW)
        for part, amount in ((BookingPart.DEPOSIT, first), (BookingPart.BALANCE, rest))
        if amount
    )
    payments = tuple(BookingPayment(one.part, one.amount, uuid4(), uuid4(), NOW) for one in schedule[:paid])
    return Booking(
        id=BookingId(uuid4()),
        code="BK",
        buyer=AccountId(uuid4()),
        departure_id=DepartureId(uuid4()),
        product_id=TravelProductId(uuid4()),
        supplier_id=SupplierId(uuid4()),
        category=TravelCategory.LEISURE,
        state=BookingState.CONFIRMED,
        currency=EUR,
        price=whole,
        net=whole.at_bps(8_000),
        travellers=(Traveller(UnitKind.ADULT, "A", "B", date(1990, 1, 1)),),
        seller=HOUSE,
        tax_basis=TaxBasis.TRAVEL_MARGIN,
        seat="FR",
        ladder=ladder,
        rule=CategoryRule(TravelCategory.LEISURE),
        shares=(),
        pins=(),
        instant=True,
        confirm_hours=1,
        remind_days=1,
        starts_at=NOW + timedelta(days=366),
        ends_at=NOW + timedelta(days=370),
        schedule=schedule,
        held_at=NOW,
        expires_at=None,
        payments=payments,
    )


@given(AMOUNTS, st.integers(1, BASIS_POINTS), STEPS, st.integers(0, 2), st.lists(st.integers(0, 370), min_size=2))
def test_a_ladder_keeps_no_more_than_was_paid_and_never_less_the_later_it_is(
    price: int, deposit_bps: int, steps: list[tuple[int, int]], paid: int, days: list[int]
) -> None:
    one = booking(price, deposit_bps, ladder_of(steps), paid)
    kept = [one.retained_at(NOW + timedelta(days=day)) for day in sorted(days)]

    assert all(Money.zero(EUR) <= retained <= one.paid for retained in kept)
    assert kept == sorted(kept, key=lambda money: money.minor)
    assert one.retained_at(one.starts_at + timedelta(days=1)) == one.paid
    for retained in kept:
        parts = [one.retained_of(payment.order_line_id, retained) for payment in one.payments]
        assert total(parts, EUR) == retained
        assert all(part <= payment.amount for part, payment in zip(parts, one.payments, strict=True))
        assert one.retained_of(UUID(int=0), retained) == Money.zero(EUR)


@given(AMOUNTS, st.integers(1, BASIS_POINTS))
def test_what_installments_cost_the_house_is_what_the_journey_costs(price: int, deposit_bps: int) -> None:
    one = booking(price, deposit_bps, ladder_of([(30, 5_000)]), 0)
    assert total((one.costs(installment.part) for installment in one.schedule), EUR) == one.net
    assert one.costs(BookingPart.FULL) == one.net


@given(st.integers(-1_000_000, 1_000_000), st.lists(st.integers(1, 2_000), max_size=5))
def test_partners_share_what_was_earned_and_nothing_of_a_loss(earned: int, shares: list[int]) -> None:
    agreed = [RevenueShare(SupplierId(uuid4()), share) for share in shares]
    parts = divide(Money(earned, EUR), agreed)
    assert sum(part.minor for _, part in parts) <= max(earned, 0)
    assert all(part.minor > 0 for _, part in parts)
    if sum(shares) == BASIS_POINTS and earned > 0:
        assert sum(part.minor for _, part in parts) == earned


def test_age_is_counted_in_full_years_on_the_day() -> None:
    leapling = Traveller(UnitKind.CHILD, "A", "B", date(2012, 2, 29))
    assert leapling.age_on(date(2026, 2, 28)) == 13
    assert leapling.age_on(date(2026, 3, 1)) == 14
