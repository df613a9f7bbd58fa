"""A payment provider for development: no pages, no money, but the same signed webhooks as a real one.

POST /test-provider/payments/{paymentId}/{authorise | charge | fail | charge-back} makes it report just that. Refunds
that the house asks for it reports as done.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.config import Environment, Settings
from app.house import House
from app.payment_webhook import answer, problem, receive, sign
from domain.money import Money
from domain.payment import PaymentIntent, PaymentProvider, PaymentRefund
from domain.refusal import InvalidInput
from schema.ids import encode_id, id_of
from schema.scalars import print_datetime

REPORTS = {
    "authorise": "payment.authorised",
    "charge": "payment.charged",
    "fail": "payment.failed",
    "charge-back": "payment.charged_back",
}


class TestProvider:
    """Speaks to the house as a provider does: by webhooks alone, signed with the shared secret."""

    __test__ = False

    def __init__(self, house: House) -> None:
        self.house = house

    async def report(
        self, kind: str, intent: PaymentIntent, amount: Money, *, event_id: str, refund_id: UUID | None = None
    ) -> tuple[int, dict[str, Any]]:
        now = datetime.now(UTC)
        data = {
            "paymentId": encode_id("Payment", intent.id),
            "amount": str(amount.amount),
            "currencyCode": amount.currency,
            "reference": f"test-{intent.id}",
        }
        if refund_id is not None:
            data["refundId"] = encode_id("PaymentRefund", refund_id)
        body = orjson.dumps({"type": kind, "timestamp": print_datetime(now), "data": data})
        signed = sign(self.house.settings.payment_secret, event_id, body, now)
        return await receive(self.house, PaymentProvider.TEST.lower(), signed.headers, signed.body)

    async def refund(self, refund: PaymentRefund, intent: PaymentIntent) -> tuple[int, dict[str, Any]]:
        """Give back what the house asked for; once, however often it asks."""
        event_id = f"refund-{refund.id}"
        status, said = await self.report(
            "payment.refunded", intent, refund.amount, event_id=event_id, refund_id=refund.id
        )
        if status >= 500:
            raise RuntimeError(f"the house did not take the refund in: {said}")
        return status, said


async def act(request: Request) -> Response:
    """The answer is the house's answer to the webhook that this caused."""
    house: House = request.app.state.house
    kind = REPORTS.get(request.path_params["action"])
    try:
        intent_id = id_of("Payment", request.path_params["payment_id"], "paymentId")
    except InvalidInput as refusal:
        return answer(400, problem(refusal.code, refusal.message))
    intent = (await house.changing.payments.intents([intent_id]))[0]
    if kind is None or intent is None or intent.provider is not PaymentProvider.TEST:
        return answer(404, problem("NOT_FOUND", "The test provider was not asked for this."))
    status, said = await TestProvider(house).report(kind, intent, intent.amount, event_id=f"test-{uuid4().hex}")
    return answer(status, said)


def routes(settings: Settings) -> list[Route]:
    """None in production."""
    if settings.environment is Environment.PRODUCTION:
        return []
    return [Route("/test-provider/payments/{payment_id}/{action}", act, methods=["POST"])]
