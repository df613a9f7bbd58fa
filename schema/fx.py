"""Exchanging money: rates, and the quotes that are made at them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain import fx, money
from domain.refusal import InvalidInput, require
from resolvers import fx as resolve
from schema.catalogue import NEWEST
from schema.errors import UserError, refused
from schema.ids import Node, global_id
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import CurrencyCode, Money, MoneyInput

RATES = "fxRates"
DIGITS = 9
RATE_MAX = 10**9


# Nouns


@noun(
    fx.FxRate,
    description="What one currency is worth in another, as staff stated it. It is never changed: the next one follows "
    "it. The same rate serves both ways.",
)
class FxRate(Node):
    id: strawberry.ID = global_id("FxRate")
    as_of: datetime = strawberry.field(description="Of which moment it is; the latest one counts.")
    valid_until: datetime | None = strawberry.field(description="When it lapses; null for when the next one is stated.")
    source: str = strawberry.field(description="Where it is from.")
    stated_at: datetime = strawberry.field(description="When it was stated.")

    @strawberry.field(graphql_type=CurrencyCode, description="The currency of which one is told the worth.")
    def base(root: fx.FxRate) -> Any:
        return root.rate.base

    @strawberry.field(graphql_type=CurrencyCode, description="The currency that its worth is told in.")
    def counter(root: fx.FxRate) -> Any:
        return root.rate.counter

    @strawberry.field(description="How many of `counter` one of `base` is worth, without any spread.")
    def rate(root: fx.FxRate) -> Decimal:
        return Decimal(root.rate.billionths).scaleb(-DIGITS)

    @strawberry.field(description="What the house keeps of what it gives, in basis points.")
    def spread_bps(root: fx.FxRate) -> int:
        return root.rate.spread_bps


@noun(
    fx.FxQuote,
    description="What its owner may have for an amount, once, until it lapses, whatever the rate does meanwhile. "
    "Nothing is set aside for it. Seen by its owner, finance and support.",
)
class FxQuote(Node):
    id: strawberry.ID = global_id("FxQuote")
    sold: Money = strawberry.field(description="What is given.")
    mid: Money = strawberry.field(
        description="What that is worth by the rate, less the fraction of a minor unit: `spread` and `bought` together."
    )
    spread: Money = strawberry.field(description="What of it the house keeps.")
    bought: Money = strawberry.field(
        description="What is had: reckoned exactly, and rounded down once, by less than a minor unit."
    )
    quoted_at: datetime = strawberry.field(description="When it was given.")
    expires_at: datetime = strawberry.field(description="When it lapses.")
    used_at: datetime | None = strawberry.field(description="When it was used; null while it was not.")

    @strawberry.field(graphql_type=FxRate, description="The rate that it was made at.")
    async def rate(root: fx.FxQuote, info: Info) -> Any:
        return await info.context.loaders.fx_rate.load(root.rate_id)


# Refusals


@refused(fx.FxRateMissing)
class FxRateMissing(UserError):
    sells: CurrencyCode = strawberry.field(description="What was to be given.")  # type: ignore[valid-type]
    buys: CurrencyCode = strawberry.field(description="What was to be had for it.")  # type: ignore[valid-type]


# Inputs


@strawberry.input(description="State what a currency is worth in another.")
class FxRateStateInput(Keyed):
    base: CurrencyCode = strawberry.field(description="The currency of which one is told the worth.")  # type: ignore[valid-type]
    counter: CurrencyCode = strawberry.field(description="The currency that its worth is told in.")  # type: ignore[valid-type]
    rate: Decimal = strawberry.field(description="How many of `counter` one of `base` is worth, up to 9 decimals.")
    spread_bps: int = strawberry.field(description="What the house keeps of what it gives: 0 to 1,000 basis points.")
    source: str = strawberry.field(description="Where the rate is from, 1 to 200 characters.")
    as_of: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Of which moment it is; of now when left out."
    )
    valid_until: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it lapses; when the next one is stated, when left out."
    )

    def to_command(self) -> fx.StateRate:
        require(abs(self.rate) <= RATE_MAX, InvalidInput("This is no rate.", path=("rate",)))
        billionths = int(self.rate.scaleb(DIGITS))
        terms = fx.RateTerms(money.Currency(self.base), money.Currency(self.counter), billionths, self.spread_bps)
        return fx.StateRate(terms, self.source, given(self.as_of), given(self.valid_until))


@strawberry.input(description="Ask what an amount buys.")
class FxQuoteRequestInput(Keyed):
    amount: MoneyInput = strawberry.field(description="What is given.")
    to: CurrencyCode = strawberry.field(description="The currency that is wanted for it.")  # type: ignore[valid-type]

    def to_command(self) -> fx.RequestQuote:
        return fx.RequestQuote(self.amount.to_money("amount"), money.Currency(self.to))


# Root fields


Whose = Annotated[
    CurrencyCode | None,  # type: ignore[valid-type]
    strawberry.argument(description="One of the two currencies; any when left out."),
]


@strawberry.type
class FxQuery:
    @strawberry.field(
        graphql_type=Connection[FxRate],
        description="Every rate that was stated, by the moment that it is of, the latest first.",
    )
    async def fx_rates(
        self,
        info: Info,
        base: Whose = strawberry.UNSET,
        counter: Whose = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            RATES, NEWEST, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        wanted = fx.FxRateFilter(given(base), given(counter))
        return Connection(page=await resolve.rates(info.context, wanted, page), list_name=RATES)


@strawberry.type
class FxMutation:
    fx_rate_state = mutation(
        fx.state,
        FxRateStateInput,
        FxRate,
        description="State what a currency is worth in another, from now on. Quotes that were given keep their rate.",
    )
    fx_quote_request = mutation(
        fx.request,
        FxQuoteRequestInput,
        FxQuote,
        FxRateMissing,
        description="Be told what an amount buys, and have the choice for some minutes.",
    )


fetchable("FxRate", resolve.rate)
fetchable("FxQuote", resolve.quote)
