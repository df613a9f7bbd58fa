"""A refusal is a fact that stops a verb.

It is raised, so that refusing rolls everything back, and carries typed data.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID


@dataclass(eq=False)
class Refusal(Exception):
    """The root of all refusals; `path` names the input fields that it is about, outermost first."""

    code: ClassVar[str]
    path: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def message(self) -> str:
        """One friendly sentence that says what is wrong and what to do about it."""
        raise NotImplementedError

    async def follow(self, work: Any, *, now: datetime) -> None:
        """What must happen although the verb was refused, in the transaction that keeps the refusal; mostly nothing."""

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class InvalidInput(Refusal):
    """The input can not be right, whatever the state of the house."""

    code = "INVALID_INPUT"
    reason: str

    @property
    def message(self) -> str:
        return self.reason


@dataclass(eq=False)
class NotAllowed(Refusal):
    """The caller may see the thing but may not do this to it."""

    code = "NOT_ALLOWED"
    needs: str

    @property
    def message(self) -> str:
        return f"This needs {self.needs}."


@dataclass(eq=False)
class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it; both answer alike."""

    code = "NOT_FOUND"
    kind: str
    id: UUID | str

    @property
    def message(self) -> str:
        return f"No such {self.kind}."


@dataclass(eq=False)
class WrongState(Refusal):
    """The thing is not in a state that allows this; `nextActions` are the mutations that are possible now."""

    code = "WRONG_STATE"
    kind: str
    state: str
    next_actions: tuple[str, ...]

    @property
    def message(self) -> str:
        possible = ", ".join(self.next_actions) or "nothing more"
        return f"The {self.kind} is {self.state}. Possible now: {possible}."


@dataclass(eq=False)
class VersionConflict(Refusal):
    """Somebody changed the thing since the caller read it."""

    code = "VERSION_CONFLICT"
    expected: int
    actual: int

    @property
    def message(self) -> str:
        return f"Version {self.expected} was expected but it is {self.actual} now: read it again, then decide."


@dataclass(eq=False)
class IdempotencyKeyReused(Refusal):
    """The idempotency key already stands for another input."""

    code = "IDEMPOTENCY_KEY_REUSED"
    key: str

    @property
    def message(self) -> str:
        return "This idempotency key was used with another input: a new request needs a new key."


@dataclass(eq=False)
class IdempotencyKeyInFlight(Refusal):
    """The first request with this idempotency key is still running."""

    code = "IDEMPOTENCY_KEY_IN_FLIGHT"
    key: str
    retry_after_seconds: int = 1

    @property
    def message(self) -> str:
        return "A request with this idempotency key is still running: send the same request again in a moment."


def require(condition: bool, refusal: Refusal) -> None:
    """Raise the refusal unless the condition holds."""
    if not condition:
        raise refusal
