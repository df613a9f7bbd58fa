"""WebSocket as it is spoken here: uvicorn's protocol, with little kept for a client that does not read.

Who answers no ping within `PONG_SECONDS_MAX`, or takes no leave, is cut off.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

BUFFER_BYTES_MAX = 16 * 1024
PING_SECONDS = 10.0
PONG_SECONDS_MAX = 15.0
LEAVE_SECONDS_MAX = 5.0


class HouseWebSocketProtocol(WebSocketsSansIOProtocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=BUFFER_BYTES_MAX)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # What waits in the buffer would keep it open for as long as the client likes.
        self.transport.abort()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.close":
            self.loop.call_later(LEAVE_SECONDS_MAX, self.transport.abort)
