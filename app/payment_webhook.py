"""What payment providers report comes in here, signed by Standard Webhooks; every event is taken in once."""

import base64
import binascii
import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
from graphql import GraphQLError
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.config import Environment
from app.house import House
from domain import payment_event
from domain.money import Currency, Money
from domain.payment import AmountMismatch, PaymentEventKind, PaymentProvider, RefundTooHigh
from domain.refusal import IdempotencyKeyInFlight, IdempotencyKeyReused, InvalidInput, NotFound, Refusal
from domain.unavailable import Unavailable
from domain.viewer import HOUSE
from schema.ids import id_of
from schema.scalars import parse_datetime, parse_decimal

log = logging.getLogger("cercle.payment")

TOLERANCE = timedelta(minutes=5)
BODY_BYTES_MAX = 64 * 1024
EVENT_ID_LENGTH_MAX = 100
TEXT_LENGTH_MAX = 200
SECRET_PREFIX = "whsec_"

STATUS: dict[type[Refusal], int] = {
    NotFound: 404,
    IdempotencyKeyReused: 409,
    InvalidInput: 400,
    AmountMismatch: 422,
    RefundTooHigh: 422,
    IdempotencyKeyInFlight: 503,
}
"""What a provider is answered; anything else that the house refuses is a conflict. Only 503 asks to send it again."""


class BadSignature(Exception):
    """The request is not signed with the house's secret, or was signed too long ago."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A body and the three headers that vouch for it."""

    id: str
    timestamp: str
    signature: str
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        return {
            "webhook-id": self.id,
            "webhook-timestamp": self.timestamp,
            "webhook-signature": self.signature,
            "content-type": "application/json",
        }


def sign(secret: SecretStr, message_id: str, body: bytes, now: datetime) -> Signed:
    """Sign a body as Standard Webhooks asks."""
    timestamp = str(int(now.timestamp()))
    return Signed(message_id, timestamp, f"v1,{digest(secret, message_id, timestamp, body)}", body)


def digest(secret: SecretStr, message_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.get_secret_value().removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def verify(secret: SecretStr, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The message's id; raises BadSignature for what does not come from a provider, or is too old to be new."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    plain = message_id.isascii() and message_id.isprintable() and 0 < len(message_id) <= EVENT_ID_LENGTH_MAX
    if not plain or not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        raise BadSignature("webhook-id, webhook-timestamp and webhook-signature are needed.")
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > TOLERANCE:
        raise BadSignature("The webhook was signed too long ago, or by a clock that is wrong.")
    expected = digest(secret, message_id, timestamp, body).encode()
    given = [part.partition(",") for part in signatures.split(" ")[:8]]
    if not any(version == "v1" and same(text, expected) for version, _, text in given):
        raise BadSignature("The signature does not fit.")
    return message_id


def same(text: str, expected: bytes) -> bool:
    try:
        return hmac.compare_digest(text.encode("ascii"), expected)
    except (UnicodeEncodeError, binascii.Error):
        return False


async def receive(
    house: House, provider_name: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, dict[str, Any]]:
    """Take one webhook in; answers with an HTTP status and what came of it."""
    now = datetime.now(UTC)
    try:
        provider = known_provider(house, provider_name)
        message_id = verify(house.settings.payment_secret, headers, body, now)
        report = read(provider, message_id, body)
        event = await house.transactor(
            payment_event.report,
            HOUSE,
            report,
            action="paymentReport",
            key=f"{provider.lower()}:{message_id}",
            now=now,
        )
    except BadSignature as error:
        return 401, problem("BAD_SIGNATURE", str(error))
    except Refusal as refusal:
        return STATUS.get(type(refusal), 409), problem(refusal.code, refusal.message)
    except Unavailable as away:
        return 503, problem("UNAVAILABLE", str(away))
    return 200, {"outcome": event.outcome}


def known_provider(house: House, name: str) -> PaymentProvider:
    """The provider of this name; the one for tests is not there in production."""
    found = next((one for one in PaymentProvider if one.lower() == name), None)
    hidden = found is PaymentProvider.TEST and house.settings.environment is Environment.PRODUCTION
    if found is None or hidden:
        raise NotFound("payment provider", name)
    return found


def read(provider: PaymentProvider, message_id: str, body: bytes) -> payment_event.Report:
    """The event within a body; refuses what can not be one."""
    try:
        sent = orjson.loads(body)
        kind, data = sent["type"], sent["data"]
        amount = money(data["amount"], data["currencyCode"])
        refund_id, reference = data.get("refundId"), data.get("reference")
        if kind not in KINDS or not (reference is None or short_text(reference)):
            raise ValueError(kind)
        return payment_event.Report(
            provider=provider,
            event_id=message_id,
            kind=KINDS[kind],
            intent_id=id_of("Payment", data["paymentId"], "paymentId"),
            amount=amount,
            occurred_at=parse_datetime(sent["timestamp"]),
            refund_id=None if refund_id is None else id_of("PaymentRefund", refund_id, "refundId"),
            reference=reference,
        )
    except (ValueError, KeyError, TypeError, AttributeError, GraphQLError) as error:
        raise InvalidInput("This is not an event of ours: see docs/payments.md for its form.") from error


KINDS = {f"payment.{kind.lower()}": kind for kind in PaymentEventKind}


def short_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= TEXT_LENGTH_MAX and value.isprintable()


def money(amount: object, currency_code: str) -> Money:
    currency = Currency(currency_code)
    minor = parse_decimal(amount).scaleb(currency.exponent)
    if minor != minor.to_integral_value() or not Decimal(0) < minor <= 10**15:
        raise ValueError("not an amount of this currency")
    return Money(int(minor), currency)


def problem(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


async def webhook(request: Request) -> Response:
    """POST /webhooks/payments/{provider}"""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            return answer(413, problem("BODY_TOO_LARGE", f"A webhook has {BODY_BYTES_MAX} bytes at most."))
    house: House = request.app.state.house
    status, said = await receive(house, request.path_params["provider"], request.headers, bytes(body))
    if status >= 400:
        log.warning("webhook of %s answered %s %s", request.path_params["provider"], status, said["error"]["code"])
    return answer(status, said)


def answer(status: int, said: Mapping[str, Any]) -> Response:
    headers = {"retry-after": "1"} if status == 503 else {}
    return Response(orjson.dumps(said), status, headers, media_type="application/json")


def routes() -> list[Route]:
    return [Route("/webhooks/payments/{provider}", webhook, methods=["POST"])]
