"""What is said to place, change or find an order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import strawberry

from domain import order, payment, policy, trip
from schema.ids import id_of
from schema.mutation import MoneyMove, given
from schema.payment import PaymentProvider
from schema.scalars import CountryCode, MoneyInput

if TYPE_CHECKING:
    pass

from schema.order.noun import OrderState, PledgeMode
from schema.policy import DeliveryMethod


@strawberry.input(description="Where a parcel goes.")
class DeliveryAddressInput:
    recipient: str = strawberry.field(description="Who receives it, up to 120 characters.")
    phone: str = strawberry.field(description="A number where the carrier can call, 3 to 40 characters.")
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
    method: DeliveryMethod = strawberry.field(description="In which way it gets there.")  # type: ignore[valid-type]
    address: DeliveryAddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="For a parcel, and only for a parcel."
    )
    shop_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="For a pickup, and only for a pickup."
    )

    def to_delivery(self) -> order.Delivery:
        address, shop_id = given(self.address), given(self.shop_id)
        return order.Delivery(
            method=policy.DeliveryMethod(self.method),
            address=None if address is None else address.to_address(),
            shop_id=None if shop_id is None else id_of("ClubShop", shop_id, "delivery", "shopId"),
        )


@strawberry.input(description="An old piece that is to pay a part, by the offer that the house made for it.")
class TradeInTenderInput:
    trade_in_id: strawberry.ID = strawberry.field(description="The caller's own trade-in whose offer pays.")
    mode: PledgeMode = strawberry.field(  # type: ignore[valid-type]
        description="Whether all is paid first, or cash is held until the old piece has passed."
    )

    def to_choice(self) -> order.PledgeChoice:
        trade_in_id = id_of("TradeIn", self.trade_in_id, "tenders", "tradeIn", "tradeInId")
        return order.PledgeChoice(trade_in_id, order.PledgeMode(self.mode))


@strawberry.input(description="A gift card that is to pay a part.")
class GiftCardTenderInput:
    code: str = strawberry.field(description="The code of the card, as it was shown.")
    amount: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="How much of it; left out for as much as there is, or is still to be paid.",
    )

    def to_choice(self, index: int) -> order.GiftCardChoice:
        amount = given(self.amount)
        money = None if amount is None else amount.to_money("tenders", "giftCards", str(index), "amount")
        return order.GiftCardChoice(self.code, money)


@strawberry.input(
    description="What is to pay. Credit and cash come from the caller's wallet, a trade-in pays what it was offered "
    "for, gift cards what is on them, a voucher what it takes off; a provider takes the rest."
)
class TendersInput:
    credit: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="How much store credit; none when left out."
    )
    cash: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="How much cash from the wallet; none when left out."
    )
    provider: PaymentProvider | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Who takes the rest; left out when there is none."
    )
    trade_in: TradeInTenderInput | None = strawberry.field(
        default=strawberry.UNSET, description="An old piece that goes together with the purchase; none when left out."
    )

    gift_cards: list[GiftCardTenderInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Gift cards, whosever they were, for what counts is their codes; none when left out. 5 at "
        "most, each once; they pay one after the other, in this order.",
    )

    voucher_code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A voucher, by its code, which pays a part of its lines; none when left out. An order takes one, "
        "so that discounts do not add up.",
    )

    def to_cards(self) -> tuple[order.GiftCardChoice, ...]:
        return tuple(one.to_choice(index) for index, one in enumerate(given(self.gift_cards) or ()))

    def to_choice(self) -> order.PledgeChoice | None:
        chosen = given(self.trade_in)
        return None if chosen is None else chosen.to_choice()

    def to_wish(self) -> order.Wish:
        credit, cash, provider = given(self.credit), given(self.cash), given(self.provider)
        return order.Wish(
            credit=None if credit is None else credit.to_money("tenders", "credit"),
            cash=None if cash is None else cash.to_money("tenders", "cash"),
            provider=None if provider is None else payment.PaymentProvider(provider),
        )


@strawberry.input(description="Which cart to buy all of, and how. `expectedVersion` is the cart's.")
class OrderPlaceInput(MoneyMove):
    cart_id: strawberry.ID = strawberry.field(description="The cart that this is about.")
    delivery: DeliveryInput = strawberry.field(description="How it gets to the buyer.")
    tenders: TendersInput = strawberry.field(description="What pays, and how much of it.")

    channel_code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The code of a partner's channel that the sale came through; left out for none. Of what the "
        "house earns on each line the partner has the share agreed with it: of the price of the house's "
        "own goods less their tax and cost, of the commission on a member's piece, of the margin of a "
        "journey less its tax, whenever that is paid.",
    )

    def to_command(self) -> order.PlaceOrder:
        return order.PlaceOrder(
            cart_id=id_of("Cart", self.cart_id, "cartId"),
            delivery=self.delivery.to_delivery(),
            wish=self.tenders.to_wish(),
            pledge=self.tenders.to_choice(),
            gift_cards=self.tenders.to_cards(),
            voucher_code=given(self.tenders.voucher_code),
            channel_code=given(self.channel_code),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which service of an order was performed. `expectedVersion` is the order's.")
class ServicePerformInput(MoneyMove):
    order_id: strawberry.ID = strawberry.field(description="The order that the service was bought with.")
    line_id: strawberry.ID = strawberry.field(description="The line of the service.")

    def to_command(self) -> trip.PerformService:
        return trip.PerformService(
            id_of("Order", self.order_id, "orderId"),
            id_of("OrderLine", self.line_id, "lineId"),
            given(self.expected_version),
        )


@strawberry.input(description="Which order to call off, and why.")
class OrderCancelInput(MoneyMove):
    order_id: strawberry.ID = strawberry.field(description="The order that this is about.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters.")

    def to_command(self) -> order.CancelOrder:
        return order.CancelOrder(id_of("Order", self.order_id, "orderId"), self.reason, given(self.expected_version))


@strawberry.input(description="Which order's money goes its way again after a chargeback.")
class OrderChargebackResolveInput(MoneyMove):
    order_id: strawberry.ID = strawberry.field(description="The order that this is about.")
    note: str = strawberry.field(description="What came of it, for the audit.")

    def to_command(self) -> order.ResolveChargeBack:
        return order.ResolveChargeBack(
            id_of("Order", self.order_id, "orderId"), self.note, given(self.expected_version)
        )


@strawberry.input(description="Which orders: all that match everything given.")
class OrderFilterInput:
    states: list[OrderState] | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only in these states."
    )
    code: str | None = strawberry.field(default=strawberry.UNSET, description="Only the one with this code.")
    buyer_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only of this buyer.")

    def to_filter(self) -> order.OrderFilter:
        buyer_id = given(self.buyer_id)
        return order.OrderFilter(
            states=to_states(given(self.states)),
            buyer=None if buyer_id is None else id_of("Account", buyer_id, "filter", "buyerId"),
            code=given(self.code),
        )


def to_states(states: Sequence[Any] | None) -> tuple[order.OrderState, ...]:
    return tuple(order.OrderState(state) for state in states or ())
