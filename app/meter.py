"""What an operation costs its client: taken before it runs, given back if it was not used, told in the answer."""

from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeAlias

from graphql import GraphQLError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from app.deadline import Deadline
from domain.viewer import Viewer
from persistence.bucket import Buckets, Empty, Lot
from resolvers.context import Context
from schema.coded import CodedSchema
from schema.priced import Priced

KEPT_COST = 1
"""For an answer that is there already, whatever it was made of."""

BAD_COST = 1
"""For a token or a key that is not good, of whoever sends it."""

READING_COST = 10
BYTES_PER_POINT = 20
"""For a document that was not seen before and has to be read and found valid; what is not valid costs the same."""

STOPPED_RETRY_SECONDS = 1

THROTTLED = "THROTTLED"
TIMED_OUT = "TIMED_OUT"

Run: TypeAlias = Callable[[], Awaitable[ExecutionResult]]

AT_THE_END = b',"extensions":{"cost":{"requested":%d,"actual":%d,"available":%d,"capacity":%d,"restoredPerSecond":%d}}}'


def payer(viewer: Viewer, address: str) -> Hashable:
    """Whose points they are: of an API key, of an account, or of the address that a stranger comes from."""
    if viewer.key is not None:
        return viewer.key.id
    return viewer.account_id or address


class Charge:
    """The points of one request."""

    __slots__ = ("actual", "lot", "meter", "priced", "requested", "status")

    def __init__(self, meter: "Meter", lot: Lot | Empty, requested: int, priced: Priced) -> None:
        self.meter = meter
        self.lot = lot
        self.priced = priced
        self.requested = self.actual = requested
        self.status: int | None = None

    @property
    def begins(self) -> bool:
        """Whether there are points for it, and it can be executed as far as its document tells."""
        return isinstance(self.lot, Lot) and self.priced.refused is None

    async def run(self, run: Run) -> ExecutionResult:
        """What the operation answers in the time that it has, or why it is not begun."""
        lot, priced = self.lot, self.priced
        if isinstance(lot, Empty):
            self.actual, self.status = 0, 429
            return throttled(lot, self.requested)
        if priced.refused is not None:
            return priced.refused
        deadline = self.meter.deadline
        task = deadline.begin()
        try:
            result = await run()
        except CancelledError:
            # Whoever cancels for a reason of their own has their way.
            if deadline.end(task) or task.uncancel():
                raise
            self.status = 503
            return stopped(deadline.seconds)
        finally:
            deadline.end(task)
        # What became null because of an error was worked for.
        unused = 0 if result.errors else priced.requested - priced.actual(result.data)
        if unused:
            self.actual -= unused
            lot.points += unused
        return result

    def give_back(self) -> None:
        """The operation need not run after all."""
        if isinstance(self.lot, Lot):
            self.lot.points += self.priced.requested

    def spliced(self, body: bytes) -> bytes:
        return self.meter.spliced(body, self.lot, self.requested, self.actual)

    def told(self) -> dict[str, Any]:
        """The meter as the answer's `extensions` have it."""
        buckets, lot = self.meter.buckets, self.lot
        return {
            "cost": {
                "requested": self.requested,
                "actual": self.actual,
                "available": buckets.available(lot),
                "capacity": buckets.capacity,
                "restoredPerSecond": buckets.per_second,
            }
        }


class Meter:
    """Takes points for requests."""

    def __init__(self, buckets: Buckets, operation_seconds_max: float) -> None:
        self.buckets = buckets
        self.deadline = Deadline(operation_seconds_max)

    async def charge(
        self,
        client: Hashable,
        schema: CodedSchema,
        query: str,
        variables: dict[str, Any] | None,
        operation_name: str | None,
        context: Context,
    ) -> Charge:
        """Take what a request may cost; a document that is new pays for its reading before it is read."""
        reading = 0
        document = schema.documents.find(query)
        if document is None:
            reading = READING_COST + len(query) // BYTES_PER_POINT
            lot = await self.take(client, reading)
            if isinstance(lot, Empty):
                return Charge(self, lot, reading, Priced(0))
            read = schema.admit(query, context)
            if isinstance(read, ExecutionResult):
                return Charge(self, lot, reading, Priced(0, refused=read))
            document = read
        priced = schema.priced(document, variables, operation_name)
        requested = priced.requested
        there = self.buckets.at_hand(client, requested)
        if there is None:
            return Charge(self, await self.buckets.take(client, requested), requested + reading, priced)
        return Charge(self, there, requested + reading, priced)

    async def take(self, client: Hashable, points: int) -> Lot | Empty:
        return self.buckets.at_hand(client, points) or await self.buckets.take(client, points)

    async def kept(self, client: Hashable, body: bytes) -> bytes:
        """An answer that is there already with the meter at its end; to refuse it would cost no less."""
        return self.spliced(body, await self.take(client, KEPT_COST), KEPT_COST, KEPT_COST)

    def spliced(self, body: bytes, lot: Lot | Empty, requested: int, actual: int) -> bytes:
        """An answer's JSON with the meter behind what it has."""
        buckets = self.buckets
        figures = (requested, actual, buckets.available(lot), buckets.capacity, buckets.per_second)
        return b"".join((memoryview(body)[:-1], AT_THE_END % figures))


def throttled(empty: Empty, requested: int) -> ExecutionResult:
    seconds = empty.retry_after_seconds
    message = f"This may cost {requested} points and {empty.available} are left: send it again in {seconds} s."
    return refusal(message, THROTTLED, seconds)


def stopped(seconds: float) -> ExecutionResult:
    message = (
        f"This took longer than {seconds:g} s and was stopped. If it was to change something, it may or may not have:"
        " send the same request with the same idempotency key to find out."
    )
    return refusal(message, TIMED_OUT, STOPPED_RETRY_SECONDS)


def refusal(message: str, code: str, retry_after_seconds: int) -> ExecutionResult:
    extensions = {"code": code, "retryAfterSeconds": retry_after_seconds}
    return PreExecutionError(data=None, errors=[GraphQLError(message, extensions=extensions)])
