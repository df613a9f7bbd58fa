"""GraphQL over HTTP by those who know it: the audits of its specification, and Apollo's client."""

from uuid import uuid4

from tests.support import node
from tests.support.servers import ServedProcess

AUDITS = 61


@node.needs_node
async def test_every_audit_of_graphql_over_http_passes(server: ServedProcess) -> None:
    told = await node.run("audit.mjs", CERCLE_URL=f"{server.url}/graphql")

    assert [audit for audit in told if audit["status"] != "ok"] == []
    assert len(told) == AUDITS


@node.needs_node
async def test_apollos_client_names_a_query_teaches_it_once_and_then_names_it_by_post_or_get(
    server: ServedProcess,
) -> None:
    told = await node.run("apollo.mjs", CERCLE_URL=f"{server.url}/graphql", MARK=uuid4().hex)

    named, taught = {"method": "POST", "text": False, "hash": True}, {"method": "POST", "text": True, "hash": True}
    well = {"status": 200, "code": None}
    assert told["sent"] == [
        {**named, "status": 400, "code": "PERSISTED_QUERY_NOT_FOUND"},
        {**taught, **well},
        {**named, **well},
        {**named, "method": "GET", **well},
    ]
    assert len(told["answers"]) == 3
    assert all("brands" in answer for answer in told["answers"])
