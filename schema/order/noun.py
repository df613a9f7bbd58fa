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
from schema.enum import enum
from schema.errors import UserError, refused
from schema.ids import Node, encode_id, global_id
from schema.listing import ListingKind
from schema.mutation import Info, given
from schema.noun import noun
from schema.payment import Payment
from schema.policy import DeliveryMethod, DutyKind, PolicyPin, TaxBasis
from schema.scalars import CountryCode, CurrencyCode, Money

if TYPE_CHECKING:
    from schema.booking import Booking
    from schema.bundle import Bundle
    from schema.catalogue import Product
    from schema.goods_return import GoodsReturn, RefundPreview, RefundPreviewLineInput
    from schema.listing import Listing
    from schema.piece import Piece
    from schema.shipment import Shipment
    from schema.shop import ClubShop
    from schema.trade_in import TradeIn
    from schema.voucher import Voucher


OrderState = enum(
    order.OrderState,
    name="OrderState",
    description="Where an order stands.",
    PENDING_PAYMENT="A payment provider has not reported the charge yet.",
    PAID="All of it is paid.",
    PREPARING="It is being packed.",
    SHIPPED="The carrier has it.",
    READY_FOR_PICKUP="It waits for the buyer in a club shop.",
    DELIVERED="The buyer has everything; it can still be returned.",
    COMPLETED="Nothing can come back any more.",
    CANCELLED="It was called off or its payment failed; what was paid went back.",
    EXPIRED="It was not paid in time; nothing was bought.",
)
OrderLineState = enum(
    order.LineState,
    name="OrderLineState",
    description="Where the goods of a line are.",
    OPEN="Nothing has been done for it yet.",
    PACKED="It is in a parcel, or set aside for pickup.",
    SHIPPED="The carrier has it.",
    READY_FOR_PICKUP="It waits for the buyer in a club shop.",
    DELIVERED="The buyer has it; a journey or a service has taken place.",
    RETURNED="It came back and was refunded.",
    CANCELLED="It was called off before it was packed.",
)
OrderLineKind = enum(
    order.LineKind,
    name="OrderLineKind",
    description="What a line of an order is about.",
    GOODS="New goods, by quantity.",
    PIECE="One piece, one of one.",
    DEPARTURE="Places of a journey.",
    SERVICE="A service of the house.",
)
TenderKind = enum(
    order.TenderKind,
    name="TenderKind",
    description="What pays a part of an order.",
    CREDIT="Store credit from the wallet.",
    CASH="Cash from the wallet.",
    EXTERNAL="A payment provider.",
    TRADE_IN="An old piece that is traded in.",
    SUBSIDY="What a campaign adds to a trade-in.",
    GIFT_CARD="A gift card.",
    VOUCHER="A voucher, with what it takes off.",
)
PledgeMode = enum(
    order.PledgeMode,
    name="TradeInMode",
    description="How an old piece goes together with the purchase that it pays a part of.",
    FULL_PRICE="All is paid first, and the value comes back into what paid once the old piece has passed.",
    TENDER="The value pays at once, and as much cash is held until the old piece has passed.",
)


@noun(order.Address, description="Where a parcel goes.")
class DeliveryAddress:
    recipient: str = strawberry.field(description="The name of who receives it.")
    phone: str = strawberry.field(description="A number where the carrier can call.")
    country: CountryCode = strawberry.field(description="The country, whose law and taxes apply.")
    region: str = strawberry.field(description="State or province; may be empty.")
    city: str = strawberry.field(description="The name of the city.")
    postal_code: str = strawberry.field(description="The postal code; may be empty.")
    line1: str = strawberry.field(description="Street and number.")
    line2: str = strawberry.field(description="What else helps to find it; may be empty.")


@noun(order.Delivery, description="How the goods get to their buyer.")
class Delivery:
    method: DeliveryMethod = strawberry.field(description="In which way it gets there.")  # type: ignore[valid-type]
    address: DeliveryAddress | None = strawberry.field(description="Where a parcel goes; null for a pickup.")

    @strawberry.field(
        graphql_type=Annotated["ClubShop", strawberry.lazy("schema.shop")] | None,
        description="The club shop where the buyer comes for it; null for a parcel.",
    )
    async def shop(root: order.Delivery, info: Info) -> Any:
        return None if root.shop_id is None else await info.context.loaders.club_shop.load(root.shop_id)


PLACE = "Which of several gift cards, in the order in which they were named; 1 for anything else."


@noun(order.Tender, description="A part of the price, and what pays it.")
class OrderTender:
    kind: TenderKind = strawberry.field(description="What pays this part.")  # type: ignore[valid-type]
    place: int = strawberry.field(description=PLACE)
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
    kind: TenderKind = strawberry.field(description="Which tender it goes back to.")  # type: ignore[valid-type]
    place: int = strawberry.field(description=PLACE)
    amount: Money = strawberry.field(description="How much goes back to it.")


@noun(order.OrderRefund, description="Money that went back to the buyer, into what it came from.")
class OrderRefund:
    amount: Money = strawberry.field(description="How much went back in all.")
    parts: list[OrderRefundPart] = strawberry.field(description="How much went back to each tender.")
    reason: str = strawberry.field(description="Why it went back.")
    refunded_at: datetime = strawberry.field(description="When it went back.")


@noun(
    order.LineDuty,
    description="What a country asks for goods that come to it; the house collects it from the buyer and pays it.",
)
class LineDuty:
    kind: DutyKind = strawberry.field(description="Whether it is customs duty or import tax.")  # type: ignore[valid-type]
    basis: Money = strawberry.field(
        description="What it is reckoned on: the price less what the house takes off itself, for import tax together "
        "with the duty."
    )
    rate_bps: int = strawberry.field(description="The rate in basis points.")
    amount: Money = strawberry.field(description="How much is asked.")
    source: str = strawberry.field(
        description="Where the rate is from; one that the house opened with says that it is illustrative."
    )


DUTIES = "What the country of arrival asks for it, besides the price; empty where no border is passed, or for free."
ORIGIN = "The country that it is sent from; null for what is not sent."


@noun(
    order.OrderLine,
    description="One thing that is bought, with the seller, tax and return terms of its own. Seen by those who "
    "see the order.",
)
class OrderLine(Node):
    id: strawberry.ID = global_id("OrderLine")
    kind: OrderLineKind = strawberry.field(description="What it is about.")  # type: ignore[valid-type]
    listing_kind: ListingKind | None = strawberry.field(  # type: ignore[valid-type]
        description="In which way it was listed; null for a journey."
    )
    quantity: int = strawberry.field(description="How many of it; 1 for a piece.")
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
    delivered_at: datetime | None = strawberry.field(
        description="When the buyer got it, which is when title passed; null until then."
    )
    blocked_by: list[str] = strawberry.field(
        description="What keeps the line from being completed, as codes of SettlementBlockReason."
    )
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
        description="The tax within the price that the house owes, reckoned without what the house takes off itself; "
        "what others pay of it in the buyer's place is taxed. On a margin it is not stated: null but for finance.",
    )
    def tax(root: order.OrderLine, info: Info) -> Any:
        return resolve.stated_tax(info.context.viewer, root.tax_basis, root.tax)

    @strawberry.field(
        graphql_type=Money | None,
        description="What of `discount` the house bears itself, by the campaign; the rest is a brand's or partners'. "
        "For finance; null for others.",
    )
    def own_discount(root: order.OrderLine, info: Info) -> Any:
        return resolve.own_discount(info.context.viewer, root)

    @strawberry.field(
        graphql_type=Money | None,
        description="What it cost the house; null for all but finance, and where no cost is known.",
    )
    def cost(root: order.OrderLine, info: Info) -> Any:
        return resolve.cost(info.context.viewer, root)

    @strawberry.field(
        graphql_type=Annotated["Listing", strawberry.lazy("schema.listing")] | None,
        description="The listing that it was bought from; null when it was withdrawn, and for a journey.",
    )
    async def listing(root: order.OrderLine, info: Info) -> Any:
        return None if root.listing_id is None else await info.context.loaders.listing.load(root.listing_id)

    @strawberry.field(
        graphql_type=Annotated["Product", strawberry.lazy("schema.catalogue")] | None,
        description="The product that it is; null for a journey.",
    )
    async def product(root: order.OrderLine, info: Info) -> Any:
        return None if root.product_id is None else await info.context.loaders.product.load(root.product_id)

    @strawberry.field(
        graphql_type=Annotated["Piece", strawberry.lazy("schema.piece")] | None,
        description="The piece; null for what is not one of one, and when the caller may not see it.",
    )
    async def piece(root: order.OrderLine, info: Info) -> Any:
        return None if root.piece_id is None else await info.context.loaders.piece.load(root.piece_id)


@noun(order.Order, description="A purchase. Seen by its buyer, by support, shop associates and finance.")
class Order(Node):
    id: strawberry.ID = global_id("Order")
    code: str = strawberry.field(description="The code that people use for it, such as OR-7K2M-9QXD.")
    state: OrderState = strawberry.field(description="Where it stands.")  # type: ignore[valid-type]
    currency: CurrencyCode = strawberry.field(description="The currency of all its amounts.")  # type: ignore[valid-type]
    lines: list[OrderLine] = strawberry.field(description="The things that are bought, one by one.")
    tenders: list[OrderTender] = strawberry.field(description="What pays; together exactly the total.")
    delivery: Delivery = strawberry.field(description="How it gets to the buyer.")
    subtotal: Money = strawberry.field(description="What all lines cost.")
    shipping: Money = strawberry.field(description="What the way costs.")
    duties: Money = strawberry.field(description="What borders ask for all lines.")
    total: Money = strawberry.field(description="What is to be paid, taxes and duties included.")
    refunded: Money = strawberry.field(description="How much went back to the buyer.")
    placed_at: datetime = strawberry.field(description="When it was placed.")
    expires_at: datetime | None = strawberry.field(
        description="Until when a pending payment is waited for; null once it is paid or over."
    )
    paid_at: datetime | None = strawberry.field(description="When all of it was paid; null until then.")
    delivered_at: datetime | None = strawberry.field(description="When the buyer had everything; null until then.")
    completed_at: datetime | None = strawberry.field(
        description="When nothing could come back any more; null until then."
    )
    ended_at: datetime | None = strawberry.field(description="When it was cancelled or lapsed; null unless it was.")
    end_reason: str | None = strawberry.field(description="Why it was cancelled or lapsed; null unless it was.")
    channel_code: str | None = strawberry.field(
        description="The channel of the partner that the sale came through; null for none."
    )
    next_actions: list[str] = strawberry.field(description="The mutations that are possible now.")
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(graphql_type=Account | None, description="The account of who buys; null when it can not be read.")
    async def buyer(root: order.Order, info: Info) -> Any:
        return await info.context.loaders.account.load(root.buyer)

    @strawberry.field(
        graphql_type=Payment | None, description="What a payment provider was asked for; null when none was."
    )
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
        graphql_type=Annotated["RefundPreview", strawberry.lazy("schema.goods_return")] | None,
        description="What giving these lines back would refund now, to each tender, and whether an old piece goes back "
        "itself: the same as `refundPreview` of the query. Of all that can come back when no line is named; null while "
        "nothing was paid, and when nothing can.",
    )
    async def refund_preview(
        root: order.Order,
        info: Info,
        lines: Annotated[
            list[Annotated["RefundPreviewLineInput", strawberry.lazy("schema.goods_return")]] | None,
            strawberry.argument(description="Which lines, each once; all that can come back when left out."),
        ] = strawberry.UNSET,
    ) -> Any:
        named = given(lines)
        wanted = None if named is None else [one.to_wanted(index) for index, one in enumerate(named)]
        return await goods_return_resolve.refund_of_order(info.context, root, wanted)


@noun(order.LineQuote, description="One line of a quote.")
class OrderLineQuote:
    kind: OrderLineKind = strawberry.field(description="What it is about.")  # type: ignore[valid-type]
    listing_kind: ListingKind | None = strawberry.field(  # type: ignore[valid-type]
        description="In which way it is listed; null for a journey."
    )
    quantity: int = strawberry.field(description="How many of it; 1 for a piece.")
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
        description="The tax within the price that the house owes, reckoned without what the house takes off itself; "
        "null on a margin, where it is not stated.",
    )
    def tax(root: order.LineQuote, info: Info) -> Any:
        return resolve.stated_tax(info.context.viewer, root.tax_basis, root.tax)

    @strawberry.field(
        graphql_type=Annotated["Listing", strawberry.lazy("schema.listing")] | None,
        description="The listing that it would be bought from; null for a journey.",
    )
    async def listing(root: order.LineQuote, info: Info) -> Any:
        return None if root.listing_id is None else await info.context.loaders.listing.load(root.listing_id)


@noun(order.OrderQuote, description="What a cart would cost at this moment.")
class OrderQuote:
    lines: list[OrderLineQuote] = strawberry.field(description="What each line would cost.")
    subtotal: Money = strawberry.field(description="What all lines cost.")
    shipping: Money = strawberry.field(description="What the way costs, by the zone of the address.")
    duties: Money = strawberry.field(description="What borders ask for all lines.")
    total: Money = strawberry.field(description="What is to be paid, taxes and duties included.")
    tenders: list[OrderTender] = strawberry.field(description="What would pay, and how much of it.")


@refused(order.TendersDoNotFit)
class TendersDoNotFit(UserError):
    total: Money = strawberry.field(description="What is to be paid in all.")
    covered: Money = strawberry.field(description="What the tenders cover together.")


@refused(order.NotDeliveredThere)
class NotDeliveredThere(UserError):
    country: CountryCode = strawberry.field(description="Where the parcel was to go.")
    methods: list[DeliveryMethod] = strawberry.field(  # type: ignore[valid-type]
        description="In which ways parcels go there; empty where none do."
    )


@refused(trade_in.TradeInNotOffered)
class TradeInNotOffered(UserError):
    expired_at: datetime | None = strawberry.field(description="Until when it stood; null when it is not over.")


@refused(order.PriceChanged)
class PriceChanged(UserError):
    was: Money = strawberry.field(description="The price when it was put in the cart.")
    price: Money = strawberry.field(description="What the price is now.")
