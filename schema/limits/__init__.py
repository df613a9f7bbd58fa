"""How much an operation may ask for, known before it is validated and whatever its schema; see docs/limits.md."""

from graphql.validation.rules import overlapping_fields_can_be_merged

from schema.limits.cost import Price
from schema.limits.limit import LIMIT_EXCEEDED, LimitExceeded, Limits
from schema.limits.variable import check_variables
from schema.limits.walk import Walk

__all__ = ["LIMIT_EXCEEDED", "LimitExceeded", "Limits", "Price", "Walk", "check_variables"]

# Whether fields can be merged is found by comparing them two by two. graphql-core stops counting at a number that takes
# a quarter of a second; a document within the other limits that is meant never needs a tenth of this one.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 100_000
