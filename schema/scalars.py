"""Scalars and the values that everything uses: money, currencies, moments, web addresses, countries."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, NewType
from urllib.parse import urlsplit

import strawberry
from graphql import GraphQLError, GraphQLID, GraphQLString, ValueNode
from strawberry.types.scalar import ScalarDefinition

from domain import money
from domain.localized import Locale as DomainLocale
from domain.refusal import InvalidInput
from schema.enum import enum
from schema.execution import expression
from schema.noun import attribute, noun
from schema.written import write

MINOR_MAX = 10**15
"""No single amount is larger than this many minor units; sums of them still fit PostgreSQL's bigint."""

TEXT_LENGTH_MAX = 20_000
"""No single text is longer; most inputs allow far less."""

BEFORE_US, AFTER_US = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SURROGATE = re.compile("[\ud800-\udfff]")


def parse_decimal(value: object) -> Decimal:
    """A plain decimal in a string: no exponents, no infinities, no digits but 0 to 9."""
    if isinstance(value, str) and PLAIN_DECIMAL.fullmatch(value):
        return Decimal(value)
    raise GraphQLError('A Decimal is a string of plain digits such as "1250.00".')


def parse_datetime(value: object) -> datetime:
    """An ISO 8601 moment with its offset, as UTC."""
    if isinstance(value, str) and len(value) <= 40 and value.isascii() and value.isprintable():
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None and BEFORE_US <= moment < AFTER_US:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError(
        'A DateTime is ISO 8601 with its offset, such as "2026-11-21T18:30:00Z", between the years 1900 and 2200.'
    )


def parse_date(value: object) -> date:
    """A day by ISO 8601, in its usual form."""
    if isinstance(value, str) and PLAIN_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError('A Date is a day by ISO 8601, such as "2026-11-21".')


def print_datetime(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_url(value: object) -> str:
    """An absolute https or http address."""
    if isinstance(value, str) and len(value) <= 2048 and value.isascii() and value.isprintable():
        parts = urlsplit(value)
        if parts.scheme in ("https", "http") and parts.hostname:
            return value
    raise GraphQLError("A URL is absolute and starts with https:// or http://.")


def parse_country(value: object) -> str:
    if isinstance(value, str) and re.fullmatch("[A-Z]{2}", value):
        return value
    raise GraphQLError('A CountryCode is two capital letters by ISO 3166-1, such as "CN".')


@expression
def print_plain(value: Decimal | str) -> str:
    """A decimal without an exponent; money says its amount so by itself."""
    return value if type(value) is str else format(value, "f")


def sound(text: str) -> str:
    """Text that the database can keep: no NUL, no half of a surrogate pair, and not endless."""
    if len(text) > TEXT_LENGTH_MAX:
        raise GraphQLError(f"A text has {TEXT_LENGTH_MAX} characters at most.")
    if "\0" in text or (not text.isascii() and SURROGATE.search(text)):
        raise GraphQLError("A text has no NUL character and no lone surrogate.")
    return text


def teach(scalar: Any) -> None:
    """Make a built-in scalar take sound text only, as a variable and as a literal.

    graphql-core has one String and one ID per process and lets nobody declare another of that name.
    """
    take_value, take_literal = scalar.coerce_input_value, scalar.coerce_input_literal

    def value(given: Any) -> str:
        return sound(take_value(given))

    def literal(node: ValueNode, variables: Any = None) -> str:
        return sound(take_literal(node, variables))

    scalar.coerce_input_value, scalar.coerce_input_literal = value, literal


teach(GraphQLString)
teach(GraphQLID)

URL = NewType("URL", str)
CountryCode = NewType("CountryCode", str)

SCALARS: dict[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number, as a string of plain digits such as "1250.00".',
        serialize=print_plain,
        parse_value=parse_decimal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC by ISO 8601, to the millisecond, such as 2026-11-21T18:30:00.000Z.",
        serialize=print_datetime,
        parse_value=parse_datetime,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day by ISO 8601, such as 2026-11-21.",
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute web address, which starts with https:// or http://.",
        serialize=str,
        parse_value=parse_url,
    ),
    CountryCode: strawberry.scalar(
        name="CountryCode",
        description="A country by ISO 3166-1 alpha-2, such as CN.",
        serialize=str,
        parse_value=parse_country,
    ),
}

CurrencyCode = enum(
    money.Currency,
    name="CurrencyCode",
    description="A currency by ISO 4217 that a wallet can hold.",
    CNY="Renminbi, with 2 decimals.",
    HKD="Hong Kong dollar, with 2 decimals.",
    EUR="Euro, with 2 decimals.",
    USD="US dollar, with 2 decimals.",
    JPY="Yen, without decimals.",
)
Locale = enum(
    DomainLocale,
    name="Locale",
    description="A language of content.",
    EN="English.",
    ZH="Chinese.",
)


@noun(money.Money, description="An exact amount in one currency.")
class Money:
    amount: Decimal = attribute(
        "plain", Decimal, description="The amount in major units, with the currency's own decimals."
    )

    @strawberry.field(graphql_type=CurrencyCode, description="The currency, by ISO 4217.")
    @expression
    def currency_code(root: money.Money) -> money.Currency:
        return root.currency

    @strawberry.field(description="The amount as people read it, with its currency.")
    @expression
    def formatted(
        root: money.Money,
        locale: Annotated[
            Locale, strawberry.argument(description="The language whose way of writing is used.")  # type: ignore[valid-type]
        ] = DomainLocale.EN,
    ) -> str:
        return write(root, locale)


@strawberry.input(description="An exact amount in one currency.")
class MoneyInput:
    amount: Decimal = strawberry.field(
        description="The amount in major units, with no more decimals than the currency has."
    )
    currency_code: CurrencyCode = strawberry.field(description="The currency, by ISO 4217.")  # type: ignore[valid-type]

    def to_money(self, *path: str) -> money.Money:
        """The amount as domain money; refuses decimals that the currency does not have, and absurd sizes."""
        return exact(self.amount, self.currency_code, *path, "amount")


def exact(amount: Decimal, currency_code: money.Currency, *path: str) -> money.Money:
    """Major units as domain money; refuses decimals that the currency does not have, and absurd sizes."""
    currency = money.Currency(currency_code)
    try:
        minor = amount.scaleb(currency.exponent)
    except InvalidOperation as error:
        raise InvalidInput("The amount is too large.", path=path) from error
    if minor != minor.to_integral_value():
        raise InvalidInput(f"{currency} has {currency.exponent} decimals, no more.", path=path)
    if abs(minor) > MINOR_MAX:
        raise InvalidInput("The amount is too large.", path=path)
    return money.Money(int(minor), currency)
