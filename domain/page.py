"""Keyset pages: what was asked for, and one window of the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")

PAGE_SIZE_DEFAULT = 24
PAGE_SIZE_MAX = 100

CursorKey = tuple[str | int | datetime | UUID | None, ...]
"""The values of the sort columns of one row, the id last; what a cursor stands for."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`size` items after, or when `backward` before, the row with the key `from_key`;

    from the end of the list when it is None.
    """

    size: int = PAGE_SIZE_DEFAULT
    from_key: CursorKey | None = None
    backward: bool = False
    with_total: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One window of a list in its sort order, with the key of each item; `total` only when it was asked for."""

    items: Sequence[T]
    keys: Sequence[CursorKey]
    has_next: bool
    has_previous: bool
    total: int | None = None
