"""Money goes back to what it came from, out of escrow, while it is still there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain import payment, receivable
from domain.event import Event
from domain.ledger import AccountKind, Posting, customer, house
from domain.money import BASIS_POINTS, Money, total
from domain.order import grant, journey
from domain.order.discount import given_back
from domain.order.grant import GRANTED
from domain.order.lifecycle import UNPAID
from domain.order.noun import Order, OrderLineId, OrderRefund, OrderRefundId, Tender, TenderKind, TenderPart
from domain.order.pledge import PLEDGED, called_off
from domain.order.port import Work
from domain.payment import PaymentIntent, PaymentState, RefundTooHigh
from domain.refusal import require
from domain.viewer import AccountId
from domain.wallet import LotSlice, credit_postings, let_lapse, post, split_slices


def allocate_refund(tenders: Sequence[Money], already_refunded: Sequence[Money], amount: Money) -> list[Money]:
    """How much of a refund goes back to each tender: in proportion to what is left of it, by largest remainder.

    Equal remainders go to the earlier tender; tenders stand in the order credit, cash, external. No tender ever gets
    back more than it paid, and once everything is refunded each has got back exactly that.
    """
    left = [paid - back for paid, back in zip(tenders, already_refunded, strict=True)]
    refundable = total(left, amount.currency)
    require(amount.minor > 0 and amount <= refundable, RefundTooHigh(refundable, amount))
    return amount.allocate([part.minor for part in left])


def lots_back(tender: Tender, amount: Money) -> tuple[LotSlice, ...]:
    """The lots that an amount goes back into.

    The lot that was spent last comes first, so that what never lapses is restored before what might have.
    """
    backwards = tuple(reversed(tender.slices))
    _, rest = split_slices(backwards, tender.refunded + tender.replaced)
    back, _ = split_slices(rest, amount)
    return back


def divide_refund(
    order: Order, amounts: Sequence[Money], *, off: Money | None = None, piece_back: bool = False
) -> tuple[TenderPart, ...]:
    """What these amounts, one after the other in the order of the lines, give back to each tender.

    `off` goes back besides, to whoever bore the voucher. An old piece that goes back itself does so with its subsidy,
    both whole; the other tenders share the rest. What is foretold and what is refunded both come here, so that they
    are the same to the last unit.
    """
    tenders = called_off(order.tenders)
    if off is not None:
        tenders = tuple(tender for tender in tenders if tender.kind is not TenderKind.VOUCHER)
    back = [tender.refundable if piece_back and tender.kind in PLEDGED else tender.refunded for tender in tenders]
    paid = [tender.paid for tender in tenders]
    before = [tender.refunded for tender in tenders]
    if piece_back:
        ahead = total((one - was for one, was in zip(back, before, strict=True)), order.currency)
        amounts = [total(amounts, order.currency) - ahead]
    for amount in amounts:
        if amount or not (piece_back or off):
            parts = allocate_refund(paid, back, amount)
            back = [one + part for one, part in zip(back, parts, strict=True)]
    gained = [one - was for one, was in zip(back, before, strict=True)]
    shared = tuple(
        TenderPart(tender.kind, part, tender.place) for tender, part in zip(tenders, gained, strict=True) if part
    )
    return (*shared, TenderPart(TenderKind.VOUCHER, off)) if off else shared


def piece_goes_back(order: Order, amount: Money, piece: Money | None) -> bool:
    """Whether an old piece of this value that is still here goes back itself, and not its value.

    It does when all that the lines cost goes back, and it was not paid for in part; what of the shipping stays does so
    with the others.
    """
    tenders = called_off(order.tenders)
    pledged = total((tender.refundable for tender in tenders if tender.kind in PLEDGED), order.currency)
    paid = next((tender for tender in tenders if tender.kind is TenderKind.TRADE_IN), None)
    untouched = paid is not None and not paid.refunded and paid.paid == piece
    return untouched and pledged <= amount


@dataclass(frozen=True, slots=True)
class LineBack:
    """What goes back of a line: of its price, of which `discount` to whoever bore the voucher, and `duty` besides."""

    line_id: OrderLineId
    amount: Money
    duty: Money
    discount: Money


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One refund, to the last unit. `piece_back` says that the old piece itself goes back, and not its value."""

    lines: tuple[LineBack, ...]
    amount: Money
    parts: tuple[TenderPart, ...]
    piece_back: bool


def takes_all(order: Order, lines: Mapping[OrderLineId, Money]) -> bool:
    """Whether nothing is left of any line once this went back."""
    return all(line.refundable == lines.get(line.id, Money.zero(order.currency)) for line in order.lines)


def reckon_refund(
    order: Order, lines: Mapping[OrderLineId, Money], *, shipping: Money | None = None, piece: Money | None = None
) -> Reckoning:
    """What a refund of so much of these lines, and of the shipping, moves: foretold and done by this alone.

    Lines and shipping of the order are reckoned on; its tenders are for the caller. `piece` is the value of an old
    piece that has paid a part, while that is still here. Refuses more than is left of a line.
    """
    piece = piece if takes_all(order, lines) else None
    off = Money.zero(order.currency)
    amounts: list[Money] = []
    backs: list[LineBack] = []
    for line in order.lines:
        part = lines.get(line.id)
        if part is None:
            continue
        require(part <= line.refundable, RefundTooHigh(line.refundable, part, path=("amount",)))
        undone = given_back(line, part)
        line.discount_back_minor += undone.minor
        line.refunded += part
        off += undone
        duty = line.duty_back(line.refunded)
        line.duty_refunded_minor += duty.minor
        amounts.append(part + duty - undone)
        backs.append(LineBack(line.id, part, duty, undone))
    if shipping:
        left = order.shipping - order.shipping_refunded
        require(shipping <= left, RefundTooHigh(left, shipping, path=("amount",)))
        order.shipping_refunded += shipping
        amounts.append(shipping)
    paid = total(amounts, order.currency)
    piece_back = piece_goes_back(order, paid, piece)
    parts = divide_refund(order, amounts, off=off, piece_back=piece_back)
    return Reckoning(tuple(backs), paid + off, parts, piece_back)


def restored(tenders: Sequence[Tender], part: TenderPart) -> tuple[Tender, ...]:
    """The tenders once this part is back."""
    return tuple(
        replace(one, refunded=one.refunded + part.amount) if (one.kind, one.place) == (part.kind, part.place) else one
        for one in tenders
    )


async def refund(
    work: Work,
    order: Order,
    lines: Mapping[OrderLineId, Money],
    *,
    shipping: Money | None = None,
    reason: str,
    now: datetime,
) -> OrderRefund:
    """Give back what is named of each line and of the shipping of a locked, paid order; the caller saves the order.

    Of what borders asked for a line the same part goes back, unless it is owed to a country that keeps it. Refuses
    more than is left of a line. Only what is still in escrow can go back: a line that was released can not.
    """
    assert order.state not in UNPAID or order.paid_at is not None, "there is no money to give back"
    released = [line for line in order.lines if line.id in lines and line.released_at is not None]
    assert not released, "what has left escrow does not come back this way"
    ask = order.trade_in_id is not None and takes_all(order, lines)
    piece = await work.pledges.still_here(order, now) if ask else None
    reckoned = reckon_refund(order, lines, shipping=shipping, piece=piece)
    done = OrderRefund(OrderRefundId(work.new.id()), order.id, reckoned.amount, reckoned.parts, reason, now)
    await bring_together(work, order, reckoned, now)
    await give_back(work, order, done, now, piece_back=reckoned.piece_back)
    await work.orders.add_refund(done)
    said: dict[str, object] = {"amount": str(done.amount), "reason": reason}
    work.events.append(Event("order.refunded", "order", order.id, said, account_id=order.buyer))
    return done


async def bring_together(work: Work, order: Order, reckoned: Reckoning, now: datetime) -> None:
    """What stood apart for journeys, or was owed at a border, is in escrow again, to go back from there."""
    of = {line.id: line for line in order.lines}
    journeys = (one.amount for one in reckoned.lines if of[one.line_id].booking_id is not None)
    imported = (one.duty for one in reckoned.lines if of[one.line_id].imported_at is not None)
    apart, owed = total(journeys, order.currency), total(imported, order.currency)
    if apart:
        await journey.move(work, order, -apart, now, "not travelled")
    if owed:
        called_back = [house(AccountKind.DUTIES_PAYABLE, -owed), house(AccountKind.ESCROW, owed)]
        await post(work, called_back, ("order", order.id), now, f"Order {order.code}, given back at the border")


async def give_back(work: Work, order: Order, done: OrderRefund, now: datetime, *, piece_back: bool) -> None:
    """One journal: out of escrow, into each tender."""
    intent: PaymentIntent | None = None
    if order.payment_intent_id is not None:
        intent = await work.payment_intents.lock(order.payment_intent_id)
    await work.wallets.lock(order.buyer, order.currency)
    pledged = [part for part in done.parts if part.kind in PLEDGED]
    postings = [house(AccountKind.ESCROW, -done.amount)]
    if pledged:
        postings += await work.pledges.give_back(order, pledged, piece_back=piece_back, now=now)
    for part in done.parts:
        tender = order.tender(part.kind, part.place)
        assert tender is not None, "a part goes back to a tender of the order"
        match part.kind:
            case TenderKind.CREDIT:
                slices = lots_back(tender, part.amount)
                postings += credit_postings(order.buyer, slices, +1)
                await let_lapse(work, slices, now)
            case TenderKind.CASH:
                postings.append(customer(order.buyer, AccountKind.CASH, part.amount))
            case TenderKind.EXTERNAL:
                assert intent is not None, "an external tender has its payment"
                postings.append(await external_back(work, intent, part.amount, now))
            case kind if kind in GRANTED:
                postings.append(house(GRANTED[kind], part.amount))
        order.tenders = restored(order.tenders, part)
    await post(work, postings, ("order", order.id), now, f"Refund of order {order.code}")
    await grant.give_back(work, order, done.parts, done.id, now)
    if intent is not None and intent.state is PaymentState.CHARGED_BACK:
        external = total((part.amount for part in done.parts if part.kind is TenderKind.EXTERNAL), order.currency)
        await settle_debt(work, order.buyer, external, ("order", order.id), now)


async def external_back(work: Work, intent: PaymentIntent, amount: Money, now: datetime) -> Posting:
    """The provider gives it back; where the bank has taken it away already, it is the buyer's cash instead."""
    if intent.state is PaymentState.CHARGED_BACK:
        return customer(intent.owner, AccountKind.CASH, amount)
    await payment.ask_back(work, intent, amount, now)
    return house(AccountKind.PSP_CLEARING, amount)


async def settle_debt(work: Work, buyer: AccountId, back: Money, cause: tuple[str, UUID], now: datetime) -> None:
    """What a charge-back left the buyer owing is paid first of what comes back of that payment."""
    if back:
        await receivable.offset(work, buyer, back, cap_bps=BASIS_POINTS, cause=cause, now=now)
