"""Points mean something: an operation never uses more of them than it was charged, and time goes with them."""

import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from statistics import correlation
from time import process_time_ns
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.errors import StopTest
from hypothesis.internal.conjecture.data import ConjectureData

from app.config import Settings
from app.house import House, open_house
from app.seed import seed
from domain.viewer import Viewer
from persistence.embedded import Services
from schema.ids import encode_id
from schema.root import build
from tests.conftest import copied
from tests.execution.operations import SCALARS, Drawing, Operation, operations
from tests.support.api import Api

SCHEMA = build()
PIECES = 300
VIEWERS = ("nobody", "camille", "merchandiser", "admin")
ROUNDS = 5
ROUNDS_MAX = 20
"""A busy machine only makes what it measures longer: the more often, the nearer the least is to the truth."""

CORRELATION_MIN = 0.8

CPU_MAX = 1_000_000_000
"""Nanoseconds for one operation, whatever was accepted."""

USUAL = Operation("{ listings(first: 24) { nodes { id slug price { amount } product { name brand { name } } } } }", {})

IDS: list[str] = [encode_id("Listing", UUID(int=1))]
TABLES = {"Listing": "listing", "Product": "product", "Piece": "piece", "Brand": "brand", "Account": "account"}
VALUES = {
    "ID": st.deferred(lambda: st.sampled_from(IDS)),
    "Int": st.sampled_from([1, 2, 5, 10, 24, 50, 80, 100]),
    "String": st.sampled_from(["EUR", "classic"]),
    "Decimal": st.sampled_from(["10.00", "99999"]),
    "DateTime": st.just("2026-01-01T00:00:00Z"),
    "Date": st.just("2026-01-01"),
    "CountryCode": st.just("FR"),
    "URL": st.just("https://example.com/x"),
}


@dataclass
class Asked:
    """An operation, its points, and the nanoseconds of the processor that it took when it took least."""

    viewer: str
    operation: Operation
    points: int
    spent: int


@dataclass
class Measured:
    """Points and time of every operation."""

    house: House
    viewers: dict[str, Viewer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    usual: int = CPU_MAX

    def correlation(self) -> float:
        points, spent = [one.points for one in self.asked], [one.spent for one in self.asked]
        found = correlation(ranks(points), ranks(spent))
        print(
            f"\n{len(points)} operations of {min(points)} to {max(points)} points: rank correlation {found:.2f};"
            f" the longest took as long as {max(spent) / self.usual:.1f} usual ones"
        )
        return found

    async def settled(self) -> float:
        """The correlation, measured again while it is too low for what a busy machine may have done to it."""
        for rounds in range(1, ROUNDS_MAX + 1):
            await self.round()
            if rounds >= ROUNDS and self.correlation() >= CORRELATION_MIN:
                break
        assert max(one.spent for one in self.asked) < CPU_MAX
        return self.correlation()

    async def round(self) -> None:
        """Each once, one after the other: a moment in which the machine is slow meets each of them once at most."""
        gc.collect()
        gc.disable()
        try:
            for one in self.asked:
                one.spent = min(one.spent, (await self.run(one.viewer, one.operation))[0])
            self.usual = min(self.usual, (await self.run("nobody", USUAL))[0])
        finally:
            gc.enable()

    async def run(self, viewer: str, operation: Operation) -> tuple[int, Any]:
        """Nanoseconds of the processor, and the result."""
        context = self.house.context(self.viewers[viewer])
        began = process_time_ns()
        result = await SCHEMA.answer(operation.document, operation.variables, None, context)
        return process_time_ns() - began, result

    async def ask(self, viewer: str, operation: Operation) -> None:
        context = self.house.context(self.viewers[viewer])
        document = SCHEMA.admit(operation.document, context)
        if not hasattr(document, "operations"):
            return
        priced = SCHEMA.priced(document, operation.variables, None)  # type: ignore[arg-type]
        if priced.refused is not None:
            return
        took, result = await self.run(viewer, operation)
        if result.errors:
            # It costs all that was requested.
            return
        actual = priced.actual(result.data)
        price = priced.price
        assert price is not None
        used = price.used(result.data, operation.variables) if price.cost.parts else actual
        assert 0 < actual == used <= priced.requested, operation.document
        self.asked.append(Asked(viewer, operation, actual, took))


def ranks(values: Sequence[float]) -> list[float]:
    """The place of each in their order; those that are the same share the middle of their places."""
    order = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(order)))}
    last = {value: place for place, value in enumerate(order)}
    return [(first[value] + last[value]) / 2 for value in values]


@pytest.fixture(scope="module")
async def measured(services: Services, template: str) -> AsyncIterator[Measured]:
    async with copied(services, template) as database:
        await seed(database.owner_url, pieces=PIECES)
        wanted = Settings(database_url=database.app_url, redis_url=database.redis_url, pool_size=4)
        async with open_house(wanted) as house:
            there = Measured(house)
            api: Any = Api.__new__(Api)
            api.house = house
            for name in VIEWERS:
                account = await house.readers.accounts.by_email(f"{name}@cercle.example")
                token = None if account is None else f"Bearer {api.token(account)}"
                there.viewers[name] = await house.viewer(token, "en")
            for kind, table in TABLES.items():
                rows = await house.readers.pool.fetch(f"SELECT id FROM {table} ORDER BY id LIMIT 3")
                IDS.extend(encode_id(kind, row["id"]) for row in rows)
            gc.freeze()
            yield there
            gc.unfreeze()


ANYTHING = operations(SCHEMA._schema, values=VALUES, depth=5, width=4)
LISTS = {
    "listings": "Listing",
    "products": "Product",
    "brands": "Brand",
    "collections": "Collection",
    "accounts": "Account",
}
PAGES = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 100)


def anything(count: int) -> Iterator[tuple[str, Operation]]:
    """So many operations, each by dice of its own, which are the same every time."""
    for number in range(count):
        dice = Random(number)
        with suppress(StopTest):
            yield dice.choice(VIEWERS), ConjectureData(random=dice, prefix=()).draw(ANYTHING)


def pages(count: int) -> Iterator[tuple[str, Operation]]:
    """The same, of lists that have something in them."""
    for number in range(count):
        dice = Random(number)
        drawing = Drawing(SCHEMA._schema, ConjectureData(random=dice, prefix=()).draw, {**SCALARS, **VALUES}, 3, 6)
        with suppress(StopTest):
            chosen = dice.sample(sorted(LISTS), dice.choice((1, 1, 2)))
            bodies = [drawing.selections(SCHEMA._schema.type_map[LISTS[name]], 3) for name in chosen]
            fields = [
                f"{name}(first: {dice.choice(PAGES)}) {{ nodes {body} }}"
                for name, body in zip(chosen, bodies, strict=True)
            ]
            declared = ", ".join(f"${name}: {type_}" for name, type_ in drawing.declared.items())
            fragments = [f"fragment {name} on {on} {inner}" for name, (on, inner) in drawing.fragments.items()]
            head = f"query Drawn({declared})" if declared else "query Drawn"
            yield "admin", Operation("\n".join([f"{head} {{ {' '.join(fields)} }}", *fragments]), drawing.variables)


async def test_no_operation_uses_more_than_it_was_charged_and_time_goes_with_points(measured: Measured) -> None:
    for viewer, operation in [*anything(25), *pages(80)]:
        await measured.ask(viewer, operation)

    assert len(measured.asked) > 50
    assert await measured.settled() >= CORRELATION_MIN


@pytest.mark.deep
async def test_no_operation_of_thousands_uses_more_than_it_was_charged_and_time_goes_with_points(
    measured: Measured,
) -> None:
    for viewer, operation in [*anything(500), *pages(500)]:
        await measured.ask(viewer, operation)

    assert await measured.settled() >= CORRELATION_MIN
