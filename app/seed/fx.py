"""What money is worth in the demonstration house: figures that are made up to look at, of no market and no day."""

from collections.abc import Iterator, Sequence

from app.seed.draw import TODAY, Draw
from domain.account import Account
from domain.fx import FxRate, FxRateId, RateTerms
from domain.money import Currency
from domain.viewer import Role

NUMBER = 16
"""Chance of their own, so that rates change nothing else of a seed."""
SOURCE = "Illustrative figure of the demonstration, from no market"
SPREAD_BPS = 120

RATES = (
    (Currency.EUR, Currency.CNY, 7_800_000_000),
    (Currency.USD, Currency.CNY, 7_150_000_000),
    (Currency.EUR, Currency.USD, 1_090_000_000),
    (Currency.CNY, Currency.HKD, 1_085_000_000),
    (Currency.CNY, Currency.JPY, 21_000_000_000),
    (Currency.EUR, Currency.JPY, 163_500_000_000),
)
"""How many billionths of the second one of the first is worth."""


def rates(everybody: Sequence[Account]) -> Iterator[FxRate]:
    draw = Draw(NUMBER)
    by = next(one.id for one in everybody if Role.FINANCE in one.roles)
    for base, counter, billionths in RATES:
        terms = RateTerms(base, counter, billionths, SPREAD_BPS)
        yield FxRate(FxRateId(draw.id(TODAY)), terms, TODAY, None, SOURCE, by, TODAY)
