"""The keys that another issuer publishes (JWKS), fetched and kept.

They are fetched when they are first needed, again after a while, and again when a token names one that is not known,
though never twice within `COOLDOWN_SECONDS`, however many such tokens come. While an issuer is away its last keys go on
for a day.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

import jwt
import orjson
from jwt import PyJWK

from domain.unavailable import Unavailable

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger("cercle.issuer")

FETCH_SECONDS_MAX = 3.0
BODY_BYTES_MAX = 64 * 1024
KEYS_MAX = 32
FRESH_SECONDS = 600.0
STALE_SECONDS_MAX = 24 * 3600.0
COOLDOWN_SECONDS = 10.0
RSA_BITS_MIN = 2_048

KINDS = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
"""The one algorithm that a key of a kind is good for: a token can not choose how its own key is read."""

ALLOWED = frozenset(KINDS.values())

Fetch = Callable[[str], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are checked with, and how."""

    algorithm: str
    key: Any


def read_keys(body: bytes) -> dict[str, PublicKey]:
    """The keys of a JWKS that sign tokens and have a name, the rest is passed over; ValueError for what is none."""
    try:
        listed = orjson.loads(body)["keys"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError("this is no JWKS") from error
    if not isinstance(listed, list):
        raise ValueError("this is no JWKS")
    found: dict[str, PublicKey] = {}
    for one in listed[:KEYS_MAX]:
        key = read_one(one) if isinstance(one, dict) else None
        if key is not None:
            found[one["kid"]] = key
    return found


def read_one(said: Mapping[str, Any]) -> PublicKey | None:
    """None for a key of another kind, for another use, too short, or without a name."""
    algorithm = KINDS.get((str(said.get("kty")), None if said.get("kty") == "RSA" else str(said.get("crv"))))
    if algorithm is None or said.get("alg", algorithm) != algorithm or said.get("use", "sig") != "sig":
        return None
    if not isinstance(said.get("kid"), str) or "d" in said:
        return None
    try:
        key = PyJWK(dict(said), algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    if algorithm == "RS256" and key.key_size < RSA_BITS_MIN:
        return None
    return PublicKey(algorithm, key)


class KeySet:
    """The keys of one issuer, as it last published them."""

    def __init__(self, uri: str, fetch: Fetch, clock: Callable[[], float] = monotonic) -> None:
        self._uri = uri
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, PublicKey] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._turn = asyncio.Lock()
        self._behind: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> PublicKey | None:
        """The key of this name; None when the issuer has none. Raises Unavailable while nothing is known of it."""
        age = self._clock() - self._fetched_at
        found = self._keys.get(kid) if age < STALE_SECONDS_MAX else None
        if found is None:
            await self._refresh()
            if self._clock() - self._fetched_at >= STALE_SECONDS_MAX:
                raise Unavailable("The issuer of this token can not be reached right now.")
            return self._keys.get(kid)
        if age >= FRESH_SECONDS and (self._behind is None or self._behind.done()):
            # Nobody waits for news of a key that is known.
            self._behind = asyncio.create_task(self._refresh())
        return found

    async def _refresh(self) -> None:
        """Fetch the keys, unless that was tried a moment ago; whoever comes meanwhile waits for the same answer."""
        came_at = self._clock()
        async with self._turn:
            if self._tried_at >= came_at or self._clock() - self._tried_at < COOLDOWN_SECONDS:
                return
            try:
                self._keys = read_keys(await self._fetch(self._uri))
                self._fetched_at = self._clock()
            except (OSError, ValueError, TimeoutError) as error:
                log.warning("the keys of %s could not be fetched: %s", self._uri, type(error).__name__)
            finally:
                self._tried_at = self._clock()


class Fetcher:
    """GETs a small document: within a bounded time, of a bounded size, from nowhere but the address named."""

    def __init__(self) -> None:
        self._client: httpx2.AsyncClient | None = None

    async def __call__(self, uri: str) -> bytes:
        import httpx2

        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=FETCH_SECONDS_MAX, follow_redirects=False, trust_env=False)
        try:
            async with asyncio.timeout(FETCH_SECONDS_MAX), self._client.stream("GET", uri) as answer:
                if answer.status_code != 200:
                    raise ValueError(f"the answer is {answer.status_code}")
                body = bytearray()
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > BODY_BYTES_MAX:
                        raise ValueError("the answer is too large")
                return bytes(body)
        except httpx2.HTTPError as error:
            raise OSError(type(error).__name__) from error

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
