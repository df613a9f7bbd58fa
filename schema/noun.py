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
    """A field that `read(whole, context)` takes from all of a thing.

    That is `at_hand(source)`, or `await loaded(context, source)` for a card that does not have it; `at_hand` and `read`
    are expressions.
    """

    async def later(root: Any, context: Any) -> Any:
        return read(await loaded(context, root), context)

    @expression
    def resolve(root: Any, info: strawberry.Info) -> Any:
        return later(root, info.context) if at_hand(root) is None else read(at_hand(root), info.context)

    return strawberry.field(resolver=resolve, graphql_type=graphql_type, description=description)


def of(name: str) -> Callable[[Any, Any], Any]:
    """What `of_whole` reads, where that is an attribute."""

    @expression
    def read(whole: Any, context: Any) -> Any:
        return getattr(whole, name)

    return read


def text_of(name: str) -> Callable[[Any, Any], str | None]:
    """The same for a text, or None, in the caller's language."""

    @expression
    def read(whole: Any, context: Any) -> str | None:
        return None if getattr(whole, name) is None else getattr(whole, name).read(context.viewer.locale)

    return read


def attribute(name: str, graphql_type: Any, *, description: str) -> Any:
    """A field whose value is the source's attribute of another name than the field's."""

    @expression
    def read(root: Any) -> Any:
        return getattr(root, name)

    return strawberry.field(resolver=read, graphql_type=graphql_type, description=description)
