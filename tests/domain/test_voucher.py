"""What a voucher takes off, what of that comes back and who bears it: exact to the last unit, whatever the amounts."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from domain.campaign import CostShare, divide
from domain.listing import ListingId, ListingKind
from domain.money import BASIS_POINTS, Currency, Money, total
from domain.order import Discount, LineKind, LineState, OrderLine, OrderLineId
from domain.order.discount import covers, given_back, taken_off
from domain.order.refusal import VoucherNotForThis
from domain.piece import HOUSE, Party, PartyKind, account
from domain.policy import TaxBasis
from domain.supplier import SupplierId
from domain.viewer import AccountId

EUR = Currency.EUR
ZERO = Money.zero(EUR)
MEMBER = account(AccountId(UUID(int=7)))
PRICES = st.integers(1, 5_000_000)


@dataclass
class Line:
    price: Money
    seller: Party
    kind: LineKind = LineKind.GOODS
    listing_kind: ListingKind | None = ListingKind.NEW
    product_id: None = None
    bundle_id: None = None


def discount(percent_bps: int | None, amount: int | None, at_most: int, *kinds: ListingKind) -> Discount:
    off = None if amount is None else Money(amount, EUR)
    return Discount(UUID(int=1), percent_bps, off, Money(at_most, EUR), ZERO, (), kinds, None, None)


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    made = draw(st.lists(st.tuples(PRICES, st.booleans()), min_size=1, max_size=8))
    return [
        Line(Money(price, EUR), MEMBER, listing_kind=ListingKind.CONSIGNED)
        if members
        else Line(Money(price, EUR), HOUSE)
        for price, members in made
    ]


@given(
    lines(),
    st.one_of(
        st.tuples(st.integers(1, BASIS_POINTS), st.none()),
        st.tuples(st.none(), PRICES),
    ),
    PRICES,
    st.booleans(),
)
def test_what_is_taken_off_is_the_sum_of_its_lines_and_touches_no_other(
    bought: list[Line], off: tuple[int | None, int | None], at_most: int, members: bool
) -> None:
    kinds = (ListingKind.NEW, ListingKind.CONSIGNED) if members else ()
    voucher = discount(*off, at_most, *kinds)
    whole = total((line.price for line in bought if covers(voucher, line)), EUR)

    try:
        parts = taken_off(voucher, bought)
    except VoucherNotForThis:
        percent, _ = off
        assert not whole or (percent is not None and whole.minor * percent < BASIS_POINTS)
        return

    assert 0 < sum(part.minor for part in parts) <= min(at_most, whole.minor)
    for part, line in zip(parts, bought, strict=True):
        assert ZERO <= part <= line.price
        assert not part or members or line.seller.kind is not PartyKind.ACCOUNT


def line_of(price: int, off: int) -> OrderLine:
    return OrderLine(
        id=OrderLineId(uuid4()),
        order_id=UUID(int=1),
        position=1,
        listing_id=ListingId(UUID(int=2)),
        listing_kind=ListingKind.NEW,
        product_id=None,
        piece_id=None,
        consignment_id=None,
        quantity=1,
        unit_price=Money(price, EUR),
        price=Money(price, EUR),
        seller_kind=PartyKind.HOUSE,
        seller_id=None,
        tax_basis=TaxBasis.FULL_PRICE,
        tax_rate_bps=0,
        tax=ZERO,
        cost=None,
        claim_token=None,
        return_days=14,
        state=LineState.DELIVERED,
        refunded=ZERO,
        discount_minor=off,
    )


@given(PRICES.flatmap(lambda price: st.tuples(st.just(price), st.integers(0, price))), st.lists(PRICES, max_size=6))
def test_a_line_that_comes_back_piece_by_piece_gives_each_what_they_paid(
    paid: tuple[int, int], parts: list[int]
) -> None:
    price, off = paid
    line = line_of(price, off)
    to_buyer = to_bearer = ZERO
    for part in [*parts, price]:
        amount = min(Money(part, EUR), line.refundable)
        if not amount:
            continue
        back = given_back(line, amount)
        line.refunded += amount
        line.discount_back_minor += back.minor
        to_buyer, to_bearer = to_buyer + amount - back, to_bearer + back
        assert ZERO <= back <= amount
        assert to_buyer.minor <= price - off
        assert to_bearer.minor <= off

    assert (to_buyer.minor, to_bearer.minor) == (price - off, off)


@given(PRICES, st.lists(st.integers(1, 2_500), max_size=4), st.lists(PRICES, max_size=5))
def test_what_partners_bear_and_what_the_house_bears_is_the_whole_at_any_moment(
    given_off: int, bps: list[int], back: list[int]
) -> None:
    shares = tuple(CostShare(SupplierId(UUID(int=number)), one) for number, one in enumerate(bps))
    owed = [ZERO for _ in shares]
    left = was = ZERO
    for change in [given_off, *(-one for one in back), -given_off]:
        left = max(was + Money(change, EUR), ZERO)
        claims = [new - old for old, new in zip(divide(was, shares), divide(left, shares), strict=True)]
        owed = [one + more for one, more in zip(owed, claims, strict=True)]
        was = left
        assert owed == divide(left, shares)
        assert ZERO <= left - total(owed, EUR) <= left
        for one, share in zip(owed, shares, strict=True):
            assert abs(one.minor * BASIS_POINTS - left.minor * share.share_bps) < BASIS_POINTS

    assert owed == [ZERO for _ in shares]
