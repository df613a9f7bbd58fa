"""Exchanging money: rates are for everybody who signed in, quotes and exchanges for whose they are."""

from collections.abc import Sequence
from uuid import UUID

from domain.fx import FxExchange, FxPosition, FxQuote, FxRate, FxRateFilter
from domain.money import Money
from domain.page import Page, PageRequest
from domain.viewer import Role
from domain.wallet import may_see
from resolvers.context import Context


async def rate(context: Context, rate_id: UUID) -> FxRate | None:
    """A rate, for whoever has an account."""
    return None if context.viewer.account_id is None else await context.loaders.fx_rate.load(rate_id)


async def rates(context: Context, wanted: FxRateFilter, page: PageRequest) -> Page[FxRate]:
    context.viewer.require_account()
    return await context.readers.fx.rates(wanted, page)


async def quote(context: Context, quote_id: UUID) -> FxQuote | None:
    """A quote; somebody else's does not exist for the viewer."""
    found = await context.loaders.fx_quote.load(quote_id)
    return found if found is not None and may_see(context.viewer, found.owner) else None


async def exchange(context: Context, exchange_id: UUID) -> FxExchange | None:
    """An exchange; somebody else's does not exist for the viewer."""
    found = await context.loaders.fx_exchange.load(exchange_id)
    return found if found is not None and may_see(context.viewer, found.owner) else None


def gain(context: Context, exchange: FxExchange) -> Money | None:
    """For finance alone."""
    return exchange.gain if context.viewer.has(Role.FINANCE) else None


async def exchanges(context: Context, page: PageRequest) -> Page[FxExchange]:
    """The caller's own, or everybody's for finance and support."""
    viewer = context.viewer
    owner = None if viewer.has(Role.FINANCE, Role.SUPPORT) else viewer.require_account()
    return await context.readers.fx.exchanges(owner, page)


async def positions(context: Context) -> Sequence[FxPosition]:
    context.viewer.require(Role.FINANCE)
    return await context.readers.fx.positions()
