"""Payments, refunds and provider events in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.money import Currency
from domain.payment import (
    WAITING,
    PaymentEvent,
    PaymentEventKind,
    PaymentIntent,
    PaymentIntentId,
    PaymentOutcome,
    PaymentProvider,
    PaymentPurpose,
    PaymentRefund,
    PaymentState,
    RefundState,
)
from persistence.collection import SqlCollection
from persistence.table import key, minor, moment, one_of, text


class PaymentIntentRow(SQLModel, table=True):
    __tablename__ = "payment_intent"
    __table_args__ = (
        CheckConstraint(one_of("provider", PaymentProvider), name="provider"),
        CheckConstraint(one_of("purpose", PaymentPurpose), name="purpose"),
        CheckConstraint(one_of("state", PaymentState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunded"),
        CheckConstraint("refunded_minor = 0 OR state IN ('CHARGED', 'CHARGED_BACK')", name="refunded_when"),
        CheckConstraint("char_length(reference) <= 200", name="reference"),
        Index("ix_payment_intent_subject", "subject_id"),
        Index("ix_payment_intent_owner", "owner", "id"),
        Index("ix_payment_intent_due", "expires_at", postgresql_where=sql(one_of("state", WAITING))),
    )
    id: UUID = key(primary=True)
    provider: str = text()
    owner: UUID = key("account.id")
    purpose: str = text()
    subject_id: UUID = key()
    currency: str = text()
    amount_minor: int = minor()
    refunded_minor: int = minor()
    state: str = text()
    reference: str | None = text(nullable=True)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    version: int


class PaymentRefundRow(SQLModel, table=True):
    __tablename__ = "payment_refund"
    __table_args__ = (
        CheckConstraint(one_of("state", RefundState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("(state = 'REQUESTED') = (done_at IS NULL)", name="done"),
        Index("ix_payment_refund_intent", "intent_id"),
    )
    id: UUID = key(primary=True)
    intent_id: UUID = key("payment_intent.id")
    currency: str = text()
    amount_minor: int = minor()
    state: str = text()
    requested_at: datetime = moment()
    done_at: datetime | None = moment(nullable=True)
    version: int


class PaymentEventRow(SQLModel, table=True):
    """What a provider said; each of its events is kept once."""

    __tablename__ = "payment_event"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        CheckConstraint(one_of("provider", PaymentProvider), name="provider"),
        CheckConstraint(one_of("kind", PaymentEventKind), name="kind"),
        CheckConstraint(one_of("outcome", PaymentOutcome), name="outcome"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("char_length(event_id) BETWEEN 1 AND 100", name="event_id"),
        Index("ix_payment_event_intent", "intent_id", "id"),
    )
    id: UUID = key(primary=True)
    provider: str = text()
    event_id: str = text()
    kind: str = text()
    intent_id: UUID = key("payment_intent.id")
    currency: str = text()
    amount_minor: int = minor()
    refund_id: UUID | None = key("payment_refund.id", nullable=True)
    reference: str | None = text(nullable=True)
    outcome: str = text()
    occurred_at: datetime = moment()
    received_at: datetime = moment()
    version: int


class SqlPaymentIntents(SqlCollection[PaymentIntent]):
    noun = PaymentIntent
    row = PaymentIntentRow
    kind = "Payment"


class SqlPaymentRefunds(SqlCollection[PaymentRefund]):
    noun = PaymentRefund
    row = PaymentRefundRow
    kind = "PaymentRefund"


class SqlPaymentEvents(SqlCollection[PaymentEvent]):
    noun = PaymentEvent
    row = PaymentEventRow
    kind = "PaymentEvent"

    async def known(self, provider: PaymentProvider, event_id: str) -> PaymentEvent | None:
        found = await self.find_where(self.table.c.provider == str(provider), self.table.c.event_id == event_id)
        return found[0] if found else None

    async def waiting(self, intent_id: PaymentIntentId) -> Sequence[PaymentEvent]:
        return await self.lock_where(
            self.table.c.intent_id == intent_id, self.table.c.outcome == str(PaymentOutcome.WAITING)
        )


class SqlPaymentReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def intents(self, ids: Sequence[UUID]) -> Sequence[PaymentIntent | None]:
        return await SqlPaymentIntents.read(self.pool, ids)

    async def refund(self, refund_id: UUID) -> tuple[PaymentRefund, PaymentIntent] | None:
        refund = (await SqlPaymentRefunds.read(self.pool, [refund_id]))[0]
        if refund is None:
            return None
        intent = (await SqlPaymentIntents.read(self.pool, [refund.intent_id]))[0]
        assert intent is not None, "a refund has its payment"
        return refund, intent
