"""WebSocket as it is spoken here: uvicorn's protocol, with little kept for a client that does not read.

Who answers no ping within `PONG_SECONDS_MAX`, or takes no leave, is cut off. What comes at once is read in parts, with
turns of the others between them.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import SecurityError
from websockets.frames import CloseCode, Frame

from app.protocol import HEAD_TOO_LARGE, NO_REQUEST

BUFFER_BYTES_MAX = 16 * 1024
PING_SECONDS = 10.0
PONG_SECONDS_MAX = 15.0
LEAVE_SECONDS_MAX = 5.0

PART_BYTES = 4 * 1024
"""Of what came, for one turn of the loop: some 700 frames, if there is nothing in them, which takes 5 ms."""

PONG_BYTES_MAX = 127
PINGS_PER_SECOND_MAX = 1_000
"""And pongs: to read them is work as well, and nobody pays for it."""

FRAGMENTS_MAX = 1_024
"""Of one message; each is remembered until the last one comes, and may be empty."""


class HouseWebSocketProtocol(WebSocketsSansIOProtocol):
    """One connection."""

    pings = 0
    pings_until = 0.0
    came = b""
    """What was not looked at yet; nothing more is read until it was."""

    turn: asyncio.Handle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=BUFFER_BYTES_MAX)

    def connection_lost(self, exc: Exception | None) -> None:
        self.came = b""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated:
            # The whole head at once, as it was read already.
            super().data_received(data)
            if not self.handshake_initiated:
                self.transport.write(HEAD_TOO_LARGE if self.is_too_large else NO_REQUEST)
                self.transport.close()
        elif self.came or len(data) > PART_BYTES:
            self.came += data
            self.transport.pause_reading()
            self.go_on()
        else:
            super().data_received(data)

    @property
    def is_too_large(self) -> bool:
        """Whether there is more in its head than this protocol reads."""
        return isinstance(self.conn.handshake_exc, SecurityError)

    def go_on(self) -> None:
        """Have the next part looked at in a turn of its own, unless what came before waits for the app."""
        if self.came and self.turn is None and not self.read_paused:
            self.turn = self.loop.call_soon(self.look)

    def look(self) -> None:
        self.turn = None
        if not self.came:
            return
        part, self.came = self.came[:PART_BYTES], self.came[PART_BYTES:]
        super().data_received(part)
        if self.transport.is_closing():
            self.came = b""
        elif self.came:
            self.go_on()
        elif not self.read_paused:
            self.transport.resume_reading()

    async def receive(self) -> Any:
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_on()
        return message

    def read_on(self) -> None:
        """Nothing waits for the app any more."""
        self.read_paused = False
        if self.came:
            self.go_on()
        else:
            self.transport.resume_reading()

    def handle_ping(self) -> None:
        """Answer the last pings that came, as many as there is room for: nobody has to hear of those before them."""
        if pongs := self.conn.data_to_send():
            room = BUFFER_BYTES_MAX - self.transport.get_write_buffer_size()
            if most := max(room, 0) // PONG_BYTES_MAX:
                self.transport.write(b"".join(pongs[-most:]))
        self.count_ping()

    def handle_pong(self, event: Frame) -> None:
        super().handle_pong(event)
        self.count_ping()

    def count_ping(self) -> None:
        now = self.loop.time()
        if now >= self.pings_until:
            self.pings, self.pings_until = 0, now + 1
        self.pings += 1
        if self.pings > PINGS_PER_SECOND_MAX and not self.close_sent:
            self.conn.fail(CloseCode.POLICY_VIOLATION, "too many pings")
            self.handle_parser_exception()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < FRAGMENTS_MAX:
            super().handle_cont(event)
        elif not self.close_sent:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self.loop.call_later(LEAVE_SECONDS_MAX, self.transport.abort)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # What waits in the buffer would keep it open for as long as the client likes.
        self.transport.abort()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.close":
            self.loop.call_later(LEAVE_SECONDS_MAX, self.transport.abort)
            self.go_on()
