"""Whether two executions of an operation answered the same, and where they did not."""

from typing import Any

from graphql import ExecutionResult, GraphQLError
from strawberry.types import ExecutionResult as StrawberryResult

Result = ExecutionResult | StrawberryResult
Path = tuple[str | int, ...]


def difference(stock: Result, compiled: Result, *, in_order: bool = False) -> str | None:
    """What a client could tell apart; None when there is nothing.

    `in_order` is for operations that await nothing, where errors have one order. Where several fields fail while others
    are awaited, which one fails first, and so makes their parent null, is a matter of who is quicker: then the errors
    below a null must be about the same null, and may be others of it.
    """
    found = data_difference(stock.data, compiled.data, "data")
    if found:
        return found
    one, other = described(stock.errors), described(compiled.errors)
    if one == other or (not in_order and sorted(one) == sorted(other)):
        return None
    if in_order or told(stock, one) != told(compiled, other):
        return f"errors\n  stock    {one}\n  compiled {other}"
    return None


def data_difference(one: Any, other: Any, where: str) -> str | None:
    if type(one) is not type(other):
        return f"{where}: {one!r} is {type(one).__name__}, {other!r} is {type(other).__name__}"
    if isinstance(one, dict):
        if list(one) != list(other):
            return f"{where}: keys {list(one)}, {list(other)}"
        return next(filter(None, (data_difference(one[key], other[key], f"{where}.{key}") for key in one)), None)
    if isinstance(one, list):
        if len(one) != len(other):
            return f"{where}: {len(one)} items, {len(other)} items"
        pairs = enumerate(zip(one, other, strict=True))
        return next(filter(None, (data_difference(*pair, f"{where}.{index}") for index, pair in pairs)), None)
    return None if one == other else f"{where}: {one!r}, {other!r}"


def described(errors: list[GraphQLError] | None) -> list[tuple[str, ...]]:
    """All of an error that a client or a log could show."""
    return [
        (
            repr(error.path),
            error.message,
            repr(error.locations),
            repr(error.extensions),
            type(error.original_error).__name__,
        )
        for error in errors or ()
    ]


def told(result: Result, described: list[tuple[str, ...]]) -> tuple[list[Any], set[Path]]:
    """The errors whose own place shows that they happened, and the nulls that hide the places of the others."""
    shown, nulls = [], set()
    for error, text in zip(result.errors or (), described, strict=True):
        path = tuple(error.path or ())
        null = first_null(result.data, path)
        if null == path:
            shown.append(text)
        else:
            nulls.add(null)
    return sorted(shown), nulls


def first_null(data: Any, path: Path) -> Path:
    for length, key in enumerate(path):
        if data is None:
            return path[:length]
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return ("nowhere", *path)
    return path
