"""Everything that the house keeps, as one number per table: what a refusal must leave as it was."""

from __future__ import annotations

from app.house import House

LEAVES_A_TRACE = {
    # A refusal is kept for its key, and what staff tried without the right to for the audit.
    "idempotency_key": "FALSE",
    "event": "name <> 'access.refused'",
}


async def snapshot(house: House) -> dict[str, tuple[int, int]]:
    """How many rows each table has and what they hash to, in any order; one statement for all of them."""
    pool = house.readers.pool
    names = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    tables = [row["tablename"] for row in names if LEAVES_A_TRACE.get(row["tablename"]) != "FALSE"]
    parts = [
        f"SELECT '{table}' AS name, count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS hash"
        f' FROM "{table}" t WHERE {LEAVES_A_TRACE.get(table, "TRUE")}'
        for table in tables
    ]
    found = await pool.fetch(" UNION ALL ".join(parts))
    return {row["name"]: (row["rows"], int(row["hash"])) for row in found}


def changed(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> list[str]:
    """The tables that are not as they were."""
    return [name for name in after if before.get(name) != after[name]]
