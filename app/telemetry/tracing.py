"""OpenTelemetry spans: one for each operation, one for each statement and each job; no values, no arguments, no texts.

Whether there are any is decided once, when a process starts. Without an SDK nothing of it is even imported.
"""

import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from app.telemetry.request import About
from app.telemetry.statement import STATEMENTS, fingerprint
from persistence.timing import TOLD

log = logging.getLogger("cercle.telemetry")

SERVICE = "cercle"
NANOSECONDS = 1_000_000_000
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
CARRIED = (b"traceparent", b"tracestate")
"""What a caller may say of the trace that it is in; baggage is nobody's business."""


class Tracing:
    """Makes spans by a tracer of OpenTelemetry."""

    def __init__(self, tracer: Any) -> None:
        from opentelemetry.trace import SpanKind, StatusCode, use_span
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracer = tracer
        self._kinds = SpanKind
        self._codes = StatusCode
        self._use = use_span
        self._carrier = TraceContextTextMapPropagator()

    @contextmanager
    def operation(self, headers: Mapping[bytes, bytes]) -> Iterator[Any]:
        """A span within the caller's trace, if it told one; what is asked for is told to it in the end."""
        carried = {name.decode(): headers[name].decode("latin-1") for name in CARRIED if name in headers}
        with self._span("graphql", self._kinds.SERVER, self._carrier.extract(carried)) as span:
            yield span

    @contextmanager
    def job(self, name: str) -> Iterator[Any]:
        with self._span(f"job {name}", self._kinds.CONSUMER, None) as span:
            yield span

    def tell(self, span: Any, about: About, status: int, code: str, request_id: str) -> None:
        """What the operation was and how it ended; its name only if the house knows it."""
        kind, operation = about
        span.update_name(f"{kind} {operation}")
        span.set_attributes(
            {
                "graphql.operation.type": kind,
                "graphql.operation.name": operation,
                "http.response.status_code": status,
                "cercle.code": code,
                "cercle.request_id": request_id,
            }
        )
        if status >= 500 or code == "INTERNAL":
            span.set_status(self._codes.ERROR)

    def statement(self, text: str, began: float) -> None:
        """A span of what has just ended."""
        ended = time.time_ns()
        name = fingerprint(text)
        span = self._tracer.start_span(
            name,
            kind=self._kinds.CLIENT,
            start_time=ended - int((perf_counter() - began) * NANOSECONDS),
            attributes={"db.system.name": "postgresql", "db.query.summary": name},
        )
        span.end(ended)

    @contextmanager
    def _span(self, name: str, kind: Any, parent: Any) -> Iterator[Any]:
        span = self._tracer.start_span(name, context=parent, kind=kind)
        # An exception's message may hold somebody's data: that there was one is told by the code.
        with self._use(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            yield span


def begin() -> Tracing | None:
    """The process's tracing: by a provider that is there already, or by one of ours when an endpoint is named."""
    if "opentelemetry.trace" in sys.modules:
        from opentelemetry import trace

        if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            return Tracing(trace.get_tracer(SERVICE))
    if not any(os.environ.get(name) for name in ENDPOINTS) or os.environ.get("OTEL_SDK_DISABLED") == "true":
        return None
    try:
        return Tracing(export())
    except ImportError:
        log.warning("an endpoint for traces is named, but the SDK is missing: pip install 'cercle[otel]'")
        return None


def listen(tracing: Tracing | None) -> None:
    """Hear of every statement from now on: for the log of slow operations, and for spans if somebody wants them."""
    if tracing is None:
        TOLD.listener = STATEMENTS.note
        return

    def both(text: str, began: float) -> None:
        STATEMENTS.note(text, began)
        tracing.statement(text, began)

    TOLD.listener = both


def export() -> Any:
    """A tracer that sends spans to the endpoint of the environment, in a thread of its own."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider.get_tracer(SERVICE)
