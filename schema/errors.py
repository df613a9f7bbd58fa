"""Refusals as types.

Every refusal of the domain has one GraphQL type here or beside its feature; a test finds any that has none.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from strawberry.schema.exception_handlers import ExceptionHandler

from domain import refusal
from domain.refusal import Refusal

T = TypeVar("T", bound="UserError")


@strawberry.interface(
    description="Why a mutation did not happen. Nothing was changed, unless the type says so. Every refusal has these "
    "fields, and some have more."
)
class UserError:
    code: str = strawberry.field(description="A stable name of the refusal for programs, such as NOT_FOUND.")
    message: str = strawberry.field(description="One sentence for people: what is wrong and what to do about it.")
    path: list[str] = strawberry.field(
        description="The input field that it is about, outermost first; empty for the whole."
    )


TYPES: dict[type[Refusal], type[UserError]] = {}
HANDLERS: list[ExceptionHandler[Any]] = []


class RefusalHandler:
    """Turns one class of refusals into its type."""

    def __init__(self, exception_type: type[Refusal], error_type: type[UserError], fields: list[str]) -> None:
        self.exception_type = exception_type
        self.error_type = error_type
        self.fields = fields

    def handle(self, exception: Refusal, *, field: object, info: object) -> UserError:
        values = {name: getattr(exception, name) for name in self.fields}
        return self.error_type(code=exception.code, message=exception.message, path=list(exception.path), **values)


def refused(cause: type[Refusal]) -> Callable[[type[T]], type[T]]:
    """Declare the type of a refusal:

    its fields are the refusal's attributes, its description the refusal's docstring.
    """

    def declare(cls: type[T]) -> type[T]:
        fields = [name for name in cls.__annotations__ if name not in UserError.__annotations__]
        declared = strawberry.type(cls, description=cause.__doc__)
        assert cause not in TYPES, f"{cause.__name__} has a type already"
        TYPES[cause] = declared
        HANDLERS.append(RefusalHandler(cause, declared, fields))
        return declared

    return declare


@refused(refusal.InvalidInput)
class InvalidInput(UserError):
    pass


@refused(refusal.NotAllowed)
class NotAllowed(UserError):
    needs: str = strawberry.field(description="What the caller would need, in words.")


@refused(refusal.NotFound)
class NotFound(UserError):
    kind: str = strawberry.field(description="What kind of thing there is none of.")


@refused(refusal.WrongState)
class WrongState(UserError):
    state: str = strawberry.field(description="The state that the thing is in.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible in this state.")


@refused(refusal.VersionConflict)
class VersionConflict(UserError):
    expected: int = strawberry.field(description="The version that the caller knew.")
    actual: int = strawberry.field(description="The version that there is now.")


@refused(refusal.IdempotencyKeyReused)
class IdempotencyKeyReused(UserError):
    pass


@refused(refusal.IdempotencyKeyInFlight)
class IdempotencyKeyInFlight(UserError):
    retry_after_seconds: int = strawberry.field(description="After how many seconds to send the same request again.")


STANDARD = (InvalidInput, NotAllowed, NotFound, IdempotencyKeyReused, IdempotencyKeyInFlight)
"""What any mutation may answer."""
