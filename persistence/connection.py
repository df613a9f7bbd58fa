"""Statements as SQLAlchemy says them, carried by asyncpg: no session, no driver shim, no thread of its own between."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from time import perf_counter
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.sql.elements import ClauseElement, TextClause
from sqlalchemy.util import LRUCache

from persistence.freshness import Writes, tables_of
from persistence.timing import TOLD

COMPILED_MAX = 1_000

DIALECT = dialects.dialect(json_serializer=lambda value: orjson.dumps(value).decode())  # type: ignore[no-untyped-call]
COMPILED: LRUCache[Any, Any] = LRUCache(COMPILED_MAX)
"""Every statement of a shape is compiled once in the life of a process."""


class Rows:
    """What a statement answered: asyncpg's records, which are read by name and by place."""

    __slots__ = ("_records", "_status")

    def __init__(self, records: Sequence[Any], status: str = "") -> None:
        self._records = records
        self._status = status

    def __iter__(self) -> Iterator[Any]:
        return iter(self._records)

    def first(self) -> Any:
        """The first row, or None."""
        return self._records[0] if self._records else None

    def one(self) -> Any:
        """The only row."""
        (row,) = self._records
        return row

    def values(self) -> list[Any]:
        """The first value of each row."""
        return [record[0] for record in self._records]

    @property
    def count(self) -> int:
        """How many rows a statement without RETURNING changed."""
        return int(self._status.rpartition(" ")[2])


class NotCommitted(RuntimeError):
    """PostgreSQL answers a COMMIT of what failed before with ROLLBACK, and with no error."""


@asynccontextmanager
async def transaction(raw: Any, opening: str = "BEGIN") -> AsyncIterator["Connection"]:
    """One transaction; `opening` is the message that begins it. What raises inside undoes it."""
    try:
        began = perf_counter()
        await raw.execute(opening)
        # The opening message may hold values.
        TOLD.listener("BEGIN", began)
        yield Connection(raw)
        began = perf_counter()
        ended = await raw.execute("COMMIT")
        TOLD.listener("COMMIT", began)
        if ended != "COMMIT":
            raise NotCommitted(f"the transaction ended with {ended}: an error in it was passed over")
    except Exception:
        if not raw.is_closed() and raw.is_in_transaction():
            await raw.execute("ROLLBACK")
        raise


class Connection:
    """One connection inside one transaction; who lends it begins and ends that."""

    __slots__ = ("raw", "writes")

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.writes = Writes()

    async def execute(
        self,
        statement: Any,
        values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        *,
        rows: Mapping[str, Iterable[UUID | None]] | None = None,
    ) -> Rows:
        """Run one statement, or one for each of a list of values.

        `rows` says what it writes, by table, where that is known; anything in the tables that it names, otherwise.
        """
        if isinstance(values, Sequence):
            for one in values:
                await self.execute(statement, one, rows=rows)
            return Rows(())
        text, arguments, answers, writes = spell(statement, values or {})
        if rows is not None:
            for table, ids in rows.items():
                self.writes.rows(table, *ids)
        else:
            for table in writes:
                self.writes.table(table)
        began = perf_counter()
        try:
            if answers:
                return Rows(await self.raw.fetch(text, *arguments))
            return Rows((), await self.raw.execute(text, *arguments))
        finally:
            TOLD.listener(text, began)

    async def scalar(self, statement: Any, values: Mapping[str, Any] | None = None) -> Any:
        """The first value of the first row, or None."""
        row = (await self.execute(statement, values)).first()
        return None if row is None else row[0]


def spell(statement: ClauseElement, values: Mapping[str, Any]) -> tuple[str, list[Any], bool, frozenset[str]]:
    """The text with $1, $2, …, its arguments, whether it answers with rows, and the tables that it may write."""
    if isinstance(statement, TextClause):
        text, places, writes = spelled(statement)
        return text, [values[name] for name in places], True, writes
    # The seam that SQLAlchemy's own connections use: from a statement's shape to its text, once.
    made, extracted, collected, _ = statement._compile_w_cache(
        DIALECT, compiled_cache=COMPILED, column_keys=sorted(values)
    )
    compiled: Any = made
    given = compiled.construct_params(values, extracted_parameters=extracted, _collected_params=collected)
    text, places, processors = compiled.string, compiled.positiontup, compiled._bind_processors
    if compiled.post_compile_params:
        expanded = compiled._process_parameters_for_postcompile(given)
        text, places = expanded.statement, expanded.positiontup
        given, processors = {**given, **expanded.additional_parameters}, {**processors, **expanded.processors}
    arguments = [processors[name](given[name]) if name in processors else given[name] for name in places]
    changes = compiled.isinsert or compiled.isupdate or compiled.isdelete
    if changes:
        return text, arguments, bool(compiled.effective_returning), frozenset({compiled.compile_state.dml_table.name})
    return text, arguments, True, frozenset()


@lru_cache(maxsize=COMPILED_MAX)
def spelled(statement: TextClause) -> tuple[str, tuple[str, ...], frozenset[str]]:
    """The text of a statement by hand, the names of its arguments in their order, and what it may write.

    It is taken to write whatever it names.
    """
    compiled: Any = statement.compile(dialect=DIALECT)
    return compiled.string, tuple(compiled.positiontup), tables_of(compiled.string)
