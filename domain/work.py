"""The unit of work as verbs see it, and the one function that runs a verb in a transaction."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from domain.event import Events
from domain.refusal import InvalidInput, VersionConflict
from domain.viewer import Viewer

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")
C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)
W_contra = TypeVar("W_contra", contravariant=True)


class Identities(Protocol):
    """Where new ids and human codes come from, so that verbs draw no random number themselves."""

    def id(self) -> UUID: ...

    def code(self, prefix: str) -> str:
        """A random code for people, like `CO-7K2M-9QXD`; it tells nothing of when it was made."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """A verb to run later by the worker:

    `name` as registered there, `subject_id` what it is about, not before `due_at`.
    """

    name: str
    subject_id: UUID
    due_at: datetime


class Outbox(Protocol):
    """Work for later and calls to the outside, kept in the same transaction as what made them necessary."""

    def append(self, job: Job) -> None: ...


class Work(Protocol):
    """What every unit of work offers; a feature's Work adds the collections that its verbs touch."""

    @property
    def new(self) -> Identities: ...

    @property
    def events(self) -> Events: ...

    @property
    def outbox(self) -> Outbox: ...


class Verb(Protocol[W_contra, C_contra, R_co]):
    """A domain verb: it authorises, locks, decides, saves and appends events; it never commits."""

    def __call__(self, work: W_contra, viewer: Viewer, command: C_contra, *, now: datetime) -> Awaitable[R_co]: ...


class Transactor(Protocol):
    """Runs a verb as one transaction:

    claim the key, run, keep the answer, commit; any exception rolls the verb back.
    """

    async def __call__(
        self,
        verb: Verb[Any, C, R],
        viewer: Viewer,
        command: C,
        *,
        action: str,
        key: str,
        now: datetime,
        dry_run: bool = False,
    ) -> R:
        """`action` is the mutation's name.

        The same viewer, key, action and command get the first answer again, refusals
        included; a dry run answers alike but leaves nothing behind."""
        ...


KEY_LENGTH_MAX = 128


def check_key(key: str) -> str:
    """An idempotency key is 1 to 128 printable ASCII characters."""
    if not (0 < len(key) <= KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
        raise InvalidInput("An idempotency key has 1 to 128 printable ASCII characters.", path=("clientMutationKey",))
    return key


def check_version(expected: int | None, actual: int) -> None:
    """Refuse when the caller decided on a state that is gone."""
    if expected is not None and expected != actual:
        raise VersionConflict(expected, actual, path=("expectedVersion",))
