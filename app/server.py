"""One API process: uvicorn on a socket that outlives it."""

import asyncio
import gc
from multiprocessing.connection import Connection
from socket import socket
from types import FrameType

import uvicorn

from app import telemetry
from app.asgi import create
from app.config import Settings

GRACE_SECONDS = 8
"""How long requests under way may take to end once the process was told to stop."""

KEEP_ALIVE_SECONDS = 30
BACKLOG = 2048


class Server(uvicorn.Server):
    """Says when it serves, and turns `/ready` before it stops, so that nobody new is sent here any more."""

    def __init__(self, settings: Settings, ready: Connection) -> None:
        self.app = create(settings)
        self.drain_seconds = settings.drain_seconds
        self.ready = ready
        super().__init__(
            uvicorn.Config(
                self.app,
                loop="uvloop",
                http="httptools",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        # What was made by now stays: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        self.ready.send(True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.app.state.stopping = True
        if self.drain_seconds:
            asyncio.get_running_loop().call_later(self.drain_seconds, super().handle_exit, sig, frame)
        else:
            super().handle_exit(sig, frame)


def serve(settings: Settings, listener: socket, ready: Connection) -> None:
    """Serve on a socket that is bound already; what waits in its queue is left to the next process."""
    telemetry.configure(settings.environment)
    Server(settings, ready).run(sockets=[listener])
