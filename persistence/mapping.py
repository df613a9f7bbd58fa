"""Between a domain dataclass and its row, by name.

`Money` is two columns, values made of values are JSONB or, without a column of their own, one column for each part;
the rest is one to one.
"""

import dataclasses
from collections.abc import Callable, Set
from collections.abc import Mapping as Map
from enum import StrEnum
from functools import lru_cache
from types import SimpleNamespace, UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB

from domain.money import Currency, Money

E = TypeVar("E")

KEPT_MAX = 256
"""Documents of one column that are remembered as they were read."""

Read = Callable[[Map[str, Any]], Any]
Write = Callable[[Any, dict[str, Any]], None]


class Mapping(Generic[E]):
    """Reads from SQLAlchemy row mappings and asyncpg records alike.

    A field `price: Money` is the columns `price_minor` and `price_currency`, or `price_minor` and the row's `currency`.
    Of the documents in the columns `kept` the last ones are remembered as they were read: they are large, they come
    again and again, and nothing can be changed of what they are read as.
    """

    def __init__(self, noun: type[E], table: Table, *, kept: Set[str] = frozenset()) -> None:
        self.noun = noun
        self.table = table
        self._kept = kept
        hints = get_type_hints(noun)
        self._readers: dict[str, Read] = {}
        self._writers: list[Write] = []
        for field in dataclasses.fields(noun):  # type: ignore[arg-type]
            read, write = self._field(field.name, hints[field.name])
            self._readers[field.name] = read
            self._writers.append(write)

    def to_noun(self, row: Any) -> E:
        return self.noun(**{name: read(row) for name, read in self._readers.items()})

    def to_row(self, entity: E) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for write in self._writers:
            write(entity, row)
        return row

    def _field(self, name: str, hint: Any) -> tuple[Read, Write]:
        inner, optional = without_none(hint)
        if inner is Money:
            return money_column(name, self._currency_column(name))
        if name not in self.table.columns and dataclasses.is_dataclass(inner):
            return self._parts(name, inner)
        column = self.table.columns[name]
        if isinstance(column.type, JSONB):
            return json_column(name, TypeAdapter(hint), kept=name in self._kept)
        if isinstance(inner, type) and issubclass(inner, StrEnum):
            return enum_column(name, inner)
        assert optional == bool(column.nullable), f"{self.table.name}.{name}: null in one of noun and row only"
        return plain_column(name)

    def _parts(self, name: str, value: Any) -> tuple[Read, Write]:
        """A field `owner: Party` with the parts `kind` and `id` is the columns `owner_kind` and `owner_id`."""
        parts = [field.name for field in dataclasses.fields(value)]
        hints = get_type_hints(value)
        fields = {part: self._field(f"{name}_{part}", hints[part]) for part in parts}

        def read(row: Map[str, Any]) -> Any:
            return value(**{part: fields[part][0](row) for part in parts})

        def write(entity: Any, row: dict[str, Any]) -> None:
            whole = getattr(entity, name)
            renamed = SimpleNamespace(**{f"{name}_{part}": getattr(whole, part) for part in parts})
            for part in parts:
                fields[part][1](renamed, row)

        return read, write

    def _currency_column(self, name: str) -> str:
        own = f"{name}_currency"
        return own if own in self.table.columns else "currency"


def money(row: Map[str, Any], name: str, currency: str = "currency") -> Money:
    """The amount in the columns `name_minor` and `currency`."""
    return Money(row[f"{name}_minor"], Currency(row[currency]))


def without_none(hint: Any) -> tuple[Any, bool]:
    """`T | None` as (T, True), anything else as (hint, False)."""
    if get_origin(hint) in (Union, UnionType):
        members = [member for member in get_args(hint) if member is not type(None)]
        if len(members) == 1 and len(members) < len(get_args(hint)):
            return members[0], True
    return hint, False


def plain_column(name: str) -> tuple[Read, Write]:
    def read(row: Map[str, Any]) -> Any:
        value = row[name]
        # asyncpg has a UUID class of its own; the domain compares and prints the standard one.
        return UUID(int=value.int) if isinstance(value, UUID) and type(value) is not UUID else value

    def write(entity: Any, row: dict[str, Any]) -> None:
        row[name] = getattr(entity, name)

    return read, write


def enum_column(name: str, enum: type[StrEnum]) -> tuple[Read, Write]:
    def read(row: Map[str, Any]) -> Any:
        value = row[name]
        return None if value is None else enum(value)

    def write(entity: Any, row: dict[str, Any]) -> None:
        value = getattr(entity, name)
        row[name] = None if value is None else str(value)

    return read, write


def money_column(name: str, currency_column: str) -> tuple[Read, Write]:
    minor_column = f"{name}_minor"

    def read(row: Map[str, Any]) -> Any:
        minor = row[minor_column]
        return None if minor is None else Money(minor, Currency(row[currency_column]))

    def write(entity: Any, row: dict[str, Any]) -> None:
        value = getattr(entity, name)
        row[minor_column] = None if value is None else value.minor
        if value is not None:
            assert row.get(currency_column) in (None, value.currency), f"{name} is in another currency than its row"
            row[currency_column] = str(value.currency)
        elif currency_column != "currency":
            row[currency_column] = None

    return read, write


def json_column(name: str, adapter: TypeAdapter[Any], *, kept: bool = False) -> tuple[Read, Write]:
    # The adapter's own methods do this and more.
    validator = adapter.validator
    load = lru_cache(KEPT_MAX)(validator.validate_json) if kept else validator.validate_json

    def read(row: Map[str, Any]) -> Any:
        value = row[name]
        return load(value) if isinstance(value, str) else validator.validate_python(value)

    def write(entity: Any, row: dict[str, Any]) -> None:
        row[name] = adapter.dump_python(getattr(entity, name), mode="json")

    return read, write
