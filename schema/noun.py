"""Object types over domain objects: fields are read by attribute, nothing is copied."""

from collections.abc import Callable
from inspect import iscoroutine
from typing import Any, TypeVar, dataclass_transform

import strawberry

from schema.execution import expression, instance_of

T = TypeVar("T")


@dataclass_transform(kw_only_default=True)
def noun(source: type | tuple[type, ...], *, description: str) -> Callable[[type[T]], type[T]]:
    """Declare a GraphQL object type whose values are instances of the domain class `source`, or of one of several."""

    def declare(cls: type[T]) -> type[T]:
        classes = source if isinstance(source, tuple) else (source,)
        cls.is_type_of = instance_of(*classes)  # type: ignore[attr-defined]
        return strawberry.type(cls, description=description)

    return declare


def of_whole(
    whole: Callable[[Any, Any], Any], read: Callable[[Any, Any], Any], graphql_type: Any, *, description: str
) -> Any:
    """A field that `read(thing, info)` takes from all of a thing.

    `whole(context, source)` answers with it, or with a coroutine when the source is a card that does not have it.
    """

    async def later(found: Any, info: strawberry.Info) -> Any:
        return read(await found, info)

    def resolve(root: Any, info: strawberry.Info) -> Any:
        found = whole(info.context, root)
        return later(found, info) if iscoroutine(found) else read(found, info)

    return strawberry.field(resolver=resolve, graphql_type=graphql_type, description=description)


def attribute(name: str, graphql_type: Any, *, description: str) -> Any:
    """A field whose value is the source's attribute of another name than the field's."""

    @expression
    def read(root: Any) -> Any:
        return getattr(root, name)

    return strawberry.field(resolver=read, graphql_type=graphql_type, description=description)
