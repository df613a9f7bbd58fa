"""A wallet as it should be, in plain whole cents: no database, no ledger, no code of the house.

Every operation answers "ok", after which the model has changed, or the code of its refusal, after which it has not.
"""

from dataclasses import dataclass, field
from datetime import datetime

OK = "ok"
POOR = "INSUFFICIENT_FUNDS"
WRONG = "WRONG_STATE"


@dataclass
class Lot:
    """Credit that came in at once."""

    left: int
    promotional: bool
    expires_at: datetime | None
    made_at: datetime

    def alive(self, now: datetime) -> bool:
        return self.left > 0 and (self.expires_at is None or self.expires_at > now)


@dataclass
class Purse:
    """What one person has."""

    cash: int = 0
    held: int = 0
    lots: list[Lot] = field(default_factory=list)
    debts: list[int] = field(default_factory=list)

    @property
    def credit(self) -> int:
        return sum(lot.left for lot in self.lots)

    @property
    def owed(self) -> int:
        return sum(self.debts)


@dataclass
class Hold:
    """`taken` are the lots that a hold on credit took from, in the order in which it spends them."""

    purse: Purse
    amount: int
    taken: list[tuple[Lot, int]]
    expires_at: datetime | None
    state: str = "HELD"
    captured: int = 0


@dataclass
class Payout:
    hold: Hold
    state: str = "REQUESTED"
    batch: int | None = None


class Model:
    """All purses, and what was made of them, in the order of its making."""

    def __init__(self, people: int) -> None:
        self.purses = [Purse() for _ in range(people)]
        self.holds: list[Hold] = []
        self.payouts: list[Payout] = []
        self.batches: list[str] = []

    def top_up(self, who: int, amount: int) -> str:
        self.purses[who].cash += amount
        return OK

    def transfer(self, who: int, to: int, amount: int) -> str:
        if amount <= 0 or who == to:
            return "INVALID_INPUT"
        if self.purses[who].cash < amount:
            return POOR
        self.purses[who].cash -= amount
        self.purses[to].cash += amount
        return OK

    def grant(self, who: int, amount: int, promotional: bool, expires_at: datetime | None, now: datetime) -> str:
        if amount <= 0 or (expires_at is not None and not promotional):
            return "INVALID_INPUT"
        self.purses[who].lots.append(Lot(amount, promotional, expires_at, now))
        return OK

    def lapse(self, who: int, lot: int, now: datetime) -> str:
        """The house lets what is left of a promotional lot go."""
        found = self.purses[who].lots[lot]
        if found.expires_at is not None and found.expires_at <= now:
            found.left = 0
        return OK

    # Holds

    def hold(self, who: int, credit: bool, amount: int, expires_at: datetime | None, now: datetime) -> str:
        purse = self.purses[who]
        if amount <= 0:
            return "INVALID_INPUT"
        taken: list[tuple[Lot, int]] = []
        if credit:
            # Promotional credit first, then what lapses first, then the oldest.
            alive = [lot for lot in purse.lots if lot.alive(now)]
            if sum(lot.left for lot in alive) < amount:
                return POOR
            alive.sort(key=lambda lot: (not lot.promotional, lot.expires_at is None, lot.expires_at or lot.made_at))
            missing = amount
            for lot in alive:
                part = min(lot.left, missing)
                if part:
                    lot.left -= part
                    taken.append((lot, part))
                    missing -= part
        elif purse.cash < amount:
            return POOR
        else:
            purse.cash -= amount
        purse.held += amount
        self.holds.append(Hold(purse, amount, taken, expires_at))
        return OK

    def capture(self, hold: int, amount: int) -> str:
        found = self.holds[hold]
        if amount <= 0:
            return "INVALID_INPUT"
        if amount > found.amount:
            return "CAPTURE_TOO_HIGH"
        if found.state != "HELD":
            return WRONG
        self.end(found, "CAPTURED", amount)
        return OK

    def void(self, hold: int) -> str:
        if self.holds[hold].state != "HELD":
            return WRONG
        self.end(self.holds[hold], "VOIDED", 0)
        return OK

    def expire(self, hold: int, now: datetime) -> str:
        found = self.holds[hold]
        if found.state == "HELD" and found.expires_at is not None and found.expires_at <= now:
            self.end(found, "EXPIRED", 0)
        return OK

    def end(self, hold: Hold, state: str, spent: int) -> None:
        """What is not spent goes back to where it came from: to cash, or to the lots that would be spent last."""
        hold.state, hold.captured = state, spent
        hold.purse.held -= hold.amount
        if not hold.taken:
            hold.purse.cash += hold.amount - spent
        for lot, part in hold.taken:
            gone = min(part, spent)
            spent -= gone
            lot.left += part - gone

    # Payouts

    def request(self, who: int, amount: int, now: datetime) -> str:
        purse = self.purses[who]
        if amount > 0 and amount > purse.cash - purse.owed:
            return POOR
        done = self.hold(who, False, amount, None, now)
        if done == OK:
            self.payouts.append(Payout(self.holds.pop()))
        return done

    def cancel(self, payout: int) -> str:
        found = self.payouts[payout]
        if found.state not in ("REQUESTED", "BATCHED"):
            return WRONG
        found.state, found.batch = "CANCELLED", None
        self.end(found.hold, "VOIDED", 0)
        return OK

    def preview(self) -> str:
        waiting = [payout for payout in self.payouts if payout.state == "REQUESTED"]
        if not waiting:
            return "NOTHING_TO_PAY"
        for payout in waiting:
            payout.state, payout.batch = "BATCHED", len(self.batches)
        self.batches.append("PREVIEWED")
        return OK

    def drop(self, batch: int) -> str:
        return self._close(batch, "CANCELLED", "REQUESTED")

    def post(self, batch: int) -> str:
        return self._close(batch, "POSTED", "SENT")

    def _close(self, batch: int, state: str, of_payouts: str) -> str:
        if self.batches[batch] != "PREVIEWED":
            return WRONG
        self.batches[batch] = state
        for payout in self.payouts:
            if payout.batch == batch and payout.state == "BATCHED":
                payout.state = of_payouts
                if state == "POSTED":
                    self.end(payout.hold, "CAPTURED", payout.hold.amount)
                else:
                    payout.batch = None
        return OK

    def confirm(self, payout: int) -> str:
        if self.payouts[payout].state != "SENT":
            return WRONG
        self.payouts[payout].state = "PAID"
        return OK

    def fail(self, payout: int) -> str:
        found = self.payouts[payout]
        if found.state not in ("SENT", "PAID"):
            return WRONG
        found.state = "FAILED"
        found.hold.purse.cash += found.hold.amount
        return OK

    # Debts

    def charge(self, who: int, amount: int) -> str:
        if amount <= 0:
            return "INVALID_INPUT"
        purse = self.purses[who]
        taken = min(purse.cash, amount)
        purse.cash -= taken
        if amount > taken:
            purse.debts.append(amount - taken)
        return OK

    def repay(self, who: int, amount: int) -> str:
        purse = self.purses[who]
        if not purse.owed:
            return "NOTHING_OWED"
        if not 0 < amount <= purse.owed:
            return "INVALID_INPUT"
        if amount > purse.cash:
            return POOR
        purse.cash -= amount
        while amount:
            part = min(purse.debts[0], amount)
            purse.debts[0] -= part
            amount -= part
            if not purse.debts[0]:
                purse.debts.pop(0)
        return OK
