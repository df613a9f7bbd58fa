"""Events in the order of their commits, read by what a snapshot of PostgreSQL says was committed before it.

Ids and transaction numbers are given out before the commit, so whoever reads "all after the last one" misses what was
under way. A position is therefore a whole snapshot: the transactions that had ended when it was taken. An event is new
when its transaction was not among them, and is seen now; so it comes once, and a slow transaction holds up nobody.
"""

from typing import Any
from uuid import UUID

import asyncpg

from domain.change import Happening, News, Position
from domain.refusal import InvalidInput

POSITION_LENGTH_MAX = 256
"""A longer one, of many transactions under way at once, is cut to where all had ended: some events come twice then."""

SINCE = """
SELECT pg_current_snapshot()::text AS position,
    pg_snapshot_xmax($1::text::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) AS ahead, e.*
FROM (SELECT) one LEFT JOIN (
    SELECT name, subject_kind, subject_id, piece_id, account_id,
        data->>'orderId' AS order_id, data->>'consignmentId' AS consignment_id
    FROM event
    WHERE xid >= pg_snapshot_xmin($1::text::pg_snapshot)::text::bigint
        AND NOT pg_visible_in_snapshot(xid::text::xid8, $1::text::pg_snapshot)
    ORDER BY xid, id LIMIT $2
) e ON TRUE
"""


class SqlChangeReader:
    """On a pool of the database that is written to: a replica does not know which transactions are under way."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def position(self) -> Position:
        return position(await self.pool.fetchval("SELECT pg_current_snapshot()::text"))

    async def since(self, position_: Position, most: int) -> News:
        try:
            rows = await self.pool.fetch(SINCE, position_, most + 1)
        except (asyncpg.DataError, ValueError) as error:
            raise InvalidInput(
                "This cursor is none of ours: send back one that you received.", path=("after",)
            ) from error
        happenings = [happening(row) for row in rows[:most] if row["name"] is not None]
        return News(position(rows[0]["position"]), happenings, more=len(rows) > most or rows[0]["ahead"])


def position(snapshot: str) -> Position:
    """`xmin:xmax:those between that were under way`."""
    if len(snapshot) <= POSITION_LENGTH_MAX:
        return Position(snapshot)
    oldest, _, _ = snapshot.partition(":")
    return Position(f"{oldest}:{oldest}:")


def happening(row: Any) -> Happening:
    return Happening(
        row["name"],
        row["subject_kind"],
        row["subject_id"],
        row["piece_id"],
        row["account_id"],
        whole_of(row["order_id"]),
        whole_of(row["consignment_id"]),
    )


def whole_of(text: str | None) -> UUID | None:
    """An id in an event's data; one event that says it badly must not hold up all that follow."""
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None
