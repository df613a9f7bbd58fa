"""How connections that stay are bounded, and how a process that stops takes its leave of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx2
import pytest

from app.websocket_protocol import PING_SECONDS, PONG_SECONDS_MAX
from domain.viewer import Role
from tests.subscription.conftest import Watched
from tests.subscription.documents import LISTING, global_id
from tests.support import node
from tests.support.servers import ServedProcess
from tests.support.watching import refusal, watching

MOST = 4


@pytest.fixture(scope="module")
async def small(watched: Watched) -> AsyncIterator[ServedProcess]:
    """A process that lets few stay, and that a test of this file stops."""
    server = watched.server(streams_per_address_max=MOST).launch()
    try:
        await server.ready()
        yield server
    finally:
        server.stop()


async def test_one_address_has_so_many_connections_and_no_more(watched: Watched, small: ServedProcess) -> None:
    async with AsyncExitStack() as all_:
        sockets = [await all_.enter_async_context(watching(small.url)) for _ in range(MOST)]
        assert await refusal(small.url) == 429
        asked = {"query": "subscription { walletChanged { cursor } }"}
        async with httpx2.AsyncClient(headers={"accept": "text/event-stream"}) as client:
            answer = await client.post(f"{small.url}/graphql", json=asked)
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (429, "TOO_MANY_STREAMS")
            await sockets[0].socket.close()
            async with watching(small.url):
                pass
        # Requests are not counted: they do not stay.
        async with httpx2.AsyncClient() as client:
            assert (await client.post(f"{small.url}/graphql", json={"query": "{ __typename }"})).status_code == 200


async def test_one_connection_runs_so_many_operations_at_once_and_no_more(watched: Watched) -> None:
    listing_id = global_id("Listing", await watched.market.piece(1_000))
    async with watching(watched.near.url) as shopper:
        for number in range(33):
            await shopper.subscribe(LISTING, f"{number}", id=listing_id)
        assert [one["code"] for one in await shopper.refused("32")] == ["TOO_MANY_OPERATIONS"]
        await shopper.next("31")
        await shopper.send({"type": "complete", "id": "0"})
        await shopper.subscribe(LISTING, "more", id=listing_id)
        await shopper.next("more")


async def test_a_message_that_is_too_long_ends_the_connection(watched: Watched) -> None:
    async with watching(watched.near.url) as shopper:
        await shopper.socket.send("x" * 300_000)
        assert await shopper.code() == 1009


@pytest.mark.parametrize("type_", ["ping", "connection_init"])
@pytest.mark.parametrize(
    "payload",
    ["[]", '"x"', '{"a":' * 300 + "1" + "}" * 300, '{"a":"' + "x" * 20_000 + '"}'],
    ids=["a list", "a text", "300 objects deep", "20,000 letters"],
)
async def test_a_payload_that_is_sent_along_is_a_small_object(watched: Watched, type_: str, payload: str) -> None:
    async with watching(watched.near.url, init=False) as shopper:
        await shopper.send({"type": "ping", "payload": {"nothing": ["but", {"a": "text"}]}})
        assert await shopper.receive() == {"type": "pong", "payload": {"nothing": ["but", {"a": "text"}]}}
        await shopper.socket.send(f'{{"type":"{type_}","payload":{payload}}}')
        assert await shopper.code() == 4400


@pytest.mark.deep
async def test_whoever_takes_nothing_any_more_is_cut_off(watched: Watched) -> None:
    async with watching(watched.near.url) as shopper:
        shopper.socket.transport.pause_reading()
        await asyncio.sleep(PING_SECONDS + PONG_SECONDS_MAX + 2)
        shopper.socket.transport.resume_reading()
        assert await shopper.code() == 1011


async def test_what_binary_messages_say_is_not_read(watched: Watched) -> None:
    async with watching(watched.near.url) as shopper:
        await shopper.socket.send(b'{"type":"ping"}')
        assert await shopper.code() == 4400


async def test_a_subscription_by_a_plain_request_is_told_where_to_go(watched: Watched) -> None:
    for _ in range(2):
        answer = await watched.through(watched.near, None, "subscription { walletChanged { cursor } }")
        assert answer.codes == ["OPERATION_RESOLUTION_FAILURE"]
        assert "WebSocket" in answer.errors[0]["message"]


@node.needs_node
async def test_clients_come_back_by_themselves_when_a_process_takes_its_leave(
    watched: Watched, small: ServedProcess
) -> None:
    thing = await watched.market.piece(1_000)
    staff = await watched.world.staff(Role.MERCHANDISER)
    told = await node.run(
        "comeback.mjs",
        FIRST_URL=f"{small.url}/graphql",
        SECOND_URL=f"{watched.near.url}/graphql",
        FIRST_PID=str(small.pid),
        LISTING=global_id("Listing", thing),
        TOKEN=watched.token(staff),
    )

    assert told == {"seen": [["1000.00", "900.00"], ["1000.00", "900.00"]], "code": 1001}
