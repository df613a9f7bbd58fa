"""Money goes back to what it came from, out of escrow, while it is still there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

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


def divide_refund(tenders: Sequence[Tender], amount: Money, off: Money) -> list[Money]:
    """How much of a refund goes back to each tender, when `off` of it goes back to the voucher's.

    What a voucher took off of a line comes back with that line; the others share the rest.
    """
    is_voucher = [tender.kind is TenderKind.VOUCHER for tender in tenders]
    others = [tender for tender, apart in zip(tenders, is_voucher, strict=True) if not apart]
    rest = iter(
        allocate_refund([tender.paid for tender in others], [tender.refunded for tender in others], amount - off)
        if amount > off
        else [Money.zero(amount.currency) for _ in others]
    )
    return [off if apart else next(rest) for apart in is_voucher]


def lots_back(tender: Tender, amount: Money) -> tuple[LotSlice, ...]:
    """The lots that an amount goes back into.

    The lot that was spent last comes first, so that what never lapses is restored before what might have.
    """
    backwards = tuple(reversed(tender.slices))
    _, rest = split_slices(backwards, tender.refunded + tender.replaced)
    back, _ = split_slices(rest, amount)
    return back


def preview_refund(order: Order, amount: Money) -> tuple[TenderPart, ...]:
    """What a refund of this amount would give back to each tender."""
    tenders = called_off(order.tenders)
    parts = allocate_refund([tender.paid for tender in tenders], [tender.refunded for tender in tenders], amount)
    return tuple(TenderPart(tender.kind, part) for tender, part in zip(tenders, parts, strict=True) if part)


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

    Refuses more than is left of a line. Only what is still in escrow can go back: a line that was released can not.
    """
    assert order.state not in UNPAID or order.paid_at is not None, "there is no money to give back"
    amount = apart = off = Money.zero(order.currency)
    for line_id, part in lines.items():
        line = order.line(line_id)
        assert line.released_at is None, "what has left escrow does not come back this way"
        require(part <= line.refundable, RefundTooHigh(line.refundable, part, path=("amount",)))
        undone = given_back(line, part)
        line.discount_back_minor += undone.minor
        line.refunded += part
        off += undone
        amount += part
        apart += part if line.booking_id is not None else Money.zero(order.currency)
    if shipping:
        left = order.shipping - order.shipping_refunded
        require(shipping <= left, RefundTooHigh(left, shipping, path=("amount",)))
        order.shipping_refunded += shipping
        amount += shipping
    tenders = called_off(order.tenders)
    divided = zip(tenders, divide_refund(tenders, amount, off), strict=True)
    parts = tuple(TenderPart(tender.kind, part) for tender, part in divided if part)
    done = OrderRefund(OrderRefundId(work.new.id()), order.id, amount, parts, reason, now)
    if apart:
        await journey.move(work, order, -apart, now, "not travelled")
    await give_back(work, order, done, now)
    await work.orders.add_refund(done)
    work.events.append(
        Event("order.refunded", "order", order.id, {"amount": str(amount), "reason": reason}, account_id=order.buyer)
    )
    return done


async def give_back(work: Work, order: Order, done: OrderRefund, now: datetime) -> None:
    """One journal: out of escrow, into each tender."""
    intent: PaymentIntent | None = None
    if order.payment_intent_id is not None:
        intent = await work.payment_intents.lock(order.payment_intent_id)
    await work.wallets.lock(order.buyer, order.currency)
    whole = done.amount == total((tender.refundable for tender in order.tenders), order.currency)
    pledged = [part for part in done.parts if part.kind in PLEDGED]
    postings = [house(AccountKind.ESCROW, -done.amount)]
    if pledged:
        postings += await work.pledges.give_back(order, pledged, whole=whole, now=now)
    for part in done.parts:
        tender = order.tender(part.kind)
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
        restored = replace(tender, refunded=tender.refunded + part.amount)
        order.tenders = tuple(restored if one.kind is part.kind else one for one in order.tenders)
    await post(work, postings, ("order", order.id), now, f"Refund of order {order.code}")
    await grant.give_back(work, order, done.parts, done.id, now)
    if intent is not None and intent.state is PaymentState.CHARGED_BACK:
        await settle_debt(work, order, done, now)


async def external_back(work: Work, intent: PaymentIntent, amount: Money, now: datetime) -> Posting:
    """The provider gives it back; where the bank has taken it away already, it is the buyer's cash instead."""
    if intent.state is PaymentState.CHARGED_BACK:
        return customer(intent.owner, AccountKind.CASH, amount)
    await payment.ask_back(work, intent, amount, now)
    return house(AccountKind.PSP_CLEARING, amount)


async def settle_debt(work: Work, order: Order, done: OrderRefund, now: datetime) -> None:
    """What a charge-back left the buyer owing is paid first of what comes back."""
    back = total((part.amount for part in done.parts if part.kind is TenderKind.EXTERNAL), order.currency)
    if back:
        await receivable.offset(work, order.buyer, back, cap_bps=BASIS_POINTS, cause=("order", order.id), now=now)
