"""How often people decided as a grader had suggested, counted from the opinions."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from domain.grader import GraderRecord
from domain.piece import Grade

RECORDS = """
WITH judged AS (
    SELECT o.grader, a.category_id, array_position($3::text[], o.suggested_grade) - array_position($3::text[], o.grade)
        AS kinder
    FROM appraisal_opinion o JOIN appraisal a ON a.id = o.appraisal_id
    WHERE o.grader IS NOT NULL AND o.given_at >= $1 AND o.given_at < $2)
SELECT grader, category_id, count(*) AS suggested, count(*) FILTER (WHERE kinder = 0) AS agreed,
    count(*) FILTER (WHERE kinder > 0) AS better, count(*) FILTER (WHERE kinder < 0) AS worse,
    sum(abs(kinder)) AS steps_apart
FROM judged GROUP BY grader, category_id ORDER BY grader, suggested DESC, category_id
"""


class SqlGraderReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def records(self, since: date, until: date) -> Sequence[GraderRecord]:
        """By grader and category, for opinions that were given in a half-open period."""
        start, end = (datetime.combine(day, time(), UTC) for day in (since, until))
        rows = await self.pool.fetch(RECORDS, start, end, [str(grade) for grade in Grade])
        return [GraderRecord(**row) for row in rows]
