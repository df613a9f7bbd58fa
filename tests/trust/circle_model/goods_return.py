"""The way to the buyer, and back."""

from datetime import datetime

from tests.trust.circle_model.noun import HOUSE, SEND_WITHIN, Line, Order, Return, share, split
from tests.trust.circle_model.order import Orders
from tests.trust.wallet_model import OK, WRONG


class Returns(Orders):
    def __init__(self, people: int) -> None:
        super().__init__(people)
        self.returns: list[Return] = []

    # There, all lines in one parcel

    def pack(self, order: Order) -> str:
        if not any(line.state == "OPEN" for line in order.lines):
            return "INVALID_INPUT"
        if order.state != "PAID":
            return WRONG
        order.shipments.append("CREATED")
        self.advance(order, "PREPARING", "PACKED")
        return OK

    def unpack(self, order: Order) -> str:
        if order.shipments[-1] != "CREATED":
            return WRONG
        order.shipments[-1] = "CANCELLED"
        self.advance(order, "PAID", "OPEN")
        return OK

    def hand_over(self, order: Order) -> str:
        if order.shipments[-1] != "CREATED":
            return WRONG
        order.shipments[-1] = "HANDED_OVER"
        self.advance(order, "SHIPPED", "SHIPPED")
        return OK

    def deliver(self, order: Order, now: datetime) -> str:
        if order.shipments[-1] != "HANDED_OVER":
            return WRONG
        order.shipments[-1] = "DELIVERED"
        self.advance(order, "DELIVERED", "DELIVERED")
        for line in order.lines:
            line.delivered_at = now
            if line.settlement is not None:
                self.arrived(line.settlement, now)
        return OK

    def advance(self, order: Order, state: str, of_lines: str) -> None:
        order.state = state
        for line in order.lines:
            line.state = of_lines

    def complete(self, order: Order, now: datetime) -> None:
        """The house takes its part of what can not come back any more."""
        for line in order.lines:
            if line.is_due(now):
                line.released = True
                if not line.consigned:
                    self.earn(line, line.left, +1)
        over = all(line.released or line.state == "RETURNED" for line in order.lines)
        if order.state == "DELIVERED" and over:
            order.state = "COMPLETED"
            left = order.shipping - order.shipping_refunded
            self.house["ESCROW"] -= left
            self.house["SHIPPING"] += left

    def earn(self, line: Line, amount: int, sign: int) -> None:
        """What the house sold on its own account leaves escrow; with the opposite sign it comes back."""
        self.sell(line, amount, sign)
        self.house["COST_OF_GOODS"] -= sign * (line.thing.cost or 0)
        self.house["INVENTORY"] += sign * (line.thing.cost or 0)

    def sell(self, line: Line, amount: int, sign: int = 1) -> None:
        tax, sales = split(amount, [line.margin_tax, line.price - line.margin_tax])
        self.house["ESCROW"] -= sign * amount
        self.house["TAX_PAYABLE"] += sign * tax
        self.house["SALES"] += sign * sales

    # And back

    def ask_back(self, order: Order, line: Line, by_staff: bool, now: datetime) -> str:
        """Buyers ask within the window; staff agree at any time."""
        if line.state != "DELIVERED":
            return WRONG
        if any(one.is_open for one in line.returns):
            return "RETURN_UNDER_WAY"
        if not by_staff and now >= line.window_end:
            return "RETURN_WINDOW_OVER"
        made = Return(order, line)
        if by_staff:
            made.state, made.send_by = "APPROVED", now + SEND_WITHIN
        self.returns.append(made)
        line.returns.append(made)
        line.on_its_way_back = True
        if line.settlement is not None and line.settlement.state == "PENDING":
            line.settlement.blocks.add("RETURN_IN_PROGRESS")
        return OK

    def approve(self, one: Return, now: datetime) -> str:
        if one.state != "REQUESTED":
            return WRONG
        one.state, one.send_by = "APPROVED", now + SEND_WITHIN
        return OK

    def reject(self, one: Return, now: datetime) -> str:
        return self.fruitless(one, ("REQUESTED",), "REJECTED", now)

    def call_off(self, one: Return, now: datetime) -> str:
        return self.fruitless(one, ("REQUESTED", "APPROVED", "IN_TRANSIT"), "CANCELLED", now)

    def expire_return(self, one: Return, now: datetime) -> None:
        if self.never_sent(one, now):
            self.fruitless(one, ("APPROVED",), "EXPIRED", now)

    def never_sent(self, one: Return, now: datetime) -> bool:
        return one.state == "APPROVED" and one.send_by is not None and one.send_by <= now

    def fruitless(self, one: Return, states: tuple[str, ...], end: str, now: datetime) -> str:
        if one.state not in states:
            return WRONG
        one.state = end
        self.close(one, now)
        return OK

    def close(self, one: Return, now: datetime) -> None:
        one.line.on_its_way_back = False
        if one.line.settlement is not None:
            self.unblock(one.line.settlement, "RETURN_IN_PROGRESS", now)

    def send(self, one: Return) -> str:
        if one.state != "APPROVED":
            return WRONG
        one.state = "IN_TRANSIT"
        return OK

    def receive(self, one: Return, matched: bool) -> str:
        if one.state not in ("APPROVED", "IN_TRANSIT"):
            return WRONG
        one.state, one.matched = "RECEIVED", matched
        return OK

    def inspect(self, one: Return, condition: str, deduction_bps: int, appraiser: bool) -> str:
        if one.state not in ("RECEIVED", "INSPECTED"):
            return WRONG
        if not appraiser and (one.state == "INSPECTED" or not one.matched):
            return "NEEDS_APPRAISER"
        lost = share(one.line.left, deduction_bps)
        if (condition == "WORSE") != (deduction_bps > 0) or lost >= one.line.left:
            return "INVALID_INPUT"
        one.state, one.condition, one.deducted = "INSPECTED", condition, lost
        return OK

    def resolve(self, one: Return, disposition: str | None, now: datetime) -> str:
        if one.state != "INSPECTED":
            return WRONG
        denied = one.condition == "NOT_THE_SAME"
        if denied != (disposition is None):
            return "INVALID_INPUT"
        if denied:
            return self.fruitless(one, ("INSPECTED",), "DENIED", now)
        line = one.line
        again = one.condition == "AS_SENT"
        ways = ["REFURBISH", "CLEAR"]
        if line.settlement is not None:
            again = again and line.settlement.state != "SETTLED"
            ways = ["RETURN_TO_CONSIGNOR"]
        if disposition not in ways + ["RESTOCK"] * again:
            return "DISPOSITION_NOT_POSSIBLE"
        self.take_back_goods(line, disposition)
        self.take_back_money(line)
        self.refund(one.order, {line: line.left - one.deducted}, 0)
        self.make_good(line)
        line.state, line.released, one.state = "RETURNED", True, "REFUNDED"
        self.close(one, now)
        return OK

    def take_back_goods(self, line: Line, disposition: str | None) -> None:
        again = disposition == "RESTOCK"
        self.stand(line, *(("LISTED", "LISTED") if again else ("WITHDRAWN", "WITHDRAWN")))
        if line.consigned and not again:
            line.thing.contract = "ENDED"

    def take_back_money(self, line: Line) -> None:
        """All that has left escrow for this line is there again."""
        if line.settlement is None:
            if line.released:
                self.earn(line, line.left, -1)
        elif line.settlement.state == "SETTLED":
            self.reverse(line)
        else:
            self.cancel_settlement(line.settlement)

    def reverse(self, line: Line) -> None:
        """The seller was paid: what they got they give back, or owe."""
        done = line.settlement
        assert done is not None
        done.state = "REVERSED"
        self.house["ESCROW"] += done.gross - done.net
        self.house["COMMISSION"] -= done.commission
        self.house["TAX_PAYABLE"] -= done.tax
        self.take_back(done.thing.seller, done.net, "ESCROW")
        self.take_back(done.thing.seller, done.bonus, "CREDIT_BONUS")

    def make_good(self, line: Line) -> None:
        """What the goods have lost is their seller's."""
        if line.listing.seller is HOUSE:
            self.sell(line, line.left)
        else:
            self.house["ESCROW"] -= line.left
            self.purses[line.listing.seller].cash += line.left
