"""The HTTP surface: /graphql, /health, /ready."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import certificate, explorer, media, metrics, payment_webhook, test_provider
from app.config import Settings
from app.house import House, open_house
from app.http import GraphQLEndpoint
from app.manifest import checked, read
from app.sse import EventStreamEndpoint
from app.telemetry import metric, tracing
from app.telemetry.exchange import telling
from app.telemetry.whole import WholeFigures
from app.traced import TracedEndpoint
from app.websocket import WebSocketEndpoint
from persistence.migrate import schema_found
from schema.coded import UNAVAILABLE

log = logging.getLogger("cercle.http")

GRAPHQL = "/graphql"
READY_SECONDS_MAX = 2.0
HANG_UP_SECONDS = 1.0
"""A read goes on for this long after its client hung up: to stop it costs a connection to the database."""


class HouseApp(Starlette):
    """Starlette, but for GraphQL, which answers for all of its errors itself and goes past routing and middleware."""

    graphql: GraphQLEndpoint
    websocket: WebSocketEndpoint
    state: Any

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == GRAPHQL:
            scope["app"] = self
            try:
                await self.graphql(scope, receive, send)
            except asyncio.CancelledError:
                # By the server: its client hung up, or the process ends and has waited long enough.
                if "hung_up" not in scope:
                    await called_off(send)
        elif scope["type"] == "websocket" and scope["path"] == GRAPHQL:
            scope["app"] = self
            await self.websocket(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def hung_up(self, scope: Any, task: "asyncio.Task[None]") -> None:
        """A client went away before its answer: stop what only reads; a change runs on, for it may be done already."""
        watch = scope.get("watch")
        if watch is not None and watch.asked is not None and self.graphql.schema.only_reads(*watch.asked):
            asyncio.get_running_loop().call_later(HANG_UP_SECONDS, stop, task, scope)


def stop(task: "asyncio.Task[None]", scope: Any) -> None:
    if not task.done():
        scope["hung_up"] = True
        task.cancel()


async def called_off(send: Any) -> None:
    """Answer a request that took longer than this process has."""
    words = "The process stopped before this was done. Send it again, a change under the same key: it acts once."
    body = orjson.dumps({"errors": [{"message": words, "extensions": {"code": UNAVAILABLE, "retryAfterSeconds": 1}}]})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"1"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def create(settings: Settings) -> HouseApp:
    """The ASGI application; it opens the house when the server starts it."""

    @asynccontextmanager
    async def lifespan(app: HouseApp) -> AsyncIterator[None]:
        async with open_house(settings) as house:
            app.state.house = house
            if settings.documents_dir is not None:
                register(app.graphql, settings.documents_dir)
            async with told(app, house), staying(app, house):
                yield

    app = HouseApp(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/ready", ready, methods=["GET"]),
            *certificate.routes(),
            *explorer.routes(settings),
            *media.routes(),
            *metrics.routes(),
            *payment_webhook.routes(),
            *test_provider.routes(settings),
        ],
        lifespan=lifespan,
    )
    # Starlette's own looks in a dictionary for each name.
    app.state = SimpleNamespace()
    traces = tracing.begin()
    tracing.listen(traces)
    app.graphql = GraphQLEndpoint(settings) if traces is None else TracedEndpoint(settings, traces)
    app.graphql.event_stream = EventStreamEndpoint(app.graphql)
    app.websocket = WebSocketEndpoint(app.graphql)
    return app


@asynccontextmanager
async def staying(app: HouseApp, house: House) -> AsyncIterator[None]:
    """Within, connections may stay; in the end, or when the server says so, they are told to come again."""
    app.state.closers = [*getattr(app.state, "closers", []), house.streams.close_all]
    try:
        yield
    finally:
        await house.streams.close_all()


@asynccontextmanager
async def told(app: HouseApp, house: House) -> AsyncIterator[None]:
    """Within, this process's figures and those of the others are told where Prometheus asks."""
    app.state.whole = WholeFigures(house)
    figures = app.graphql.figures.readings, partial(metric.of_schema, app.graphql.schema)
    async with telling(house, *figures) as app.state.exchange:
        yield


def register(graphql: GraphQLEndpoint, folder: Path) -> None:
    """Make ready what the house's own clients send, so that nobody waits for it to be parsed and compiled."""
    for document in checked(read(folder), graphql.schema):
        graphql.documents.register(document.text)
        graphql.figures.register(document.text)


async def health(request: Request) -> Response:
    """Alive: this process answers."""
    return Response(b'{"status":"alive"}', media_type="application/json")


async def unready(app: HouseApp) -> str | None:
    """Why nobody should be sent here; None when there is no reason."""
    if getattr(app.state, "stopping", False):
        return "The process is about to stop."
    house: House = app.state.house
    try:
        async with asyncio.timeout(READY_SECONDS_MAX):
            return (await schema_found(house.readers.pool.fetchval)).problem
    except Exception as error:
        return f"The database can not be reached: {type(error).__name__}."


async def ready(request: Request) -> Response:
    """Ready: the database answers, it has the schema of this version, and the process is not about to stop."""
    reason = await unready(request.app)
    if reason is None:
        return Response(b'{"status":"ready"}', media_type="application/json")
    log.warning("not ready: %s", reason)
    told = orjson.dumps({"status": "not ready", "reason": reason})
    return Response(told, 503, {"retry-after": "1"}, media_type="application/json")


def from_environment() -> HouseApp:
    """The application for `uvicorn --factory app.asgi:from_environment`, with its settings from the environment."""
    return create(Settings())
