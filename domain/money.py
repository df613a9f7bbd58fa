"""Amounts in integer minor units of a named currency; no floating point anywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

BASIS_POINTS = 10_000


class Currency(StrEnum):
    """The currencies that a wallet can hold, by ISO 4217 code."""

    CNY = "CNY"
    HKD = "HKD"
    EUR = "EUR"
    USD = "USD"
    JPY = "JPY"

    @property
    def exponent(self) -> int:
        """How many decimal digits the minor unit stands for, by ISO 4217."""
        return 0 if self is Currency.JPY else 2


EXPONENTS = {currency.value: currency.exponent for currency in Currency}


class CurrencyMismatch(AssertionError):
    """Two currencies met in one sum: a bug in the caller, never something that a client can cause."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """A signed amount; `minor` counts the currency's smallest unit."""

    minor: int
    currency: Currency

    @classmethod
    def zero(cls, currency: Currency) -> "Money":
        return cls(0, currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with exactly the currency's number of decimals."""
        return Decimal(self.minor).scaleb(-self.currency.exponent)

    @property
    def plain(self) -> str:
        """The same amount as text, in plain digits."""
        return plain(self.minor, EXPONENTS[self.currency._value_])

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, factor: int) -> "Money":
        return Money(self.minor * factor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other).minor

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other).minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def at_bps(self, rate_bps: int) -> "Money":
        """This share of the amount, rounded half to even, the rate in basis points."""
        return Money(round(Fraction(self.minor * rate_bps, BASIS_POINTS)), self.currency)

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Split by weights so that the parts sum to the whole;

        the largest remainders take the odd units, ties the earlier.
        """
        total = sum(weights)
        assert total > 0, "allocate needs a positive weight"
        assert all(weight >= 0 for weight in weights), "weights count, they are never negative"
        sign = -1 if self.minor < 0 else 1
        whole = abs(self.minor)
        parts = [whole * weight // total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i))
        for i in by_remainder[: whole - sum(parts)]:
            parts[i] += 1
        return [Money(sign * part, self.currency) for part in parts]

    def _same(self, other: "Money") -> "Money":
        if other.currency is not self.currency:
            raise CurrencyMismatch(f"{self} and {other} can not be compared or added")
        return other


def plain(minor: int, exponent: int) -> str:
    """Minor units as major ones, with exactly so many decimals."""
    if not exponent:
        return str(minor)
    digits = str(abs(minor))
    if len(digits) <= exponent:
        digits = digits.zfill(exponent + 1)
    return f"{'-' if minor < 0 else ''}{digits[:-exponent]}.{digits[-exponent:]}"


def total(amounts: Iterable[Money], currency: Currency) -> Money:
    """The sum of amounts, which may be none at all, in the currency that they share."""
    result = Money.zero(currency)
    for amount in amounts:
        result += amount
    return result
