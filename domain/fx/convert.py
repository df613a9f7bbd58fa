"""What an amount of one currency is in another: the one place where money that is exchanged is rounded.

Everything is reckoned exactly, as a ratio of whole numbers, and rounded down once, so that what the customer gets is
less than a minor unit below the exact amount and never above it.
"""

from dataclasses import dataclass

from domain.fx.noun import BILLION, RateTerms
from domain.money import BASIS_POINTS, Currency, Money
from domain.refusal import InvalidInput, require

MINOR_MAX = 10**15
"""No side of an exchange is larger, so that sums of many still fit the ledger."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is given, and in the other currency what that is worth (`mid`), what of it the house keeps (`spread`), and

    what the customer gets (`bought`). `mid` is `spread` and `bought` together.
    """

    sold: Money
    mid: Money
    spread: Money
    bought: Money


def ratio(rate: RateTerms, sells: Currency, buys: Currency) -> tuple[int, int]:
    """How many minor units of one a minor unit of the other is worth, as numerator and denominator."""
    assert {sells, buys} == {rate.base, rate.counter}, "a rate serves its own two currencies"
    worth, of = (rate.billionths, BILLION) if sells is rate.base else (BILLION, rate.billionths)
    return worth * 10**buys.exponent, of * 10**sells.exponent


def worth(amount: Money, buys: Currency, rate: RateTerms) -> Money:
    """What an amount is worth in the other currency without any spread, less the fraction of a minor unit."""
    numerator, denominator = ratio(rate, amount.currency, buys)
    return Money(amount.minor * numerator // denominator, buys)


def sell(amount: Money, buys: Currency, rate: RateTerms) -> Conversion:
    """What a customer gets for an amount; refuses one that buys nothing, or more than is reckoned with."""
    require(amount.minor > 0, InvalidInput("The amount is more than zero.", path=("amount",)))
    numerator, denominator = ratio(rate, amount.currency, buys)
    mid = worth(amount, buys, rate)
    left_bps = BASIS_POINTS - rate.spread_bps
    bought = Money(amount.minor * numerator * left_bps // (denominator * BASIS_POINTS), buys)
    require(bought.minor > 0, InvalidInput(f"This is too little to buy any {buys}.", path=("amount",)))
    require(max(amount.minor, mid.minor) <= MINOR_MAX, InvalidInput("The amount is too large.", path=("amount",)))
    return Conversion(amount, mid, mid - bought, bought)
