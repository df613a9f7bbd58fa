"""What a connection looks like, by Relay's specification: rows in `edges`, or in `nodes`, beside a `pageInfo`."""

from collections.abc import Collection
from typing import Any

from graphql import GraphQLNamedType, GraphQLObjectType, get_nullable_type, is_list_type

ROWS = ("nodes", "edges")


def is_list(type_: Any) -> bool:
    return is_list_type(get_nullable_type(type_))


def is_connection(type_: GraphQLNamedType | None) -> bool:
    return isinstance(type_, GraphQLObjectType) and "pageInfo" in type_.fields and bool(rows_of(type_))


def rows_of(type_: GraphQLNamedType | None) -> Collection[str]:
    """The fields of a type that are lists of its rows."""
    assert isinstance(type_, GraphQLObjectType)
    return [name for name in ROWS if name in type_.fields and is_list(type_.fields[name].type)]
