"""What customers owe: they see their own debts, finance and support see everybody's."""

from domain.page import Page, PageRequest
from domain.receivable import Receivable, ReceivableFilter
from domain.viewer import Role
from resolvers.context import Context


async def receivables(context: Context, wanted: ReceivableFilter, page: PageRequest) -> Page[Receivable]:
    viewer = context.viewer
    owner = wanted.owner if viewer.has(Role.FINANCE, Role.SUPPORT) else viewer.require_account()
    return await context.readers.receivables.page(ReceivableFilter(owner, wanted.state), page)
