"""Versions of policies: which one is in force, and how the next is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol, TypeVar
from uuid import UUID

from domain import work as unit
from domain.event import Event
from domain.page import Page, PageRequest
from domain.policy.check import check
from domain.policy.kind import PolicyKind
from domain.policy.terms import (
    CommissionTerms,
    CostTerms,
    MarkdownTerms,
    ReturnTerms,
    SettlementTerms,
    TaxTerms,
    Terms,
)
from domain.policy.travel import TravelTerms
from domain.refusal import InvalidInput, Refusal, require
from domain.viewer import AccountId, Role, Viewer

PolicyId = NewType("PolicyId", UUID)
T = TypeVar("T")


# Nouns


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of one kind; the one in force is the latest whose `effective_from` has come."""

    id: PolicyId
    kind: PolicyKind
    version: int
    terms: Terms
    effective_from: datetime
    note: str
    published_by: AccountId | None
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Pin:
    """The version of a policy that a deal was made under."""

    kind: PolicyKind
    version: int


@dataclass(frozen=True, slots=True)
class InForce:
    """Every policy of one moment, for a deal that pins several."""

    commission: CommissionTerms
    markdown: MarkdownTerms
    settlement: SettlementTerms
    returns: ReturnTerms
    tax: TaxTerms
    cost: CostTerms
    travel: TravelTerms
    pins: tuple[Pin, ...]


# Refusals


@dataclass(eq=False)
class PolicyNotInOrder(Refusal):
    """The new version would hold before one that is published already, or reach into the past."""

    code = "POLICY_NOT_IN_ORDER"
    earliest_at: datetime

    @property
    def message(self) -> str:
        return f"A new version takes effect after {self.earliest_at.isoformat()}: deals keep what they were made under."


# Ports


class Policies(Protocol):
    async def in_force(self, now: datetime) -> Sequence[PolicyVersion]:
        """The version of every kind that holds at this moment."""
        ...

    async def lock_latest(self, kind: PolicyKind) -> PolicyVersion | None:
        """The last version that was published, in force or not; nobody else publishes this kind meanwhile."""
        ...

    async def add(self, policy: PolicyVersion) -> None: ...


class Work(unit.Work, Protocol):
    @property
    def policies(self) -> Policies: ...


class PolicyReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[PolicyVersion | None]: ...
    async def in_force(self, now: datetime) -> Sequence[PolicyVersion]: ...
    async def page(self, kind: PolicyKind | None, page: PageRequest) -> Page[PolicyVersion]:
        """Newest first."""
        ...


# Steps


async def current(work: Work, kind: PolicyKind, now: datetime) -> PolicyVersion:
    """The version of this kind that holds at this moment."""
    for policy in await work.policies.in_force(now):
        if policy.kind is kind:
            return policy
    raise AssertionError(f"a house has a policy of each kind from its first day on, but there is no {kind}")


async def in_force(work: Work, now: datetime) -> InForce:
    """Every policy that holds at this moment, in one reading."""
    return gather(await work.policies.in_force(now))


def gather(policies: Sequence[PolicyVersion]) -> InForce:
    """Policies by what they are about; there must be one of each kind."""

    def terms(shape: type[T]) -> T:
        return next(policy.terms for policy in policies if isinstance(policy.terms, shape))

    return InForce(
        commission=terms(CommissionTerms),
        markdown=terms(MarkdownTerms),
        settlement=terms(SettlementTerms),
        returns=terms(ReturnTerms),
        tax=terms(TaxTerms),
        cost=terms(CostTerms),
        travel=terms(TravelTerms),
        pins=tuple(Pin(policy.kind, policy.version) for policy in policies),
    )


# Verbs


@dataclass(frozen=True, slots=True)
class Publish:
    """Publish the next version of the kind that the terms are of; it holds at once when no date is given."""

    terms: Terms
    note: str
    effective_from: datetime | None = None


async def publish(work: Work, viewer: Viewer, command: Publish, *, now: datetime) -> PolicyVersion:
    """Finance publishes new terms for deals to come."""
    viewer.require(Role.FINANCE)
    require(0 < len(command.note.strip()) <= 500, InvalidInput("Say why, in 1 to 500 characters.", path=("note",)))
    check(command.terms)
    kind = command.terms.kind
    latest = await work.policies.lock_latest(kind)
    effective_from = now if command.effective_from is None else command.effective_from
    earliest = now if latest is None or latest.effective_from < now else latest.effective_from
    in_order = effective_from >= now and (latest is None or effective_from > latest.effective_from)
    require(in_order, PolicyNotInOrder(earliest, path=("effectiveFrom",)))
    policy = PolicyVersion(
        id=PolicyId(work.new.id()),
        kind=kind,
        version=1 if latest is None else latest.version + 1,
        terms=command.terms,
        effective_from=effective_from,
        note=command.note.strip(),
        published_by=viewer.account_id,
        published_at=now,
    )
    await work.policies.add(policy)
    work.events.append(Event("policy.published", "policy", policy.id, {"kind": kind, "version": policy.version}))
    return policy
