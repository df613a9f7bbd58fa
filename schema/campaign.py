"""Campaigns: what they add to a trade-in, and what is left of their budgets."""

from asyncio import gather
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain import campaign
from resolvers import campaign as resolve
from resolvers import supplier as supplier_resolve
from schema.enum import enum
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, global_id, id_of
from schema.localized import LocalizedInput, localized
from schema.mutation import Info, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import Money, MoneyInput
from schema.supplier import Supplier

if TYPE_CHECKING:
    from schema.catalogue import Brand

CampaignFunder = enum(
    campaign.Funder,
    name="CampaignFunder",
    description="Whose money a budget is, and so who bears what it gives.",
    HOUSE="The house bears all of it.",
    BRAND="A brand bears all of it, and owes the budget to the house.",
    JOINT="The house sets the budget aside, and claims their shares from its partners.",
)
CampaignPurpose = enum(
    campaign.CampaignPurpose,
    name="CampaignPurpose",
    description="What a budget is for: to be added to pieces that are traded in, or for vouchers.",
    TRADE_IN="Adds to what the house offers for old pieces.",
    VOUCHER="Pays what vouchers take off.",
)
CampaignState = enum(
    campaign.CampaignState,
    name="CampaignState",
    description="Whether a campaign grants anything.",
    OPEN="It grants what it promises, within its dates and its budget.",
    ENDED="It grants nothing more; what it has promised it keeps.",
)

CAMPAIGNS = "campaigns"
NEWEST_BY_ID = (UUID(int=0),)


def figure(name: str, *, description: str) -> Any:
    """A figure of the budget, for those who keep it."""

    def read(root: campaign.Campaign, info: Info) -> Any:
        return resolve.kept(info.context, getattr(root, name))

    return strawberry.field(
        resolver=read,
        graphql_type=Money | None,
        description=f"{description} For finance and merchandisers; null for others.",
    )


@strawberry.type(description="A partner's part in what a joint campaign costs.")
class CampaignShare:
    share_bps: int = strawberry.field(
        description="How much of it the partner bears, in basis points, of which 10,000 make a whole."
    )
    supplier: Supplier | None = strawberry.field(description="The partner; null for those who may not see suppliers.")


@noun(
    campaign.Campaign,
    description="A dated promise to add something to what is traded in, or to take something off what is "
    "bought, out of a budget. Seen by everybody; the figures of its budget by finance and "
    "merchandisers.",
)
class Campaign(Node):
    id: strawberry.ID = global_id("Campaign")
    code: str = strawberry.field(description="The code that people use for it; sent to `tradeInOffer`.")
    purpose: CampaignPurpose = strawberry.field(description="What it is for.")  # type: ignore[valid-type]
    funder: CampaignFunder = strawberry.field(description="Whose money the budget is.")  # type: ignore[valid-type]
    subsidy: Money = strawberry.field(description="What it adds to each piece, or at most takes off of one order.")
    minimum: Money = strawberry.field(description="What a purchase costs at least, before shipping.")
    starts_at: datetime = strawberry.field(description="From when on it grants something.")
    ends_at: datetime = strawberry.field(description="Until when it grants something.")
    state: CampaignState = strawberry.field(description="Whether it grants anything.")  # type: ignore[valid-type]
    opened_at: datetime = strawberry.field(description="When its budget was set aside.")
    ended_at: datetime | None = strawberry.field(description="When it was ended; null while it is not.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    name: str = localized("name", description="What it is called.")
    budget: Any = figure("budget", description="What was set aside.")
    reserved: Any = figure(
        "reserved",
        description="What is promised to offers and orders under way.",
    )
    spent: Any = figure("spent", description="What was given.")
    available: Any = figure("available", description="What can still be promised.")

    @strawberry.field(
        graphql_type=Annotated["Brand", strawberry.lazy("schema.catalogue")] | None,
        description="The brand whose purchases it is about; null for all.",
    )
    async def brand(root: campaign.Campaign, info: Info) -> Any:
        return None if root.brand_id is None else await info.context.loaders.brand.load(root.brand_id)

    @strawberry.field(
        graphql_type=list[CampaignShare] | None,
        description="What partners bear of what it gives; the rest is the house's. For finance and merchandisers; null "
        "for others.",
    )
    async def shares(root: campaign.Campaign, info: Info) -> Any:
        found = resolve.shares(info.context, root)
        if found is None:
            return None
        partners = await gather(*(supplier_resolve.find(info.context, share.supplier_id) for share in found))
        return [
            CampaignShare(share_bps=share.share_bps, supplier=partner)  # type: ignore[arg-type]
            for share, partner in zip(found, partners, strict=True)
        ]


# Refusals


@refused(campaign.CampaignNotRunning)
class CampaignNotRunning(UserError):
    pass


@refused(campaign.PurchaseTooSmall)
class PurchaseTooSmall(UserError):
    minimum: Money = strawberry.field(description="What a purchase costs at least.")


@refused(campaign.BudgetExhausted)
class BudgetExhausted(UserError):
    pass


# Inputs


@strawberry.input(description="A partner's part in what a joint campaign costs.")
class CampaignShareInput:
    supplier_id: strawberry.ID = strawberry.field(description="The partner, as a supplier.")
    share_bps: int = strawberry.field(
        description="How much of it the partner bears, in basis points, of which 10,000 make a whole."
    )

    def to_share(self, index: int) -> campaign.CostShare:
        supplier_id = id_of("Supplier", self.supplier_id, "shares", str(index), "supplierId")
        return campaign.CostShare(supplier_id, self.share_bps)


@strawberry.input(description="The new campaign and its budget.")
class CampaignOpenInput(MoneyMove):
    code: str = strawberry.field(
        description="The code that people use for it, up to 40 characters; no other campaign's."
    )
    name: LocalizedInput = strawberry.field(description="What it is called.")
    funder: CampaignFunder = strawberry.field(description="Whose money the budget is.")  # type: ignore[valid-type]
    budget: MoneyInput = strawberry.field(description="How much is set aside in all.")
    subsidy: MoneyInput = strawberry.field(
        description="What it adds to each piece, or takes off of one order at most, in the same currency."
    )
    starts_at: datetime = strawberry.field(description="From when on it grants something.")
    ends_at: datetime = strawberry.field(description="Until when it grants something.")
    minimum: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="What a purchase costs at least, more than the subsidy; twice the subsidy when left out.",
    )
    brand_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only for purchases of this brand; needed when the brand pays, which then owes the budget.",
    )
    purpose: CampaignPurpose = strawberry.field(  # type: ignore[valid-type]
        default=campaign.CampaignPurpose.TRADE_IN, description="What it is for."
    )
    shares: list[CampaignShareInput] = strawberry.field(
        default_factory=list,
        description="Of a joint campaign, what partners bear of what it gives; claimed from them as it is given.",
    )

    def to_command(self) -> campaign.OpenCampaign:
        brand_id, minimum = given(self.brand_id), given(self.minimum)
        return campaign.OpenCampaign(
            code=self.code,
            name=self.name.to_localized("name", longest=200),
            funder=campaign.Funder(self.funder),
            budget=self.budget.to_money("budget"),
            subsidy=self.subsidy.to_money("subsidy"),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            brand_id=None if brand_id is None else id_of("Brand", brand_id, "brandId"),
            purpose=campaign.CampaignPurpose(self.purpose),
            shares=tuple(share.to_share(index) for index, share in enumerate(self.shares)),
            minimum=None if minimum is None else minimum.to_money("minimum"),
            expected_version=given(self.expected_version) or 0,
        )


@strawberry.input(description="Which campaign to end.")
class CampaignEndInput(MoneyMove):
    campaign_id: strawberry.ID = strawberry.field(description="The campaign that this is about.")

    def to_command(self) -> campaign.EndCampaign:
        return campaign.EndCampaign(id_of("Campaign", self.campaign_id, "campaignId"), given(self.expected_version))


# Root fields


@strawberry.type
class CampaignQuery:
    @strawberry.field(
        graphql_type=list[Campaign], description="The campaigns that run now, what ends first before others."
    )
    async def campaigns_running(self, info: Info) -> Any:
        return await resolve.running(info.context)

    @strawberry.field(
        graphql_type=Connection[Campaign],
        description="All campaigns, newest first.",
    )
    async def campaigns(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            CAMPAIGNS, NEWEST_BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        return Connection(page=await resolve.campaigns(info.context, page), list_name=CAMPAIGNS)


@strawberry.type
class CampaignMutation:
    campaign_open = mutation(
        campaign.open_,
        CampaignOpenInput,
        Campaign,
        VersionConflict,
        description="Set a budget aside, which adds to trade-ins or pays vouchers; it can not be overdrawn.",
    )
    campaign_end = mutation(
        campaign.end,
        CampaignEndInput,
        Campaign,
        WrongState,
        VersionConflict,
        description="End a campaign: what is promised is kept, the rest goes back to who funded it.",
    )


fetchable("Campaign", resolve.find)
