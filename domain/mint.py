"""Long secrets that nobody keeps: made from the house's own secret and what they stand for, whenever they are read."""

import hashlib
import hmac
from typing import Protocol
from uuid import UUID

SECRET_BYTES = 32


class Mint(Protocol):
    def secret(self, kind: str, of: UUID, turn: int) -> bytes:
        """32 bytes that only this house can make, the same for the same thing; of another turn they are others."""
        ...


def digest(secret: bytes) -> str:
    """What is kept of a secret: its SHA-256 in hexadecimal digits. There is too much of it to be guessed from that."""
    return hashlib.sha256(secret).hexdigest()


def same(one: bytes, other: bytes) -> bool:
    """Whether two secrets are the same, in a time that does not tell how much of them is."""
    return hmac.compare_digest(one, other)
