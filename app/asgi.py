"""The HTTP surface: /graphql, /health, /ready."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import media
from app.config import Settings
from app.house import House, open_house
from app.http import GraphQLEndpoint

log = logging.getLogger("cercle.http")


def create(settings: Settings) -> Starlette:
    """The ASGI application; it opens the house when the server starts it."""
    graphql = GraphQLEndpoint()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_house(settings) as house:
            app.state.house = house
            yield

    return Starlette(
        routes=[
            Route("/graphql", graphql),
            Route("/health", health, methods=["GET"]),
            Route("/ready", ready, methods=["GET"]),
            *media.routes(),
        ],
        lifespan=lifespan,
    )


async def health(request: Request) -> Response:
    """Alive: this process answers."""
    return Response(b'{"status":"alive"}', media_type="application/json")


async def ready(request: Request) -> Response:
    """Ready: the database answers too."""
    house: House = request.app.state.house
    try:
        await house.readers.pool.fetchval("SELECT 1")
    except Exception as error:
        log.warning("not ready: %s", type(error).__name__)
        return Response(b'{"status":"not ready"}', 503, {"retry-after": "1"}, media_type="application/json")
    return Response(b'{"status":"ready"}', media_type="application/json")


def from_environment() -> Starlette:
    """The application for `uvicorn --factory app.asgi:from_environment`, with its settings from the environment."""
    return create(Settings())
