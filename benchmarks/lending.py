"""The cheapest pool there is: whoever comes when all are out waits for the next one that comes back."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lending(Generic[T]):
    def __init__(self, things: Iterable[T]) -> None:
        self.idle = list(things)
        self.turns: deque[asyncio.Future[T]] = deque()

    async def take(self) -> T:
        if self.idle:
            return self.idle.pop()
        turn: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.turns.append(turn)
        return await turn

    def give(self, thing: T) -> None:
        if self.turns:
            self.turns.popleft().set_result(thing)
        else:
            self.idle.append(thing)
