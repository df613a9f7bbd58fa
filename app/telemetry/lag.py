"""How late the event loop is: who waits for a turn waits that long, whatever is asked."""

import asyncio
from bisect import bisect_left
from collections.abc import Iterator

from app.telemetry.metric import LAG_BOUNDS, Reading

EVERY_SECONDS = 0.25


class Lag:
    """Looks four times a second."""

    def __init__(self) -> None:
        self.counts = [0] * (len(LAG_BOUNDS) + 1)
        self.seconds = 0.0
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._next = loop.call_at(loop.time() + EVERY_SECONDS, self._look, loop, loop.time() + EVERY_SECONDS)

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()

    def _look(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        late = max(0.0, loop.time() - due)
        self.counts[bisect_left(LAG_BOUNDS, late)] += 1
        self.seconds += late
        self.start()

    def readings(self) -> Iterator[Reading]:
        yield "loop_lag_seconds", (), [*self.counts, self.seconds]
