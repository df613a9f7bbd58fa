"""Payments: their owner sees them, and finance and support."""

from uuid import UUID

from domain.payment import PaymentIntent
from domain.refusal import NotFound
from domain.wallet import may_see
from resolvers.context import Context


async def find(context: Context, payment_id: UUID) -> PaymentIntent | None:
    """The payment, if there is one for the caller."""
    found = await context.loaders.payment.load(payment_id)
    return found if found is not None and may_see(context.viewer, found.owner) else None


async def payment(context: Context, payment_id: UUID) -> PaymentIntent:
    """The payment; one that the caller may not see does not exist."""
    found = await find(context, payment_id)
    if found is None:
        raise NotFound("Payment", payment_id, path=("paymentId",))
    return found
