"""How many SQL statements an operation takes, on the read pool and on the connections that write."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from persistence.connection import Connection
from persistence.database import ReadPool


class Statements:
    """The statements of a `with counted()` block, in order."""

    def __init__(self) -> None:
        self.reads: list[str] = []
        self.writes: list[str] = []

    def __len__(self) -> int:
        return len(self.reads) + len(self.writes)


@contextmanager
def counted() -> Iterator[Statements]:
    """Count what the house asks the database; standings of viewers are read before, for they are kept a while."""
    seen = Statements()
    once = ReadPool._once

    async def counting(self: ReadPool, method: str, query: str, arguments: tuple[object, ...]) -> Any:
        seen.reads.append(query)
        return await once(self, method, query, arguments)

    execute = Connection.execute

    async def writing(self: Connection, statement: Any, values: Any = None) -> Any:
        seen.writes.append(str(statement))
        return await execute(self, statement, values)

    with patch.object(ReadPool, "_once", counting), patch.object(Connection, "execute", writing):
        yield seen
