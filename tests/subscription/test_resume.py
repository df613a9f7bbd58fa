"""Nothing is lost: not by a cut, a killed process or a dead Valkey, nor by commits that overtake each other."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import Any

import asyncpg
import pytest

from schema.change import encode_position
from schema.ids import decode_id
from tests.subscription.conftest import Watched
from tests.subscription.documents import LISTING, global_id
from tests.support.watching import QUIET_SECONDS, Watcher, watching

HAPPENED = """
INSERT INTO event (name, subject_kind, subject_id, data, action, occurred_at)
VALUES ('listing.repriced', 'listing', $1, '{}', 'test', now())
"""


async def price(watcher: Watcher, id: str = "1") -> tuple[str, str]:
    """The price that comes next, and its cursor."""
    told = (await watcher.next(id))["listingChanged"]
    return told["listing"]["price"]["amount"], told["cursor"]


async def offer(watched: Watched) -> str:
    return global_id("Listing", await watched.market.piece(1_000))


async def test_whoever_comes_back_with_a_cursor_is_told_what_was_missed(watched: Watched) -> None:
    listing_id = await offer(watched)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=listing_id)
        _, cursor = await price(shopper)
    await watched.reprice(listing_id, 900)
    async with watching(watched.far.url) as shopper:
        await shopper.subscribe(LISTING, id=listing_id, after=cursor)
        assert (await price(shopper))[0] == "900.00"


async def test_whoever_missed_nothing_is_told_nothing_until_something_happens(watched: Watched) -> None:
    listing_id = await offer(watched)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=listing_id)
        _, cursor = await price(shopper)
    async with watching(watched.far.url) as shopper:
        await shopper.subscribe(LISTING, id=listing_id, after=cursor)
        await shopper.quiet()
        await watched.reprice(listing_id, 900)
        assert (await price(shopper))[0] == "900.00"


async def test_a_commit_that_others_overtook_is_told_and_so_it_is_to_who_comes_back(watched: Watched) -> None:
    slow, quick = await offer(watched), await offer(watched)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, "slow", id=slow)
        await shopper.subscribe(LISTING, "quick", id=quick)
        await price(shopper, "slow")
        await price(shopper, "quick")
        owner = await asyncpg.connect(watched.services.owner_url)
        late = owner.transaction()
        await late.start()
        await owner.execute(HAPPENED, decode_id(slow)[1])
        await watched.reprice(quick, 900)
        _, cursor = await price(shopper, "quick")
        await late.commit()
        await owner.close()
        await price(shopper, "slow")

        # The cursor was given out while the slow one was under way: it does not stand for what was not told.
        await shopper.subscribe(LISTING, "again", id=slow, after=cursor)
        await price(shopper, "again")
        await shopper.subscribe(LISTING, "known", id=quick, after=cursor)
        await shopper.quiet()


async def test_a_process_that_is_killed_loses_nothing_of_what_its_watchers_follow(watched: Watched) -> None:
    listing_id = await offer(watched)
    doomed = watched.server().launch()
    await doomed.ready()
    async with watching(doomed.url) as shopper:
        await shopper.subscribe(LISTING, id=listing_id)
        _, cursor = await price(shopper)
        doomed.kill()
        await watched.reprice(listing_id, 900)
        await shopper.cut()
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=listing_id, after=cursor)
        assert (await price(shopper))[0] == "900.00"


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_without_valkey_everything_is_told_all_the_same(watched: Watched, fault: signal.Signals) -> None:
    listing_id = await offer(watched)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=listing_id)
        await price(shopper)
        pid = watched.valkey.valkey_pid
        os.kill(pid, fault)
        try:
            for now in (900, 800, 700):
                await watched.reprice(listing_id, now, watched.far)
                assert (await price(shopper))[0] == f"{now}.00"
        finally:
            if fault is signal.SIGSTOP:
                os.kill(pid, signal.SIGCONT)


async def test_whoever_reads_slowly_is_told_how_it_is_and_not_how_it_came_to_be(watched: Watched) -> None:
    listing_id = await offer(watched)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=listing_id)
        await price(shopper)
        shopper.socket.transport.pause_reading()
        await asyncio.gather(*(watched.reprice(listing_id, 900 - turn) for turn in range(40)))
        await watched.reprice(listing_id, 500)
        shopper.socket.transport.resume_reading()
        seen = [(await price(shopper))[0]]
        while seen[-1] != "500.00":
            seen.append((await price(shopper))[0])
        # It may have been read as it is just before the last change was heard of; nothing else comes after it.
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET_SECONDS):
                while True:
                    assert (await price(shopper))[0] == "500.00"


@pytest.mark.parametrize(
    "cursor",
    ["", "nonsense", encode_position("9:1:"), encode_position("1:99999999999999999999:")],  # type: ignore[arg-type]
)
async def test_a_cursor_that_is_none_of_ours_is_refused(watched: Watched, cursor: str) -> None:
    listing_id = await offer(watched)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=listing_id, after=cursor)
        assert [one["code"] for one in await shopper.refused()] == ["INVALID_INPUT"]


async def test_a_cursor_of_a_database_that_was_put_back_is_told_how_it_stands(watched: Watched) -> None:
    listing_id = await offer(watched)
    async with watching(watched.near.url) as shopper:
        ahead: Any = "900000000:900000000:"
        await shopper.subscribe(LISTING, id=listing_id, after=encode_position(ahead))
        assert (await price(shopper))[0] == "1000.00"
