"""How much one document may ask for, and what is said to one that asks for more."""

from dataclasses import dataclass

from graphql import GraphQLError, Node

LIMIT_EXCEEDED = "LIMIT_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Limits:
    """The most there may be of everything, and what an operation is taken to read where it does not say."""

    tokens: int = 2_000
    depth: int = 10
    aliases: int = 30
    directives: int = 50
    items: int = 250
    """In one list, in the document or in its variables."""
    root_mutations: int = 4
    cost: int = 1_000
    errors: int = 5
    """Of a document that is not valid, the errors that are told: enough to mend it, too few to map the schema by."""

    introspection_depth: int = 16
    """What tools send to learn the schema is deeper than anything else; their own query has 15."""
    introspection_cost: int = 20_000

    nesting: int = 100
    """Selections in selections, fragments included, and values in values."""

    page_size_default: int = 24
    page_size_max: int = 100
    list_size: int = 4
    """How long a list is taken to be that is no connection; longer ones cost no more."""
    schema_list_size: int = 10
    """The same where the schema tells of itself."""

    reads: frozenset[str] = frozenset()
    """Fields that something is read for, as `Type.field`."""
    read_cost: int = 20
    """A statement takes us about as long as thirty objects do, and some fields are read along with others."""


class LimitExceeded(GraphQLError):
    """The document or its variables ask for more than one operation may."""

    def __init__(self, limit: str, most: int, message: str, node: Node | None = None, **more: object) -> None:
        extensions = {"code": LIMIT_EXCEEDED, "limit": limit, "most": most, **more}
        super().__init__(message, nodes=node, extensions=extensions)
