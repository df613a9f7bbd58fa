"""What providers report, and what follows from it. Events may come twice, late, or in the wrong order."""

from dataclasses import dataclass
from datetime import datetime

from domain import order as orders
from domain import payment, receivable
from domain.event import Event
from domain.ledger import AccountKind, customer, house
from domain.money import Money
from domain.order import Order, OrderId, end_unpaid
from domain.payment import (
    AmountMismatch,
    PaymentEvent,
    PaymentEventKind,
    PaymentIntent,
    PaymentIntentId,
    PaymentOutcome,
    PaymentProvider,
    PaymentPurpose,
    PaymentRefundId,
    PaymentState,
    RefundState,
)
from domain.refusal import InvalidInput, NotFound, require
from domain.viewer import Role, Viewer
from domain.wallet import post


@dataclass(frozen=True, slots=True)
class Report:
    """One event of a provider; `event_id` is the provider's own name for it."""

    provider: PaymentProvider
    event_id: str
    kind: PaymentEventKind
    intent_id: PaymentIntentId
    amount: Money
    occurred_at: datetime
    refund_id: PaymentRefundId | None = None
    reference: str | None = None


async def report(work: orders.Work, viewer: Viewer, command: Report, *, now: datetime) -> PaymentEvent:
    """The house takes note of what a provider says, once, and does what follows from it."""
    viewer.require(Role.SYSTEM)
    seen = await work.payment_intents.find(command.intent_id)
    require(seen.provider is command.provider, NotFound("Payment", command.intent_id))
    order = await work.orders.lock(OrderId(seen.subject_id)) if seen.purpose is PaymentPurpose.ORDER else None
    intent = await work.payment_intents.lock(command.intent_id)
    event = noted(work, command, now)
    known = await work.payment_events.known(command.provider, command.event_id)
    if known is not None:
        alike = (known.kind, known.intent_id, known.amount) == (event.kind, event.intent_id, event.amount)
        require(alike, InvalidInput("This event was reported with another content before.", path=("id",)))
        return known
    await work.payment_events.add(event)
    await take_in(work, order, intent, event, now)
    if event.kind is PaymentEventKind.CHARGED and event.outcome is not PaymentOutcome.IGNORED:
        for early in await work.payment_events.waiting(intent.id):
            await take_in(work, order, intent, early, now)
    return event


def noted(work: orders.Work, command: Report, now: datetime) -> PaymentEvent:
    return PaymentEvent(
        id=work.new.id(),
        provider=command.provider,
        event_id=command.event_id,
        kind=command.kind,
        intent_id=command.intent_id,
        amount=command.amount,
        refund_id=command.refund_id,
        reference=command.reference,
        outcome=PaymentOutcome.IGNORED,
        occurred_at=command.occurred_at,
        received_at=now,
    )


async def take_in(
    work: orders.Work, order: Order | None, intent: PaymentIntent, event: PaymentEvent, now: datetime
) -> None:
    """Do what follows from an event, and keep what came of it."""
    match event.kind:
        case PaymentEventKind.AUTHORISED:
            event.outcome = await authorised(work, intent, event)
        case PaymentEventKind.CHARGED:
            event.outcome = await charged(work, order, intent, event, now)
        case PaymentEventKind.FAILED:
            event.outcome = await failed(work, order, intent, now)
        case PaymentEventKind.REFUNDED | PaymentEventKind.REFUND_FAILED:
            event.outcome = await refunded(work, intent, event, now)
        case PaymentEventKind.CHARGED_BACK:
            event.outcome = await charged_back(work, order, intent, event, now)
    await work.payment_events.save(event)


async def authorised(work: orders.Work, intent: PaymentIntent, event: PaymentEvent) -> PaymentOutcome:
    """The money is set aside at the provider; nothing is ours yet."""
    check_amount(intent, event)
    if intent.state is not PaymentState.OPEN:
        return PaymentOutcome.IGNORED
    intent.move("authorise")
    intent.reference = event.reference or intent.reference
    await work.payment_intents.save(intent)
    return PaymentOutcome.APPLIED


async def charged(
    work: orders.Work, order: Order | None, intent: PaymentIntent, event: PaymentEvent, now: datetime
) -> PaymentOutcome:
    """The provider has the money: it pays what it is for, or goes back when that is over."""
    check_amount(intent, event)
    if intent.state in (PaymentState.CHARGED, PaymentState.CHARGED_BACK):
        return PaymentOutcome.IGNORED
    intent.reference = event.reference or intent.reference
    wanted = intent.is_open
    intent.move("charge")
    await work.payment_intents.save(intent)
    said = {"amount": str(intent.amount)}
    work.events.append(Event("payment.charged", "payment", intent.id, said, account_id=intent.owner))
    if order is None:
        if not wanted:
            return await sent_back(work, intent, now)
        postings = [
            house(AccountKind.PSP_CLEARING, -intent.amount),
            customer(intent.owner, AccountKind.CASH, intent.amount),
        ]
        await post(work, postings, ("topUp", intent.id), now, "Top-up")
        return PaymentOutcome.APPLIED
    if wanted and await orders.charged(work, order, now):
        await work.orders.save(order)
        return PaymentOutcome.APPLIED
    if order.awaits_payment:
        await end_unpaid(work, order, "paymentFailed", "Paid too late", now)
    return await sent_back(work, intent, now)


async def sent_back(work: orders.Work, intent: PaymentIntent, now: datetime) -> PaymentOutcome:
    await payment.send_back(work, intent, now)
    return PaymentOutcome.SENT_BACK


async def failed(work: orders.Work, order: Order | None, intent: PaymentIntent, now: datetime) -> PaymentOutcome:
    """There will be no money: what waited for it is let go."""
    if not intent.is_open:
        return PaymentOutcome.IGNORED
    if order is not None and order.awaits_payment:
        await end_unpaid(work, order, "paymentFailed", "The payment failed", now)
    intent.move("fail")
    await work.payment_intents.save(intent)
    work.events.append(Event("payment.failed", "payment", intent.id, account_id=intent.owner))
    return PaymentOutcome.APPLIED


async def refunded(work: orders.Work, intent: PaymentIntent, event: PaymentEvent, now: datetime) -> PaymentOutcome:
    """The provider did, or could not do, what it was asked: the ledger knew of it from the moment of asking."""
    if event.refund_id is None:
        raise InvalidInput("A refund names what it was asked for as refundId.", path=("refundId",))
    refund = await work.payment_refunds.lock(event.refund_id)
    require(refund.intent_id == intent.id, NotFound("PaymentRefund", event.refund_id))
    require(refund.amount == event.amount, AmountMismatch(refund.amount, event.amount, path=("amount",)))
    done = event.kind is PaymentEventKind.REFUNDED
    if refund.state is RefundState.DONE or (refund.state is RefundState.FAILED and not done):
        return PaymentOutcome.IGNORED
    refund.state = RefundState.DONE if done else RefundState.FAILED
    refund.done_at = now
    await work.payment_refunds.save(refund)
    name = "payment.refunded" if done else "payment.refundFailed"
    work.events.append(Event(name, "payment", intent.id, {"amount": str(refund.amount)}, None, intent.owner))
    return PaymentOutcome.APPLIED


async def charged_back(
    work: orders.Work, order: Order | None, intent: PaymentIntent, event: PaymentEvent, now: datetime
) -> PaymentOutcome:
    """The bank took the money away: the customer pays from cash as far as it goes and owes the rest.

    Sellers of the order are not paid, and nothing is released, until staff have looked into it.
    """
    if intent.is_open:
        return PaymentOutcome.WAITING
    if intent.state is not PaymentState.CHARGED:
        return PaymentOutcome.IGNORED
    left = intent.amount - intent.refunded
    fits = event.amount.currency is left.currency and Money.zero(left.currency) < event.amount <= left
    require(fits, AmountMismatch(left, event.amount, path=("amount",)))
    intent.move("chargeBack")
    await work.payment_intents.save(intent)
    if order is not None:
        await orders.charged_back(work, order, now)
    await receivable.charge_back(
        work,
        intent.owner,
        event.amount,
        to=AccountKind.PSP_CLEARING,
        cause=("chargeBack", intent.id),
        reason="The bank took a payment back",
        now=now,
    )
    return PaymentOutcome.APPLIED


def check_amount(intent: PaymentIntent, event: PaymentEvent) -> None:
    require(event.amount == intent.amount, AmountMismatch(intent.amount, event.amount, path=("amount",)))
