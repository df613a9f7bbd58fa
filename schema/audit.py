"""The audit."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from domain import audit
from domain.refusal import InvalidInput
from resolvers import audit as resolve
from schema.account import Account
from schema.ids import decode_id, encode_id, id_of
from schema.mutation import Info, given
from schema.noun import attribute, noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request

AUDIT = "auditLog"


@noun(audit.AuditEntry, description="What somebody did, or tried without the right to. Seen by admins.")
class AuditEntry:
    name: str = strawberry.field(description="What happened, in the past tense; `access.refused` for an attempt.")
    action: str = strawberry.field(description="The mutation or job that did it.")
    refused: bool = strawberry.field(description="Whether it was only tried.")
    occurred_at: datetime = attribute("at", datetime, description="When it happened.")

    @strawberry.field(
        graphql_type=Account | None,
        description="The account of who did it; null for callers without one and for the house itself.",
    )
    async def actor(root: audit.AuditEntry, info: Info) -> Any:
        return None if root.actor is None else await info.context.loaders.account.load(root.actor)

    @strawberry.field(description="What it was about.")
    def subject_id(root: audit.AuditEntry) -> strawberry.ID:
        return strawberry.ID(encode_id(root.subject_kind[:1].upper() + root.subject_kind[1:], root.subject_id))

    @strawberry.field(description="The kind of what it was about.")
    def subject_kind(root: audit.AuditEntry) -> str:
        return root.subject_kind

    @strawberry.field(description="What else was noted, as an object whose fields depend on `name`.")
    def data(root: audit.AuditEntry) -> JSON:
        return JSON(dict(root.data))


@strawberry.input(description="Which entries: all that match everything given.")
class AuditFilterInput:
    actor_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only what this account did."
    )
    action: str | None = strawberry.field(default=strawberry.UNSET, description="Only by this mutation or job.")
    subject_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only what was about this thing: the id of anything."
    )
    since: datetime | None = strawberry.field(default=strawberry.UNSET, description="Only from this moment on.")
    until: datetime | None = strawberry.field(default=strawberry.UNSET, description="Only before this moment.")
    refused_only: bool = strawberry.field(default=False, description="Only what was tried without the right to.")

    def to_filter(self) -> audit.AuditFilter:
        actor, subject = given(self.actor_id), given(self.subject_id)
        return audit.AuditFilter(
            actor=None if actor is None else id_of("Account", actor, "filter", "actorId"),
            action=given(self.action),
            subject_id=None if subject is None else any_id(subject),
            since=given(self.since),
            until=given(self.until),
            refused_only=self.refused_only,
        )


def any_id(text: str) -> Any:
    """The UUID within a global id of whatever kind."""
    try:
        return decode_id(text)[1]
    except InvalidInput as refusal:
        refusal.path = ("filter", "subjectId")
        raise


@strawberry.type
class AuditQuery:
    @strawberry.field(
        graphql_type=Connection[AuditEntry],
        description="Everything that anybody did, or tried without the right to, newest first.",
    )
    async def audit_log(
        self,
        info: Info,
        filter: Annotated[
            AuditFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        wanted = given(filter)
        page = page_request(
            AUDIT, (0,), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.log(info.context, audit.AuditFilter() if wanted is None else wanted.to_filter(), page)
        return Connection(page=found, list_name=AUDIT)
