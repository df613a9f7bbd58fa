"""What is seen of an order."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import order, trade_in
from domain.piece import PartyKind
from resolvers import booking as booking_resolve
from resolvers import goods_return as goods_return_resolve
from resolvers import order as resolve
from resolvers import shipment as shipment_resolve
from resolvers import trade_in as trade_in_resolve
from schema.account import Account
from schema.cart import BookingPart
from schema.errors import UserError, refused
from schema.ids import Node, encode_id, global_id
from schema.listing import ListingKind
from schema.mutation import Info
from schema.noun import noun
from schema.payment import Payment
from schema.policy import DeliveryMethod, DutyKind, PolicyPin, TaxBasis
from schema.scalars import CountryCode, CurrencyCode, Money, MoneyInput

if TYPE_CHECKING:
    from schema.booking import Booking
    from schema.bundle import Bundle
    from schema.catalogue import Product
    from schema.goods_return import GoodsReturn
    from schema.listing import Listing
    from schema.piece import Piece
    from schema.shipment import Shipment
    from schema.shop import ClubShop
    from schema.trade_in import TradeIn
    from schema.voucher import Voucher


OrderState = strawberry.enum(order.OrderState, name="OrderState", description="Where an order stands.")
OrderLineState = strawberry.enum(order.LineState, name="OrderLineState", description="Where the goods of a line are.")
OrderLineKind = strawberry.enum(order.LineKind, name="OrderLineKind", description="What a line of an order is about.")
TenderKind = strawberry.enum(
    order.TenderKind,
    name="TenderKind",
    description="What pays: store credit, cash from the wallet, an external provider, an old piece that was traded in, "
    "what a campaign adds to that, a gift card, or a voucher with what it takes off.",
)
PledgeMode = strawberry.enum(
    order.PledgeMode,
    name="TradeInMode",
    description="FULL_PRICE: all is paid first, and the value comes back into what paid once the old piece has passed. "
    "TENDER: the value pays at once, and as much cash is held until then.",
)


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
    replaced: Money = strawberry.field(
        description="How much of it another tender pays instead, as an old piece does that was traded in."
    )

    @strawberry.field(
        description="Whether it is still promised, and as much cash held: an old piece that has not passed yet."
    )
    def promised(root: order.Tender) -> bool:
        return order.promised(root)


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


@noun(order.LineDuty, description="What a country asks for goods that come to it; the house collects and pays it.")
class LineDuty:
    kind: DutyKind = strawberry.field(description="Duty, or import tax.")  # type: ignore[valid-type]
    basis: Money = strawberry.field(description="On what: the price, for import tax together with the duty.")
    rate_bps: int = strawberry.field(description="The rate in basis points.")
    amount: Money = strawberry.field(description="How much.")
    source: str = strawberry.field(description="Where the rate is from.")


DUTIES = "What the country of arrival asks for it, besides the price; empty where no border is passed, or for free."
ORIGIN = "The country that it is sent from; null for what is not sent."


@noun(order.OrderLine, description="One thing that is bought, with the seller, tax and return terms of its own.")
class OrderLine(Node):
    id: strawberry.ID = global_id("OrderLine")
    kind: OrderLineKind = strawberry.field(description="What it is about.")  # type: ignore[valid-type]
    listing_kind: ListingKind | None = strawberry.field(  # type: ignore[valid-type]
        description="What kind of offer it was; null for a journey."
    )
    quantity: int = strawberry.field(description="How many.")
    unit_price: Money = strawberry.field(description="The price of one.")
    price: Money = strawberry.field(description="The price of all of them, taxes included.")
    tax_basis: TaxBasis = strawberry.field(description="What the line is taxed on.")  # type: ignore[valid-type]
    tax_rate_bps: int = strawberry.field(description="The rate of that tax in basis points.")
    return_days: int = strawberry.field(description="For how many days after delivery it can be returned.")
    state: OrderLineState = strawberry.field(description="Where the goods are.")  # type: ignore[valid-type]
    refunded: Money = strawberry.field(description="How much of the price went back.")
    discount: Money = strawberry.field(description="What of the price a voucher pays.")
    discount_back: Money = strawberry.field(
        description="What of that went back to whoever bore it, as a part of what was refunded."
    )
    delivered_at: datetime | None = strawberry.field(description="When the buyer got it; title passed then.")
    blocked_by: list[str] = strawberry.field(description="What keeps the line from being completed.")
    jurisdiction: CountryCode = strawberry.field(
        description="Whose tax it is: where goods change hands; for a journey where the house is established."
    )
    pins: list[PolicyPin] = strawberry.field(description="The versions of the policies that it was bought under.")
    booking_part: BookingPart | None = strawberry.field(  # type: ignore[valid-type]
        description="Of a journey, which of its payments this is; null for anything else."
    )
    duties: list[LineDuty] = strawberry.field(description=DUTIES)
    duty: Money = strawberry.field(description="All of `duties` together.")
    duty_refunded: Money = strawberry.field(
        description="How much of `duty` went back: before the goods have arrived the same part as of the price, "
        "afterwards only where the country gives it back."
    )

    @strawberry.field(graphql_type=CountryCode | None, description=ORIGIN)
    def origin(root: order.OrderLine) -> Any:
        return root.origin or None

    @strawberry.field(
        graphql_type=Annotated["Booking", strawberry.lazy("schema.booking")] | None,
        description="The booking of a journey; null for anything else.",
    )
    async def booking(root: order.OrderLine, info: Info) -> Any:
        return None if root.booking_id is None else await booking_resolve.find(info.context, root.booking_id)

    @strawberry.field(
        graphql_type=Annotated["Bundle", strawberry.lazy("schema.bundle")] | None,
        description="The bundle that it was bought in; null when it was bought by itself.",
    )
    async def bundle(root: order.OrderLine, info: Info) -> Any:
        return None if root.bundle_id is None else await info.context.loaders.bundle.load(root.bundle_id)

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
        return None if root.listing_id is None else await info.context.loaders.listing.load(root.listing_id)

    @strawberry.field(
        graphql_type=Annotated["Product", strawberry.lazy("schema.catalogue")] | None, description="What it is."
    )
    async def product(root: order.OrderLine, info: Info) -> Any:
        return None if root.product_id is None else await info.context.loaders.product.load(root.product_id)

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
    duties: Money = strawberry.field(description="What borders ask for all lines.")
    total: Money = strawberry.field(description="What is to be paid, taxes and duties included.")
    refunded: Money = strawberry.field(description="What went back.")
    placed_at: datetime = strawberry.field(description="When it was placed.")
    expires_at: datetime | None = strawberry.field(description="Until when a pending payment is waited for.")
    paid_at: datetime | None = strawberry.field(description="When all of it was paid.")
    delivered_at: datetime | None = strawberry.field(description="When the buyer had everything.")
    completed_at: datetime | None = strawberry.field(description="When nothing could come back any more.")
    ended_at: datetime | None = strawberry.field(description="When it was cancelled or lapsed.")
    end_reason: str | None = strawberry.field(description="Why it was cancelled or lapsed.")
    channel_code: str | None = strawberry.field(
        description="The channel of the partner that the sale came through; null for none."
    )
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=Account | None, description="Who buys.")
    async def buyer(root: order.Order, info: Info) -> Any:
        return await info.context.loaders.account.load(root.buyer)

    @strawberry.field(graphql_type=Payment | None, description="What a provider was asked for, if it was.")
    async def payment(root: order.Order, info: Info) -> Any:
        return await resolve.payment(info.context, root)

    @strawberry.field(
        graphql_type=Annotated["TradeIn", strawberry.lazy("schema.trade_in")] | None,
        description="The old piece that the purchase goes together with; null for all but its owner and staff who "
        "handle trade-ins, for API keys as well, and for none.",
    )
    async def trade_in(root: order.Order, info: Info) -> Any:
        return await trade_in_resolve.of_order(info.context, root)

    @strawberry.field(
        graphql_type=Annotated["Voucher", strawberry.lazy("schema.voucher")] | None,
        description="The voucher that took something off, whose campaign says who bears it; null for none.",
    )
    async def voucher(root: order.Order, info: Info) -> Any:
        return await resolve.voucher(info.context, root)

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
    kind: OrderLineKind = strawberry.field(description="What it is about.")  # type: ignore[valid-type]
    listing_kind: ListingKind | None = strawberry.field(  # type: ignore[valid-type]
        description="What kind of offer it is; null for a journey."
    )
    quantity: int = strawberry.field(description="How many.")
    unit_price: Money = strawberry.field(description="The price of one, now.")
    price: Money = strawberry.field(description="The price of all of them, taxes included.")
    tax_basis: TaxBasis = strawberry.field(description="What the line is taxed on.")  # type: ignore[valid-type]
    tax_rate_bps: int = strawberry.field(description="The rate of that tax in basis points.")
    return_days: int = strawberry.field(description="For how many days after delivery it can be returned.")
    discount: Money = strawberry.field(description="What of the price a voucher would pay.")
    duties: list[LineDuty] = strawberry.field(description=DUTIES)
    duty: Money = strawberry.field(description="All of `duties` together.")

    @strawberry.field(graphql_type=CountryCode | None, description=ORIGIN)
    def origin(root: order.LineQuote) -> Any:
        return root.origin or None

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
        return None if root.listing_id is None else await info.context.loaders.listing.load(root.listing_id)


@noun(order.OrderQuote, description="What a cart would cost at this moment.")
class OrderQuote:
    lines: list[OrderLineQuote] = strawberry.field(description="Line by line.")
    subtotal: Money = strawberry.field(description="What all lines cost.")
    shipping: Money = strawberry.field(description="What the way costs, by the zone of the address.")
    duties: Money = strawberry.field(description="What borders ask for all lines.")
    total: Money = strawberry.field(description="What is to be paid, taxes and duties included.")
    tenders: list[OrderTender] = strawberry.field(description="What would pay.")


@refused(order.TendersDoNotFit)
class TendersDoNotFit(UserError):
    total: Money = strawberry.field(description="What is to be paid.")
    covered: Money = strawberry.field(description="What is offered.")


@refused(order.NotDeliveredThere)
class NotDeliveredThere(UserError):
    country: CountryCode = strawberry.field(description="Where the parcel was to go.")
    methods: list[DeliveryMethod] = strawberry.field(  # type: ignore[valid-type]
        description="In which ways parcels go there; empty where none do."
    )


@refused(trade_in.TradeInNotOffered)
class TradeInNotOffered(UserError):
    expired_at: datetime | None = strawberry.field(description="Until when it stood.")


@refused(order.PriceChanged)
class PriceChanged(UserError):
    was: Money = strawberry.field(description="The price when it was put in the cart.")
    price: Money = strawberry.field(description="The price now.")
