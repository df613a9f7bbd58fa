"""API keys of partners."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import api_key, viewer
from resolvers import api_key as resolve
from schema.account import Account
from schema.enum import enum
from schema.errors import UserError, VersionConflict, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request

Scope = enum(
    viewer.Scope,
    name="ApiKeyScope",
    description="What an API key may do for its account.",
    API_KEY_ROTATE="Give itself another secret with `apiKeyRotate`.",
    BOOKINGS_READ="Read the bookings of the supplier's own journeys, and what the supplier is owed.",
    BOOKINGS_WRITE="Open and call off departures, and confirm or reject bookings, of the supplier's own journeys.",
    CONSIGNMENTS_READ="Read the account's consignments, contracts and settlements.",
    CONSIGNMENTS_WRITE="Draft, submit, ship, book and withdraw the account's consignments.",
    ORDERS_READ="Read the account's carts, orders, payments, shipments, returns and bookings.",
    ORDERS_WRITE="Fill the account's carts, place and cancel its orders, and return what it bought.",
)

API_KEYS = "apiKeys"

# Nouns


@noun(
    api_key.ApiKey,
    description="A key that a partner's machines come in with; its secret is shown once. Seen by the partner "
    "whose it is and admins.",
)
class ApiKey(Node):
    id: strawberry.ID = global_id("ApiKey")
    public_id: str = strawberry.field(description="The part of the key that may be seen, 8 characters.")
    name: str = strawberry.field(description="What the key is for, in its issuer's words.")
    scopes: list[Scope] = strawberry.field(description="What it may do for its account.")  # type: ignore[valid-type]
    issued_at: datetime = strawberry.field(description="When it was issued.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    rotated_at: datetime | None = strawberry.field(description="When it last got another secret; null for never.")
    former_until: datetime | None = strawberry.field(
        description="Until when the secret before is good as well; null when it is not."
    )
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null while it was not.")
    used_at: datetime | None = strawberry.field(description="When it was last used, to the hour; null for never.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(
        graphql_type=Account | None, description="Whose it is; null once that was erased, and for API keys."
    )
    async def account(root: api_key.ApiKey, info: Info) -> Any:
        return await resolve.owner(info.context, root)


@noun(api_key.ApiKeySecret, description="A key that was just issued, or got another secret.")
class ApiKeySecret:
    @strawberry.field(
        description="For the header `Authorization: Bearer …`. Shown now and never again; null in an answer that is "
        "asked for again after ten minutes."
    )
    def secret(root: api_key.ApiKeySecret, info: Info) -> str | None:
        return resolve.secret(info.context, root)

    @strawberry.field(graphql_type=ApiKey, description="The key that the secret belongs to.")
    async def api_key(root: api_key.ApiKeySecret, info: Info) -> Any:
        return await resolve.of_secret(info.context, root)


# Refusals


@refused(api_key.TooManyKeys)
class TooManyKeys(UserError):
    most: int = strawberry.field(description="How many there may be.")


# Inputs


@strawberry.input(description="What the new key is for, and what it may do.")
class ApiKeyIssueInput(Keyed):
    name: str = strawberry.field(description="What it is for, up to 100 characters.")
    scopes: list[Scope] = strawberry.field(description="What it may do for its account; nothing else.")  # type: ignore[valid-type]
    account_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose key; the caller's own when left out, any partner's for admins."
    )
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it ends by itself, in a year at most and when left out."
    )

    def to_command(self) -> api_key.IssueKey:
        wanted = given(self.account_id)
        return api_key.IssueKey(
            name=self.name,
            scopes=tuple(viewer.Scope(scope) for scope in self.scopes),
            account_id=None if wanted is None else id_of("Account", wanted, "accountId"),
            expires_at=given(self.expires_at),
        )


@strawberry.input(description="What every change of a key takes.")
class ApiKeyChange(Keyed):
    api_key_id: strawberry.ID = strawberry.field(description="The key that this is about.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the key is still at this version."
    )

    @property
    def key_id(self) -> Any:
        return id_of("ApiKey", self.api_key_id, "apiKeyId")


@strawberry.input(description="Which key gets another secret.")
class ApiKeyRotateInput(ApiKeyChange):
    overlap_hours: int = strawberry.field(
        default=24, description="How long the secret before stays good as well, 0 to 168 hours."
    )

    def to_command(self) -> api_key.RotateKey:
        return api_key.RotateKey(self.key_id, self.overlap_hours, given(self.expected_version))


@strawberry.input(description="Which key to end.")
class ApiKeyRevokeInput(ApiKeyChange):
    def to_command(self) -> api_key.RevokeKey:
        return api_key.RevokeKey(self.key_id, given(self.expected_version))


# Root fields


@strawberry.type
class ApiKeyQuery:
    @strawberry.field(graphql_type=ApiKey | None, description="The key that this request comes with; null without one.")
    async def api_key(self, info: Info) -> Any:
        return await resolve.own(info.context)

    @strawberry.field(graphql_type=Connection[ApiKey], description="API keys of one account, the newest first.")
    async def api_keys(
        self,
        info: Info,
        account_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Whose; the caller's own when left out, any partner's for admins."),
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        wanted = given(account_id)
        owner = None if wanted is None else id_of("Account", wanted, "accountId")
        page = page_request(
            API_KEYS, (UUID(int=0),), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.api_keys(info.context, owner, page), list_name=API_KEYS)


@strawberry.type
class ApiKeyMutation:
    api_key_issue = mutation(
        api_key.issue,
        ApiKeyIssueInput,
        ApiKeySecret,
        TooManyKeys,
        description="Issue an API key with these scopes. Its secret is in this answer and nowhere else.",
    )
    api_key_rotate = mutation(
        api_key.rotate,
        ApiKeyRotateInput,
        ApiKeySecret,
        VersionConflict,
        description="Give a key another secret; the one before stays good for the overlap. A key does it for itself.",
    )
    api_key_revoke = mutation(
        api_key.revoke,
        ApiKeyRevokeInput,
        ApiKey,
        VersionConflict,
        description="End a key; nobody comes in with it any more within 5 seconds.",
    )


fetchable("ApiKey", resolve.api_key)
