"""Items that are made of rows when somebody looks at them, and how: most readers want a few of their fields."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., None])


def checks(function: F) -> F:
    """Mark a `__post_init__` that only checks what rows keep to anyway, so that no object need be made for it."""
    function.__checks__ = True  # type: ignore[attr-defined]
    return function


@dataclass(frozen=True, slots=True, eq=False)
class Recipe(Generic[T]):
    """How an item is made of a row, as a function and as the one Python expression that the function returns.

    Who has the expression can take a field out of it without making the item. So it calls constructors of named tuples
    and frozen dataclasses, and otherwise evaluates what costs little and changes nothing.
    """

    columns: tuple[str, ...]
    """What the expression calls the values of a row, in their order."""
    expression: str
    names: Mapping[str, Any]
    """What else the expression names."""
    make: Callable[[Any], T]
    written: frozenset[Any]
    """Classes whose properties and methods, and functions whose body, are one expression each that may be written out
    in place of a call: what they name outside of themselves is the same for ever."""


class Drawing(Generic[T]):
    """A function that gives the items of a recipe; who needs no more than their rows finds those by `rows`."""

    __slots__ = ("__recipe__", "rows")

    def __init__(self, rows: Callable[..., Sequence[Any]], recipe: Recipe[T]) -> None:
        self.rows = rows
        self.__recipe__ = recipe

    def __call__(self, *arguments: Any) -> "Drawn[T]":
        return Drawn(self.rows(*arguments), self.__recipe__)


class Drawn(Sequence[T]):
    """Items of one recipe; each is made anew whenever it is looked at."""

    __slots__ = ("__recipe__", "rows")

    def __init__(self, rows: Sequence[Any], recipe: Recipe[T]) -> None:
        self.rows = rows
        self.__recipe__ = recipe

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[T]:
        return map(self.__recipe__.make, self.rows)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> "Drawn[T]": ...
    def __getitem__(self, index: int | slice) -> "T | Drawn[T]":
        if isinstance(index, slice):
            return Drawn(self.rows[index], self.__recipe__)
        return self.__recipe__.make(self.rows[index])
