"""Completing values where the written source of a plan does not know better, just as graphql-core completes them.

What is here is called for what is rare, or for what a class alone does not tell: nulls, exceptions, awaitables,
subclasses of builtin types, custom scalars, unions and interfaces, and the first value of each class.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any

from graphql import GraphQLAbstractType, GraphQLError, GraphQLLeafType, GraphQLObjectType, Undefined, located_error
from graphql.execution.executor import Executor, default_type_resolver, invalid_return_type_error
from graphql.pyutils import is_iterable

from schema.execution.arguments import coerced
from schema.execution.info import resolve_info
from schema.execution.place import Finish, Slot, keys_of
from schema.execution.sketch import Recipe, recipe_of

if TYPE_CHECKING:
    from schema.execution.run import Run

PLAIN_MAX = 1_000

USUAL = frozenset(
    {object, str, int, float, bytes, tuple, list, dict, set, frozenset, Decimal, date, datetime, time, timedelta}
)
"""Classes whose instances have the attributes that their class and they themselves have, and no others."""

Body = Callable[..., Any]
"""`body(run, source, slot, told)`: the fields of an object; `told` when its type needs no more telling."""


def fail(run: Run, error: Exception, slot: Slot) -> None:
    """Record the error of a field that may be null; raise it, located, for whoever may be."""
    place = slot[3]
    keys = keys_of(slot)
    located = located_error(error, place.field.nodes, list(keys))
    if place.non_null:
        raise located
    run.add(located, keys)


def complete(run: Run, value: Any, slot: Slot) -> Any:
    """Complete what a resolver gave; an awaitable leaves a null that is filled later."""
    if run.is_awaitable(value):
        return run.pend(value, slot)
    return settle(run, value, slot)


def settle(run: Run, value: Any, slot: Slot) -> Any:
    """Complete what is there; by now it is not awaited again."""
    place = slot[3]
    if isinstance(value, Exception):
        raise value
    if value is None or value is Undefined:
        if place.non_null:
            field = place.field
            raise TypeError(f"Cannot return null for non-nullable field {field.parent_type}.{field.name}.")
        return None
    plain, cls = run.plan.plain, type(value)
    if cls not in plain and len(plain) < PLAIN_MAX and is_plain(cls):
        plain.add(cls)
    return place.finish(run, value, slot)


def is_plain(cls: type) -> bool:
    """Whether no instance of this class can be awaitable, an exception, or look like another class."""
    return (
        not issubclass(cls, BaseException | CoroutineType | GeneratorType)
        and not hasattr(cls, "__await__")
        and not hasattr(cls, "__getattr__")
        and getattr(cls.__getattribute__, "__objclass__", None) in USUAL
        and not any("__class__" in vars(base) for base in cls.__mro__[:-1])
    )


def leaf(type_: GraphQLLeafType) -> Finish:
    def finish(run: Run, value: Any, slot: Slot) -> Any:
        return Executor.complete_leaf_value(type_, value)

    return finish


def listed(items: Body, drawn: Callable[[Run, Recipe], Body | None]) -> Finish:
    """A list by a written body, which takes any iterable; by its rows, where it says how its items are made."""

    def finish(run: Run, value: Any, slot: Slot) -> Any:
        recipe = recipe_of(value)
        if recipe is not None and (body := drawn(run, recipe)) is not None:
            return body(run, value.rows, slot)
        field = slot[3].field
        if run.executor.is_async_iterable(value):
            return run.pend(iterated(run, value, slot), slot, there)
        if not is_iterable(value):
            name = f"{field.parent_type}.{field.name}"
            raise GraphQLError(f"Expected Iterable, but did not find one for field '{name}'.")
        return items(run, value, slot)

    async def iterated(run: Run, value: Any, slot: Slot) -> Any:
        completed: list[Any] = []
        iterator = value.__aiter__()
        try:
            async for item in iterator:
                items(run, (item,), slot, completed)
        except Exception:
            if close := getattr(iterator, "aclose", None):
                await close()
            raise
        return completed

    return finish


def stock(run: Run, source: Any, slot: Slot) -> Any:
    """What the resolver gives when it is called as graphql-core calls it."""
    field = slot[3].field
    resolve = field.definition.resolve or run.executor.field_resolver
    return resolve(source, resolve_info(run, slot), **coerced(run, field))


def there(run: Run, value: Any, slot: Slot) -> Any:
    """What was awaited is complete."""
    return value


def object_(plain: set[type], told: set[type], body: Body, drawn: Callable[[Run, Recipe], Body | None]) -> Finish:
    """An object, of whose class we learn that its type needs no more telling, where the class tells it.

    What `only` gives is read by its row.
    """

    def finish(run: Run, value: Any, slot: Slot) -> Any:
        recipe = recipe_of(value)
        if recipe is not None:
            found = drawn(run, recipe)
            return finish(run, value[0], slot) if found is None else found(run, value.rows[0], slot)
        completed = body(run, value, slot, False)
        if type(value) in plain:
            told.add(type(value))
        return completed

    return finish


def judge(type_: GraphQLObjectType, body: Body) -> Callable[[Run, Any, Any, Slot], Any]:
    """What follows when an `is_type_of` says anything but True."""

    def unsure(run: Run, verdict: Any, value: Any, slot: Slot) -> Any:
        def told(run: Run, verdict: Any, slot: Slot) -> Any:
            if not verdict:
                raise invalid_return_type_error(type_, value, slot[3].field.details)
            return body(run, value, slot, True)

        return run.pend(verdict, slot, told) if run.is_awaitable(verdict) else told(run, verdict, slot)

    return unsure


def abstract(type_: GraphQLAbstractType, body_of: Callable[[Run, GraphQLObjectType], Body]) -> Finish:
    """A union or an interface: its type is told as Strawberry tells it, for each value anew.

    The class alone does not tell it: `strawberry.cast` marks single objects, and `is_type_of` may look at anything.
    """
    resolve = type_.resolve_type or default_type_resolver
    bodies: dict[str, Body] = {}

    def finish(run: Run, value: Any, slot: Slot) -> Any:
        info = resolve_info(run, slot)
        name: Any = resolve(value, info, type_)

        def named(run: Run, name: Any, slot: Slot) -> Any:
            body = bodies.get(name) if isinstance(name, str) else None
            if body is None:
                details = slot[3].field.details
                found = run.executor.ensure_valid_runtime_type(name, type_, details, info, value)
                body = bodies[name] = body_of(run, found)
            return body(run, value, slot, False)

        return run.pend(name, slot, named) if run.is_awaitable(name) else named(run, name, slot)

    return finish
