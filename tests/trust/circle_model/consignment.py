"""Consignments: offered, agreed, listed, taken back; and what their sellers are paid."""

from datetime import datetime, timedelta

from tests.trust.circle_model.books import Books
from tests.trust.circle_model.noun import (
    BONUS_BPS,
    BOUND_DAYS,
    COMMISSION_BPS,
    GRACE_DAYS,
    HOUSE,
    OFFER_DAYS,
    OFFSET_BPS,
    RETURN_DAYS,
    TAX_BPS,
    Line,
    Listing,
    Settlement,
    Thing,
    share,
    split,
)
from tests.trust.wallet_model import OK, WRONG


class Consignments(Books):
    def __init__(self, people: int) -> None:
        super().__init__(people)
        self.things: list[Thing] = []
        self.listings: list[Listing] = []
        self.settlements: list[Settlement] = []

    def offer(self, seller: int, price: int, end_action: str, now: datetime) -> str:
        thing = Thing(seller, price, end_action, now + timedelta(days=OFFER_DAYS))
        if end_action in ("BUY_OUT", "TRADE_IN") and not thing.buy_out:
            return "INVALID_INPUT"
        thing.expires_at = thing.offer_until
        self.things.append(thing)
        return OK

    def agree(self, thing: Thing, mode: str, credit_bps: int, now: datetime) -> str:
        if thing.contract != "OFFERED":
            return WRONG
        if now >= thing.offer_until:
            return "OFFER_LAPSED"
        at_once = mode == "AT_APPRAISAL"
        if at_once and not thing.buy_out:
            return "NOT_BOUGHT_AT_ONCE"
        thing.mode, thing.credit_bps, thing.state, thing.contract = mode, credit_bps, "AGREED", "AGREED"
        thing.bound_until, thing.expires_at = now + timedelta(days=BOUND_DAYS), None
        if at_once:
            thing.choice_fixed = True
            self.buy(thing, now)
        return OK

    def choose(self, thing: Thing, credit_bps: int) -> str:
        if thing.choice_fixed:
            return "PAYOUT_FIXED"
        if thing.contract != "AGREED":
            return WRONG
        thing.credit_bps = credit_bps
        return OK

    def list_(self, thing: Thing, price: int | None, now: datetime) -> str:
        if not thing.house_owned and not (thing.state == "AGREED" and thing.mode == "AFTER_SALE"):
            return WRONG
        if not thing.house_owned:
            if price not in (None, thing.price):
                return "PRICE_NOT_AGREED"
            thing.state, thing.bound_until = "LISTED", now + timedelta(days=BOUND_DAYS)
            thing.expires_at = thing.bound_until + timedelta(days=GRACE_DAYS)
            thing.listing = Listing(thing, thing.price, thing.seller)
        else:
            thing.listing = Listing(thing, price or thing.price, HOUSE)
        self.listings.append(thing.listing)
        return OK

    def reprice(self, listing: Listing, price: int) -> str:
        if listing.seller is not HOUSE and price <= listing.price:
            return "PRICE_NOT_AGREED"
        if listing.state != "LISTED":
            return WRONG
        if price == listing.price:
            return "INVALID_INPUT"
        listing.price = price
        return OK

    def take_down(self, listing: Listing) -> str:
        """By a merchandiser, who may do so with what is the house's."""
        if listing.seller is not HOUSE:
            return "NOT_ALLOWED"
        if listing.state != "LISTED":
            return WRONG
        listing.state = "WITHDRAWN"
        return OK

    def withdraw(self, thing: Thing, now: datetime) -> str:
        if thing.state not in ("OFFERED", "AGREED", "LISTED"):
            return WRONG
        if thing.state != "OFFERED" and thing.bound_until is not None and now < thing.bound_until:
            return "SELLER_BOUND"
        thing.state, thing.contract = "WITHDRAWN", "ENDED"
        self.off_shelf(thing)
        return OK

    def hand_back(self, thing: Thing) -> str:
        if thing.state not in ("WITHDRAWN", "EXPIRED") or thing.handed_back:
            return WRONG
        thing.state, thing.handed_back = "RETURNED", True
        return OK

    def expire(self, thing: Thing, now: datetime) -> None:
        """What nobody agreed to, or nobody bought, ends as it was agreed to end."""
        if not self.is_over(thing, now):
            return
        agreed = thing.contract == "AGREED"
        thing.state = "EXPIRED"
        if agreed and thing.end_action in ("BUY_OUT", "TRADE_IN"):
            if thing.end_action == "TRADE_IN":
                thing.credit_bps = 10_000
            self.buy(thing, now)
        elif agreed and thing.end_action == "DONATE":
            thing.state, thing.donated = "SETTLED", True
        thing.contract = "ENDED"
        self.off_shelf(thing)

    def is_over(self, thing: Thing, now: datetime) -> bool:
        return thing.state in ("OFFERED", "LISTED") and thing.expires_at is not None and thing.expires_at <= now

    def off_shelf(self, thing: Thing) -> None:
        thing.expires_at = None
        if thing.listing is not None:
            thing.listing.state = "WITHDRAWN"
            thing.listing = None

    # What sellers get

    def buy(self, thing: Thing, now: datetime) -> None:
        """The house buys the piece, and pays at once; there is no commission on that."""
        bought = Settlement(thing, thing.buy_out, 0, 0, thing.credit_bps)
        self.house["INVENTORY"] -= bought.gross
        self.pay(bought, now)
        self.settlements.append(bought)
        thing.cost = bought.gross

    def open_settlement(self, line: Line) -> None:
        commission = split(line.price, [COMMISSION_BPS, 10_000 - COMMISSION_BPS])[0]
        tax = min(share(commission, TAX_BPS), line.price - commission)
        line.thing.choice_fixed = True
        line.settlement = Settlement(line.thing, line.price, commission, tax, line.thing.credit_bps)
        self.settlements.append(line.settlement)

    def cancel_settlement(self, settlement: Settlement) -> None:
        settlement.state = "CANCELLED"
        settlement.thing.choice_fixed = False

    def release_due(self, settlement: Settlement, now: datetime) -> None:
        """What the worker does."""
        if self.is_payable(settlement, now):
            self.settle(settlement, now)

    def is_payable(self, settlement: Settlement, now: datetime) -> bool:
        due = settlement.payable_at is not None and settlement.payable_at <= now
        return settlement.state == "PENDING" and due and not settlement.blocked(now)

    def release(self, settlement: Settlement, now: datetime) -> str:
        """What finance does without waiting for the worker."""
        if settlement.blocked(now):
            return "NOT_PAYABLE_YET"
        if settlement.state != "PENDING":
            return WRONG
        self.settle(settlement, now)
        return OK

    def settle(self, settlement: Settlement, now: datetime) -> None:
        self.house["ESCROW"] -= settlement.gross
        self.house["COMMISSION"] += settlement.commission
        self.house["TAX_PAYABLE"] += settlement.tax
        self.pay(settlement, now)

    def pay(self, settlement: Settlement, now: datetime) -> None:
        """Debts first, within the cap; the rest as was chosen, and a bonus on what is credit."""
        who, net = settlement.thing.seller, settlement.net
        purse = self.purses[who]
        offset = min(purse.owed, share(net, OFFSET_BPS))
        cash, credit = split(net - offset, [10_000 - settlement.credit_bps, settlement.credit_bps])
        settlement.bonus = share(credit, BONUS_BPS)
        purse.cash += cash + offset
        if offset:
            assert self.wallets.repay(who, offset) == OK
        self.credit(who, credit, now)
        self.credit(who, settlement.bonus, now)
        self.house["CREDIT_BONUS"] -= settlement.bonus
        settlement.state, settlement.thing.state, settlement.thing.contract = "SETTLED", "SETTLED", "ENDED"

    def block(self, settlement: Settlement) -> str:
        if settlement.state != "PENDING":
            return WRONG
        settlement.blocks.add("DISPUTE")
        return OK

    def unblock(self, settlement: Settlement, reason: str, now: datetime) -> str:
        if settlement.state != "PENDING":
            return WRONG
        if reason in settlement.blocks:
            settlement.blocks.remove(reason)
            if settlement.delivered_at is not None:
                settlement.due(now)
        return OK

    def arrived(self, settlement: Settlement, now: datetime) -> None:
        settlement.delivered_at = now
        settlement.due(now + timedelta(days=RETURN_DAYS))
