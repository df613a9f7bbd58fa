"""Tokens of other issuers (OIDC): checked with the keys that these publish, and held to an account of the house."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import jwt

from app.auth import CLAIMS_MAX, OVER, BadToken, Claim, bearer
from app.config import OidcIssuer
from app.jwks import ALLOWED, Fetch, KeySet
from domain.account import EMAIL_LENGTH_MAX
from domain.identity import SUBJECT_LENGTH_MAX, IdentityReader, Known, Recognise
from domain.refusal import Refusal
from domain.text import LINE_LENGTH_MAX
from domain.viewer import Role

LEEWAY_SECONDS = 10
NAMELESS = "Member"
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]

Recogniser = Callable[[Recognise, str], Awaitable[Known]]


class OidcIssuers:
    """Every issuer of the settings."""

    def __init__(
        self, issuers: tuple[OidcIssuer, ...], fetch: Fetch, identities: IdentityReader, recognise: Recogniser
    ) -> None:
        self._issuers = {one.issuer: one for one in issuers}
        self._keys = {one.issuer: KeySet(one.jwks_uri, fetch) for one in issuers}
        self._identities = identities
        self._recognise = recognise
        self._known: OrderedDict[str, Claim] = OrderedDict()

    def known(self, authorization: str) -> Claim | None:
        return self._known.get(authorization)

    async def claim(self, authorization: str) -> Claim:
        """What a token of one of them says, with the account that it speaks for."""
        token = bearer(authorization)
        issuer, claims = await self.checked(token)
        over_at = end_of(claims)
        asked = said(issuer, claims)
        known = await self._identities.known(asked.issuer, asked.subject)
        stale = known is None or (asked.issued_at > known.seen_at and not in_order(known, asked))
        if known is None or stale:
            try:
                known = await self._recognise(asked, f"oidc:{hashlib.sha256(token.encode()).hexdigest()}")
            except Refusal as refusal:
                raise BadToken(refusal.message) from refusal
        governed = frozenset(asked.governed)
        roles = (frozenset(Role) - governed - {Role.SYSTEM}) | frozenset(asked.roles)
        found = Claim(known.account_id, roles, None, over_at, issued_at=asked.issued_at)
        self._known[authorization] = found
        if len(self._known) > CLAIMS_MAX:
            self._known.popitem(last=False)
        return found

    async def checked(self, token: str) -> tuple[OidcIssuer, dict[str, Any]]:
        """The claims of a token whose signature, issuer, audience and time are right."""
        try:
            head = jwt.get_unverified_header(token)
            named = jwt.decode(token, options={"verify_signature": False}).get("iss")
            issuer = self._issuers.get(named) if isinstance(named, str) else None
            kid, algorithm = head.get("kid"), head.get("alg")
            if issuer is None or algorithm not in ALLOWED or not isinstance(kid, str) or "crit" in head:
                raise BadToken(OVER)
            key = await self._keys[issuer.issuer].key(kid)
            if key is None or key.algorithm != algorithm:
                raise BadToken(OVER)
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm],
                issuer=issuer.issuer,
                audience=issuer.audience,
                leeway=LEEWAY_SECONDS,
                options={"require": REQUIRED},
            )
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise BadToken(OVER) from error
        return issuer, claims


def said(issuer: OidcIssuer, claims: Mapping[str, Any]) -> Recognise:
    """What a checked token says of its subject; an email counts only if its issuer has verified it."""
    subject, email = claims["sub"], claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH_MAX or not subject.isprintable():
        raise BadToken(OVER)
    verified = isinstance(email, str) and claims.get("email_verified") is True and len(email) <= EMAIL_LENGTH_MAX
    groups = claims.get(issuer.role_claim)
    given = {group for group in groups if isinstance(group, str)} if isinstance(groups, list) else set()
    return Recognise(
        issuer=issuer.issuer,
        subject=subject,
        email=email if verified else None,
        name=called(claims.get("name")),
        issued_at=beginning_of(claims),
        governed=tuple(sorted(set(issuer.roles.values()))),
        roles=tuple(sorted({role for group, role in issuer.roles.items() if group in given})),
        opens_accounts=issuer.opens_accounts,
    )


def beginning_of(claims: Mapping[str, Any]) -> datetime:
    """When it was made; PyJWT has seen to it that this is some number."""
    try:
        return datetime.fromtimestamp(int(claims["iat"]), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadToken(OVER) from error


def end_of(claims: Mapping[str, Any]) -> float:
    try:
        return float(claims["exp"])
    except (ValueError, OverflowError) as error:
        raise BadToken(OVER) from error


def called(name: object) -> str:
    """A name as an account may have one; that it can not have this one keeps nobody out."""
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        return NAMELESS
    return name.strip()[:LINE_LENGTH_MAX].strip()


def in_order(known: Known, asked: Recognise) -> bool:
    """Whether the account has the roles already that this token says."""
    return known.roles.intersection(asked.governed) == frozenset(asked.roles)
