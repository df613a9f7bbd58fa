"""GraphQL over server-sent events, in distinct connections: a POST whose answer goes on.

What is wrong with the request has a status of its own; from then on everything is an event. A stream that was
completed is over; one that ends without that was cut, and clients ask again.
"""

import asyncio
import contextlib
from contextlib import aclosing
from typing import Any

import orjson

from app.auth import BadToken
from app.http import GraphQLEndpoint, unknown
from app.operation import answered, told, written
from app.request import Head, HttpRefusal, check_content, parse_body, read_body
from app.stream import FORBIDDEN, Stream, Streams

BEAT_SECONDS = 12.0
RETRY = b"retry: 1000\n\n"
BEAT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # Proxies keep back what they believe to be a page.
    (b"x-accel-buffering", b"no"),
]


class EventStreamEndpoint:
    """Answers those requests that want an event stream."""

    def __init__(self, graphql: GraphQLEndpoint) -> None:
        self.graphql = graphql

    async def __call__(self, scope: Any, head: Head, receive: Any, send: Any, page: dict[str, str]) -> None:
        """Raises HttpRefusal as long as nothing was sent."""
        if head.method != "POST":
            raise HttpRefusal(405, "METHOD_NOT_ALLOWED", "Ask for an event stream by POST.", allow="POST")
        check_content(head.get(b"content-type"), head.get(b"content-encoding", "identity"))
        asked = parse_body(await read_body(head, receive))
        streams: Streams = scope["app"].state.house.streams
        streams.admit(head.client)
        events = EventStream(self.graphql, streams, head, send)
        with streams.opened(events.stream):
            try:
                await events.stream.identify(head.find(b"authorization"))
            except BadToken as error:
                raise unknown(error) from error
            headers = [*HEADERS, *((name.encode(), value.encode()) for name, value in page.items())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await events.run(asked, receive)


class EventStream:
    """One answer that goes on."""

    def __init__(self, graphql: GraphQLEndpoint, streams: Streams, head: Head, send: Any) -> None:
        self.graphql = graphql
        self.send = send
        self.over = asyncio.Event()
        self.stream = Stream(streams.house, head, self.end, head.find(b"idempotency-key"))

    async def run(self, asked: dict[str, Any], receive: Any) -> None:
        """Until everything is told, the client goes, or the stream is ended from here."""
        until = self.answer(asked), self.beat(), self.over.wait(), gone(receive)
        tasks: list[asyncio.Task[Any]] = [asyncio.create_task(one) for one in until]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.over.set()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            with contextlib.suppress(OSError):
                await self.send({"type": "http.response.body", "body": b""})

    async def answer(self, asked: dict[str, Any]) -> None:
        await self.write(RETRY)
        async with aclosing(answered(self.graphql, self.stream, asked)) as results:
            async for result in results:
                await self.write(b"event: next\ndata: " + orjson.dumps(written(result)) + b"\n\n")
        await self.write(COMPLETE)

    async def beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self.write(BEAT)

    async def end(self, code: int, reason: str) -> None:
        """Whoever may not go on is told so; whoever may is cut off, and will ask again."""
        if code == FORBIDDEN:
            refused = orjson.dumps(written(told(reason, "UNAUTHENTICATED")))
            await self.write(b"event: next\ndata: " + refused + b"\n\n" + COMPLETE)
        self.over.set()

    async def write(self, event: bytes) -> None:
        if not self.over.is_set():
            await self.send({"type": "http.response.body", "body": event, "more_body": True})


async def gone(receive: Any) -> None:
    """Until the client hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass
