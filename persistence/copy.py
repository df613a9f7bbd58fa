"""Many rows at once by COPY, for whoever owns the tables: seeds and imports."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB

from persistence.collection import SqlCollection


async def copy_nouns(connection: Any, collection: type[SqlCollection[Any]], nouns: Iterable[Any]) -> None:
    """Entities of a collection, which must be new."""
    await copy_rows(connection, collection.table, [collection.mapping.to_row(noun) for noun in nouns])


async def copy_rows(connection: Any, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Rows by the names of their columns, the same in each; a JSONB column takes plain values or text that is JSON."""
    if rows:
        columns = list(rows[0])
        plain = {name: dumped if isinstance(table.columns[name].type, JSONB) else as_it_is for name in columns}
        readers = list(plain.items())
        records = ([read(row[name]) for name, read in readers] for row in rows)
        await connection.copy_records_to_table(table.name, records=records, columns=columns)


def as_it_is(value: object) -> object:
    return value


def dumped(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


SEARCH_INDEXES = """
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i WHERE i.indrelid = ANY($1::text[]::regclass[]) AND NOT i.indisunique ORDER BY i.indexrelid
"""


@asynccontextmanager
async def indexed_afterwards(connection: Any, *tables: Table) -> AsyncIterator[None]:
    """Make the indexes that searches use once all rows are there, which takes a tenth of keeping them meanwhile."""
    indexes = await connection.fetch(SEARCH_INDEXES, [table.name for table in tables])
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    yield
    for index in indexes:
        await connection.execute(index["definition"])
