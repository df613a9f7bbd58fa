"""Amounts as people write them: Babel says how, once for each currency and language, and it is done without it."""

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency

from domain.localized import Locale
from domain.money import Currency, Money
from schema.execution import expression

BABEL_LOCALES = {Locale.EN: "en", Locale.ZH: "zh_Hans_CN"}

SAMPLE_MINOR = 123_456_789
GROUP = 3


@dataclass(frozen=True, slots=True)
class Style:
    """What stands before, between and after the digits."""

    positive: tuple[str, str]
    negative: tuple[str, str]
    group: str
    point: str
    exponent: int

    def write(self, minor: int) -> str:
        before, after = self.positive if minor >= 0 else self.negative
        digits, exponent = str(abs(minor)), self.exponent
        point = -exponent
        group = point - GROUP
        if exponent and -group < len(digits) <= GROUP - group:
            # What most prices are like, in one go.
            return f"{before}{digits[:group]}{self.group}{digits[group:point]}{self.point}{digits[point:]}{after}"
        if not exponent:
            whole, fraction = digits, ""
        else:
            if len(digits) <= exponent:
                digits = digits.zfill(exponent + 1)
            whole, fraction = digits[:-exponent], self.point + digits[-exponent:]
        # Most prices have their one separator; a format with grouping costs twice as much as cutting there.
        length = len(whole)
        if length > GROUP:
            whole = f"{whole[:-GROUP]}{self.group}{whole[-GROUP:]}" if length <= 2 * GROUP else self.grouped(whole)
        return f"{before}{whole}{fraction}{after}"

    def grouped(self, digits: str) -> str:
        return f"{int(digits):,}".replace(",", self.group)


def style(currency: Currency, locale: Locale) -> Style:
    """Babel's way of writing, taken apart."""
    exponent = currency.exponent
    amount = Decimal(SAMPLE_MINOR).scaleb(-exponent)
    written = {sign: format_currency(sign * amount, currency, locale=BABEL_LOCALES[locale]) for sign in (1, -1)}
    first, last = str(SAMPLE_MINOR)[0], str(SAMPLE_MINOR)[-1]

    def around(text: str) -> tuple[str, str]:
        return text[: text.index(first)], text[text.rindex(last) + 1 :]

    before, after = around(written[1])
    digits = written[1][len(before) : len(written[1]) - len(after)]
    signs = [sign for sign in digits if not sign.isdigit()]
    return Style(around(written[1]), around(written[-1]), signs[0], signs[-1] if exponent else "", exponent)


@expression
def write(amount: Money, locale: Locale) -> str:
    """The amount with its currency, for people."""
    # By plain strings, for the hash of an enum's member is slow.
    return STYLES[locale._value_][amount.currency._value_].write(amount.minor)


STYLES = {locale.value: {currency.value: style(currency, locale) for currency in Currency} for locale in Locale}
