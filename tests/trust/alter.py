"""Inputs that say something else: about things that never were, or merely different."""

from typing import Any
from uuid import uuid4

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInputType, GraphQLList, GraphQLNonNull

from schema.ids import decode_id, encode_id
from tests.trust.selection import input_type

PREFERRED = ("ID", "Int", "Decimal", "Boolean", "String", "DateTime")
"""What is altered first: an id of nothing changes what is meant and nothing about its form."""


def bare(kind: GraphQLInputType) -> Any:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def unknown(given: Any, kind: GraphQLInputType) -> Any:
    """The same input about things that never were: every id becomes another of its kind."""
    kind = bare(kind)
    if given is None:
        return None
    if isinstance(kind, GraphQLList):
        return [unknown(item, kind.of_type) for item in given]
    if isinstance(kind, GraphQLInputObjectType):
        return {name: unknown(value, kind.fields[name].type) for name, value in given.items()}
    return encode_id(decode_id(given)[0], uuid4()) if kind.name == "ID" else given


def about_nothing(name: str, given: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = unknown(given, input_type(name))
    return changed


def different(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """An input of the same form that asks for something else."""
    kind = input_type(name)
    if "expectedVersion" in kind.fields:
        return {**given, "expectedVersion": 2**31 - 1}
    for wanted in PREFERRED:
        changed = altered(given, kind, wanted)
        if changed != given:
            return changed  # type: ignore[no-any-return]
    for field, inner in kind.fields.items():
        enum = bare(inner.type)
        if isinstance(enum, GraphQLEnumType) and field in given:
            return {**given, field: next(value for value in enum.values if value != given[field])}
    raise AssertionError(f"{name}: nothing in {given} can be said otherwise")


def altered(given: Any, kind: GraphQLInputType, wanted: str) -> Any:
    """The first value of the wanted scalar, changed; the rest as it is."""
    kind = bare(kind)
    if given is None:
        return None
    if isinstance(kind, GraphQLInputObjectType):
        for name, value in given.items():
            if name != "clientMutationKey" and (changed := altered(value, kind.fields[name].type, wanted)) != value:
                return {**given, name: changed}
        return given
    if isinstance(kind, GraphQLList) or kind.name != wanted:
        return given
    match wanted:
        case "ID":
            return encode_id(decode_id(given)[0], uuid4())
        case "Int":
            return given + 1
        case "Boolean":
            return not given
        case "Decimal":
            return given[:-1] + ("1" if given[-1] != "1" else "2")
        case "DateTime":
            return given.replace("20", "21", 1)
        case _:
            return f"{given}x"
