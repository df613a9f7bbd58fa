"""Carts: everybody sees their own."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain import order
from domain.booking import Booking
from domain.cart import Cart, CartBooking, CartItem
from domain.order import Delivery, GiftCardChoice, OrderQuote, PledgeChoice, Wish
from domain.refusal import InvalidInput, NotFound, require
from resolvers import gift_card as gift_cards
from resolvers import trade_in as trade_ins
from resolvers import voucher as vouchers
from resolvers.context import Context


async def carts(context: Context) -> Sequence[Cart]:
    """The caller's own carts that hold something, in currency order."""
    owner = context.viewer.require_account()
    return [cart for cart in await context.readers.carts.of_owner(owner) if not cart.empty]


async def find(context: Context, cart_id: UUID) -> Cart | None:
    """The cart, if it is the caller's own."""
    found = await context.loaders.cart.load(cart_id)
    return found if found is not None and found.owner == context.viewer.account_id else None


async def cart(context: Context, cart_id: UUID) -> Cart:
    """The caller's own cart; anybody else's does not exist."""
    context.viewer.require_account()
    found = await find(context, cart_id)
    if found is None:
        raise NotFound("Cart", cart_id, path=("cartId",))
    return found


async def kept(context: Context, item: CartItem) -> bool:
    """Whether the item is still kept from others."""
    if item.piece_id is None or item.token is None:
        return context.now < item.kept_until
    claim = await context.loaders.claim.load(item.piece_id)
    return claim is not None and claim.stands(item.token, context.now)


async def quote(
    context: Context,
    cart_id: UUID,
    delivery: Delivery,
    wish: Wish,
    choice: PledgeChoice | None = None,
    cards: Sequence[GiftCardChoice] = (),
    voucher_code: str | None = None,
) -> OrderQuote:
    """What the caller's cart would cost at this moment, by the same rules as when it is bought."""
    found = await cart(context, cart_id)
    require(not found.empty, InvalidInput("The cart is empty.", path=("cartId",)))
    order.check_delivery(delivery)
    listings = await context.readers.carts.listings([item.listing_id for item in found.items])
    terms = order.terms_of(
        await jurisdiction(context, delivery),
        await context.readers.policies.in_force(context.now),
        await context.readers.orders.costs(list(found.tokens)),
        await context.readers.orders.provenances([] if delivery.shop_id else [item.listing_id for item in found.items]),
    )
    wish = replace(
        wish,
        pledge=await trade_ins.pledged(context, choice, found.currency),
        gifts=await gift_cards.offered(context, cards, found.currency),
        discount=await vouchers.offered(context, voucher_code, found, listings.values()),
    )
    return order.quote(found.items, listings, delivery, terms, wish, await booked(context, found))


async def booked(context: Context, found: Cart) -> Sequence[tuple[CartBooking, Booking]]:
    """The journeys in a cart."""
    bookings = await context.loaders.booking.load_many([item.booking_id for item in found.bookings])
    return [(item, one) for item, one in zip(found.bookings, bookings, strict=True) if one is not None]


async def jurisdiction(context: Context, delivery: Delivery) -> str:
    """The country where the goods change hands."""
    if delivery.shop_id is None:
        assert delivery.address is not None, "a parcel has an address"
        return delivery.address.country
    shop = (await context.readers.shops.by_ids([delivery.shop_id]))[0]
    if shop is None or not shop.active:
        raise NotFound("ClubShop", delivery.shop_id, path=("delivery", "shopId"))
    return shop.address.country
