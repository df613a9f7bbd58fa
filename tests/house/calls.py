"""What the functions of the domain may lead to, read from its source: who calls whom, by name."""

import ast
import importlib
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

Name = tuple[str, str]
"""A module and a function in it."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "domain").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    """The source of a module; many checks look at all of them."""
    return ast.parse(path.read_text())


def is_package(module: str) -> bool:
    return (ROOT / Path(*module.split(".")) / "__init__.py").exists()


def meanings(module: str, tree: ast.Module) -> dict[str, Any]:
    """What imported names stand for: a module by its name, or a function of one."""
    found: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                is_module = (ROOT / Path(*whole.split("."))).with_suffix(".py").exists() or is_package(whole)
                found[alias.asname or alias.name] = whole if is_module else (node.module, alias.name)
    return found


@cache
def graph() -> tuple[dict[Name, set[Name]], set[Name]]:
    """For each function those that it names, and those that post to the ledger themselves."""
    calls: dict[Name, set[Name]] = {}
    posting: set[Name] = set()
    for module, tree in sources():
        known = meanings(module, tree)
        for alias, meaning in known.items():
            if isinstance(meaning, tuple):
                # A package hands on what its modules define.
                calls.setdefault((module, alias), set()).add(meaning)
        for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]:
            here = calls.setdefault((module, function.name), set())
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    target = known.get(node.value.id)
                    if isinstance(target, str):
                        here.add((target, node.attr))
                elif isinstance(node, ast.Name):
                    target = known.get(node.id, (module, node.id))
                    if isinstance(target, tuple):
                        here.add(target)
                if is_posting(node):
                    posting.add((module, function.name))
    return calls, posting


def is_posting(node: ast.AST) -> bool:
    """`work.ledger.post(...)`"""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "post"
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "ledger"
    )


@cache
def money_movers() -> frozenset[Callable[..., Any]]:
    """The functions from which a posting can be reached."""
    calls, moving = graph()
    moving = set(moving)
    while more := {name for name, named in calls.items() if name not in moving and named & moving}:
        moving |= more
    return frozenset(
        found
        for module, function in moving
        if callable(found := getattr(importlib.import_module(module), function, None))
    )


def reachable(function: Callable[..., Any]) -> set[type]:
    """The classes that a function names, or that functions name which it names, and so on."""
    calls, _ = graph()
    seen: set[Name] = set()
    open_ = [(function.__module__, function.__name__)]
    while open_:
        name = open_.pop()
        if name not in seen:
            seen.add(name)
            open_ += calls.get(name, ())
    found = [getattr(sys.modules[module], name, None) for module, name in seen if module in sys.modules]
    return {each for each in found if isinstance(each, type)}
