"""Grading standards in PostgreSQL: the app may add versions, and nobody may change one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.grading import GradingStandard
from persistence.collection import SqlCollection
from persistence.table import document, key, moment


class GradingStandardRow(SQLModel, table=True):
    __tablename__ = "grading_standard"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("jsonb_array_length(criteria) > 0", name="criteria"),
        CheckConstraint("jsonb_array_length(bands) > 0", name="bands"),
        UniqueConstraint("category_id", "version"),
        UniqueConstraint("id", "version"),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key(primary=True)
    category_id: UUID = key("category.id")
    version: int
    title: dict[str, Any] = document()
    criteria: list[Any] = document()
    checklist: list[Any] = document()
    marks: list[Any] = document()
    measurements: list[Any] = document()
    bands: list[Any] = document()
    published_by: UUID | None = key("account.id", nullable=True)
    published_at: datetime = moment()


class SqlGradingStandards(SqlCollection[GradingStandard]):
    noun = GradingStandard
    row = GradingStandardRow
    kind = "GradingStandard"

    _CURRENT = sql(
        """
        SELECT g.* FROM unnest(CAST(:categories AS uuid[])) WITH ORDINALITY AS wanted (id, place)
        JOIN grading_standard g ON g.category_id = wanted.id ORDER BY wanted.place, g.version DESC LIMIT 1
        """
    )
    _NEXT = sql("SELECT coalesce(max(version), 0) + 1 FROM grading_standard WHERE category_id = :category")
    _QUEUE = sql("SELECT pg_advisory_xact_lock(hashtextextended('grading_standard/' || :category, 7))")

    async def current(self, category_ids: Sequence[UUID]) -> GradingStandard | None:
        row = (await self.connection.execute(self._CURRENT, {"categories": list(category_ids)})).first()
        return None if row is None else self.mapping.to_noun(row)

    async def next_version(self, category_id: UUID) -> int:
        # The next version is a row that is not there yet, so publishers of a category queue on its name.
        await self.connection.execute(self._QUEUE, {"category": str(category_id)})
        return int(await self.connection.scalar(self._NEXT, {"category": category_id}))


class SqlGradingReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[GradingStandard | None]:
        return await SqlGradingStandards.read(self.pool, ids)

    async def of_category(self, category_id: UUID, version: int | None) -> GradingStandard | None:
        """This version, the latest when none is named; not that of a category around it."""
        row = await self.pool.fetchrow(
            "SELECT * FROM grading_standard WHERE category_id = $1 AND ($2::int IS NULL OR version = $2)"
            " ORDER BY version DESC LIMIT 1",
            category_id,
            version,
        )
        return None if row is None else SqlGradingStandards.mapping.to_noun(row)

    async def in_force(self, category_path: Sequence[UUID]) -> GradingStandard | None:
        """The latest of the category or of the nearest one around it; the path leads from the root."""
        row = await self.pool.fetchrow(
            "SELECT g.* FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place)"
            " JOIN grading_standard g ON g.category_id = wanted.id ORDER BY wanted.place DESC, g.version DESC LIMIT 1",
            category_path,
        )
        return None if row is None else SqlGradingStandards.mapping.to_noun(row)
