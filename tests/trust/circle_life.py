"""One life of the circle: three new people with some cash, each thing done in the house and in the model alike.

What is not there to be done is passed over; what the house refuses, the model must have refused with the same code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from domain.account import Account
from domain.money import Money
from domain.piece import Grade
from domain.viewer import Role
from schema.ids import encode_id, id_of
from tests.support.consigned import Stage, stage
from tests.support.market import TO_PARIS
from tests.support.payout import IBAN
from tests.support.people import EUR, Fund, People, fund
from tests.support.returns import TAG, WEIGHT
from tests.trust.circle_house import CircleHouse, cents, euros, subject
from tests.trust.circle_model import Circle
from tests.trust.circle_model.noun import BOUND_DAYS, EXPRESS, GRACE_DAYS, HOUSE, OFFER_DAYS

PEOPLE = 3
OPENING = 40_000
WHOLE_EVERY = 5
REPORTS = {"authorise": "authorised", "charge": "charged", "fail": "failed"}


class Life:
    told: ClassVar[Counter[str]] = Counter()
    """How often each action ended how, in all lives together."""

    def __init__(self, place: CircleHouse) -> None:
        place.clock.moment = place.clock.start
        self.place = place
        self.model = Circle(PEOPLE)
        self.ids: dict[object, str] = {}
        self.things: dict[str, object] = {}
        self.carts: dict[int, str] = {}
        self.payouts: list[str] = []
        self.shipments: dict[object, str] = {}
        self.contracts: dict[object, str] = {}
        self.done: set[int] = set()
        self.requests = self.compared = 0
        self.seen: dict[str, object] = {}
        self.people: list[Account] = [place.run(People(place.house).person(Role.CUSTOMER)) for _ in range(PEOPLE)]
        self.opening = Counter(place.kept(self.people)["house"])
        self.since = place.outbox_end()
        for person, account in enumerate(self.people):
            place.verb(fund, Fund(account.id, Money(OPENING, EUR)))
            self.model.fund(person, OPENING)

    def end(self) -> None:
        """No payout of this life waits for a batch of the next."""
        self.told.update(f"settlement {one.state}" for one in self.model.settlements)
        self.told.update(f"order {one.state}" for one in self.model.orders)
        for number, _ in enumerate(self.payouts):
            if self.model.wallets.payouts[number].state in ("REQUESTED", "BATCHED"):
                self.end_payout(number, "payoutCancel")

    def among(self, name: str) -> Sequence[Any]:
        """Things to do something with."""
        model = self.model
        match name:
            case "on_shelf":
                return [shown for shown in model.listings if shown.state == "LISTED"]
            case "idle":
                return [thing for thing in model.things if thing.state in ("OFFERED", "AGREED") or thing.house_owned]
            case "ended":
                return [thing for thing in model.things if thing.state in ("WITHDRAWN", "EXPIRED")]
            case "in_debt":
                return [who for who, purse in enumerate(model.purses) if purse.owed]
            case "sent":
                return [number for number, one in enumerate(model.wallets.payouts) if one.state in ("SENT", "PAID")]
            case "due":
                return [one for one in model.settlements if model.is_payable(one, self.now)]
            case "filled":
                return [who for who, cart in enumerate(model.carts) if cart]
            case "pending":
                return [one for one in model.settlements if one.state == "PENDING"]
            case "awaited":
                return [one for one in model.payments if one.is_open]
            case "paid":
                return [found for found in model.orders if found.state == "PAID"]
            case "arrived":
                return [found for found in model.orders if found.state in ("DELIVERED", "COMPLETED")]
            case "under_way":
                return [one for one in model.returns if one.is_open]
            case "asked":
                return [one for one in model.returns if one.state == "REQUESTED"]
            case "received":
                return [one for one in model.returns if one.state in ("RECEIVED", "INSPECTED")]
            case _:
                found: Sequence[Any] = getattr(model, name)
                return found

    # Money in, and out

    def top_up(self, who: int, amount: int) -> None:
        expected = self.model.top_up(who, amount, self.now)
        made = self.act(expected, self.people[who], "walletTopUp", amount=euros(amount), provider="TEST")
        self.know(self.model.payments[-1], made["id"])

    def report(self, payment: Any, action: str) -> None:
        does: dict[str, Callable[[], str]] = {
            "authorise": lambda: self.model.authorised(payment),
            "charge": lambda: self.model.charged(payment, self.now),
            "fail": lambda: self.model.failed(payment),
        }
        expected = does[action]()
        found = self.place.report(self.ids[payment], action)
        assert found == expected, (action, payment, found, expected)
        self.told[f"{REPORTS[action]} {found}"] += 1
        self.pass_time()

    def grant(self, who: int, amount: int, span: timedelta | None) -> None:
        expires_at = None if span is None else self.now + span
        given = {} if expires_at is None else {"expiresAt": expires_at.isoformat()}
        self.act(
            self.model.grant(who, amount, expires_at, self.now),
            self.place.support,
            "walletCreditGrant",
            accountId=self.account(who),
            amount=euros(amount),
            origin="GOODWILL" if span is None else "PROMOTION",
            reason="For the test",
            **given,
        )

    def charge(self, who: int, amount: int) -> None:
        expected = self.model.charge(who, amount)
        given = {"accountId": self.account(who), "amount": euros(amount), "reason": "For the test"}
        self.act(expected, self.place.support, "receivableCharge", **given)

    def repay(self, who: int, amount: int) -> None:
        expected = self.model.wallets.repay(who, amount)
        self.act(expected, self.people[who], "receivableRepay", currency="EUR", amount=euros(amount))

    def pay_back(self, who: int, share: int) -> None:
        """With money that comes in for it."""
        owed = self.model.purses[who].owed
        self.top_up(who, owed)
        self.report(self.model.payments[-1], "charge")
        self.repay(who, max(1, owed * share // 10_000))

    def request_payout(self, who: int, amount: int) -> None:
        expected = self.model.wallets.request(who, amount, self.now)
        given = {"amount": euros(amount), "accountNumber": IBAN, "holder": "Lin Wei"}
        made = self.act(expected, self.people[who], "payoutRequest", **given)
        if made is not None:
            self.payouts.append(made["id"])

    def send_payouts(self, posted: bool) -> None:
        made = self.act(self.model.wallets.preview(), self.place.support, "payoutBatchPreview", currency="EUR")
        if made is None:
            return
        number = len(self.model.wallets.batches) - 1
        action, close = (
            ("payoutBatchPost", self.model.post) if posted else ("payoutBatchCancel", self.model.wallets.drop)
        )
        self.act(close(number), self.place.support, action, batchId=made["id"])

    def pay_out(self, who: int, amount: int, action: str) -> None:
        """From being asked for to how it ended at the bank."""
        self.request_payout(who, amount)
        self.send_payouts(posted=True)
        self.end_payout(len(self.payouts) - 1, action)

    def end_payout(self, index: int, action: str) -> None:
        if not self.payouts:
            return
        number = index % len(self.payouts)
        does = {
            "payoutCancel": self.model.wallets.cancel,
            "payoutConfirm": self.model.wallets.confirm,
            "payoutFail": self.model.fail,
        }
        given = {"reason": "Account closed"} if action == "payoutFail" else {}
        self.act(does[action](number), self.place.support, action, payoutId=self.payouts[number], **given)

    # Consignments

    def consign(self, who: int, price: int, end_action: str, at_once: bool, share: int, until: str) -> None:
        found = self.place.verb(stage, Stage(self.people[who], Money(price, EUR), Grade.EXCELLENT))
        expected = self.model.offer(who, price, end_action, self.now)
        made = self.act(
            expected,
            self.place.support,
            "contractOffer",
            consignmentId=subject("Consignment", found.id),
            price=euros(price),
            endAction=end_action,
            termDays=BOUND_DAYS,
            graceDays=GRACE_DAYS,
            validDays=OFFER_DAYS,
        )
        if made is None:
            return
        thing = self.model.things[-1]
        self.know(thing, subject("Consignment", found.id))
        self.things[str(found.piece_id)] = thing
        self.contracts[thing] = made["id"]
        if until != "OFFERED":
            self.agree(thing, at_once, share)
            if until == "LISTED":
                self.list_(thing, None)

    def agree(self, thing: Any, at_once: bool, share: int) -> None:
        contract_id, mode = self.contracts[thing], "AT_APPRAISAL" if at_once else "AFTER_SALE"
        query = "SELECT version FROM contract WHERE id = $1"
        version = self.place.run(self.place.house.readers.pool.fetchval(query, id_of("Contract", contract_id)))
        expected = self.model.agree(thing, mode, share, self.now)
        given = {"contractId": contract_id, "mode": mode, "payout": {"creditBps": share}, "expectedVersion": version}
        self.act(expected, self.people[thing.seller], "settlementAgree", **given)

    def list_(self, thing: Any, price: int | None) -> None:
        given = {} if price is None else {"price": euros(price)}
        expected = self.model.list_(thing, price, self.now)
        made = self.act(expected, self.place.support, "consignmentList", consignmentId=self.ids[thing], **given)
        if made is not None:
            self.know(self.model.listings[-1], made["listing"]["id"])

    def choose(self, thing: Any, share: int) -> None:
        given = {"contractId": self.contracts[thing], "payout": {"creditBps": share}}
        expected = self.model.choose(thing, share)
        self.act(expected, self.people[thing.seller], "settlementChoosePayout", **given)

    def withdraw(self, thing: Any) -> None:
        expected = self.model.withdraw(thing, self.now)
        self.act(expected, self.people[thing.seller], "consignmentWithdraw", consignmentId=self.ids[thing])

    def hand_back(self, thing: Any) -> None:
        given = {"consignmentId": self.ids[thing], "handedTo": "The seller"}
        self.act(self.model.hand_back(thing), self.place.support, "consignmentReturn", **given)

    def reprice(self, shown: Any, change: int) -> None:
        price = max(shown.price + change, 1)
        given = {"listingId": self.ids[shown], "price": euros(price), "reason": "COMPETITION"}
        self.act(self.model.reprice(shown, price), self.place.support, "listingReprice", **given)

    def take_down(self, shown: Any) -> None:
        self.act(self.model.take_down(shown), self.place.support, "listingWithdraw", listingId=self.ids[shown])

    # Buying

    def put_in_cart(self, shown: Any, who: int) -> None:
        expected = self.model.add(who, shown, self.now)
        made = self.act(expected, self.people[who], "cartAdd", listingId=self.ids[shown])
        if made is not None:
            self.carts[who] = made["id"]

    def place_what_fits(self, who: int, credit: int, cash: int, express: bool) -> None:
        """Shares of the whole from the wallet as far as it goes, the rest from the provider."""
        purse, whole = self.model.purses[who], self.model.comes_to(who, express)
        alive = sum(lot.left for lot in purse.lots if lot.alive(self.now))
        of_credit = min(alive, whole * credit // 10_000)
        of_cash = min(purse.cash, (whole - of_credit) * cash // 10_000)
        self.place_order(who, of_credit, of_cash, True, express)

    def place_in_cash(self, who: int, express: bool) -> None:
        """All of it, whether or not it is there."""
        self.place_order(who, 0, self.model.comes_to(who, express), False, express)

    def place_order(self, who: int, credit: int, cash: int, provider: bool, express: bool) -> None:
        if who not in self.carts:
            return
        expected = self.model.place(who, credit, cash, provider, express, self.now)
        made = self.act(
            expected,
            self.people[who],
            "orderPlace",
            cartId=self.carts[who],
            delivery=TO_PARIS | ({"method": "EXPRESS"} if express else {}),
            tenders={"credit": euros(credit), "cash": euros(cash)} | ({"provider": "TEST"} if provider else {}),
        )
        if made is not None:
            found = self.model.orders[-1]
            self.know(found, made["id"])
            for line, shown in zip(found.lines, made["lines"], strict=True):
                self.know(line, shown["id"])
            if found.payment is not None:
                self.know(found.payment, made["payment"]["id"])

    def place_after_a_change(self, who: int, change: int) -> None:
        """At a price that the buyer has not seen."""
        self.reprice(next(iter(self.model.carts[who])), change)
        self.place_what_fits(who, 0, 0, False)

    def put_back(self, who: int) -> None:
        """What was put into the cart first."""
        self.take_out(next(iter(self.model.carts[who])), who)

    def take_out(self, shown: Any, who: int) -> None:
        if who not in self.carts:
            return
        given = {"cartId": self.carts[who], "listingId": self.ids[shown]}
        self.act(self.model.take_out(who, shown), self.people[who], "cartRemove", **given)

    def buy(self, shown: Any, who: int, credit: int, cash: int, express: bool, paid: bool) -> None:
        """Into a cart, into an order, and paid; by somebody who does not sell it."""
        buyer = (who + 1) % PEOPLE if who == shown.seller else who
        self.put_in_cart(shown, buyer)
        self.place_what_fits(buyer, credit, cash, express)
        if paid and self.model.orders and self.model.orders[-1].state == "PENDING_PAYMENT":
            self.report(self.model.orders[-1].payment, "charge")

    def buy_in_cash(self, shown: Any, express: bool) -> None:
        """Into a cart and into an order, by whoever has the least and may not have as much."""
        purses = self.model.purses
        buyer = min((who for who in range(PEOPLE) if who != shown.seller), key=lambda who: purses[who].cash)
        self.put_in_cart(shown, buyer)
        self.place_in_cash(buyer, express)

    def cancel(self, found: Any) -> None:
        given = {"orderId": self.ids[found], "reason": "Changed my mind"}
        self.act(self.model.cancel(found), self.people[found.buyer], "orderCancel", **given)

    # There

    def pack(self, found: Any) -> bool:
        expected = self.model.pack(found)
        prints = [{"lineId": self.ids[line], "tagNumber": TAG, "weightGrams": WEIGHT} for line in found.lines]
        worth = euros(found.total + EXPRESS)
        parcel = {
            "carrier": "Ferro",
            "tracking": uuid4().hex,
            "declaredValue": worth,
            "insuredValue": worth,
            "policyNumber": "P-1",
            "sealNumber": "S-9",
        }
        given = {"orderId": self.ids[found], "parcel": parcel, "fingerprints": prints}
        made = self.act(expected, self.place.support, "shipmentCreate", **given)
        if made is not None:
            self.shipments[found] = made["id"]
        return made is not None

    def move(self, found: Any, action: str) -> None:
        if found not in self.shipments:
            return
        does: dict[str, Callable[[], str]] = {
            "shipmentCancel": lambda: self.model.unpack(found),
            "shipmentHandOver": lambda: self.model.hand_over(found),
            "shipmentDeliver": lambda: self.model.deliver(found, self.now),
        }
        self.act(does[action](), self.place.support, action, shipmentId=self.shipments[found])

    def deliver(self, found: Any) -> None:
        """All the way, if it can be packed."""
        if self.pack(found):
            self.move(found, "shipmentHandOver")
            self.move(found, "shipmentDeliver")

    # And back

    def ask_back(self, found: Any, line: int, by_staff: bool) -> bool:
        asked = pick(found.lines, line)
        expected = self.model.ask_back(found, asked, by_staff, self.now)
        given = {"orderId": self.ids[found], "lineId": self.ids[asked], "reason": "CHANGED_MIND", "note": "Too large"}
        person, action = self.people[found.buyer], "goodsReturnRequest"
        if by_staff:
            person, action = self.place.support, "goodsReturnAgree"
        made = self.act(expected, person, action, **given)
        if made is not None:
            self.know(self.model.returns[-1], made["id"])
        return made is not None

    def answer(self, one: Any, action: str) -> None:
        buyer, support = self.people[one.order.buyer], self.place.support
        does: dict[str, tuple[Callable[[], str], Account, dict[str, str]]] = {
            "Approve": (lambda: self.model.approve(one, self.now), support, {}),
            "Reject": (lambda: self.model.reject(one, self.now), support, {"reason": "Worn"}),
            "Ship": (lambda: self.model.send(one), buyer, {"carrier": "Ferro", "tracking": "B-1"}),
            "Cancel": (lambda: self.model.call_off(one, self.now), buyer, {}),
        }
        expected, person, given = does[action]
        self.act(expected(), person, f"goodsReturn{action}", goodsReturnId=self.ids[one], **given)

    def receive(self, one: Any, matched: bool) -> None:
        expected = self.model.receive(one, matched)
        given = {"tagNumber": TAG, "weightGrams": WEIGHT if matched else WEIGHT * 2}
        self.act(expected, self.place.support, "goodsReturnReceive", goodsReturnId=self.ids[one], **given)

    def inspect(self, one: Any, condition: str, deduction_bps: int, appraiser: bool) -> None:
        expected = self.model.inspect(one, condition, deduction_bps, appraiser)
        person = self.place.appraiser if appraiser else self.place.support
        given = {"condition": condition, "deductionBps": deduction_bps, "note": "Looked at closely"}
        self.act(expected, person, "goodsReturnInspect", goodsReturnId=self.ids[one], **given)

    def resolve(self, one: Any, disposition: str | None) -> None:
        expected = self.model.resolve(one, disposition, self.now)
        given = {} if disposition is None else {"disposition": disposition}
        self.act(expected, self.place.support, "goodsReturnResolve", goodsReturnId=self.ids[one], **given)

    def bring_back(self, found: Any, line: int, worn_bps: int, restock: bool) -> None:
        """All the way back, if it can be asked for; staff agree to what comes late."""
        if not self.ask_back(found, line, by_staff=True):
            return
        made = self.model.returns[-1]
        away = "REFURBISH" if made.line.listing.seller is HOUSE else "RETURN_TO_CONSIGNOR"
        self.receive(made, matched=True)
        self.inspect(made, "WORSE" if worn_bps else "AS_SENT", worn_bps, appraiser=True)
        self.resolve(made, "RESTOCK" if restock else away)

    # What sellers are paid

    def release(self, found: Any) -> None:
        expected = self.model.release(found, self.now)
        self.act(expected, self.place.support, "settlementRelease", settlementId=self.ids[found])

    def release_in_time(self, found: Any) -> None:
        """Once its buyer can not bring it back any more, before the worker looks."""
        self.wait(timedelta(days=8))
        self.release(found)

    def dispute(self, found: Any, away: bool) -> None:
        given = {"settlementId": self.ids[found], "reason": "DISPUTE", "note": "For the test"}
        if away:
            expected = self.model.unblock(found, "DISPUTE", self.now)
            self.act(expected, self.place.support, "settlementUnblock", **given)
        else:
            self.act(self.model.block(found), self.place.support, "settlementBlock", **given)

    # Time

    def wait(self, span: timedelta) -> None:
        self.place.clock.move(span)

    def work(self, span: timedelta) -> None:
        """The worker does what has fallen due by then, and what follows from that; then nothing is left undone."""
        self.place.clock.move(span)
        while jobs := [job for job in self.place.due(self.since) if job["id"] not in self.done]:
            for job in jobs:
                self.done.add(job["id"])
                self.place.do(job)
                self.foresee(job["name"], job["subject_id"])
                self.told[job["name"]] += 1
        self.model.lapse_credit(self.now)
        self.model.expire_holds(self.now)
        assert not list(self.model.left_undone(self.now))

    def foresee(self, name: str, subject_id: object) -> None:
        """What a job should do; holds and lots have no names here, and come last."""
        model, now = self.model, self.now
        match name:
            case "orderExpire":
                model.expire_order(self.known("Order", subject_id), now)
            case "orderComplete":
                model.complete(self.known("Order", subject_id), now)
            case "paymentExpire":
                model.expire_payment(self.known("Payment", subject_id), now)
            case "goodsReturnExpire":
                model.expire_return(self.known("GoodsReturn", subject_id), now)
            case "consignmentExpire":
                model.expire(self.known("Consignment", subject_id), now)
            case "settlementRelease":
                model.release_due(self.known("Settlement", subject_id), now)

    # How it is done and compared

    def act(self, expected: str, person: Account, name: str, **given: Any) -> Any:
        """Do it, and every third time send it again: the answer is what the model said. The noun, when it was done."""
        key = uuid4().hex
        found, made = self.place.send(person, name, given, key)
        assert found == expected, (name, given, found, expected)
        self.told[f"{name} {found}"] += 1
        self.requests += 1
        if self.requests % 3 == 0:
            again, _ = self.place.send(person, name, given, key)
            assert again == expected, (name, given, again, expected)
        self.pass_time()
        return made

    def know(self, thing: object, its_id: str) -> None:
        self.ids[thing] = its_id
        self.things[its_id] = thing

    def known(self, kind: str, subject_id: object) -> Any:
        return self.things[subject(kind, subject_id)]

    def account(self, who: int) -> str:
        return encode_id("Account", self.people[who].id)

    @property
    def now(self) -> datetime:
        return self.place.clock.moment

    def pass_time(self) -> None:
        """No two things happen at one moment."""
        self.place.clock.move(timedelta(milliseconds=1))

    def compare(self, whole: bool = False) -> None:
        """After everything that is done: every account, and what should have changed; now and then all there is."""
        kept = self.place.kept(self.people)
        self.meet_settlements(kept["settlements"])
        same(self.ledger(kept), self.model_ledger())
        self.compared += 1
        expected = self.model_nodes()
        if whole or self.compared % WHOLE_EVERY == 0:
            same(self.place.wallets(self.people), [vars_of(purse) for purse in self.model.purses])
            looked_at = list(expected)
        else:
            looked_at = [its_id for its_id, stands in expected.items() if stands != self.seen.get(its_id)]
        found = {asked: shown(node) for asked, node in self.place.read(looked_at).items()}
        same(found, {its_id: expected[its_id] for its_id in looked_at})
        self.seen = expected

    def meet_settlements(self, rows: list[list[str]]) -> None:
        """They are made by the house alone; here they get to know their counterparts."""
        assert len(rows) == len(self.model.settlements), (rows, self.model.settlements)
        for settlement_id, line_id, consignment_id, _ in rows:
            its_id = subject("Settlement", settlement_id)
            if its_id in self.things:
                continue
            if line_id is not None:
                self.know(self.known("OrderLine", line_id).settlement, its_id)
            else:
                thing = self.known("Consignment", consignment_id)
                lines = [line.settlement for found in self.model.orders for line in found.lines]
                [bought] = [one for one in self.model.settlements if one.thing is thing and one not in lines]
                self.know(bought, its_id)

    def ledger(self, kept: dict[str, Any]) -> dict[str, Any]:
        house = Counter(kept["house"])
        house.subtract(self.opening)
        order = [str(person.id) for person in self.people]
        return {
            "sums": set(kept["sums"].values()) - {0},
            "house": {kind: amount for kind, amount in house.items() if amount},
            "people": {(order.index(owner), kind): amount for owner, kind, amount in kept["people"] if amount},
            "lots": [kept["lots"].get(owner, []) for owner in order],
            "debts": [kept["debts"].get(owner, []) for owner in order],
            "tokens": {subject("Consignment", one): token for one, token in kept["tokens"].items()},
        }

    def model_ledger(self) -> dict[str, Any]:
        people = {
            (number, kind): amount
            for number, purse in enumerate(self.model.purses)
            for kind, amount in (
                ("CASH", purse.cash),
                ("CREDIT", purse.credit),
                ("HELD", purse.held),
                ("RECEIVABLE", -purse.owed),
            )
            if amount
        }
        return {
            "sums": set(),
            "house": {kind: amount for kind, amount in self.model.house.items() if amount},
            "people": people,
            "lots": [[lot.left for lot in purse.lots] for purse in self.model.purses],
            "debts": [purse.debts for purse in self.model.purses],
            "tokens": {self.ids[thing]: thing.claim.token for thing in self.model.things if thing.claim.token},
        }

    def model_nodes(self) -> dict[str, Any]:
        model, ids = self.model, self.ids
        payouts = {its_id: one.state for its_id, one in zip(self.payouts, model.wallets.payouts, strict=True)}
        return {
            **{ids[one]: one.state for one in [*model.things, *model.returns]},
            **{ids[one]: (one.state, one.price) for one in model.listings},
            **{ids[one]: (one.state, one.refunded) for one in model.payments},
            **{ids[one]: (one.state, one.gross, one.commission, one.tax, one.net) for one in model.settlements},
            **{
                ids[one]: (
                    one.state,
                    one.refunded,
                    [(line.state, line.refunded) for line in one.lines],
                    [(kind, tender.amount, tender.refunded) for kind, tender in one.tenders.items()],
                    list(one.shipments),
                )
                for one in model.orders
            },
            **payouts,
        }


def shown(node: Any) -> Any:
    """What the API says of a thing, in the model's words."""
    match node["__typename"]:
        case "Order":
            return (
                node["order"],
                cents(node["refunded"]),
                [(line["state"], cents(line["refunded"])) for line in node["lines"]],
                [(one["kind"], cents(one["amount"]), cents(one["refunded"])) for one in node["tenders"]],
                [one["state"] for one in node["shipments"]],
            )
        case "Listing":
            return node["listing"], cents(node["price"])
        case "Payment":
            return node["payment"], cents(node["back"])
        case "Settlement":
            parts = (node["split"][name] for name in ("gross", "commission", "commissionTax", "net"))
            return (node["settlement"], *map(cents, parts))
        case "Consignment":
            return node["consignment"]
        case "GoodsReturn":
            return node["goodsReturn"]
        case _:
            return node["payout"]


def same(found: Any, expected: Any) -> None:
    if isinstance(found, dict):
        names = found.keys() | expected.keys()
        apart = {name: (found.get(name), expected.get(name)) for name in names if found.get(name) != expected.get(name)}
        assert not apart, f"the house, and the model: {apart}"
    assert found == expected


def pick(things: Any, index: int) -> Any:
    """The latest is number 0, for that is what most happens to."""
    return things[-1 - index % len(things)]


def vars_of(purse: Any) -> dict[str, int]:
    return {"cash": purse.cash, "credit": purse.credit, "held": purse.held, "owed": purse.owed}
