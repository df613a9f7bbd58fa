"""Exchanging money: rates, quotes that are made at them, and exchanges; and where the house stands by them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import fx, money
from domain.refusal import InvalidInput, require
from resolvers import fx as resolve
from schema.account import Account
from schema.catalogue import NEWEST
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import CurrencyCode, Money, MoneyInput
from schema.wallet import InsufficientFunds

RATES = "fxRates"
EXCHANGES = "fxExchanges"
NEWEST_BY_ID = (UUID(int=0),)
DIGITS = 9
RATE_MAX = 10**9


FxExchangeState = enum(
    fx.FxExchangeState,
    name="FxExchangeState",
    description="Whether an exchange stands, or was undone.",
    DONE="It stands.",
    REVERSED="It was undone at the rate of its quote.",
)


# Nouns


@noun(
    fx.FxRate,
    description="What one currency is worth in another, as staff stated it. It is never changed: the next one follows "
    "it. The same rate serves both ways. Seen by whoever is signed in.",
)
class FxRate(Node):
    id: strawberry.ID = global_id("FxRate")
    valid_from: datetime = strawberry.field(description="From when it holds; the latest that has come counts.")
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


@noun(fx.FxExchange, description="A quote that was used. Seen by its owner, finance and support.")
class FxExchange(Node):
    id: strawberry.ID = global_id("FxExchange")
    sold: Money = strawberry.field(description="What was given.")
    mid: Money = strawberry.field(description="What that was worth by the rate: `spread` and `bought` together.")
    spread: Money = strawberry.field(description="What of it the house kept.")
    bought: Money = strawberry.field(description="What was had for it.")
    exchanged_at: datetime = strawberry.field(description="When it was done.")
    state: FxExchangeState = strawberry.field(description="Whether it stands.")  # type: ignore[valid-type]
    reversed_at: datetime | None = strawberry.field(description="When it was undone; null while it stands.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=FxQuote, description="The quote that was used.")
    async def quote(root: fx.FxExchange, info: Info) -> Any:
        return await info.context.loaders.fx_quote.load(root.quote_id)

    @strawberry.field(
        graphql_type=Money | None,
        description="What the house gained by undoing it at its own rate, by the rate of that day; negative for a "
        "loss, null while it stands. For finance; null for others.",
    )
    def gain(root: fx.FxExchange, info: Info) -> Any:
        return resolve.gain(info.context, root)

    @strawberry.field(graphql_type=Account | None, description="Whose money it was; null when it can not be read.")
    async def owner(root: fx.FxExchange, info: Info) -> Any:
        return await info.context.loaders.account.load(root.owner)


@noun(fx.FxLiquidity, description="What the house has set aside of one currency to exchange. It is never below zero.")
class FxLiquidity:
    currency: CurrencyCode = strawberry.field(description="Of which currency.")  # type: ignore[valid-type]
    balance: Money = strawberry.field(description="How much there is.")
    version: int = strawberry.field(description="Goes up with every movement; for `expectedVersion`.")


@noun(fx.FxPosition, description="Where the house stands in one currency by exchanging money.")
class FxPosition:
    currency: CurrencyCode = strawberry.field(description="In which currency.")  # type: ignore[valid-type]
    liquidity: Money = strawberry.field(description="What there is to exchange.")
    spread_earned: Money = strawberry.field(description="What spreads have earned.")
    gain: Money = strawberry.field(description="What the house gained by rates that changed; negative for a loss.")
    version: int = strawberry.field(description="That of the liquidity; for `expectedVersion`.")


# Refusals


@refused(fx.FxRateMissing)
class FxRateMissing(UserError):
    sells: CurrencyCode = strawberry.field(description="What was to be given.")  # type: ignore[valid-type]
    buys: CurrencyCode = strawberry.field(description="What was to be had for it.")  # type: ignore[valid-type]


@refused(fx.FxQuoteLapsed)
class FxQuoteLapsed(UserError):
    expires_at: datetime = strawberry.field(description="Until when it held.")


@refused(fx.FxQuoteUsed)
class FxQuoteUsed(UserError):
    used_at: datetime = strawberry.field(description="When it was used.")


@refused(fx.FxLiquidityShort)
class FxLiquidityShort(UserError):
    currency: CurrencyCode = strawberry.field(description="Which currency the house is short of.")  # type: ignore[valid-type]


# Inputs


@strawberry.input(description="State what a currency is worth in another.")
class FxRateStateInput(Keyed):
    base: CurrencyCode = strawberry.field(description="The currency of which one is told the worth.")  # type: ignore[valid-type]
    counter: CurrencyCode = strawberry.field(description="The currency that its worth is told in.")  # type: ignore[valid-type]
    rate: Decimal = strawberry.field(description="How many of `counter` one of `base` is worth, up to 9 decimals.")
    spread_bps: int = strawberry.field(description="What the house keeps of what it gives: 0 to 1,000 basis points.")
    source: str = strawberry.field(description="Where the rate is from, 1 to 200 characters.")
    valid_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="From when it holds; from now when left out."
    )
    valid_until: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it lapses; when the next one is stated, when left out."
    )

    def to_command(self) -> fx.StateRate:
        require(abs(self.rate) <= RATE_MAX, InvalidInput("This is no rate.", path=("rate",)))
        billionths = int(self.rate.scaleb(DIGITS))
        terms = fx.RateTerms(money.Currency(self.base), money.Currency(self.counter), billionths, self.spread_bps)
        return fx.StateRate(terms, self.source, given(self.valid_from), given(self.valid_until))


@strawberry.input(description="Ask what an amount buys.")
class FxQuoteRequestInput(Keyed):
    amount: MoneyInput = strawberry.field(description="What is given.")
    to: CurrencyCode = strawberry.field(description="The currency that is wanted for it.")  # type: ignore[valid-type]

    def to_command(self) -> fx.RequestQuote:
        return fx.RequestQuote(self.amount.to_money("amount"), money.Currency(self.to))


@strawberry.input(description="Accept a quote. `expectedVersion` is that of the pocket that pays.")
class FxQuoteAcceptInput(MoneyMove):
    quote_id: strawberry.ID = strawberry.field(description="The quote that is accepted.")

    def to_command(self) -> fx.ExchangeMoney:
        return fx.ExchangeMoney(id_of("FxQuote", self.quote_id, "quoteId"), given(self.expected_version))


@strawberry.input(description="Undo an exchange at the rate that it was made at.")
class FxExchangeReverseInput(MoneyMove):
    exchange_id: strawberry.ID = strawberry.field(description="The exchange that is undone.")
    reason: str = strawberry.field(description="Why, for the audit and the customer's statement.")

    def to_command(self) -> fx.ReverseExchange:
        return fx.ReverseExchange(
            id_of("FxExchange", self.exchange_id, "exchangeId"), self.reason, given(self.expected_version)
        )


@strawberry.input(description="Change how much of its own money the house exchanges.")
class FxLiquidityMoveInput(MoneyMove):
    amount: MoneyInput = strawberry.field(description="How much is put in; taken back out when it is negative.")
    reason: str = strawberry.field(description="Why, for the audit.")

    def to_command(self) -> fx.MoveLiquidity:
        return fx.MoveLiquidity(self.amount.to_money("amount"), self.reason, given(self.expected_version))


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

    @strawberry.field(
        graphql_type=Connection[FxExchange],
        description="What the caller has exchanged, the newest first; what anybody has for finance and support.",
    )
    async def fx_exchanges(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            EXCHANGES, NEWEST_BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.exchanges(info.context, page), list_name=EXCHANGES)

    @strawberry.field(graphql_type=list[FxPosition], description="Where the house stands, by currency.")
    async def fx_positions(self, info: Info) -> Any:
        return await resolve.positions(info.context)


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
    fx_quote_accept = mutation(
        fx.exchange,
        FxQuoteAcceptInput,
        FxExchange,
        FxQuoteLapsed,
        FxQuoteUsed,
        FxLiquidityShort,
        InsufficientFunds,
        VersionConflict,
        description="Change cash of one currency into cash of another, as a quote says.",
    )
    fx_exchange_reverse = mutation(
        fx.reverse,
        FxExchangeReverseInput,
        FxExchange,
        FxLiquidityShort,
        InsufficientFunds,
        WrongState,
        VersionConflict,
        description="Undo an exchange at the rate that it was made at: the customer has back what they gave, and what "
        "the rate of the day makes of that is the house's.",
    )
    fx_liquidity_move = mutation(
        fx.move_liquidity,
        FxLiquidityMoveInput,
        FxLiquidity,
        FxLiquidityShort,
        VersionConflict,
        description="Put money of the house into what it exchanges, or take it back out.",
    )


fetchable("FxRate", resolve.rate)
fetchable("FxQuote", resolve.quote)
fetchable("FxExchange", resolve.exchange)
