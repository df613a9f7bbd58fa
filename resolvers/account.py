"""People."""

from domain.account import Account
from resolvers.context import Context


async def viewer(context: Context) -> Account | None:
    """The caller's own account."""
    if context.viewer.account_id is None:
        return None
    return await context.loaders.account.load(context.viewer.account_id)
