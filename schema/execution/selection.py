"""Look-ahead: which fields an operation selects below a field, for readers that fetch no more than is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import strawberry
from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    get_named_type,
    is_abstract_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields
from graphql.execution.values import VariableValues

from schema.execution.info import LazyInfo
from schema.execution.place import FieldNodes

T = TypeVar("T")


class Operation:
    """What of an operation selections depend on; of its variables none but those that can switch a selection."""

    __slots__ = ("fragments", "node", "schema", "variables")

    def __init__(self, info: GraphQLResolveInfo[Any]) -> None:
        values: Any = info.variable_values
        coerced = getattr(values, "coerced", values)
        self.schema = info.schema
        self.node = info.operation
        self.fragments = {name: FragmentDetails(node) for name, node in info.fragments.items()}
        self.variables = VariableValues({}, {name: value for name, value in coerced.items() if type(value) is bool})

    def below(self, type_: GraphQLObjectType, details: list[FieldDetails]) -> dict[str, list[FieldDetails]]:
        found = collect_subfields(self.schema, self.fragments, self.variables, self.node, type_, details)
        return found.grouped_field_set


class Selection:
    """The fields selected of one type, by their names in the schema: aliases of a field are one field here.

    Of an interface or a union it is everything that is selected for any of its types; `on` narrows it to one.
    """

    __slots__ = ("details", "fields", "kept", "operation", "told", "type")

    def __init__(self, operation: Operation, type_: GraphQLNamedType, details: list[FieldDetails]) -> None:
        self.operation = operation
        self.type = type_
        self.details = details
        self.kept: dict[str, Selection] = {}
        self.told: dict[Callable[[Selection], Any], Any] = {}
        self.fields: dict[str, tuple[GraphQLNamedType, list[FieldDetails]]] = {}
        for concrete in self.types():
            for group in operation.below(concrete, details).values():
                self.add(concrete, group)

    def types(self) -> Iterator[GraphQLObjectType]:
        if is_object_type(self.type):
            yield self.type
        elif is_abstract_type(self.type):
            yield from self.operation.schema.get_possible_types(self.type)

    def add(self, concrete: GraphQLObjectType, group: list[FieldDetails]) -> None:
        name = group[0].node.name.value
        definition = self.operation.schema.get_field(concrete, name)
        if definition is not None:
            held = self.fields.setdefault(name, (get_named_type(definition.type), []))[1]
            held.extend(one for one in group if all(one.node is not other.node for other in held))

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.fields)

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def __bool__(self) -> bool:
        return bool(self.fields)

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __getitem__(self, name: str) -> Selection:
        """What is selected of a field; empty when the field itself is not."""
        type_, details = self.fields.get(name, (self.type, []))
        return self.kept_as(name, type_, details)

    def on(self, type_name: str) -> Selection:
        """The same selection narrowed to one of the types that the value may have."""
        narrow = self.operation.schema.get_type(type_name)
        if narrow is None:
            raise KeyError(type_name)
        return self.kept_as(f"on {type_name}", narrow, self.details)

    def gives_arguments(self, name: str) -> bool:
        """Whether a field is selected with arguments, whatever they say."""
        return any(one.node.arguments for one in self.fields.get(name, (None, []))[1])

    def tells(self, what: Callable[[Selection], T]) -> T:
        """What a function says of it, asked once for each plan."""
        try:
            return self.told[what]  # type: ignore[no-any-return]
        except KeyError:
            found = self.told[what] = what(self)
            return found

    def kept_as(self, key: str, type_: GraphQLNamedType, details: list[FieldDetails]) -> Selection:
        kept = self.kept.get(key)
        if kept is None:
            kept = self.kept[key] = Selection(self.operation, type_, details)
        return kept


def selected(info: strawberry.Info[Any, Any] | GraphQLResolveInfo[Any]) -> Selection:
    """What is selected of the field that is being resolved, with fragments followed, @skip and @include applied.

    In a compiled operation it is found once per plan; under stock execution for each call.
    """
    nodes: Any = info._slot[3].field.nodes if isinstance(info, LazyInfo) else raw_of(info).field_nodes
    kept = nodes.selected if isinstance(nodes, FieldNodes) else None
    if kept is None:
        raw = raw_of(info)
        details = [FieldDetails(node, None) for node in raw.field_nodes]
        kept = Selection(Operation(raw), get_named_type(raw.return_type), details)
        if isinstance(nodes, FieldNodes):
            nodes.selected = kept
    return kept


def raw_of(info: Any) -> GraphQLResolveInfo[Any]:
    return getattr(info, "_raw_info", info)  # type: ignore[no-any-return]
