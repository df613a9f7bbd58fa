"""Who did what, when, and what staff tried without the right to: the events of the house, read by admins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.event import Event
from domain.page import Page, PageRequest
from domain.refusal import NotAllowed, Refusal
from domain.viewer import AccountId, Viewer

ACCESS_REFUSED = "access.refused"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One event as the audit shows it; `actor` is None for strangers and for the house itself."""

    id: int
    name: str
    action: str
    actor: AccountId | None
    subject_kind: str
    subject_id: UUID
    data: Mapping[str, object]
    at: datetime

    @property
    def refused(self) -> bool:
        return self.name == ACCESS_REFUSED


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries: all that match everything given; `since` counts, `until` does not."""

    actor: AccountId | None = None
    action: str | None = None
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    refused_only: bool = False


class AuditReader(Protocol):
    async def page(self, wanted: AuditFilter, page: PageRequest) -> Page[AuditEntry]: ...


def attempted(viewer: Viewer, refusal: Refusal) -> Event | None:
    """What the audit keeps of a refusal: that a member of staff, by name, lacked the right to do it."""
    if isinstance(refusal, NotAllowed) and viewer.is_staff and viewer.account_id is not None:
        return Event(ACCESS_REFUSED, "account", viewer.account_id, {"needs": refusal.needs})
    return None
