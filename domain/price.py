"""Prices that explain themselves: why they changed, who changed them, and what new would cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain.localized import Localized
from domain.money import Money
from domain.page import Page, PageRequest
from domain.viewer import AccountId

PriceChangeId = NewType("PriceChangeId", UUID)


class PriceReason(StrEnum):
    """Why a price is what it is now."""

    LISTED = "LISTED"
    RAW_MATERIAL = "RAW_MATERIAL"
    LABOUR = "LABOUR"
    CHANNEL_COST = "CHANNEL_COST"
    LOGISTICS = "LOGISTICS"
    TARIFF_OR_POLICY = "TARIFF_OR_POLICY"
    EXCHANGE_RATE = "EXCHANGE_RATE"
    COMPETITION = "COMPETITION"
    CONDITION = "CONDITION"
    AGREED_MARKDOWN = "AGREED_MARKDOWN"


@dataclass(frozen=True, slots=True)
class PriceChange:
    """One step of a listing's price, never changed; `actor_id` is None when the house's own schedule took it."""

    id: PriceChangeId
    listing_id: UUID
    piece_id: UUID | None
    price: Money
    previous_price: Money | None
    reason: PriceReason
    note: Localized | None
    actor_id: AccountId | None
    changed_at: datetime


class ReferenceSource(StrEnum):
    """Where the price of new is documented."""

    BRAND_LIST_PRICE = "BRAND_LIST_PRICE"
    BRAND_INVOICE = "BRAND_INVOICE"
    OWN_SALE_NEW = "OWN_SALE_NEW"
    PUBLISHED_CATALOGUE = "PUBLISHED_CATALOGUE"


@dataclass(frozen=True, slots=True)
class Reference:
    """What the same thing costs new, with where and when that is documented; without a document there is none."""

    price: Money
    source: ReferenceSource
    as_of: date


@dataclass(frozen=True, slots=True)
class Saving:
    """What a buyer saves against new; `percent` is rounded down, so that it never claims too much."""

    amount: Money
    percent: int


def saving(price: Money, new: Money | None) -> Saving | None:
    """None unless the price of new is documented in the same currency, and it is higher."""
    return (
        None
        if new is None or new.currency is not price.currency or new.minor <= price.minor
        else Saving(Money(new.minor - price.minor, price.currency), (new.minor - price.minor) * 100 // new.minor)
    )


class PriceChanges(Protocol):
    """Appended only; the database lets nobody change one."""

    async def add(self, change: PriceChange) -> None: ...


class PriceReader(Protocol):
    """The history of listings' prices, oldest first."""

    async def histories(self, listings: Sequence[UUID], page: PageRequest) -> Sequence[Page[PriceChange]]: ...
