"""Objects that are known by how they are made: a plan takes a field out of the constructor call and makes no object.

A list may say how its items come about (`recipe_of`): an expression over the columns of a row. Within a plan such an
item is a *sketch*, the syntax tree of that expression. `sketch.price.minor` is then the argument that the call of the
price's class was given, a property is its body, and what is asked of a class is known. What can not be told without
the object makes the object.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from enum import Enum
from functools import cache
from inspect import getattr_static, signature
from types import FunctionType
from typing import Any, Protocol

from schema.execution.expression import Known, NotWritable, Writer, body_of, is_expression, may_stand
from schema.execution.info import LazyInfo
from schema.execution.selection import Selection

RECIPE = "__recipe__"
CHECKS = "__checks__"
"""The mark of a `__post_init__` that makes nothing and refuses nothing that a row could have."""


class Recipe(Protocol):
    """What a list says of its items; `written` may be written out as if it were marked with `expression`."""

    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def expression(self) -> str: ...
    @property
    def names(self) -> Mapping[str, Any]: ...
    @property
    def make(self) -> Callable[[Any], Any]: ...
    @property
    def written(self) -> frozenset[Any]: ...


def recipe_of(values: Any) -> Recipe | None:
    """How the items of a list are made of its `rows`, if it is of a class that says so."""
    return getattr(values, RECIPE) if hasattr(type(values), RECIPE) else None


def only(info: Any, items: Sequence[Any]) -> Any:
    """The one item of a list that has no more, or None, for a field of an object type; a plan makes no item of it."""
    if not items:
        return None
    return items if isinstance(info, LazyInfo) and recipe_of(items) is not None else items[0]


def columns_of(recipe: Recipe) -> list[str]:
    """What a plan calls the values of a row."""
    return [f"column_{number}" for number in range(len(recipe.columns))]


def nothing() -> None:
    """Names nothing."""


class Sketch:
    """An object, or null, as the expression that makes it; with the constants that the expression names."""

    __slots__ = ("constants", "node", "written")

    def __init__(self, node: ast.expr, constants: dict[str, Any], written: frozenset[Any]) -> None:
        self.node = node
        self.constants = constants
        self.written = written

    @classmethod
    def of(cls, recipe: Recipe) -> Sketch:
        """An item; whoever writes the plan gives its columns values by the names of `columns_of`."""
        constants: dict[str, Any] = {}
        # Its names are the recipe's.
        function = FunctionType(nothing.__code__, dict(recipe.names))
        columns = dict(zip(recipe.columns, columns_of(recipe), strict=True))
        sketcher = Sketcher(function, None, {}, constants, written=recipe.written, columns=columns)
        return cls(sketcher.visit(ast.parse(recipe.expression, mode="eval").body), constants, recipe.written)

    def same(self, node: ast.expr) -> Sketch:
        """Another one of the same constants."""
        return Sketch(node, self.constants, self.written)

    def attribute(self, name: str) -> Sketch:
        sketcher = Sketcher(nothing, None, {}, self.constants, written=self.written)
        return self.same(sketcher.attribute(deepcopy(self.node), name))

    def resolved(
        self,
        function: Any,
        info: str | None,
        parent: str | None,
        known: Mapping[str, Any],
        look: Callable[[], Selection],
    ) -> Sketch:
        """What an expression gives for this object; raises NotWritable."""
        names, value = body_of(function)
        if names:
            raise NotWritable(f"{function.__qualname__} gives names to values")
        given: dict[str, Known | ast.expr] = {name: Known(one) for name, one in known.items()}
        if parent is not None:
            given[parent] = self.node
        sketcher = Sketcher(function, info, given, self.constants, look, written=self.written)
        return self.same(sketcher.visit(deepcopy(value)))

    @property
    def source(self) -> str:
        return ast.unparse(ast.fix_missing_locations(deepcopy(self.node)))

    def served(self, enum: type, names: Mapping[str, str]) -> tuple[dict[Any, str | None], str] | None:
        """What members of an enum are called in the schema, and the source of the key by which one is looked up."""
        found = members(self.node, self.constants)
        if found is None or not all(one is None or type(one) is enum for one in found[0].values()):
            return None
        told = {key: None if one is None else names[one._name_] for key, one in found[0].items()}
        return told, self.same(found[1]).source

    @property
    def drawing(self) -> tuple[Recipe, str] | None:
        """How the items of a list are made, and the source of their rows, where a function gives it that tells both."""
        match self.node:
            case ast.Call(func=ast.Name(id=name)) as call if recipe_of(self.constants.get(name)) is not None:
                found = self.constants[name]
                rows = ast.Call(ast.Attribute(call.func, "rows", ast.Load()), call.args, call.keywords)
                return recipe_of(found), self.same(rows).source  # type: ignore[return-value]
        return None

    @property
    def null_if(self) -> str | None:
        """When it is null; None for an object that is never null."""
        test, _ = unless(self.node)
        return None if test is None else ast.unparse(ast.fix_missing_locations(deepcopy(test)))

    @property
    def object(self) -> Sketch:
        """The object, where it is not null."""
        return self.same(unless(self.node)[1])

    @property
    def made(self) -> type | None:
        """The class of the object, where the expression makes one."""
        found = made(unless(self.node)[1], self.constants)
        return None if found is None else found[0]

    def makes(self, cls: type | None) -> bool:
        """Whether an object of this class is made after all."""
        return any(
            found[0] is cls
            for node in ast.walk(self.node)
            if isinstance(node, ast.expr) and (found := made(node, self.constants)) is not None
        )


def unless(node: ast.expr) -> tuple[ast.expr | None, ast.expr]:
    """`None if test else value` as its two parts."""
    match node:
        case ast.IfExp(test=test, body=ast.Constant(value=None), orelse=value):
            return test, value
        case ast.IfExp(test=test, body=value, orelse=ast.Constant(value=None)):
            return ast.UnaryOp(ast.Not(), test), value
    return None, node


def made(node: ast.expr, constants: Mapping[str, Any]) -> tuple[type, dict[str, ast.expr]] | None:
    """The class whose constructor is called, and what its fields become."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
            cls: Any = constants.get(name)
            fields = fields_of(cls) if isinstance(cls, type) else None
            if fields is None or len(arguments) > len(fields):
                return None
            found = dict(zip(fields, arguments, strict=False)) | {str(one.arg): one.value for one in keywords}
            for field, default in fields.items():
                if field not in found:
                    if default is not None and type(default) not in (bool, int, str, tuple):
                        return None
                    found[field] = ast.Constant(default)
            return cls, found
    return None


def members(node: ast.expr, constants: Mapping[str, Any]) -> tuple[dict[Any, Any], ast.expr] | None:
    """Members of an enum, or None, in a dictionary, and the key by which one of them is looked up."""
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=key):
            found = constants.get(name)
            if isinstance(found, dict) and all(one is None or isinstance(one, Enum) for one in found.values()):
                return found, key
    return None


def members_by_value(node: ast.expr, constants: Mapping[str, Any]) -> ast.expr | None:
    """The key by which a member is looked up, where that is its value."""
    found = members(node, constants)
    if found is None or not all(one is not None and one._value_ == value for value, one in found[0].items()):
        return None
    return found[1]


@cache
def fields_of(cls: type) -> dict[str, Any] | None:
    """The fields of a class whose constructor does nothing but fill them, with their defaults; None for any other."""
    names: tuple[str, ...] | None = getattr(cls, "_fields", None)
    if issubclass(cls, tuple) and names is not None and "_fields" in vars(cls):
        return {name: getattr(cls, "_field_defaults", {}).get(name) for name in names}
    if not dataclasses.is_dataclass(cls) or cls.__new__ is not object.__new__:
        return None
    after = getattr(cls, "__post_init__", None)
    if after is not None and not getattr(after, CHECKS, False):
        return None
    params: Any = cls.__dataclass_params__  # type: ignore[attr-defined]
    fields = dataclasses.fields(cls)
    usual = (one.init and not one.kw_only and one.default_factory is dataclasses.MISSING for one in fields)
    if not (params.frozen and params.init and all(usual)):
        return None
    return {one.name: None if one.default is dataclasses.MISSING else one.default for one in fields}


class Sketcher(Writer):
    """A writer for which some values are constructor calls, whose parts are known without the call."""

    def __init__(
        self,
        function: Any,
        info: str | None,
        given: Mapping[str, Known | ast.expr],
        constants: dict[str, Any],
        look: Callable[[], Selection] | None = None,
        *,
        written: frozenset[Any] = frozenset(),
        columns: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(function, info, given, constants, look)
        self.written = written
        self.columns = columns or {}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.columns:
            return ast.Name(self.columns[node.id], ast.Load())
        return super().visit_Name(node)

    def attribute(self, value: ast.expr, name: str) -> ast.expr:
        """An attribute of something; of something that may be null it is only asked where it is not."""
        known = self.known(value)
        if known is not None and isinstance(known.value, Enum) and name in ("_value_", "_name_"):
            return self.constant(name, getattr(known.value, name))
        value = unless(value)[1]
        looked_up = members_by_value(value, self.constants) if name == "_value_" else None
        if looked_up is not None:
            return looked_up
        found = made(value, self.constants)
        if found is None:
            return super().attribute(value, name)
        cls, fields = found
        if name in fields:
            return deepcopy(fields[name])
        member = getattr_static(cls, name, None)
        if isinstance(member, property) and cls in self.written and isinstance(member.fget, FunctionType):
            return self.inlined(member.fget, [value]) or ast.Attribute(value, name, ast.Load())
        return ast.Attribute(value, name, ast.Load())

    def called(self, node: ast.Call) -> ast.expr:
        function = self.known(node.func)
        match node.func:
            case ast.Attribute(value=owner, attr=name) if (found := made(owner, self.constants)) is not None:
                method = getattr_static(found[0], name, None)
                if found[0] in self.written and isinstance(method, FunctionType):
                    return self.inlined(method, [owner, *node.args], node.keywords) or node
        if function is None:
            return node
        if function.value is type and len(node.args) == 1:
            found = made(node.args[0], self.constants)
            return node if found is None else self.constant(found[0].__name__, found[0])
        if isinstance(function.value, FunctionType) and (
            is_expression(function.value) or function.value in self.written
        ):
            return self.inlined(function.value, node.args, node.keywords) or node
        return super().called(node)

    def inlined(
        self, function: FunctionType, arguments: Sequence[ast.expr], keywords: Iterable[ast.keyword] = ()
    ) -> ast.expr | None:
        """The call of a function written out; None where that would evaluate something more often, or not at all."""
        wanted = signature(function)
        bound = wanted.bind(*arguments, **{str(one.arg): one.value for one in keywords}).arguments
        given: dict[str, Known | ast.expr] = {}
        try:
            names, value = body_of(function)
            for name, parameter in wanted.parameters.items():
                if name not in bound:
                    given[name] = Known(parameter.default)
                elif names or not (
                    self.is_cheap(bound[name])
                    or may_stand(bound[name], name, value)
                    or made(bound[name], self.constants) is not None
                ):
                    return None
                else:
                    given[name] = bound[name]
            sketcher = Sketcher(function, None, given, self.constants, written=self.written)
            found = sketcher.visit(deepcopy(value))
        except NotWritable:
            return None
        # Of an object that is made of what costs something the fields may be taken, each of them once.
        taken = {one for value in bound.values() for one in self.costly(value)}
        calls = self.costly(found)
        return found if all(calls.count(one) <= 1 for one in taken) else None

    def is_cheap(self, node: ast.expr) -> bool:
        """Whether it may be evaluated any number of times: nothing is called but what only makes a value."""
        return not self.costly(node)

    def costly(self, node: ast.expr) -> list[str]:
        """The calls of anything else."""
        calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
        return [ast.dump(one) for one in calls if made(one, self.constants) is None]

    # What is known is decided now.

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        found = super().visit_Compare(node)
        match found:
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]):
                test, value = unless(left)
                if made(value, self.constants) is None:
                    return found
                test = ast.Constant(False) if test is None else test
                return test if isinstance(op, ast.Is) else negated(test)
        return found

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        return negated(node.operand) if isinstance(node.op, ast.Not) else node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        found = super().visit_BoolOp(node)
        if not isinstance(found, ast.BoolOp):
            return found
        kept: list[ast.expr] = []
        for one in found.values:
            if not (kept and isinstance(one, ast.Name) and ast.dump(kept[-1]) == ast.dump(one)):
                kept.append(one)
        return kept[0] if len(kept) == 1 else ast.BoolOp(found.op, kept)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        found = super().visit_IfExp(node)
        if (
            isinstance(found, ast.IfExp)
            and self.is_cheap(found.test)
            and ast.dump(found.body) == ast.dump(found.orelse)
        ):
            return found.body
        return found

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        space, key = self.known(node.value), self.known(node.slice)
        if space is not None and isinstance(space.value, dict) and key is not None and key.value in space.value:
            return self.constant("found", space.value[key.value])
        return node


def negated(test: ast.expr) -> ast.expr:
    match test:
        case ast.Constant(value=value):
            return ast.Constant(not value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[ast.Is()], comparators=comparators):
            return ast.Compare(left, [ast.IsNot()], comparators)
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=comparators):
            return ast.Compare(left, [ast.Is()], comparators)
    return ast.UnaryOp(ast.Not(), test)
