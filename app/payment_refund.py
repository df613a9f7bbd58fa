"""Asks a provider to give money back, by a job; what comes of it, the provider reports."""

import asyncio
from datetime import UTC, datetime
from urllib.request import Request, urlopen
from uuid import UUID

import orjson

from app.house import House
from app.payment_webhook import Signed, sign
from app.test_provider import TestProvider
from domain.payment import PaymentIntent, PaymentProvider, PaymentRefund, RefundState
from schema.ids import encode_id

TIMEOUT_SECONDS = 10


async def ask_for_refund(house: House, name: str, subject_id: UUID, key: str, now: datetime) -> object:
    """An errand of the worker. The refund's id is the key under which a provider gives back once."""
    # A replica that has not heard of it yet would say that there is nothing to give back.
    found = await house.changing.payments.refund(subject_id)
    if found is None or found[0].state is not RefundState.REQUESTED:
        return None
    refund, intent = found
    if intent.provider is PaymentProvider.TEST:
        return await TestProvider(house).refund(refund, intent)
    url = house.settings.payment_provider_url
    if url is None:
        raise RuntimeError("CERCLE_PAYMENT_PROVIDER_URL does not say where the payment provider takes refunds.")
    signed = sign(house.settings.payment_secret, str(refund.id), request_body(refund, intent), datetime.now(UTC))
    return await asyncio.to_thread(post, f"{url.rstrip('/')}/refunds", signed)


def request_body(refund: PaymentRefund, intent: PaymentIntent) -> bytes:
    return orjson.dumps(
        {
            "type": "refund.asked",
            "data": {
                "refundId": encode_id("PaymentRefund", refund.id),
                "paymentId": encode_id("Payment", intent.id),
                "reference": intent.reference,
                "amount": str(refund.amount.amount),
                "currencyCode": refund.amount.currency,
            },
        }
    )


def post(url: str, signed: Signed) -> int:
    """Raises for every answer but a good one; the worker then tries again."""
    request = Request(url, data=signed.body, headers=signed.headers, method="POST")
    with urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        return int(response.status)
