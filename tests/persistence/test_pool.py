"""A pool never lends more than it may, never loses a connection, and never lends one whose use was cut off."""

import asyncio
from typing import Any

import pytest

from persistence.pool import Busy, Pool


class FakeConnection:
    """As much of an asyncpg connection as a pool looks at."""

    def __init__(self) -> None:
        self.closed = False
        self.in_transaction = False

    def is_closed(self) -> bool:
        return self.closed

    def is_in_transaction(self) -> bool:
        return self.in_transaction

    async def close(self, **_: float) -> None:
        await asyncio.sleep(0)
        self.closed = True


class Server:
    """Connects, counts, and may be down."""

    def __init__(self) -> None:
        self.made: list[FakeConnection] = []
        self.down = False

    async def connect(self) -> Any:
        await asyncio.sleep(0)
        if self.down:
            raise ConnectionRefusedError
        self.made.append(FakeConnection())
        return self.made[-1]

    @property
    def open(self) -> int:
        return sum(not connection.closed for connection in self.made)


@pytest.fixture
def server() -> Server:
    return Server()


def pool_of(server: Server, size: int, patience_seconds: float = 5) -> Pool:
    return Pool(server.connect, size, patience_seconds=patience_seconds)


async def test_a_hundred_share_three_connections_and_come_in_their_order(server: Server) -> None:
    pool, order = pool_of(server, 3), []

    async def use(number: int) -> None:
        async with pool.lend():
            order.append(number)
            await asyncio.sleep(0.001)

    await asyncio.gather(*(use(number) for number in range(100)))

    assert order == sorted(order)
    assert (len(server.made), pool.open, pool.waiting) == (3, 3, 0)


async def test_the_warmest_connection_is_lent_first(server: Server) -> None:
    pool = pool_of(server, 3)
    async with pool.lend() as first, pool.lend() as second:
        assert first is not second

    async with pool.lend() as again:
        assert again is first


async def test_whoever_waits_too_long_is_told_and_takes_nothing_along(server: Server) -> None:
    pool = pool_of(server, 1, patience_seconds=0.02)

    async with pool.lend():
        with pytest.raises(Busy):
            async with pool.lend():
                pass

    assert pool.waiting == 0
    async with pool.lend():
        assert len(server.made) == 1


async def test_one_that_was_cut_off_is_closed_and_another_takes_its_place(server: Server) -> None:
    pool, entered = pool_of(server, 1), asyncio.Event()

    async def hang() -> None:
        async with pool.lend():
            entered.set()
            await asyncio.sleep(60)

    hanging = asyncio.create_task(hang())
    await entered.wait()
    hanging.cancel()

    async with pool.lend() as connection:
        assert connection is server.made[1]
        assert server.made[0].closed
    assert pool.open == 1


@pytest.mark.parametrize("harm", ["closed", "in_transaction"])
async def test_one_that_comes_back_in_a_bad_way_is_not_lent_again(server: Server, harm: str) -> None:
    pool = pool_of(server, 1)
    async with pool.lend() as connection:
        setattr(connection, harm, True)

    async with pool.lend() as another:
        assert another is not connection
    assert server.open == 1


async def test_a_refusal_inside_does_no_harm_to_the_connection(server: Server) -> None:
    pool = pool_of(server, 1)
    with pytest.raises(ValueError, match="no"):
        async with pool.lend():
            raise ValueError("no")

    async with pool.lend():
        assert len(server.made) == 1


async def test_a_server_that_was_down_is_connected_to_again(server: Server) -> None:
    pool = pool_of(server, 2)
    server.down = True
    for _ in range(5):
        with pytest.raises(ConnectionRefusedError):
            async with pool.lend():
                pass
    server.down = False

    async with pool.lend(), pool.lend():
        assert pool.open == 2


async def test_one_who_waits_may_connect_when_a_connection_dies_or_fails(server: Server) -> None:
    pool = pool_of(server, 1)

    async def use() -> str:
        try:
            async with pool.lend():
                return "served"
        except ConnectionRefusedError:
            return "refused"

    async with pool.lend() as connection:
        waiting = [asyncio.create_task(use()) for _ in range(3)]
        await asyncio.sleep(0)
        connection.closed = True
        server.down = True
    assert await asyncio.gather(*waiting) == ["refused"] * 3
    assert pool.open == 0


async def test_one_who_leaves_the_queue_leaves_no_hole(server: Server) -> None:
    pool = pool_of(server, 1)

    async def use() -> None:
        async with pool.lend():
            await asyncio.sleep(0)

    async with pool.lend():
        waiting = [asyncio.create_task(use()) for _ in range(10)]
        await asyncio.sleep(0)
        for leaver in waiting[::2]:
            leaver.cancel()
        await asyncio.sleep(0)
        assert pool.waiting == 5
    results = await asyncio.gather(*waiting, return_exceptions=True)

    assert [isinstance(result, asyncio.CancelledError) for result in results] == [True, False] * 5
    assert (pool.open, len(server.made)) == (1, 1)


async def test_one_who_is_called_off_in_the_moment_of_the_turn_gives_it_on(server: Server) -> None:
    pool, served = pool_of(server, 1), []

    async def use(name: str) -> None:
        async with pool.lend():
            served.append(name)

    async with pool.lend():
        first, second = asyncio.create_task(use("first")), asyncio.create_task(use("second"))
        await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)

    assert served == ["second"]
    assert (pool.open, len(server.made)) == (1, 1)


async def test_a_closed_pool_keeps_nothing_open(server: Server) -> None:
    pool = pool_of(server, 2)
    async with pool.lend():
        async with pool.lend():
            pass
        await pool.close()
        assert server.open == 1
    await pool.close()

    assert (server.open, pool.open) == (0, 0)
