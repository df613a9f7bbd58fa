"""Circulation: the whole for finance, each customer's own for them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.account import may_see
from domain.circulation import Circulation, CreditPurchase, OwnCirculation, check_period
from domain.page import Page, PageRequest
from domain.viewer import Role
from resolvers.context import Context


async def circulation(context: Context, since: date, until: date) -> Sequence[Circulation]:
    context.viewer.require(Role.FINANCE)
    check_period(since, until)
    return await context.readers.circulation.circulation(since, until)


async def own(context: Context, account_id: UUID) -> Sequence[OwnCirculation] | None:
    """What became of somebody's credit, for them, support and finance; None for everybody else."""
    return await context.loaders.own_circulation.load(account_id) if may_see(context.viewer, account_id) else None


async def purchases(context: Context, account_id: UUID, page: PageRequest) -> Page[CreditPurchase] | None:
    """What it turned into, for the same."""
    if not may_see(context.viewer, account_id):
        return None

    async def batch(accounts: Sequence[UUID]) -> Sequence[Page[CreditPurchase]]:
        return await context.readers.circulation.purchases(accounts, page)

    return await context.loaders.page("creditPurchases", page, batch).load(account_id)
