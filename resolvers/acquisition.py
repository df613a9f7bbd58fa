"""Plans of acquisitions, for those who plan."""

from uuid import UUID

from domain.acquisition import PLANNERS, AcquisitionPlan, SalesHistory, check_look_back, check_scope
from domain.catalogue import BrandId, CategoryId
from domain.page import Page, PageRequest
from resolvers.context import Context


async def find(context: Context, plan_id: UUID) -> AcquisitionPlan | None:
    return await context.loaders.acquisition_plan.load(plan_id) if context.viewer.has(*PLANNERS) else None


async def plans(context: Context, page: PageRequest) -> Page[AcquisitionPlan]:
    """All plans, newest first."""
    context.viewer.require(*PLANNERS)
    return await context.readers.acquisitions.page(page)


async def history(
    context: Context, category_id: CategoryId | None, brand_id: BrandId | None, days: int
) -> SalesHistory:
    """What was sold, and what is there."""
    context.viewer.require(*PLANNERS)
    check_scope(category_id, brand_id)
    check_look_back(days)
    return await context.readers.acquisitions.history(category_id, brand_id, days, context.now)
