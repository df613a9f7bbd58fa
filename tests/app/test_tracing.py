"""Spans as an operator's SDK sees them: one for an operation, one for each of its statements, and no values in them."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.asgi import create
from app.house import House
from app.telemetry.tracing import Tracing, begin, listen
from app.traced import TracedEndpoint
from app.worker import Worker
from domain.viewer import Role
from persistence.timing import TOLD
from tests.support.api import Api
from tests.support.people import People
from tests.support.servers import REPOSITORY

ME = "query Me { viewer { id } }"
LISTINGS = "{ listings(first: 1) { nodes { id } } }"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter: InMemorySpanExporter) -> Iterator[Tracing]:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing = Tracing(provider.get_tracer("cercle"))
    before = TOLD.listener
    listen(tracing)
    yield tracing
    TOLD.listener = before


@pytest.fixture
async def api(house: House, tracing: Tracing) -> AsyncIterator[Api]:
    app = create(house.settings)
    app.state.house = house
    # The app is made without, for there is no SDK that it would know of.
    listen(tracing)
    app.graphql = TracedEndpoint(house.settings, tracing)
    async with Api(app, house) as api:
        yield api


def spans(exporter: InMemorySpanExporter) -> tuple[ReadableSpan, list[ReadableSpan]]:
    """The operation's and its statements'."""
    found = exporter.get_finished_spans()
    (operation,) = [span for span in found if span.kind.name == "SERVER"]
    return operation, [span for span in found if span is not operation]


async def test_an_operation_is_a_span_and_its_statements_are_within_it(
    api: Api, exporter: InMemorySpanExporter
) -> None:
    await api(None, LISTINGS)
    exporter.clear()
    answer = await api(None, LISTINGS.replace("id", "slug"))

    operation, statements = spans(exporter)
    assert operation.name == "query other"
    assert operation.attributes == {
        "graphql.operation.type": "query",
        "graphql.operation.name": "other",
        "http.response.status_code": 200,
        "cercle.code": "OK",
        "cercle.request_id": answer.headers["x-request-id"],
    }
    (statement,) = statements
    assert statement.name.startswith("SELECT listing ")
    assert statement.parent is not None
    assert statement.parent.span_id == operation.context.span_id
    assert operation.start_time <= statement.start_time <= statement.end_time <= operation.end_time


async def test_an_operation_is_named_if_the_house_knows_its_document(
    api: Api, exporter: InMemorySpanExporter, people: People
) -> None:
    camille = await people.person(Role.CUSTOMER)
    graphql: Any = api.client._transport.app.graphql  # type: ignore[attr-defined]
    graphql.schema.register(ME)
    graphql.figures.register(ME)
    exporter.clear()
    await api(camille, ME)

    assert spans(exporter)[0].name == "query Me"


async def test_a_callers_trace_goes_on(api: Api, exporter: InMemorySpanExporter) -> None:
    body, headers = {"query": LISTINGS}, {"traceparent": f"00-{TRACE}-{PARENT}-01", "baggage": "who=camille"}
    await api.client.post("/graphql", json=body, headers=headers)

    operation, statements = spans(exporter)
    assert f"{operation.context.trace_id:032x}" == TRACE
    assert operation.parent is not None
    assert f"{operation.parent.span_id:016x}" == PARENT
    assert {f"{span.context.trace_id:032x}" for span in statements} <= {TRACE}


@pytest.mark.parametrize("broken", ["", "nonsense", f"00-{'0' * 32}-{PARENT}-01", "00-" + "é" * 20, "x" * 5_000])
async def test_a_broken_trace_begins_a_new_one(api: Api, exporter: InMemorySpanExporter, broken: str) -> None:
    headers = {b"traceparent": broken.encode("latin-1")}
    response = await api.client.post("/graphql", json={"query": LISTINGS}, headers=headers)

    assert response.status_code == 200
    assert spans(exporter)[0].parent is None


async def test_a_bug_is_an_error_that_does_not_say_what_was_in_it(
    api: Api, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("somebody's secret")

    monkeypatch.setattr("app.house.House.context", broken)
    await api(None, LISTINGS)

    operation, _ = spans(exporter)
    assert operation.status.status_code.name == "ERROR"
    assert (operation.attributes or {})["cercle.code"] == "INTERNAL"
    assert "somebody's secret" not in operation.to_json()


async def test_statements_of_two_operations_at_once_are_each_in_their_own(
    api: Api, exporter: InMemorySpanExporter, people: People
) -> None:
    both = [await people.person(Role.CUSTOMER) for _ in range(8)]
    exporter.clear()
    await asyncio.gather(*(api(who, "{ viewer { id } listings(first: 1) { nodes { slug } } }") for who in both))

    found = exporter.get_finished_spans()
    operations = {span.context.span_id: span.context.trace_id for span in found if span.kind.name == "SERVER"}
    within = [span for span in found if span.kind.name == "CLIENT"]
    assert len(operations) == 8
    assert all(span.parent is not None for span in within)
    assert all(operations[span.parent.span_id] == span.context.trace_id for span in within if span.parent)


async def test_a_job_is_a_span(house: House, tracing: Tracing, exporter: InMemorySpanExporter) -> None:
    async def errand(house: House, *_: Any) -> None:
        await house.readers.pool.fetchval("SELECT 1")

    class Job:
        id, entrypoint, attempts = 1, "errand", 0
        payload = b'{"id": 1, "subject_id": "%s"}' % str(uuid4()).encode()

    worker: Any = Worker.__new__(Worker)
    worker.house, worker.jobs, worker.tracing = house, {"errand": errand}, tracing
    worker.figures = type("Figures", (), {"add": lambda *_: None})()
    await worker.run_job(Job)

    statement, job = exporter.get_finished_spans()
    assert job.name == "job errand"
    assert statement.parent is not None
    assert statement.parent.span_id == job.context.span_id
    assert datetime.fromtimestamp((job.end_time or 0) / 1e9, UTC) <= datetime.now(UTC)


# Whether there are any


def test_nobody_who_wants_no_spans_pays_for_them() -> None:
    assert begin() is None
    assert run("") == "None"


def test_spans_go_to_the_endpoint_that_the_environment_names() -> None:
    said = run("", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert said == "Tracing" or "pip install 'cercle[otel]'" in said


def test_a_provider_that_is_there_already_is_used() -> None:
    provider = (
        "from opentelemetry import trace; from opentelemetry.sdk.trace import TracerProvider;"
        " trace.set_tracer_provider(TracerProvider()); "
    )
    assert run(provider) == "Tracing"


def run(before: str, **environment: str) -> str:
    code = f"{before}from app.telemetry.tracing import begin; print(type(begin()).__name__.replace('NoneType', 'None'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env=environment, text=True, capture_output=True, check=True
    )
    return (done.stdout if done.stdout.strip() != "None" or not done.stderr else done.stderr).strip()
