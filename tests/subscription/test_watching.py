"""Whoever watches a thing is told how it is after each change, whichever process made it."""

from __future__ import annotations

from tests.support.people import euros
from tests.support.watching import watching
from tests.subscription.conftest import Watched
from tests.subscription.documents import CONSIGNMENT, LISTING, ORDER, WALLET, global_id


async def test_a_shopper_sees_that_somebody_has_the_piece_in_hand_and_then_that_it_is_sold(watched: Watched) -> None:
    market = watched.world.market
    thing = await market.piece(1_000)
    buyer = await watched.world.customer(cash=2_000)
    async with watching(watched.near.url) as shopper:
        await shopper.subscribe(LISTING, id=global_id("Listing", thing))
        free = await shopper.next()
        await market.add(buyer, thing)
        kept = await shopper.next()
        print(free, kept)
