"""What requests to /graphql cost, counted where they end.

Plain numbers of this process, which become metrics when somebody asks: to count one takes about a microsecond.
"""

from bisect import bisect_left
from time import perf_counter
from typing import Any

from schema.document import Documents

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; what took longer than the last one is counted apart."""

Asked = tuple[str, str | None]
"""The text of a document, and which of its operations was asked for."""

About = tuple[str, str]
"""The kind of an operation, and its name if it is one that was registered."""

KEPT = ("query", "kept")
"""A stranger's read whose answer was there, so that nobody looked at what was asked."""
UNREAD = ("none", "other")
"""Nothing was executed: no document, or none that is valid."""
OK = "OK"
"""The code of an answer without errors."""
OTHER = "other"
"""Operations of documents that nobody registered: their names are made up by whoever sends them."""


class Watch:
    """One request while it is answered."""

    __slots__ = ("asked", "began", "cost", "ended")

    def __init__(self) -> None:
        self.asked: Asked | None = None
        self.cost: int | None = None
        self.began = perf_counter()
        self.ended: float | None = None
        """When there was an answer, which some clients take their time to read."""


class Spread:
    """How many took how long."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class Row:
    """Requests of which all labels are the same."""

    __slots__ = ("count", "seconds", "spread")

    def __init__(self, spread: Spread) -> None:
        self.count = 0
        self.seconds = 0.0
        self.spread = spread


class RequestFigures:
    """Counts since the process began; only ever added to, so a reader needs no lock."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.registered: dict[str, dict[str | None, About]] = {}
        self.in_flight = 0
        self.slow = 0
        self.rows: dict[tuple[About, int, str], Row] = {}
        self.spreads: dict[str, Spread] = {}

    def register(self, text: str) -> None:
        """Count the operations of this document, which is kept, by their names."""
        document = self.documents.find(text)
        if document is not None:
            names = {name: (one.kind, name or OTHER) for name, one in document.operations.items()}
            if len(names) == 1:
                names[None] = next(iter(names.values()))
            self.registered[text] = names

    def about(self, watch: Watch, code: str) -> About:
        """What was answered with this code."""
        if watch.asked is None:
            return KEPT if code == OK else UNREAD
        text, name = watch.asked
        names = self.registered.get(text)
        if names is not None:
            return names.get(name, UNREAD)
        document = self.documents.find(text)
        meant = None if document is None else document.meant(name)
        return UNREAD if meant is None else (meant.kind, OTHER)

    def add(self, watch: Watch, status: int, code: str) -> float:
        """Count one more; how many seconds it took."""
        seconds = (watch.ended or perf_counter()) - watch.began
        about = self.about(watch, code)
        key = (about, status, code)
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = Row(self.spreads.setdefault(about[0], Spread()))
        row.count += 1
        row.seconds += seconds
        spread = row.spread
        spread.counts[bisect_left(BOUNDS, seconds)] += 1
        spread.seconds += seconds
        return seconds

    def readings(self) -> Any:
        """As `app.telemetry.metric` declares them."""
        yield "graphql_in_flight", (), self.in_flight
        yield "slow_operations", (), self.slow
        seconds: dict[About, float] = {}
        for (about, status, code), row in list(self.rows.items()):
            yield "graphql_requests", (*about, str(status), code), row.count
            seconds[about] = seconds.get(about, 0.0) + row.seconds
        for about, spent in seconds.items():
            yield "graphql_operation_seconds", about, spent
        for kind, spread in list(self.spreads.items()):
            yield "graphql_seconds", (kind,), [*spread.counts, spread.seconds]
