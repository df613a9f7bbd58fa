"""GET /metrics: the figures of every process of the house on this machine, for Prometheus."""

import hmac
from ipaddress import ip_address
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.config import Environment, Settings
from app.telemetry.exposition import exposed


def routes() -> list[Route]:
    return [Route("/metrics", metrics, methods=["GET"])]


async def metrics(request: Request) -> Response:
    """Figures for whoever has the token; in development also for whoever is on this machine."""
    state: Any = request.app.state
    refused = refusal(request, state.house.settings)
    if refused is not None:
        return refused
    body, content_type = exposed(
        await state.exchange.all(), await state.whole.readings(), request.headers.get("accept", "")
    )
    return Response(body, headers={"content-type": content_type, "cache-control": "no-store"})


def refusal(request: Request, settings: Settings) -> Response | None:
    """Without a token there are no figures in production: behind a proxy everybody comes from this machine."""
    token = settings.metrics_token
    if token is None:
        allowed = settings.environment is Environment.DEVELOPMENT and is_near(request)
        return None if allowed else Response(b'{"status":"not found"}', 404, media_type="application/json")
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(sent.encode(), token.get_secret_value().encode()):
        return None
    told = b'{"status":"not allowed"}'
    return Response(told, 401, {"www-authenticate": "Bearer"}, media_type="application/json")


def is_near(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
