"""Money never loses, doubles or invents a unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency as Iso4217

from domain.money import Currency, CurrencyMismatch, Money, total

amounts = st.integers(-(10**15), 10**15)
weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=20).filter(any)


@pytest.mark.parametrize("currency", Currency)
def test_exponents_are_those_of_iso_4217(currency: Currency) -> None:
    assert currency.exponent == Iso4217(str(currency)).exponent


@given(amounts, weights)
def test_an_allocation_sums_to_the_whole(minor: int, shares: list[int]) -> None:
    parts = Money(minor, Currency.EUR).allocate(shares)

    assert total(parts, Currency.EUR) == Money(minor, Currency.EUR)


@given(amounts, weights)
def test_no_part_is_further_than_one_unit_from_its_exact_share(minor: int, shares: list[int]) -> None:
    parts = Money(minor, Currency.EUR).allocate(shares)

    for part, share in zip(parts, shares, strict=True):
        assert abs(part.minor * sum(shares) - minor * share) < sum(shares)


@given(amounts, weights)
def test_a_part_without_weight_gets_nothing(minor: int, shares: list[int]) -> None:
    parts = Money(minor, Currency.EUR).allocate([*shares, 0])

    assert parts[-1] == Money.zero(Currency.EUR)


@given(st.integers(-(10**18), 10**18), st.sampled_from(Currency))
def test_plain_text_says_the_exact_amount(minor: int, currency: Currency) -> None:
    money = Money(minor, currency)

    assert money.plain == format(money.amount, "f")


def test_the_largest_remainders_take_the_odd_units_and_ties_go_to_the_earlier() -> None:
    assert [part.minor for part in Money(100, Currency.EUR).allocate([1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in Money(5, Currency.EUR).allocate([7, 3, 90])] == [0, 0, 5]
    assert [part.minor for part in Money(-100, Currency.EUR).allocate([1, 1, 1])] == [-34, -33, -33]


@given(amounts, st.integers(0, 10_000))
def test_a_rate_in_basis_points_is_off_by_half_a_unit_at_most(minor: int, rate_bps: int) -> None:
    share = Money(minor, Currency.EUR).at_bps(rate_bps)

    assert abs(share.minor * 10_000 - minor * rate_bps) <= 5_000


def test_amounts_show_exactly_the_decimals_of_their_currency() -> None:
    assert str(Money(123456, Currency.EUR)) == "1234.56 EUR"
    assert str(Money(123456, Currency.JPY)) == "123456 JPY"
    assert Money(5, Currency.CNY).amount == Decimal("0.05")


def test_two_currencies_never_meet_in_one_sum() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, Currency.EUR) + Money(1, Currency.USD)
    with pytest.raises(CurrencyMismatch):
        assert Money(1, Currency.EUR) < Money(2, Currency.USD)
