"""Every figure that the house tells, by its name, and how it is read from what is counted anyway."""

import gc
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from app.house import House
from app.telemetry.request import BOUNDS
from schema.coded import CodedSchema
from schema.execution import CompiledExecutionContext

Reading = tuple[str, tuple[str, ...], Any]
"""A family, the values of its labels, and a number; of a histogram the count of each step and the sum."""

LAG_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(frozen=True, slots=True)
class Family:
    """Readings of one meaning; `process` comes before these labels unless it is the house's as a whole."""

    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    whole: bool = False


FAMILIES: dict[str, Family] = {
    "process_answers": Family("gauge", "1 if the process told its figures in time, else 0."),
    "process_start_time_seconds": Family("gauge", "When the process began, in seconds since 1970."),
    "process_cpu_seconds": Family("counter", "Processor time that the process has used."),
    "process_resident_bytes": Family("gauge", "Memory of the process that is not swapped out."),
    "process_open_files": Family("gauge", "Files and sockets that the process has open."),
    "gc_collections": Family("counter", "Runs of the garbage collector.", ("generation",)),
    "gc_collected": Family("counter", "Objects that it found.", ("generation",)),
    "loop_lag_seconds": Family("histogram", "How late the event loop is, four times a second.", bounds=LAG_BOUNDS),
    "graphql_requests": Family(
        "counter", "Requests to /graphql that were answered.", ("kind", "operation", "status", "code")
    ),
    "graphql_seconds": Family("histogram", "From the last byte of a request to its answer.", ("kind",), bounds=BOUNDS),
    "graphql_operation_seconds": Family("counter", "The same, summed up for each operation.", ("kind", "operation")),
    "graphql_in_flight": Family("gauge", "Requests that are being answered."),
    "streams_open": Family("gauge", "Connections that stay: subscriptions by WebSocket and as server-sent events."),
    "slow_operations": Family("counter", "Operations that took longer than CERCLE_SLOW_MS."),
    "documents_kept": Family("gauge", "Documents whose parsing and validation are spared."),
    "documents_dropped": Family("counter", "Documents that made room for others."),
    "plans_kept": Family("gauge", "Operations that are compiled."),
    "plans_dropped": Family("counter", "Plans that made room for others."),
    "executions": Family("counter", "Operations by how they were executed, and why not by a plan.", ("way", "reason")),
    "answers": Family("counter", "Strangers' reads by what the response cache had for them.", ("outcome",)),
    "pool_size": Family("gauge", "Connections that a pool may have.", ("pool",)),
    "pool_open": Family("gauge", "Connections that it has.", ("pool",)),
    "pool_waiting": Family("gauge", "Who waits for one.", ("pool",)),
    "pool_refused": Family("counter", "Who waited in vain.", ("pool",)),
    "cache_away": Family("gauge", "1 while Valkey is not asked, else 0."),
    "verbs": Family(
        "counter", "Units of work by how they ended: done, or the code of the refusal.", ("verb", "outcome")
    ),
    "jobs": Family("counter", "Jobs by how they ended.", ("job", "outcome")),
    "job_seconds": Family("histogram", "How long jobs took.", bounds=BOUNDS),
    "database_answers": Family("gauge", "1 if the database told what follows, else 0.", whole=True),
    "outbox_due": Family("gauge", "Jobs whose time has come and that are not in the queue yet.", whole=True),
    "outbox_lag_seconds": Family("gauge", "How long the first of them has waited.", whole=True),
    "queue_jobs": Family("gauge", "Jobs in the queue.", ("state",), whole=True),
    "ledger_imbalance_minor": Family(
        "gauge", "What customers and the house have together, which is none.", ("currency",), whole=True
    ),
}
"""By their names without `cercle_`; what counts is `…_total` in the end."""


def of_schema(schema: CodedSchema) -> Iterator[Reading]:
    """Documents and plans."""
    yield "documents_kept", (), len(schema.documents)
    yield "documents_dropped", (), schema.documents.dropped
    executor: Any = schema.execution_context_class
    if executor is None or not issubclass(executor, CompiledExecutionContext):
        return
    yield "plans_kept", (), len(executor.operations)
    yield "plans_dropped", (), executor.operations.dropped
    for name, count in executor.figures.snapshot().items():
        way, _, reason = name.partition("_")
        yield "executions", (way, reason), count


def of_house(house: House) -> Iterator[Reading]:
    """Connections, the cache, and what became of units of work."""
    pools = {
        "write": house.transactor.pool,
        "read": house.readers.pool.connections,
        "watch": house.watching.pool.connections,
    }
    if house.knowing is not house.readers:
        pools["know"] = house.knowing.pool.connections
        pools["change"] = house.changing.pool.connections
    for name, pool in pools.items():
        yield "pool_size", (name,), pool.size
        yield "pool_open", (name,), pool.open
        yield "pool_waiting", (name,), pool.waiting
        yield "pool_refused", (name,), pool.refused
    yield "cache_away", (), int(house.cache.away)
    yield "streams_open", (), len(house.streams)
    if house.answers is not None:
        for outcome, count in list(house.answers.told.items()):
            yield "answers", (outcome,), count
    for told, count in list(house.transactor.told.items()):
        yield "verbs", told, count


def of_process() -> Iterator[Reading]:
    """What the system and the interpreter say."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    yield "process_cpu_seconds", (), spent.ru_utime + spent.ru_stime

    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        yield "process_resident_bytes", (), pages * os.sysconf("SC_PAGE_SIZE")
        yield "process_open_files", (), len(os.listdir("/proc/self/fd"))
    for generation, stats in enumerate(gc.get_stats()):
        yield "gc_collections", (str(generation),), stats["collections"]
        yield "gc_collected", (str(generation),), stats["collected"]


def known(readings: Iterable[Reading]) -> list[Reading]:
    """Those that this version knows how to tell, for another process may be of another."""
    return [one for one in readings if one[0] in FAMILIES and len(one[1]) == len(FAMILIES[one[0]].labels)]
