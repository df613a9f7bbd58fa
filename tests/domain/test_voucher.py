"""What a voucher takes off, what of that comes back and who bears it: exact to the last unit, whatever the amounts."""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.campaign import CostShare, divide
from domain.ledger import AccountKind
from domain.listing import ListingId, ListingKind
from domain.money import BASIS_POINTS, Currency, Money, total
from domain.order import Discount, LineKind, LineState, OrderLine, OrderLineId
from domain.order.deliver import release
from domain.order.discount import borne_by_house, covers, given_back, taken_off
from domain.order.noun import sold_for
from domain.order.quote import included_tax
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


@given(
    st.lists(PRICES.flatmap(lambda price: st.tuples(st.just(price), st.integers(0, price))), min_size=1, max_size=8),
    st.lists(st.integers(1, 2_500), max_size=4),
    st.integers(0, 2_500),
)
def test_what_the_house_bears_is_the_rest_line_by_line_and_no_more_is_taxed_than_is_sold(
    bought: list[tuple[int, int]], bps: list[int], rate_bps: int
) -> None:
    parts = [Money(off, EUR) for _, off in bought]
    assume(any(parts))
    voucher = replace(discount(None, 1, 1), others_bps=tuple(bps))
    shares = tuple(CostShare(SupplierId(UUID(int=number)), one) for number, one in enumerate(bps))

    own = borne_by_house(voucher, parts)

    whole = total(parts, EUR)
    assert total(own, EUR) == whole - total(divide(whole, shares), EUR)
    assert not total(borne_by_house(replace(voucher, others_bps=(BASIS_POINTS,)), parts), EUR)
    for (price, off), borne in zip(bought, own, strict=True):
        assert 0 <= borne.minor <= off
        sold = sold_for(Money(price, EUR), borne.minor, PartyKind.HOUSE)
        tax = included_tax(TaxBasis.FULL_PRICE, sold, None, rate_bps)
        assert ZERO <= tax <= included_tax(TaxBasis.FULL_PRICE, Money(price, EUR), None, rate_bps)
        assert sold_for(Money(price, EUR), borne.minor, PartyKind.ACCOUNT).minor == price


@given(
    PRICES.flatmap(lambda price: st.tuples(st.just(price), st.integers(0, price))),
    st.lists(PRICES, max_size=4),
    st.integers(0, 2_500),
)
def test_what_is_not_taxed_comes_back_with_the_rest_of_the_line(
    paid: tuple[int, int], parts: list[int], rate_bps: int
) -> None:
    """Back and forth nothing is lost: what stays and its tax is what was sold less what went back, within a cent."""
    price, off = paid
    line = line_of(price, off)
    line.own_discount_minor = off
    line.tax_rate_bps = rate_bps
    line.tax = included_tax(TaxBasis.FULL_PRICE, Money(price - off, EUR), None, rate_bps)
    for part in parts:
        amount = min(Money(part, EUR), line.refundable)
        line.discount_back_minor += given_back(line, amount).minor
        line.refunded += amount
        moved = {posting.account.kind: posting.amount for posting in release(line)}
        taxed = moved.get(AccountKind.TAX_PAYABLE, ZERO)
        assert total(moved.values(), EUR) == ZERO
        assert abs(taxed.minor * price - line.tax.minor * line.refundable.minor) <= price
        assert ZERO <= line.untaxed <= line.refundable
        assert line.refundable or not moved


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
