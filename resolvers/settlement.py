"""Settlements: sellers read their own, finance and support everybody's."""

from asyncio import gather
from collections.abc import Sequence
from uuid import UUID

from domain.contract import Contract
from domain.money import Money
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.settlement import (
    Block,
    Settlement,
    SettlementFilter,
    SettlementOption,
    Situation,
    itemised,
    may_see,
)
from domain.settlement import options as all_options
from domain.viewer import Role
from resolvers import contract as contracts
from resolvers.context import Context


async def visible(context: Context, settlement_id: UUID) -> Settlement | None:
    found = await context.loaders.settlement.load(settlement_id)
    return found if found is not None and may_see(context.viewer, found) else None


async def settlement(context: Context, settlement_id: UUID) -> Settlement:
    """The settlement; one that the caller may not see does not exist."""
    found = await visible(context, settlement_id)
    if found is None:
        raise NotFound("Settlement", settlement_id)
    return found


async def settlements(context: Context, wanted: SettlementFilter, page: PageRequest) -> Page[Settlement]:
    """Finance and support read all of them, everybody else their own, whatever seller they ask for."""
    viewer = context.viewer
    seller = wanted.seller if viewer.has(Role.FINANCE, Role.SUPPORT) else viewer.require_account()
    return await context.readers.settlements.page(SettlementFilter(seller, wanted.states, wanted.due_before), page)


def blocked_by(context: Context, found: Settlement) -> Sequence[Block]:
    return found.blocked_by(context.now)


async def contract(context: Context, found: Settlement) -> Contract | None:
    return await context.loaders.contract.load(found.contract_id)


async def options(context: Context, consignment_id: UUID) -> Sequence[SettlementOption]:
    """All four ways to be paid for one consignment, once terms were offered; five statements in two rounds."""
    found = await contracts.of_consignment(context, consignment_id)
    if found is None:
        raise NotFound("Contract", consignment_id)
    return await options_of(context, found)


async def options_of(context: Context, found: Contract) -> Sequence[SettlementOption]:
    loaders = context.loaders
    settled, costs, pockets, price = await gather(
        loaders.settlement_of.load(found.consignment_id),
        loaders.piece_costs.load(found.consignment_id),
        loaders.pockets.load(found.seller),
        present_price(context, found),
    )
    currency = found.price.currency
    owed = next((pocket.owed for pocket in pockets if pocket.currency is currency), Money.zero(currency))
    return all_options(Situation(found, price, itemised(costs, found), owed, settled, context.now))


async def present_price(context: Context, found: Contract) -> Money:
    """What a buyer would pay today: the listing's price, before that the contract's."""
    listing = None if found.listing_id is None else await context.loaders.listing.load(found.listing_id)
    return found.price if listing is None else listing.price
