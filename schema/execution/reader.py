"""How a field is read: by attribute, by calling its resolver directly, once for many parents, or just as stock does.

A resolver is called directly only where all that Strawberry would do around it is known and comes to nothing: no field
extension (permissions are one), no exception handler that its type admits, no resolver or `get_result` of another make.
Everything else is `Stock`, which calls what graphql-core would have called, with the same `info`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, isasyncgenfunction, iscoroutinefunction, signature
from typing import Any

import strawberry
from graphql import GraphQLField, GraphQLSchema
from graphql.type.introspection import TypeNameMetaFieldDef
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from schema.execution.batch import BatchResolver
from schema.execution.info import LazyInfo, info_class

MADE_BY_STRAWBERRY = GraphQLCoreConverter.from_resolver.__code__.co_filename
KEPT = "compiled-execution"
PARENT = "{source}"
RESOLVERS = ("_get_basic_result", "_resolver", "_async_resolver")


@dataclass(frozen=True, slots=True)
class TypeName:
    """`__typename`, known when the plan is made."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the parent."""

    name: str


@dataclass(frozen=True, slots=True)
class Direct:
    """A resolver that takes the parent, maybe `info`, and arguments."""

    call: Callable[..., Any]
    parameters: str
    """As source: of `{source}`, `info`, both or none, some of them by keyword."""
    given: dict[str, str]
    """The parameters that are filled in: with the parent or with info."""
    takes_info: bool
    is_async: bool
    field: StrawberryField
    info: type[LazyInfo]

    @property
    def info_name(self) -> str | None:
        """What the resolver calls its info."""
        return next((name for name, value in self.given.items() if value == "info"), None)

    def named(self, source: str) -> dict[str, str]:
        """The parameters that stand for the parent, for one that is called so."""
        return {name: source for name, value in self.given.items() if value == PARENT}

    def absent(self) -> dict[str, Any]:
        """What the resolver's arguments are when the operation does not give them."""
        parameters = signature(self.call).parameters
        return {name: one.default for name, one in parameters.items() if name not in self.given}


@dataclass(frozen=True, slots=True)
class Batch:
    """A resolver that takes all parents of a level."""

    resolver: BatchResolver
    field: StrawberryField
    info: type[LazyInfo]


@dataclass(frozen=True, slots=True)
class Stock:
    """The resolver of the GraphQL field, with a raw info and freshly coerced arguments."""


Reader = TypeName | Attribute | Direct | Batch | Stock


def strawberry_schema(schema: GraphQLSchema) -> strawberry.Schema | None:
    found = schema.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return found if isinstance(found, strawberry.Schema) else None


def reader_of(definition: GraphQLField, schema: strawberry.Schema | None) -> Reader:
    """The cheapest way to read this field that gives what stock execution gives; found once, and kept by the field."""
    if definition is TypeNameMetaFieldDef:
        return TypeName()
    kept: Reader | None = definition.extensions.get(KEPT)
    if kept is None:
        kept = definition.extensions[KEPT] = found(definition, schema)
    return kept


def found(definition: GraphQLField, schema: strawberry.Schema | None) -> Reader:
    field: Any = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if schema is None or not is_plain(field, definition, schema):
        return Stock()
    if field.base_resolver is None:
        is_attribute = field.default_resolver is getattr and field.python_name.isidentifier()
        return Attribute(field.python_name) if is_attribute else Stock()
    return called(field, field.base_resolver, schema)


def is_plain(field: Any, definition: GraphQLField, schema: strawberry.Schema) -> bool:
    """Whether nothing but a resolver stands between this field and its value."""
    code = getattr(definition.resolve, "__code__", None)
    return (
        isinstance(field, StrawberryField)
        and code is not None
        and code.co_filename == MADE_BY_STRAWBERRY
        and code.co_name in RESOLVERS
        and type(field).get_result is StrawberryField.get_result
        and not field.extensions
        and not field.is_subscription
        and not schema.schema_converter._get_field_exception_handlers(field)
    )


def called(field: StrawberryField, resolver: StrawberryResolver[Any], schema: strawberry.Schema) -> Reader:
    function, info = resolver.wrapped_func, info_class(schema.config.info_class)
    if info is None or not callable(function) or type(resolver).__call__ is not StrawberryResolver.__call__:
        return Stock()
    batch = getattr(function, "batch", None)
    if isinstance(batch, BatchResolver):
        return Batch(batch, field, info)
    is_async = iscoroutinefunction(function)
    # An asynchronous generator counts as async for Strawberry, which awaits it in its own way.
    if is_async != field.is_async or isasyncgenfunction(function):
        return Stock()
    given, parameters = reserved(resolver)
    return Direct(function, parameters, given, "info" in given.values(), is_async, field, info)


def reserved(resolver: StrawberryResolver[Any]) -> tuple[dict[str, str], str]:
    """The parameters that Strawberry fills in, and as source: by position as far as they come first."""
    given = {
        one.name: PARENT
        for one in (resolver.self_parameter, resolver.root_parameter, resolver.parent_parameter)
        if one is not None
    }
    if resolver.info_parameter is not None:
        given[resolver.info_parameter.name] = "info"
    written, leading = [], True
    for name, parameter in resolver.signature.parameters.items():
        leading = leading and name in given and parameter.kind is not Parameter.KEYWORD_ONLY
        if name in given:
            written.append(given[name] if leading else f"{name}={given[name]}")
    return given, ", ".join(written)
