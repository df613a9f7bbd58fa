"""How an object comes before an appraiser: it is opened, waits, and one appraiser at a time has it in hand.

Locks are taken in this order: appraiser, appraisal, consignment, piece.
"""

from dataclasses import dataclass
from datetime import datetime

from domain import associate as associates
from domain import consignment as consignments
from domain import policy as policies
from domain.appraisal.noun import (
    Appraisal,
    AppraisalId,
    AppraisalPurpose,
    AppraisalState,
)
from domain.appraisal.port import Work
from domain.appraisal.refusal import NoGradingStandard, OpinionGiven, OwnObject, QueueEmpty
from domain.appraiser import Appraiser, AppraiserId, CapacityReached, NotQualified, Rank
from domain.catalogue import Category, CategoryId
from domain.consignment import Consignment, ConsignmentId
from domain.event import Event
from domain.grading import GradingStandard
from domain.money import Money
from domain.policy import AppraisalTerms, PolicyKind
from domain.refusal import InvalidInput, NotAllowed, require
from domain.text import line
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

DISPATCH = (Role.MERCHANDISER, Role.SUPPORT)
"""Who hands out work."""
ANYWHERE = (*DISPATCH, Role.APPRAISER)
INTAKE = (*ANYWHERE, Role.SHOP_ASSOCIATE)
"""Who may say that an object is there to be judged; a shop's associates of what that shop took in."""


def happened(appraisal: Appraisal, what: str, **data: object) -> Event:
    """An event of this appraisal, and of its piece once it is known; `data` holds JSON values only."""
    return Event(
        name=f"appraisal.{what}",
        subject_kind="appraisal",
        subject_id=appraisal.id,
        data=data if appraisal.consignment_id is None else {**data, "consignmentId": str(appraisal.consignment_id)},
        piece_id=appraisal.piece_id,
        account_id=appraisal.owner,
    )


# Rules


def check_fit(appraisal: Appraisal, appraiser: Appraiser, now: datetime) -> None:
    """Refuse an appraiser who owns the object, has judged it already, or is not qualified for what is needed."""
    require(appraiser.account_id != appraisal.owner, OwnObject())
    require(appraiser.account_id not in appraisal.seen_by, OpinionGiven())
    rank = appraiser.rank(appraisal.category_path, now)
    fits = rank is Rank.SENIOR or (rank is not None and appraisal.needs is Rank.APPRAISER)
    require(fits, NotQualified(appraisal.needs))


def give(appraisal: Appraisal, account_id: AccountId, now: datetime) -> None:
    """Into the hands of this appraiser."""
    appraisal.assigned_to = account_id
    appraisal.assigned_at = now


def put_back(appraisal: Appraisal) -> None:
    """Out of everybody's hands; the state is the caller's to move."""
    appraisal.assigned_to = None
    appraisal.assigned_at = None


# Steps


async def standard_of(work: Work, category: Category) -> GradingStandard:
    """The standard in force for a category, or for the nearest one that it lies in."""
    standard = await work.grading_standards.current(tuple(reversed(category.path)))
    if standard is None:
        raise NoGradingStandard(path=("categoryId",))
    return standard


async def terms_now(work: Work, now: datetime) -> AppraisalTerms:
    policy = await policies.current(work, PolicyKind.APPRAISAL, now)
    assert isinstance(policy.terms, AppraisalTerms), "a policy has the terms of its kind"
    return policy.terms


async def check_capacity(work: Work, appraiser: Appraiser, now: datetime) -> None:
    """Refuse what does not fit into the appraiser's day; the appraiser is locked, so that two can not fit at once."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    load = await work.appraisals.load(appraiser.account_id, midnight)
    require(load < appraiser.daily_capacity, CapacityReached(appraiser.daily_capacity))


# Verbs


@dataclass(frozen=True, slots=True)
class OpenAppraisal:
    """A consigned object is there to be judged; `category_id` where the seller named none, or the wrong one."""

    consignment_id: ConsignmentId
    category_id: CategoryId | None = None


async def open_(work: Work, viewer: Viewer, command: OpenAppraisal, *, now: datetime) -> Appraisal:
    """Staff put a received consignment into the queue; standard and terms of this moment hold from here on."""
    viewer.require(*INTAKE)
    consignment = await work.consignments.lock(command.consignment_id)
    await associates.require_at(work, viewer, consignment.shop_id, elsewhere=ANYWHERE)
    consignments.appraising(consignment, now)
    category_id = command.category_id or consignment.category_id
    if category_id is None:
        raise InvalidInput("The seller named no category: say which it is.", path=("categoryId",))
    category = await work.categories.find(CategoryId(category_id))
    standard = await standard_of(work, category)
    appraisal = Appraisal(
        id=AppraisalId(work.new.id()),
        code=work.new.code("AP"),
        purpose=AppraisalPurpose.CONSIGNMENT,
        consignment_id=consignment.id,
        owner=consignment.seller,
        title=consignment.title,
        description=consignment.description,
        photos=consignment.photos,
        category_id=category.id,
        category_path=category.path,
        standard_id=standard.id,
        standard_version=standard.version,
        terms=await terms_now(work, now),
        currency=consignment.currency,
        declared=stake(consignment),
        fee=None,
        hold_id=None,
        state=AppraisalState.QUEUED,
        round=1,
        needs=Rank.APPRAISER,
        seen_by=(),
        opened_at=now,
        received_at=consignment.received_at,
    )
    await work.appraisals.add(appraisal)
    await work.consignments.save(consignment)
    work.events.append(happened(appraisal, "opened", consignmentId=str(consignment.id)))
    return appraisal


def stake(consignment: Consignment) -> Money | None:
    """The most that seller or estimate say it is worth."""
    said = [amount for amount in (consignment.asking_price, consignment.estimate_high) if amount is not None]
    return max(said, key=lambda amount: amount.minor) if said else None


@dataclass(frozen=True, slots=True)
class TakeAppraisal:
    """Take the next object, in this category and below when one is named."""

    category_id: CategoryId | None = None


async def take(work: Work, viewer: Viewer, command: TakeAppraisal, *, now: datetime) -> Appraisal:
    """An appraiser takes what waits longest; two who take at once get two different objects."""
    viewer.require(Role.APPRAISER)
    appraiser = await work.appraisers.lock_of(viewer.require_account())
    categories = appraiser.categories(now, *Rank) if appraiser is not None else ()
    if appraiser is None or not categories:
        raise NotQualified(Rank.APPRAISER)
    await check_capacity(work, appraiser, now)
    appraisal = await work.appraisals.lock_next(
        appraiser.account_id,
        categories=categories,
        senior_in=appraiser.categories(now, Rank.SENIOR),
        within=command.category_id,
    )
    if appraisal is None:
        raise QueueEmpty
    check_fit(appraisal, appraiser, now)
    appraisal.move("appraisalTake")
    give(appraisal, appraiser.account_id, now)
    await work.appraisals.save(appraisal)
    work.events.append(happened(appraisal, "taken", round=appraisal.round))
    return appraisal


@dataclass(frozen=True, slots=True)
class AssignAppraisal:
    """Give an object that waits to an appraiser."""

    appraisal_id: AppraisalId
    appraiser_id: AppraiserId


async def assign(work: Work, viewer: Viewer, command: AssignAppraisal, *, now: datetime) -> Appraisal:
    """Merchandisers and support hand out work."""
    viewer.require(*DISPATCH)
    appraiser = await work.appraisers.lock(command.appraiser_id)
    appraisal = await work.appraisals.lock(command.appraisal_id)
    appraisal.move("appraisalAssign")
    check_fit(appraisal, appraiser, now)
    await check_capacity(work, appraiser, now)
    give(appraisal, appraiser.account_id, now)
    await work.appraisals.save(appraisal)
    work.events.append(happened(appraisal, "assigned", round=appraisal.round))
    return appraisal


@dataclass(frozen=True, slots=True)
class ReassignAppraisal:
    """Take an object from one appraiser and give it to another, for a reason."""

    appraisal_id: AppraisalId
    appraiser_id: AppraiserId
    reason: str
    expected_version: int | None = None


async def reassign(work: Work, viewer: Viewer, command: ReassignAppraisal, *, now: datetime) -> Appraisal:
    """Merchandisers and support hand work on, for instance when somebody is ill."""
    viewer.require(*DISPATCH)
    reason = line(command.reason, "reason")
    appraiser = await work.appraisers.lock(command.appraiser_id)
    appraisal = await work.appraisals.lock(command.appraisal_id)
    check_version(command.expected_version, appraisal.version)
    appraisal.move("appraisalReassign")
    require(
        appraisal.assigned_to != appraiser.account_id,
        InvalidInput("This appraiser has it in hand.", path=("appraiserId",)),
    )
    check_fit(appraisal, appraiser, now)
    await check_capacity(work, appraiser, now)
    give(appraisal, appraiser.account_id, now)
    await work.appraisals.save(appraisal)
    work.events.append(happened(appraisal, "reassigned", round=appraisal.round, reason=reason))
    return appraisal


@dataclass(frozen=True, slots=True)
class ReleaseAppraisal:
    """Put an object back into the queue unjudged."""

    appraisal_id: AppraisalId
    reason: str


async def release(work: Work, viewer: Viewer, command: ReleaseAppraisal, *, now: datetime) -> Appraisal:
    """The appraiser who has it in hand puts it back, or those who hand out work do."""
    viewer.require(Role.APPRAISER, *DISPATCH)
    reason = line(command.reason, "reason")
    appraisal = await work.appraisals.lock(command.appraisal_id)
    appraisal.move("appraisalRelease")
    may = appraisal.assigned_to == viewer.account_id or viewer.has(*DISPATCH)
    require(may, NotAllowed("the appraiser who has it in hand"))
    put_back(appraisal)
    await work.appraisals.save(appraisal)
    work.events.append(happened(appraisal, "released", round=appraisal.round, reason=reason))
    return appraisal
