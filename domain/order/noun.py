"""An order: who buys what from whom, what pays for it, and how it gets there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.booking import BookingId, BookingPart
from domain.catalogue import ProductId
from domain.listing import ListingId, ListingKind
from domain.money import Currency, Money, total
from domain.order.lifecycle import LINE_LIFECYCLE, ORDER_LIFECYCLE, LineKind, LineState, OrderState
from domain.payment import PaymentIntentId
from domain.piece import Party, PartyKind, PieceId
from domain.policy import DeliveryMethod, DutyKind, Pin, TaxBasis
from domain.refusal import NotFound
from domain.supplier import RevenueShare, SupplierId
from domain.viewer import AccountId
from domain.wallet import HoldId, LotSlice

OrderId = NewType("OrderId", UUID)
OrderLineId = NewType("OrderLineId", UUID)
OrderRefundId = NewType("OrderRefundId", UUID)

CHARGE_BACK = "CHARGEBACK"
"""What a line is blocked by while a bank has taken the order's payment back."""

HOLD_GRACE = timedelta(days=1)
"""The order ends first; claims and holds that lapse by themselves are only the last resort."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes; `country` is ISO 3166-1 alpha-2."""

    recipient: str
    phone: str
    country: str
    region: str
    city: str
    postal_code: str
    line1: str
    line2: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An address for a parcel, or the club shop where the buyer comes for it."""

    method: DeliveryMethod
    address: Address | None = None
    shop_id: UUID | None = None


class TenderKind(StrEnum):
    """What pays, in the order in which odd units of a refund go back."""

    CREDIT = "CREDIT"
    CASH = "CASH"
    EXTERNAL = "EXTERNAL"
    TRADE_IN = "TRADE_IN"
    SUBSIDY = "SUBSIDY"
    GIFT_CARD = "GIFT_CARD"
    VOUCHER = "VOUCHER"


@dataclass(frozen=True, slots=True)
class Tender:
    """A part of the price and what pays it. `slices` are the lots of credit that were spent, in spending order.

    `hold_id` keeps the wallet's part until the rest is paid, and the cash that stands for an old piece until that has
    passed. What another tender has paid in the place of this one is `replaced`. `source_id` is the gift card or
    the voucher; `place` tells several gift cards apart, in the order in which they were named.
    """

    kind: TenderKind
    amount: Money
    refunded: Money
    slices: tuple[LotSlice, ...] = ()
    hold_id: HoldId | None = None
    replaced_minor: int = 0
    source_id: UUID | None = None
    place: int = 1

    @property
    def replaced(self) -> Money:
        return Money(self.replaced_minor, self.amount.currency)

    @property
    def paid(self) -> Money:
        """What of the price it has paid in the end."""
        return self.amount - self.replaced

    @property
    def refundable(self) -> Money:
        return self.paid - self.refunded


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece cost the house; `margin` says that it was bought used, so that only the margin is taxed."""

    amount: Money
    margin: bool


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where what is offered is, None where the house has it; its categories lead from the root to its own."""

    place: str | None
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineDuty:
    """What is asked for a line at a border: `rate_bps` of `basis`, by the tariff that `source` names."""

    kind: DutyKind
    basis: Money
    rate_bps: int
    amount: Money
    source: str


def sold_for(price: Money, own_discount_minor: int, seller: PartyKind) -> Money:
    """What is taxed: what the house sells costs less by what it takes off itself.

    What it sells for somebody else does not: the seller gets all of the price, and the house's commission is the same.
    """
    own = own_discount_minor if seller is PartyKind.HOUSE else 0
    return price - Money(own, price.currency)


@dataclass(slots=True)
class OrderLine:
    """One thing that is bought, with its own seller of record, tax basis, versions of policies and terms of return.

    Goods, pieces and services are of a listing, a departure is of a booking, all of it or an installment.

    `price` is for all of the quantity and includes `tax`, which is what the house owes on this line: nothing for a
    consigned piece, where the house is taxed on its commission when it settles. What the house itself takes off of
    its own goods and journeys, the `own` part of the discount, is not taxed. `cost` is what a piece cost the
    house, or goods from stock once they are sold: their share of what all of them had cost; of a journey it is what
    the supplier gets. `jurisdiction` is whose tax it is; `shares` are others' part in what the house earns.

    Goods that cross a border go out from `origin` without a tax in their price; `duties` are what the country of
    arrival asks, paid with the order besides the price. Until they are there that is in escrow, and goes back with
    the price; from `imported_at` on it is owed to the country, and goes back only where that is `given_back`.
    """

    id: OrderLineId
    order_id: UUID
    position: int
    listing_id: ListingId | None
    listing_kind: ListingKind | None
    product_id: ProductId | None
    piece_id: PieceId | None
    consignment_id: UUID | None
    quantity: int
    unit_price: Money
    price: Money
    seller_kind: PartyKind
    seller_id: UUID | None
    tax_basis: TaxBasis
    tax_rate_bps: int
    tax: Money
    cost: Money | None
    claim_token: int | None
    return_days: int
    state: LineState
    refunded: Money
    delivered_at: datetime | None = None
    released_at: datetime | None = None
    blocked_by: tuple[str, ...] = ()
    kind: LineKind = LineKind.GOODS
    booking_id: BookingId | None = None
    booking_part: BookingPart | None = None
    bundle_id: UUID | None = None
    jurisdiction: str = ""
    pins: tuple[Pin, ...] = ()
    shares: tuple[RevenueShare, ...] = ()
    supplier_id: SupplierId | None = None
    origin: str = ""
    duties: tuple[LineDuty, ...] = ()
    duty_minor: int = 0
    duty_refunded_minor: int = 0
    given_back: bool = False
    imported_at: datetime | None = None
    discount_minor: int = 0
    discount_back_minor: int = 0
    own_discount_minor: int = 0
    version: int = 1

    @property
    def duty(self) -> Money:
        """All that is asked for it at the border."""
        return Money(self.duty_minor, self.price.currency)

    @property
    def duty_refunded(self) -> Money:
        return Money(self.duty_refunded_minor, self.price.currency)

    def duty_back(self, refunded: Money) -> Money:
        """What goes back of it once this is what was refunded of the price: the same part of all, less what went."""
        if not self.duty_minor or (self.imported_at is not None and not self.given_back):
            return Money.zero(self.price.currency)
        part = self.duty.allocate([refunded.minor, (self.price - refunded).minor])[0]
        return part - self.duty_refunded

    @property
    def discount(self) -> Money:
        """What of the price a voucher pays."""
        return Money(self.discount_minor, self.price.currency)

    @property
    def discount_back(self) -> Money:
        """What of that went back, as a part of what was refunded."""
        return Money(self.discount_back_minor, self.price.currency)

    @property
    def own_discount(self) -> Money:
        """What of the discount the house bears itself."""
        return Money(self.own_discount_minor, self.price.currency)

    @property
    def untaxed(self) -> Money:
        """What of the price that is left here is not taxed, for the house took it off: its share of the discount."""
        left = self.discount - self.discount_back
        if not left or self.seller_kind is not PartyKind.HOUSE:
            return Money.zero(self.price.currency)
        return left.allocate([self.own_discount_minor, self.discount_minor - self.own_discount_minor])[0]

    @property
    def listed(self) -> ListingId:
        """The listing of anything but a journey."""
        assert self.listing_id is not None, "a journey has no listing"
        return self.listing_id

    @property
    def ships(self) -> bool:
        """Whether it is packed and handed over."""
        return self.kind in (LineKind.GOODS, LineKind.PIECE)

    @property
    def seller(self) -> Party:
        """The seller of record."""
        return Party(self.seller_kind, self.seller_id)

    @property
    def consigned(self) -> bool:
        return self.seller_kind is PartyKind.ACCOUNT

    @property
    def refundable(self) -> Money:
        return self.price - self.refunded

    def move(self, action: str) -> None:
        self.state = LINE_LIFECYCLE.move(self.state, action)


@dataclass(slots=True)
class Order:
    """`total` is what all lines, the shipping and the borders cost; the tenders sum to it, all in `currency`.

    `trade_in_id` is the old piece that the purchase goes together with.
    """

    id: OrderId
    code: str
    buyer: AccountId
    state: OrderState
    currency: Currency
    lines: tuple[OrderLine, ...]
    tenders: tuple[Tender, ...]
    delivery: Delivery
    subtotal: Money
    shipping: Money
    total: Money
    shipping_refunded: Money
    payment_intent_id: PaymentIntentId | None
    placed_at: datetime
    expires_at: datetime | None = None
    paid_at: datetime | None = None
    delivered_at: datetime | None = None
    completed_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    channel_code: str | None = None
    trade_in_id: UUID | None = None
    duties_minor: int = 0
    version: int = 1

    @property
    def next_actions(self) -> tuple[str, ...]:
        disputed = any(CHARGE_BACK in line.blocked_by for line in self.lines)
        return (*ORDER_LIFECYCLE.next_actions(self.state), *(("orderChargebackResolve",) if disputed else ()))

    @property
    def awaits_payment(self) -> bool:
        return self.state is OrderState.PENDING_PAYMENT

    @property
    def tax(self) -> Money:
        return total((line.tax for line in self.lines), self.currency)

    @property
    def duties(self) -> Money:
        """What borders ask for all lines."""
        return Money(self.duties_minor, self.currency)

    @property
    def refunded(self) -> Money:
        return total((tender.refunded for tender in self.tenders), self.currency)

    @property
    def pieces(self) -> dict[PieceId, int]:
        """The claim tokens of the pieces in the order."""
        return {line.piece_id: line.claim_token for line in self.lines if line.piece_id and line.claim_token}

    @property
    def consignments(self) -> list[UUID]:
        """The consignments that are sold with this order, in the order in which they are locked."""
        return sorted(line.consignment_id for line in self.lines if line.consigned and line.consignment_id)

    @property
    def offers(self) -> Sequence[OrderLine]:
        """The lines that are of a listing."""
        return [line for line in self.lines if line.listing_id is not None]

    @property
    def journeys(self) -> Sequence[OrderLine]:
        """The lines that are of a booking."""
        return [line for line in self.lines if line.booking_id is not None]

    def stays_without(self, line_ids: Collection[UUID]) -> bool:
        """Whether anything of it stands once these lines are given back."""
        gone = (LineState.RETURNED, LineState.CANCELLED)
        return any(line.id not in line_ids and line.state not in gone for line in self.lines)

    def tender(self, kind: TenderKind, place: int = 1) -> Tender | None:
        return next((tender for tender in self.tenders if (tender.kind, tender.place) == (kind, place)), None)

    @property
    def voucher(self) -> Tender | None:
        return self.tender(TenderKind.VOUCHER)

    def line(self, line_id: UUID) -> OrderLine:
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFound("OrderLine", line_id, path=("lineIds",))

    def move(self, action: str) -> None:
        self.state = ORDER_LIFECYCLE.move(self.state, action)

    def advance(self, action: str, line_ids: Collection[UUID]) -> None:
        """Move lines, and the order once all of its lines that ship are there."""
        moved = [self.line(line_id) for line_id in line_ids]
        for line in moved:
            line.move(action)
        if all(line.state in (moved[0].state, *PAST[moved[0].state]) for line in self.lines if line.ships):
            self.move(action)


PAST: dict[LineState, Sequence[LineState]] = {
    LineState.OPEN: (LineState.CANCELLED,),
    LineState.PACKED: tuple(LineState),
    LineState.SHIPPED: (LineState.READY_FOR_PICKUP, LineState.DELIVERED, LineState.RETURNED),
    LineState.READY_FOR_PICKUP: (LineState.SHIPPED, LineState.DELIVERED, LineState.RETURNED),
    LineState.DELIVERED: (LineState.RETURNED,),
}
"""What lines of the same order may be in, besides the one state, for the order to count as being there."""


@dataclass(frozen=True, slots=True)
class TenderPart:
    """What goes back to one tender; `place` is the tender's."""

    kind: TenderKind
    amount: Money
    place: int = 1


@dataclass(frozen=True, slots=True)
class OrderRefund:
    """Money that went back to the buyer, and to what it came from."""

    id: OrderRefundId
    order_id: OrderId
    amount: Money
    parts: tuple[TenderPart, ...]
    reason: str
    refunded_at: datetime
