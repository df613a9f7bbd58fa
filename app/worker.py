"""The job worker: takes what is due, runs it as the house, tries again what failed and keeps what it gave up."""

import asyncio
import contextlib
import signal
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

import asyncpg
import structlog
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Job, Schedule

from app import telemetry
from app.config import Settings
from app.house import House, open_house
from app.jobs import JOBS, Errand
from app.telemetry import bind_request, tracing
from app.telemetry.exchange import telling
from app.telemetry.job import JobFigures
from domain.refusal import IdempotencyKeyInFlight, Refusal
from domain.unavailable import Unavailable
from persistence import circulation
from persistence.job import Due, job_pool, move_due, prune, queries, take_snapshot

log = structlog.get_logger("cercle.worker")

MOVE_EVERY_SECONDS = 0.5
ATTEMPTS_MAX = 10
"""With the pauses between them, a job is tried for about half an hour before it is given up."""

BACKOFF_FIRST = timedelta(seconds=1)
BACKOFF_MAX = timedelta(minutes=5)
AWAY_MAX = timedelta(minutes=15)
"""A job waits for a database that is away with pauses of no more than this, and is never given up for it."""

HEARTBEAT_TIMEOUT = timedelta(seconds=4)
RECONNECT_SECONDS = 0.5
GONE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresError,
    asyncpg.InternalClientError,
    FailingListenerError,
    Unavailable,
)


class GivenUp(Exception):
    """A job failed for good; its message is all that is kept of the reason, for others' data stays out of the queue."""


class Worker:
    def __init__(self, house: House, pool: Any, jobs: Mapping[str, Errand], figures: JobFigures | None = None) -> None:
        self.house = house
        self.pool = pool
        self.jobs = jobs
        self.figures = figures or JobFigures()
        self.tracing = tracing.begin()
        driver = AsyncpgPoolDriver(pool)
        self.queuer = PgQueuer(driver, queries=queries(driver))
        for name in jobs:
            # A job that is given up is held in the queue, for people to look at and to try again.
            self.queuer.entrypoint(name, on_failure="hold")(self.run_job)
        self.queuer.schedule("prune", "7 * * * *")(self.prune)
        self.queuer.schedule("ledgerSnapshot", "*/5 * * * *")(self.take_snapshot)
        self.queuer.schedule("circulationFold", "*/5 * * * *")(self.fold_circulation)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, or until the database goes away; jobs under way are finished first."""
        queue = asyncio.create_task(
            self.queuer.run(
                # Nothing wakes the queue for a job that is to be tried again.
                dequeue_timeout=timedelta(seconds=1),
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                shutdown_on_listener_failure=True,
            )
        )
        outbox = asyncio.create_task(self.move())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({queue, outbox, stopped}, return_when=asyncio.FIRST_COMPLETED)
        self.queuer.shutdown.set()
        for task in (outbox, stopped):
            task.cancel()
        results = await asyncio.gather(queue, outbox, return_exceptions=True)
        for failure in results:
            if isinstance(failure, Exception):
                raise failure

    async def move(self) -> None:
        while True:
            if not await move_due(self.pool, list(self.jobs)):
                await asyncio.sleep(MOVE_EVERY_SECONDS)

    async def run_job(self, job: Job) -> None:
        """Run one job; a failure is told in the queue's own terms: again after a pause, or given up."""
        bind_request(f"job {job.id}")
        began = perf_counter()
        outcome = "failed"
        try:
            with nullcontext() if self.tracing is None else self.tracing.job(job.entrypoint):
                await self._run_job(job)
            outcome = "done"
        except RetryRequested:
            outcome = "again"
            raise
        except GivenUp:
            outcome = "given up"
            raise
        finally:
            self.figures.add(job.entrypoint, outcome, perf_counter() - began)

    async def _run_job(self, job: Job) -> None:
        due = Due.load(job.payload)
        logged = log.bind(job=job.entrypoint, outbox_id=due.id, subject_id=str(due.subject_id), attempt=job.attempts)
        try:
            await self.jobs[job.entrypoint](
                self.house, job.entrypoint, due.subject_id, f"job:{due.id}", datetime.now(UTC)
            )
        except (Unavailable, IdempotencyKeyInFlight) as error:
            logged.warning("job waits", reason=type(error).__name__)
            raise RetryRequested(pause(job.attempts, AWAY_MAX), type(error).__name__) from None
        except Refusal as refusal:
            # The refusal is kept under the job's key: to ask again would be answered alike.
            logged.error("job refused", code=refusal.code)
            raise GivenUp(refusal.code) from None
        except Exception as error:
            if job.attempts + 1 < ATTEMPTS_MAX:
                logged.warning("job failed", exc_info=True)
                raise RetryRequested(pause(job.attempts, BACKOFF_MAX), type(error).__name__) from None
            logged.error("job given up", exc_info=True)
            raise GivenUp(type(error).__name__) from None
        logged.debug("job done")

    async def prune(self, _: Schedule) -> None:
        await prune(self.pool)

    async def take_snapshot(self, _: Schedule) -> None:
        await take_snapshot(self.pool)

    async def fold_circulation(self, _: Schedule) -> None:
        await circulation.fold(self.pool)


def pause(attempts: int, longest: timedelta) -> timedelta:
    return min(BACKOFF_FIRST * (1 << min(attempts, 20)), longest)


def serve(settings: Settings, ready: Connection | None = None) -> None:
    """Work in this process until SIGINT or SIGTERM."""
    telemetry.configure(settings.environment)

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        if ready is not None:
            ready.send(True)
        await work(settings, stop)

    uvloop.run(main())


async def work(settings: Settings, stop: asyncio.Event, jobs: Mapping[str, Errand] = JOBS) -> None:
    """Work until told to stop; come back when the database does."""
    assert settings.database_url is not None, "the database is known by now"
    figures = JobFigures()
    tracing.listen(tracing.begin())
    while not stop.is_set():
        try:
            async with open_house(settings) as house, telling(house, figures.readings):
                # What listens goes past a pooler.
                pool = await job_pool(settings.database_direct_url or settings.database_url)
                try:
                    await Worker(house, pool, jobs, figures).run(stop)
                finally:
                    pool.terminate()
        except GONE as error:
            log.warning("the database is away", reason=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RECONNECT_SECONDS)
