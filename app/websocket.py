"""GraphQL over WebSocket, by the protocol graphql-transport-ws: one connection, many operations at once."""

import asyncio
import contextlib
import logging
from contextlib import aclosing
from typing import Any

import orjson
from starlette.requests import ClientDisconnect
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from app.auth import BadToken
from app.http import GraphQLEndpoint
from app.operation import answered, told, written
from app.request import BadRequest, Head, HttpRefusal, checked
from app.stream import FORBIDDEN, Stream, Streams
from domain.unavailable import Unavailable

log = logging.getLogger("cercle.websocket")

SUBPROTOCOL = "graphql-transport-ws"
INIT_SECONDS_MAX = 3.0
OPERATIONS_MAX = 32
"""How many operations of one connection may be under way."""

ID_LENGTH_MAX = 128
PAYLOAD_BYTES_MAX = 16 * 1024
"""Of a ping, which is sent back, and of connection_init."""

REASON_BYTES_MAX = 123

TRY_LATER = 1013
BAD_MESSAGE = 4400
UNAUTHORIZED = 4401
SUBPROTOCOL_MISSING = 4406
INIT_TIMEOUT = 4408
ID_TAKEN = 4409
INIT_TWICE = 4429
BROKEN = 4500

Message = dict[str, Any]


class Closed(Exception):
    """The connection ends, with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class WebSocketEndpoint:
    """Takes connections, or refuses them before they are open."""

    def __init__(self, graphql: GraphQLEndpoint) -> None:
        self.graphql = graphql

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        streams: Streams = scope["app"].state.house.streams
        head = Head({**scope, "method": "GET"})
        await receive()
        try:
            if (origin := head.headers.get(b"origin")) is not None:
                self.graphql.welcomed(origin, head)
            streams.admit(head.client)
        except HttpRefusal as refusal:
            await refuse(send, refusal)
            return
        spoken = SUBPROTOCOL in scope["subprotocols"]
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if spoken else None})
        connection = Connection(self.graphql, streams, head, receive, send)
        if spoken:
            await connection.serve()
        else:
            await connection.close(SUBPROTOCOL_MISSING, "Subprotocol not acceptable")


async def refuse(send: Any, refusal: HttpRefusal) -> None:
    body = orjson.dumps({"errors": [{"message": str(refusal), "extensions": {"code": refusal.code}}]})
    headers = [(name.encode(), value.encode()) for name, value in refusal.headers.items()]
    headers.append((b"content-type", b"application/json; charset=utf-8"))
    await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


class Connection:
    """One client, from its first message to its last."""

    __slots__ = (
        "acknowledged",
        "closed",
        "graphql",
        "head",
        "operations",
        "receive",
        "running",
        "send",
        "stream",
        "streams",
    )

    def __init__(self, graphql: GraphQLEndpoint, streams: Streams, head: Head, receive: Any, send: Any) -> None:
        self.graphql = graphql
        self.streams = streams
        self.head = head
        self.receive = receive
        self.send = send
        self.stream = Stream(streams.house, head, self.close)
        self.operations: dict[str, asyncio.Task[None]] = {}
        self.running: set[asyncio.Task[None]] = set()
        """Those as well whose id is free again, and who have not ended yet."""
        self.acknowledged = False
        self.closed = False

    async def serve(self) -> None:
        with self.streams.opened(self.stream):
            try:
                await self.begin()
                while True:
                    await self.handle(await self.message())
            except Closed as end:
                await self.close(end.code, str(end))
            except ClientDisconnect:
                self.closed = True
            except Exception:
                log.exception("a connection broke")
                await self.close(BROKEN, "Something went wrong on our side.")
            finally:
                await self.stop()

    async def begin(self) -> None:
        """Until it is known who is there."""
        try:
            async with asyncio.timeout(INIT_SECONDS_MAX):
                while not self.acknowledged:
                    await self.handle(await self.message())
        except TimeoutError as error:
            raise Closed(INIT_TIMEOUT, "Connection initialisation timeout") from error

    async def message(self) -> Message:
        event = await self.receive()
        if event["type"] == "websocket.disconnect":
            raise ClientDisconnect
        try:
            message = orjson.loads(event.get("text") or b"")
        except orjson.JSONDecodeError as error:
            raise Closed(BAD_MESSAGE, "A message is text with JSON in it.") from error
        if not isinstance(message, dict):
            raise Closed(BAD_MESSAGE, "A message is an object.")
        return message

    async def handle(self, message: Message) -> None:
        payload = message.get("payload")
        match message.get("type"):
            case "connection_init":
                await self.init(payload)
            case "ping":
                check_small(payload)
                await self.tell({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})
            case "pong":
                pass
            case "subscribe":
                await self.subscribe(self.id_of(message), payload)
            case "complete":
                operation = self.operations.pop(self.id_of(message), None)
                if operation is not None:
                    operation.cancel()
            case _:
                raise Closed(BAD_MESSAGE, "Messages of this type are not known.")

    def id_of(self, message: Message) -> str:
        found = message.get("id")
        if not isinstance(found, str) or not 0 < len(found) <= ID_LENGTH_MAX:
            raise Closed(BAD_MESSAGE, f"An operation has an id of 1 to {ID_LENGTH_MAX} characters.")
        return found

    async def init(self, payload: Message | None) -> None:
        """A page can send no headers along, so the token may come here."""
        if self.acknowledged:
            raise Closed(INIT_TWICE, "Too many initialisation requests")
        check_small(payload)
        given = payload or {}
        token = given.get("authorization", given.get("Authorization"))
        if not isinstance(token, str | None):
            raise Closed(BAD_MESSAGE, "`authorization` is a text, as the header of that name.")
        try:
            await self.stream.identify(token or self.head.find(b"authorization"))
        except BadToken as error:
            raise Closed(FORBIDDEN, str(error)) from error
        except (HttpRefusal, Unavailable) as error:
            raise Closed(TRY_LATER, str(error)) from error
        self.acknowledged = True
        await self.tell({"type": "connection_ack"})

    async def subscribe(self, id: str, payload: Any) -> None:
        if not self.acknowledged:
            raise Closed(UNAUTHORIZED, "Unauthorized")
        if id in self.operations:
            raise Closed(ID_TAKEN, f"Subscriber for {id} already exists")
        if not isinstance(payload, dict):
            raise Closed(BAD_MESSAGE, "The payload of subscribe is an object.")
        try:
            checked(payload)
        except BadRequest as error:
            raise Closed(BAD_MESSAGE, str(error)) from error
        while len(self.running) >= OPERATIONS_MAX and (ending := self.running.difference(self.operations.values())):
            # There is a place for this one, as soon as whoever had it is gone.
            await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
        if len(self.running) >= OPERATIONS_MAX:
            await self.fail(
                id, told(f"One connection runs {OPERATIONS_MAX} operations at once.", "TOO_MANY_OPERATIONS")
            )
            return
        operation = self.operations[id] = asyncio.create_task(self.run(id, payload))
        self.running.add(operation)
        operation.add_done_callback(self.running.discard)

    async def run(self, id: str, asked: dict[str, Any]) -> None:
        """Answer one operation to its end."""
        with contextlib.suppress(ClientDisconnect):
            async with aclosing(answered(self.graphql, self.stream, asked)) as results:
                async for result in results:
                    if isinstance(result, PreExecutionError):
                        await self.fail(id, result)
                        return
                    await self.tell({"id": id, "type": "next", "payload": written(result)})
            self.operations.pop(id, None)
            await self.tell({"id": id, "type": "complete"})

    async def fail(self, id: str, result: ExecutionResult) -> None:
        """The last word on an operation; its id is free again."""
        self.operations.pop(id, None)
        await self.tell({"id": id, "type": "error", "payload": written(result)["errors"]})

    async def tell(self, message: Message) -> None:
        """Send a message as soon as the client takes one; raises ClientDisconnect when there is nobody any more."""
        if self.closed:
            raise ClientDisconnect
        try:
            await self.send({"type": "websocket.send", "text": orjson.dumps(message).decode()})
        except (OSError, RuntimeError) as error:
            raise ClientDisconnect from error

    async def close(self, code: int, reason: str) -> None:
        if not self.closed:
            self.closed = True
            said = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")
            with contextlib.suppress(OSError, RuntimeError):
                await self.send({"type": "websocket.close", "code": code, "reason": said})

    async def stop(self) -> None:
        """Leave nothing running; whether a change that was under way is done, its key tells."""
        running = list(self.running)
        self.operations.clear()
        for operation in running:
            # What was told to end is not disturbed while it does.
            if not operation.cancelling():
                operation.cancel()
        if running:
            await asyncio.wait(running)


def check_small(payload: Any) -> None:
    """Refuse what is no object, or longer or deeper than whatever is said in one."""
    if not isinstance(payload, dict | None):
        raise Closed(BAD_MESSAGE, "A payload is an object.")
    try:
        length = len(orjson.dumps(payload))
    except orjson.JSONEncodeError as error:
        # It reads what is nested four times deeper than what it writes.
        raise Closed(BAD_MESSAGE, "This payload is nested too deeply.") from error
    if length > PAYLOAD_BYTES_MAX:
        raise Closed(BAD_MESSAGE, f"This payload has {PAYLOAD_BYTES_MAX} bytes at most.")
