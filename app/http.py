"""GraphQL over HTTP: what a request must be like, and which media type and status its answer has.

By the specification a request that can not be executed is answered with 400 under application/graphql-response+json,
and with 200 under the older application/json, where a status says nothing of GraphQL. What is wrong with the HTTP
request itself (too large, another media type, a bad token) has its own status under both, and so has a body that is no
GraphQL request at all.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from random import getrandbits
from time import perf_counter
from typing import Any

import orjson
from starlette.requests import ClientDisconnect
from strawberry.types import ExecutionResult

from app import explorer
from app.auth import BadToken, stranger
from app.caller import too_much, who
from app.config import Settings
from app.document import KnownDocuments, Run, named, veiled
from app.house import House
from app.meter import Charge, payer
from app.origin import PREFLIGHT, for_page, is_welcome, origin_of
from app.request import (
    EVENT_STREAM,
    GRAPHQL_RESPONSE,
    LEGACY_JSON,
    REQUEST_ERROR_STATUS,
    BadRequest,
    Head,
    HttpRefusal,
    Manner,
    Manners,
    RequestError,
    check_address,
    check_content,
    parse_address,
    parse_body,
    read_body,
    wanted_locale,
    wanted_type,
)
from app.telemetry import bind_request
from app.telemetry.request import OK, RequestFigures, Watch
from domain.unavailable import Unavailable
from domain.viewer import Viewer
from resolvers.context import Context
from resolvers.loaders import Loaders
from schema.access import keyed
from schema.coded import INTERNAL, UNAVAILABLE, is_request_error
from schema.document import Document
from schema.root import build

log = logging.getLogger("cercle.http")

VARY = (b"vary", b"accept, accept-language, authorization, origin")


@dataclass(slots=True)
class Answer:
    """What goes back."""

    body: bytes
    status: int
    media_type: str
    headers: dict[str, str]
    code: str = OK
    """Of the first error."""
    of: object = None
    """What it was made of, which takes a while to let go: for when it is on its way."""

    async def send(self, send: Any, request_id: str) -> None:
        headers = [
            content_type(self.media_type),
            (b"content-length", b"%d" % len(self.body)),
            (b"x-request-id", request_id.encode()),
            VARY,
        ]
        if self.headers:
            headers += [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


@cache
def content_type(media_type: str) -> tuple[bytes, bytes]:
    """The header; there are a few media types of ours."""
    return b"content-type", f"{media_type}; charset=utf-8".encode()


class GraphQLEndpoint:
    """Plain JSON by POST, and queries by GET."""

    event_stream: Callable[[Any, Head, Any, Any, dict[str, str]], Awaitable[None]] | None = None
    """Answers who asks for more than one answer."""

    def __init__(self, settings: Settings) -> None:
        self.schema = build()
        self.figures = RequestFigures(self.schema.documents)
        self.manners = Manners()
        self.documents = KnownDocuments(settings)
        self.explorer = explorer.Explorer(settings) if settings.explores else None
        self.origins = frozenset(origin.encode() for origin in (*settings.origins, origin_of(settings.address)))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        head = Head(scope)
        request_id = f"{getrandbits(128):032x}"
        bind_request(request_id)
        media_type = LEGACY_JSON
        origin = head.headers.get(b"origin")
        page: dict[str, str] = {}
        scope["watch"] = watch = Watch()
        self.figures.in_flight += 1
        try:
            if origin is not None:
                page = self.welcomed(origin, head)
            if head.method != "POST" and (beside := await self.beside(head, page)) is not None:
                await beside.send(send, request_id)
                return
            manner = self.manners.of(head)
            media_type = wanted_type(head.get(b"accept", "*/*")) if manner is None else manner.media_type
            if media_type == EVENT_STREAM and self.event_stream is not None:
                media_type = LEGACY_JSON
                # It stays, and is counted with those that do.
                self.figures.in_flight -= 1
                try:
                    await self.event_stream(scope, head, receive, send, page)
                finally:
                    self.figures.in_flight += 1
                return
            answer = await self.answer(scope["app"].state.house, head, manner, receive, request_id, media_type, watch)
        except ClientDisconnect:
            return
        except HttpRefusal as refusal:
            legacy = isinstance(refusal, RequestError) and media_type == LEGACY_JSON
            status = 200 if legacy else refusal.status
            answer = failed(str(refusal), refusal.code, status, request_id, media_type, refusal.headers)
        except Unavailable as away:
            again = {"retry-after": str(away.retry_after_seconds)}
            answer = failed(str(away), UNAVAILABLE, 503, request_id, media_type, again)
        except Exception:
            log.exception("request %s", request_id)
            answer = failed("Something went wrong on our side.", INTERNAL, 500, request_id, media_type, {})
        finally:
            self.figures.in_flight -= 1
        if page:
            answer.headers.update(page)
        watch.ended = perf_counter()
        try:
            await answer.send(send, request_id)
        finally:
            # Nobody waits for this.
            self.ended(scope, watch, answer, request_id)

    def ended(self, scope: Any, watch: Watch, answer: Answer, request_id: str) -> None:
        """Count a request, and tell of one that was slow."""
        seconds = self.figures.add(watch, answer.status, answer.code)
        slow = scope["app"].state.house.slow
        if seconds >= slow.seconds:
            self.figures.slow += 1
            slow.tell(watch, self.figures.about(watch, answer.code), answer.code, request_id, seconds)

    def welcomed(self, origin: bytes, head: Head) -> dict[str, str]:
        """What lets a page of this origin read the answer; refuses one of another site."""
        if not is_welcome(origin, head.headers.get(b"host", b""), self.origins):
            raise HttpRefusal(403, "ORIGIN_NOT_ALLOWED", "Pages of this site may not speak to this house.")
        return for_page(origin)

    async def beside(self, head: Head, page: dict[str, str]) -> Answer | None:
        """What is no GraphQL: a browser that asks what it may send, or a person who looks at this address with it."""
        if head.method == "OPTIONS":
            return Answer(b"", 200, LEGACY_JSON, {**PREFLIGHT, **page})
        if self.explorer is not None and explorer.wanted(head):
            body, headers = await self.explorer.page(head)
            return Answer(body, 200, "text/html", headers)
        # What is read by GET may change the next moment, and may be meant for one person alone.
        page["cache-control"] = "no-store"
        return None

    async def answer(
        self,
        house: House,
        head: Head,
        manner: Manner | None,
        receive: Any,
        request_id: str,
        media_type: str,
        watch: Watch,
    ) -> Answer:
        posted = head.method == "POST"
        if posted:
            if manner is None:
                check_content(head.get(b"content-type"), head.get(b"content-encoding", "identity"))
            raw = await read_body(head, receive)
            watch.began = perf_counter()
        else:
            check_address(head)
            raw = b"?" + head.address
        if manner is None:
            locale = wanted_locale(head.get(b"accept-language"))
            self.manners.note(head, Manner(media_type, locale))
        else:
            locale = manner.locale
        answers = None if b"authorization" in head.headers else house.answers
        key = (raw, media_type, locale)
        if answers is not None and (kept := answers.at_hand(key) or await answers.find(key)) is not None:
            return Answer(await house.meter.kept(head.client, kept), 200, media_type, {})
        asked = parse_body(raw) if posted else parse_address(head.address)
        query, operation_name = asked.get("query"), asked.get("operationName")
        name = None
        if query is None or asked.get("extensions") or "documentId" in asked:
            name, query = await self.find(house, asked)
        watch.asked = (query, operation_name)
        authorization = head.find(b"authorization")
        try:
            viewer = stranger(locale) if authorization is None else await who(house, head.client, authorization, locale)
        except BadToken as error:
            raise unknown(error) from error
        bound = self.documents.guarded and self.documents.binds(viewer, query)
        context = house.context(viewer, key=head.find(b"idempotency-key"), request_id=request_id, client=head.client)
        asking = (query, asked.get("variables"), operation_name)
        charge = await house.meter.charge(payer(viewer, head.client), self.schema, *asking, context)
        watch.cost = charge.requested
        document = charge.document
        reads = document is not None and document.reads(operation_name)
        if charge.begins and not (reads and viewer.key is None):
            context = await self.entitled(house, context, charge, query, operation_name, may_change=posted)
        run: Run = partial(self.schema.answer, *asking, context)
        if name is not None and asked.get("query") is not None:
            run = partial(self.learning, run, name, query, house, head.client)
        if bound:
            run = partial(veiled, run)
        run = partial(charge.run, run)
        if answers is None or not reads:
            return answered(await run(), media_type, charge)
        if (kept := await answers.shared(key)) is not None:
            charge.give_back()
            return Answer(await house.meter.kept(head.client, kept), 200, media_type, {})
        with answers.reading(key) as reading:
            result = await run()
            answer = answered(result, media_type)
            answer.status = charge.status or answer.status
            if not result.errors:
                await reading.keep(answer.body)
        answer.body = charge.spliced(answer.body)
        return answer

    async def entitled(
        self,
        house: House,
        context: Context,
        charge: Charge,
        query: str,
        operation_name: str | None,
        *,
        may_change: bool = True,
    ) -> Context:
        """The context of an operation that is paid for, for whoever it is in its name; refuses one that comes amiss.

        What changes something reads where it writes: what it answers may not have come to a replica yet.
        """
        document = charge.document
        assert document is not None, "what was not read does not begin"
        changes = document.changes(operation_name)
        try:
            if changes and not may_change:
                raise HttpRefusal(405, "METHOD_NOT_ALLOWED", "Send what changes something by POST.", allow="POST")
            viewer = become(context.viewer, document, operation_name)
            if changes:
                await hold_back(house, context.client, viewer)
        except HttpRefusal:
            charge.give_back()
            raise
        readers = house.changing if changes else context.readers
        if viewer is context.viewer and readers is context.readers:
            return context
        return replace(context, viewer=viewer, readers=readers, loaders=Loaders(readers, viewer))

    async def find(self, house: House, asked: dict[str, Any]) -> tuple[str | None, str]:
        """The hash that the document is named by, if it is, and its text."""
        name, query = named(asked), asked.get("query")
        if name is not None:
            query = await self.documents.text(name, query, house.cache)
        if query is None:
            raise BadRequest("BAD_REQUEST", "A request has a `query` string, or names a document.")
        return name, query

    async def learning(self, run: Run, name: str, query: str, house: House, sender: str) -> ExecutionResult:
        """What the operation answers; its document is known by its name from now on, if it is a valid one."""
        result = await run()
        if self.schema.documents.find(query) is not None:
            await self.documents.learn(name, query, sender, house.cache, house.limits)
        return result


def become(viewer: Viewer, document: Document, operation_name: str | None) -> Viewer:
    """Whom somebody is in an operation: whoever has a key is its account where the key's scopes allow it."""
    return viewer if viewer.key is None else keyed(viewer, document.node, operation_name)


async def hold_back(house: House, address: str | None, viewer: Viewer) -> None:
    """Strangers of one address change little in a minute, for each of their keys is one to keep."""
    if viewer.account_id is not None:
        return
    most = house.settings.stranger_mutations_per_minute
    if wait := await house.limits.wait_seconds(f"stranger:{address}", most=most, per_seconds=60):
        raise too_much(wait)


def unknown(error: BadToken) -> HttpRefusal:
    return HttpRefusal(401, "UNAUTHENTICATED", str(error), www_authenticate="Bearer")


def answered(result: ExecutionResult, media_type: str, charge: Charge | None = None) -> Answer:
    """The result as an answer; nothing but a request error goes without `data`."""
    answer: dict[str, Any] = {}
    headers: dict[str, str] = {}
    status, code = 200, OK
    if result.errors:
        code = (result.errors[0].extensions or {}).get("code", INTERNAL)
        answer["errors"] = [error.formatted for error in result.errors]
        again = [(error.extensions or {}).get("retryAfterSeconds") for error in result.errors]
        if result.data is None and any(again):
            status, headers = 503, {"retry-after": str(max(seconds or 0 for seconds in again))}
    if not (result.errors and is_request_error(result)):
        answer["data"] = result.data
    elif media_type == GRAPHQL_RESPONSE:
        status = REQUEST_ERROR_STATUS
    if charge is not None:
        answer["extensions"] = charge.told()
        status = charge.status or status
    return Answer(orjson.dumps(answer), status, media_type, headers, code, result)


def failed(message: str, code: str, status: int, request_id: str, media_type: str, headers: dict[str, str]) -> Answer:
    extensions: dict[str, object] = {"code": code, "requestId": request_id} if code == INTERNAL else {"code": code}
    if "retry-after" in headers:
        extensions["retryAfterSeconds"] = int(headers["retry-after"])
    errors = [{"message": message, "extensions": extensions}]
    return Answer(orjson.dumps({"errors": errors}), status, media_type, headers, code)
