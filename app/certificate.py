"""Certificates over HTTP, for whoever reads a QR code with a telephone: the check of a code, and its picture."""

import io

import orjson
import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.house import House
from domain.certificate import CertificateCheck, CertificateStatus
from domain.viewer import ANONYMOUS
from resolvers import certificate as resolve


def routes() -> list[Route]:
    return [
        Route("/certificates/{code}.svg", picture, methods=["GET"]),
        Route("/certificates/{code}", check, methods=["GET"]),
    ]


async def check(request: Request) -> Response:
    """What a certificate is worth, to anyone; 404 for a code that was never issued."""
    house: House = request.app.state.house
    found = await resolve.verify(house.context(ANONYMOUS), request.path_params["code"])
    status = 404 if found.status is CertificateStatus.UNKNOWN else 200
    # A certificate may be revoked at any moment, so nobody keeps the answer.
    return Response(orjson.dumps(told(found)), status, {"cache-control": "no-store"}, media_type="application/json")


def told(found: CertificateCheck) -> dict[str, object]:
    """The check as JSON; what it certifies stands in the signed payload itself."""
    return {
        "code": found.code,
        "status": found.status,
        "certifies": None if found.payload is None else orjson.loads(found.payload),
        "payload": found.payload,
        "keyId": found.key_id,
        "signature": found.signature,
        "issuedAt": found.issued_at,
        "revokedAt": found.revoked_at,
        "reason": found.reason,
    }


async def picture(request: Request) -> Response:
    """The QR code of a certificate; it says nothing but where to check, so that it needs no look-up."""
    house: House = request.app.state.house
    code = request.path_params["code"].strip().upper()
    if not resolve.readable(code):
        return Response(status_code=404)
    drawn = io.BytesIO()
    segno.make(house.secrets.signer.address(code), error="m", micro=False).save(drawn, kind="svg", scale=4)
    kept = {"cache-control": "public, max-age=31536000, immutable", "content-security-policy": "default-src 'none'"}
    return Response(drawn.getvalue(), headers=kept, media_type="image/svg+xml")
