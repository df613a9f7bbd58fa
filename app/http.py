"""GraphQL over HTTP: what a request must be like, and which media type and status its answer has.

By the specification a request that can not be executed is answered with 400 under application/graphql-response+json,
and with 200 under the older application/json, where a status says nothing of GraphQL. What is wrong with the HTTP
request itself (too large, another media type, a bad token) has its own status under both.
"""

import logging
import re
from dataclasses import dataclass
from functools import lru_cache, partial
from random import getrandbits
from typing import Any

import orjson
from starlette.requests import ClientDisconnect
from strawberry.types import ExecutionResult

from app import auth
from app.house import House
from app.telemetry import bind_request
from domain.unavailable import Unavailable
from domain.viewer import Viewer
from schema.coded import INTERNAL, UNAVAILABLE, is_request_error
from schema.root import build

log = logging.getLogger("cercle.http")

BODY_BYTES_MAX = 256 * 1024
LOCALES = ("en", "zh")

MUTATION = re.compile(r"\bmutation\b")

GRAPHQL_RESPONSE = "application/graphql-response+json"
LEGACY_JSON = "application/json"
SHAPES: tuple[tuple[str, type], ...] = (("variables", dict), ("operationName", str), ("extensions", dict))


class HttpRefusal(Exception):
    """The HTTP request can not be served, whatever it asks for."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class BadRequest(HttpRefusal):
    """The body is not a GraphQL request; the older media type knows no status for that."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(400, code, message)


class Head:
    """What a request says before its body, each header once."""

    __slots__ = ("client", "headers", "method")

    def __init__(self, scope: Any) -> None:
        self.method: str = scope["method"]
        self.client: str = scope["client"][0] if scope.get("client") else "nowhere"
        # Of a header that is sent twice the first one counts.
        self.headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))

    def find(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def get(self, name: bytes, otherwise: str = "") -> str:
        value = self.find(name)
        return otherwise if value is None else value


@dataclass(slots=True)
class Answer:
    """What goes back."""

    body: bytes
    status: int
    media_type: str
    headers: dict[str, str]

    async def send(self, send: Any, request_id: str) -> None:
        headers = [
            (b"content-type", f"{self.media_type}; charset=utf-8".encode()),
            (b"content-length", str(len(self.body)).encode()),
            (b"x-request-id", request_id.encode()),
            (b"vary", b"accept, accept-language, authorization"),
            *((name.encode(), value.encode()) for name, value in self.headers.items()),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class GraphQLEndpoint:
    """Plain JSON POST."""

    def __init__(self) -> None:
        self.schema = build()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        head = Head(scope)
        request_id = f"{getrandbits(128):032x}"
        bind_request(request_id)
        media_type = LEGACY_JSON
        try:
            media_type = wanted_type(head.get(b"accept", "*/*"))
            answer = await self.answer(scope["app"].state.house, head, receive, request_id, media_type)
        except ClientDisconnect:
            return
        except HttpRefusal as refusal:
            legacy = isinstance(refusal, BadRequest) and media_type == LEGACY_JSON
            status = 200 if legacy else refusal.status
            answer = failed(str(refusal), refusal.code, status, request_id, media_type, refusal.headers)
        except Unavailable as away:
            again = {"retry-after": str(away.retry_after_seconds)}
            answer = failed(str(away), UNAVAILABLE, 503, request_id, media_type, again)
        except Exception:
            log.exception("request %s", request_id)
            answer = failed("Something went wrong on our side.", INTERNAL, 500, request_id, media_type, {})
        await answer.send(send, request_id)

    async def answer(self, house: House, head: Head, receive: Any, request_id: str, media_type: str) -> Answer:
        check_head(head)
        raw = await read_body(head, receive)
        locale = wanted_locale(head.get(b"accept-language"))
        answers = None if b"authorization" in head.headers else house.answers
        key = (raw, media_type, locale)
        if answers is not None and (kept := await answers.find(key)) is not None:
            return Answer(kept, 200, media_type, {})
        asked = parse_body(raw)
        query, operation_name = asked["query"], asked.get("operationName")
        viewer = await who(house, head, locale)
        await hold_back(house, head, viewer, query)
        context = house.context(viewer, key=head.find(b"idempotency-key"), request_id=request_id)
        run = partial(self.schema.answer, query, asked.get("variables"), operation_name, context)
        if answers is None or not self.schema.only_reads(query, operation_name):
            return answered(await run(), media_type)
        if (kept := await answers.shared(key)) is not None:
            return Answer(kept, 200, media_type, {})
        with answers.reading(key) as reading:
            result = await run()
            answer = answered(result, media_type)
            if not result.errors:
                await reading.keep(answer.body)
        return answer


def check_head(head: Head) -> None:
    """Refuse what need not be read."""
    if head.method != "POST":
        raise HttpRefusal(405, "METHOD_NOT_ALLOWED", "Send the request by POST.", allow="POST")
    check_content(head.get(b"content-type"), head.get(b"content-encoding", "identity"))


@lru_cache(maxsize=256)
def check_content(content_type: str, content_encoding: str) -> None:
    """Refuse a body that is not plain JSON in UTF-8."""
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "application/json":
        raise HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json.")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if parameters.strip().lower().startswith("charset=") and charset not in ("utf-8", "utf8"):
        raise HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request in UTF-8.")
    if content_encoding.lower() != "identity":
        raise HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request without compression.")


@lru_cache(maxsize=1_024)
def wanted_type(accept: str) -> str:
    """Of the two media types the one that the client likes better; a wildcard means the older one."""
    likes = {GRAPHQL_RESPONSE: 0.0, LEGACY_JSON: 0.0}
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((as_quality(value[2:]) for value in parameters if value.startswith("q=")), 1.0)
        name = LEGACY_JSON if kind in ("", "*/*", "application/*") else kind
        if name in likes:
            likes[name] = max(likes[name], quality)
    if not any(likes.values()):
        message = f"The answer can be {GRAPHQL_RESPONSE} or {LEGACY_JSON}."
        raise HttpRefusal(406, "NOT_ACCEPTABLE", message)
    return max(likes, key=lambda name: likes[name])


def as_quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 1.0


@lru_cache(maxsize=1_024)
def wanted_locale(accept_language: str) -> str:
    """The first of ours that Accept-Language names."""
    wanted = [part.split(";")[0].strip().lower()[:2] for part in accept_language.split(",")]
    return next((name for name in wanted if name in LOCALES), LOCALES[0])


async def who(house: House, head: Head, locale: str) -> Viewer:
    try:
        return await house.viewer(head.find(b"authorization"), locale)
    except auth.BadToken as error:
        raise HttpRefusal(401, "UNAUTHENTICATED", str(error), www_authenticate="Bearer") from error


async def hold_back(house: House, head: Head, viewer: Viewer, query: str) -> None:
    """Strangers of one address change little in a minute, for each of their keys is one to keep."""
    if viewer.account_id is not None or not MUTATION.search(query):
        return
    most = house.settings.stranger_mutations_per_minute
    wait = await house.limits.wait_seconds(f"stranger:{head.client}", most=most, per_seconds=60)
    if wait:
        raise HttpRefusal(429, "RATE_LIMITED", "Too much at once: try again later.", retry_after=str(wait))


async def read_body(head: Head, receive: Any) -> bytes:
    announced = head.get(b"content-length")
    if announced.isdecimal() and (len(announced) > 15 or int(announced) > BODY_BYTES_MAX):
        raise too_large()
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_BYTES_MAX:
            raise too_large()
    return bytes(body)


def too_large() -> HttpRefusal:
    return HttpRefusal(413, "BODY_TOO_LARGE", f"A request body has {BODY_BYTES_MAX} bytes at most.")


def parse_body(raw: bytes) -> dict[str, Any]:
    """The request of a body; bad UTF-8, endless nesting and numbers out of range are no JSON for the parser."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest("BAD_JSON", "The request body is not JSON in UTF-8.") from error
    if isinstance(body, list):
        raise BadRequest("BATCHING_NOT_SUPPORTED", "Send one operation at a time.")
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise BadRequest("BAD_REQUEST", "The request body is an object with a `query` string.")
    for name, shape in SHAPES:
        if body.get(name) is not None and not isinstance(body[name], shape):
            raise BadRequest("BAD_REQUEST", f"`{name}` is not of the right type.")
    return body


def answered(result: ExecutionResult, media_type: str) -> Answer:
    """The result as an answer; nothing but a request error goes without `data`."""
    answer: dict[str, Any] = {}
    headers: dict[str, str] = {}
    status = 200
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
        again = [(error.extensions or {}).get("retryAfterSeconds") for error in result.errors]
        if result.data is None and any(again):
            status, headers = 503, {"retry-after": str(max(seconds or 0 for seconds in again))}
    if not (result.errors and is_request_error(result)):
        answer["data"] = result.data
    elif media_type == GRAPHQL_RESPONSE:
        status = 400
    return Answer(orjson.dumps(answer), status, media_type, headers)


def failed(message: str, code: str, status: int, request_id: str, media_type: str, headers: dict[str, str]) -> Answer:
    extensions = {"code": code, "requestId": request_id} if code == INTERNAL else {"code": code}
    errors = [{"message": message, "extensions": extensions}]
    return Answer(orjson.dumps({"errors": errors}), status, media_type, headers)
