"""Relay connections by keyset cursor."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
import strawberry

from domain.page import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, CursorKey, Page, PageRequest
from domain.refusal import InvalidInput
from schema.execution import expression, selected
from schema.mutation import given
from schema.noun import noun

T = TypeVar("T")

First = Annotated[int | None, strawberry.argument(description="How many from the start, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]


class PageAt:
    """A page in its list; a cursor is made when it is asked for."""

    __slots__ = ("list_name", "page")

    def __init__(self, page: Page[Any], list_name: str) -> None:
        self.page = page
        self.list_name = list_name

    @property
    def has_next_page(self) -> bool:
        return self.page.has_next

    @property
    def has_previous_page(self) -> bool:
        return self.page.has_previous

    @property
    def start_cursor(self) -> str | None:
        return encode_cursor(self.list_name, self.page.keys[0]) if self.page.keys else None

    @property
    def end_cursor(self) -> str | None:
        return encode_cursor(self.list_name, self.page.keys[-1]) if self.page.keys else None


def encode_cursor(list_name: str, key: CursorKey) -> str:
    """Opaque to clients; names its list and sort, so that a cursor of one list is refused by another."""
    return base64.urlsafe_b64encode(orjson.dumps([list_name, *key], default=str)).decode().rstrip("=")


def decode_cursor(list_name: str, cursor: str, shape: CursorKey, argument: str) -> CursorKey:
    """The key within a cursor; `shape` has a value of the type of each part."""
    try:
        name, *key = orjson.loads(
            base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        )
        if name == list_name and len(key) == len(shape):
            return tuple(decode_part(part, sample) for part, sample in zip(key, shape, strict=True))
    except (ValueError, TypeError, binascii.Error):
        pass
    raise InvalidInput(
        "This cursor is not of this list and sort: send one back just as it was received.", path=(argument,)
    )


def decode_part(part: Any, sample: Any) -> Any:
    """A value of the sample's type; ValueError for anything that no cursor of ours says and no column holds."""
    if isinstance(sample, (datetime, UUID)) and isinstance(part, str):
        moment = isinstance(sample, datetime)
        value: Any = datetime.fromisoformat(part) if moment else UUID(part)
        if moment and value.tzinfo is None:
            raise ValueError("a moment without its offset")
        return value
    if type(part) is not type(sample):
        raise ValueError("a part of another type")
    if isinstance(part, int) and not -(2**63) <= part < 2**63:
        raise ValueError("beyond any column")
    if isinstance(part, str) and ("\0" in part or not part.isprintable()):
        raise ValueError("not a text of ours")
    return part


@noun(PageAt, description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first item; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last item; null on an empty page.")


@strawberry.type(description="One item of a list with its cursor.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The item itself.")
    cursor: str = strawberry.field(description="Where the item stands, for `after` and `before`.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    page: strawberry.Private[Page[Any]]
    list_name: strawberry.Private[str]

    @strawberry.field(description="The items with their cursors.")
    def edges(self) -> list[Edge[T]]:
        cursors = (encode_cursor(self.list_name, key) for key in self.page.keys)
        return [Edge(node=node, cursor=cursor) for node, cursor in zip(self.page.items, cursors, strict=True)]

    @strawberry.field(description="The items alone.")
    @expression
    def nodes(self) -> list[T]:
        return self.page.items  # type: ignore[return-value]

    @strawberry.field(graphql_type=PageInfo, description="Where this page stands.")
    def page_info(self) -> PageAt:
        return PageAt(self.page, self.list_name)

    @strawberry.field(description="How many items there are in all, counted to 10,000; null where it was not counted.")
    def total_count(self) -> int | None:
        return self.page.total


def page_request(
    list_name: str,
    shape: CursorKey,
    *,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    with_total: bool = False,
) -> PageRequest:
    """What Relay's four arguments ask for; refuses sizes beyond 1 to 100 and mixed directions."""
    first, after, last, before = given(first), given(after), given(last), given(before)
    if (first is not None or after is not None) and (last is not None or before is not None):
        raise InvalidInput("Page forward with first and after, or backward with last and before, not both.")
    backward = last is not None or before is not None
    size = (last if backward else first) or 0 if (first, last) != (None, None) else PAGE_SIZE_DEFAULT
    if not 1 <= size <= PAGE_SIZE_MAX:
        raise InvalidInput(f"A page has 1 to {PAGE_SIZE_MAX} items.", path=("last" if backward else "first",))
    cursor = before if backward else after
    key = None if cursor is None else decode_cursor(list_name, cursor, shape, "before" if backward else "after")
    return PageRequest(size=size, from_key=key, backward=backward, with_total=with_total)


def asks_total(info: Any) -> bool:
    """Whether the operation selects `totalCount` on this connection, for counting costs a statement."""
    return "totalCount" in selected(info)
