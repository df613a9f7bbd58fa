"""How much an operation may ask for, known before it is validated and whatever its schema; see docs/limits.md."""

from schema.limits.cost import Price
from schema.limits.limit import LIMIT_EXCEEDED, LimitExceeded, Limits
from schema.limits.validity import invalid
from schema.limits.variable import check_variables
from schema.limits.walk import Walk

__all__ = ["LIMIT_EXCEEDED", "LimitExceeded", "Limits", "Price", "Walk", "check_variables", "invalid"]
