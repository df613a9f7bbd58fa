"""Nothing that people send is told to whoever reads logs, metrics or traces: no word of it, no secret, no token.

Every mutation is sent as it should be and with a mark in each of its texts, to a house in which everything is slow and
so everything is logged, statements and plans included, as JSON and for people at once.
"""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import structlog
from graphql import GraphQLInputObjectType, GraphQLInputType, GraphQLList
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app import telemetry
from app.asgi import told
from app.config import Environment
from app.telemetry.tracing import Tracing, listen
from app.traced import TracedEndpoint
from persistence.timing import TOLD
from tests.trust.alter import bare
from tests.trust.operations import OPERATIONS
from tests.trust.selection import document, input_type
from tests.trust.world import World

MARK = "Marked7f3a"
LENGTH_MIN = 6
"""What is shorter may be in a log by chance."""
SECRET_FIELDS = ("password", "token", "secret", "iban", "code")


class Ear:
    """Everything that was told of a house."""

    def __init__(self, world: World, exporter: InMemorySpanExporter) -> None:
        self.world = world
        self.exporter = exporter
        self.json = io.StringIO()
        self.console = io.StringIO()

    async def all(self) -> str:
        await self.world.house.slow.close()
        metrics = await self.world.api.client.get("/metrics")
        spans = [span.to_json() for span in self.exporter.get_finished_spans()]
        return "\n".join([self.json.getvalue(), self.console.getvalue(), metrics.text, *spans])

    def forget(self) -> None:
        self.exporter.clear()
        for stream in (self.json, self.console):
            stream.seek(0)
            stream.truncate()


@pytest.fixture
async def ear(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ear]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing = Tracing(provider.get_tracer("cercle"))
    app: Any = world.api.client._transport.app  # type: ignore[attr-defined]
    before = TOLD.listener, app.graphql, world.house.slow.seconds
    monkeypatch.setattr("app.telemetry.slow.LINES_MAX", 10**6)
    app.graphql = TracedEndpoint(world.house.settings, tracing)
    world.house.slow.seconds = 0.0
    ear = Ear(world, exporter)
    async with told(app, world.house), listening(ear):
        listen(tracing)
        yield ear
    TOLD.listener, app.graphql, world.house.slow.seconds = before


@asynccontextmanager
async def listening(ear: Ear) -> AsyncIterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    telemetry.configure(Environment.PRODUCTION, ear.json)
    both = [*root.handlers]
    telemetry.configure(Environment.DEVELOPMENT, ear.console)
    root.handlers = [*root.handlers, *both]
    root.setLevel(logging.DEBUG)
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def marked(given: Any, kind: GraphQLInputType) -> Any:
    """The same input with a mark at the end of each text."""
    kind = bare(kind)
    if given is None:
        return None
    if isinstance(kind, GraphQLList):
        return [marked(item, kind.of_type) for item in given]
    if isinstance(kind, GraphQLInputObjectType):
        return {name: marked(value, kind.fields[name].type) for name, value in given.items()}
    return f"{given}{MARK}" if kind.name == "String" else given


def secrets(given: Any, name: str = "") -> Iterator[str]:
    """What fields hold that are named like a secret; codes of refusals are none."""
    if isinstance(given, dict):
        for inner, value in given.items():
            yield from secrets(value, inner)
    elif isinstance(given, list):
        for value in given:
            yield from secrets(value, name)
    elif any(word in name.lower() for word in SECRET_FIELDS) and is_telling(given):
        yield given


def is_telling(given: Any) -> bool:
    return isinstance(given, str) and len(given) >= LENGTH_MIN and not given.isupper()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
async def test_a_mutation_leaves_no_word_of_it_behind(ear: Ear, name: str) -> None:
    world = ear.world
    actor, given = await OPERATIONS[name](world)
    ear.forget()
    keys = [f"{MARK}{uuid4().hex}" for _ in range(2)]
    with_marks = marked(given, input_type(name))
    answers = [await world.send(actor, name, sent, key) for sent, key in zip((with_marks, given), keys, strict=True)]

    heard = await ear.all()
    assert heard.count("slow operation") >= 2 * len(answers)
    assert MARK not in heard
    kept = [*secrets(given), *(secret for answer in answers for secret in secrets(answer.body.get("data")))]
    kept += [world.api.token(actor)] if actor is not None else []
    assert [secret for secret in kept if secret in heard] == []


BROKEN: dict[str, dict[str, Any]] = {
    "a document that is none": {"json": {"query": f"{{ {MARK} "}},
    "a field that there is not": {"json": {"query": f'{{ {MARK}(a: "{MARK}") }}'}},
    "the name of an operation": {"json": {"query": f"query {MARK} {{ viewer {{ id }} }}", "operationName": MARK}},
    "a variable of the wrong kind": {
        "json": {"query": document("accountRegister"), "variables": {"input": {"email": [MARK], MARK: MARK}}}
    },
    "a literal": {"json": {"query": f'{{ listing(by: {{ slug: "{MARK}" }}) {{ id }} }}'}},
    "a body that is no JSON": {"content": MARK.encode(), "headers": {"content-type": "application/json"}},
    "another type": {"content": MARK.encode(), "headers": {"content-type": f"text/{MARK}"}},
    "a token": {"json": {"query": "{ viewer { id } }"}, "headers": {"authorization": f"Bearer {MARK}"}},
    "a key": {"json": {"query": "{ viewer { id } }"}, "headers": {"idempotency-key": MARK}},
    "a trace": {"json": {"query": "{ viewer { id } }"}, "headers": {"traceparent": MARK, "tracestate": f"{MARK}=1"}},
    "an origin": {"json": {"query": "{ viewer { id } }"}, "headers": {"origin": f"https://{MARK}.example"}},
}


@pytest.mark.parametrize("what", BROKEN)
async def test_a_broken_request_leaves_no_word_of_it_behind(ear: Ear, what: str) -> None:
    await ear.world.api.client.post("/graphql", **BROKEN[what])

    heard = await ear.all()
    assert "slow operation" in heard
    assert MARK not in heard


async def test_an_address_leaves_no_word_of_it_behind(ear: Ear) -> None:
    for path in (f"/graphql?query={MARK}", f"/certificates/{MARK}", f"/media/{MARK}", f"/{MARK}", f"/metrics?{MARK}"):
        await ear.world.api.client.get(path)

    assert MARK not in await ear.all()


def detailed() -> Exception:
    error = asyncpg.UniqueViolationError('duplicate key value violates unique constraint "uq_account_email"')
    error.detail = f"Key (email)=({MARK}) already exists."
    return error


UPDATE = "mutation ($input: AccountUpdateInput!) { accountUpdate(input: $input) { __typename } }"
BUGS: dict[str, Exception] = {
    "a key that is missing": KeyError(MARK),
    "a value that is none": ValueError(f"invalid literal for int() with base 10: '{MARK}'"),
    "an argument that does not fit": asyncpg.DataError(f"invalid input for query argument $1: '{MARK}' (expected int)"),
    "bytes": TypeError(f"can not take {MARK.encode()!r}"),
    "a row": detailed(),
    "several": ExceptionGroup("several", [KeyError(MARK), detailed()]),
}


@pytest.mark.parametrize("what", BUGS)
async def test_a_bug_is_logged_without_what_it_stumbled_over(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise BUGS[what]

    camille = await ear.world.customer()
    ear.forget()
    monkeypatch.setattr(type(ear.world.house.transactor), "__call__", broken)
    answer = await ear.world.api(camille, UPDATE, input={"name": "Camille"})
    assert answer.codes == ["INTERNAL"]

    heard = await ear.all()
    (line,) = [line for line in map(json.loads, ear.json.getvalue().splitlines()) if "exception" in line]
    assert line["request_id"] == answer.errors[0]["extensions"]["requestId"]
    assert "in broken" in line["exception"]
    assert MARK not in heard
