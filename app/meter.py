"""What an operation costs its client: taken before it runs, given back if it was not used, told in the answer."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeAlias, TypeVar
from weakref import WeakValueDictionary

from graphql import GraphQLError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from app.deadline import Deadline, TookTooLong
from domain.viewer import Viewer
from persistence.bucket import Buckets, Empty, Lot
from resolvers.context import Context
from schema.coded import CodedSchema
from schema.document import Document
from schema.priced import Priced

KEPT_COST = 1
"""For an answer that is there already, whatever it was made of."""

BAD_COST = 1
"""For a token or a key that is not good, of whoever sends it."""

READING_COST = 10
BYTES_PER_POINT = 20
"""For a document that was not seen before and has to be read and found valid; what is not valid costs the same."""

LOOKING_COST = 11
"""Of who watches, for a look that is paid for and finds nothing to tell: a request, and what it reads."""

STOPPED_RETRY_SECONDS = 1

THROTTLED = "THROTTLED"
TIMED_OUT = "TIMED_OUT"

R = TypeVar("R")

Run: TypeAlias = Callable[[], Awaitable[ExecutionResult]]

AT_THE_END = b',"extensions":{"cost":{"requested":%d,"actual":%d,"available":%d,"capacity":%d,"restoredPerSecond":%d}}}'


def payer(viewer: Viewer, address: str) -> Hashable:
    """Whose points they are: of an API key, of an account, or of the address that a stranger comes from."""
    if viewer.key is not None:
        return viewer.key.id
    return viewer.account_id or address


class Charge:
    """The points of one request."""

    __slots__ = ("actual", "document", "lot", "meter", "priced", "requested", "status")

    def __init__(
        self, meter: "Meter", lot: Lot | Empty, requested: int, priced: Priced, document: Document | None = None
    ) -> None:
        self.meter = meter
        self.lot = lot
        self.priced = priced
        self.document = document
        self.requested = self.actual = requested
        self.status: int | None = None

    @property
    def begins(self) -> bool:
        """Whether there are points for it, and it can be executed as far as its document tells."""
        return isinstance(self.lot, Lot) and self.priced.refused is None and self.document is not None

    async def run(self, run: Run) -> ExecutionResult:
        """What the operation answers in the time that it has, or why it is not begun."""
        lot, priced = self.lot, self.priced
        if isinstance(lot, Empty):
            self.actual, self.status = 0, 429
            return throttled(lot, self.requested)
        if priced.refused is not None:
            return priced.refused
        deadline = self.meter.deadline
        try:
            result = await deadline.within(run)
        except TookTooLong:
            self.status = 503
            return stopped(deadline.seconds)
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


class Tab:
    """The points of who watches: of each answer what it may cost is taken before anything is read for it."""

    def __init__(self, meter: "Meter", client: Hashable) -> None:
        self._meter = meter
        self._client = client
        self._turn = meter.turn(client)
        self._paid: Charge | None = None
        self._priced = Priced(0)

    def begin(self, charge: Charge) -> None:
        """What was taken so that it may begin is for the first answer too."""
        self._paid, self._priced = charge, charge.priced

    async def pay(self) -> None:
        """Take the points of one answer as soon as they are there; those of one client wait in a line."""
        points = self._priced.requested if self._paid is None else LOOKING_COST
        async with self._turn:
            lot = await self._meter.take(self._client, points)
            while isinstance(lot, Empty):
                await asyncio.sleep(lot.retry_after_seconds)
                lot = await self._meter.take(self._client, points)
        if self._paid is None:
            self._paid = Charge(self._meter, lot, points, self._priced)

    async def begun(self, begin: Callable[[], Awaitable[R]]) -> R:
        """What it begins with, in the time that an operation has; raises TookTooLong."""
        return await self._meter.deadline.within(begin)

    async def run(self, run: Run) -> ExecutionResult:
        """One answer, in the time that an operation has, with the meter in it."""
        charge, self._paid = self._paid, None
        assert charge is not None, "it is paid first"
        result = await charge.run(run)
        result.extensions = charge.told()
        return result


class Meter:
    """Takes points for requests."""

    def __init__(self, buckets: Buckets, operation_seconds_max: float) -> None:
        self.buckets = buckets
        self.deadline = Deadline(operation_seconds_max)
        self._turns: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def turn(self, client: Hashable) -> asyncio.Lock:
        """Whose turn it is to wait for points of this client; a crowd that waits does not wake all at once."""
        return self._turns.setdefault(client, asyncio.Lock())

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
        there: Lot | Empty | None = self.buckets.at_hand(client, requested)
        if there is None:
            there = await self.buckets.take(client, requested)
        return Charge(self, there, requested + reading, priced, document)

    async def take(self, client: Hashable, points: int) -> Lot | Empty:
        return self.buckets.at_hand(client, points) or await self.buckets.take(client, points)

    async def kept(self, client: Hashable, body: bytes) -> bytes:
        """An answer that is there already with the meter at its end; to refuse it would cost no less."""
        lot = self.buckets.at_hand(client, KEPT_COST) or await self.buckets.take(client, KEPT_COST)
        return self.spliced(body, lot, KEPT_COST, KEPT_COST)

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
