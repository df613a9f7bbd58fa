"""What a connection that stays keeps of the server's memory: a thousand of them, each with a subscription, 64 MiB."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.subscription.conftest import Watched
from tests.subscription.documents import LISTING, global_id
from tests.support.watching import Watcher, watching

BYTES_PER_SOCKET_MAX = 64 * 1024
FIRST = 30
"""Who come before anything is measured, so that what is made once is there."""

ROUND = 50

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="Memory is read from /proc.")


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def crowd(watched: Watched, all_: AsyncExitStack, size: int, listing_id: str) -> list[Watcher]:
    """So many watchers of one thing, each of whom has been told how it stands."""

    async def one() -> Watcher:
        watcher = await all_.enter_async_context(watching(watched.near.url))
        await watcher.subscribe(LISTING, id=listing_id)
        await watcher.next()
        return watcher

    watchers: list[Watcher] = []
    for begin in range(0, size, ROUND):
        watchers += await asyncio.gather(*(one() for _ in range(min(ROUND, size - begin))))
    return watchers


@needs_proc
@pytest.mark.parametrize("size", [200, pytest.param(1_000, marks=pytest.mark.deep)])
async def test_many_watchers_keep_little_and_are_all_told(watched: Watched, size: int) -> None:
    listing_id = global_id("Listing", await watched.market.piece(1_000))
    async with AsyncExitStack() as all_:
        await crowd(watched, all_, FIRST, listing_id)
        before = resident(watched.near.pid)
        watchers = await crowd(watched, all_, size, listing_id)
        each = (resident(watched.near.pid) - before) / size
        print(f"\nbytes_per_socket {each:.0f}")
        assert each <= BYTES_PER_SOCKET_MAX

        await watched.reprice(listing_id, 900)
        told = await asyncio.gather(*(watcher.next() for watcher in watchers))
        assert {one["listingChanged"]["listing"]["price"]["amount"] for one in told} == {"900.00"}
