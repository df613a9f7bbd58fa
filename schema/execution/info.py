"""The `info` of a resolver, of which nothing but the operation's context is made before it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.field import StrawberryField

from schema.execution.place import Slot, path_of

if TYPE_CHECKING:
    from schema.execution.run import Run


def resolve_info(run: Run, slot: Slot) -> GraphQLResolveInfo[Any]:
    """Just what stock execution gives to the resolver of this field."""
    field = slot[3].field
    return run.executor.build_resolve_info(field.definition, field.nodes, field.parent_type, path_of(slot))


class LazyInfo(strawberry.Info[Any, Any]):
    """A `strawberry.Info` that makes its raw info, and with it the path, when something but the context is read."""

    __slots__ = ("_field", "_run", "_slot", "context")

    def __init__(self, run: Run, slot: Slot, field: StrawberryField) -> None:
        self._run = run
        self._slot = slot
        self._field = field
        self.context = run.context  # type: ignore[misc]

    def __getattr__(self, name: str) -> Any:
        # Called for what is not there yet: the raw info is kept by being set.
        if name != "_raw_info":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        raw = self._raw_info = resolve_info(self._run, self._slot)
        return raw


def info_class(wanted: type[strawberry.Info[Any, Any]]) -> type[LazyInfo] | None:
    """A lazy class that is also the schema's own info class; None when that one is made in a way of its own."""
    if wanted is strawberry.Info:
        return LazyInfo
    own = {"__init__", "__new__", "__post_init__", "__getattr__", "__getattribute__", "context", "_raw_info"}
    for base in wanted.__mro__:
        if base is strawberry.Info:
            return type(f"Lazy{wanted.__name__}", (LazyInfo, wanted), {})
        if own & vars(base).keys():
            return None
    return None
