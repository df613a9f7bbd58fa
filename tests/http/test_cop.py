"""What the auditor graphql-cop looks for, looked for in the same way (S2): a line each, with how grave it calls it.

Its probes are requests of a stranger and what in the answer gives a weakness away. Where only registered documents are
answered there is none; a house that answers any document tells its schema, which is what it is open for.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.asgi import create, register
from app.config import DocumentsMode, Environment
from app.house import House

GRAVE = ("HIGH", "MEDIUM")


@dataclass(frozen=True, slots=True)
class Probe:
    grave: str
    gives_away: Callable[[httpx2.Response], Any]
    document: str = ""
    method: str = "POST"
    path: str = "/graphql"
    body: Any = None
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    async def weak(self, client: httpx2.AsyncClient) -> bool:
        """Whether the answer has what the auditor looks for; one that is not as it expects has not."""
        body = self.body if self.body is not None else {"query": self.document} if self.document else None
        given = {"json": body} if body is not None else {}
        response = await client.request(self.method, self.path, params=self.params, headers=self.headers, **given)
        try:
            return bool(self.gives_away(response))
        except (ValueError, LookupError, TypeError, AttributeError):
            return False


def data(*path: str | int) -> Callable[[httpx2.Response], Any]:
    """Whether the data has something there."""

    def there(response: httpx2.Response) -> Any:
        found = response.json()["data"]
        for key in path:
            found = found[key]
        return found

    return there


def suggests(response: httpx2.Response) -> bool:
    return "did you mean" in response.json()["errors"][0]["message"].lower()


DEEP = "query { __schema { types { " + "fields { type { " * 4 + "name" + " } }" * 4 + " } } }"
CIRCLE = "query { __schema { ...A } } fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }"
TELLING = {"x-apollo-tracing": "1", "apollo-tracing": "1"}

PROBES: dict[str, Probe] = {
    "many aliases": Probe(
        "HIGH", data("alias100"), "query { " + " ".join(f"alias{n}: __typename" for n in range(101)) + " }"
    ),
    "a batch": Probe(
        "HIGH", lambda response: len(response.json()) >= 10, body=[{"query": "query { __typename }"}] * 11
    ),
    "many directives": Probe(
        "HIGH", lambda response: len(response.json()["errors"]) == 10, "query { __typename " + "@aa" * 10 + " }"
    ),
    "one field many times": Probe("HIGH", data("__typename"), "query { " + "__typename \n" * 500 + "}"),
    "the schema": Probe("HIGH", data("__schema", "types"), "query { __schema { types { name fields { name } } } }"),
    "the schema in circles": Probe("HIGH", lambda response: len(data("__schema", "types")(response)) > 25, DEEP),
    "fragments in circles": Probe("HIGH", lambda response: "errors" not in response.json(), CIRCLE),
    "a query by GET": Probe("MEDIUM", data("__typename"), method="GET", params={"query": "{__typename}"}),
    "a mutation by GET": Probe("MEDIUM", data("__typename"), method="GET", params={"query": "mutation {__typename}"}),
    "a POST without JSON": Probe("MEDIUM", data("__typename"), params={"query": "query {__typename}"}),
    "a form": Probe(
        "MEDIUM", data("__typename"), "{__typename}", headers={"content-type": "application/x-www-form-urlencoded"}
    ),
    "suggestions": Probe("LOW", suggests, "query cop { __schema { directive } }"),
    "a page to explore with": Probe(
        "LOW", lambda response: "GraphiQL" in response.text, method="GET", headers={"accept": "text/html"}
    ),
    "how long it took": Probe(
        "INFO", lambda response: response.json()["extensions"]["tracing"], "{ __typename }", headers=TELLING
    ),
    "a bug's own words": Probe(
        "INFO", lambda response: response.json()["errors"][0]["extensions"]["exception"], "qwerty cop { abc }"
    ),
}


async def findings(house: House, tmp_path: Path, mode: DocumentsMode) -> dict[str, str]:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "known.graphql").write_text("query Known { viewer { id } }")
    settings = house.settings.model_copy(
        update={"documents_mode": mode, "documents_dir": documents, "environment": Environment.PRODUCTION}
    )
    app = create(settings)
    app.state.house = house
    register(app.graphql, documents)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://cercle.test") as client:
        return {name: probe.grave for name, probe in PROBES.items() if await probe.weak(client)}


async def test_strangers_of_a_guarded_house_find_nothing(house: House, tmp_path: Path) -> None:
    assert await findings(house, tmp_path, DocumentsMode.SAFELIST) == {}


async def test_of_an_open_house_strangers_find_the_schema_and_nothing_else_that_is_grave(
    house: House, tmp_path: Path
) -> None:
    found = await findings(house, tmp_path, DocumentsMode.OPEN)

    assert {name for name, grave in found.items() if grave in GRAVE} == {"the schema"}


@pytest.fixture
async def careless() -> AsyncIterator[httpx2.AsyncClient]:
    """A server that answers whatever is asked as the auditor fears it."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"")
        answer = WORST_LIST if body.startswith(b"[") else WORST
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": answer})

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://careless.test") as client:
        yield client


WORST = (
    b'{"data": {"alias100": 1, "__typename": "Query", "__schema": {"types": [' + b"1," * 30 + b"1]}},"
    b' "extensions": {"tracing": {"GraphiQL": 1}}}'
)
WORST_LIST = b"[" + b"1," * 10 + b"1]"


async def test_a_careless_house_is_found_out(careless: httpx2.AsyncClient) -> None:
    found = {name for name, probe in PROBES.items() if await probe.weak(careless)}

    assert PROBES.keys() - found == {"many directives", "suggestions", "a bug's own words"}, "these look for errors"
