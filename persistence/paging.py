"""Keyset pages over any SELECT: the row after a key is found through the index of the sort, never by counting rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.page import CursorKey, Page, PageRequest

T = TypeVar("T")

TOTAL_MAX = 10_000
"""Totals are counted no further than this, so that a count costs the same however long a list grows."""


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
    item: Callable[[Any], T],
    key: Callable[[T], CursorKey],
) -> Page[T]:
    """One statement for the window, and one more, bounded, when a total was asked for.

    `where` are conditions with `{}` for each of their values, in order; `select` ends before its WHERE.
    """
    conditions, arguments = number(where, values)
    total = await count(pool, select, conditions, arguments) if page.with_total else None
    forward = not page.backward
    descending = sort.descending == forward
    if page.from_key is not None:
        slots = [f"${len(arguments) + i + 1}::{kind}" for i, (_, kind) in enumerate(sort.columns)]
        names = ", ".join(column for column, _ in sort.columns)
        conditions = [*conditions, f"({names}) {'<' if descending else '>'} ({', '.join(slots)})"]
        arguments = [*arguments, *page.from_key]
    direction = "DESC" if descending else "ASC"
    order = ", ".join(f"{column} {direction}" for column, _ in sort.columns)
    query = f"{select} {where_clause(conditions)} ORDER BY {order} LIMIT {page.size + 1}"
    rows = await pool.fetch(query, *arguments)
    items = [item(row) for row in rows[: page.size]]
    more = len(rows) > page.size
    if page.backward:
        items.reverse()
    return Page(
        items=items,
        keys=[key(one) for one in items],
        has_next=more if forward else page.from_key is not None,
        has_previous=page.from_key is not None if forward else more,
        total=total,
    )


async def count(pool: Any, select: str, conditions: Sequence[str], arguments: Sequence[object]) -> int:
    source = select[select.upper().index("FROM") :]
    query = f"SELECT count(*) FROM (SELECT 1 {source} {where_clause(conditions)} LIMIT {TOTAL_MAX}) counted"
    return int(await pool.fetchval(query, *arguments))


def number(where: Sequence[str], values: Sequence[object]) -> tuple[list[str], list[object]]:
    """Conditions with `{}` become conditions with $1, $2, …"""
    text = "\n".join(where)
    assert text.count("{}") == len(values), "every {} has its value"
    numbered = text.format(*(f"${i + 1}" for i in range(len(values))))
    return numbered.split("\n") if where else [], list(values)


def where_clause(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""
