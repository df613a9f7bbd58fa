"""Sessions: signing in, going on, and signing out on one device or everywhere."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from domain import attempt, session
from resolvers import session as resolve
from schema.account import Account
from schema.enum import enum
from schema.errors import UserError, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request

SessionEnd = enum(
    session.SessionEnd,
    name="SessionEnd",
    description="Why a session ended.",
    SIGNED_OUT="Somebody signed out on it.",
    EVERYWHERE="It ended together with all sessions of the account.",
    REUSED="A refresh token came back that was spent already.",
)

SESSIONS = "sessions"

# Nouns


@noun(session.Session, description="A device on which somebody is signed in. Seen by its owner.")
class Session(Node):
    id: strawberry.ID = global_id("Session")
    device: str = strawberry.field(description="What the device called itself.")
    opened_at: datetime = strawberry.field(description="When somebody signed in there.")
    used_at: datetime = strawberry.field(description="When it last asked for new tokens.")
    expires_at: datetime = strawberry.field(description="When it ends by itself, unless it is used before.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null while it lasts.")
    end: SessionEnd | None = strawberry.field(description="Why it ended; null while it lasts.")  # type: ignore[valid-type]

    @strawberry.field(description="Whether this request comes from it.")
    def current(root: session.Session, info: Info) -> bool:
        return root.id == info.context.viewer.session_id


@noun(session.SessionPass, description="What a device acts with from now on.")
class SessionPass:
    issued_at: datetime = strawberry.field(description="When it was given.")
    expires_at: datetime = strawberry.field(description="Until when the token is good: a quarter of an hour.")

    @strawberry.field(description="For the header `Authorization: Bearer …`. Made as you read it, kept nowhere.")
    def token(root: session.SessionPass, info: Info) -> str:
        return resolve.token(info.context, root)

    @strawberry.field(
        description="For `sessionRefresh`, once. Made as you read it; null in an answer that is asked for again after "
        "a minute."
    )
    def refresh_token(root: session.SessionPass, info: Info) -> str | None:
        return resolve.refresh_token(info.context, root)

    @strawberry.field(graphql_type=Account | None, description="Whose session it is; null once that was erased.")
    async def account(root: session.SessionPass, info: Info) -> Any:
        return await resolve.owner(info.context, root)

    @strawberry.field(graphql_type=Session | None, description="The session; null once it is forgotten.")
    async def session(root: session.SessionPass, info: Info) -> Any:
        return await resolve.of_pass(info.context, root)


# Refusals


@refused(session.BadCredentials)
class BadCredentials(UserError):
    pass


@refused(session.SessionOver)
class SessionOver(UserError):
    pass


@refused(attempt.TooManyAttempts)
class TooManyAttempts(UserError):
    retry_after_seconds: int = strawberry.field(description="After how many seconds the next attempt is looked at.")


# Inputs


@strawberry.input(description="Who signs in, and on which device.")
class SessionOpenInput(Keyed):
    email: str = strawberry.field(description="The email of the account, in any case.")
    password: str = strawberry.field(description="The password of the account.")
    device: str = strawberry.field(
        default="", description="What to call this device in the list of sessions, up to 100 characters."
    )

    def to_command(self) -> session.SigningIn:
        return session.SigningIn(self.email, self.password, self.device)


@strawberry.input(description="Which session goes on.")
class SessionRefreshInput(Keyed):
    refresh_token: str = strawberry.field(description="The newest one of the session.")

    def to_command(self) -> session.RefreshSession:
        return session.RefreshSession(self.refresh_token)


@strawberry.input(description="Which session to end.")
class SessionEndInput(Keyed):
    session_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which session; the one of this request when left out."
    )

    def to_command(self) -> session.EndSession:
        wanted = given(self.session_id)
        return session.EndSession(None if wanted is None else id_of("Session", wanted, "sessionId"))


@strawberry.input(description="Whose sessions to end, all of them.")
class SessionEndAllInput(Keyed):
    account_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose sessions; the caller's own when left out, anybody's for support."
    )

    def to_command(self) -> session.EndAllSessions:
        wanted = given(self.account_id)
        return session.EndAllSessions(None if wanted is None else id_of("Account", wanted, "accountId"))


# Root fields


@strawberry.type
class SessionQuery:
    @strawberry.field(
        graphql_type=Connection[Session], description="Where the caller is signed in, the newest session first."
    )
    async def sessions(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            SESSIONS, (UUID(int=0),), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.sessions(info.context, page), list_name=SESSIONS)


@strawberry.type
class SessionMutation:
    session_open = mutation(
        session.open,
        SessionOpenInput,
        SessionPass,
        BadCredentials,
        TooManyAttempts,
        description="Sign in with email and password. An unknown email answers like a wrong password.",
        prepare=resolve.open,
    )
    session_refresh = mutation(
        session.refresh,
        SessionRefreshInput,
        SessionPass,
        SessionOver,
        description="Get the next tokens for a refresh token, which is spent by that; one that comes back later ends "
        "its session. Send it again under the same key when no answer came.",
    )
    session_end = mutation(
        session.end,
        SessionEndInput,
        Session,
        description="Sign out on one device; its tokens are over within 5 seconds.",
    )
    session_end_all = mutation(
        session.end_all,
        SessionEndAllInput,
        Account,
        description="Sign out everywhere: all tokens of the account are over within 5 seconds, those of other issuers "
        "too. Support does it for others.",
    )


fetchable("Session", resolve.session)
