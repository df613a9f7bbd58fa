"""Enums of the domain in the schema, with a sentence for each of their values."""

from enum import EnumMeta
from typing import TypeVar

import strawberry

E = TypeVar("E", bound=EnumMeta)


def enum(kind: E, *, name: str, description: str, **values: str) -> E:
    """The domain's enum as a GraphQL enum; `values` says of each value what it means, and of nothing else."""
    declared = strawberry.enum(kind, name=name, description=description)
    known = declared.__strawberry_definition__.values  # type: ignore[attr-defined]
    assert {value.name for value in known} == values.keys(), f"{name} has other values than are described"
    for value in known:
        value.description = values[value.name]
    return declared
