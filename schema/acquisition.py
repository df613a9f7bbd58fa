"""Plans of acquisitions: how many used pieces the house wants, by what it has sold."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain import acquisition
from domain.acquisition import fill_bps
from resolvers import acquisition as resolve
from schema.errors import UserError, VersionConflict, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request

if TYPE_CHECKING:
    from schema.catalogue import Brand, Category

PLANS = "acquisitionPlans"
NEWEST_BY_ID = (UUID(int=0),)


@noun(acquisition.SalesHistory, description="What was sold, and what is there.")
class AcquisitionHistory:
    days: int = strawberry.field(description="Over how many days it was counted.")
    sold: int = strawberry.field(description="How many were sold, new or used, less those that came back.")
    on_sale: int = strawberry.field(description="How many used pieces are on the shelf.")

    @strawberry.field(description="Sell to order: how many to take in a period, so that the shelf stays as full.")
    def target(
        root: acquisition.SalesHistory,
        period_days: Annotated[int, strawberry.argument(description="Of how many days, 1 to 366.")],
    ) -> int:
        return root.target(max(1, min(period_days, 366)))


@noun(acquisition.AcquisitionPlan, description="How many used pieces are wanted. Seen by merchandisers and finance.")
class AcquisitionPlan(Node):
    id: strawberry.ID = global_id("AcquisitionPlan")
    target: int = strawberry.field(description="How many pieces are wanted in the period.")
    starts_at: datetime = strawberry.field(description="From when on pieces count.")
    ends_at: datetime = strawberry.field(description="Until when pieces count.")
    set_at: datetime = strawberry.field(description="When it was set, or changed last.")
    history: AcquisitionHistory | None = strawberry.field(
        description="The sales that the target was reckoned from; null where somebody named it."
    )
    taken: int = strawberry.field(
        description="How many trade-ins count towards it: bought, or with a purchase that waits. Never an estimate."
    )
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(
        graphql_type=Annotated["Category", strawberry.lazy("schema.catalogue")] | None,
        description="Of which category and all below it; null for any.",
    )
    async def category(root: acquisition.AcquisitionPlan, info: Info) -> Any:
        return None if root.category_id is None else await info.context.loaders.category.load(root.category_id)

    @strawberry.field(
        graphql_type=Annotated["Brand", strawberry.lazy("schema.catalogue")] | None,
        description="Of which brand; null for any.",
    )
    async def brand(root: acquisition.AcquisitionPlan, info: Info) -> Any:
        return None if root.brand_id is None else await info.context.loaders.brand.load(root.brand_id)

    @strawberry.field(
        description="How full it is, in basis points, 1,000,000 at most; offers are throttled by this factor."
    )
    def fill_bps(root: acquisition.AcquisitionPlan) -> int:
        return fill_bps(root.taken, root.target)


@refused(acquisition.PlanOverlaps)
class PlanOverlaps(UserError):
    pass


@refused(acquisition.NothingWanted)
class NothingWanted(UserError):
    sold: int = strawberry.field(description="How many were sold.")
    on_sale: int = strawberry.field(description="How many used pieces are on the shelf.")


@strawberry.input(description="How many used pieces are wanted. `expectedVersion` is that of the plan that is changed.")
class AcquisitionPlanSetInput(Keyed):
    target: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many, 1 to 1,000,000; left out to have it reckoned from sales."
    )
    sales_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Reckon the target from the sales of so many days, 1 to 730: as many as sell in the period, "
        "less those on the shelf. Left out when `target` says it.",
    )
    starts_at: datetime = strawberry.field(description="From when on pieces count.")
    ends_at: datetime = strawberry.field(description="Until when pieces count, 366 days later at most.")
    category_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Of which category; this or a brand is needed for a new plan."
    )
    brand_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Of which brand; of any when left out."
    )
    plan_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The plan to change; a new one when left out."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the plan is still at this version."
    )

    def to_command(self) -> acquisition.SetPlan:
        category_id, brand_id, plan_id = given(self.category_id), given(self.brand_id), given(self.plan_id)
        return acquisition.SetPlan(
            target=given(self.target),
            sales_days=given(self.sales_days),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            category_id=None if category_id is None else id_of("Category", category_id, "categoryId"),
            brand_id=None if brand_id is None else id_of("Brand", brand_id, "brandId"),
            plan_id=None if plan_id is None else id_of("AcquisitionPlan", plan_id, "planId"),
            expected_version=given(self.expected_version),
        )


@strawberry.type
class AcquisitionQuery:
    @strawberry.field(
        graphql_type=Connection[AcquisitionPlan],
        description="All plans of acquisitions, newest first.",
    )
    async def acquisition_plans(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            PLANS, NEWEST_BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.plans(info.context, page), list_name=PLANS)

    @strawberry.field(
        graphql_type=AcquisitionHistory,
        description="What was sold of a category, a brand or both, to set a target by.",
    )
    async def acquisition_history(
        self,
        info: Info,
        days: Annotated[int, strawberry.argument(description="Over how many days, 1 to 730.")] = 90,
        category_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Of which category and all below it; of any when left out."),
        ] = strawberry.UNSET,
        brand_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Of which brand; of any when left out.")
        ] = strawberry.UNSET,
    ) -> Any:
        category, brand = given(category_id), given(brand_id)
        return await resolve.history(
            info.context,
            None if category is None else id_of("Category", category, "categoryId"),
            None if brand is None else id_of("Brand", brand, "brandId"),
            days,
        )


@strawberry.type
class AcquisitionMutation:
    acquisition_plan_set = mutation(
        acquisition.set_plan,
        AcquisitionPlanSetInput,
        AcquisitionPlan,
        PlanOverlaps,
        NothingWanted,
        VersionConflict,
        description="Say how many used pieces of a category or brand are wanted in a period; offers made from then on "
        "follow it.",
    )


fetchable("AcquisitionPlan", resolve.find)
