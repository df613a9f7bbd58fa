"""GraphQL over HTTP as its specification has it, by the audits that its authors publish."""

from tests.support import node
from tests.support.servers import ApiProcess

AUDITS = 61


@node.needs_node
async def test_every_audit_of_graphql_over_http_passes(server: ApiProcess) -> None:
    told = await node.run("audit.mjs", CERCLE_URL=f"{server.url}/graphql")

    assert [audit for audit in told if audit["status"] != "ok"] == []
    assert len(told) == AUDITS
