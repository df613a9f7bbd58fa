"""Who is asking: a signed token becomes a Viewer."""

from datetime import datetime, timedelta
from uuid import UUID

import jwt

from domain.viewer import ANONYMOUS, AccountId, Role, Viewer

ALGORITHM = "HS256"
ISSUER = "cercle"
TOKEN_TTL = timedelta(hours=12)


class BadToken(Exception):
    """The token is not ours, was changed, or is over."""


def mint(secret: str, account_id: AccountId, roles: frozenset[Role], now: datetime, ttl: timedelta = TOKEN_TTL) -> str:
    """A bearer token for one account; the same for the same account, roles and moment."""
    claims = {
        "iss": ISSUER,
        "sub": str(account_id),
        "roles": sorted(roles),
        "iat": int(now.timestamp()),
        "exp": int((now + ttl).timestamp()),
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def viewer(secret: str, authorization: str | None, locale: str) -> Viewer:
    """The viewer of an Authorization header; nobody in particular without one."""
    if authorization is None:
        return ANONYMOUS if locale == ANONYMOUS.locale else Viewer(locale=locale)
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise BadToken("The Authorization header is `Bearer` and a token.")
    try:
        claims = jwt.decode(
            token, secret, algorithms=[ALGORITHM], issuer=ISSUER, options={"require": ["sub", "exp", "iat"]}
        )
        # The house's own role is never given away in a token.
        roles = frozenset(Role(role) for role in claims["roles"]) - {Role.SYSTEM}
        return Viewer(AccountId(UUID(claims["sub"])), roles, locale)
    except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
        raise BadToken("The token is not valid, or not any more: sign in again.") from error
