"""The plan of acquisitions: how many used pieces the house wants in a period, by what it has sold before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType, Protocol
from uuid import UUID

from domain import catalogue
from domain.catalogue import BrandId, CategoryId
from domain.event import Event
from domain.money import BASIS_POINTS
from domain.page import Page, PageRequest
from domain.refusal import InvalidInput, Refusal, require
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

AcquisitionPlanId = NewType("AcquisitionPlanId", UUID)

TARGET_MAX = 1_000_000
PERIOD_MAX = timedelta(days=366)
LOOK_BACK_DAYS_MAX = 730
FILL_BPS_MAX = 1_000_000


# Nouns


@dataclass(frozen=True, slots=True)
class SalesHistory:
    """What was sold of a category or a brand in so many days, and how many used pieces of it are on the shelf."""

    days: int
    sold: int
    on_sale: int

    def target(self, period_days: int) -> int:
        """Sell to order: as many as sell in a period, less those that are there."""
        return max(0, -(-self.sold * period_days // self.days) - self.on_sale)


@dataclass(slots=True)
class AcquisitionPlan:
    """`target` pieces of a category, of a brand or of both, from `starts_at` to before `ends_at`.

    `history` is what the target was reckoned from; None where somebody named it. `taken` is how many trade-ins count
    towards it, bought or with a purchase that waits: the database keeps it, in the transaction that changes any.
    """

    id: AcquisitionPlanId
    category_id: CategoryId | None
    brand_id: BrandId | None
    target: int
    starts_at: datetime
    ends_at: datetime
    set_by: AccountId
    set_at: datetime
    history: SalesHistory | None = None
    taken: int = 0
    version: int = 1


# Rules


def fill_bps(taken: int, target: int) -> int:
    """How full a plan is, in basis points; a hundred times over is as full as it gets."""
    return min(FILL_BPS_MAX, taken * BASIS_POINTS // target)


def check_scope(category_id: CategoryId | None, brand_id: BrandId | None) -> None:
    named = category_id is not None or brand_id is not None
    require(named, InvalidInput("Name a category, a brand, or both.", path=("categoryId",)))


def check_look_back(days: int, name: str = "days") -> None:
    require(1 <= days <= LOOK_BACK_DAYS_MAX, InvalidInput("1 to 730 days.", path=(name,)))


# Refusals


@dataclass(eq=False)
class PlanOverlaps(Refusal):
    """Another plan holds for the same category and brand in a part of this period."""

    code = "PLAN_OVERLAPS"
    plan_id: AcquisitionPlanId

    @property
    def message(self) -> str:
        return "Another plan of the same category and brand holds in a part of this period: change that one."


@dataclass(eq=False)
class NothingWanted(Refusal):
    """By what was sold, the shelf is full for the whole period."""

    code = "NOTHING_WANTED"
    sold: int
    on_sale: int

    @property
    def message(self) -> str:
        return f"{self.sold} were sold and {self.on_sale} are on the shelf: none is wanted. Name a target to buy on."


# Ports


class AcquisitionPlans(Protocol):
    async def lock(self, plan_id: AcquisitionPlanId) -> AcquisitionPlan: ...
    async def lock_scope(self, category_id: CategoryId | None, brand_id: BrandId | None) -> Sequence[AcquisitionPlan]:
        """All plans of this very category and brand; nobody else sets one of them meanwhile."""
        ...

    async def history(
        self, category_id: CategoryId | None, brand_id: BrandId | None, days: int, now: datetime
    ) -> SalesHistory: ...

    async def add(self, plan: AcquisitionPlan) -> None: ...
    async def save(self, plan: AcquisitionPlan) -> None:
        """Its numbers; how many were taken is the database's to keep."""
        ...


class Work(catalogue.Work, Protocol):
    @property
    def acquisition_plans(self) -> AcquisitionPlans: ...


class AcquisitionReader(Protocol):
    """Plans are for merchandisers and finance."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[AcquisitionPlan | None]: ...
    async def page(self, page: PageRequest) -> Page[AcquisitionPlan]:
        """Newest first."""
        ...

    async def history(
        self, category_id: CategoryId | None, brand_id: BrandId | None, days: int, now: datetime
    ) -> SalesHistory: ...


PLANNERS = (Role.MERCHANDISER, Role.FINANCE)


# Verbs


@dataclass(frozen=True, slots=True)
class SetPlan:
    """A new plan, or other numbers for the one with `plan_id`, whose category and brand stay as they are.

    Without a target it is reckoned from the sales of the last `sales_days`; one of both is named.
    """

    target: int | None
    starts_at: datetime
    ends_at: datetime
    category_id: CategoryId | None = None
    brand_id: BrandId | None = None
    plan_id: AcquisitionPlanId | None = None
    sales_days: int | None = None
    expected_version: int | None = None


async def set_plan(work: Work, viewer: Viewer, command: SetPlan, *, now: datetime) -> AcquisitionPlan:
    """A merchandiser says how many are wanted; offers made from then on follow it."""
    viewer.require(Role.MERCHANDISER)
    check_target(command)
    period = command.ends_at - command.starts_at
    require(timedelta(0) < period <= PERIOD_MAX, InvalidInput("A period has 1 to 366 days.", path=("endsAt",)))
    if command.plan_id is None:
        check_scope(command.category_id, command.brand_id)
        plan = await draft(work, viewer, command, now)
    else:
        plan = await work.acquisition_plans.lock(command.plan_id)
        check_version(command.expected_version, plan.version)
        plan.starts_at, plan.ends_at = command.starts_at, command.ends_at
        plan.set_by, plan.set_at = viewer.require_account(), now
    plan.target, plan.history = await target(work, plan, command, now)
    others = await work.acquisition_plans.lock_scope(plan.category_id, plan.brand_id)
    for other in others:
        apart = other.id == plan.id or other.ends_at <= plan.starts_at or plan.ends_at <= other.starts_at
        require(apart, PlanOverlaps(other.id, path=("startsAt",)))
    await (work.acquisition_plans.add if command.plan_id is None else work.acquisition_plans.save)(plan)
    work.events.append(Event("acquisitionPlan.set", "acquisitionPlan", plan.id, {"target": plan.target}))
    return plan


async def draft(work: Work, viewer: Viewer, command: SetPlan, now: datetime) -> AcquisitionPlan:
    if command.category_id is not None:
        await work.categories.find(command.category_id)
    if command.brand_id is not None:
        await work.brands.find(command.brand_id)
    return AcquisitionPlan(
        id=AcquisitionPlanId(work.new.id()),
        category_id=command.category_id,
        brand_id=command.brand_id,
        target=command.target or 0,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        set_by=viewer.require_account(),
        set_at=now,
    )


def check_target(command: SetPlan) -> None:
    one = (command.target is None) != (command.sales_days is None)
    require(one, InvalidInput("Name a target, or from how many days of sales to reckon it.", path=("target",)))
    fits = command.target is None or 1 <= command.target <= TARGET_MAX
    require(fits, InvalidInput("A target is 1 to 1,000,000.", path=("target",)))
    if command.sales_days is not None:
        check_look_back(command.sales_days, "salesDays")


async def target(work: Work, plan: AcquisitionPlan, command: SetPlan, now: datetime) -> tuple[int, SalesHistory | None]:
    """How many are wanted, and the sales that say so where nobody named it."""
    if command.sales_days is None:
        assert command.target is not None, "one of both is named"
        return command.target, None
    history = await work.acquisition_plans.history(plan.category_id, plan.brand_id, command.sales_days, now)
    period_days = -(-(plan.ends_at - plan.starts_at) // timedelta(days=1))
    wanted = min(history.target(period_days), TARGET_MAX)
    require(wanted > 0, NothingWanted(history.sold, history.on_sale, path=("salesDays",)))
    return wanted, history
