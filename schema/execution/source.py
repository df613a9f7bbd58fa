"""The Python source of a plan: one function per object and one per list, each field a few lines of it.

What is written does the common case inline: it reads, and checks by the exact class that nothing is left to be done.
Everything else it hands to `complete`. Names of the schema never become source except as string literals and as
attributes that are identifiers; everything else is a constant in the namespace of the functions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from contextlib import suppress
from enum import Flag
from functools import partial
from keyword import iskeyword
from math import inf
from types import FunctionType
from typing import Any, cast

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from graphql.execution.executor import Executor
from graphql.type.scalars import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    serialize_boolean,
    serialize_float,
    serialize_id,
    serialize_int,
    serialize_string,
)
from strawberry.schema.schema_converter import CustomGraphQLEnumType

from schema.execution.complete import complete, fail, stock
from schema.execution.expression import NotWritable, body_of, is_expression, written
from schema.execution.info import resolve_info

EXACT: dict[GraphQLLeafType, tuple[Callable[[Any], Any], str]] = {
    GraphQLString: (serialize_string, "value.__class__ is str"),
    GraphQLID: (serialize_id, "value.__class__ is str"),
    GraphQLBoolean: (serialize_boolean, "value.__class__ is bool"),
    GraphQLInt: (serialize_int, f"value.__class__ is int and {GRAPHQL_MIN_INT} <= value <= {GRAPHQL_MAX_INT}"),
    GraphQLFloat: (serialize_float, "value.__class__ is float and -inf < value < inf"),
}
"""By which class, and within which bounds, a value is its own serialized form."""

INDENT = "    "


class Source:
    """Functions that are being written, and the constants that they name."""

    def __init__(self, plain: set[type]) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {
            "complete": complete,
            "fail": fail,
            "stock": stock,
            "resolve_info": resolve_info,
            "Undefined": Undefined,
            "new": object.__new__,
            "inf": inf,
            "plain": plain,
            "lists": frozenset({list, tuple}),
        }

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def name(self, stem: str, value: Any) -> str:
        """A name in the namespace for a constant, or for a function that will be defined."""
        name = f"{re.sub('[^a-zA-Z0-9_]', '_', stem)}_{len(self.names)}"
        self.names[name] = value
        return name

    def write(self, depth: int, *lines: str) -> None:
        self.lines.extend(f"{INDENT * depth}{line}" for line in lines)

    def compiled(self, name: str) -> dict[str, Any]:
        """The namespace with all functions in it."""
        exec(compile(self.text, f"<plan of {name}>", "exec"), self.names)
        return self.names

    # What a field is made of

    def serialized(self, serialize: Callable[[Any], Any]) -> list[str]:
        """Lines that make a `leaf` of a `value`: by a call, or by the expression of one that is marked."""
        if serialize is str:
            return ["leaf = value if value.__class__ is str else str(value)"]
        if is_expression(serialize):
            with suppress(NotWritable):
                expression = written(serialize, None, {})
                self.names.update(expression.constants)
                return expression.lines("leaf", dict.fromkeys(expression.parameters, "value"))
        return [f"leaf = {self.name('serialize', serialize)}(value)"]

    def either(self, test: str, then: list[str], slot: str, nullable: bool) -> list[str]:
        """`then` for what passes the test, and for everything else the long way; a null may pass too."""
        otherwise = "elif value is not None:" if nullable else "else:"
        return [f"if {test}:", *(INDENT + line for line in then), otherwise, f"{INDENT}value = {completed(slot)}"]

    def leaf(self, type_: GraphQLLeafType, slot: str, nullable: bool) -> list[str]:
        """Lines that complete a `value` of a scalar or an enum."""
        usual, test = EXACT.get(type_, (None, ""))
        if test and type_.coerce_output_value is usual:
            unless = f"value is not None and not ({test})" if nullable else f"not ({test})"
            return [f"if {unless}:", f"{INDENT}value = {completed(slot)}"]
        if members := member_names(type_):
            enum, names = self.name("enum", type_.wrapped_cls), self.name("names", members)  # type: ignore[union-attr]
            return self.either(f"value.__class__ is {enum}", [f"value = {names}[value._name_]"], slot, nullable)
        refuse_null = self.name("refuse_null", partial(Executor.complete_leaf_value, type_))
        lines = [
            *self.serialized(type_.coerce_output_value),
            f"value = {refuse_null}(value) if leaf is None or leaf is Undefined else leaf",
        ]
        lines = self.either("value.__class__ in plain", lines, slot, nullable)
        if not passes_texts(type_.coerce_output_value):
            return lines
        return ["if value.__class__ is not str:", *indented(lines)]


def passes_texts(serialize: Callable[[Any], Any]) -> bool:
    """Whether a text is its own serialized form, as an expression says that begins `value if type(value) is str`."""
    if serialize is str:
        return True
    if is_expression(serialize):
        with suppress(NotWritable):
            match body_of(cast(FunctionType, serialize)):
                case [], ast.IfExp(test=test, body=ast.Name(id=name)):
                    return ast.unparse(test) == f"type({name}) is str" and serialize.__code__.co_varnames[0] == name
    return False


def completed(slot: str) -> str:
    return f"complete(run, value, {slot})"


def indented(lines: list[str]) -> list[str]:
    return [INDENT + line for line in lines]


def attempt(slot: str, lines: list[str]) -> list[str]:
    """Lines that set `value`, whose failure is that of the slot."""
    return ["try:", *indented(lines), "except Exception as error:", f"{INDENT}value = fail(run, error, {slot})"]


def attribute(source: str, name: str) -> str:
    return f"getattr({source}, {name!r})" if iskeyword(name) else f"{source}.{name}"


def member_names(type_: GraphQLLeafType) -> dict[str, str]:
    """What each member of an enum is called in the schema, by its Python name; empty when that can not be said."""
    if type(type_) is not CustomGraphQLEnumType or issubclass(type_.wrapped_cls, Flag):
        return {}
    members: Any = type_.wrapped_cls
    try:
        return {member.name: type_.coerce_output_value(member) for member in members}
    except Exception:
        return {}
