"""How a mutation is declared: a verb, its input and what it may answer; the union, the key and the dry run follow."""

import dataclasses
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache, wraps
from typing import Annotated, Any, Protocol, Union, cast
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from domain.refusal import InvalidInput, NotAllowed, NotFound
from domain.viewer import Viewer
from domain.work import Verb
from resolvers.context import Context
from schema.access import CLOSED, MUTATIONS
from schema.errors import STANDARD, UserError
from schema.execution import expression
from schema.ids import decode_id

log = logging.getLogger("cercle.schema")

Info = strawberry.Info[Context, None]


@strawberry.input(description="What every mutation takes.")
class Keyed:
    client_mutation_key: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Names this request: sent again with the same input it gets the same answer and acts once. "
        "The Idempotency-Key header does the same.",
    )


@strawberry.input(description="What every mutation that moves money takes.")
class MoneyMove(Keyed):
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the thing is still at this version."
    )
    dry_run: bool = strawberry.field(
        default=False, description="Answer as if it were done, and leave everything as it is."
    )


class Input(Protocol):
    client_mutation_key: str | None

    def to_command(self) -> Any: ...


@expression
def given(value: Any) -> Any:
    """None for a field that was left out."""
    return None if value is strawberry.UNSET else value


def mutation(
    verb: Verb[Any, Any, Any],
    input_type: type[Input],
    noun: type,
    *refusals: type[UserError],
    description: str,
    prepare: Callable[[Context, Any], Awaitable[Any]] | None = None,
) -> Any:
    """A root field that runs the verb as one unit of work and answers with the noun or with a refusal as data.

    `prepare` makes the command of what the input says, for what must not happen while a transaction is open.
    """
    name = input_type.__name__.removesuffix("Input")
    answers = (noun, *refusals, *STANDARD)
    result = Annotated[
        Union[answers],  # type: ignore[valid-type]  # noqa: UP007
        strawberry.union(f"{name}Result", description=f"The {noun.__name__}, or why not."),
    ]

    async def resolve(self: object, info: Info, input: Any) -> Any:
        command = input.to_command()
        try:
            return await info.context.transact(
                locked(cast("Any", verb), info.field_name),
                command if prepare is None else await prepare(info.context, command),
                action=info.field_name,
                key=key_of(info, input),
                dry_run=bool(getattr(input, "dry_run", False)),
            )
        except NotFound as missing:
            # Whoever found nothing may not have known under which name it was asked for.
            missing.path = missing.path or path_of(missing.id, input)
            raise

    resolve.__annotations__["input"] = Annotated[
        input_type, strawberry.argument(description="What is asked for, and the key that names this request.")
    ]
    return strawberry.mutation(resolver=resolve, graphql_type=result, description=description)


@cache
def locked(verb: Verb[Any, Any, Any], name: str) -> Verb[Any, Any, Any]:
    """The verb behind a second lock: what it did for somebody who may not by the table is undone.

    The table is asked last, so that it never answers in place of a verb that knows what may be told.
    """

    @wraps(verb)
    async def twice_locked(work: Any, viewer: Viewer, command: Any, *, now: datetime) -> Any:
        answer = await verb(work, viewer, command, now=now)
        try:
            MUTATIONS.get(name, CLOSED).check(viewer)
        except NotAllowed:
            log.error("%s let somebody do what the table of schema/access lets nobody of their kind do", name)
            raise
        return answer

    return twice_locked


def path_of(value: UUID | str, input: object) -> tuple[str, ...]:
    """The field of an input that holds the global id of this id, outermost first; empty when none does."""
    for field in dataclasses.fields(input) if dataclasses.is_dataclass(input) else ():
        given_here = getattr(input, field.name)
        if isinstance(given_here, str) and is_id_of(value, given_here):
            return (to_camel_case(field.name),)
        if inner := path_of(value, given_here):
            return (to_camel_case(field.name), *inner)
    return ()


def is_id_of(value: UUID | str, text: str) -> bool:
    try:
        return decode_id(text)[1] == value
    except InvalidInput:
        return False


def key_of(info: Info, input: Input) -> str | None:
    """The input's own key, else the header's made one of this field, for one request may hold several mutations."""
    own = given(input.client_mutation_key)
    if own is not None or info.context.key is None:
        return own  # type: ignore[no-any-return]
    return f"{info.context.key}/{info.path.key}"
