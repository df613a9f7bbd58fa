"""What statements really touch: for lists that must cost the same after years of what is over."""

import json
from typing import Any

READ_MAX = 200
"""Rows that a page may touch, however many there are."""


class Explained:
    """Stands for the pool: runs each statement, and counts the rows that its plan touched."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.touched: list[tuple[float, str]] = []

    async def fetch(self, query: str, *arguments: object) -> Any:
        analysed = await self.connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *arguments)
        plan = json.loads(analysed)[0]["Plan"]
        self.touched.append((touched(plan), json.dumps(plan, indent=1)))
        return await self.connection.fetch(query, *arguments)

    def check(self, about: object, most: int = READ_MAX) -> None:
        for rows, plan in self.touched:
            assert rows <= most, f"{about} touched {rows} rows\n{plan}"
        assert self.touched
        self.touched.clear()


def touched(plan: dict[str, Any]) -> float:
    """Rows that were read from tables or indexes, those that a filter threw away included."""
    own = 0.0
    if "Relation Name" in plan or "Index Name" in plan:
        own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return own + sum(touched(child) for child in plan.get("Plans", ()))
