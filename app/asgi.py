"""The HTTP surface: /graphql, /health, /ready."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import auth, media
from app.config import Settings
from app.house import House, open_house
from schema.root import build

log = logging.getLogger("cercle.http")

BODY_BYTES_MAX = 256 * 1024
LOCALES = ("en", "zh")


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
            Route("/graphql", graphql, methods=["POST"]),
            Route("/health", health, methods=["GET"]),
            Route("/ready", ready, methods=["GET"]),
            *media.routes(),
        ],
        lifespan=lifespan,
    )


class BadRequest(Exception):
    """The request is not GraphQL over HTTP; answered with its status and an error in the usual shape."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class GraphQLEndpoint:
    """Plain JSON POST."""

    def __init__(self) -> None:
        self.schema = build()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        request_id = uuid4().hex
        try:
            response = await self.answer(request, request_id)
        except BadRequest as error:
            response = respond(
                {"errors": [{"message": str(error), "extensions": {"code": error.code}}]}, error.status, request_id
            )
        await response(scope, receive, send)

    async def answer(self, request: Request, request_id: str) -> Response:
        house: House = request.app.state.house
        body = parse_body(request, await read_body(request))
        context = house.context(
            await who(house, request), key=request.headers.get("idempotency-key"), request_id=request_id
        )
        result = await self.schema.execute(
            body["query"],
            variable_values=body.get("variables"),
            operation_name=body.get("operationName"),
            context_value=context,
        )
        answer: dict[str, Any] = {}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        refused = result.data is None and result.errors is not None
        if not refused or getattr(result, "executed", False):
            answer["data"] = result.data
        return respond(answer, 400 if refused else 200, request_id)


async def who(house: House, request: Request) -> Any:
    """The viewer, whose locale is the first of ours that Accept-Language names."""
    wanted = [part.split(";")[0].strip().lower()[:2] for part in request.headers.get("accept-language", "").split(",")]
    locale = next((name for name in wanted if name in LOCALES), LOCALES[0])
    try:
        return await house.viewer(request.headers.get("authorization"), locale)
    except auth.BadToken as error:
        raise BadRequest(401, "UNAUTHENTICATED", str(error)) from error


async def read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise BadRequest(413, "BODY_TOO_LARGE", f"A request body has {BODY_BYTES_MAX} bytes at most.")
    return bytes(body)


def parse_body(request: Request, raw: bytes) -> dict[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadRequest(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json.")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(400, "BAD_JSON", "The request body is not JSON.") from error
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise BadRequest(400, "BAD_REQUEST", "The request body is an object with a `query` string.")
    for name, shape in (("variables", dict), ("operationName", str)):
        if body.get(name) is not None and not isinstance(body[name], shape):
            raise BadRequest(400, "BAD_REQUEST", f"`{name}` is not of the right type.")
    return body


def respond(answer: dict[str, Any], status: int, request_id: str) -> Response:
    return Response(
        orjson.dumps(answer), status, {"x-request-id": request_id}, media_type="application/graphql-response+json"
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
