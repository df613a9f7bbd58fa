"""What customers owe: they see their own debts, finance and support see everybody's."""

from uuid import UUID

from domain.page import Page, PageRequest
from domain.receivable import Receivable, ReceivableFilter
from domain.viewer import Role
from resolvers.context import Context


async def receivable(context: Context, receivable_id: UUID) -> Receivable | None:
    """A debt; somebody else's does not exist for the viewer."""
    found = await context.loaders.receivable.load(receivable_id)
    viewer = context.viewer
    seen = found is not None and (viewer.account_id == found.owner or viewer.has(Role.FINANCE, Role.SUPPORT))
    return found if seen else None


async def receivables(context: Context, wanted: ReceivableFilter, page: PageRequest) -> Page[Receivable]:
    viewer = context.viewer
    owner = wanted.owner if viewer.has(Role.FINANCE, Role.SUPPORT) else viewer.require_account()
    return await context.readers.receivables.page(ReceivableFilter(owner, wanted.state), page)
