"""Object types over domain objects: fields are read by attribute, nothing is copied."""

from collections.abc import Awaitable, Callable
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
    at_hand: Callable[[Any], Any],
    loaded: Callable[[Any, Any], Awaitable[Any]],
    read: Callable[[Any, Any], Any],
    graphql_type: Any,
    *,
    description: str,
) -> Any:
    """A field that `read(whole, info)` takes from all of a thing.

    That is `at_hand(source)`, or `await loaded(context, source)` for a card that does not have it.
    """

    async def later(root: Any, info: strawberry.Info) -> Any:
        return read(await loaded(info.context, root), info)

    def resolve(root: Any, info: strawberry.Info) -> Any:
        found = at_hand(root)
        return later(root, info) if found is None else read(found, info)

    return strawberry.field(resolver=resolve, graphql_type=graphql_type, description=description)


def attribute(name: str, graphql_type: Any, *, description: str) -> Any:
    """A field whose value is the source's attribute of another name than the field's."""

    @expression
    def read(root: Any) -> Any:
        return getattr(root, name)

    return strawberry.field(resolver=read, graphql_type=graphql_type, description=description)
