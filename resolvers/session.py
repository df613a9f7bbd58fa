"""Sessions: what happens to a password before a transaction, and the tokens that are made as they are read."""

from uuid import UUID

from domain.account import Account
from domain.attempt import TooManyAttempts
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.session import TOKENS_SHOWN, Open, Session, SessionPass, SigningIn
from domain.viewer import AccountId
from resolvers.context import Context


async def open(context: Context, asked: SigningIn) -> Open:
    """Whose password it is, if anybody's; an unknown email counts as one and takes as long as a wrong password."""
    email = asked.email.strip()
    attempt = await context.attempts.begin(email.lower(), context.client)
    if attempt.wait_seconds:
        raise TooManyAttempts(attempt.wait_seconds)
    passwords = context.secrets.passwords
    credential = await context.readers.accounts.credential(email)
    right = await passwords.matches(None if credential is None else credential.password_hash, asked.password)
    if right:
        await context.attempts.forgive(attempt)
    account_id: AccountId | None = credential.id if credential is not None and right else None
    return Open(passwords.proof(email, asked.password), account_id, asked.device)


async def sessions(context: Context, page: PageRequest) -> Page[Session]:
    """Where the caller is signed in."""
    return await context.readers.sessions.page(context.viewer.require_account(), context.now, page)


async def session(context: Context, session_id: UUID) -> Session:
    """One of the caller's own."""
    found = (await context.readers.sessions.by_ids([session_id]))[0]
    if found is None or found.account_id != context.viewer.account_id:
        raise NotFound("Session", session_id, path=("id",))
    return found


async def of_pass(context: Context, granted: SessionPass) -> Session | None:
    return (await context.readers.sessions.by_ids([granted.session_id]))[0]


async def owner(context: Context, granted: SessionPass) -> Account | None:
    return await context.loaders.account.load(granted.account_id)


def token(context: Context, granted: SessionPass) -> str:
    """The bearer token of a pass, made anew each time it is read."""
    return context.secrets.tokens.access(granted)


def refresh_token(context: Context, granted: SessionPass) -> str | None:
    """The refresh token of a pass, for the first minute: long enough for a request that is sent again."""
    young = context.now - granted.issued_at <= TOKENS_SHOWN
    return context.secrets.tokens.refresh(granted) if young else None
