"""Orders: found, quoted, placed and called off."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain import order, trip
from resolvers import cart as cart_resolve
from resolvers import gift_card as gift_card_resolve
from resolvers import order as resolve
from schema.campaign import BudgetExhausted, CampaignNotRunning, PurchaseTooSmall
from schema.cart import BookingLapsed, OwnPiece
from schema.claim import ClaimLapsed
from schema.errors import VersionConflict, WrongState
from schema.gift_card import GiftCardNotGood, GiftCardTooLow
from schema.ids import id_of
from schema.listing import NotAvailable
from schema.mutation import Info, given, mutation
from schema.node import fetchable
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.session import TooManyAttempts
from schema.supplier import OwnChannel
from schema.voucher import VoucherNotForThis, VoucherNotGood, VoucherUsedUp
from schema.wallet import InsufficientFunds

if TYPE_CHECKING:
    pass

from schema.order.input import (
    DeliveryInput,
    OrderCancelInput,
    OrderChargebackResolveInput,
    OrderFilterInput,
    OrderPlaceInput,
    ServicePerformInput,
    TendersInput,
    to_states,
)
from schema.order.noun import (
    NotDeliveredThere,
    Order,
    OrderQuote,
    OrderState,
    PriceChanged,
    TendersDoNotFit,
    TradeInNotOffered,
)

ORDERS = "orders"
QUEUE = "orderQueue"
NEWEST_BY_ID = (UUID(int=0),)


fetchable("Order", resolve.find)
fetchable("OrderLine", resolve.find_line)


# Root fields


@strawberry.type
class OrderQuery:
    @strawberry.field(
        graphql_type=Order, description="An order: the caller's own, or any for staff who serve buyers, and finance."
    )
    async def order(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which order, by its id.")]
    ) -> Any:
        return await resolve.order(info.context, id_of("Order", id, "id"))

    @strawberry.field(graphql_type=Connection[Order], description="The caller's own orders, newest first.")
    async def orders(
        self,
        info: Info,
        states: Annotated[
            list[OrderState] | None,  # type: ignore[valid-type]
            strawberry.argument(description="Only in these states; in any when left out."),
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
        description="Everybody's orders, oldest first.",
    )
    async def order_queue(
        self,
        info: Info,
        filter: Annotated[
            OrderFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
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
        cart_id: Annotated[strawberry.ID, strawberry.argument(description="Which cart, by its id.")],
        delivery: Annotated[DeliveryInput, strawberry.argument(description="How it would get to the buyer.")],
        tenders: Annotated[TendersInput, strawberry.argument(description="What pays, and how much of it.")],
    ) -> Any:
        wanted = id_of("Cart", cart_id, "cartId")
        return await cart_resolve.quote(
            info.context,
            wanted,
            delivery.to_delivery(),
            tenders.to_wish(),
            tenders.to_choice(),
            tenders.to_cards(),
            given(tenders.voucher_code),
        )


@strawberry.type
class OrderMutation:
    service_perform = mutation(
        trip.perform,
        ServicePerformInput,
        Order,
        WrongState,
        VersionConflict,
        description="Record that a service of a paid order was performed: the house has earned it.",
    )
    order_place = mutation(
        order.place,
        OrderPlaceInput,
        Order,
        TendersDoNotFit,
        NotDeliveredThere,
        PriceChanged,
        ClaimLapsed,
        BookingLapsed,
        NotAvailable,
        OwnPiece,
        InsufficientFunds,
        TradeInNotOffered,
        CampaignNotRunning,
        BudgetExhausted,
        VoucherNotGood,
        VoucherNotForThis,
        VoucherUsedUp,
        GiftCardNotGood,
        GiftCardTooLow,
        TooManyAttempts,
        PurchaseTooSmall,
        OwnChannel,
        WrongState,
        VersionConflict,
        description="Buy all that is in a cart, in one move. Without a provider it is paid at once; with one, the "
        "wallet's part is held until the provider reports the charge, for 15 minutes. Places of a journey whose time "
        "is over are held anew, for the same travellers at the same price, where there is room and nothing more is "
        "asked of them; else they leave the cart.",
        prepare=gift_card_resolve.prepare,
    )
    order_cancel = mutation(
        order.cancel,
        OrderCancelInput,
        Order,
        WrongState,
        VersionConflict,
        description="Call an order off before it is packed; all that was paid goes back to where it came from.",
    )
    order_chargeback_resolve = mutation(
        order.resolve_charge_back,
        OrderChargebackResolveInput,
        Order,
        WrongState,
        VersionConflict,
        description="After a chargeback was looked into: the money in escrow goes its way again, and what the buyer "
        "owes stays owed.",
    )
