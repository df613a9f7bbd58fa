"""An exchange never invents a unit, and rounds once, in the house's favour by less than one."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.fx import (
    BILLION,
    Conversion,
    FxExchange,
    FxExchangeId,
    FxQuoteId,
    RateTerms,
    postings,
    reversal,
    sell,
    worth,
)
from domain.ledger import AccountKind, unbalanced
from domain.money import BASIS_POINTS, Currency, Money
from domain.refusal import InvalidInput
from domain.viewer import AccountId

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OWNER = AccountId(UUID(int=1))

pairs = st.permutations(list(Currency)).map(lambda drawn: (drawn[0], drawn[1]))
rates = st.builds(
    lambda pair, billionths, spread: RateTerms(*pair, billionths, spread),
    pairs,
    st.integers(1, 10**15),
    st.integers(0, 1_000),
)
amounts = st.integers(1, 10**12)


def exact(sold: Money, rate: RateTerms) -> Fraction:
    """What an amount is worth in minor units of the other currency, by the book: through major units, as a fraction."""
    forward = sold.currency is rate.base
    bought = rate.counter if forward else rate.base
    each = Fraction(rate.billionths, BILLION)
    major = Fraction(sold.minor, 10**sold.currency.exponent)
    return (major * each if forward else major / each) * 10**bought.exponent


def exchanged(minor: int, rate: RateTerms, *, forward: bool) -> Conversion:
    sells, buys = (rate.base, rate.counter) if forward else (rate.counter, rate.base)
    try:
        return sell(Money(minor, sells), buys, rate)
    except InvalidInput:
        assume(False)
        raise


@given(amounts, rates, st.booleans())
def test_the_customer_gets_what_it_comes_to_less_a_part_of_one_minor_unit(
    minor: int, rate: RateTerms, forward: bool
) -> None:
    found = exchanged(minor, rate, forward=forward)

    due = exact(found.sold, rate) * (BASIS_POINTS - rate.spread_bps) / BASIS_POINTS
    assert 0 <= due - found.bought.minor < 1


@given(amounts, rates, st.booleans())
def test_spread_and_what_is_bought_make_up_what_the_amount_is_worth(minor: int, rate: RateTerms, forward: bool) -> None:
    found = exchanged(minor, rate, forward=forward)

    assert found.spread + found.bought == found.mid
    assert found.spread.minor >= 0
    assert 0 <= exact(found.sold, rate) - found.mid.minor < 1
    assert found.mid == worth(found.sold, found.mid.currency, rate)


@given(amounts, rates)
def test_whoever_changes_there_and_back_gains_nothing(minor: int, rate: RateTerms) -> None:
    there = exchanged(minor, rate, forward=True)
    back = exchanged(there.bought.minor, rate, forward=False)

    assert back.bought <= there.sold


def deal(found: Conversion) -> FxExchange:
    parts = (found.sold, found.mid, found.spread, found.bought)
    return FxExchange(FxExchangeId(uuid4()), OWNER, FxQuoteId(uuid4()), *parts, exchanged_at=NOW)


@given(amounts, rates, st.booleans())
def test_an_exchange_sums_to_zero_in_each_currency(minor: int, rate: RateTerms, forward: bool) -> None:
    sides = postings(deal(exchanged(minor, rate, forward=forward)))

    assert unbalanced(sides) == {}
    assert {one.amount.currency for one in sides} == {rate.base, rate.counter}


@given(amounts, rates, st.booleans(), st.integers(1, 10**15))
def test_undoing_one_sums_to_zero_gives_back_what_was_given_and_leaves_the_rest_to_the_house(
    minor: int, rate: RateTerms, forward: bool, later: int
) -> None:
    one = deal(exchanged(minor, rate, forward=forward))
    day = worth(one.sold, one.bought.currency, replace(rate, billionths=later))

    sides = [*postings(one), *reversal(one, day)]

    assert unbalanced(reversal(one, day)) == {}
    left: Counter[tuple[AccountKind, Currency]] = Counter()
    for side in sides:
        left[side.account.kind, side.amount.currency] += side.amount.minor
    gain = (one.mid - day).minor
    buys = one.bought.currency
    kept = {(AccountKind.FX, buys): gain, (AccountKind.FX_LIQUIDITY, buys): -gain}
    assert {account: minor for account, minor in left.items() if minor} == (kept if gain else {})


def test_minor_units_are_each_currencys_own() -> None:
    rate = RateTerms(Currency.EUR, Currency.JPY, 163_500_000_000, 100)

    there = sell(Money(10_001, Currency.EUR), Currency.JPY, rate)
    back = sell(Money(16_351, Currency.JPY), Currency.EUR, rate)

    assert (there.mid.minor, there.bought.minor, there.spread.minor) == (16_351, 16_188, 163)
    assert (back.mid.minor, back.bought.minor, back.spread.minor) == (10_000, 9_900, 100)


@pytest.mark.parametrize("minor", [0, -1, 1, 10**15 + 1])
def test_an_amount_that_buys_nothing_or_too_much_is_refused(minor: int) -> None:
    with pytest.raises(InvalidInput):
        sell(Money(minor, Currency.JPY), Currency.EUR, RateTerms(Currency.EUR, Currency.JPY, 163_500_000_000, 100))
