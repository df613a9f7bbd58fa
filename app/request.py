"""What a request must be like, and what it asks for: the head, the body of a POST, the address of a GET."""

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.requests import ClientDisconnect

from app.client import counted

BODY_BYTES_MAX = 256 * 1024
ADDRESS_BYTES_MAX = 16 * 1024
LIKES_BYTES_MAX = 1_024
"""Of a header that says what a client likes or sends: what it means is remembered, so it must not be long."""

MANNERS_MAX = 256

LOCALES = ("en", "zh")

GRAPHQL_RESPONSE = "application/graphql-response+json"
LEGACY_JSON = "application/json"
EVENT_STREAM = "text/event-stream"

REQUEST_ERROR_STATUS = 400
"""Of a well-formed request that can not be executed, but not under the older media type, which says 200."""

SHAPES: tuple[tuple[str, type], ...] = (
    ("query", str),
    ("variables", dict),
    ("operationName", str),
    ("extensions", dict),
    ("documentId", str),
)
WRITTEN_AS_JSON = ("variables", "extensions")
"""What a value in an address is, when it is no text."""

PREFLIGHT_HEADERS = (b"graphql-require-preflight", b"apollo-require-preflight", b"x-requested-with")
"""No browser sends these to another site without asking first, which a plain GET needs not."""


MAY_BE_FORGED = "A query by GET needs the header GraphQL-Require-Preflight, with any value."


class HttpRefusal(Exception):
    """The HTTP request can not be served, whatever it asks for."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class BadRequest(HttpRefusal):
    """What was sent is not a GraphQL request."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(400, code, message)


class RequestError(HttpRefusal):
    """It is a GraphQL request that can not be executed; what that is in HTTP depends on the media type."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(REQUEST_ERROR_STATUS, code, message)


class Head:
    """What a request says before its body, each header once."""

    __slots__ = ("address", "client", "headers", "method")

    def __init__(self, scope: Any) -> None:
        self.method: str = scope["method"]
        self.address: bytes = scope["query_string"]
        self.client = counted(scope.get("client"))
        # Of a header that is sent twice the first one counts.
        self.headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))

    def find(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def get(self, name: bytes, otherwise: str = "") -> str:
        value = self.find(name)
        return otherwise if value is None else value


class Manner(NamedTuple):
    """How a POST wishes to be answered, of which all else is in order."""

    media_type: str
    locale: str


class Manners:
    """What POSTs say of themselves, by the headers that say it; most say one of a few things."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes | None, ...], Manner] = {}

    def of(self, head: Head) -> Manner | None:
        """None for what was not found in order before."""
        return self._known.get(said(head)) if head.method == "POST" else None

    def note(self, head: Head, manner: Manner) -> None:
        key = said(head)
        if (
            head.method == "POST"
            and len(self._known) < MANNERS_MAX
            and sum(len(one) for one in key if one is not None) <= LIKES_BYTES_MAX
        ):
            self._known[key] = manner


def said(head: Head) -> tuple[bytes | None, ...]:
    headers = head.headers
    return (
        headers.get(b"accept"),
        headers.get(b"accept-language"),
        headers.get(b"content-type"),
        headers.get(b"content-encoding"),
    )


def check_content(content_type: str, content_encoding: str) -> None:
    """Refuse a body that is not plain JSON in UTF-8."""
    if len(content_type) + len(content_encoding) > LIKES_BYTES_MAX:
        raise HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json.")
    check_short(content_type, content_encoding)


@lru_cache(maxsize=256)
def check_short(content_type: str, content_encoding: str) -> None:
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "application/json":
        raise HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json.")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if parameters.strip().lower().startswith("charset=") and charset not in ("utf-8", "utf8"):
        raise HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request in UTF-8.")
    if content_encoding.lower() != "identity":
        raise HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request without compression.")


def check_address(head: Head) -> None:
    """Refuse what is no GET, and one that a page of another site can send without being asked."""
    if head.method not in ("GET", "HEAD"):
        message = "Send the request by POST, or a query by GET."
        raise HttpRefusal(405, "METHOD_NOT_ALLOWED", message, allow="GET, HEAD, OPTIONS, POST")
    if head.headers.keys().isdisjoint(PREFLIGHT_HEADERS):
        raise BadRequest("PREFLIGHT_REQUIRED", MAY_BE_FORGED)
    if len(head.address) > ADDRESS_BYTES_MAX:
        raise HttpRefusal(
            414, "ADDRESS_TOO_LONG", f"An address has {ADDRESS_BYTES_MAX} bytes at most: send it by POST."
        )


def wanted_type(accept: str) -> str:
    """Of the media types the one that the client likes best; a wildcard means the older of those for one answer."""
    if len(accept) > LIKES_BYTES_MAX:
        raise HttpRefusal(406, "NOT_ACCEPTABLE", f"Accept has {LIKES_BYTES_MAX} bytes at most.")
    return liked(accept)


@lru_cache(maxsize=1_024)
def liked(accept: str) -> str:
    likes = {GRAPHQL_RESPONSE: 0.0, LEGACY_JSON: 0.0, EVENT_STREAM: 0.0}
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((as_quality(value[2:]) for value in parameters if value.startswith("q=")), 1.0)
        name = LEGACY_JSON if kind in ("", "*/*", "application/*") else kind
        if name in likes:
            likes[name] = max(likes[name], quality)
    if not any(likes.values()):
        message = f"The answer can be {GRAPHQL_RESPONSE}, {LEGACY_JSON} or {EVENT_STREAM}."
        raise HttpRefusal(406, "NOT_ACCEPTABLE", message)
    return max(likes, key=lambda name: likes[name])


def as_quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 1.0


def wanted_locale(accept_language: str) -> str:
    """The first of ours that Accept-Language names early."""
    return named_first(accept_language[:LIKES_BYTES_MAX])


@lru_cache(maxsize=1_024)
def named_first(accept_language: str) -> str:
    wanted = [part.split(";")[0].strip().lower()[:2] for part in accept_language.split(",")]
    return next((name for name in wanted if name in LOCALES), LOCALES[0])


async def read_body(head: Head, receive: Any) -> bytes:
    announced = head.headers.get(b"content-length", b"")
    if announced.isdigit() and (len(announced) > 15 or int(announced) > BODY_BYTES_MAX):
        raise too_large()
    # Most come whole; what comes in parts is not copied for each of them.
    body: bytes | bytearray = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        if not body:
            body = part
        elif isinstance(body, bytearray):
            body += part
        else:
            body = bytearray(body)
            body += part
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
    if not isinstance(body, dict):
        raise BadRequest("BAD_REQUEST", "The request body is an object with a `query` string.")
    return checked(body)


def parse_address(raw: bytes) -> dict[str, Any]:
    """The request of an address, of which variables and extensions are JSON."""
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=16)
    except ValueError as error:
        raise BadRequest("BAD_REQUEST", "The address is not made of names and values in UTF-8.") from error
    given: dict[str, Any] = dict(pairs)
    if len(given) < len(pairs):
        raise BadRequest("BAD_REQUEST", "The address says the same thing twice.")
    try:
        given |= {name: orjson.loads(given[name] or b"null") for name in WRITTEN_AS_JSON if name in given}
    except orjson.JSONDecodeError as error:
        raise BadRequest("BAD_JSON", "`variables` and `extensions` in an address are JSON.") from error
    return checked(given)


def checked(asked: dict[str, Any]) -> dict[str, Any]:
    """The same request; it has a document or names one, and the rest is of the right type."""
    for name, shape in SHAPES:
        if asked.get(name) is not None and not isinstance(asked[name], shape):
            raise BadRequest("BAD_REQUEST", f"`{name}` is not of the right type.")
    if asked.get("query") is None and asked.get("documentId") is None and not asked.get("extensions"):
        raise BadRequest("BAD_REQUEST", "A request has a `query` string, or names a document.")
    return asked
