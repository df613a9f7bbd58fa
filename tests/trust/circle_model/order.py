"""Carts and orders: what is claimed, what pays, and what a provider reports."""

from dataclasses import dataclass
from datetime import datetime

from tests.trust.circle_model.consignment import Consignments
from tests.trust.circle_model.noun import (
    EXPRESS,
    GRACE,
    KEPT_FOR_PAYMENT,
    KEPT_IN_CART,
    PIECES_IN_CART,
    Claim,
    Line,
    Listing,
    Order,
    Payment,
    Tender,
    split,
)
from tests.trust.wallet_model import OK, POOR, WRONG


@dataclass
class Item:
    price: int
    token: int


class Orders(Consignments):
    def __init__(self, people: int) -> None:
        super().__init__(people)
        self.carts: list[dict[Listing, Item]] = [{} for _ in range(people)]
        self.orders: list[Order] = []
        self.payments: list[Payment] = []

    # Into the cart, and out

    def add(self, who: int, listing: Listing, now: datetime) -> str:
        claim, cart = listing.thing.claim, self.carts[who]
        if listing.state != "LISTED":
            return "NOT_AVAILABLE"
        if listing.seller == who:
            return "OWN_PIECE"
        if claim.stands(now) and claim.holder != who:
            return "CLAIM_TAKEN"
        if listing not in cart and len(cart) >= PIECES_IN_CART:
            return "CART_FULL"
        if not claim.stands(now):
            listing.thing.claim = Claim(claim.token + 1, who, now + KEPT_IN_CART, False)
        cart[listing] = Item(listing.price, listing.thing.claim.token)
        return OK

    def take_out(self, who: int, listing: Listing) -> str:
        item = self.carts[who].pop(listing, None)
        if item is None:
            return "NOT_FOUND"
        self.drop(listing, item.token)
        return OK

    def drop(self, listing: Listing, token: int) -> None:
        if listing.thing.claim.token == token:
            listing.thing.claim.ended = True

    # Buying

    def comes_to(self, who: int, express: bool) -> int:
        return sum(item.price for item in self.carts[who]) + (EXPRESS if express else 0) if self.carts[who] else 0

    def place(self, who: int, credit: int, cash: int, provider: bool, express: bool, now: datetime) -> str:
        cart = self.carts[who]
        if not cart:
            return "INVALID_INPUT"
        for listing, item in cart.items():
            if listing.state != "LISTED":
                return "NOT_AVAILABLE"
            if listing.price != item.price:
                return "PRICE_CHANGED"
        external = self.comes_to(who, express) - credit - cash
        if external < 0 or (external > 0 and not provider):
            return "TENDERS_DO_NOT_FIT"
        for listing, item in cart.items():
            if not (listing.thing.claim.token == item.token and listing.thing.claim.stands(now)):
                return "CLAIM_LAPSED"
        parts = {"CREDIT": credit, "CASH": cash, "EXTERNAL": external}
        tenders = {kind: Tender(amount) for kind, amount in parts.items() if amount}
        if not self.affordable(who, tenders, now):
            return POOR
        lines = [Line(listing, item.price, item.token) for listing, item in cart.items()]
        order = Order(who, lines, tenders, EXPRESS if express else 0)
        self.orders.append(order)
        if external:
            self.wait(order, external, now)
        else:
            self.hold_tenders(who, tenders, None, now)
            self.pay_order(order)
        cart.clear()
        return OK

    def wait(self, order: Order, external: int, now: datetime) -> None:
        order.expires_at = now + KEPT_FOR_PAYMENT
        self.hold_tenders(order.buyer, order.tenders, order.expires_at + GRACE, now)
        order.payment = Payment(order.buyer, external, order.expires_at, order)
        self.payments.append(order.payment)
        for line in order.lines:
            claim = line.thing.claim
            line.thing.claim = Claim(claim.token, order, order.expires_at + GRACE, False)
            self.stand(line, "RESERVED", "RESERVED")

    def pay_order(self, order: Order) -> None:
        self.spend_tenders(order.tenders)
        if "EXTERNAL" in order.tenders:
            self.house["PSP_CLEARING"] -= order.tenders["EXTERNAL"].amount
        self.house["ESCROW"] += order.total
        order.state = "PAID"
        for line in order.lines:
            self.stand(line, "SOLD", "SOLD")
            self.drop(line.listing, line.token)
            if line.consigned:
                self.open_settlement(line)

    def stand(self, line: Line, listing: str, thing: str) -> None:
        """A piece that the house has bought is no consignment any more, wherever it stands."""
        line.listing.state = listing
        if line.consigned:
            line.thing.state = thing

    # Undoing it

    def cancel(self, order: Order) -> str:
        if order.state == "PAID":
            self.end_paid(order)
            return OK
        if order.state != "PENDING_PAYMENT":
            return WRONG
        self.end_unpaid(order, "CANCELLED")
        assert order.payment is not None
        if order.payment.is_open:
            order.payment.state = "CANCELLED"
        return OK

    def expire_order(self, order: Order, now: datetime) -> None:
        if self.waits_too_long(order, now):
            self.end_unpaid(order, "EXPIRED")
            assert order.payment is not None
            if order.payment.is_open:
                order.payment.state = "EXPIRED"

    def waits_too_long(self, order: Order, now: datetime) -> bool:
        return order.state == "PENDING_PAYMENT" and order.expires_at is not None and order.expires_at <= now

    def end_unpaid(self, order: Order, state: str) -> None:
        order.state = state
        self.free_tenders(order.tenders)
        for line in order.lines:
            line.state = "CANCELLED"
            self.drop(line.listing, line.token)
            self.stand(line, "LISTED", "LISTED")

    def end_paid(self, order: Order) -> None:
        order.state = "CANCELLED"
        for line in order.lines:
            line.state = "CANCELLED"
            if line.settlement is not None:
                self.cancel_settlement(line.settlement)
            self.stand(line, "LISTED", "LISTED")
        left = {line: line.left for line in order.lines}
        self.refund(order, left, order.shipping - order.shipping_refunded)

    def refund(self, order: Order, lines: dict[Line, int], shipping: int) -> None:
        """Out of escrow, in proportion to what is left of each tender."""
        for line, part in lines.items():
            line.refunded += part
        order.shipping_refunded += shipping
        amount = sum(lines.values()) + shipping
        self.house["ESCROW"] -= amount
        back = split(amount, [tender.left for tender in order.tenders.values()])
        for (kind, tender), part in zip(order.tenders.items(), back, strict=True):
            match kind:
                case "CREDIT":
                    self.restore(tender, part)
                case "CASH":
                    self.purses[order.buyer].cash += part
                case _:
                    assert order.payment is not None
                    order.payment.refunded += part
                    self.house["PSP_CLEARING"] += part
            tender.refunded += part

    # What a provider reports; the answer is what came of it

    def top_up(self, who: int, amount: int, now: datetime) -> str:
        self.payments.append(Payment(who, amount, now + KEPT_FOR_PAYMENT))
        return OK

    def authorised(self, payment: Payment) -> str:
        if payment.state != "OPEN":
            return "IGNORED"
        payment.state = "AUTHORISED"
        return "APPLIED"

    def failed(self, payment: Payment) -> str:
        if not payment.is_open:
            return "IGNORED"
        payment.state = "FAILED"
        if payment.order is not None:
            self.end_unpaid(payment.order, "CANCELLED")
        return "APPLIED"

    def charged(self, payment: Payment, now: datetime) -> str:
        if payment.state == "CHARGED":
            return "IGNORED"
        wanted, payment.state = payment.is_open, "CHARGED"
        order = payment.order
        if order is None and wanted:
            self.fund(payment.owner, payment.amount)
            return "APPLIED"
        if order is not None and wanted and now < payment.expires_at + GRACE:
            self.pay_order(order)
            return "APPLIED"
        if order is not None and order.state == "PENDING_PAYMENT":
            self.end_unpaid(order, "CANCELLED")
        payment.refunded = payment.amount
        return "SENT_BACK"

    def expire_payment(self, payment: Payment, now: datetime) -> None:
        if payment.order is None and payment.is_open and payment.expires_at <= now:
            payment.state = "EXPIRED"
