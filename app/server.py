"""One API process: uvicorn on a socket that outlives it, and how it takes its leave."""

import asyncio
import contextlib
import gc
from multiprocessing.connection import Connection
from socket import socket
from types import FrameType

import uvicorn

from app import drain, telemetry
from app.asgi import create
from app.config import Settings
from app.memory import settle_later
from app.protocol import LAST_ANSWER, SWEEP_SECONDS, Doors, HouseProtocol
from app.request import BODY_BYTES_MAX
from app.websocket_protocol import PING_SECONDS, PONG_SECONDS_MAX, HouseWebSocketProtocol

GRACE_SECONDS = 3
"""How long requests under way may take to end once nobody new comes in."""

LINGER_SECONDS = 0.3
LINGER_LOOKS_MAX = 5
"""Who was let in and has not spoken yet may be about to."""

CLOSERS_SECONDS_MAX = 1.0
KEEP_ALIVE_SECONDS = 30
BACKLOG = 2048


class Server(uvicorn.Server):
    """Says when it serves. Told to stop, it turns `/ready` first, and cuts nobody off who was let in.

    What lasts longer than a request says in `app.state.closers` how it is ended: functions that are awaited together.
    """

    def __init__(self, settings: Settings, ready: Connection | None = None) -> None:
        self.app = create(settings)
        self.app.state.stopping = False
        self.app.state.closers = []
        self.drain_seconds = settings.drains
        self.ready = ready
        super().__init__(
            uvicorn.Config(
                self.app,
                loop="uvloop",
                http=HouseProtocol,
                ws=HouseWebSocketProtocol,
                ws_max_size=BODY_BYTES_MAX,
                ws_ping_interval=PING_SECONDS,
                ws_ping_timeout=PONG_SECONDS_MAX,
                # A dictionary for each connection would be most of what it keeps.
                ws_per_message_deflate=False,
                lifespan="on",
                forwarded_allow_ips=list(settings.proxies),
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self.doors = Doors(
            settings.connections_max,
            settings.connections_per_address_max,
            settings.client_seconds_max,
            KEEP_ALIVE_SECONDS,
        )
        self.server_state = self.doors

    async def startup(self, sockets: list[socket] | None = None) -> None:
        for listener in sockets or ():
            drain.admit(listener)
        await super().startup(sockets)
        # What was made by now stays: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        self.sweep()
        self.settling = asyncio.create_task(settle_later())
        if self.ready is not None:
            self.ready.send(True)

    def sweep(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(SWEEP_SECONDS, self.sweep)
        self.doors.sweep(loop.time())

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.app.state.stopping:
            self.app.state.stopping = True
            # What uvicorn makes the headers of all answers from, once a second.
            self.config.encoded_headers.append(LAST_ANSWER)
            self.doors.turn()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self.settling.cancel()
        await asyncio.sleep(self.drain_seconds)
        await self.close_what_lasts()
        await drain.empty(sockets or ())
        await self.linger()
        await super().shutdown(sockets)
        # It would be raised again, and the end that was asked for would look like a crash.
        self._captured_signals.clear()

    async def linger(self) -> None:
        for _ in range(LINGER_LOOKS_MAX):
            await asyncio.sleep(LINGER_SECONDS)
            if not self.doors.awaits_somebody:
                return

    async def close_what_lasts(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSERS_SECONDS_MAX):
                await asyncio.gather(*(close() for close in self.app.state.closers), return_exceptions=True)


def serve(settings: Settings, listener: socket, ready: Connection | None = None) -> None:
    """Serve on a socket that is bound already; what waits in its queue is left to the next process."""
    telemetry.configure(settings.environment)
    Server(settings, ready).run(sockets=[listener])
