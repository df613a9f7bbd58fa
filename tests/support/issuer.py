"""An OIDC issuer on loopback: it signs tokens, publishes its keys, changes them, and can be away, slow or hostile."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from app.config import OidcIssuer

AUDIENCE = "cercle"
ROLES = {"house-support": "SUPPORT", "house-finance": "FINANCE"}

WRITERS: dict[str, Any] = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}


class SigningKey:
    """One key with its name, as the issuer has it and as it shows it."""

    def __init__(self, algorithm: str = "ES256", kid: str | None = None, bits: int = 2_048) -> None:
        self.algorithm = algorithm
        self.kid = kid or uuid4().hex
        self.private: Any = {
            "RS256": lambda: rsa.generate_private_key(65_537, bits),
            "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate,
        }[algorithm]()

    @property
    def shown(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(WRITERS[self.algorithm].to_jwk(self.private.public_key()))
        return {**told, "kid": self.kid, "use": "sig"}

    @property
    def public_pem(self) -> bytes:
        wanted = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(*wanted)  # type: ignore[no-any-return]


class Issuer:
    """What it answers with is an attribute, to be changed at will."""

    def __init__(self, algorithm: str = "ES256") -> None:
        self.key = SigningKey(algorithm)
        self.keys: list[Any] = [self.key.shown]
        self.body: bytes | None = None
        self.status = "200 OK"
        self.hangs = False
        self.fetched = 0
        self.port = 0
        self.server: asyncio.Server | None = None

    @property
    def name(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, **changes: Any) -> OidcIssuer:
        given = {"issuer": self.name, "audience": AUDIENCE, "jwks_uri": f"{self.name}/jwks", "roles": ROLES}
        return OidcIssuer.model_validate(given | changes)

    def claims(self, subject: str = "subject", **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        said = {"iss": self.name, "sub": subject, "aud": AUDIENCE, "iat": now, "exp": now + 600}
        said |= {"email": f"{subject}@issuer.example", "email_verified": True, "name": "Ada Member"}
        return {name: value for name, value in {**said, **changes}.items() if value is not None}

    def token(self, subject: str = "subject", *, key: SigningKey | None = None, **changes: Any) -> str:
        signing = key or self.key
        claims = self.claims(subject, **changes)
        return jwt.encode(claims, signing.private, algorithm=signing.algorithm, headers={"kid": signing.kid})

    def rotate(self, algorithm: str = "ES256") -> None:
        self.key = SigningKey(algorithm)
        self.keys = [self.key.shown]

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self.server is not None
        self.server.close()
        await self.server.wait_closed()
        self.server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.fetched += 1
            if self.hangs:
                await asyncio.sleep(30)
            body = json.dumps({"keys": self.keys}).encode() if self.body is None else self.body
            head = f"HTTP/1.1 {self.status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def unsigned(claims: dict[str, Any], kid: str) -> str:
    """A token that says it needs no signature."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT", "kid": kid}, claims)]
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


@asynccontextmanager
async def issuing(algorithm: str = "ES256") -> AsyncIterator[Issuer]:
    issuer = Issuer(algorithm)
    await issuer.start()
    try:
        yield issuer
    finally:
        await issuer.stop()
