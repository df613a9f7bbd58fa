"""What exchanging money needs of the house's memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain import policy, wallet
from domain import work as unit
from domain.fx.noun import (
    FxExchange,
    FxExchangeId,
    FxLiquidity,
    FxPosition,
    FxQuote,
    FxQuoteId,
    FxRate,
)
from domain.money import Currency
from domain.page import Page, PageRequest
from domain.viewer import AccountId


class FxRates(Protocol):
    async def newest(self, one: Currency, other: Currency, now: datetime) -> FxRate | None:
        """The rate with the latest `valid_from` that has come, whichever way it was stated; of two the one stated last.

        It may have lapsed: nothing before it counts any more.
        """
        ...

    async def add(self, rate: FxRate) -> None: ...


class RateWork(unit.Work, Protocol):
    @property
    def fx_rates(self) -> FxRates: ...


class FxQuotes(Protocol):
    async def lock(self, quote_id: FxQuoteId) -> FxQuote: ...
    async def add(self, quote: FxQuote) -> None: ...
    async def use(self, quote: FxQuote) -> None:
        """Keep that it was used, which happens once."""
        ...


class FxExchanges(Protocol):
    async def add(self, exchange: FxExchange) -> None:
        """Of a quote that has just been used."""
        ...

    async def lock(self, exchange_id: FxExchangeId) -> FxExchange: ...
    async def reverse(self, exchange: FxExchange) -> None:
        """Keep that it was undone, which happens once."""
        ...


class FxLiquidities(Protocol):
    async def lock_all(self, currencies: Iterable[Currency]) -> Mapping[Currency, FxLiquidity]:
        """Locked in the order of their codes, after any pockets."""
        ...


class Work(RateWork, policy.Work, wallet.Work, Protocol):
    @property
    def fx_quotes(self) -> FxQuotes: ...
    @property
    def fx_exchanges(self) -> FxExchanges: ...
    @property
    def fx_liquidities(self) -> FxLiquidities: ...


@dataclass(frozen=True, slots=True)
class FxRateFilter:
    """Rates between two currencies, whichever way they were stated; of all pairs where these are None."""

    base: Currency | None = None
    counter: Currency | None = None


class FxReader(Protocol):
    async def rates_by_ids(self, ids: Sequence[UUID]) -> Sequence[FxRate | None]: ...
    async def quotes_by_ids(self, ids: Sequence[UUID]) -> Sequence[FxQuote | None]: ...
    async def rates(self, wanted: FxRateFilter, page: PageRequest) -> Page[FxRate]:
        """By the moment that they are of, the latest first."""
        ...

    async def exchanges_by_ids(self, ids: Sequence[UUID]) -> Sequence[FxExchange | None]: ...
    async def exchanges(self, owner: AccountId | None, page: PageRequest) -> Page[FxExchange]:
        """Of one account or of all, the newest first."""
        ...

    async def positions(self) -> Sequence[FxPosition]:
        """Where the house stands, by currency."""
        ...
