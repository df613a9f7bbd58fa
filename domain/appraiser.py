"""Appraisers: what each is qualified to judge and until when, and how much in a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from domain import catalogue
from domain.catalogue import CategoryId
from domain.event import Event
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, NotAllowed, NotFound, Refusal, require
from domain.viewer import AccountId, Role, Viewer
from domain.wallet import Recipients
from domain.work import check_version

AppraiserId = NewType("AppraiserId", UUID)

DAILY_CAPACITY_MAX = 200
QUALIFICATIONS_MAX = 50


# Nouns


class Rank(StrEnum):
    """How far an appraiser's word goes in a category; a senior decides where two appraisers disagree."""

    APPRAISER = "APPRAISER"
    SENIOR = "SENIOR"


@dataclass(frozen=True, slots=True)
class Qualification:
    """The right to judge one category and everything below it, in a half-open period."""

    category_id: CategoryId
    rank: Rank
    valid_from: datetime
    valid_until: datetime

    def valid(self, now: datetime) -> bool:
        return self.valid_from <= now < self.valid_until


@dataclass(slots=True)
class Appraiser:
    """A member of staff who judges; one of them for an account."""

    id: AppraiserId
    account_id: AccountId
    daily_capacity: int
    active: bool
    qualifications: tuple[Qualification, ...]
    appointed_at: datetime
    version: int = 1

    def rank(self, category_path: Iterable[CategoryId], now: datetime) -> Rank | None:
        """The best rank that holds now for a category, given with its parents; None when it is not qualified."""
        path = set(category_path)
        ranks = {one.rank for one in self.qualifications if one.category_id in path and one.valid(now)}
        if not self.active or not ranks:
            return None
        return Rank.SENIOR if Rank.SENIOR in ranks else Rank.APPRAISER

    def categories(self, now: datetime, *ranks: Rank) -> tuple[CategoryId, ...]:
        """The categories that the appraiser is qualified for now at one of these ranks."""
        held = {one.category_id for one in self.qualifications if one.rank in ranks and one.valid(now)}
        return tuple(sorted(held)) if self.active else ()


@dataclass(frozen=True, slots=True)
class AppraiserRecord:
    """How an appraiser's opinions stood the test: those that another opinion or a later find has judged."""

    in_hand: int
    given_today: int
    opinions: int
    judged: int
    upheld: int

    @property
    def accuracy_bps(self) -> int | None:
        """The share of judged opinions that were upheld, in basis points; None before the first was judged."""
        return self.upheld * 10_000 // self.judged if self.judged else None


# Refusals


@dataclass(eq=False)
class NotQualified(Refusal):
    """The appraiser has no valid qualification for this category, or not of the rank that it needs."""

    code = "NOT_QUALIFIED"
    needs: Rank

    @property
    def message(self) -> str:
        return f"This needs a valid qualification for the category, of rank {self.needs.lower()} or above."


@dataclass(eq=False)
class CapacityReached(Refusal):
    """The appraiser has as much as fits into a day."""

    code = "CAPACITY_REACHED"
    daily_capacity: int

    @property
    def message(self) -> str:
        return f"The appraiser's day is full with {self.daily_capacity}; the count starts again at midnight UTC."


# Ports


class Appraisers(Protocol):
    async def lock(self, appraiser_id: UUID) -> Appraiser: ...
    async def lock_of(self, account_id: AccountId) -> Appraiser | None:
        """The appraiser of this account, locked; None when the account is not one."""
        ...

    async def of_account(self, account_id: AccountId) -> Appraiser | None: ...
    async def add(self, appraiser: Appraiser) -> None: ...
    async def save(self, appraiser: Appraiser) -> None: ...


class Work(catalogue.Work, Protocol):
    @property
    def appraisers(self) -> Appraisers: ...
    @property
    def recipients(self) -> Recipients: ...


class AppraiserReader(Protocol):
    """Appraisers are seen by staff."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Appraiser | None]: ...
    async def by_accounts(self, account_ids: Sequence[UUID]) -> Sequence[Appraiser | None]: ...
    async def records(self, account_ids: Sequence[UUID]) -> Sequence[AppraiserRecord]: ...
    async def page(self, category_path: Sequence[CategoryId], page: PageRequest) -> Page[Appraiser]:
        """Those qualified for the category, or for one that it lies in; everybody when the path is empty."""
        ...


# Steps


async def require_senior(
    work: Work, viewer: Viewer, category_path: Sequence[CategoryId], *roles: Role, now: datetime
) -> AccountId:
    """Refuse unless the viewer has one of the roles or is a senior appraiser of the category."""
    account_id = viewer.require_account()
    if viewer.has(Role.ADMIN, *roles):
        return account_id
    appraiser = await work.appraisers.of_account(account_id) if viewer.has(Role.APPRAISER) else None
    senior = appraiser is not None and appraiser.rank(category_path, now) is Rank.SENIOR
    named = [role.lower() for role in roles or (Role.ADMIN,)]
    require(senior, NotAllowed(f"{' or '.join([*named, 'senior appraiser'])} rights"))
    return account_id


# Verbs


@dataclass(frozen=True, slots=True)
class AppointAppraiser:
    """What an appraiser may judge from now on, and how much in a day; replaces what was there."""

    account_id: AccountId
    daily_capacity: int
    qualifications: tuple[Qualification, ...]
    active: bool = True
    expected_version: int | None = None


async def appoint(work: Work, viewer: Viewer, command: AppointAppraiser, *, now: datetime) -> Appraiser:
    """An admin appoints an appraiser, or changes qualifications and capacity of one."""
    viewer.require(Role.ADMIN)
    require(
        0 <= command.daily_capacity <= DAILY_CAPACITY_MAX,
        InvalidInput(f"The daily capacity is 0 to {DAILY_CAPACITY_MAX}.", path=("dailyCapacity",)),
    )
    require(
        len(command.qualifications) <= QUALIFICATIONS_MAX,
        InvalidInput(f"At most {QUALIFICATIONS_MAX} qualifications.", path=("qualifications",)),
    )
    for one in command.qualifications:
        require(
            one.valid_from < one.valid_until,
            InvalidInput("A qualification ends after it begins.", path=("qualifications", "validUntil")),
        )
    require(
        await work.recipients.exists(command.account_id), NotFound("Account", command.account_id, path=("accountId",))
    )
    for category_id in sorted({one.category_id for one in command.qualifications}):
        await work.categories.find(category_id)
    appraiser = await work.appraisers.lock_of(command.account_id)
    if appraiser is None:
        appraiser = Appraiser(
            id=AppraiserId(work.new.id()),
            account_id=command.account_id,
            daily_capacity=command.daily_capacity,
            active=command.active,
            qualifications=command.qualifications,
            appointed_at=now,
        )
        await work.appraisers.add(appraiser)
    else:
        check_version(command.expected_version, appraiser.version)
        appraiser.daily_capacity = command.daily_capacity
        appraiser.active = command.active
        appraiser.qualifications = command.qualifications
        await work.appraisers.save(appraiser)
    work.events.append(
        Event(
            "appraiser.appointed",
            "appraiser",
            appraiser.id,
            {"dailyCapacity": appraiser.daily_capacity, "qualifications": len(appraiser.qualifications)},
            account_id=appraiser.account_id,
        )
    )
    return appraiser
