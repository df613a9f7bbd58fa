"""Amounts are written as Babel writes them."""

from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from domain.localized import Locale
from domain.money import Currency, Money
from schema.written import BABEL_LOCALES, write


@given(st.integers(-(10**16), 10**16), st.sampled_from(Currency), st.sampled_from(Locale))
def test_an_amount_is_written_as_babel_writes_it(minor: int, currency: Currency, locale: Locale) -> None:
    amount = Money(minor, currency)

    assert write(amount, locale) == format_currency(amount.amount, currency, locale=BABEL_LOCALES[locale])
