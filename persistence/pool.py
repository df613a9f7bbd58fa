"""A bounded number of database connections, lent first come, first served."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

CLOSE_TIMEOUT_SECONDS = 5


class Busy(TimeoutError):
    """No connection came free in time."""


def is_told(error: BaseException) -> bool:
    """Whether the database itself said what is wrong, so that the connection is in order."""
    return isinstance(error, Exception) and not isinstance(error, (OSError, asyncpg.InterfaceError))


LOST = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError)


class Pool:
    """Lends connections, the one used last before others, for it is the warmest; whoever comes when all are out waits.

    A connection whose use was cut off is closed instead of kept: nobody knows what it was in the middle of. Nothing is
    reset between two uses, so whoever changes a setting does it for the transaction.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], size: int, *, patience_seconds: float) -> None:
        self.size = size
        self._connect = connect
        self._patience_seconds = patience_seconds
        self._idle: list[Any] = []
        self._open = 0
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._closing: set[asyncio.Task[None]] = set()
        self.refused = 0
        """How many have waited in vain."""

    @property
    def open(self) -> int:
        """How many connections there are, lent ones included."""
        return self._open

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return sum(not turn.done() for turn in self._waiting)

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Any]:
        """A connection for the block; Busy when none comes free in time, else whatever connecting raises."""
        connection = await self.take()
        try:
            yield connection
        except BaseException as error:
            self.give_back(connection, usable=is_told(error))
            self.doubt(error)
            raise
        self.give_back(connection, usable=True)

    async def close(self) -> None:
        """Close what is idle and wait for what is being closed; what is out is closed when it comes back."""
        self.size = 0
        while self._idle:
            self._drop(self._idle.pop())
        while self._closing:
            await asyncio.wait(self._closing)

    def take_idle(self) -> Any:
        """A connection that rests, or None; nobody waits for it."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._open -= 1
        return None

    async def take(self) -> Any:
        connection = self.take_idle()
        if connection is not None:
            return connection
        if self._open >= self.size:
            connection = await self._turn()
            if connection is not None:
                return connection
        else:
            self._open += 1
        try:
            return await self._connect()
        except BaseException:
            self._leave()
            raise

    async def _turn(self) -> Any:
        """Wait for a connection, or for None: leave to open one."""
        turn: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                # It came in the same moment as the end of the wait.
                self.give_back(turn.result(), usable=True)
            elif turn in self._waiting:
                self._waiting.remove(turn)
            if isinstance(error, TimeoutError):
                self.refused += 1
                raise Busy(f"no connection came free in {self._patience_seconds} s") from None
            raise

    def give_back(self, connection: Any, *, usable: bool) -> None:
        if connection is None or connection.is_closed():
            self._leave()
        elif not usable or connection.is_in_transaction() or self._open > self.size:
            self._drop(connection)
        elif self._waiting and (turn := self._next()) is not None:
            turn.set_result(connection)
        else:
            self._idle.append(connection)

    def doubt(self, error: BaseException) -> None:
        """What broke one connection has most likely broken those that rest: nobody shall find that out one by one."""
        if isinstance(error, LOST):
            while self._idle:
                self._drop(self._idle.pop())

    def _drop(self, connection: Any) -> None:
        """Close in the background; asyncpg first takes back a statement that still runs."""
        task = asyncio.ensure_future(self._close(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _close(self, connection: Any) -> None:
        try:
            await connection.close(timeout=CLOSE_TIMEOUT_SECONDS)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()
        finally:
            self._leave()

    def _leave(self) -> None:
        """One connection less: who waits longest may open another."""
        if self._open <= self.size and (turn := self._next()) is not None:
            turn.set_result(None)
        else:
            self._open -= 1

    def _next(self) -> asyncio.Future[Any] | None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                return turn
        return None
