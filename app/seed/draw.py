"""Everything that looks like chance in a seed comes from one number, so that two seeds of it are the same."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

from domain.money import Currency, Money

T = TypeVar("T")

TODAY = datetime(2026, 11, 1, 9, tzinfo=UTC)
"""The last day of a seeded past."""

CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"

YUAN_MINOR = {
    Currency.CNY: (100, 1, 100),
    Currency.HKD: (108, 1, 100),
    Currency.EUR: (13, 1, 10),
    Currency.USD: (14, 1, 10),
    Currency.JPY: (2_150, 100, 1_000),
}
"""How many minor units a yuan is, as a fraction, and the whole units that prices are rounded to."""


class Draw:
    """A seeded source of chance."""

    def __init__(self, number: int) -> None:
        self.random = Random(number)

    def id(self, at: datetime) -> UUID:
        """A UUIDv7 of that moment."""
        drawn = self.random.getrandbits(74)
        milliseconds = int(at.timestamp() * 1000)
        return UUID(int=milliseconds << 80 | 7 << 76 | (drawn >> 62) << 64 | 2 << 62 | drawn & (1 << 62) - 1)

    def code(self) -> str:
        """Eight signs in two halves, as in slugs."""
        drawn = self.random.getrandbits(40)
        signs = "".join(
            CODE_ALPHABET[drawn >> 5 * place & 31 if (drawn >> 5 * place & 31) < 31 else 0] for place in range(8)
        )
        return f"{signs[:4]}-{signs[4:]}"

    def one(self, of: Sequence[T]) -> T:
        return of[int(self.random.random() * len(of))]

    def chance(self, percent: int) -> bool:
        return self.random.random() * 100 < percent

    def between(self, low: int, high: int) -> int:
        """Both ends included."""
        return low + int(self.random.random() * (high - low + 1))

    def moment(self, days_ago_most: int, days_ago_least: int = 0) -> datetime:
        seconds = self.between(days_ago_least * 86_400, days_ago_most * 86_400)
        return TODAY - timedelta(seconds=seconds)


def priced(yuan: int, currency: Currency) -> Money:
    """About as much as so many yuan, rounded as a shop would."""
    numerator, denominator, step = YUAN_MINOR[currency]
    unit = 10**currency.exponent * step
    minor = yuan * numerator // denominator
    return Money(max(round(minor / unit), 1) * unit, currency)
