"""What a request costs, known before it is executed: its document within the limits, with these variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
        return price.actual(self.requested, data, self.variables or {})
