"""A schema with one of every kind of field, and data in which every kind of thing goes wrong.

What happens depends on numbers alone: every third, fifth or seventh of something is null, late or broken.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar

import strawberry
from graphql import GraphQLError
from strawberry.dataloader import DataLoader
from strawberry.extensions.field_extension import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exception_handlers import ExceptionHandler

from schema.execution import batch_field, expression, instance_of, only, selected

T = TypeVar("T")


class Trouble(Exception):
    pass


class Refused(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Rig(Enum):
    SLOOP = 1
    KETCH = 2
    YAWL = "three"


class Flag(StrEnum):
    RED = "r"
    GREEN = "g"


# Domain objects that know nothing of GraphQL


@dataclass(slots=True)
class ShipValue:
    number: int

    @property
    def name(self) -> str:
        return f"ship {self.number}"

    @property
    def rig(self) -> Any:
        return [Rig.SLOOP, Rig.KETCH, Rig.YAWL, None, "no rig"][self.number % 5]

    @property
    def flag(self) -> Flag:
        return Flag.RED if self.number % 2 else Flag.GREEN

    @property
    def length(self) -> Any:
        return [self.number, 2**31 + self.number, True, 3.0, "12", "long", None][self.number % 7]

    @property
    def weight(self) -> Any:
        return [1.5, float("nan"), 2, None, float("inf")][self.number % 5]

    @property
    def afloat(self) -> Any:
        return [True, False, 1, None, "yes"][self.number % 5]

    @property
    def value(self) -> Decimal:
        return Decimal(self.number) / 4

    @property
    def built(self) -> datetime:
        return datetime(2000 + self.number % 20, 1, 1, tzinfo=UTC)

    @property
    def crew(self) -> Any:
        count = self.number % 4
        people: list[Any] = [SailorValue(self.number * 10 + one) for one in range(count)]
        return people if self.number % 3 else tuple(people)

    @property
    def tags(self) -> Any:
        return [["a", "b"], ["a", None], None, "not a list", iter(["x"]), [1, b"bytes"]][self.number % 6]


@dataclass
class SailorValue:
    number: int


@dataclass(slots=True)
class BuoyValue:
    number: int


@dataclass(frozen=True, slots=True)
class Cargo:
    tons: int
    flag: Flag
    note: str | None = None

    @property
    def heavy(self) -> bool:
        return self.tons > 4

    def times(self, factor: int) -> int:
        return self.tons * factor


class Skipper(NamedTuple):
    number: int
    ashore: bool = False


class BargeValue(NamedTuple):
    number: int
    name: Any
    cargo: Cargo | None
    skipper: Skipper
    spare: Cargo | None = None
    lighters: Any = ()

    @property
    def label(self) -> str:
        return ("" if self.cargo is None else f"{self.cargo.tons} of ") + str(self.name)

    @property
    def half(self) -> Cargo | None:
        return halved(self.cargo)

    @property
    def twice_told(self) -> str:
        told = self.label
        return told + told


def halved(cargo: Cargo | None) -> Cargo | None:
    return None if cargo is None or cargo.tons % 2 else Cargo(cargo.tons // 2, cargo.flag)


class BargeRecipe:
    """How a barge is made of a row: what its columns are called means something else where a plan is written."""

    columns = ("value", "out", "flag")
    expression = (
        "BargeValue(value, out, None if flag is None else Cargo(value, FLAGS[flag]), Skipper(value + 1),"
        " lighters=LIGHTERS(value))"
    )
    names: ClassVar[dict[str, Any]] = {
        "BargeValue": BargeValue,
        "Cargo": Cargo,
        "Skipper": Skipper,
        "FLAGS": {"r": Flag.RED, "g": Flag.GREEN},
    }
    written = frozenset({BargeValue, Cargo, halved})

    @staticmethod
    def make(row: Any) -> BargeValue:
        number, name, flag = row
        cargo = None if flag is None else Cargo(number, Flag(flag))
        return BargeValue(number, name, cargo, Skipper(number + 1), lighters=Barges(number))


class Barges:
    """A list that says how its items are made."""

    __recipe__ = BargeRecipe

    def __init__(self, count: int, first: int = 0) -> None:
        names = ["Anna", None, "Berta", 7]
        self.rows = [(number, names[number % 4], [None, "r", "g"][number % 3]) for number in range(first, count)]

    def __iter__(self) -> Iterator[BargeValue]:
        return map(BargeRecipe.make, self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> BargeValue:
        return BargeRecipe.make(self.rows[index])


class Lighters:
    """A function that gives such a list, and its rows alone."""

    __recipe__ = BargeRecipe

    def rows(self, count: int) -> list[Any]:
        return Barges(count).rows

    def __call__(self, count: int) -> Barges:
        return Barges(count)


BargeRecipe.names["LIGHTERS"] = Lighters()


@dataclass
class Rock:
    """What is no wreck until it is cast to one."""

    depth: int


@dataclass
class Sea:
    """The context of one operation."""

    log: list[str] = field(default_factory=list)
    batches: list[list[int]] = field(default_factory=list)
    levels: list[list[int]] = field(default_factory=list)
    running: int = 0

    def __post_init__(self) -> None:
        self.sailors = DataLoader(self.load)

    async def load(self, keys: list[int]) -> list[Any]:
        self.batches.append(list(keys))
        await asyncio.sleep(0)
        return [Trouble(f"no sailor {key}") if key % 7 == 6 else SailorValue(key) for key in keys]


Info = strawberry.Info[Sea, None]


def often_wrong(number: int) -> Any:
    """A text, a null, an exception instance, or an exception."""
    match number % 5:
        case 1:
            return None
        case 2:
            return Trouble(f"given {number}")
        case 3:
            raise Trouble(f"raised {number}")
    return f"fine {number}"


# Field machinery


class Harbourmaster(BasePermission):
    message = "Ask the harbourmaster."

    def has_permission(self, source: Any, info: Any, **arguments: Any) -> bool:
        return source is None or source.number % 2 == 0


class Pilot(BasePermission):
    message = "Wait for the pilot."

    async def has_permission(self, source: Any, info: Any, **arguments: Any) -> bool:
        await asyncio.sleep(0)
        return source is None or source.number % 3 != 0


class Loud(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
        return f"{next_(source, info, **arguments)}! {info.path.key}"


# Types


@strawberry.interface
class Numbered:
    number: int

    @strawberry.field
    def twice(root: Any) -> int:
        return int(root.number) * 2


@strawberry.type
class Position:
    lat: float
    lon: float | None = None


@strawberry.type
class Sailor(Numbered):
    is_type_of = instance_of(SailorValue)

    @strawberry.field
    def nickname(root: Any) -> str | None:
        return often_wrong(root.number)

    @strawberry.field
    def surname(root: Any) -> str:
        return often_wrong(root.number + 1)

    @strawberry.field
    async def letter(root: Any) -> str | None:
        for _ in range(root.number % 3):
            await asyncio.sleep(0)
        return often_wrong(root.number + 2)

    @strawberry.field
    async def oath(root: Any) -> str:
        await asyncio.sleep(0)
        return often_wrong(root.number // 2)

    @strawberry.field
    def friend(root: Any, info: Info) -> Annotated["Sailor", strawberry.lazy(__name__)] | None:
        return info.context.sailors.load(root.number % 10 + 1)

    @strawberry.field
    async def captain(root: Any, info: Info) -> Annotated["Sailor", strawberry.lazy(__name__)] | None:
        return await info.context.sailors.load(root.number % 5)

    @strawberry.field
    @expression
    def pal(root: Any, info: Info) -> Annotated["Sailor", strawberry.lazy(__name__)] | None:
        return info.context.sailors.load(root.number % 10 + 1) if root.number % 2 else SailorValue(root.number + 1)

    @strawberry.field
    @expression
    def boast(root: Any) -> str:
        return often_wrong(root.number)

    @strawberry.field
    @expression
    def deputy(root: Any, info: Info) -> Annotated["Sailor", strawberry.lazy(__name__)]:
        """Known by name alone where nothing else is asked of it."""
        return (
            SailorValue(root.number + 2)
            if selected(info).names <= NUMBER_ALONE
            else info.context.sailors.load(root.number % 5)
        )

    @strawberry.field
    def where(self, info: Info) -> str:
        return ".".join(map(str, info.path.as_list())) + f" {info.field_name} {info._raw_info.parent_type}"


@strawberry.type
class Freight:
    is_type_of = instance_of(Cargo)

    tons: int
    flag: Flag
    note: str | None
    heavy: bool

    @strawberry.field
    @expression
    def times(root: Any, factor: int = 3) -> int:
        return root.times(factor)

    @strawberry.field
    def weighed(root: Any) -> str:
        return f"{root.tons} {root}"


@strawberry.type
class Barge(Numbered):
    is_type_of = instance_of(BargeValue)

    name: str
    label: str
    cargo: Freight | None
    spare: Freight | None
    twice_told: str
    lighters: list[Annotated["Barge", strawberry.lazy(__name__)]]

    @strawberry.field
    @expression
    def load(root: Any) -> Freight:
        return root.cargo

    @strawberry.field
    @expression
    def kind(root: Any) -> str:
        return "barge" if type(root) is BargeValue else "no barge"

    @strawberry.field
    @expression
    def half(root: Any) -> Freight | None:
        return root.half

    @strawberry.field
    @expression
    def skipper(root: Any, info: Info) -> Sailor | None:
        return info.context.sailors.load(root.skipper.number) if not root.skipper.ashore else None

    @strawberry.field
    @expression
    def boast(root: Any) -> str | None:
        return often_wrong(root.number)

    @strawberry.field
    async def mate(root: Any) -> Sailor | None:
        await asyncio.sleep(0)
        return None if root.cargo is None else SailorValue(root.cargo.tons)  # type: ignore[return-value]

    @strawberry.field
    @expression
    def tug(root: Any) -> Annotated["Barge", strawberry.lazy(__name__)] | None:
        return None if root.cargo is None else root

    @strawberry.field
    def convoy(root: Any, first: int = 2) -> list[Annotated["Barge", strawberry.lazy(__name__)] | None]:
        return Barges(first)  # type: ignore[return-value]


async def berths(parents: list[Any], info: Info, deck: int = 1) -> list[Any]:
    info.context.levels.append([parent.number for parent in parents])
    await asyncio.sleep(0)
    return [Trouble(f"no berth {one.number}") if one.number % 4 == 3 else one.number + deck for one in parents]


def ranks(parents: list[Any]) -> list[Any]:
    # What one parent gets is the same whoever is asked about together with it.
    if all(parent.number % 11 == 10 for parent in parents):
        raise Trouble("no ranks at all")
    return [rank(parent.number) for parent in parents]


def rank(number: int) -> Any:
    if number % 11 == 10:
        return Trouble("no ranks at all")
    return None if number % 6 == 5 else f"rank {number}"


async def mates(parents: list[Any]) -> list[Any]:
    return [[SailorValue(one.number + 1)] if one.number % 3 else [] for one in parents]


NUMBER_ALONE = frozenset({"number", "twice"})


@expression
def between(before: str, number: int, after: str) -> str:
    return f"{before}{number}{after}"


def framed(before: str, attribute: str) -> Any:
    """A resolver that has its words from where it was made."""

    @expression
    def read(root: Any, after: str = "]", twice: bool | None = strawberry.UNSET) -> str | None:
        number = getattr(root, attribute)
        return None if number % 6 == 5 else between(before, number, after) + (" twice" if twice is True else "")

    return strawberry.field(resolver=read)


@strawberry.input
class Course:
    to: str
    knots: float = 5.0
    via: list[str] | None = None
    rig: Rig | None = strawberry.UNSET


def told_by_class(source: type) -> Any:
    return staticmethod(lambda value, _info: isinstance(value, source))


@strawberry.type
class Ship(Numbered):
    is_type_of = told_by_class(ShipValue)

    name: str
    rig: Rig | None
    flag: Flag
    length: int
    weight: float | None
    afloat: bool | None
    value: Decimal
    built: datetime
    tags: list[str] | None
    crew: list[Sailor]

    berth: int | None = batch_field(berths, graphql_type=int | None)
    rank: str = batch_field(ranks, graphql_type=str)
    mates: list[Sailor] = batch_field(mates, graphql_type=list[Sailor])

    @strawberry.field
    def id(root: Any) -> strawberry.ID:
        return strawberry.ID(str(root.number))

    frame: str | None = framed("[", "number")

    @strawberry.field
    @expression
    def anchorage(root: Any) -> Position | None:
        return None if root.number % 4 == 1 else Position(lat=root.number / 2) if root.number % 7 else "no position"

    @strawberry.field
    @expression
    def tender(root: Any) -> "Ship":
        return ShipValue(root.number + 1) if root.number % 3 else None  # type: ignore[return-value]

    @strawberry.field
    def position(root: Any) -> Position | None:
        return None if root.number % 4 == 1 else Position(lat=root.number / 2)

    @strawberry.field
    def sailing(self, course: Course | None = None, fast: bool = False) -> str:
        assert course is None or isinstance(course, Course)
        return f"{course} {fast}"

    @strawberry.field
    async def voyage(
        root: Any, info: Info, course: Annotated[Course, strawberry.argument(name="plan")], days: int = 3
    ) -> str | None:
        await asyncio.sleep(0)
        return f"{course.to} {course.knots} {course.via} {days} {info.path.key}"

    @strawberry.field(permission_classes=[Harbourmaster])
    def papers(self) -> str | None:
        return "papers"

    @strawberry.field(permission_classes=[Pilot])
    async def pilot(self) -> str | None:
        return "pilot"

    @strawberry.field(extensions=[Loud()])
    def horn(root: Any, times: int = 1) -> str:
        return "tut" * times

    @strawberry.field
    async def hull(root: Any) -> "Ship":
        await asyncio.sleep(0)
        if root.number % 4 == 2:
            raise Trouble(f"hull {root.number}")
        return root if root.number > 3 else ShipValue(root.number + 1)  # type: ignore[return-value]

    @strawberry.field
    def sisters(root: Any) -> list["Ship | None"]:
        return [ShipValue(root.number + 1), None, ShipValue(root.number + 2)]  # type: ignore[list-item]

    @strawberry.field
    async def watch(root: Any) -> AsyncIterator[Sailor]:
        return sailors_of(root.number)  # type: ignore[return-value]

    @strawberry.field
    def grid(root: Any) -> list[list[int | None] | None]:
        return [[1, None, root.number], None, ["x"], []]  # type: ignore[list-item]

    @strawberry.field
    def promised(root: Any) -> list[str | None]:
        return [late(root.number), "now", late(root.number + 1)]  # type: ignore[list-item]


async def late(number: int) -> Any:
    await asyncio.sleep(0)
    return often_wrong(number)


async def sailors_of(number: int) -> AsyncIterator[SailorValue]:
    for one in range(number % 4):
        await asyncio.sleep(0)
        if one == 2:
            raise Trouble("overboard")
        yield SailorValue(number + one)


@strawberry.type
class Buoy(Numbered):
    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        return isinstance(value, BuoyValue) and info.path is not None

    colour: str = strawberry.field(resolver=lambda root: "red" if root.number % 2 else often_wrong(root.number))


@strawberry.type
class Wreck:
    depth: int

    @strawberry.field
    async def found(self) -> bool:
        return self.depth > 3


@strawberry.type
class Page(Generic[T]):
    nodes: list[T]

    @strawberry.field
    def count(self) -> int:
        return len(self.nodes)


@strawberry.type
class RefusedType:
    why: str


@strawberry.type
class Docked:
    ship: Ship


class OnRefused(ExceptionHandler[Refused, RefusedType]):
    def handle(self, exception: Refused, *, field: Any, info: Any) -> Any:
        return None if exception.why == "no handler" else RefusedType(why=exception.why)


Seen = Annotated[Ship | Buoy | Wreck, strawberry.union("Seen")]
Answer = Annotated[Docked | RefusedType, strawberry.union("Answer")]


def sights(count: int) -> Iterator[Any]:
    for number in range(count):
        match number % 6:
            case 0 | 1:
                yield ShipValue(number)
            case 2:
                yield BuoyValue(number)
            case 3:
                yield Wreck(depth=number)
            case 4:
                yield None
            case 5:
                yield object()


@strawberry.type
class Query:
    @strawberry.field
    def ship(self, number: int = 1) -> Ship | None:
        if number < 0:
            raise GraphQLError(f"no ship {number}", extensions={"code": "NONE"})
        return ShipValue(number)  # type: ignore[return-value]

    @strawberry.field
    async def flagship(self, info: Info) -> Ship | None:
        await asyncio.sleep(0)
        return ShipValue(4)  # type: ignore[return-value]

    @strawberry.field
    async def ships(self, first: int = 3, skip: list[int] | None = None) -> Page[Ship] | None:
        await asyncio.sleep(0)
        numbers = [number for number in range(first) if number not in (skip or [])]
        return Page(nodes=[ShipValue(number) for number in numbers])  # type: ignore[misc]

    @strawberry.field
    def barges(self, first: int = 5) -> list[Barge]:
        return Barges(first)  # type: ignore[return-value]

    @strawberry.field
    def barge(self, info: Info, number: int = 4) -> Barge | None:
        return only(info, Barges(min(number + 1, 6), number))  # type: ignore[no-any-return]

    @strawberry.field
    async def barge_later(self, info: Info, number: int = 4) -> Barge:
        await asyncio.sleep(0)
        return only(info, Barges(min(number + 1, 6), number))  # type: ignore[no-any-return]

    @strawberry.field
    async def barges_later(self, first: int = 5) -> list[Barge | None] | None:
        await asyncio.sleep(0)
        return Barges(first)  # type: ignore[return-value]

    @strawberry.field
    def fleet(self, first: int = 4) -> list[Ship | None] | None:
        return [ShipValue(number) for number in range(first)]  # type: ignore[misc]

    @strawberry.field
    def seen(self, first: int = 5) -> list[Seen | None] | None:
        return list(sights(first))

    @strawberry.field
    async def numbered(self, number: int = 2) -> Numbered | None:
        return [ShipValue(number), SailorValue(number), BuoyValue(number), Wreck(depth=1)][number % 4]  # type: ignore[return-value]

    @strawberry.field
    def cast(self) -> Seen | None:
        return strawberry.cast(Wreck, Rock(5))  # type: ignore[return-value]

    @strawberry.field
    def sailor(self, info: Info, number: int = 1) -> Sailor | None:
        return info.context.sailors.load(number)  # type: ignore[return-value]

    @strawberry.field
    def echo(
        self, text: str, id: strawberry.ID | None = None, flag: Flag = Flag.GREEN, at: datetime | None = None
    ) -> str:
        return f"{text} {id} {flag!r} {at}"

    @strawberry.field
    def search(self, number: int) -> Answer | None:
        return refusing(number)

    @strawberry.field
    async def search_later(self, number: int) -> Answer | None:
        await asyncio.sleep(0)
        return refusing(number)

    @strawberry.field(permission_classes=[Harbourmaster])
    def guarded(self) -> str | None:
        return "guarded"

    missing: str | None = None


def refusing(number: int) -> Any:
    if number % 4 == 1:
        raise Refused("full")
    if number % 4 == 2:
        raise Refused("no handler")
    if number % 4 == 3:
        raise Trouble("storm")
    return Docked(ship=ShipValue(number))  # type: ignore[arg-type]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def dock(self, info: Info, number: int) -> Answer:
        info.context.log.append(f"dock {number}")
        for _ in range(3 - number % 3):
            await asyncio.sleep(0)
        info.context.log.append(f"docked {number}")
        return refusing(number)

    @strawberry.mutation
    def signal(self, info: Info, text: str = "hello") -> str:
        info.context.log.append(f"signal {text}")
        return text

    @strawberry.mutation
    def sink(self, info: Info) -> str | None:
        info.context.log.append("sink")
        raise Trouble("sunk")

    @strawberry.mutation
    async def scuttle(self, info: Info) -> str:
        info.context.log.append("scuttle")
        raise Trouble("scuttled")


def harbour(execution_context_class: Any = None, **more: Any) -> strawberry.Schema:
    return strawberry.Schema(
        Query,
        Mutation,
        execution_context_class=execution_context_class,
        exception_handlers=[OnRefused()],
        config=StrawberryConfig(),
        **more,
    )
