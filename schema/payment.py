"""Payments by a provider, and topping up a wallet."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import payment
from resolvers import payment as resolve
from schema.enum import enum
from schema.errors import UserError, VersionConflict, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.scalars import Money, MoneyInput

PaymentProvider = enum(
    payment.PaymentProvider,
    name="PaymentProvider",
    description="An app that takes payments for the house. TEST is there in development only.",
    TEST="A stand-in that takes no money; there in development only.",
    CARD="Payment by card.",
)
PaymentPurpose = enum(
    payment.PaymentPurpose,
    name="PaymentPurpose",
    description="What a payment is for.",
    ORDER="It pays for an order.",
    TOP_UP="It brings cash into a wallet.",
)
PaymentState = enum(
    payment.PaymentState,
    name="PaymentState",
    description="Where a payment stands.",
    OPEN="The provider was asked and has not answered yet.",
    AUTHORISED="The provider has reserved the money and not taken it yet.",
    CHARGED="The provider has taken the money.",
    FAILED="The provider could not take the money.",
    CANCELLED="It was given up before the money was taken.",
    EXPIRED="The provider did not report a charge in time.",
    CHARGED_BACK="The bank took the money away again.",
)


# Nouns


@noun(
    payment.PaymentIntent,
    description="An amount that a provider was asked for. Seen by its owner, finance and support.",
)
class Payment(Node):
    id: strawberry.ID = global_id("Payment")
    provider: PaymentProvider = strawberry.field(description="The payment provider that was asked.")  # type: ignore[valid-type]
    purpose: PaymentPurpose = strawberry.field(description="What it is for.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much was asked for.")
    refunded: Money = strawberry.field(description="How much of it the provider was told to give back.")
    state: PaymentState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    reference: str | None = strawberry.field(description="The provider's own reference; null until it gave one.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    expires_at: datetime = strawberry.field(description="Until when the house waits for it.")
    version: int = strawberry.field(description="Goes up by one with every change.")


# Refusals


@refused(payment.AmountMismatch)
class AmountMismatch(UserError):
    expected: Money = strawberry.field(description="What was asked for.")
    reported: Money = strawberry.field(description="What was reported.")


@refused(payment.RefundTooHigh)
class RefundTooHigh(UserError):
    refundable: Money = strawberry.field(description="What can be given back.")
    asked: Money = strawberry.field(description="What was asked for.")


# Inputs


@strawberry.input(description="How much cash to bring into one's own wallet. `expectedVersion` is the pocket's.")
class WalletTopUpInput(MoneyMove):
    amount: MoneyInput = strawberry.field(description="How much cash to bring in.")
    provider: PaymentProvider = strawberry.field(description="Who takes the payment.")  # type: ignore[valid-type]

    def to_command(self) -> payment.TopUp:
        return payment.TopUp(
            amount=self.amount.to_money("amount"),
            provider=payment.PaymentProvider(self.provider),
            expected_version=given(self.expected_version),
        )


fetchable("Payment", resolve.find)


# Root fields


@strawberry.type
class PaymentQuery:
    @strawberry.field(graphql_type=Payment, description="A payment of the caller; any for finance and support.")
    async def payment(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Which payment, by its id.")],
    ) -> Any:
        return await resolve.payment(info.context, id_of("Payment", id, "id"))


@strawberry.type
class PaymentMutation:
    wallet_top_up = mutation(
        payment.top_up,
        WalletTopUpInput,
        Payment,
        VersionConflict,
        description="Ask a provider for money; it is in the wallet once the provider has reported the charge.",
    )
