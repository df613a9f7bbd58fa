"""The audit: events, newest first."""

from typing import Any

import orjson

from domain.audit import ACCESS_REFUSED, AuditEntry, AuditFilter
from domain.page import Page, PageRequest
from domain.viewer import AccountId
from persistence.paging import Sort, fetch_page

ENTRIES = """
SELECT e.id, e.name, e.action, e.actor_id, e.subject_kind, e.subject_id, e.data, e.occurred_at FROM event e
"""
NEWEST = Sort(columns=(("e.id", "bigint"),), descending=True)


class SqlAuditReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def page(self, wanted: AuditFilter, page: PageRequest) -> Page[AuditEntry]:
        conditions = {
            "e.actor_id = {}": wanted.actor,
            "e.action = {}": wanted.action,
            "e.subject_id = {}": wanted.subject_id,
            "e.occurred_at >= {}": wanted.since,
            "e.occurred_at < {}": wanted.until,
            "e.name = {}": ACCESS_REFUSED if wanted.refused_only else None,
        }
        given = {condition: value for condition, value in conditions.items() if value is not None}
        return await fetch_page(
            self.pool,
            ENTRIES,
            where=list(given),
            values=list(given.values()),
            sort=NEWEST,
            page=page,
            item=entry,
            key=lambda found: (found.id,),
        )


def entry(row: Any) -> AuditEntry:
    return AuditEntry(
        id=row["id"],
        name=row["name"],
        action=row["action"],
        actor=AccountId(row["actor_id"]) if row["actor_id"] is not None else None,
        subject_kind=row["subject_kind"],
        subject_id=row["subject_id"],
        data=orjson.loads(row["data"]),
        at=row["occurred_at"],
    )
