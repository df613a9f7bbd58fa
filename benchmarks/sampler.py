"""An API server that notes a thousand times in a second where it is, when it is asked to.

The signal that asks is SIGUSR1; SIGUSR2 ends it and writes the stacks to a file, a line for each with its number of
samples, outermost function first: what flame graphs are commonly made of. Time in C counts for the caller, and so does
time to wait, of which there is little while many connections ask. Timers of processor time tick too slowly to be used.
"""

import os
import signal
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from socket import socket
from types import CodeType, FrameType

from app import server
from app.config import Settings

EVERY_SECONDS = 0.001


class Sampler:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.stacks: Counter[tuple[CodeType, ...]] = Counter()

    def install(self) -> None:
        signal.signal(signal.SIGUSR1, self.start)
        signal.signal(signal.SIGUSR2, self.stop)
        signal.signal(signal.SIGALRM, self.sample)

    def start(self, *_: object) -> None:
        self.stacks.clear()
        signal.setitimer(signal.ITIMER_REAL, EVERY_SECONDS, EVERY_SECONDS)

    def sample(self, _: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            stack.append(frame.f_code)
            frame = frame.f_back
        self.stacks[tuple(reversed(stack))] += 1

    def stop(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        lines = [f"{';'.join(map(spelled, stack))} {times}" for stack, times in self.stacks.items()]
        written = self.path.with_suffix(".part")
        written.write_text("\n".join(lines))
        os.replace(written, self.path)


def spelled(code: CodeType) -> str:
    """A function by its file, as short as it is clear."""
    path = Path(code.co_filename)
    parts = path.with_suffix("").parts
    name = ".".join(parts[parts.index("site-packages") + 1 :] if "site-packages" in parts else parts[-2:])
    return f"{name}:{code.co_qualname}".replace(";", ",").replace(" ", "")


def serve(settings: Settings, listener: socket, path: Path, ready: Connection) -> None:
    Sampler(path).install()
    server.serve(settings, listener, ready)
