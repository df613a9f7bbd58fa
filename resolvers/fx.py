"""Exchanging money: rates are for everybody who signed in."""

from uuid import UUID

from domain.fx import FxRate, FxRateFilter
from domain.page import Page, PageRequest
from resolvers.context import Context


async def rate(context: Context, rate_id: UUID) -> FxRate | None:
    """A rate, for whoever has an account."""
    return None if context.viewer.account_id is None else await context.loaders.fx_rate.load(rate_id)


async def rates(context: Context, wanted: FxRateFilter, page: PageRequest) -> Page[FxRate]:
    context.viewer.require_account()
    return await context.readers.fx.rates(wanted, page)
