"""What the house's secret is good for: passwords, tokens, API keys, sealed bank accounts; a key of its own for each."""

import asyncio
import base64
import binascii
import hmac
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from app import auth
from app.config import KEY_BYTES
from app.signing import Ed25519Signer
from domain import api_key, gift_card, mint, session
from domain.unavailable import Unavailable

T = TypeVar("T")

HASHES_AT_ONCE = 2
HASHES_WAITING_MAX = 32
"""A hash takes 64 MiB and a tenth of a second of a core: more people than this at once are asked to come back."""


def derived(secret: str, purpose: str) -> bytes:
    """64 bytes that stand for the secret in one use and tell nothing of it in another."""
    return hmac.digest(secret.encode(), f"cercle {purpose}".encode(), "sha512")


@cache
def nobodys_hash() -> str:
    """What a password is compared with where there is nobody, so that this takes as long; no password has this hash."""
    hasher = PasswordHasher()
    salt, digest = (base64.b64encode(bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    # Written down rather than computed, which would take a process a fifth of a second at its start.
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"


class Argon2Passwords:
    """Argon2id in a thread.

    A salt follows from email and password under the house's key, so that a retry of a registration says the same;
    whoever has the database alone can neither foresee a salt nor find two people with one.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._hasher = PasswordHasher()
        self._turns = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0
        self._nobodys = nobodys_hash()

    async def hash(self, email: str, password: str) -> str:
        salt = self._digest("salt", email, password)[:16]
        return await self._in_turn(lambda: self._hasher.hash(password, salt=salt))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        kept = self._nobodys if password_hash is None else password_hash
        return await self._in_turn(lambda: self._verified(kept, password)) and password_hash is not None

    def proof(self, email: str, password: str) -> str:
        return self._digest("proof", email, password).hex()

    def _verified(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def _digest(self, purpose: str, email: str, password: str) -> bytes:
        return hmac.digest(self._key, "\0".join([purpose, email.lower(), password]).encode(), "sha512")

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= HASHES_WAITING_MAX:
            raise Unavailable("Too many people are signing in at this very moment.")
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1


class HouseMint:
    """Secrets for refresh tokens and API keys. Whoever has the database alone can not make one."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def secret(self, kind: str, of: UUID, turn: int) -> bytes:
        said = kind.encode() + b"\0" + of.bytes + turn.to_bytes(8, "big")
        return hmac.digest(self._key, said, "sha512")[: mint.SECRET_BYTES]


class SessionTokens:
    """The two tokens of a session: a signed one to act with, an opaque one to go on with.

    See `app/auth.py` for what the first is worth later.
    """

    def __init__(self, secret: str, mint: HouseMint) -> None:
        self._secret = secret
        self._mint = mint

    def access(self, granted: session.SessionPass) -> str:
        return auth.mint(
            self._secret,
            granted.account_id,
            frozenset(granted.roles),
            granted.issued_at,
            granted.expires_at - granted.issued_at,
            epoch=granted.token_epoch,
            session_id=granted.session_id,
        )

    def refresh(self, granted: session.SessionPass) -> str:
        secret = self._mint.secret(session.REFRESH, granted.session_id, granted.turn)
        return session.write_token(session.Presented(granted.session_id, granted.turn, secret))


class ApiKeyTexts:
    """API keys as their owners keep them."""

    def __init__(self, mint: HouseMint) -> None:
        self._mint = mint

    def write(self, made: api_key.ApiKeySecret) -> str:
        return api_key.write_key(made.public_id, self._mint.secret(api_key.SECRET, made.key_id, made.turn))


class GiftCardTexts:
    """Codes of gift cards as people read them."""

    def __init__(self, mint: HouseMint) -> None:
        self._mint = mint

    def write(self, card_id: UUID) -> str:
        return gift_card.write_code(gift_card.code_of(self._mint.secret(gift_card.SECRET, card_id, 1)))


class SealedAccounts:
    """AES-SIV: the same token for the same number, and no number without the house's secret."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def seal(self, number: str) -> str:
        return base64.urlsafe_b64encode(self._cipher.encrypt(number.encode(), [b"bank account"])).decode()

    def open(self, token: str) -> str:
        """The number; ValueError for a token that was made under another secret."""
        try:
            return self._cipher.decrypt(base64.urlsafe_b64decode(token), [b"bank account"]).decode()
        except (InvalidTag, binascii.Error) as error:
            raise ValueError("This token was not sealed with the house's secret.") from error


class SealedIntakes:
    """AES-256-GCM, each text bound to its booking: a row that is copied to another booking does not open.

    The nonce follows from booking and text under a key of its own, so that a retry says the same, and no nonce ever
    comes twice with another text.
    """

    def __init__(self, key: bytes) -> None:
        self._nonces, self._cipher = key[:32], AESGCM(key[32:])

    def seal(self, booking_id: UUID, text: str) -> str:
        said = text.encode()
        nonce = hmac.digest(self._nonces, booking_id.bytes + said, "sha256")[:12]
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, said, booking_id.bytes)).decode()

    def open(self, booking_id: UUID, sealed: str) -> str:
        """The text; ValueError for what was sealed under another secret or for another booking."""
        try:
            raw = base64.urlsafe_b64decode(sealed)
            return self._cipher.decrypt(raw[:12], raw[12:], booking_id.bytes).decode()
        except (InvalidTag, binascii.Error) as error:
            raise ValueError("This intake was not sealed with the house's secret, or for another booking.") from error


class Secrets:
    """Everything that needs the secret, for `Context.secrets`."""

    def __init__(
        self,
        secret: str,
        certificate_seed: bytes | None = None,
        certificate_retired_keys: Sequence[str] = (),
        *,
        address: str,
    ) -> None:
        self.passwords = Argon2Passwords(derived(secret, "passwords"))
        self.mint = HouseMint(derived(secret, "mint"))
        self.tokens = SessionTokens(secret, self.mint)
        self.api_keys = ApiKeyTexts(self.mint)
        self.gift_cards = GiftCardTexts(self.mint)
        self.vault = SealedAccounts(derived(secret, "bank accounts"))
        self.intakes = SealedIntakes(derived(secret, "medical intakes"))
        # A key of its own outlives a change of the secret; without one the seal follows from the secret.
        seed = certificate_seed or derived(secret, "certificates")[:KEY_BYTES]
        self.signer = Ed25519Signer(seed, certificate_retired_keys, base_url=address)
