"""Passports are read from the events of pieces."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from domain.page import Page, PageRequest
from domain.passport import TOLD, PassportEntry, entry
from domain.viewer import Viewer
from persistence.paging import Sort, fetch_pages


class SqlPassportReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def pages(self, pieces: Sequence[UUID], viewer: Viewer, page: PageRequest) -> Sequence[Page[PassportEntry]]:
        """The passport of each piece, oldest first: what is public, or everything for staff."""
        return await fetch_pages(
            self.pool.about("event", pieces),
            "SELECT id, name, data, occurred_at FROM event",
            parent="piece_id",
            parents=pieces,
            where=["({}::bool OR name = ANY({}::text[]))"],
            values=[viewer.is_staff, list(TOLD)],
            sort=Sort(columns=(("id", "bigint"),)),
            page=page,
            item=lambda row: entry(row["id"], row["name"], orjson.loads(row["data"]), row["occurred_at"]),
            key=lambda one: (one.id,),
        )
