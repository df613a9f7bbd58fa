"""People."""

from typing import Any

import strawberry

from domain import account, viewer
from resolvers import account as resolve
from schema.ids import Node, global_id
from schema.mutation import Info
from schema.noun import noun
from schema.scalars import CountryCode, CurrencyCode, Locale

Role = strawberry.enum(viewer.Role, name="Role", description="What somebody may do in the house.")
IdentityLevel = strawberry.enum(
    account.IdentityLevel, name="IdentityLevel", description="How well the house knows who somebody is."
)


@noun(account.Account, description="A person, who buys and sells with one account. Seen by its owner and by staff.")
class Account(Node):
    id: strawberry.ID = global_id("Account")
    email: str = strawberry.field(description="Where the house writes to.")
    name: str = strawberry.field(description="How the person is called.")
    roles: list[Role] = strawberry.field(description="What the person may do.")  # type: ignore[valid-type]
    identity_level: IdentityLevel = strawberry.field(description="How well the house knows the person.")  # type: ignore[valid-type]
    locale: Locale = strawberry.field(description="The language that the person reads.")  # type: ignore[valid-type]
    currency: CurrencyCode = strawberry.field(description="The currency that the person thinks in.")  # type: ignore[valid-type]
    jurisdiction: CountryCode = strawberry.field(description="Whose law applies to the person's wallet.")
    version: int = strawberry.field(description="Goes up by one with every change.")


@strawberry.type
class AccountQuery:
    @strawberry.field(graphql_type=Account | None, description="The caller's own account; null for strangers.")
    async def viewer(self, info: Info) -> Any:
        return await resolve.viewer(info.context)
