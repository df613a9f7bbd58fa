"""What a request costs, known before it is executed: its document within the limits, with these variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema, is_object_type
from strawberry.types import ExecutionResult

from schema.limits import Price


@dataclass(slots=True)
class Priced:
    """The points of an operation, or why it is not executed."""

    requested: int
    price: Price | None = None
    variables: Mapping[str, Any] | None = None
    refused: ExecutionResult | None = None

    def actual(self, data: Any) -> int:
        """What was used of what was requested, by the answer; never more."""
        price = self.price
        if price is None or not price.cost.parts:
            return self.requested
        if data and price.roots is not None and None not in map(data.get, price.roots):
            return self.requested
        return price.actual(self.requested, data, self.variables or {})


def fields_read(schema: GraphQLSchema) -> frozenset[str]:
    """The fields, as `Type.field`, that wait for something; of all others the answer is there with their parents."""
    found = set()
    for type_ in schema.type_map.values():
        if is_object_type(type_):
            for name, field in type_.fields.items():
                resolver = getattr(field.extensions.get("strawberry-definition"), "base_resolver", None)
                if resolver is not None and resolver.is_async:
                    found.add(f"{type_.name}.{name}")
    return frozenset(found)
