"""The seal on certificates: Ed25519, so that anyone can check a signature with the public key alone."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.config import decode
from domain.certificate import PublicKey


class Ed25519Signer:
    """Signs with one key, and still knows the public keys that were in use before it."""

    def __init__(self, seed: bytes, retired: Sequence[str] = (), *, base_url: str) -> None:
        """`seed` is 32 bytes; `retired` are raw public keys in base64url; checks are made under `base_url`."""
        self._base_url = base_url
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        current = self._private.public_key()
        keys = [current, *(Ed25519PublicKey.from_public_bytes(decode(key)) for key in retired)]
        self._keys = {key_id(raw(key)): key for key in keys}
        self._key_id = key_id(raw(current))

    @property
    def key_id(self) -> str:
        return self._key_id

    def sign(self, payload: bytes) -> bytes:
        return self._private.sign(payload)

    def verify(self, key_id: str, payload: bytes, signature: bytes) -> bool:
        key = self._keys.get(key_id)
        if key is None:
            return False
        try:
            key.verify(signature, payload)
        except InvalidSignature:
            return False
        return True

    def public_keys(self) -> Sequence[PublicKey]:
        return [
            PublicKey(name, urlsafe_b64encode(raw(key)).decode().rstrip("="), name == self._key_id)
            for name, key in self._keys.items()
        ]

    def address(self, code: str) -> str:
        return f"{self._base_url}/certificates/{code}"


def raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(public: bytes) -> str:
    """A short name that follows from the key itself."""
    return hashlib.sha256(public).hexdigest()[:16]
