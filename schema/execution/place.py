"""Places of a response: what is known of one before anything is executed, and where one is while it is.

A *place* is static: `Query.pieces`, or an item of that list. A *slot* is a place at run time: the dictionary or list
that holds the value, and the key. Slots are linked to the slot of the parent, so a path costs nothing until an error
or an `info` asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLOutputType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

if TYPE_CHECKING:
    from schema.execution.run import Run

Key: TypeAlias = str | int
Keys: TypeAlias = tuple[Key, ...]
Slot: TypeAlias = "tuple[Slot | None, Any, Key, Place]"
"""The parent's slot, what holds the value, under which key, and the place."""

Finish: TypeAlias = "Callable[[Run, Any, Slot], Any]"
"""Completes a value that is neither awaitable, an exception nor null."""


class FieldNodes(list[FieldNode]):
    """The nodes of one field as resolvers see them in `info.field_nodes`, with the look-ahead that one of them did."""

    __slots__ = ("selected",)

    def __init__(self, nodes: list[FieldNode]) -> None:
        super().__init__(nodes)
        self.selected: Any = None


class Field:
    """A field of an operation within one type: its definition and all the nodes that select it under one key."""

    __slots__ = ("definition", "details", "key", "nodes", "parent_type")

    def __init__(
        self, key: str, parent_type: GraphQLObjectType, definition: GraphQLField, details: FieldDetailsList
    ) -> None:
        self.key = key
        self.parent_type = parent_type
        self.definition = definition
        self.details = details
        self.nodes = FieldNodes([one.node for one in details])

    @property
    def name(self) -> str:
        return self.nodes[0].name.value


class Place:
    """A field, or an item of a list that a field holds."""

    __slots__ = ("field", "finish", "non_null", "type", "typename")

    field: Field
    type: GraphQLOutputType
    """Without its non-null."""
    non_null: bool
    typename: str | None
    """The type that a path names with the key; None for an item."""
    finish: Finish

    def __init__(self, field: Field, type_: GraphQLOutputType, non_null: bool, typename: str | None) -> None:
        self.field = field
        self.type = type_
        self.non_null = non_null
        self.typename = typename


def keys_of(slot: Slot | None) -> Keys:
    """From the root to the slot."""
    keys = []
    while slot is not None:
        keys.append(slot[2])
        slot = slot[0]
    return tuple(reversed(keys))


def path_of(slot: Slot) -> Path:
    """The same as graphql-core's linked path."""
    parent = slot[0]
    return Path(None if parent is None else path_of(parent), slot[2], slot[3].typename)
