"""Who is asking: what a request brings along becomes a Viewer, for as long as its account stands behind it.

A token of ours says whose it is, which roles it was made with, at which epoch of the account and for which session. It
is worth no more than the account is now: an erased account, a later epoch or an ended session ends it, and of its roles
only those count that the account still has. A token of another issuer, once it was checked, is held against the same
account; an API key against its own row as well. All of that is read once in `STANDING_SECONDS` at most, and again at
once after a change in this very process; so elsewhere a right that was taken away is gone within that time.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import monotonic, time
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import jwt

from domain.account import AccountReader, Standing
from domain.api_key import HOLDERS, KEY_PREFIX, PUBLIC_ID_LENGTH, USE_NOTED_EVERY, ApiKey, ApiKeyReader, read_key
from domain.session import SessionId
from domain.viewer import ANONYMOUS, AccountId, HeldKey, Role, Viewer

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

ALGORITHM = "HS256"
ISSUER = "cercle"
TOKEN_LENGTH_MAX = 4_096
TOKEN_TTL = timedelta(hours=12)
"""Of tokens that belong to no session, as they are handed out in development."""

BEARER = "Bearer "
KEY_AT = slice(len(BEARER), len(BEARER) + len(KEY_PREFIX))
PUBLIC_ID_AT = slice(KEY_AT.stop, KEY_AT.stop + PUBLIC_ID_LENGTH)

STANDING_SECONDS = 5
STANDINGS_MAX = 10_000
CLAIMS_MAX = 10_000


class BadToken(Exception):
    """The token is not ours, was changed, or is over."""


OVER = "The token is not valid, or not any more: sign in again."


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says; one of another issuer knows of no epoch, only of when it was made."""

    account_id: AccountId
    roles: frozenset[Role]
    token_epoch: int | None
    over_at: float
    session_id: SessionId | None = None
    issued_at: datetime | None = None

    def holds(self, standing: Standing) -> bool:
        """Whether the account stands behind it."""
        if self.token_epoch is None:
            assert self.issued_at is not None, "a token of another issuer says when it was made"
            return standing.signed_out_at is None or self.issued_at > standing.signed_out_at
        return self.token_epoch == standing.token_epoch and self.session_id not in standing.ended


class Issuers(Protocol):
    """Those others whose tokens count here."""

    def known(self, authorization: str) -> Claim | None:
        """What a header says that was checked before."""
        ...

    async def claim(self, authorization: str) -> Claim:
        """What a header says, checked; raises BadToken."""
        ...


def mint(
    secret: str,
    account_id: AccountId,
    roles: frozenset[Role],
    now: datetime,
    ttl: timedelta = TOKEN_TTL,
    *,
    epoch: int = 0,
    session_id: SessionId | None = None,
) -> str:
    """A bearer token for one account; the same for the same account, roles, session and moment."""
    claims = {
        "iss": ISSUER,
        "sub": str(account_id),
        "roles": sorted(roles),
        "epoch": epoch,
        "iat": int(now.timestamp()),
        "exp": int((now + ttl).timestamp()),
    }
    if session_id is not None:
        claims["sid"] = str(session_id)
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


@lru_cache(maxsize=CLAIMS_MAX)
def claim(secret: str, authorization: str) -> Claim:
    """What the token of an Authorization header says; the same header is checked once and may be over since."""
    try:
        claims = jwt.decode(
            bearer(authorization),
            secret,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            options={"require": ["sub", "exp", "iat"]},
        )
        # The house's own role is never given away in a token.
        roles = frozenset(Role(role) for role in claims["roles"]) - {Role.SYSTEM}
        session_id = SessionId(UUID(claims["sid"])) if "sid" in claims else None
        account_id = AccountId(UUID(claims["sub"]))
        return Claim(account_id, roles, int(claims["epoch"]), float(claims["exp"]), session_id)
    except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
        raise BadToken(OVER) from error


def bearer(authorization: str) -> str:
    """The token of a header."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_LENGTH_MAX:
        raise BadToken("The Authorization header is `Bearer` and a token.")
    return token


class Remembered(Generic[K, V]):
    """What was read lately, for `STANDING_SECONDS`; what is not there is asked for again each time."""

    def __init__(self, read: Callable[[K], Awaitable[V | None]]) -> None:
        self._read = read
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    async def of(self, key: K) -> V | None:
        at = monotonic()
        kept = self._kept.get(key)
        if kept is not None and kept[0] > at:
            return kept[1]
        found = await self._read(key)
        if found is not None:
            self._kept[key] = (at + STANDING_SECONDS, found)
            if len(self._kept) > STANDINGS_MAX:
                self._kept.popitem(last=False)
        return found

    def remembers(self, key: K) -> bool:
        kept = self._kept.get(key)
        return kept is not None and kept[0] > monotonic()

    def forget(self, key: K) -> None:
        self._kept.pop(key, None)

    def forget_where(self, gone: Callable[[V], bool]) -> None:
        for key in [key for key, (_, value) in self._kept.items() if gone(value)]:
            del self._kept[key]


class Standings(Remembered[UUID, Standing]):
    """What accounts are worth right now."""

    def __init__(self, accounts: AccountReader) -> None:
        super().__init__(accounts.standing)


def stranger(locale: str) -> Viewer:
    """Nobody in particular, with a language."""
    return ANONYMOUS if locale == ANONYMOUS.locale else Viewer(locale=locale)


class Doorkeeper:
    """Knows people by their tokens, and machines by their keys."""

    def __init__(
        self,
        secret: str,
        standings: Standings,
        keys: ApiKeyReader,
        used: Callable[[ApiKey, datetime], Awaitable[None]],
        issuers: Issuers | None = None,
    ) -> None:
        self._secret = secret
        self._standings = standings
        self._keys: Remembered[str, ApiKey] = Remembered(keys.by_public_id)
        self._used = used
        self._issuers = issuers

    def looks_up(self, authorization: str) -> bool:
        """Whether a header has a key that the database has to be asked for."""
        return authorization[KEY_AT] == KEY_PREFIX and not self._keys.remembers(authorization[PUBLIC_ID_AT])

    async def viewer(self, authorization: str | None, locale: str) -> Viewer:
        """The viewer of an Authorization header; nobody in particular without one."""
        if authorization is None:
            return stranger(locale)
        if authorization[KEY_AT] == KEY_PREFIX:
            return Viewer(locale=locale, key=await self.held(authorization))
        if self._issuers is None:
            claimed = claim(self._secret, authorization)
        else:
            claimed = await self.claimed(self._issuers, authorization)
        standing = None if claimed.over_at <= time() else await self._standings.of(claimed.account_id)
        if standing is None or not claimed.holds(standing):
            raise BadToken(OVER)
        return Viewer(claimed.account_id, claimed.roles & standing.roles, locale, claimed.session_id)

    async def claimed(self, issuers: Issuers, authorization: str) -> Claim:
        """What a token says that may be ours or another issuer's."""
        if (known := issuers.known(authorization)) is not None:
            return known
        try:
            return claim(self._secret, authorization)
        except BadToken:
            return await issuers.claim(authorization)

    async def held(self, authorization: str) -> HeldKey:
        """The API key of a header, if it is good and its account is still a partner's."""
        presented = read_key(bearer(authorization))
        key = None if presented is None else await self._keys.of(presented.public_id)
        now = datetime.now(UTC)
        if presented is None or key is None or not key.opens(presented.secret, now):
            raise BadToken("The API key is not valid, or not any more.")
        standing = await self._standings.of(key.account_id)
        roles = frozenset[Role]() if standing is None else standing.roles & HOLDERS
        if not roles:
            raise BadToken("The account of this API key is no partner's any more.")
        if key.used_at is None or now - key.used_at >= USE_NOTED_EVERY:
            key.used_at = now
            await self._used(key, now)
        return HeldKey(key.id, key.account_id, roles, frozenset(key.scopes))

    def forget_account(self, account_id: UUID) -> None:
        self._standings.forget(account_id)

    def forget_key(self, key_id: UUID) -> None:
        self._keys.forget_where(lambda key: key.id == key_id)
