"""What new goods have cost the house, for those who buy them and those who keep the books."""

from domain.listing import ListingId
from domain.money import Money
from domain.page import Page, PageRequest
from domain.stock import GoodsReceipt
from domain.viewer import Role
from resolvers.context import Context

READERS = (Role.MERCHANDISER, Role.FINANCE)


async def value(context: Context, listing_id: ListingId) -> Money | None:
    """None for everybody else, and before the first receipt."""
    if not context.viewer.has(*READERS):
        return None
    stock = await context.loaders.stock.load(listing_id)
    return None if stock is None else stock.value


async def receipts(context: Context, listing_id: ListingId, page: PageRequest) -> Page[GoodsReceipt]:
    context.viewer.require(*READERS)
    return await context.readers.stocks.receipts(listing_id, page)
