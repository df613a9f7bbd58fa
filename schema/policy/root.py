"""Policies: what can be asked and done."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import policy as domain
from resolvers import policy as resolve
from schema.errors import UserError, refused
from schema.mutation import Info, given, mutation
from schema.node import fetchable
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.policy.input import PolicyPublishInput
from schema.policy.noun import PolicyKind, PolicyVersion

POLICIES = "policies"
SHAPE = (datetime(2000, 1, 1, tzinfo=UTC), UUID(int=0))

fetchable("PolicyVersion", resolve.version)


@refused(domain.PolicyNotInOrder)
class PolicyNotInOrder(UserError):
    earliest_at: datetime = strawberry.field(description="The moment after which a new version can take effect.")


@strawberry.type
class PolicyQuery:
    @strawberry.field(
        graphql_type=Connection[PolicyVersion],
        description="Every version of every policy, the newest first.",
    )
    async def policies(
        self,
        info: Info,
        kind: Annotated[
            PolicyKind | None,  # type: ignore[valid-type]
            strawberry.argument(description="Of which kind; all when left out."),
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            POLICIES, SHAPE, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.policies(info.context, given(kind), page)
        return Connection(page=found, list_name=POLICIES)

    @strawberry.field(graphql_type=list[PolicyVersion], description="The versions that hold now, one of each kind.")
    async def policies_in_force(self, info: Info) -> Any:
        return await resolve.in_force(info.context)


@strawberry.type
class PolicyMutation:
    policy_publish = mutation(
        domain.publish,
        PolicyPublishInput,
        PolicyVersion,
        PolicyNotInOrder,
        description="Publish the next version of a policy. Deals keep the version they were made under.",
    )
