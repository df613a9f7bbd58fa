"""Campaigns: what runs is public, its budget is not."""

from collections.abc import Sequence
from uuid import UUID

from domain.campaign import Campaign, CostShare
from domain.money import Money
from domain.page import Page, PageRequest
from domain.viewer import Role
from resolvers.context import Context

KEEPERS = (Role.FINANCE, Role.MERCHANDISER)


async def find(context: Context, campaign_id: UUID) -> Campaign | None:
    """The campaign, when it runs or the caller may see all of them."""
    found = await context.loaders.campaign.load(campaign_id)
    seen = found is not None and (found.runs(context.now) or context.viewer.has(*KEEPERS))
    return found if seen else None


async def running(context: Context) -> Sequence[Campaign]:
    return await context.readers.campaigns.running(context.now)


async def campaigns(context: Context, page: PageRequest) -> Page[Campaign]:
    """All campaigns, newest first."""
    context.viewer.require(*KEEPERS)
    return await context.readers.campaigns.page(page)


def shares(context: Context, found: Campaign) -> Sequence[CostShare] | None:
    """What partners bear, for those who keep the budget."""
    return found.shares if context.viewer.has(*KEEPERS) else None


def kept(context: Context, amount: Money) -> Money | None:
    """A figure of a budget, for those who keep it."""
    return amount if context.viewer.has(*KEEPERS) else None
