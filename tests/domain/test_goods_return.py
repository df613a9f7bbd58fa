"""How returns add up: what is foretold is what is refunded, and what comes back is told apart from what was sent."""

import asyncio
from collections import Counter
from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.gift_card import GiftCardUse, GiftCardUseState
from domain.goods_return import (
    BY_STAFF,
    GOODS_RETURN_LIFECYCLE,
    Disposition,
    Finding,
    GoodsReturn,
    GoodsReturnId,
    GoodsReturnState,
    LineRefund,
    RefundPreview,
    ResolveReturn,
    ReturnCondition,
    ReturnInspection,
    ReturnReason,
    WantedLine,
    preview,
    reckon,
    resolve,
)
from domain.goods_return.fingerprint import compare
from domain.goods_return.lifecycle import BY_BUYER
from domain.ledger import AccountKind, Journal, LotId, Posting, house
from domain.listing import ListingState
from domain.money import Currency, Money, total
from domain.order import LineState, Order, OrderId, OrderLineId, OrderState, Tender, TenderKind, called_off, refund
from domain.order.noun import Delivery, OrderLine
from domain.payment import PaymentState
from domain.piece import HOUSE
from domain.policy import DeliveryMethod, TaxBasis
from domain.shipment import Fingerprint
from domain.viewer import AccountId, Role, Viewer
from domain.wallet import LotSlice

EUR = Currency.EUR
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUPPORT = Viewer(AccountId(uuid4()), frozenset({Role.SUPPORT}))


def cents(minor: int) -> Money:
    return Money(minor, EUR)


class Kept:
    """A collection in memory; everybody has everything locked."""

    def __init__(self, *things: Any) -> None:
        self.things = {thing.id: thing for thing in things}
        self.added: list[Any] = []

    async def lock(self, thing_id: UUID) -> Any:
        return self.things.get(thing_id) or SimpleNamespace(expires_at=None)

    find = lot = lock

    async def save(self, thing: Any) -> None:
        self.things[thing.id] = thing

    async def add(self, thing: Any) -> None:
        self.added.append(thing)

    add_refund = add


class Returned(Kept):
    async def of_line(self, line_id: OrderLineId) -> list[GoodsReturn]:
        return [one for one in self.things.values() if one.order_line_id == line_id]


class Lots(Kept):
    async def lock(self, owner: AccountId, currency: Currency) -> None:  # type: ignore[override]
        """Nobody else is here."""

    async def lock_all(self, pockets: Any) -> None:
        list(pockets)


@dataclass
class Books:
    journals: list[Journal] = field(default_factory=list)

    async def post(self, journal: Journal) -> None:
        self.journals.append(journal)

    def moved(self, kind: AccountKind) -> Counter[LotId | None]:
        found: Counter[LotId | None] = Counter()
        for journal in self.journals:
            for posting in journal.postings:
                if posting.account.kind is kind:
                    found[posting.lot_id] += posting.amount.minor
        return found


class Here:
    """A unit of work over an order that was bought and delivered."""

    def __init__(self, order: Order, returns: list[GoodsReturn]) -> None:
        self.orders, self.goods_returns = Kept(order), Returned(*returns)
        slices = [slice_ for tender in order.tenders for slice_ in tender.slices]
        self.wallets = Lots(*(SimpleNamespace(id=slice_.lot_id, expires_at=None) for slice_ in slices))
        self.listings = Kept(*(offer(line) for line in order.lines))
        intent = SimpleNamespace(
            id=order.payment_intent_id,
            owner=order.buyer,
            state=PaymentState.CHARGED,
            amount=order.total,
            refunded=cents(0),
        )
        self.payment_intents, self.payment_refunds = Kept(intent), Kept()
        self.ledger = Books()
        self.events: list[Any] = []
        self.outbox: list[Any] = []
        self.new = SimpleNamespace(id=uuid4)
        self.pledges: Any = Exchanged()
        self.gift_cards, self.gift_card_uses = Kept(), Used(order)
        self.discounts = SimpleNamespace(take_back=self.take_back)

    async def take_back(self, order: Order, amount: Money, refund_id: UUID, now: datetime) -> None:
        """The budget of a voucher has it again; the journal says so."""


class Exchanged:
    """What became of an old piece: one of this value that is `here`, or None where it is gone."""

    def __init__(self, here: Money | None = None) -> None:
        self.here = here
        self.piece_is_back = False

    async def call_off(self, order: Order, *, whole: bool, now: datetime) -> None:
        order.tenders = called_off(order.tenders)

    async def still_here(self, order: Order, now: datetime) -> Money | None:
        return self.here

    async def give_back(self, order: Order, parts: Any, *, piece_back: bool, now: datetime) -> list[Posting]:
        self.piece_is_back = piece_back
        return [house(AccountKind.INVENTORY, part.amount) for part in parts]


class Used:
    """Cards that have paid, each of which gets back no more than it did."""

    def __init__(self, order: Order) -> None:
        cards = [one for one in order.tenders if one.kind is TenderKind.GIFT_CARD]
        self.uses = [
            GiftCardUse(uuid4(), uuid4(), order.id, one.place, one.amount, cents(0), GiftCardUseState.SPENT, NOW)  # type: ignore[arg-type]
            for one in cards
        ]

    async def of_order(self, order_id: UUID) -> list[GiftCardUse]:
        return self.uses

    async def save(self, use: GiftCardUse) -> None:
        assert use.returned <= use.amount


def offer(line: OrderLine) -> Any:
    return SimpleNamespace(
        id=line.listing_id,
        kind=line.listing_kind,
        price=line.unit_price,
        one_of_one=False,
        quantity=0,
        reserved=0,
        state=ListingState.SOLD,
    )


MEANS = (TenderKind.CREDIT, TenderKind.CASH, TenderKind.EXTERNAL)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[Order, list[GoodsReturn]]:
    """An order of goods from stock, paid by any mix of tenders, with an inspected return of each line."""
    order_id = OrderId(uuid4())
    units = draw(st.lists(st.tuples(st.integers(1, 100_000), st.integers(1, 4)), min_size=1, max_size=3))
    lines = tuple(line_of(order_id, unit, quantity, position) for position, (unit, quantity) in enumerate(units, 1))
    for line in lines:
        line.duty_minor = draw(st.sampled_from([0, 0, 1, 777]))
    duties = sum(line.duty_minor for line in lines)
    shipping = draw(st.sampled_from([0, 2_500]))
    whole = sum(unit * quantity for unit, quantity in units) + shipping + duties
    shares = draw(st.lists(st.integers(0, 100), min_size=3, max_size=3).filter(any))
    amounts = cents(whole).allocate(shares)
    tenders = tuple(
        Tender(kind, amount, cents(0), slices_of(draw, amount) if kind is TenderKind.CREDIT else ())
        for kind, amount in zip(MEANS, amounts, strict=True)
        if amount
    )
    order = Order(
        id=order_id,
        code="OR-1",
        buyer=AccountId(uuid4()),
        state=OrderState.DELIVERED,
        currency=EUR,
        lines=lines,
        tenders=tenders,
        delivery=Delivery(DeliveryMethod.STANDARD),
        subtotal=cents(whole - shipping - duties),
        duties_minor=duties,
        shipping=cents(shipping),
        total=cents(whole),
        shipping_refunded=cents(0),
        payment_intent_id=uuid4(),  # type: ignore[arg-type]
        placed_at=NOW,
        paid_at=NOW,
    )
    return order, [returned(draw, order, line) for line in lines]


def line_of(order_id: OrderId, unit: int, quantity: int, position: int) -> OrderLine:
    price = cents(unit * quantity)
    return OrderLine(
        id=OrderLineId(uuid4()),
        order_id=order_id,
        position=position,
        listing_id=uuid4(),  # type: ignore[arg-type]
        listing_kind="NEW",  # type: ignore[arg-type]
        product_id=uuid4(),  # type: ignore[arg-type]
        piece_id=None,
        consignment_id=None,
        quantity=quantity,
        unit_price=cents(unit),
        price=price,
        seller_kind=HOUSE.kind,
        seller_id=None,
        tax_basis=TaxBasis.FULL_PRICE,
        tax_rate_bps=2_000,
        tax=price.allocate([2_000, 10_000])[0],
        cost=None,
        claim_token=None,
        return_days=14,
        state=LineState.DELIVERED,
        refunded=cents(0),
        delivered_at=NOW,
    )


def slices_of(draw: st.DrawFn, amount: Money) -> tuple[LotSlice, ...]:
    shares = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    return tuple(LotSlice(LotId(uuid4()), part) for part in amount.allocate(shares) if part)


def returned(draw: st.DrawFn, order: Order, line: OrderLine, *, whole: bool = False) -> GoodsReturn:
    """Some of a line, as it was sent, or worse by any share that leaves something to refund; `whole` all of it."""
    quantity = line.quantity if whole else draw(st.integers(1, line.quantity))
    worth = line.unit_price * quantity
    bps = 0 if whole else draw(st.sampled_from([0, 0, 1, 333, 5_000, 9_999]))
    lost = worth.at_bps(bps)
    if lost == worth:
        bps, lost = 0, cents(0)
    condition = ReturnCondition.WORSE if bps else ReturnCondition.AS_SENT
    return GoodsReturn(
        id=GoodsReturnId(uuid4()),
        code="GR-1",
        order_id=order.id,
        order_line_id=line.id,
        piece_id=None,
        buyer=order.buyer,
        quantity=quantity,
        state=GoodsReturnState.INSPECTED,
        reason=ReturnReason.CHANGED_MIND,
        note="",
        photos=(),
        late=False,
        worth=worth,
        requested_by=order.buyer,
        requested_at=NOW,
        inspection=ReturnInspection(condition, bps, lost, "worn", (), AccountId(uuid4()), NOW),
    )


@given(deliveries())
def test_what_is_foretold_is_what_is_refunded_to_every_tender_and_lot(
    delivery: tuple[Order, list[GoodsReturn]],
) -> None:
    order, returns = delivery
    by_line = {one.order_line_id: [one] for one in returns}
    foretold = preview(order, [WantedLine(one.order_line_id) for one in returns], by_line, {}, NOW)
    work = Here(order, returns)

    asyncio.run(resolve_all(work, returns))

    amounts = [one.refunded for one in returns]
    assert [line.amount + line.duties for line in foretold.lines] == amounts
    assert [line.deduction for line in foretold.lines] == [one.deducted for one in returns]
    assert foretold.amount == total((one for one in amounts if one is not None), EUR)
    told = {part.kind: part.amount for part in foretold.parts}
    assert {tender.kind: tender.refunded for tender in order.tenders if tender.refunded} == told
    assert total((line.refunded + line.duty_refunded for line in order.lines), EUR) == foretold.amount
    agrees_with_the_books(work.ledger, foretold, order)


@given(delivery=deliveries(), data=st.data())
def test_any_amounts_of_a_basket_are_foretold_as_they_are_refunded_at_once_whichever_is_named_first(
    delivery: tuple[Order, list[GoodsReturn]], data: st.DataObject
) -> None:
    order, returns = delivery
    back = [data.draw(st.integers(0, line.refundable.minor)) for line in order.lines]
    lines = [
        LineRefund(
            *(line.id, line.quantity, line.price, line.price - cents(minor), None, cents(minor)),
            line.duty_back(cents(minor)),
        )
        for line, minor in zip(order.lines, back, strict=True)
    ]
    assume(any(back))
    foretold = reckon(order, data.draw(st.permutations(lines)), shipping=order.shipping)
    work: Any = Here(order, returns)

    parts = {line.line_id: line.amount for line in lines if line.amount}
    done = asyncio.run(refund(work, order, parts, shipping=order.shipping, reason="All at once", now=NOW))

    assert (done.amount, done.parts) == (foretold.amount, foretold.parts)
    lots = {lot: minor for lot, minor in work.ledger.moved(AccountKind.CREDIT).items() if minor}
    assert lots == {one.lot_id: one.amount.minor for one in foretold.lots}


@st.composite
def exchanges(draw: st.DrawFn) -> tuple[Order, list[GoodsReturn], Money | None]:
    """The same, with an old piece and its subsidy, gift cards and a voucher among what has paid.

    The piece is promised still, or was kept: then it is here, or gone.
    """
    order, returns = draw(deliveries())
    if draw(st.booleans()):
        returns = [returned(draw, order, line, whole=True) for line in order.lines]
    for line in order.lines:
        line.discount_minor = draw(st.sampled_from([0, 1, line.price.minor // 3]))
    off = sum(line.discount_minor for line in order.lines)
    rest = order.total - cents(off)
    assume(rest.minor > 0)
    weights = draw(st.lists(st.integers(0, 100), min_size=6, max_size=6).filter(any))
    cash, credit, piece, subsidy, first, second = rest.allocate(weights)
    promised = uuid4() if draw(st.booleans()) else None
    tenders = (
        Tender(TenderKind.CREDIT, credit, cents(0), slices_of(draw, credit) if credit else ()),
        Tender(TenderKind.CASH, cash, cents(0)),
        Tender(TenderKind.TRADE_IN, piece, cents(0), hold_id=promised),  # type: ignore[arg-type]
        Tender(TenderKind.SUBSIDY, subsidy, cents(0), hold_id=promised),  # type: ignore[arg-type]
        Tender(TenderKind.GIFT_CARD, first, cents(0), source_id=uuid4(), place=1),
        Tender(TenderKind.GIFT_CARD, second, cents(0), source_id=uuid4(), place=2),
        Tender(TenderKind.VOUCHER, cents(off), cents(0), source_id=uuid4()),
    )
    order.tenders = tuple(one for one in tenders if one.amount)
    order.payment_intent_id = None
    order.trade_in_id = uuid4()
    here = piece if piece and promised is None and draw(st.booleans()) else None
    return order, returns, here


def subsets(returns: list[GoodsReturn]) -> list[list[GoodsReturn]]:
    return [list(some) for size in range(1, len(returns) + 1) for some in combinations(returns, size)]


@given(exchanges())
def test_of_any_lines_of_an_exchange_each_tender_and_the_piece_go_back_as_was_foretold(
    exchange: tuple[Order, list[GoodsReturn], Money | None],
) -> None:
    """Every subset of the lines: sent back one by one, and called off at once before anything was sent."""
    bought, returned_, here = exchange
    for some in subsets(returned_):
        order, returns = deepcopy((bought, some))
        by_line = {one.order_line_id: [one] for one in returns}
        foretold = preview(order, [WantedLine(one.order_line_id) for one in returns], by_line, {}, NOW, here)
        work = Here(order, returns)
        work.pledges = Exchanged(here)
        asyncio.run(resolve_all(work, returns))
        assert_as_foretold(order, work, foretold)

        order = deepcopy(bought)
        order.state = OrderState.PAID
        named = {one.order_line_id for one in some}
        for line in order.lines:
            line.state, line.delivered_at = LineState.OPEN, None
            if line.id not in named:
                line.state = LineState.CANCELLED
        foretold = preview(order, [WantedLine(line_id) for line_id in named], dict.fromkeys(named, ()), {}, NOW, here)
        work = Here(order, [])
        work.pledges = Exchanged(here)
        asyncio.run(call_off(work, order, named))
        assert_as_foretold(order, work, foretold)


async def call_off(work: Any, order: Order, named: Collection[UUID]) -> None:
    """As an order is called off: the promise first, then all of it at once."""
    await work.pledges.call_off(order, whole=True, now=NOW)
    parts = {line.id: line.refundable for line in order.lines if line.id in named}
    await refund(work, order, parts, shipping=order.shipping, reason="Called off", now=NOW)


def assert_as_foretold(order: Order, work: Any, foretold: RefundPreview) -> None:
    told = {(part.kind, part.place): part.amount for part in foretold.parts}
    assert {(one.kind, one.place): one.refunded for one in order.tenders if one.refunded} == told
    assert order.refunded == foretold.amount
    assert work.pledges.piece_is_back == foretold.piece_goes_back
    back = {use.place: use.returned for use in work.gift_card_uses.uses if use.returned}
    assert back == {place: amount for (kind, place), amount in told.items() if kind is TenderKind.GIFT_CARD}
    lots = {lot: minor for lot, minor in work.ledger.moved(AccountKind.CREDIT).items() if minor}
    assert lots == {one.lot_id: one.amount.minor for one in foretold.lots}
    assert work.ledger.moved(AccountKind.SUBSIDY_BUDGET).total() == told.get((TenderKind.VOUCHER, 1), cents(0)).minor


async def resolve_all(work: Here, returns: list[GoodsReturn]) -> None:
    for one in returns:
        assert one.inspection is not None
        worse = one.inspection.condition is ReturnCondition.WORSE
        if worse:
            # Opened goods become pieces, which need a catalogue; here they have become them already.
            one.inspection = ReturnInspection(
                ReturnCondition.AS_SENT, 0, one.inspection.deduction, "worn", (), one.inspection.inspected_by, NOW
            )
        await resolve(work, SUPPORT, ResolveReturn(one.id, Disposition.RESTOCK), now=NOW)  # type: ignore[arg-type]


def agrees_with_the_books(books: Books, foretold: RefundPreview, order: Order) -> None:
    """Escrow gives the refunds and, for lines that are back whole, what was deducted; nothing else moves."""
    lots = {lot: minor for lot, minor in books.moved(AccountKind.CREDIT).items() if minor}
    assert lots == {one.lot_id: one.amount.minor for one in foretold.lots}
    told = {part.kind: part.amount.minor for part in foretold.parts}
    assert books.moved(AccountKind.CASH).total() == told.get(TenderKind.CASH, 0)
    assert books.moved(AccountKind.PSP_CLEARING).total() == told.get(TenderKind.EXTERNAL, 0)
    kept = sum((line.price - line.refunded).minor for line in order.lines if line.state is LineState.RETURNED)
    assert books.moved(AccountKind.ESCROW).total() == -foretold.amount.minor - kept
    assert books.moved(AccountKind.SALES).total() + books.moved(AccountKind.TAX_PAYABLE).total() == kept


@given(sent=st.integers(1, 200_000), difference=st.integers(-2_100, 2_100))
def test_a_weight_may_differ_by_five_grams_or_a_hundredth(sent: int, difference: int) -> None:
    came = max(1, sent + difference)

    found = compare(Fingerprint(OrderLineId(uuid4()), "T-1", sent), "t-1", came)

    assert (found == ()) == (abs(came - sent) <= max(5, sent // 100))


@pytest.mark.parametrize(
    ("tag", "weight", "findings"),
    [
        ("T-1", 1_000, ()),
        (None, 1_000, (Finding.TAG_MISSING,)),
        ("T-2", 1_000, (Finding.TAG_DIFFERS,)),
        ("T-1", 1_011, (Finding.WEIGHT_DIFFERS,)),
        ("T-1", None, (Finding.WEIGHT_DIFFERS,)),
        (None, None, (Finding.TAG_MISSING, Finding.WEIGHT_DIFFERS)),
    ],
)
def test_every_difference_is_found(tag: str | None, weight: int | None, findings: tuple[Finding, ...]) -> None:
    assert compare(Fingerprint(OrderLineId(uuid4()), "T-1", 1_000), tag, weight) == findings
    assert compare(None, tag, weight) == (Finding.NOT_RECORDED,)


def test_every_move_that_a_mutation_makes_is_for_somebody() -> None:
    mutations = {move.partition("/")[0] for move in GOODS_RETURN_LIFECYCLE.moves} - GOODS_RETURN_LIFECYCLE.unattended

    assert mutations == set(BY_STAFF) | BY_BUYER
