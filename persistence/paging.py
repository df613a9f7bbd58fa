"""Keyset pages over any SELECT: the row after a key is found through the index of the sort, never by counting rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, overload
from uuid import UUID

import asyncpg

from domain.drawn import Drawn, Recipe
from domain.page import CursorKey, Page, PageRequest
from domain.refusal import InvalidInput

T = TypeVar("T")

STATEMENTS_MAX = 500

TOTAL_MAX = 10_000
"""Totals are counted no further than this, so that a count costs the same however long a list grows."""


class Keys(Sequence[CursorKey]):
    """The key of each item or row, found when it is asked for: most pages need the last one alone."""

    __slots__ = ("_items", "_key")

    def __init__(self, items: Sequence[Any], key: Callable[[Any], CursorKey]) -> None:
        self._items = items
        self._key = key

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> CursorKey: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CursorKey]: ...
    def __getitem__(self, index: int | slice) -> CursorKey | Sequence[CursorKey]:
        return Keys(self._items[index], self._key) if isinstance(index, slice) else self._key(self._items[index])


@dataclass(frozen=True, slots=True)
class Sort:
    """Column expressions with their SQL types, the last one unique; all ascending or all descending, none null."""

    columns: tuple[tuple[str, str], ...]
    descending: bool = False


async def fetch_page(
    pool: Any,
    select: str,
    *,
    where: Sequence[str],
    values: Sequence[object],
    sort: Sort,
    page: PageRequest,
    item: Callable[[Any], T] | Recipe[T],
    key: Callable[[Any], CursorKey],
    counted_from: str | None = None,
) -> Page[T]:
    """One statement for the window, and one more, bounded, when a total was asked for.

    With a recipe in place of a function the items are made when somebody looks at them, and `key` is of a row.

    `where` are conditions with `{}` for each of their values, in order; `select` ends before its WHERE. A total needs
    no neighbours: `counted_from` is the FROM that is enough for the conditions.
    """
    total = None
    if page.with_total:
        conditions, arguments = number(where, values)
        total = await count(pool, counted_from or select, conditions, arguments)
    from_key = page.from_key
    query = statement(select, tuple(where), sort, page.size, page.backward, from_key is not None)
    rows = await ask(pool, page, query, *(values if from_key is None else (*values, *from_key)))
    return made(rows, page, item, key, total)


async def ask(pool: Any, page: PageRequest, query: str, *arguments: object) -> list[Any]:
    """The rows; a key that its columns can not even be compared with is of a cursor that was made up."""
    try:
        return await pool.fetch(query, *arguments)  # type: ignore[no-any-return]
    except (asyncpg.DataError, ValueError) as error:
        if page.from_key is None:
            raise
        argument = "before" if page.backward else "after"
        raise InvalidInput("This cursor is none of ours: send back one that you received.", path=(argument,)) from error


async def fetch_pages(
    pool: Any,
    select: str,
    *,
    parent: str,
    parents: Sequence[UUID],
    where: Sequence[str],
    values: Sequence[object],
    sort: Sort,
    page: PageRequest,
    item: Callable[[Any], T],
    key: Callable[[T], CursorKey],
) -> list[Page[T]]:
    """The same page of the list of each parent, all in one statement; `parent` is the column that names it."""
    conditions, arguments = number([f"{parent} = parents.id", *where], values, before=1)
    lists = "FROM unnest($1::uuid[]) WITH ORDINALITY AS parents (id, place) CROSS JOIN LATERAL"
    totals: dict[int, int] = {}
    if page.with_total:
        counting = f"SELECT parents.place, counted.total {lists} ({counted(select, conditions)}) AS counted (total)"
        totals = {row["place"]: row["total"] for row in await pool.fetch(counting, parents, *arguments)}
    query, arguments = window(select, conditions, arguments, sort, page, before=1)
    by_place: dict[int, list[Any]] = {}
    for row in await ask(pool, page, f"SELECT parents.place, item.* {lists} ({query}) AS item", parents, *arguments):
        by_place.setdefault(row["place"], []).append(row)
    places = range(1, len(parents) + 1)
    return [made(by_place.get(place, []), page, item, key, totals.get(place)) for place in places]


@lru_cache(maxsize=STATEMENTS_MAX)
def statement(select: str, where: tuple[str, ...], sort: Sort, size: int, backward: bool, goes_on: bool) -> str:
    """The window of a list; its text depends on what is asked for, never on the values."""
    conditions, _ = number(where, [None] * "".join(where).count("{}"))
    from_key = (None,) * len(sort.columns) if goes_on else None
    return window(select, conditions, [None] * "".join(where).count("{}"), sort, PageRequest(size, from_key, backward))[
        0
    ]


def window(
    select: str,
    conditions: Sequence[str],
    arguments: Sequence[object],
    sort: Sort,
    page: PageRequest,
    *,
    before: int = 0,
) -> tuple[str, list[object]]:
    """The statement for one window, with one row more than the page to see whether there is more."""
    descending = sort.descending == (not page.backward)
    if page.from_key is not None:
        slots = [f"${before + len(arguments) + i + 1}::{kind}" for i, (_, kind) in enumerate(sort.columns)]
        names = ", ".join(column for column, _ in sort.columns)
        conditions = [*conditions, f"({names}) {'<' if descending else '>'} ({', '.join(slots)})"]
        arguments = [*arguments, *page.from_key]
    direction = "DESC" if descending else "ASC"
    order = ", ".join(f"{column} {direction}" for column, _ in sort.columns)
    return f"{select} {where_clause(conditions)} ORDER BY {order} LIMIT {page.size + 1}", list(arguments)


def made(
    rows: Sequence[Any],
    page: PageRequest,
    item: Callable[[Any], T] | Recipe[T],
    key: Callable[[Any], CursorKey],
    total: int | None,
) -> Page[T]:
    """The page of the rows of its window."""
    forward = not page.backward
    more = len(rows) > page.size
    rows = rows[: page.size]
    if page.backward:
        rows = rows[::-1]
    items: Sequence[T]
    if isinstance(item, Recipe):
        items, keys = Drawn(rows, item), Keys(rows, key)
    else:
        items = [item(row) for row in rows]
        keys = Keys(items, key)
    return Page(
        items=items,
        keys=keys,
        has_next=more if forward else page.from_key is not None,
        has_previous=page.from_key is not None if forward else more,
        total=total,
    )


async def count(pool: Any, select: str, conditions: Sequence[str], arguments: Sequence[object]) -> int:
    return int(await pool.fetchval(counted(select, conditions), *arguments))


def counted(select: str, conditions: Sequence[str]) -> str:
    source = select[select.upper().index("FROM") :]
    return f"SELECT count(*) FROM (SELECT 1 {source} {where_clause(conditions)} LIMIT {TOTAL_MAX}) counted"


def number(where: Sequence[str], values: Sequence[object], *, before: int = 0) -> tuple[list[str], list[object]]:
    """Conditions with `{}` become conditions with $1, $2, …, or the numbers that follow those that came before."""
    text = "\n".join(where)
    assert text.count("{}") == len(values), "every {} has its value"
    numbered = text.format(*(f"${before + i + 1}" for i in range(len(values))))
    return numbered.split("\n") if where else [], list(values)


def where_clause(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""
