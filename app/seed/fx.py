"""What money is worth in the demonstration house, by figures of no market and no day, and how much is exchanged."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.seed.draw import TODAY, Draw
from domain.account import Account
from domain.fx import FxRate, FxRateId, RateTerms
from domain.ledger import AccountKind, Journal, JournalId, house
from domain.money import Currency, Money
from domain.viewer import Role
from persistence.connection import Connection
from persistence.copy import copy_nouns
from persistence.fx import SqlFxRates
from persistence.ledger import SqlLedger

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


LIQUIDITY = {
    Currency.CNY: 100_000_000,
    Currency.HKD: 20_000_000,
    Currency.EUR: 15_000_000,
    Currency.USD: 15_000_000,
    Currency.JPY: 10_000_000,
}
"""What the house sets aside of each to exchange, in minor units."""


def rates(everybody: Sequence[Account]) -> Iterator[FxRate]:
    draw = Draw(NUMBER)
    by = next(one.id for one in everybody if Role.FINANCE in one.roles)
    for base, counter, billionths in RATES:
        terms = RateTerms(base, counter, billionths, SPREAD_BPS)
        yield FxRate(FxRateId(draw.id(TODAY)), terms, TODAY, None, SOURCE, by, TODAY)


def journals() -> Iterator[Journal]:
    """The house puts its own money where it exchanges from."""
    draw = Draw(NUMBER + 1)
    for currency, minor in LIQUIDITY.items():
        amount, moved = Money(minor, currency), draw.id(TODAY)
        sides = (house(AccountKind.TREASURY, -amount), house(AccountKind.FX_LIQUIDITY, amount))
        yield Journal(JournalId(draw.id(TODAY)), "fxLiquidity", moved, sides, TODAY, "Set aside to exchange")


async def exchange(connection: Any, everybody: Sequence[Account]) -> None:
    await copy_nouns(connection, SqlFxRates, rates(everybody))
    ledger = SqlLedger(Connection(connection))
    for one in journals():
        await ledger.post(one)
