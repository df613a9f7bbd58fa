"""Carts, and what they would cost."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import booking, cart
from resolvers import booking as booking_resolve
from resolvers import cart as resolve
from schema.claim import ClaimTaken
from schema.enum import enum
from schema.errors import UserError, VersionConflict, refused
from schema.ids import Node, global_id, id_of
from schema.listing import NotAvailable
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.scalars import CurrencyCode, Money

if TYPE_CHECKING:
    from schema.booking import Booking
    from schema.bundle import Bundle
    from schema.listing import Listing


BookingPart = enum(
    booking.BookingPart,
    name="BookingPart",
    description="What a payment for a journey is for: all, or first a deposit.",
    FULL="All of the price at once.",
    DEPOSIT="The first part of the price, which is paid when the places are taken.",
    BALANCE="The rest of the price, which is due before the departure.",
)


# Nouns


@noun(cart.CartItem, description="Something in a cart, kept from others for a while.")
class CartItem:
    quantity: int = strawberry.field(description="How many; one of a piece.")
    price: Money = strawberry.field(
        description="The price of one when it was put in. Another price now has to be agreed to."
    )
    kept_until: datetime = strawberry.field(description="Until when nobody else can have it.")
    added_at: datetime = strawberry.field(description="When it was put in.")

    @strawberry.field(description="Whether it is still kept from others; put it in again when it is not.")
    async def kept(root: cart.CartItem, info: Info) -> bool:
        return await resolve.kept(info.context, root)

    @strawberry.field(
        graphql_type=Annotated["Listing", strawberry.lazy("schema.listing")] | None,
        description="The listing that it is one of; null when it was withdrawn.",
    )
    async def listing(root: cart.CartItem, info: Info) -> Any:
        return await info.context.loaders.listing.load(root.listing_id)

    @strawberry.field(
        graphql_type=Annotated["Bundle", strawberry.lazy("schema.bundle")] | None,
        description="The bundle that it is part of; null when it is by itself.",
    )
    async def bundle(root: cart.CartItem, info: Info) -> Any:
        return None if root.bundle_id is None else await info.context.loaders.bundle.load(root.bundle_id)


@noun(cart.CartBooking, description="Places of a journey in a cart, or what is still to be paid for them.")
class CartBooking:
    part: BookingPart = strawberry.field(description="What would be paid.")  # type: ignore[valid-type]
    price: Money = strawberry.field(description="How much that part comes to.")
    kept_until: datetime = strawberry.field(description="Until when nobody else can have the places.")
    added_at: datetime = strawberry.field(description="When it was put in.")

    @strawberry.field(
        graphql_type=Annotated["Booking", strawberry.lazy("schema.booking")] | None,
        description="The booking that the places belong to; null when the caller may not see it.",
    )
    async def booking(root: cart.CartBooking, info: Info) -> Any:
        return await booking_resolve.find(info.context, root.booking_id)

    @strawberry.field(
        graphql_type=Annotated["Bundle", strawberry.lazy("schema.bundle")] | None,
        description="The bundle that it is part of; null when it is by itself.",
    )
    async def bundle(root: cart.CartBooking, info: Info) -> Any:
        return None if root.bundle_id is None else await info.context.loaders.bundle.load(root.bundle_id)


@noun(cart.Cart, description="What somebody is about to buy in one currency. Seen by its owner.")
class Cart(Node):
    id: strawberry.ID = global_id("Cart")
    currency: CurrencyCode = strawberry.field(description="The currency of all that is in it.")  # type: ignore[valid-type]
    items: list[CartItem] = strawberry.field(description="What is in it, 20 at most, 5 pieces among them.")
    bookings: list[CartBooking] = strawberry.field(description="The journeys in it; they count among the 20.")
    subtotal: Money = strawberry.field(description="What the items cost, by the prices when they were put in.")
    changed_at: datetime = strawberry.field(description="When it last changed.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")


# Refusals


@refused(cart.CartFull)
class CartFull(UserError):
    items_max: int = strawberry.field(description="How many things a cart holds.")
    pieces_max: int = strawberry.field(description="How many one-of-one pieces may be among them.")


@refused(cart.OwnPiece)
class OwnPiece(UserError):
    pass


@refused(cart.BookingLapsed)
class BookingLapsed(UserError):
    expired_at: datetime | None = strawberry.field(description="When the time was over; null when it was used.")
    left_cart: bool = strawberry.field(
        description="Whether the cart has let go of them, and of the bundle that they were a part of: the order can be "
        "placed without them."
    )


# Inputs


@strawberry.input(description="What to put in one's cart; a cart is made when there is none in the listing's currency.")
class CartAddInput(Keyed):
    listing_id: strawberry.ID = strawberry.field(description="The listing to put in.")
    quantity: int = strawberry.field(default=1, description="How many more, 1 to 10; a piece is one of one.")

    def to_command(self) -> cart.AddToCart:
        return cart.AddToCart(id_of("Listing", self.listing_id, "listingId"), self.quantity)


@strawberry.input(description="What to take out of one's cart.")
class CartRemoveInput(Keyed):
    cart_id: strawberry.ID = strawberry.field(description="The cart that this is about.")
    listing_id: strawberry.ID = strawberry.field(description="The listing to take out; all of it goes.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the cart is still at this version."
    )

    def to_command(self) -> cart.RemoveFromCart:
        return cart.RemoveFromCart(
            id_of("Cart", self.cart_id, "cartId"),
            id_of("Listing", self.listing_id, "listingId"),
            given(self.expected_version),
        )


fetchable("Cart", resolve.find)


# Root fields


@strawberry.type
class CartQuery:
    @strawberry.field(graphql_type=list[Cart], description="The caller's carts that hold something, one a currency.")
    async def carts(self, info: Info) -> Any:
        return await resolve.carts(info.context)

    @strawberry.field(graphql_type=Cart, description="A cart of the caller.")
    async def cart(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which cart, by its id.")]
    ) -> Any:
        return await resolve.cart(info.context, id_of("Cart", id, "id"))


@strawberry.type
class CartMutation:
    cart_add = mutation(
        cart.add,
        CartAddInput,
        Cart,
        ClaimTaken,
        NotAvailable,
        OwnPiece,
        CartFull,
        description="Put something in the cart and keep it from others for 15 minutes; one buyer has a piece.",
    )
    cart_remove = mutation(
        cart.remove,
        CartRemoveInput,
        Cart,
        VersionConflict,
        description="Take something out of the cart and let others have it.",
    )
