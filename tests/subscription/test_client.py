"""The protocols by the clients of those who wrote them down."""

from __future__ import annotations

from domain.viewer import Role
from tests.subscription.conftest import Watched
from tests.subscription.documents import global_id
from tests.support import node

WEBSOCKET_AUDITS = 16
EVENT_STREAM_AUDITS = 6


async def environment(watched: Watched) -> dict[str, str]:
    thing = await watched.market.piece(1_000)
    staff = await watched.world.staff(Role.MERCHANDISER)
    return {"LISTING": global_id("Listing", thing), "TOKEN": watched.token(staff)}


@node.needs_node
async def test_every_audit_of_graphql_over_websocket_passes(watched: Watched) -> None:
    url = f"{watched.near.url}/graphql".replace("http", "ws")
    told = await node.run("websocket.mjs", CERCLE_URL=url, **await environment(watched))

    assert [audit for audit in told if audit["status"] != "ok"] == []
    assert len(told) == WEBSOCKET_AUDITS


@node.needs_node
async def test_every_audit_of_graphql_over_event_streams_passes(watched: Watched) -> None:
    told = await node.run("sse.mjs", CERCLE_URL=f"{watched.near.url}/graphql", **await environment(watched))

    assert [audit for audit in told if audit["status"] != "ok"] == []
    assert len(told) == EVENT_STREAM_AUDITS
