"""What exchanging money is about: rates as they were stated, quotes that were given at them, and exchanges."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.lifecycle import Lifecycle
from domain.money import Currency, Money
from domain.viewer import AccountId

FxRateId = NewType("FxRateId", UUID)
FxQuoteId = NewType("FxQuoteId", UUID)
FxExchangeId = NewType("FxExchangeId", UUID)

BILLION = 10**9
RATE_BILLIONTHS_MAX = BILLION * 10**6
SPREAD_BPS_MAX = 1_000
"""Whoever states a dearer one has mistyped it."""


@dataclass(frozen=True, slots=True)
class RateTerms:
    """One `base`, in major units, is worth so many billionths of one `counter`; the house keeps `spread_bps` of what

    it gives. The same terms serve both ways.
    """

    base: Currency
    counter: Currency
    billionths: int
    spread_bps: int


@dataclass(frozen=True, slots=True)
class FxRate:
    """Terms as staff stated them: they hold from `valid_from`, by a `source`, until the next ones or `valid_until`.

    A rate is never changed; the next one follows it.
    """

    id: FxRateId
    rate: RateTerms
    valid_from: datetime
    valid_until: datetime | None
    source: str
    stated_by: AccountId | None
    stated_at: datetime

    def holds(self, now: datetime) -> bool:
        return self.valid_until is None or now < self.valid_until


@dataclass(slots=True)
class FxQuote:
    """What its owner may have for `sold` until it lapses, once: `bought`, which is `mid` less the `spread`.

    It pins the rate, and the version of the policy that says for how long it holds.
    """

    id: FxQuoteId
    owner: AccountId
    rate_id: FxRateId
    rate: RateTerms
    sold: Money
    mid: Money
    spread: Money
    bought: Money
    policy_version: int
    quoted_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class FxExchangeState(StrEnum):
    """Whether an exchange stands."""

    DONE = "DONE"
    REVERSED = "REVERSED"


FX_EXCHANGE_LIFECYCLE = Lifecycle(
    kind="exchange",
    initial=FxExchangeState.DONE,
    moves={"fxExchangeReverse": ([FxExchangeState.DONE], FxExchangeState.REVERSED)},
)


@dataclass(slots=True)
class FxExchange:
    """A quote that was used: its amounts are the quote's, and so they are when it is undone.

    What the house gains or loses by undoing it at a rate that is past is the `gain`, by the rate of that day.
    """

    id: FxExchangeId
    owner: AccountId
    quote_id: FxQuoteId
    sold: Money
    mid: Money
    spread: Money
    bought: Money
    exchanged_at: datetime
    state: FxExchangeState = FxExchangeState.DONE
    reversed_at: datetime | None = None
    gain: Money | None = None
    day_rate_id: FxRateId | None = None
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        return FX_EXCHANGE_LIFECYCLE.next_actions(self.state)


@dataclass(slots=True)
class FxLiquidity:
    """What the house has set aside of a currency to exchange; it is never below zero."""

    currency: Currency
    balance: Money
    version: int


@dataclass(frozen=True, slots=True)
class FxPosition:
    """What exchanging has brought the house in one currency, beside what it has to exchange; a `gain` may be a loss."""

    currency: Currency
    liquidity: Money
    spread_earned: Money
    gain: Money
    version: int
