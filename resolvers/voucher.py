"""Vouchers: what one takes off is public; those who keep budgets see all of them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from domain.cart import Cart
from domain.catalogue import CategoryId, ProductId
from domain.listing import Listing
from domain.order import Discount
from domain.page import Page, PageRequest
from domain.viewer import Role
from domain.voucher import Voucher, categories_of, discount_of
from resolvers.context import Context

KEEPERS = (Role.FINANCE, Role.MERCHANDISER)


async def find(context: Context, voucher_id: UUID) -> Voucher | None:
    return await context.loaders.voucher.load(voucher_id)


async def vouchers(context: Context, page: PageRequest) -> Page[Voucher]:
    """All vouchers, newest first."""
    context.viewer.require(*KEEPERS)
    return await context.readers.vouchers.page(page)


async def offered(context: Context, code: str | None, cart: Cart, listings: Iterable[Listing]) -> Discount | None:
    """What a code would take off in a cart, for a quote; by the same rules as when it is bought."""
    if code is None:
        return None
    voucher = await context.readers.vouchers.by_code(code.strip())
    if voucher is None:
        return discount_of(None, None, (), {}, cart.currency, context.now)
    of = await context.loaders.campaign.load(voucher.campaign_id)
    taken = await context.readers.vouchers.taken(voucher.id, cart.owner)
    products = await categories(context, listings) if voucher.category_ids else {}
    return discount_of(voucher, of, taken, products, cart.currency, context.now)


async def categories(context: Context, listings: Iterable[Listing]) -> dict[ProductId, Sequence[CategoryId]]:
    """By product all categories that it lies in."""
    wanted = sorted({one.product_id for one in listings})
    products = [one for one in await context.loaders.product.load_many(wanted) if one is not None]
    found = await context.loaders.category.load_many(sorted({one.category_id for one in products}))
    return categories_of(products, {one.id: one for one in found if one is not None})
