"""Documents that were found valid once: who sends one again is spared its parsing and its validation."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType
from strawberry.extensions import SchemaExtension

from schema.limits import Price, Walk

OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
NAME_ONE = "Name one of the operations in `operationName`."

DOCUMENTS_MAX = 256
READY_MAX = 2_048
"""Reads with variables, such as the pages that are looked at most; each is a few kilobytes."""

BYTES_MAX = 4 * 1024 * 1024
"""Of text; a document in memory is some thirty times its text."""


class Operation:
    """What is known of an operation before it is asked for."""

    __slots__ = ("changes", "kind", "price", "reads")

    def __init__(self, kind: OperationType, price: Price | None) -> None:
        self.kind = kind.value
        self.price = price
        self.reads = kind is OperationType.QUERY
        self.changes = kind is OperationType.MUTATION


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A valid document, and its operations by their names, None for one without."""

    node: DocumentNode
    operations: dict[str | None, Operation]
    ready: set[Hashable] = field(default_factory=set)
    """By operation and variables, of which of its reads there is an executor to be run again."""

    def meant(self, operation_name: str | None) -> Operation | None:
        """The operation that is meant; None when it is not clear which one that is."""
        found = self.operations.get(operation_name)
        if found is None and operation_name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        return found

    def reads(self, operation_name: str | None) -> bool:
        """Whether the operation that is meant changes nothing."""
        meant = self.meant(operation_name)
        return meant is not None and meant.reads

    def changes(self, operation_name: str | None) -> bool:
        """Whether the operation that is meant may change something."""
        meant = self.meant(operation_name)
        if meant is None:
            return operation_name is None and any(one.changes for one in self.operations.values())
        return meant.changes


class Documents:
    """The documents that were used last, by their text."""

    def __init__(self, most: int = DOCUMENTS_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._most = most
        self._bytes_max = bytes_max
        self._bytes = 0
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._registered: dict[str, Document] = {}
        self._ready: OrderedDict[tuple[Document, Hashable], Any] = OrderedDict()
        self.dropped = 0
        """How many made room for others."""

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, text: str) -> Document | None:
        found = self._kept.get(text)
        if found is None:
            return self._registered.get(text)
        self._kept.move_to_end(text)
        return found

    def ready(self, document: Document, key: Hashable) -> Any:
        """What executes a read of a document with these variables, if it was made before."""
        found = self._ready.get((document, key))
        if found is not None:
            self._ready.move_to_end((document, key))
        return found

    def keep_ready(self, document: Document, key: Hashable, executor: Any) -> None:
        """Of all documents together the executors that were used last are kept."""
        while len(self._ready) >= READY_MAX:
            (other, old), _ = self._ready.popitem(last=False)
            other.ready.discard(old)
        self._ready[document, key] = executor
        document.ready.add(key)

    def forget(self, document: Document) -> None:
        """Drop what is ready of a document, for it is dropped itself."""
        for key in document.ready:
            self._ready.pop((document, key), None)

    def operations(self, text: str) -> list[str | None]:
        """The names of the operations of a document that is kept."""
        found = self.find(text)
        return [] if found is None else list(found.operations)

    def keep(self, text: str, node: DocumentNode, prices: dict[str | None, Price]) -> Document:
        document = Document(node, operations_of(node, prices))
        if text not in self._kept and text not in self._registered and len(text) <= self._bytes_max:
            self._kept[text] = document
            self._bytes += len(text)
        while len(self._kept) > self._most or self._bytes > self._bytes_max:
            dropped, old = self._kept.popitem(last=False)
            self._bytes -= len(dropped)
            self.dropped += 1
            self.forget(old)
        return document

    def register(self, text: str, node: DocumentNode, prices: dict[str | None, Price]) -> None:
        """Keep it for good: no flood of others drops what the house's own clients send."""
        if (old := self._kept.pop(text, None)) is not None:
            self._bytes -= len(text)
            self.forget(old)
        self._registered[text] = Document(node, operations_of(node, prices))


def operations_of(node: DocumentNode, prices: dict[str | None, Price]) -> dict[str | None, Operation]:
    """What is known of each operation of a document, by its name."""
    found = [one for one in node.definitions if isinstance(one, OperationDefinitionNode)]
    named = {None if one.name is None else one.name.value: one.operation for one in found}
    return {name: Operation(kind, prices.get(name)) for name, kind in named.items()}


class OneOperation(SchemaExtension):
    """Of several operations the request must name one; Strawberry would take the first."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if context.graphql_document is not None and not context._provided_operation_name:
            kinds = [definition.kind for definition in context.graphql_document.definitions]
            if kinds.count(OperationDefinitionNode.kind) > 1:
                raise GraphQLError(NAME_ONE, extensions={"code": OPERATION_RESOLUTION_FAILURE})
        yield


class Remember(SchemaExtension):
    """Keeps every document that is within the limits and passes validation among the schema's `documents`."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        schema: Any = context.schema
        node = context.graphql_document
        # Before validation, which takes longer the more there is.
        prices = {} if node is None else Walk(schema._schema, node, schema.limits).prices()
        yield
        if context.query and node is not None and not context.pre_execution_errors:
            schema.documents.keep(context.query, node, prices)
