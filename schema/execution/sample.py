"""Variables that fit an operation, for making its plan before anybody has sent any."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLInputType,
    GraphQLSchema,
    get_operation_ast,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
    type_from_ast,
)

CANDIDATES: tuple[Any, ...] = (
    "1",
    1,
    True,
    1.5,
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    "https://example.com/",
    "AA",
    {},
)
"""What one scalar or another takes."""

DEPTH_MAX = 8


def samples(schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> dict[str, Any]:
    """A value for every variable that must have one; the others have their defaults."""
    operation = get_operation_ast(document, operation_name)
    found: dict[str, Any] = {}
    for definition in () if operation is None else operation.variable_definitions or ():
        type_: Any = type_from_ast(schema, definition.type)
        if is_non_null_type(type_) and definition.default_value is None:
            found[definition.variable.name.value] = sample(type_)
    return found


def sample(type_: GraphQLInputType, depth: int = 0) -> Any:
    if is_non_null_type(type_):
        type_ = type_.of_type
    if is_list_type(type_):
        return []
    if is_enum_type(type_):
        return next(iter(type_.values))
    if is_input_object_type(type_):
        needed = {name: field for name, field in type_.fields.items() if is_required_input_field(field)}
        # One that needs nothing may be one of those that want exactly one of their fields.
        chosen = needed or dict(list(type_.fields.items())[:1] if depth < DEPTH_MAX else ())
        return {name: sample(field.type, depth + 1) for name, field in chosen.items()}
    take: Any = getattr(type_, "coerce_input_value", None)
    for candidate in CANDIDATES:
        with suppress(Exception):
            take(candidate)
            return candidate
    return None
