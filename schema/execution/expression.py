"""Resolvers that are one expression, maybe of a few values with names: a plan writes them out in place of a call.

::

    @strawberry.field(description="Whether the house itself sells it.")
    @expression
    def sold_by_house(root: Any) -> bool:
        return root.seller == HOUSE

The mark is a promise: what the expression names outside of itself (a global, a variable of an enclosing function) is
the same for ever, and of `info` it looks at the context alone. A call of another marked function is written out too.
What can not be written out is called as ever: where there is no source, nothing is lost but time.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from types import FunctionType, ModuleType
from typing import Any, TypeVar

from schema.execution.selection import Selection, selected

F = TypeVar("F", bound=Callable[..., Any])

MARK = "__expression__"
KEPT = "__expression_written__"
KEPT_MAX = 64
"""Ways of writing one expression that are kept: they differ by the arguments that are constants."""

PLAIN_NODES = (
    ast.Constant,
    ast.Call,
    ast.keyword,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Tuple,
    ast.List,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
    ast.expr_context,
)
"""What evaluates what is within it once and at once, and names nothing."""


class NotWritable(Exception):
    """A function whose body is more than one expression, or names what can not be named elsewhere."""


def expression(function: F) -> F:
    """Mark a function as one expression that a plan may write out."""
    setattr(function, MARK, True)
    return function


def is_expression(function: Any) -> bool:
    return isinstance(function, FunctionType) and getattr(function, MARK, False)


class Known:
    """An argument that is the same in every call."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Written:
    """Source with a slot for each parameter, and the constants that it names."""

    __slots__ = ("constants", "named", "parameters", "text")

    def __init__(self, named: list[str], text: str, constants: dict[str, Any], parameters: Iterable[str]) -> None:
        self.named = named
        self.text = text
        self.constants = constants
        together = "".join([*named, text])
        self.parameters = [name for name in parameters if slot_of(name) in together]

    def lines(self, target: str, given: Mapping[str, str]) -> list[str]:
        """Lines that set the target, for parameters that are called so; given is a name, or what costs no more."""
        found = [*self.named, f"{target} = {self.text}"]
        for parameter in self.parameters:
            found = [line.replace(slot_of(parameter), given[parameter]) for line in found]
        return found


def slot_of(parameter: str) -> str:
    return f"__given_{parameter}__"


LOCAL = "local_"

CONTEXT = "context"
"""What `info.context` is called where the expression is written out."""


def written(
    function: Any, info: str | None, known: Mapping[str, Any], look: Callable[[], Selection] | None = None
) -> Written:
    """The expression of a marked function with these of its parameters known; raises NotWritable.

    `info` is the parameter of which nothing but the context may be asked, and what is selected of the field, which
    `look` tells.
    """
    kept: dict[Any, Written] = function.__dict__.setdefault(KEPT, {})
    try:
        key = (info, *((name, type(value), value) for name, value in sorted(known.items())))
        found = kept.get(key)
    except TypeError:
        key, found = None, None
    if found is None:
        writer = Writer(function, info, {name: Known(value) for name, value in known.items()}, {}, look)
        names, value = body_of(function)
        try:
            named = []
            for name, one in names:
                named.append(f"{LOCAL}{name} = {writer.source(one)}")
                writer.locals.add(name)
            found = Written(named, writer.source(value), writer.constants, writer.parameters)
        except ValueError as error:
            raise NotWritable(f"{function.__qualname__} can not be said in source") from error
        if key is not None and not writer.looked and len(kept) < KEPT_MAX:
            kept[key] = found
    return found


def body_of(function: FunctionType) -> tuple[list[tuple[str, ast.expr]], ast.expr]:
    """The values that a function gives names to, and the one expression that it returns."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, SyntaxError, IndexError) as error:
        raise NotWritable(f"{function.__qualname__} has no source") from error
    statements = tree.body if isinstance(tree, ast.FunctionDef) else []
    if statements and isinstance(statements[0], ast.Expr) and isinstance(statements[0].value, ast.Constant):
        statements = statements[1:]
    named = []
    while statements:
        match statements.pop(0):
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                named.append((name, value))
            case ast.Return(value=ast.expr() as value) if not statements:
                return named, value
            case _:
                break
    raise NotWritable(f"{function.__qualname__} is not one expression")


class Writer(ast.NodeTransformer):
    """Rewrites the expression of one function: its parameters become what is given, all it names becomes constants."""

    def __init__(
        self,
        function: Any,
        info: str | None,
        given: Mapping[str, Known | ast.expr],
        constants: dict[str, Any],
        look: Callable[[], Selection] | None = None,
    ) -> None:
        if not isinstance(function, FunctionType):
            raise NotWritable(f"{function!r} is not a function")
        self.function = function
        self.info = info
        self.given = given
        self.constants = constants
        self.look = look
        self.looked = False
        self.locals: set[str] = set()
        code = function.__code__
        self.parameters = frozenset(inspect.signature(function).parameters)
        cells = zip(code.co_freevars, function.__closure__ or (), strict=True)
        self.enclosed = {name: cell.cell_contents for name, cell in cells}

    def source(self, value: ast.expr) -> str:
        return ast.unparse(ast.fix_missing_locations(self.visit(value)))

    def visit(self, node: ast.AST) -> Any:
        visitor = getattr(self, f"visit_{type(node).__name__}", None)
        if visitor is None and not isinstance(node, PLAIN_NODES):
            raise NotWritable(f"{self.function.__qualname__} has a {type(node).__name__}")
        return (visitor or self.generic_visit)(node)

    def constant(self, stem: str, value: Any) -> ast.expr:
        if value is None or type(value) in (bool, int, str):
            return ast.Constant(value)
        name = f"{stem}__{id(value):x}"
        self.constants[name] = value
        return ast.Name(name, ast.Load())

    def known(self, node: ast.expr) -> Known | None:
        if isinstance(node, ast.Constant):
            return Known(node.value)
        if isinstance(node, ast.Name) and node.id in self.constants:
            return Known(self.constants[node.id])
        return None

    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if name in self.locals:
            return ast.Name(LOCAL + name, ast.Load())
        if name in self.parameters:
            if name == self.info:
                raise NotWritable(f"{self.function.__qualname__} looks at more of info than its context")
            given = self.given.get(name)
            if isinstance(given, Known):
                return self.constant(name, given.value)
            return ast.Name(slot_of(name), ast.Load()) if given is None else deepcopy(given)
        for space in (self.enclosed, self.function.__globals__):
            if name in space:
                return self.constant(name, space[name])
        if hasattr(builtins, name):
            return self.constant(name, getattr(builtins, name))
        raise NotWritable(f"{self.function.__qualname__} names {name}, which is nowhere")

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id == self.info:
            if node.attr != CONTEXT:
                raise NotWritable(f"{self.function.__qualname__} looks at more of info than its context")
            return ast.Name(CONTEXT, ast.Load())
        return self.attribute(self.visit(node.value), node.attr)

    def attribute(self, value: ast.expr, name: str) -> ast.expr:
        """An attribute of something that was visited."""
        found = self.known(value)
        if found is not None and isinstance(found.value, ModuleType | Selection):
            return self.constant(name, getattr(found.value, name))
        return ast.Attribute(value, name, ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        ):
            raise NotWritable(f"{self.function.__qualname__} spreads arguments")
        if self.look is not None and self.looks(node):
            self.looked = True
            return self.constant("selection", self.look())
        self.generic_visit(node)
        return self.called(node)

    def called(self, node: ast.Call) -> ast.expr:
        """A call whose parts were visited."""
        called = self.known(node.func)
        if called is None:
            return node
        if called.value is getattr and len(node.args) == 2 and not node.keywords:
            name = self.known(node.args[1])
            if name is not None and isinstance(name.value, str) and name.value.isidentifier():
                return self.attribute(node.args[0], name.value)
        if is_expression(called.value):
            return self.within(called.value, node)
        return node

    def looks(self, node: ast.Call) -> bool:
        """Whether this is `selected(info)`."""
        match node:
            case ast.Call(func=ast.Name(), args=[ast.Name(id=self.info)]):
                called = self.known(self.visit(node.func))
                return called is not None and called.value is selected
        return False

    def within(self, function: FunctionType, node: ast.Call) -> ast.expr:
        """The call of another expression, written out where nothing is evaluated more than once by it."""
        named, value = body_of(function)
        if named:
            return node
        bound = inspect.signature(function).bind(*node.args, **{str(one.arg): one.value for one in node.keywords})
        given: dict[str, Known | ast.expr] = {}
        for name, parameter in inspect.signature(function).parameters.items():
            if name not in bound.arguments:
                given[name] = Known(parameter.default)
            elif not may_stand(bound.arguments[name], name, value):
                return node
            else:
                given[name] = bound.arguments[name]
        return Writer(function, None, given, self.constants).visit(value)  # type: ignore[no-any-return]

    # What is known is decided now.

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        test = self.visit(node.test)
        found = self.known(test)
        if found is not None:
            return self.visit(node.body if found.value else node.orelse)  # type: ignore[no-any-return]
        node.test, node.body, node.orelse = test, self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        left, right = self.known(node.left), self.known(node.comparators[0])
        if len(node.ops) == 1 and left is not None and right is not None:
            if isinstance(node.ops[0], ast.Is | ast.IsNot):
                return ast.Constant((left.value is right.value) == isinstance(node.ops[0], ast.Is))
            if isinstance(node.ops[0], ast.LtE) and {type(left.value), type(right.value)} == {frozenset}:
                return ast.Constant(left.value <= right.value)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Or):
            while len(node.values) > 1 and (first := self.known(node.values[0])) is not None and not first.value:
                node.values.pop(0)
            if len(node.values) == 1:
                return node.values[0]
        return node


def may_stand(argument: ast.expr, parameter: str, body: ast.expr) -> bool:
    """Whether an argument may stand in the place of a parameter: a name anywhere, an attribute where it is read once.

    Once is once where nothing decides whether it is read at all.
    """
    if isinstance(argument, ast.Name | ast.Constant):
        return True
    found = list(ast.walk(body))
    decides = any(isinstance(node, ast.IfExp | ast.BoolOp | ast.Compare) for node in found)
    read = sum(isinstance(node, ast.Name) and node.id == parameter for node in found)
    return isinstance(argument, ast.Attribute) and isinstance(argument.value, ast.Name) and read == 1 and not decides
