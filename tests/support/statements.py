"""How many SQL statements an operation takes, on the read pool and on the engine that writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from app.house import House
from persistence.engine import ReadPool


class Statements:
    """The statements of a `with counted(house)` block, in order."""

    def __init__(self) -> None:
        self.reads: list[str] = []
        self.writes: list[str] = []

    def __len__(self) -> int:
        return len(self.reads) + len(self.writes)


@contextmanager
def counted(house: House) -> Iterator[Statements]:
    """Count what the house asks the database; standings of viewers are read before, for they are kept a while."""
    seen = Statements()
    once = ReadPool._once

    async def counting(self: ReadPool, method: str, query: str, arguments: tuple[object, ...]) -> Any:
        seen.reads.append(query)
        return await once(self, method, query, arguments)

    def written(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.writes.append(statement)

    engine = house.transactor.engine.sync_engine
    event.listen(engine, "before_cursor_execute", written)
    try:
        with patch.object(ReadPool, "_once", counting):
            yield seen
    finally:
        event.remove(engine, "before_cursor_execute", written)
