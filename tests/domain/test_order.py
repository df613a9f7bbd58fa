"""How orders add up: tenders, taxes, refunds, and the states of several lines."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger import LotId
from domain.money import Currency, Money, total
from domain.order import (
    Cost,
    LineState,
    Order,
    OrderState,
    Tender,
    TenderKind,
    TendersDoNotFit,
    Wish,
    allocate_refund,
)
from domain.order.noun import Delivery, OrderLine
from domain.order.quote import included_tax, plan_tenders, tax_basis
from domain.order.refund import lots_back
from domain.payment import PaymentProvider, RefundTooHigh
from domain.piece import HOUSE, Party, PartyKind
from domain.policy import DeliveryMethod, TaxBasis
from domain.refusal import InvalidInput, WrongState
from domain.wallet import LotSlice

EUR = Currency.EUR
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def cents(minor: int) -> Money:
    return Money(minor, EUR)


AMOUNTS = st.integers(1, 10**9)


@given(paid=st.lists(AMOUNTS, min_size=1, max_size=3), shares=st.lists(st.integers(1, 9_999), max_size=12))
def test_refunds_in_any_steps_sum_up_and_no_tender_gets_back_more_than_it_paid(
    paid: list[int], shares: list[int]
) -> None:
    tenders = [cents(minor) for minor in paid]
    back = [cents(0) for _ in tenders]
    left = sum(paid)
    for share in [*shares, 10_000]:
        amount = left * share // 10_000
        if not amount:
            continue
        parts = allocate_refund(tenders, back, cents(amount))
        assert total(parts, EUR) == cents(amount)
        assert all(part.minor >= 0 for part in parts)
        back = [before + part for before, part in zip(back, parts, strict=True)]
        assert all(one <= whole for one, whole in zip(back, tenders, strict=True))
        left -= amount
    assert back == tenders


@given(paid=st.lists(AMOUNTS, min_size=1, max_size=3), share=st.integers(1, 10_000))
def test_each_part_of_a_first_refund_is_within_a_cent_of_its_share(paid: list[int], share: int) -> None:
    amount = max(1, sum(paid) * share // 10_000)

    parts = allocate_refund([cents(one) for one in paid], [cents(0)] * len(paid), cents(amount))

    for one, part in zip(paid, parts, strict=True):
        assert abs(part.minor * sum(paid) - amount * one) < sum(paid)


def test_the_odd_cent_goes_to_the_earlier_of_equal_tenders() -> None:
    assert allocate_refund([cents(100), cents(100)], [cents(0), cents(0)], cents(1)) == [cents(1), cents(0)]


@pytest.mark.parametrize("amount", [0, -1, 151])
def test_no_more_is_refunded_than_is_left(amount: int) -> None:
    with pytest.raises(RefundTooHigh):
        allocate_refund([cents(100), cents(100)], [cents(50), cents(0)], cents(amount))


@given(sizes=st.lists(st.integers(1, 10**6), min_size=1, max_size=6), data=st.data())
def test_lots_come_back_last_spent_first_and_exactly(sizes: list[int], data: st.DataObject) -> None:
    slices = tuple(LotSlice(LotId(UUID(int=i)), cents(size)) for i, size in enumerate(sizes))
    first = data.draw(st.integers(1, sum(sizes)))
    tender = Tender(TenderKind.CREDIT, cents(sum(sizes)), cents(0), slices)
    after = Tender(TenderKind.CREDIT, cents(sum(sizes)), cents(first), slices)

    back = [*lots_back(tender, cents(first)), *(lots_back(after, after.refundable) if after.refundable else ())]

    by_lot: dict[LotId, int] = {}
    for piece in back:
        by_lot[piece.lot_id] = by_lot.get(piece.lot_id, 0) + piece.amount.minor
    assert by_lot == {piece.lot_id: piece.amount.minor for piece in slices}
    assert [piece.lot_id.int for piece in back] == sorted((piece.lot_id.int for piece in back), reverse=True)


@given(price=AMOUNTS, rate=st.integers(0, 6_000))
def test_the_tax_within_a_price_is_what_the_net_price_bears(price: int, rate: int) -> None:
    tax = included_tax(TaxBasis.FULL_PRICE, cents(price), None, rate)

    net = price - tax.minor
    assert abs(net * rate - tax.minor * 10_000) <= 10_000 + rate


def test_tax_is_on_the_margin_of_what_the_house_bought_and_never_negative() -> None:
    assert included_tax(TaxBasis.MARGIN, cents(12_000), cents(6_000), 2_000) == cents(1_000)
    assert included_tax(TaxBasis.MARGIN, cents(5_000), cents(6_000), 2_000) == cents(0)
    assert included_tax(TaxBasis.COMMISSION, cents(12_000), None, 2_000) == cents(0)


def test_the_basis_follows_from_who_sells_and_whether_the_cost_is_known() -> None:
    class Offered:
        def __init__(self, seller: Party) -> None:
            self.seller = seller

    member = Party(PartyKind.ACCOUNT, uuid4())

    assert tax_basis(Offered(member), None) is TaxBasis.COMMISSION  # type: ignore[arg-type]
    assert tax_basis(Offered(HOUSE), Cost(cents(1), margin=True)) is TaxBasis.MARGIN  # type: ignore[arg-type]
    assert tax_basis(Offered(HOUSE), Cost(cents(1), margin=False)) is TaxBasis.FULL_PRICE  # type: ignore[arg-type]
    assert tax_basis(Offered(HOUSE), None) is TaxBasis.FULL_PRICE  # type: ignore[arg-type]


@given(whole=AMOUNTS, credit=st.integers(0, 10**9), cash=st.integers(0, 10**9), provider=st.booleans())
def test_tenders_sum_to_the_whole_or_are_refused(whole: int, credit: int, cash: int, provider: bool) -> None:
    wish = Wish(cents(credit), cents(cash), PaymentProvider.TEST if provider else None)

    try:
        tenders = plan_tenders(cents(whole), wish, cents(0))
    except TendersDoNotFit:
        assert credit + cash > whole or (credit + cash < whole and not provider)
        return

    assert total((tender.amount for tender in tenders), EUR) == cents(whole)
    assert all(tender.amount for tender in tenders)


@pytest.mark.parametrize("wish", [Wish(credit=Money(1, Currency.CNY)), Wish(cash=cents(-1))])
def test_tenders_in_another_currency_or_below_zero_are_refused(wish: Wish) -> None:
    with pytest.raises(InvalidInput):
        plan_tenders(cents(100), wish, cents(0))


def order_of(*states: LineState, state: OrderState) -> Order:
    zero = cents(0)
    order_id = uuid4()
    lines = tuple(
        OrderLine(
            id=uuid4(),  # type: ignore[arg-type]
            order_id=order_id,
            position=i,
            listing_id=uuid4(),  # type: ignore[arg-type]
            listing_kind="NEW",  # type: ignore[arg-type]
            product_id=uuid4(),  # type: ignore[arg-type]
            piece_id=None,
            consignment_id=None,
            quantity=1,
            unit_price=cents(100),
            price=cents(100),
            seller_kind=PartyKind.HOUSE,
            seller_id=None,
            tax_basis=TaxBasis.FULL_PRICE,
            tax_rate_bps=0,
            tax=zero,
            cost=None,
            claim_token=None,
            return_days=7,
            state=line_state,
            refunded=zero,
        )
        for i, line_state in enumerate(states)
    )
    return Order(
        id=order_id,  # type: ignore[arg-type]
        code="OR-1",
        buyer=uuid4(),  # type: ignore[arg-type]
        state=state,
        currency=EUR,
        lines=lines,
        tenders=(),
        delivery=Delivery(DeliveryMethod.STANDARD),
        subtotal=cents(200),
        shipping=zero,
        total=cents(200),
        shipping_refunded=zero,
        payment_intent_id=None,
        placed_at=NOW,
    )


def test_an_order_is_shipped_and_delivered_when_its_last_line_is() -> None:
    order = order_of(LineState.OPEN, LineState.OPEN, state=OrderState.PAID)
    one, other = (line.id for line in order.lines)

    for action, line_id, state in (
        ("shipmentCreate", one, OrderState.PREPARING),
        ("shipmentHandOver", one, OrderState.PREPARING),
        ("shipmentDeliver", one, OrderState.PREPARING),
        ("shipmentCreate", other, OrderState.PREPARING),
        ("shipmentCancel", other, OrderState.PREPARING),
        ("shipmentCreate", other, OrderState.PREPARING),
        ("shipmentHandOver", other, OrderState.SHIPPED),
        ("shipmentDeliver", other, OrderState.DELIVERED),
    ):
        order.advance(action, [line_id])
        assert order.state is state, action


def test_unpacking_everything_makes_the_order_one_that_can_be_cancelled_again() -> None:
    order = order_of(LineState.PACKED, LineState.PACKED, state=OrderState.PREPARING)

    order.advance("shipmentCancel", [order.lines[0].id])
    assert "orderCancel" not in order.next_actions
    order.advance("shipmentCancel", [order.lines[1].id])

    assert order.state is OrderState.PAID
    assert "orderCancel" in order.next_actions


def test_a_line_is_not_packed_twice() -> None:
    order = order_of(LineState.PACKED, LineState.OPEN, state=OrderState.PREPARING)

    with pytest.raises(WrongState) as refused:
        order.advance("shipmentCreate", [order.lines[0].id])

    assert refused.value.next_actions == ("shipmentCancel", "shipmentHandOver", "shipmentReady")


@given(
    price=st.integers(1, 10**9),
    duty=st.integers(0, 10**9),
    parts=st.lists(st.integers(0, 10**9), max_size=5),
    imported=st.booleans(),
    given_back=st.booleans(),
)
def test_the_same_part_of_a_duty_goes_back_as_of_its_price_and_all_of_it_in_the_end(
    price: int, duty: int, parts: list[int], imported: bool, given_back: bool
) -> None:
    (line,) = order_of(LineState.OPEN, state=OrderState.PAID).lines
    line.price, line.duty_minor, line.given_back = cents(price), duty, given_back
    line.imported_at = NOW if imported else None

    for refunded in (*sorted(min(part, price) for part in parts), price):
        back = line.duty_back(cents(refunded))
        assert back.minor >= 0
        line.duty_refunded_minor += back.minor
        assert line.duty_refunded_minor == 0 or abs(line.duty_refunded_minor * price - duty * refunded) <= price

    assert line.duty_refunded_minor == (0 if imported and not given_back else duty)
