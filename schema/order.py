"""Orders: quoted, placed with a split tender, delivered, completed or undone."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain import order, payment
from domain.piece import PartyKind
from resolvers import cart as cart_resolve
from resolvers import goods_return as goods_return_resolve
from resolvers import order as resolve
from resolvers import shipment as shipment_resolve
from schema.account import Account
from schema.cart import OwnPiece
from schema.claim import ClaimLapsed
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import Node, encode_id, global_id, id_of
from schema.listing import ListingKind, NotAvailable
from schema.mutation import Info, MoneyMove, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.payment import Payment, PaymentProvider
from schema.policy import TaxBasis
from schema.scalars import CountryCode, CurrencyCode, Money, MoneyInput
from schema.wallet import InsufficientFunds

if TYPE_CHECKING:
    from schema.catalogue import Product
    from schema.goods_return import GoodsReturn
    from schema.listing import Listing
    from schema.piece import Piece
    from schema.shipment import Shipment
    from schema.shop import ClubShop

OrderState = strawberry.enum(order.OrderState, name="OrderState", description="Where an order stands.")
OrderLineState = strawberry.enum(order.LineState, name="OrderLineState", description="Where the goods of a line are.")
DeliveryMethod = strawberry.enum(
    order.DeliveryMethod, name="DeliveryMethod", description="How goods get to their buyer."
)
TenderKind = strawberry.enum(
    order.TenderKind,
    name="TenderKind",
    description="What pays: store credit, cash from the wallet, or an external provider.",
)

ORDERS = "orders"
QUEUE = "orderQueue"
NEWEST_BY_ID = (UUID(int=0),)


# Nouns


@noun(order.Address, description="Where a parcel goes.")
class DeliveryAddress:
    recipient: str = strawberry.field(description="Who receives it.")
    phone: str = strawberry.field(description="For the carrier.")
    country: CountryCode = strawberry.field(description="The country, whose law and taxes apply.")
    region: str = strawberry.field(description="State or province; may be empty.")
    city: str = strawberry.field(description="The city.")
    postal_code: str = strawberry.field(description="The postal code; may be empty.")
    line1: str = strawberry.field(description="Street and number.")
    line2: str = strawberry.field(description="What else helps to find it; may be empty.")


@noun(order.Delivery, description="How the goods get to their buyer.")
class Delivery:
    method: DeliveryMethod = strawberry.field(description="Which way.")  # type: ignore[valid-type]
    address: DeliveryAddress | None = strawberry.field(description="Where a parcel goes; null for a pickup.")

    @strawberry.field(
        graphql_type=Annotated["ClubShop", strawberry.lazy("schema.shop")] | None,
        description="The club shop where the buyer comes for it; null for a parcel.",
    )
    async def shop(root: order.Delivery, info: Info) -> Any:
        return None if root.shop_id is None else await info.context.loaders.club_shop.load(root.shop_id)


@noun(order.Tender, description="A part of the price, and what pays it.")
class OrderTender:
    kind: TenderKind = strawberry.field(description="What pays it.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much of the total.")
    refunded: Money = strawberry.field(description="How much of it went back.")


@noun(order.TenderPart, description="What goes back to one tender.")
class OrderRefundPart:
    kind: TenderKind = strawberry.field(description="Which tender.")  # type: ignore[valid-type]
    amount: Money = strawberry.field(description="How much.")


@noun(order.OrderRefund, description="Money that went back to the buyer, into what it came from.")
class OrderRefund:
    amount: Money = strawberry.field(description="How much in all.")
    parts: list[OrderRefundPart] = strawberry.field(description="How much went back to each tender.")
    reason: str = strawberry.field(description="Why.")
    refunded_at: datetime = strawberry.field(description="When.")


@noun(order.OrderLine, description="One thing that is bought, with the seller, tax and return terms of its own.")
class OrderLine(Node):
    id: strawberry.ID = global_id("OrderLine")
    listing_kind: ListingKind = strawberry.field(description="What kind of offer it was.")  # type: ignore[valid-type]
    quantity: int = strawberry.field(description="How many.")
    unit_price: Money = strawberry.field(description="The price of one.")
    price: Money = strawberry.field(description="The price of all of them, taxes included.")
    tax_basis: TaxBasis = strawberry.field(description="What the line is taxed on.")  # type: ignore[valid-type]
    tax_rate_bps: int = strawberry.field(description="The rate of that tax in basis points.")
    return_days: int = strawberry.field(description="For how many days after delivery it can be returned.")
    state: OrderLineState = strawberry.field(description="Where the goods are.")  # type: ignore[valid-type]
    refunded: Money = strawberry.field(description="How much of the price went back.")
    delivered_at: datetime | None = strawberry.field(description="When the buyer got it; title passed then.")
    blocked_by: list[str] = strawberry.field(description="What keeps the line from being completed.")

    @strawberry.field(
        graphql_type=datetime | None, description="Until when it can be returned; null until it is delivered."
    )
    def returnable_until(root: order.OrderLine) -> Any:
        return None if root.delivered_at is None else order.window_end(root)

    @strawberry.field(
        graphql_type=list[Annotated["GoodsReturn", strawberry.lazy("schema.goods_return")]],
        description="What of it was, or is, on its way back, in order.",
    )
    async def returns(root: order.OrderLine, info: Info) -> Any:
        return await goods_return_resolve.of_line(info.context, root.id)

    @strawberry.field(description="Whether the house is the seller of record, rather than a member through the house.")
    def sold_by_house(root: order.OrderLine) -> bool:
        return root.seller_kind is PartyKind.HOUSE

    @strawberry.field(
        graphql_type=strawberry.ID | None,
        description="The member who is the seller of record. For staff and them; null for others.",
    )
    def seller_id(root: order.OrderLine, info: Info) -> Any:
        seen = resolve.sees_seller(info.context.viewer, root)
        return encode_id("Account", root.seller_id) if seen and root.seller_id is not None else None

    @strawberry.field(
        graphql_type=Money | None,
        description="The tax within the price that the house owes. On a margin it is not stated: null but for finance.",
    )
    def tax(root: order.OrderLine, info: Info) -> Any:
        return resolve.stated_tax(info.context.viewer, root.tax_basis, root.tax)

    @strawberry.field(graphql_type=Money | None, description="What the piece cost the house. For finance.")
    def cost(root: order.OrderLine, info: Info) -> Any:
        return resolve.cost(info.context.viewer, root)

    @strawberry.field(
        graphql_type=Annotated["Listing", strawberry.lazy("schema.listing")] | None,
        description="The offer; null when it was withdrawn.",
    )
    async def listing(root: order.OrderLine, info: Info) -> Any:
        return await info.context.loaders.listing.load(root.listing_id)

    @strawberry.field(
        graphql_type=Annotated["Product", strawberry.lazy("schema.catalogue")] | None, description="What it is."
    )
    async def product(root: order.OrderLine, info: Info) -> Any:
        return await info.context.loaders.product.load(root.product_id)

    @strawberry.field(
        graphql_type=Annotated["Piece", strawberry.lazy("schema.piece")] | None,
        description="The piece, when it is one of one and the caller may see it.",
    )
    async def piece(root: order.OrderLine, info: Info) -> Any:
        return None if root.piece_id is None else await info.context.loaders.piece.load(root.piece_id)


@noun(order.Order, description="A purchase. Seen by its buyer, by support, shop associates and finance.")
class Order(Node):
    id: strawberry.ID = global_id("Order")
    code: str = strawberry.field(description="How people call it.")
    state: OrderState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    currency: CurrencyCode = strawberry.field(description="The currency of all its amounts.")  # type: ignore[valid-type]
    lines: list[OrderLine] = strawberry.field(description="What is bought.")
    tenders: list[OrderTender] = strawberry.field(description="What pays; together exactly the total.")
    delivery: Delivery = strawberry.field(description="How it gets to the buyer.")
    subtotal: Money = strawberry.field(description="What all lines cost.")
    shipping: Money = strawberry.field(description="What the way costs.")
    total: Money = strawberry.field(description="What is to be paid, taxes included.")
    refunded: Money = strawberry.field(description="What went back.")
    placed_at: datetime = strawberry.field(description="When it was placed.")
    expires_at: datetime | None = strawberry.field(description="Until when a pending payment is waited for.")
    paid_at: datetime | None = strawberry.field(description="When all of it was paid.")
    delivered_at: datetime | None = strawberry.field(description="When the buyer had everything.")
    completed_at: datetime | None = strawberry.field(description="When nothing could come back any more.")
    ended_at: datetime | None = strawberry.field(description="When it was cancelled or lapsed.")
    end_reason: str | None = strawberry.field(description="Why it was cancelled or lapsed.")
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=Account | None, description="Who buys.")
    async def buyer(root: order.Order, info: Info) -> Any:
        return await info.context.loaders.account.load(root.buyer)

    @strawberry.field(graphql_type=Payment | None, description="What a provider was asked for, if it was.")
    async def payment(root: order.Order, info: Info) -> Any:
        return await resolve.payment(info.context, root)

    @strawberry.field(graphql_type=list[OrderRefund], description="What went back, in order.")
    async def refunds(root: order.Order, info: Info) -> Any:
        return await resolve.refunds(info.context, root.id)

    @strawberry.field(
        graphql_type=list[Annotated["Shipment", strawberry.lazy("schema.shipment")]],
        description="What takes the goods to the buyer, in order.",
    )
    async def shipments(root: order.Order, info: Info) -> Any:
        return await shipment_resolve.of_order(info.context, root.id)

    @strawberry.field(
        graphql_type=list[OrderRefundPart],
        description="What a refund of this amount would give back to each tender, by largest remainder.",
    )
    def refund_preview(
        root: order.Order, amount: Annotated[MoneyInput, strawberry.argument(description="How much of it.")]
    ) -> Any:
        return resolve.refund_preview(root, amount.to_money("amount"))


@noun(order.LineQuote, description="One line of a quote.")
class OrderLineQuote:
    listing_kind: ListingKind = strawberry.field(description="What kind of offer it is.")  # type: ignore[valid-type]
    quantity: int = strawberry.field(description="How many.")
    unit_price: Money = strawberry.field(description="The price of one, now.")
    price: Money = strawberry.field(description="The price of all of them, taxes included.")
    tax_basis: TaxBasis = strawberry.field(description="What the line is taxed on.")  # type: ignore[valid-type]
    tax_rate_bps: int = strawberry.field(description="The rate of that tax in basis points.")
    return_days: int = strawberry.field(description="For how many days after delivery it can be returned.")

    @strawberry.field(description="Whether the house would be the seller of record, rather than a member through it.")
    def sold_by_house(root: order.LineQuote) -> bool:
        return root.seller.kind is PartyKind.HOUSE

    @strawberry.field(
        graphql_type=Money | None,
        description="The tax within the price that the house owes; null on a margin, where it is not stated.",
    )
    def tax(root: order.LineQuote, info: Info) -> Any:
        return resolve.stated_tax(info.context.viewer, root.tax_basis, root.tax)

    @strawberry.field(
        graphql_type=Annotated["Listing", strawberry.lazy("schema.listing")] | None, description="The offer."
    )
    async def listing(root: order.LineQuote, info: Info) -> Any:
        return await info.context.loaders.listing.load(root.listing_id)


@noun(order.OrderQuote, description="What a cart would cost at this moment.")
class OrderQuote:
    lines: list[OrderLineQuote] = strawberry.field(description="Line by line.")
    subtotal: Money = strawberry.field(description="What all lines cost.")
    shipping: Money = strawberry.field(description="What the way costs.")
    total: Money = strawberry.field(description="What is to be paid, taxes included.")
    tenders: list[OrderTender] = strawberry.field(description="What would pay.")


# Refusals


@refused(order.TendersDoNotFit)
class TendersDoNotFit(UserError):
    total: Money = strawberry.field(description="What is to be paid.")
    covered: Money = strawberry.field(description="What is offered.")


@refused(order.PriceChanged)
class PriceChanged(UserError):
    was: Money = strawberry.field(description="The price when it was put in the cart.")
    price: Money = strawberry.field(description="The price now.")


# Inputs


@strawberry.input(description="Where a parcel goes.")
class DeliveryAddressInput:
    recipient: str = strawberry.field(description="Who receives it, up to 120 characters.")
    phone: str = strawberry.field(description="For the carrier, 3 to 40 characters.")
    country: CountryCode = strawberry.field(description="The country, whose law and taxes apply.")
    region: str = strawberry.field(default="", description="State or province, up to 120 characters.")
    city: str = strawberry.field(description="The city, up to 120 characters.")
    postal_code: str = strawberry.field(default="", description="The postal code, up to 20 characters.")
    line1: str = strawberry.field(description="Street and number, up to 200 characters.")
    line2: str = strawberry.field(default="", description="What else helps to find it, up to 200 characters.")

    def to_address(self) -> order.Address:
        return order.Address(
            recipient=self.recipient.strip(),
            phone=self.phone.strip(),
            country=self.country,
            region=self.region.strip(),
            city=self.city.strip(),
            postal_code=self.postal_code.strip(),
            line1=self.line1.strip(),
            line2=self.line2.strip(),
        )


@strawberry.input(description="An address for a parcel, or the club shop of a pickup.")
class DeliveryInput:
    method: DeliveryMethod = strawberry.field(description="Which way.")  # type: ignore[valid-type]
    address: DeliveryAddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="For a parcel, and only for a parcel."
    )
    shop_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="For a pickup, and only for a pickup."
    )

    def to_delivery(self) -> order.Delivery:
        address, shop_id = given(self.address), given(self.shop_id)
        return order.Delivery(
            method=order.DeliveryMethod(self.method),
            address=None if address is None else address.to_address(),
            shop_id=None if shop_id is None else id_of("ClubShop", shop_id, "delivery", "shopId"),
        )


@strawberry.input(
    description="What is to pay. Credit and cash come from the caller's wallet; a provider takes the rest."
)
class TendersInput:
    credit: MoneyInput | None = strawberry.field(default=strawberry.UNSET, description="How much store credit.")
    cash: MoneyInput | None = strawberry.field(default=strawberry.UNSET, description="How much cash from the wallet.")
    provider: PaymentProvider | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Who takes the rest; left out when there is none."
    )

    def to_wish(self) -> order.Wish:
        credit, cash, provider = given(self.credit), given(self.cash), given(self.provider)
        return order.Wish(
            credit=None if credit is None else credit.to_money("tenders", "credit"),
            cash=None if cash is None else cash.to_money("tenders", "cash"),
            provider=None if provider is None else payment.PaymentProvider(provider),
        )


@strawberry.input(description="Buy all that is in a cart. `expectedVersion` is the cart's.")
class OrderPlaceInput(MoneyMove):
    cart_id: strawberry.ID = strawberry.field(description="Which cart.")
    delivery: DeliveryInput = strawberry.field(description="How it gets to the buyer.")
    tenders: TendersInput = strawberry.field(description="What pays.")

    def to_command(self) -> order.PlaceOrder:
        return order.PlaceOrder(
            cart_id=id_of("Cart", self.cart_id, "cartId"),
            delivery=self.delivery.to_delivery(),
            wish=self.tenders.to_wish(),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Call an order off.")
class OrderCancelInput(MoneyMove):
    order_id: strawberry.ID = strawberry.field(description="Which order.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters.")

    def to_command(self) -> order.CancelOrder:
        return order.CancelOrder(id_of("Order", self.order_id, "orderId"), self.reason, given(self.expected_version))


@strawberry.input(description="Let the money of an order go its way again after a charge-back.")
class OrderChargeBackResolveInput(MoneyMove):
    order_id: strawberry.ID = strawberry.field(description="Which order.")
    note: str = strawberry.field(description="What came of it, for the audit.")

    def to_command(self) -> order.ResolveChargeBack:
        return order.ResolveChargeBack(
            id_of("Order", self.order_id, "orderId"), self.note, given(self.expected_version)
        )


@strawberry.input(description="Which orders; what is left out does not narrow.")
class OrderFilterInput:
    states: list[OrderState] | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="In one of these states."
    )
    code: str | None = strawberry.field(default=strawberry.UNSET, description="With this code.")
    buyer_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Of this account.")

    def to_filter(self) -> order.OrderFilter:
        buyer_id = given(self.buyer_id)
        return order.OrderFilter(
            states=to_states(given(self.states)),
            buyer=None if buyer_id is None else id_of("Account", buyer_id, "filter", "buyerId"),
            code=given(self.code),
        )


def to_states(states: Sequence[Any] | None) -> tuple[order.OrderState, ...]:
    return tuple(order.OrderState(state) for state in states or ())


fetchable("Order", resolve.find)
fetchable("OrderLine", resolve.find_line)


# Root fields


@strawberry.type
class OrderQuery:
    @strawberry.field(
        graphql_type=Order, description="An order: the caller's own, or any for staff who serve buyers, and finance."
    )
    async def order(
        self, info: Info, order_id: Annotated[strawberry.ID, strawberry.argument(description="Which order.")]
    ) -> Any:
        return await resolve.order(info.context, id_of("Order", order_id, "orderId"))

    @strawberry.field(graphql_type=Connection[Order], description="The caller's own orders, newest first.")
    async def orders(
        self,
        info: Info,
        states: Annotated[
            list[OrderState] | None,  # type: ignore[valid-type]
            strawberry.argument(description="In one of these states; in any when left out."),
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            ORDERS, NEWEST_BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.orders(info.context, to_states(given(states)), page)
        return Connection(page=found, list_name=ORDERS)

    @strawberry.field(
        graphql_type=Connection[Order],
        description="Everybody's orders, oldest first. For support, shop associates and finance.",
    )
    async def order_queue(
        self,
        info: Info,
        filter: Annotated[
            OrderFilterInput | None, strawberry.argument(description="Which orders; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        wanted = given(filter)
        page = page_request(
            QUEUE, NEWEST_BY_ID, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.queue(info.context, order.OrderFilter() if wanted is None else wanted.to_filter(), page)
        return Connection(page=found, list_name=QUEUE)

    @strawberry.field(
        graphql_type=OrderQuote, description="What the caller's cart would cost, and what would pay, at this moment."
    )
    async def order_quote(
        self,
        info: Info,
        cart_id: Annotated[strawberry.ID, strawberry.argument(description="Which cart.")],
        delivery: Annotated[DeliveryInput, strawberry.argument(description="How it would get to the buyer.")],
        tenders: Annotated[TendersInput, strawberry.argument(description="What would pay.")],
    ) -> Any:
        return await cart_resolve.quote(
            info.context, id_of("Cart", cart_id, "cartId"), delivery.to_delivery(), tenders.to_wish()
        )


@strawberry.type
class OrderMutation:
    order_place = mutation(
        order.place,
        OrderPlaceInput,
        Order,
        TendersDoNotFit,
        PriceChanged,
        ClaimLapsed,
        NotAvailable,
        OwnPiece,
        InsufficientFunds,
        WrongState,
        VersionConflict,
        description="Buy all that is in a cart, in one move. Without a provider it is paid at once; with one, the "
        "wallet's part is held until the provider reports the charge, for 15 minutes.",
    )
    order_cancel = mutation(
        order.cancel,
        OrderCancelInput,
        Order,
        WrongState,
        VersionConflict,
        description="Call an order off before it is packed; all that was paid goes back to where it came from. "
        "For the buyer and support.",
    )
    order_charge_back_resolve = mutation(
        order.resolve_charge_back,
        OrderChargeBackResolveInput,
        Order,
        WrongState,
        VersionConflict,
        description="After a charge-back was looked into: the money in escrow goes its way again, and what the buyer "
        "owes stays owed. For finance.",
    )
