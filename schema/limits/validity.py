"""Validation that is given up in time."""

from collections.abc import Collection

from graphql import ASTValidationRule, DocumentNode, GraphQLError, GraphQLSchema, validate
from graphql.validation.rules import overlapping_fields_can_be_merged

from schema.limits.limit import LimitExceeded, Limits

COMPARISONS_MAX = 20_000

# Whether fields can be merged is found by comparing them two by two. graphql-core gives up at half a million, after a
# second; a document that is meant comes to ten.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = COMPARISONS_MAX

GIVEN_UP = "Validation aborted."


def invalid(
    schema: GraphQLSchema, document: DocumentNode, rules: Collection[type[ASTValidationRule]], limits: Limits
) -> list[GraphQLError]:
    """The first errors of a document, none of a valid one; LimitExceeded when it would take too long to find out."""
    errors = validate(schema, document, rules, limits.errors)
    if errors and errors[-1].message == GIVEN_UP:
        message = "Too many fields of one name stand in the same place: select each of them once."
        raise LimitExceeded("comparisons", COMPARISONS_MAX, message)
    return errors
