"""Trade-ins: owners see their own, staff who handle them see all."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.money import Currency, total
from domain.order import Order, Pledge, PledgeChoice
from domain.order import may_see as may_see_order
from domain.page import Page, PageRequest
from domain.piece import Grade
from domain.refusal import NotFound
from domain.trade_in import HANDLERS, Eligible, TradeIn, TradeInFilter, TradeInState, may_see, pledge_of
from domain.valuation import Estimate, NotTradedIn, Valuation, estimate
from resolvers import valuation
from resolvers.context import Context


async def find(context: Context, trade_in_id: UUID) -> TradeIn | None:
    """The trade-in, if there is one for the caller."""
    found = await context.loaders.trade_in.load(trade_in_id)
    return found if found is not None and may_see(context.viewer, found) else None


async def trade_in(context: Context, trade_in_id: UUID) -> TradeIn:
    """The trade-in; one that the caller may not see does not exist."""
    found = await find(context, trade_in_id)
    if found is None:
        raise NotFound("TradeIn", trade_in_id, path=("tradeInId",))
    return found


async def own(context: Context, states: Sequence[TradeInState], page: PageRequest) -> Page[TradeIn]:
    """The caller's own trade-ins, newest first."""
    wanted = TradeInFilter(states=tuple(states), owner=context.viewer.require_account())
    return await context.readers.trade_ins.page(wanted, page)


async def queue(context: Context, wanted: TradeInFilter, page: PageRequest) -> Page[TradeIn]:
    """Everybody's trade-ins, oldest first, for staff."""
    context.viewer.require(*HANDLERS)
    return await context.readers.trade_ins.queue(wanted, page)


async def eligible(context: Context, page: PageRequest) -> Page[Eligible]:
    """What the caller bought here and has, each with what the house would offer for it now."""
    owner = context.viewer.require_account()
    policy, terms = await valuation.pricing(context)
    found = await context.readers.trade_ins.eligible(owner, page, terms.demand_days, context.now)

    def live(one: Eligible) -> Estimate | None:
        months = max(0, (context.now - one.bought_at).days // 30)
        grade = None if one.grade is None else Grade(one.grade)
        try:
            return estimate(one.market, policy.version, terms, grade=grade, age_months=months)
        except NotTradedIn:
            return None

    return replace(found, items=[replace(one, estimate=live(one)) for one in found.items])


async def pledged(context: Context, choice: PledgeChoice | None, currency: Currency) -> Pledge | None:
    """What an own offer is good for in a cart of this currency, for a quote."""
    if choice is None:
        return None
    found = await context.loaders.trade_in.load(choice.trade_in_id)
    if found is None or found.owner != context.viewer.account_id:
        raise NotFound("TradeIn", choice.trade_in_id, path=("tenders", "tradeIn", "tradeInId"))
    return pledge_of(found, choice.mode, currency, context.now)


async def order_of(context: Context, found: TradeIn) -> Order | None:
    """The purchase, for those who may see orders."""
    if found.order_id is None:
        return None
    order = await context.loaders.order.load(found.order_id)
    return order if order is not None and may_see_order(context.viewer, order) else None


async def of_order(context: Context, order: Order) -> TradeIn | None:
    return None if order.trade_in_id is None else await find(context, order.trade_in_id)


async def explained(context: Context, trade_in_id: UUID) -> Valuation:
    """How the value that was offered comes about."""
    found = await trade_in(context, trade_in_id)
    return Valuation(total((factor.amount for factor in found.factors), found.currency), found.factors)
