"""Who is asking: a signed token becomes a Viewer, for as long as its account stands behind it.

A token says whose it is, which roles it was made with and at which epoch of the account. It is worth no more than the
account is now: an erased account or a later epoch (a role was revoked) ends it, and of its roles only those count that
the account still has. The account is read once in `STANDING_SECONDS` at most, and again at once after a change in this
very process; so elsewhere a right that was taken away is gone within that time.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from time import monotonic, time
from uuid import UUID

import jwt

from domain.account import SESSION_TTL, AccountReader, Standing
from domain.viewer import ANONYMOUS, AccountId, Role, Viewer

ALGORITHM = "HS256"
ISSUER = "cercle"
TOKEN_LENGTH_MAX = 4_096

STANDING_SECONDS = 5
STANDINGS_MAX = 10_000
CLAIMS_MAX = 10_000


class BadToken(Exception):
    """The token is not ours, was changed, or is over."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says."""

    account_id: AccountId
    roles: frozenset[Role]
    token_epoch: int
    over_at: float


def mint(
    secret: str,
    account_id: AccountId,
    roles: frozenset[Role],
    now: datetime,
    ttl: timedelta = SESSION_TTL,
    *,
    epoch: int = 0,
) -> str:
    """A bearer token for one account; the same for the same account, roles and moment."""
    claims = {
        "iss": ISSUER,
        "sub": str(account_id),
        "roles": sorted(roles),
        "epoch": epoch,
        "iat": int(now.timestamp()),
        "exp": int((now + ttl).timestamp()),
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


@lru_cache(maxsize=CLAIMS_MAX)
def claim(secret: str, authorization: str) -> Claim:
    """What the token of an Authorization header says; the same header is checked once and may be over since."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_LENGTH_MAX:
        raise BadToken("The Authorization header is `Bearer` and a token.")
    try:
        claims = jwt.decode(
            token, secret, algorithms=[ALGORITHM], issuer=ISSUER, options={"require": ["sub", "exp", "iat"]}
        )
        # The house's own role is never given away in a token.
        roles = frozenset(Role(role) for role in claims["roles"]) - {Role.SYSTEM}
        return Claim(AccountId(UUID(claims["sub"])), roles, int(claims["epoch"]), float(claims["exp"]))
    except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
        raise BadToken("The token is not valid, or not any more: sign in again.") from error


class Standings:
    """What accounts are worth right now, remembered for a moment."""

    def __init__(self, accounts: AccountReader) -> None:
        self._accounts = accounts
        self._kept: OrderedDict[UUID, tuple[float, Standing]] = OrderedDict()

    async def of(self, account_id: AccountId) -> Standing | None:
        at = monotonic()
        kept = self._kept.get(account_id)
        if kept is not None and kept[0] > at:
            return kept[1]
        standing = await self._accounts.standing(account_id)
        if standing is not None:
            self._kept[account_id] = (at + STANDING_SECONDS, standing)
            if len(self._kept) > STANDINGS_MAX:
                self._kept.popitem(last=False)
        return standing

    def forget(self, account_id: UUID) -> None:
        self._kept.pop(account_id, None)


async def viewer(secret: str, standings: Standings, authorization: str | None, locale: str) -> Viewer:
    """The viewer of an Authorization header; nobody in particular without one."""
    if authorization is None:
        return ANONYMOUS if locale == ANONYMOUS.locale else Viewer(locale=locale)
    claimed = claim(secret, authorization)
    standing = None if claimed.over_at <= time() else await standings.of(claimed.account_id)
    if standing is None or standing.token_epoch != claimed.token_epoch:
        raise BadToken("The token is not valid, or not any more: sign in again.")
    return Viewer(claimed.account_id, claimed.roles & standing.roles, locale)
