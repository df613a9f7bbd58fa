"""Policies: staff read them; what a deal was made under, its parties read in the deal."""

from collections.abc import Sequence
from uuid import UUID

from domain.page import Page, PageRequest
from domain.policy import PolicyKind, PolicyVersion
from domain.refusal import NotAllowed
from resolvers.context import Context


async def version(context: Context, policy_id: UUID) -> PolicyVersion | None:
    return await context.loaders.policy.load(policy_id) if context.viewer.is_staff else None


async def policies(context: Context, kind: PolicyKind | None, page: PageRequest) -> Page[PolicyVersion]:
    require_staff(context)
    return await context.readers.policies.page(kind, page)


async def in_force(context: Context) -> Sequence[PolicyVersion]:
    require_staff(context)
    return await context.readers.policies.in_force(context.now)


def require_staff(context: Context) -> None:
    if not context.viewer.is_staff:
        raise NotAllowed("to be staff")
