"""Nobody watches what they may not see, and nobody goes on watching once they may not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic

import httpx2
import pytest

from app import auth
from app.config import DEVELOPMENT_SECRET
from domain.account import Account
from domain.viewer import Role
from tests.subscription.conftest import Watched
from tests.subscription.documents import CONSIGNMENT, ORDER, WALLET, global_id, nobodys
from tests.support.watching import Watcher, refusal, watching

OUT_SECONDS_MAX = 5
"""A figure that was promised, from the answer to whoever took the right away, or from when the token is over. A process
looks for events once a second at least, and at every connection once in two; all else takes milliseconds."""

END_ALL = "mutation { sessionEndAll(input: {}) { __typename } }"
REVOKE = """
mutation ($input: AccountRevokeRoleInput!) {
  accountRevokeRole(input: $input) { __typename ... on UserError { code } }
}
"""


async def test_a_role_that_is_revoked_closes_the_connection(watched: Watched) -> None:
    counter = await watched.world.counter()
    consignment_id = await counter.submitted()
    agent = await watched.world.people.staff(Role.SUPPORT)
    async with watching(watched.near.url, watched.token(agent)) as staff:
        await staff.subscribe(CONSIGNMENT, id=consignment_id)
        await staff.next()
        given = {"accountId": global_id("Account", agent), "role": "SUPPORT"}
        admin = await watched.world.staff(Role.ADMIN)
        done = await watched.through(watched.far, admin, REVOKE, input=given)
        assert done["accountRevokeRole"]["__typename"] == "Account", done.body
        assert await shown_out(staff) == 4403


async def shown_out(*watchers: Watcher) -> int:
    """The code with which all of them are closed, in the time that was promised from when a right was taken away."""
    async with asyncio.timeout(OUT_SECONDS_MAX):
        [code] = {await watcher.code() for watcher in watchers}
    return code


async def test_whoever_signs_out_everywhere_is_out_here_too(watched: Watched) -> None:
    person = await watched.world.customer()
    async with (
        watching(watched.near.url, watched.token(person)) as idle,
        watching(watched.near.url, watched.token(person)) as own,
    ):
        await own.subscribe(WALLET)
        await own.next()
        done = await watched.through(watched.far, person, END_ALL)
        assert not done.errors, done.errors
        assert await shown_out(own, idle) == 4403


async def test_an_event_stream_tells_that_the_right_is_gone_and_is_complete(watched: Watched) -> None:
    person = await watched.world.customer()
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {watched.token(person)}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=15) as client,
        client.stream("POST", f"{watched.near.url}/graphql", json={"query": WALLET}) as stream,
    ):
        lines = stream.aiter_lines()
        assert [line async for line in until(lines, "data: ")][-1].startswith('data: {"data":{"walletChanged"')
        done = await watched.through(watched.far, person, END_ALL)
        assert not done.errors, done.errors
        async with asyncio.timeout(OUT_SECONDS_MAX):
            rest = [line async for line in lines if line]
    assert '"code":"UNAUTHENTICATED"' in rest[-3]
    assert rest[-2:] == ["event: complete", "data:"]


async def until(lines: AsyncIterator[str], start: str) -> AsyncIterator[str]:
    """Lines to the first that begins so, itself included."""
    async for line in lines:
        yield line
        if line.startswith(start):
            return


async def test_a_token_that_is_over_closes_the_connection(watched: Watched) -> None:
    person = await watched.world.customer()
    token, over_at = short_lived(person, seconds=2), monotonic() + 2
    async with watching(watched.near.url, token) as own:
        await own.subscribe(WALLET)
        await own.next()
        assert await own.code() == 4403
        assert monotonic() <= over_at + OUT_SECONDS_MAX


def short_lived(person: Account, seconds: int) -> str:
    """A token that is over in a moment."""
    roles, ttl = frozenset(person.roles), timedelta(seconds=seconds)
    return auth.mint(DEVELOPMENT_SECRET, person.id, roles, datetime.now(UTC), ttl, epoch=0)


async def test_who_does_not_read_keeps_nobody_else_from_being_shown_out(watched: Watched) -> None:
    person, other = await watched.world.customer(), await watched.world.customer()
    async with (
        watching(watched.near.url, short_lived(person, seconds=2)) as deaf,
        watching(watched.near.url, short_lived(other, seconds=5)) as own,
    ):
        deaf.socket.transport.pause_reading()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                while True:
                    # It is answered by as much, until no more can be sent.
                    await deaf.send({"type": "ping", "payload": {"text": "x" * 16_000}})
        assert await own.code() == 4403
        deaf.socket.transport.abort()


async def test_a_token_that_is_none_of_ours_does_not_come_in(watched: Watched) -> None:
    async with watching(watched.near.url, init=False) as nobody:
        await nobody.send({"type": "connection_init", "payload": {"authorization": "Bearer made-up"}})
        assert await nobody.code() == 4403


async def test_a_header_says_who_it_is_to_programs_that_can_send_one(watched: Watched) -> None:
    person = await watched.world.customer(cash=5)
    headers = {"authorization": f"Bearer {watched.token(person)}"}
    async with watching(watched.near.url, headers=headers) as own:
        await own.subscribe(WALLET)
        assert (await own.next())["walletChanged"]["wallet"]["pockets"][0]["cash"] == {"amount": "5.00"}


@pytest.mark.parametrize("document", [ORDER, CONSIGNMENT])
async def test_a_stranger_hears_of_nobodys_things(watched: Watched, document: str) -> None:
    kind = "Order" if document is ORDER else "Consignment"
    counter = await watched.world.counter()
    mine = await counter.submitted()
    buyer = await watched.world.customer(cash=100)
    theirs = {
        "Consignment": mine,
        "Order": (await watched.market.buy(buyer, await watched.market.stock(50, 1), cash=50))["id"],
    }
    async with watching(watched.near.url) as stranger:
        await stranger.subscribe(document, id=theirs[kind])
        there = await stranger.refused()
        await stranger.subscribe(document, id=nobodys(kind))
        assert await stranger.refused() == there == [{"message": f"No such {kind}.", "code": "NOT_FOUND"}]


async def test_a_wallet_is_watched_by_people_with_an_account(watched: Watched) -> None:
    async with watching(watched.near.url) as stranger:
        await stranger.subscribe(WALLET)
        assert [one["code"] for one in await stranger.refused()] == ["NOT_ALLOWED"]


async def test_a_page_of_another_site_may_not_connect(watched: Watched) -> None:
    assert await refusal(watched.near.url, {"origin": "https://elsewhere.example"}) == 403
    assert await refusal(watched.near.url, {"origin": "null"}) == 403
    async with watching(watched.near.url, headers={"origin": watched.near.url}) as own:
        await own.subscribe("{ __typename }")
        await own.next()
