"""Does the money go round?"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import circulation
from resolvers import circulation as resolve
from schema.enum import enum
from schema.mutation import Info
from schema.noun import noun
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.order import Order

CreditFlow = enum(
    circulation.CreditFlow,
    name="CreditFlow",
    description="Why credit moved.",
    SETTLEMENT="Proceeds that a seller took as credit.",
    BONUS="What the house adds to proceeds that are taken as credit.",
    PROMOTION="Given by the house for a while; it expires.",
    GOODWILL="Given by the house to make something good.",
    REFUND="Came back from a purchase.",
    SPENT="Paid for a purchase.",
    LAPSED="Promotional credit that expired.",
    OTHER="Paid a debt, or was corrected.",
)


@noun(circulation.CreditIssued, description="How much credit came from one origin.")
class CreditIssued:
    origin: CreditFlow = strawberry.field(description="Where the credit came from.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much credit it was.")


@noun(
    circulation.Circulation,
    description="What became of credit in one currency and period. Seen by finance.",
)
class Circulation:
    since: date = strawberry.field(description="The first day, in UTC.")
    until: date = strawberry.field(description="The day after the last.")
    issued: Money = strawberry.field(description="Credit given in the period.")
    by_origin: list[CreditIssued] = strawberry.field(description="The same by where it came from.")
    spent: Money = strawberry.field(
        description="Credit that went into purchases, checkouts under way included, less what came back."
    )
    lapsed: Money = strawberry.field(description="Promotional credit that expired.")
    other: Money = strawberry.field(description="Credit that paid debts or was corrected.")
    outstanding_before: Money = strawberry.field(description="What customers had in credit when the period began.")
    outstanding: Money = strawberry.field(description="What they had in credit when it ended.")
    settled_cash: Money = strawberry.field(description="What sellers were paid in cash.")
    settled_credit: Money = strawberry.field(description="What sellers were paid in credit, without its bonus.")
    velocity: Decimal | None = strawberry.field(
        description="Spent, divided by the mean of what was outstanding before and after; null without any."
    )
    settled_as_credit_bps: int | None = strawberry.field(
        description="The share of what sellers were paid that they took as credit, in basis points; null without any."
    )
    spent_again_bps: int | None = strawberry.field(
        description="Spent as a share of all credit that could be, in basis points; null without any."
    )


@noun(
    circulation.OwnCirculation,
    description="What became of one person's credit in one currency, since the account was opened.",
)
class OwnCirculation:
    issued: Money = strawberry.field(description="Credit that was given.")
    by_origin: list[CreditIssued] = strawberry.field(description="The same by where it came from.")
    spent: Money = strawberry.field(
        description="Credit that went into purchases, checkouts under way included, less what came back."
    )
    lapsed: Money = strawberry.field(description="Promotional credit that expired.")
    other: Money = strawberry.field(description="Credit that paid debts or was corrected.")
    outstanding: Money = strawberry.field(description="What is left of it.")
    settled_cash: Money = strawberry.field(description="What was paid for sold pieces in cash.")
    settled_credit: Money = strawberry.field(description="What was paid for sold pieces in credit, without its bonus.")
    settled_as_credit_bps: int | None = strawberry.field(
        description="The share of what was paid that was taken as credit, in basis points; null without any."
    )
    spent_again_bps: int | None = strawberry.field(
        description="Spent as a share of all credit that was given, in basis points; null without any."
    )


@noun(circulation.CreditPurchase, description="An order that credit paid for, or for some of it.")
class CreditPurchase:
    credit: Money = strawberry.field(description="How much of it credit paid, less what came back.")

    @strawberry.field(
        graphql_type=Annotated["Order", strawberry.lazy("schema.order")] | None,
        description="The order that was paid with it; null when it can not be read.",
    )
    async def order(root: circulation.CreditPurchase, info: Info) -> Any:
        return await info.context.loaders.order.load(root.order_id)


@strawberry.type
class CirculationQuery:
    @strawberry.field(graphql_type=list[Circulation], description="How credit goes round the house, by currency.")
    async def circulation(
        self,
        info: Info,
        since: Annotated[date, strawberry.argument(description="The first day, in UTC.")],
        until: Annotated[date, strawberry.argument(description="The day after the last, a year later at most.")],
    ) -> Any:
        return await resolve.circulation(info.context, since, until)
