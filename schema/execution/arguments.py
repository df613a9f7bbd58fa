"""Arguments of a field, converted once for all parents where nobody can tell the difference."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import strawberry
from graphql import ListValueNode, ObjectValueNode, Undefined, ValueNode, VariableNode, is_required_argument
from graphql.execution.values import get_argument_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UnsetType

from schema.execution.converter import arguments_converter
from schema.execution.info import LazyInfo
from schema.execution.place import Field, Place, Slot

if TYPE_CHECKING:
    from schema.execution.run import Run

T = TypeVar("T")

CONVERTER = "compiled-execution-arguments"

IMMUTABLE = frozenset({type(None), UnsetType, bool, int, float, str, bytes, Decimal, datetime, date, time, UUID})

CONSTANT = "__constant__"


def constant(cls: type[T]) -> type[T]:
    """Mark an input type of which no resolver changes an object, nor anything within it: executions may share them."""
    setattr(cls, CONSTANT, True)
    return cls


def coerced(run: Run, field: Field) -> dict[str, Any]:
    """The arguments as graphql-core hands them to a resolver, coerced anew."""
    executor, first = run.executor, field.details[0]
    if not field.definition.args and not first.node.arguments:
        return {}
    return get_argument_values(
        field.definition,
        first.node,
        executor.variable_values,
        first.fragment_variable_values,
        executor.hide_suggestions,
    )


def is_settled(value: Any) -> bool:
    """Whether nothing but plain containers can be changed of a value."""
    if type(value) is dict:
        return all(map(is_settled, value.values()))
    if type(value) is list:
        return all(map(is_settled, value))
    return type(value) in IMMUTABLE or isinstance(value, Enum)


def is_constant(value: Any) -> bool:
    """Whether nobody changes a value that a resolver was given."""
    return type(value) in IMMUTABLE or isinstance(value, Enum) or hasattr(value, CONSTANT)


def names_variable(value: ValueNode) -> bool:
    """Whether a value as it was written depends on a variable."""
    if isinstance(value, ListValueNode):
        return any(map(names_variable, value.values))
    if isinstance(value, ObjectValueNode):
        return any(names_variable(field.value) for field in value.fields)
    return isinstance(value, VariableNode)


class Arguments:
    """The arguments of one field as its resolver takes them, by python names.

    Values that cannot change are converted once per operation and shared by all parents, or once and for all where no
    variable is among them; a list or an input object is made anew for each, since a resolver may change what it was
    given, unless its type is marked as `constant`.
    """

    __slots__ = ("constant", "converter", "definition", "field", "has_variables", "info", "schema")

    def __init__(
        self, field: Field, definition: StrawberryField, info: type[LazyInfo], schema: strawberry.Schema
    ) -> None:
        self.field = field
        self.definition = definition
        self.info = info
        self.schema = schema
        kept = field.definition.extensions
        if CONVERTER not in kept:
            kept[CONVERTER] = arguments_converter(definition.arguments, schema)
        self.converter = kept[CONVERTER]
        self.constant: dict[str, Any] | None = None
        self.has_variables = any(names_variable(argument.value) for argument in field.details[0].node.arguments or ())

    def known(self, run: Run, absent: dict[str, Any]) -> dict[str, Any] | None:
        """The arguments, where they are the same in every execution; None where they are not, or do not fit."""
        if self.has_variables:
            return None
        try:
            found = self.of(
                run, (None, None, self.field.key, Place(self.field, self.field.definition.type, False, None))
            )
        except Exception:
            # Stock execution shall say how.
            return None
        return None if self.constant is None else {**absent, **found}

    def of(self, run: Run, slot: Slot) -> dict[str, Any]:
        kept = self.constant
        if kept is None:
            kept = run.arguments.get(self)
        if kept is None:
            kept = self.convert(run, slot)
            if all(map(is_constant, kept.values())):
                if self.has_variables:
                    run.arguments[self] = kept
                else:
                    self.constant = kept
        return kept

    def convert(self, run: Run, slot: Slot) -> dict[str, Any]:
        if self.converter is not None:
            given = run.coerced.get(self)
            if given is None:
                given = coerced(run, self.field)
                if is_settled(given):
                    # A converter makes what can be changed anew, so that the same values may be converted again.
                    run.coerced[self] = given
            return self.converter(given)  # type: ignore[no-any-return]
        given = coerced(run, self.field)
        return convert_arguments(
            given,
            self.definition.arguments,
            scalar_registry=self.schema.schema_converter.scalar_registry,
            config=self.schema.config,
            info=self.info(run, slot, self.definition),
        )

    @property
    def are_none(self) -> bool:
        """Whether the operation gives no argument and the field has no default, so that there is nothing to convert."""
        return not self.field.nodes[0].arguments and all(
            argument.default is None and argument.default_value is Undefined and not is_required_argument(argument)
            for argument in self.field.definition.args.values()
        )
