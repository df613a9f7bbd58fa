"""Fields that are resolved once for all parents of a level."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from inspect import Parameter, iscoroutinefunction, signature
from typing import Any, Concatenate, ParamSpec, TypeVar

import strawberry

P = ParamSpec("P")
Parent = TypeVar("Parent")

Answers = Sequence[Any]
"""One for each parent in their order; an exception instance is the error of that parent alone."""


class BatchResolver:
    """What a batch field resolves by; under stock execution it is called with one parent at a time."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.is_async = iscoroutinefunction(function)
        self.takes_info = "info" in signature(function).parameters

    def call(self, parents: list[Any], info: Any, arguments: dict[str, Any]) -> Any:
        """The answers, or an awaitable of them."""
        return self.function(parents, info, **arguments) if self.takes_info else self.function(parents, **arguments)

    def checked(self, answers: Answers, asked: int) -> Answers:
        if len(answers) != asked:
            raise ValueError(f"{self.function.__qualname__} gave {len(answers)} answers for {asked} parents.")
        return answers


def batch_field(
    resolver: Callable[Concatenate[list[Parent], P], Awaitable[Answers] | Answers],
    *,
    graphql_type: Any,
    description: str | None = None,
    name: str | None = None,
    deprecation_reason: str | None = None,
) -> Any:
    """A field whose resolver takes the list of all parents of a level, maybe `info`, and the field's arguments.

    `graphql_type` is the type of one answer. `info.path` is that of the first parent. Parents are of one place of an
    operation, so the arguments are the same for all of them. Field extensions and permissions make it a field as any
    other: put them on a field of its own. Parents that come to be known later make another batch, as a DataLoader's.
    """
    return strawberry.field(
        resolver=one_by_one(BatchResolver(resolver)),
        graphql_type=graphql_type,
        description=description,
        name=name,
        deprecation_reason=deprecation_reason,
    )


def one_by_one(batch: BatchResolver) -> Callable[..., Any]:
    """The resolver that stock execution calls for each parent; it carries the batch for whoever can do better."""

    async def resolve_async(root: Any, info: strawberry.Info, **arguments: Any) -> Any:
        return batch.checked(await batch.call([root], info, arguments), 1)[0]

    def resolve(root: Any, info: strawberry.Info, **arguments: Any) -> Any:
        return batch.checked(batch.call([root], info, arguments), 1)[0]

    resolver: Any = resolve_async if batch.is_async else resolve
    function = batch.function
    own = [one for one in list(signature(function).parameters.values())[1:] if one.name != "info"]
    shown = [
        Parameter("root", Parameter.POSITIONAL_OR_KEYWORD),
        Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info),
        *(one.replace(kind=Parameter.KEYWORD_ONLY) for one in own),
    ]
    resolver.__signature__ = signature(function).replace(parameters=shown, return_annotation=Any)
    resolver.__name__, resolver.__module__, resolver.__doc__ = function.__name__, function.__module__, function.__doc__
    resolver.batch = batch
    return resolver  # type: ignore[no-any-return]
