"""Compiled against stock execution on data that is loaded already: what walking and completing an answer costs.

`python -m benchmarks.execution` prints `name value` lines. Rounds are interleaved, so that a machine that gets slower
meanwhile gets slower for both; the values are medians.
"""

import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from statistics import median
from time import perf_counter
from typing import Any

import strawberry
from graphql import DocumentNode, parse
from strawberry.execution import optimized_is_awaitable

from schema.execution import compiled_context, expression, instance_of

ITEMS = 24
ROUNDS = 15
STOCK_PER_ROUND = 20
COMPILED_PER_ROUND = 400


class Kind(StrEnum):
    NEW = "NEW"
    USED = "USED"


@dataclass(slots=True)
class MoneyValue:
    minor: int
    currency: str

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-2)


@dataclass(slots=True)
class TextValue:
    en: str
    zh: str


@dataclass(slots=True)
class ImageValue:
    url: str
    width: int
    height: int


@dataclass(slots=True)
class BrandValue:
    id: str
    slug: str
    text: TextValue


@dataclass(slots=True)
class ItemValue:
    id: str
    slug: str
    serial: str
    condition: str
    kind: Kind
    text: TextValue
    story: TextValue | None
    price: MoneyValue
    reference: MoneyValue | None
    available: int
    sold: bool
    rating: float
    published_at: datetime
    brand: BrandValue
    images: tuple[ImageValue, ...]


@dataclass(slots=True)
class Viewer:
    locale: str


def localized(name: str) -> Any:
    @expression
    def read(root: Any, info: strawberry.Info[Viewer, None], locale: str | None = strawberry.UNSET) -> str:
        return str(getattr(getattr(root, name), info.context.locale))

    return strawberry.field(resolver=read)


@strawberry.type
class Money:
    is_type_of = instance_of(MoneyValue)
    amount: Decimal
    currency: str


@strawberry.type
class Image:
    is_type_of = instance_of(ImageValue)
    url: str
    width: int
    height: int


@strawberry.type
class Brand:
    is_type_of = instance_of(BrandValue)
    id: strawberry.ID
    slug: str
    name: str = localized("text")


@strawberry.type
class Item:
    is_type_of = instance_of(ItemValue)
    id: strawberry.ID
    slug: str
    serial: str
    condition: str
    kind: strawberry.enum(Kind)  # type: ignore[valid-type]
    price: Money
    available: int
    sold: bool
    rating: float
    published_at: datetime
    brand: Brand
    images: list[Image]
    name: str = localized("text")

    @strawberry.field(graphql_type=Money | None)
    @expression
    def reference_price(root: Any) -> Any:
        return root.reference


@strawberry.type
class Query:
    @strawberry.field(graphql_type=list[Item])
    def items(self, info: strawberry.Info[Any, Any]) -> Any:
        return LOADED


VIEWER = Viewer("en")

LOADED = [
    ItemValue(
        id=f"item-{number}",
        slug=f"slug-{number}",
        serial=f"S-{number:05}",
        condition="Hardly worn.",
        kind=Kind.USED if number % 2 else Kind.NEW,
        text=TextValue(f"Name {number}", f"名 {number}"),
        story=None,
        price=MoneyValue(100 * number + 99, "EUR"),
        reference=MoneyValue(200 * number, "EUR") if number % 3 else None,
        available=number,
        sold=number % 5 == 0,
        rating=number / 7,
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        brand=BrandValue(f"brand-{number % 4}", f"brand-{number % 4}", TextValue("Brand", "牌")),
        images=tuple(ImageValue(f"https://img/{number}/{one}", 800, 600) for one in range(3)),
    )
    for number in range(ITEMS)
]

DOCUMENT = """
{ items {
  id slug serial condition kind name available sold rating publishedAt
  price { amount currency } referencePrice { amount currency }
  brand { id slug name } images { url width height }
} }
"""


def leaves(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(map(leaves, value.values() if isinstance(value, dict) else value))
    return 1


def builder(schema: strawberry.Schema, document: DocumentNode) -> Callable[[], Any]:
    """Builds executors as Strawberry would, of a document that is parsed and validated."""

    def build() -> Any:
        return schema.execution_context_class.build(
            schema._schema, document, context_value=VIEWER, is_awaitable=optimized_is_awaitable
        )

    return build


def walked(build: Callable[[], Any], times: int) -> float:
    """Microseconds for one answer, by executors that were built before."""
    executors = [build() for _ in range(times)]
    began = perf_counter()
    for executor in executors:
        executor.execute_operation()
    return (perf_counter() - began) / times * 1e6


def built(build: Callable[[], Any], times: int) -> float:
    """Microseconds for one executor, which costs the same both ways."""
    began = perf_counter()
    for _ in range(times):
        build()
    return (perf_counter() - began) / times * 1e6


def measure() -> dict[str, float]:
    document = parse(DOCUMENT)
    stock = builder(strawberry.Schema(Query), document)
    compiled = builder(strawberry.Schema(Query, execution_context_class=compiled_context(size=8)), document)
    cold = walked(compiled, 1)
    first = compiled().execute_operation()
    assert stock().execute_operation() == first, "the answers differ"
    walked(stock, 3), walked(compiled, 50)
    gc.collect()
    gc.freeze()
    rounds = [(walked(stock, STOCK_PER_ROUND), walked(compiled, COMPILED_PER_ROUND)) for _ in range(ROUNDS)]
    executor = median(built(compiled, COMPILED_PER_ROUND) for _ in range(ROUNDS))
    return {
        "leaves": leaves(first.data),
        "stock_us": median(one for one, _ in rounds),
        "compiled_us": median(other for _, other in rounds),
        "compile_us": cold,
        "executor_us": executor,
        "ratio_with_executor": median((one + executor) / (other + executor) for one, other in rounds),
        "ratio": median(one / other for one, other in rounds),
    }


def main() -> None:
    for name, value in measure().items():
        sys.stdout.write(f"{name} {value:.1f}\n")


if __name__ == "__main__":
    main()
