"""Media over HTTP: PUT and GET at addresses that carry their own proof, and placeholders drawn on the spot."""

import asyncio
import base64
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from app.placeholder import draw
from app.secret import derived
from domain.media import ContentType, MediaUpload, ReceiveUpload, receive_upload
from domain.refusal import Refusal
from domain.viewer import HOUSE
from persistence.media_file import FileRefused, MediaFiles

UPLOAD_SECONDS_MAX = 600
PRIVATE_TTL = timedelta(hours=1)
HEADERS = {
    # A file of a stranger is never run in the name of the house, whatever it holds.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
}
FOR_EVER = "public, max-age=31536000, immutable"


class SignedAddresses:
    """Addresses under one base. Signatures cover all that was promised: method, key, moment, type and size."""

    def __init__(self, base_url: str, secret: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._key = derived(secret, "media")

    def upload(self, upload: MediaUpload) -> str:
        """Where to PUT the file until it expires."""
        return self._signed("PUT", upload.key, upload.expires_at, upload.content_type, upload.size_bytes)

    def read(self, key: str, now: datetime) -> str:
        """Where to GET a file; a private one until the end of the next hour, so that one answer is like another."""
        if not key.startswith("private/"):
            return f"{self.base_url}/media/{key}"
        hour = now.replace(minute=0, second=0, microsecond=0)
        return self._signed("GET", key, hour + 2 * PRIVATE_TTL)

    def proves(self, request: Request, key: str, *covered: object) -> bool:
        """Whether the request's address was signed by us for this, and still counts."""
        expires = request.query_params.get("expires", "")
        if not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
            return False
        method = "GET" if request.method == "HEAD" else request.method
        signature = self._signature(method, key, int(expires), *covered)
        given = request.query_params.get("signature", "")
        return hmac.compare_digest(signature.encode(), given.encode()) and int(expires) > datetime.now(UTC).timestamp()

    def _signed(self, method: str, key: str, expires_at: datetime, *covered: object) -> str:
        expires = int(expires_at.timestamp())
        query = urlencode({"expires": expires, "signature": self._signature(method, key, expires, *covered)})
        return f"{self.base_url}/media/{key}?{query}"

    def _signature(self, method: str, key: str, expires: int, *covered: object) -> str:
        said = "\n".join([method, key, str(expires), *map(str, covered)])
        return base64.urlsafe_b64encode(hmac.digest(self._key, said.encode(), "sha256")).decode().rstrip("=")


def routes() -> list[Route]:
    """PUT and GET under /media."""
    return [Route("/media/{key:path}", put, methods=["PUT"]), Route("/media/{key:path}", get, methods=["GET"])]


async def put(request: Request) -> Response:
    """Store a file that was announced, exactly as it was announced."""
    house = request.app.state.house
    key = request.path_params["key"]
    files: MediaFiles = house.files
    path = files.path(key)
    content_type = request.headers.get("content-type", "")
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        return problem(411, "LENGTH_REQUIRED", "Send the Content-Length that was announced.")
    if path is None or not house.media.proves(request, key, content_type, length):
        return problem(403, "BAD_SIGNATURE", "This address does not take this file, or not any more.")
    try:
        async with asyncio.timeout(UPLOAD_SECONDS_MAX):
            stored = await files.keep(
                path, body(request), content_type=ContentType(content_type), size_bytes=int(length)
            )
            command = ReceiveUpload(key, stored.size_bytes, stored.sha256)
            await house.transactor(
                receive_upload,
                HOUSE,
                command,
                action="mediaUploadReceive",
                key=f"{key}/{stored.sha256[:32]}",
                now=datetime.now(UTC),
            )
    except FileRefused as refused:
        return problem(409 if refused.code == "MEDIA_ALREADY_STORED" else 422, refused.code, str(refused))
    except Refusal as refusal:
        return problem(409, refusal.code, refusal.message)
    except TimeoutError:
        return problem(408, "TOO_SLOW", "An upload takes ten minutes at most.")
    except ClientDisconnect:
        return Response(status_code=499)
    return Response(status_code=201, headers={"etag": f'"{stored.sha256}"'})


async def body(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


async def get(request: Request) -> Response:
    """A stored file, or a placeholder."""
    house = request.app.state.house
    key = request.path_params["key"]
    if key.startswith("placeholder/"):
        drawn = draw(key)
        headers = {**HEADERS, "cache-control": FOR_EVER}
        return problem(404) if drawn is None else Response(drawn, media_type="image/svg+xml", headers=headers)
    path = house.files.path(key)
    private = key.startswith("private/")
    if path is None or (private and not house.media.proves(request, key)):
        return problem(404)
    content_type = await house.files.type_of(path)
    if content_type is None:
        return problem(404)
    caching = f"private, max-age={int(PRIVATE_TTL.total_seconds())}" if private else FOR_EVER
    return FileResponse(path, media_type=content_type, headers={**HEADERS, "cache-control": caching})


def problem(status: int, code: str = "NOT_FOUND", message: str = "There is no such file.") -> Response:
    answer: dict[str, Any] = {"code": code, "message": message}
    return Response(orjson.dumps(answer), status, media_type="application/json")
