"""Telling whether a value is of a type."""

from __future__ import annotations

import dis
from inspect import CO_VARARGS, CO_VARKEYWORDS, iscoroutinefunction
from types import FunctionType
from typing import Any

PREDICATE_PARAMETERS = 2


class InstanceOf:
    """An `is_type_of` that looks at nothing but the class, and says so: a plan asks it once for each class.

    ::

        @strawberry.type
        class Money:
            is_type_of = instance_of(domain.Money)
    """

    __slots__ = ("classes",)

    def __init__(self, classes: tuple[type, ...]) -> None:
        self.classes = classes

    def __call__(self, value: Any, info: Any) -> bool:
        return isinstance(value, self.classes)


def instance_of(*classes: type) -> Any:
    return InstanceOf(classes)


def by_class(is_type_of: Any) -> bool:
    """Whether the class of a plain value tells all; an abstract class may take more instances in meanwhile."""
    return isinstance(is_type_of, InstanceOf) and all(
        type(cls).__instancecheck__ is type.__instancecheck__ for cls in is_type_of.classes
    )


def ignores_info(is_type_of: Any) -> bool:
    """Whether a predicate of a value and an info never looks at the info, so that none need be made for it."""
    if isinstance(is_type_of, InstanceOf):
        return True
    if not isinstance(is_type_of, FunctionType) or iscoroutinefunction(is_type_of):
        return False
    code = is_type_of.__code__
    usual = code.co_argcount == PREDICATE_PARAMETERS and not code.co_flags & (CO_VARARGS | CO_VARKEYWORDS)
    if not usual or {"locals", "vars", "eval", "exec"} & set(code.co_names):
        return False
    return all(step.argval != code.co_varnames[1] for step in dis.get_instructions(code))
