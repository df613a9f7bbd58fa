"""Money that comes from outside: what a payment provider is asked for, and what it reported.

A provider is an app that reports events over a signed webhook. The house asks it for nothing but refunds, by a job.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import wallet
from domain.event import Event
from domain.ledger import AccountKind, house
from domain.lifecycle import Lifecycle
from domain.money import Money
from domain.refusal import InvalidInput, NotFound, Refusal, require
from domain.viewer import AccountId, Role, Viewer
from domain.wallet import post
from domain.work import Job, check_version

PaymentIntentId = NewType("PaymentIntentId", UUID)
PaymentRefundId = NewType("PaymentRefundId", UUID)

PAYMENT_TTL = timedelta(minutes=15)
"""How long a customer has to pay."""


# Nouns


class PaymentProvider(StrEnum):
    """The provider apps that the house knows; TEST is there in development only."""

    TEST = "TEST"
    CARD = "CARD"


class PaymentPurpose(StrEnum):
    """What the money is for; the intent's `subject_id` is the order, or the account that is topped up."""

    ORDER = "ORDER"
    TOP_UP = "TOP_UP"


class PaymentState(StrEnum):
    """Where a payment stands. CHARGED money was taken; CHARGED_BACK money was taken away again by the bank."""

    OPEN = "OPEN"
    AUTHORISED = "AUTHORISED"
    CHARGED = "CHARGED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    CHARGED_BACK = "CHARGED_BACK"


@dataclass(slots=True)
class PaymentIntent:
    """One amount asked of one provider. `refunded` counts what the provider was told to give back."""

    id: PaymentIntentId
    provider: PaymentProvider
    owner: AccountId
    purpose: PaymentPurpose
    subject_id: UUID
    amount: Money
    refunded: Money
    state: PaymentState
    reference: str | None
    created_at: datetime
    expires_at: datetime
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.state in WAITING

    def move(self, action: str) -> None:
        self.state = PAYMENT_LIFECYCLE.move(self.state, action)


WAITING = (PaymentState.OPEN, PaymentState.AUTHORISED)
GIVEN_UP = (PaymentState.FAILED, PaymentState.CANCELLED, PaymentState.EXPIRED)

PAYMENT_LIFECYCLE = Lifecycle(
    kind="payment",
    initial=PaymentState.OPEN,
    moves={
        "authorise": ([PaymentState.OPEN], PaymentState.AUTHORISED),
        # What the house gave up waiting for is charged all the same when the provider says so, and then goes back.
        "charge": ([*WAITING, *GIVEN_UP], PaymentState.CHARGED),
        "fail": (WAITING, PaymentState.FAILED),
        "cancel": (WAITING, PaymentState.CANCELLED),
        "expire": (WAITING, PaymentState.EXPIRED),
        "chargeBack": ([PaymentState.CHARGED], PaymentState.CHARGED_BACK),
    },
    unattended=frozenset({"authorise", "charge", "fail", "cancel", "expire", "chargeBack"}),
)
"""All of it follows from what the provider reports, or from time."""


class RefundState(StrEnum):
    """Whether the provider has given the money back."""

    REQUESTED = "REQUESTED"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(slots=True)
class PaymentRefund:
    """Money that the provider was asked to give back; a job asks, a `refunded` event says that it was done."""

    id: PaymentRefundId
    intent_id: PaymentIntentId
    amount: Money
    state: RefundState
    requested_at: datetime
    done_at: datetime | None = None
    version: int = 1


class PaymentEventKind(StrEnum):
    """What a provider may report."""

    AUTHORISED = "AUTHORISED"
    CHARGED = "CHARGED"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"
    REFUND_FAILED = "REFUND_FAILED"
    CHARGED_BACK = "CHARGED_BACK"


class PaymentOutcome(StrEnum):
    """What came of a reported event."""

    APPLIED = "APPLIED"
    """It changed what it is about."""
    IGNORED = "IGNORED"
    """It tells nothing new: it came late, or again under another id."""
    WAITING = "WAITING"
    """It came before the event that it follows, and is applied right after that one."""
    SENT_BACK = "SENT_BACK"
    """Money came for something that is over, and goes back to where it came from."""


@dataclass(slots=True)
class PaymentEvent:
    """One event as a provider reported it. A provider's event id is known once."""

    id: UUID
    provider: PaymentProvider
    event_id: str
    kind: PaymentEventKind
    intent_id: PaymentIntentId
    amount: Money
    refund_id: PaymentRefundId | None
    reference: str | None
    outcome: PaymentOutcome
    occurred_at: datetime
    received_at: datetime
    version: int = 1


# Refusals


@dataclass(eq=False)
class AmountMismatch(Refusal):
    """The provider reports another amount than it was asked for."""

    code = "AMOUNT_MISMATCH"
    expected: Money
    reported: Money

    @property
    def message(self) -> str:
        return f"{self.reported} was reported, {self.expected} was asked for."


@dataclass(eq=False)
class RefundTooHigh(Refusal):
    """More was to be given back than is left of what was paid."""

    code = "REFUND_TOO_HIGH"
    refundable: Money
    asked: Money

    @property
    def message(self) -> str:
        return f"{self.asked} can not be given back; {self.refundable} can."


# Ports


class PaymentIntents(Protocol):
    async def lock(self, intent_id: PaymentIntentId) -> PaymentIntent: ...
    async def find(self, intent_id: PaymentIntentId) -> PaymentIntent:
        """The intent as it is, not locked."""
        ...

    async def add(self, intent: PaymentIntent) -> None: ...
    async def save(self, intent: PaymentIntent) -> None: ...


class PaymentRefunds(Protocol):
    async def lock(self, refund_id: PaymentRefundId) -> PaymentRefund: ...
    async def add(self, refund: PaymentRefund) -> None: ...
    async def save(self, refund: PaymentRefund) -> None: ...


class PaymentEvents(Protocol):
    async def add(self, event: PaymentEvent) -> None: ...
    async def save(self, event: PaymentEvent) -> None: ...
    async def known(self, provider: PaymentProvider, event_id: str) -> PaymentEvent | None:
        """The event that the provider calls so, if it was reported before."""
        ...

    async def waiting(self, intent_id: PaymentIntentId) -> Sequence[PaymentEvent]:
        """Events that came too early, in the order in which they came."""
        ...


class Work(wallet.Work, Protocol):
    @property
    def payment_intents(self) -> PaymentIntents: ...
    @property
    def payment_refunds(self) -> PaymentRefunds: ...
    @property
    def payment_events(self) -> PaymentEvents: ...


class PaymentReader(Protocol):
    async def intents(self, ids: Sequence[UUID]) -> Sequence[PaymentIntent | None]: ...
    async def refund(self, refund_id: UUID) -> tuple[PaymentRefund, PaymentIntent] | None:
        """For the job that asks the provider."""
        ...


# Steps


async def ask(
    work: Work,
    *,
    provider: PaymentProvider,
    owner: AccountId,
    purpose: PaymentPurpose,
    subject_id: UUID,
    amount: Money,
    expires_at: datetime,
    now: datetime,
) -> PaymentIntent:
    """Ask a provider for an amount."""
    assert amount.minor > 0, "nothing to ask for"
    intent = PaymentIntent(
        id=PaymentIntentId(work.new.id()),
        provider=provider,
        owner=owner,
        purpose=purpose,
        subject_id=subject_id,
        amount=amount,
        refunded=Money.zero(amount.currency),
        state=PaymentState.OPEN,
        reference=None,
        created_at=now,
        expires_at=expires_at,
    )
    await work.payment_intents.add(intent)
    work.events.append(Event("payment.asked", "payment", intent.id, {"amount": str(amount)}, account_id=owner))
    return intent


async def ask_back(work: Work, intent: PaymentIntent, amount: Money, now: datetime) -> PaymentRefund:
    """Have the provider give some of a locked, charged intent back. The caller posts the other side of PSP_CLEARING."""
    refundable = intent.amount - intent.refunded
    require(amount <= refundable, RefundTooHigh(refundable, amount))
    intent.refunded += amount
    await work.payment_intents.save(intent)
    refund = PaymentRefund(PaymentRefundId(work.new.id()), intent.id, amount, RefundState.REQUESTED, now)
    await work.payment_refunds.add(refund)
    work.events.append(
        Event("payment.refundAsked", "payment", intent.id, {"amount": str(amount)}, account_id=intent.owner)
    )
    work.outbox.append(Job("paymentRefund", refund.id, now))
    return refund


async def send_back(work: Work, intent: PaymentIntent, now: datetime) -> PaymentRefund:
    """Money came for something that is over: it is booked in and out, and the provider is asked to return it."""
    refund = await ask_back(work, intent, intent.amount, now)
    clearing = AccountKind.PSP_CLEARING
    postings = [house(clearing, -intent.amount), house(clearing, intent.amount)]
    await post(work, postings, ("paymentRefund", refund.id), now, "Came too late, sent back")
    return refund


# Verbs


@dataclass(frozen=True, slots=True)
class TopUp:
    """Bring cash into the viewer's own wallet."""

    amount: Money
    provider: PaymentProvider
    expected_version: int | None = None


async def top_up(work: Work, viewer: Viewer, command: TopUp, *, now: datetime) -> PaymentIntent:
    """Ask a provider for money for the viewer's wallet; it arrives when the provider reports the charge."""
    owner = viewer.require_account()
    require(command.amount.minor > 0, InvalidInput("The amount is more than zero.", path=("amount",)))
    require(await work.recipients.exists(owner), NotFound("Account", owner))
    pocket = await work.wallets.lock(owner, command.amount.currency)
    check_version(command.expected_version, pocket.version)
    expires_at = now + PAYMENT_TTL
    intent = await ask(
        work,
        provider=command.provider,
        owner=owner,
        purpose=PaymentPurpose.TOP_UP,
        subject_id=owner,
        amount=command.amount,
        expires_at=expires_at,
        now=now,
    )
    work.outbox.append(Job("paymentExpire", intent.id, expires_at))
    return intent


@dataclass(frozen=True, slots=True)
class ExpirePayment:
    intent_id: PaymentIntentId


async def expire(work: Work, viewer: Viewer, command: ExpirePayment, *, now: datetime) -> PaymentIntent:
    """The house stops waiting for a top-up; an order's payment ends with the order instead."""
    viewer.require(Role.SYSTEM)
    intent = await work.payment_intents.lock(command.intent_id)
    if intent.is_open and intent.purpose is PaymentPurpose.TOP_UP and intent.expires_at <= now:
        intent.move("expire")
        await work.payment_intents.save(intent)
        work.events.append(Event("payment.expired", "payment", intent.id, account_id=intent.owner))
    return intent
