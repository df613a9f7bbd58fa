"""Conversion of coerced arguments to Python values, prepared once for each argument.

It does what Strawberry's `convert_argument` does for scalars, enums, lists and plain input types. A type of any other
make (Maybe, GlobalID, an input that builds itself) has no converter, and Strawberry converts it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, TypeAlias

import strawberry
from strawberry.relay import GlobalID
from strawberry.scalars import is_scalar
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition

Convert: TypeAlias = "Callable[[Any], Any]"

DEPTH_MAX = 8
"""Input types within each other; those that hold themselves have no end."""


class Unusual(Exception):
    """A type that Strawberry shall convert."""


def same(value: Any) -> Any:
    return value


def arguments_converter(
    arguments: list[StrawberryArgument], schema: strawberry.Schema
) -> Callable[[Mapping[str, Any]], dict[str, Any]] | None:
    """What makes the arguments of a resolver, by python names, of those that graphql-core coerced."""
    name_of = schema.config.name_converter.from_argument
    try:
        known = [
            (name_of(argument), str(argument.python_name), converter(argument.type, schema)) for argument in arguments
        ]
    except Unusual:
        return None

    def convert(given: Mapping[str, Any]) -> dict[str, Any]:
        return {python_name: to(given[name]) for name, python_name, to in known if name in given}

    return convert


def converter(type_: Any, schema: strawberry.Schema, depth: int = 0) -> Convert:
    if isinstance(type_, StrawberryMaybe) or type_ is GlobalID or depth > DEPTH_MAX:
        raise Unusual
    if isinstance(type_, StrawberryOptional):
        return converter(type_.of_type, schema, depth)
    if isinstance(type_, StrawberryList):
        return listed(converter(type_.of_type, schema, depth))
    scalars = schema.schema_converter.scalar_registry
    if is_scalar(type_, scalars) or isinstance(type_, StrawberryEnumDefinition) or has_enum_definition(type_):
        return same
    if has_object_definition(type_):
        return made(type_, schema, depth)
    raise Unusual


def listed(to: Convert) -> Convert:
    def convert(value: Any) -> Any:
        if value is None or value is strawberry.UNSET:
            return value
        # Copied in any case: a default is one object for all requests.
        return list(value) if to is same else [to(item) for item in value]

    return convert


def made(type_: Any, schema: strawberry.Schema, depth: int) -> Convert:
    """An input type by its constructor; what it has no default for is None when it is left out, as it may be null."""
    definition = type_.__strawberry_definition__
    if definition.from_input is not None or not definition.is_input:
        raise Unusual
    name_of = schema.config.name_converter.from_field
    absent: dict[str, Any] = {
        field.python_name: None
        for field in definition.fields
        if field.default_value is MISSING and field.default_factory is MISSING
    }
    known = [
        (
            name_of(field),
            field.python_name,
            converter(field.resolve_type(type_definition=definition), schema, depth + 1),
        )
        for field in definition.fields
    ]

    def convert(value: Any) -> Any:
        if value is None or value is strawberry.UNSET:
            return value
        named = absent.copy()
        for name, python_name, to in known:
            if name in value:
                named[python_name] = to(value[name])
        return type_(**named)

    return convert
