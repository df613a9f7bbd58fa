"""What an API key may: it is its account in an operation all of whose root fields its scopes let it ask."""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from domain.viewer import Viewer
from schema.access.mutation import MUTATIONS
from schema.access.query import QUERIES
from schema.access.row import CLOSED, EVERYBODY, Access
from schema.access.subscription import SUBSCRIPTIONS

ROOTS: dict[OperationType, dict[str, Access]] = {
    OperationType.QUERY: QUERIES,
    OperationType.MUTATION: MUTATIONS,
    OperationType.SUBSCRIPTION: SUBSCRIPTIONS,
}


def keyed(viewer: Viewer, document: DocumentNode, operation_name: str | None) -> Viewer:
    """Whom a viewer with a key is in an operation of a valid document: its account, or, as before, nobody."""
    assert viewer.key is not None, "this is asked of keys alone"
    private = [row for row in rows_of(document, operation_name) if not row.everybody]
    allowed = private and all(not row.scopes.isdisjoint(viewer.key.scopes) for row in private)
    return viewer.by_key() if allowed else viewer


def rows_of(document: DocumentNode, operation_name: str | None) -> Iterator[Access]:
    """The row of each root field of the operation that is meant."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            name = None if definition.name is None else definition.name.value
            if operation_name is None or name == operation_name:
                rows = ROOTS[definition.operation]
                for field in fields_of(definition.selection_set, fragments, set()):
                    yield EVERYBODY if field.startswith("__") else rows.get(field, CLOSED)


def fields_of(
    selected: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[str]:
    for one in selected.selections:
        if isinstance(one, FieldNode):
            yield one.name.value
        elif not isinstance(one, FragmentSpreadNode):
            yield from fields_of(one.selection_set, fragments, seen)  # type: ignore[attr-defined]
        elif one.name.value in fragments and one.name.value not in seen:
            seen.add(one.name.value)
            yield from fields_of(fragments[one.name.value].selection_set, fragments, seen)
