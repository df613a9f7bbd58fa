"""Whose money is where: the purses of people, and the accounts of the house."""

from collections import Counter
from datetime import datetime

from tests.trust.circle_model.noun import Tender
from tests.trust.wallet_model import OK, Hold, Lot, Model, Purse


class Books:
    """Every amount that a purse gains or loses here stands on an account of the house as well."""

    def __init__(self, people: int) -> None:
        self.wallets = Model(people)
        self.house: Counter[str] = Counter()

    @property
    def purses(self) -> list[Purse]:
        return self.wallets.purses

    def fund(self, who: int, amount: int) -> None:
        self.purses[who].cash += amount
        self.house["PSP_CLEARING"] -= amount

    def grant(self, who: int, amount: int, expires_at: datetime | None, now: datetime) -> str:
        """By staff: promotional when it lapses, else goodwill."""
        done = self.wallets.grant(who, amount, expires_at is not None, expires_at, now)
        if done == OK:
            self.house["PROMOTION"] -= amount
        return done

    def lapse_credit(self, now: datetime) -> None:
        """What is past its day, of everybody."""
        for purse in self.purses:
            for lot in purse.lots:
                if lot.left and not lot.alive(now):
                    self.house["BREAKAGE"] += lot.left
                    lot.left = 0

    def credit(self, who: int, amount: int, now: datetime) -> None:
        """In a lot that never lapses; the caller says what paid for it."""
        if amount:
            self.purses[who].lots.append(Lot(amount, False, None, now))

    def take_back(self, who: int, amount: int, to: str) -> None:
        """Out of cash as far as it goes; the rest is owed."""
        if amount:
            self.wallets.charge(who, amount)
            self.house[to] += amount

    def charge(self, who: int, amount: int) -> str:
        done = self.wallets.charge(who, amount)
        if done == OK:
            self.house["SERVICES"] += amount
        return done

    # What pays for an order

    def affordable(self, who: int, tenders: dict[str, Tender], now: datetime) -> bool:
        purse = self.purses[who]
        alive = sum(lot.left for lot in purse.lots if lot.alive(now))
        credit, cash = (tenders[kind].amount if kind in tenders else 0 for kind in ("CREDIT", "CASH"))
        return credit <= alive and cash <= purse.cash

    def hold_tenders(self, who: int, tenders: dict[str, Tender], expires_at: datetime | None, now: datetime) -> None:
        for kind in ("CREDIT", "CASH"):
            if kind in tenders:
                assert self.wallets.hold(who, kind == "CREDIT", tenders[kind].amount, expires_at, now) == OK
                tenders[kind].hold = self.wallets.holds[-1]

    def spend_tenders(self, tenders: dict[str, Tender]) -> None:
        """What was held is spent, to the last cent."""
        for tender in tenders.values():
            if tender.hold is not None:
                tender.taken = tender.hold.taken
                self.wallets.end(tender.hold, "CAPTURED", tender.amount)

    def free_tenders(self, tenders: dict[str, Tender]) -> None:
        for tender in tenders.values():
            if tender.hold is not None and tender.hold.state == "HELD":
                self.wallets.end(tender.hold, "VOIDED", 0)

    def expire_holds(self, now: datetime) -> None:
        for hold in self.wallets.holds:
            if overdue(hold, now):
                self.wallets.end(hold, "EXPIRED", 0)

    def restore(self, tender: Tender, amount: int) -> None:
        """Credit goes back into the lots that it came from, those that were spent last first."""
        skipped, left = tender.refunded, amount
        for lot, part in reversed(tender.taken):
            gone = min(part, skipped)
            skipped -= gone
            back = min(part - gone, left)
            lot.left += back
            left -= back
        assert left == 0

    # Payouts

    def post(self, batch: int) -> str:
        sent = sum(one.hold.amount for one in self.wallets.payouts if one.batch == batch and one.state == "BATCHED")
        done = self.wallets.post(batch)
        if done == OK:
            self.house["PAYOUT_CLEARING"] += sent
        return done

    def fail(self, payout: int) -> str:
        done = self.wallets.fail(payout)
        if done == OK:
            self.house["PAYOUT_CLEARING"] -= self.wallets.payouts[payout].hold.amount
        return done


def overdue(hold: Hold, now: datetime) -> bool:
    return hold.state == "HELD" and hold.expires_at is not None and hold.expires_at <= now
