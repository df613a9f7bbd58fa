"""What descriptions say of who may ask a root field: what the table says."""

from graphql import GraphQLSchema

from schema.access.key import ROOTS
from schema.access.row import CLOSED


def described(schema: GraphQLSchema) -> None:
    """Add it to the description of every root field."""
    for operation, rows in ROOTS.items():
        root = schema.get_root_type(operation)
        for name, field in () if root is None else root.fields.items():
            field.description = f"{field.description} {rows.get(name, CLOSED).sentence}"
