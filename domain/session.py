"""Sessions: a device on which somebody is signed in, the tokens that it acts with, and how all of it ends."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType, Protocol
from uuid import UUID

from domain import account, mint
from domain.account import Account, lock_present
from domain.event import Event
from domain.mint import Mint
from domain.page import Page, PageRequest
from domain.refusal import NotFound, Refusal, require
from domain.text import line
from domain.viewer import AccountId, Role, Viewer

SessionId = NewType("SessionId", UUID)

ACCESS_TTL = timedelta(minutes=15)
SESSION_IDLE_MAX = timedelta(days=30)
SESSION_AGE_MAX = timedelta(days=365)
TOKENS_SHOWN = timedelta(minutes=1)
"""How long the answer to a request that is sent again still has its refresh token: a network gives up sooner."""

DEVICE_LENGTH_MAX = 100
DEVICE_UNKNOWN = "Unnamed device"

REFRESH_PREFIX = "cercle-refresh."
REFRESH = "refresh token"
"""What the secret of a refresh token is minted as."""

TURN_BYTES = 4
PRESENTED_BYTES = 16 + TURN_BYTES + mint.SECRET_BYTES
TOKEN_LENGTH_MAX = 200


# Nouns


class SessionEnd(StrEnum):
    """Why a session ended: by its owner, together with all others, or because a spent refresh token came back."""

    SIGNED_OUT = "SIGNED_OUT"
    EVERYWHERE = "EVERYWHERE"
    REUSED = "REUSED"


@dataclass(slots=True)
class Session:
    """One device of one account. Each refresh is a turn, and of the token of this turn the SHA-256 is kept.

    It is worth nothing once the account has a higher token epoch than it began with.
    """

    id: SessionId
    account_id: AccountId
    device: str
    token_epoch: int
    turn: int
    token_digest: str = field(repr=False)
    opened_at: datetime
    used_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    end: SessionEnd | None = None
    version: int = 1

    def lives(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at

    def use(self, token_digest: str, now: datetime) -> None:
        """The token of this turn is spent; the next one is good for another while, but nothing lasts for ever."""
        assert self.lives(now), "what is over is not refreshed"
        self.turn += 1
        self.token_digest = token_digest
        self.used_at = now
        self.expires_at = min(now + SESSION_IDLE_MAX, self.opened_at + SESSION_AGE_MAX)

    def finish(self, why: SessionEnd, now: datetime) -> None:
        self.ended_at = now
        self.end = why


@dataclass(frozen=True, slots=True)
class SessionPass:
    """What a device acts with from now on; its two tokens are made when they are read, and kept nowhere."""

    session_id: SessionId
    account_id: AccountId
    roles: tuple[Role, ...]
    token_epoch: int
    turn: int
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Presented:
    """What a refresh token says."""

    session_id: SessionId
    turn: int
    secret: bytes = field(repr=False)


# Refusals


@dataclass(eq=False)
class BadCredentials(Refusal):
    """No account has this email and this password; which of the two is wrong is not said."""

    code = "BAD_CREDENTIALS"

    @property
    def message(self) -> str:
        return "The email or the password is not right."


@dataclass(eq=False)
class SessionOver(Refusal):
    """The refresh token is none of ours or was spent before, or its session is over; a spent one ends its session."""

    code = "SESSION_OVER"
    reused: UUID | None = None

    @property
    def message(self) -> str:
        return "This session is over: sign in again."

    async def follow(self, work: Any, *, now: datetime) -> None:
        if self.reused is not None:
            await end_reused(work, SessionId(self.reused), now=now)


# Ports


class Sessions(Protocol):
    async def lock(self, session_id: SessionId) -> Session: ...
    async def add(self, session: Session) -> None: ...
    async def save(self, session: Session) -> None: ...

    async def owner(self, session_id: SessionId) -> AccountId | None:
        """Whose session it is; None when there is none."""
        ...

    async def end_all(self, account_id: AccountId, why: SessionEnd, now: datetime) -> None:
        """End what has not ended of an account, whose lock is held."""
        ...


class Work(account.Work, Protocol):
    @property
    def sessions(self) -> Sessions: ...
    @property
    def mint(self) -> Mint: ...


class SessionReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Session | None]: ...
    async def page(self, account_id: AccountId, now: datetime, page: PageRequest) -> Page[Session]:
        """The sessions of an account that live at this moment, the newest first."""
        ...


class Tokens(Protocol):
    def access(self, granted: SessionPass) -> str:
        """The bearer token of a pass; the same for the same pass."""
        ...

    def refresh(self, granted: SessionPass) -> str:
        """The refresh token of a pass; the same for the same pass."""
        ...


# Rules


def write_token(presented: Presented) -> str:
    said = presented.session_id.bytes + presented.turn.to_bytes(TURN_BYTES, "big") + presented.secret
    return REFRESH_PREFIX + urlsafe_b64encode(said).decode().rstrip("=")


def read_token(text: str) -> Presented | None:
    """What a refresh token says; None for what can be none of ours."""
    encoded = text.removeprefix(REFRESH_PREFIX)
    if encoded == text or len(text) > TOKEN_LENGTH_MAX:
        return None
    try:
        said = urlsafe_b64decode(encoded.encode("ascii") + b"=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(said) != PRESENTED_BYTES:
        return None
    turn = int.from_bytes(said[16 : 16 + TURN_BYTES], "big")
    return Presented(SessionId(UUID(bytes=said[:16])), turn, said[16 + TURN_BYTES :])


def check_device(device: str) -> str:
    return line(device, "device", longest=DEVICE_LENGTH_MAX) if device.strip() else DEVICE_UNKNOWN


def granted(session: Session, owner: Account, now: datetime) -> SessionPass:
    expires_at = min(now + ACCESS_TTL, session.expires_at)
    return SessionPass(session.id, owner.id, owner.roles, owner.token_epoch, session.turn, now, expires_at)


# Verbs


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What a stranger sends; it never reaches a transaction, for the password does not."""

    email: str
    password: str = field(repr=False)
    device: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """Open a session; `account_id` is whose password it was, None when it was nobody's."""

    proof: str = field(repr=False)
    account_id: AccountId | None
    device: str


async def open(work: Work, viewer: Viewer, command: Open, *, now: datetime) -> SessionPass:
    """Somebody who knows the password is signed in on one more device."""
    owner = None if command.account_id is None else await work.accounts.present(command.account_id)
    if owner is None:
        raise BadCredentials
    session_id = SessionId(work.new.id())
    session = Session(
        id=session_id,
        account_id=owner.id,
        device=check_device(command.device),
        token_epoch=owner.token_epoch,
        turn=1,
        token_digest=mint.digest(work.mint.secret(REFRESH, session_id, 1)),
        opened_at=now,
        used_at=now,
        expires_at=now + SESSION_IDLE_MAX,
    )
    await work.sessions.add(session)
    work.events.append(Event("session.opened", "session", session.id, account_id=owner.id))
    return granted(session, owner, now)


@dataclass(frozen=True, slots=True)
class RefreshSession:
    """Go on with a session."""

    refresh_token: str = field(repr=False)


async def refresh(work: Work, viewer: Viewer, command: RefreshSession, *, now: datetime) -> SessionPass:
    """Whoever has the refresh token of this turn gets those of the next.

    The account is locked before its session, as whoever ends all of them does.
    """
    presented = read_token(command.refresh_token)
    owner_id = None if presented is None else await work.sessions.owner(presented.session_id)
    owner = None if owner_id is None else await work.accounts.present(owner_id)
    if presented is None or owner is None:
        raise SessionOver
    session = await work.sessions.lock(presented.session_id)
    require(session.lives(now) and session.token_epoch == owner.token_epoch, SessionOver())
    if presented.turn < session.turn:
        spent = work.mint.secret(REFRESH, session.id, presented.turn)
        raise SessionOver(reused=session.id if mint.same(presented.secret, spent) else None)
    ours = mint.same(mint.digest(presented.secret).encode(), session.token_digest.encode())
    require(presented.turn == session.turn and ours, SessionOver())
    session.use(mint.digest(work.mint.secret(REFRESH, session.id, session.turn + 1)), now)
    await work.sessions.save(session)
    return granted(session, owner, now)


async def end_reused(work: Work, session_id: SessionId, *, now: datetime) -> None:
    """A spent token came back: end the session, for whoever has the newer one may be the thief."""
    session = await work.sessions.lock(session_id)
    if session.ended_at is None:
        session.finish(SessionEnd.REUSED, now)
        await work.sessions.save(session)
        work.events.append(Event("session.reused", "session", session.id, account_id=session.account_id))


@dataclass(frozen=True, slots=True)
class EndSession:
    """`session_id` is None for the one that the caller speaks from."""

    session_id: SessionId | None = None


async def end(work: Work, viewer: Viewer, command: EndSession, *, now: datetime) -> Session:
    """Sign out on one device; one's own only. What has ended stays as it is."""
    owner_id = viewer.require_account()
    session_id = command.session_id or viewer.session_id
    missing = NotFound("Session", session_id or UUID(int=0), path=("sessionId",))
    if session_id is None or await work.sessions.owner(SessionId(session_id)) != owner_id:
        raise missing
    session = await work.sessions.lock(SessionId(session_id))
    if session.ended_at is None:
        session.finish(SessionEnd.SIGNED_OUT, now)
        await work.sessions.save(session)
        work.events.append(Event("session.ended", "session", session.id, account_id=owner_id))
    return session


@dataclass(frozen=True, slots=True)
class EndAllSessions:
    """`account_id` is None for the viewer's own."""

    account_id: AccountId | None = None


async def end_all(work: Work, viewer: Viewer, command: EndAllSessions, *, now: datetime) -> Account:
    """Sign somebody out everywhere: every token there is of theirs is over, whoever made it.

    Owners do it for themselves, support for those who lost their device.
    """
    account_id = command.account_id or viewer.require_account()
    require(
        viewer.account_id == account_id or viewer.has(Role.SUPPORT),
        NotFound("Account", account_id, path=("accountId",)),
    )
    owner = await lock_present(work, account_id)
    owner.end_tokens(now)
    await work.accounts.save(owner)
    await work.sessions.end_all(account_id, SessionEnd.EVERYWHERE, now)
    work.events.append(Event("account.signedOut", "account", account_id, account_id=account_id))
    return owner
