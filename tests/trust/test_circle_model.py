"""The whole circle against a pure model (R6): whatever is done in whatever order, both answer and stand alike.

Hypothesis makes up what three people and the staff do: money comes in, pieces are consigned, listed, taken into carts,
bought with credit, cash and a provider's money at once, cancelled, shipped, sent back, paid for in cash and in credit,
and bought again with that; with time passing, the worker working now and then, and requests sent again. Everything goes
through the API, the provider's webhook or a job of the worker, at moments of the test's choosing. After each step all
states, purses, lots, debts and settlements, and every account of the ledger, are compared.

That the check can fail is checked too: each of `SABOTAGE` breaks one thing in the house, and has to be noticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.asgi import create
from app.config import Settings
from app.house import open_house
from domain import claim
from domain.money import Money
from domain.payment import PaymentOutcome
from domain.settlement import split
from domain.viewer import Role
from persistence.embedded import Services
from tests.conftest import copied
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.people import People
from tests.support.returns import COVER
from tests.trust.circle_house import CircleHouse, euros
from tests.trust.circle_life import PEOPLE, Life, pick

CREDIT = 20_000
"""What everybody has of it to begin with, in cents."""

Chance = Callable[[Random], Any]
Deed = tuple[str, tuple[Chance, ...]]
"""What to do, by its name in Life, and with what."""


def deed(name: str, *given: Chance) -> list[Deed]:
    return [(name, given)]


def one_of(*values: Any) -> Chance:
    return lambda dice: dice.choice(values)


def within(low: int, high: int) -> Chance:
    return lambda dice: dice.randint(low, high)


def either(*chances: Chance) -> Chance:
    return lambda dice: dice.choice(chances)(dice)


who = within(0, PEOPLE - 1)
index = within(0, 5)
prices = either(within(1, 60), within(1_000, 30_000), within(1_000, 30_000))
amounts = either(within(0, 60), within(100, 30_000))
shares = either(one_of(0, 1_500, 3_333, 5_000, 10_000), within(0, 10_000))
wear = either(one_of(0), within(1, 9_999))
yes_or_no = one_of(True, False)
rarely = one_of(True, False, False, False)
change = within(-200, 400)
spans = one_of(
    *[timedelta(minutes=minutes) for minutes in (1, 14, 16)], *[timedelta(days=days) for days in (1, 4, 7, 8, 8, 8, 15)]
)


def gather(*deeds: list[Deed]) -> list[Deed]:
    return [one for some in deeds for one in some]


buy = deed("buy", who, shares, shares, rarely, yes_or_no)
DEEDS: dict[str, list[Deed]] = {
    "money": gather(
        deed("top_up", who, within(1, 30_000)),
        deed("grant", who, amounts, either(one_of(None), spans)),
        deed("charge", who, either(amounts, within(30_000, 90_000))),
        deed("pay_out", who, within(1, 20_000), one_of("payoutConfirm", "payoutFail")),
        deed("repay", who, amounts),
        deed("request_payout", who, amounts),
        deed("send_payouts", one_of(True, True, False)),
        deed("end_payout", index, one_of("payoutCancel", "payoutConfirm", "payoutFail")),
    ),
    "time": gather(deed("wait", spans), deed("work", spans), deed("work", spans)),
    "consign": deed(
        "consign",
        who,
        prices,
        one_of("RETURN", "RETURN", "BUY_OUT", "TRADE_IN", "DONATE"),
        rarely,
        shares,
        one_of("OFFERED", "AGREED", "LISTED", "LISTED", "LISTED"),
    ),
}
DEEDS_WITH: dict[str, list[Deed]] = {
    "things": gather(
        deed("agree", yes_or_no, shares),
        deed("choose", shares),
        deed("list_", either(one_of(None), prices)),
        deed("withdraw"),
        deed("hand_back"),
    ),
    "listings": gather(
        deed("reprice", change),
        deed("take_down"),
        deed("put_in_cart", who),
        deed("take_out", who),
        buy,
    ),
    "payments": deed("report", one_of("charge", "authorise", "fail")),
    "orders": gather(
        deed("cancel"),
        deed("pack"),
        deed("move", one_of("shipmentCancel", "shipmentHandOver", "shipmentDeliver")),
        deed("ask_back", index, rarely),
    ),
    "returns": gather(
        deed("answer", one_of("Approve", "Reject", "Ship", "Cancel")),
        deed("receive", yes_or_no),
        deed("inspect", one_of("AS_SENT", "WORSE", "NOT_THE_SAME"), wear, yes_or_no),
        deed("resolve", one_of(None, "RESTOCK", "REFURBISH", "CLEAR", "RETURN_TO_CONSIGNOR")),
    ),
    "settlements": gather(deed("release"), deed("dispute", yes_or_no)),
    # What goes on with the circle.
    "idle": gather(deed("list_", either(one_of(None), prices)), deed("agree", rarely, shares), deed("withdraw")),
    "ended": deed("hand_back"),
    "in_debt": gather(deed("repay", amounts), deed("pay_back", shares)),
    "sent": deed("end_payout", one_of("payoutConfirm", "payoutFail")),
    "on_shelf": gather(buy, buy, deed("put_in_cart", who), deed("reprice", change), deed("buy_in_cash", yes_or_no)),
    "filled": gather(
        deed("place_order", amounts, amounts, yes_or_no, rarely),
        deed("place_what_fits", shares, shares, rarely),
        deed("place_in_cash", yes_or_no),
        deed("put_back"),
        deed("place_after_a_change", change),
    ),
    "awaited": deed("report", one_of("charge", "charge", "authorise", "fail")),
    "paid": gather(*[deed("deliver")] * 4, *[deed("cancel")] * 2, deed("pack")),
    "arrived": gather(
        deed("bring_back", index, wear, yes_or_no), deed("ask_back", index, rarely), deed("ask_back", index, rarely)
    ),
    "pending": gather(deed("release"), deed("release_in_time"), deed("dispute", yes_or_no)),
    "due": deed("release"),
    "asked": deed("answer", one_of("Reject", "Cancel", "Approve")),
    "received": gather(
        deed("inspect", one_of("AS_SENT", "NOT_THE_SAME"), one_of(0), one_of(False)),
        deed("inspect", one_of("AS_SENT", "NOT_THE_SAME"), one_of(0), one_of(True)),
        deed("resolve", one_of(None, "RESTOCK", "RETURN_TO_CONSIGNOR", "CLEAR")),
    ),
    "under_way": gather(
        deed("answer", one_of("Approve", "Ship", "Cancel", "Reject")),
        deed("receive", yes_or_no),
        deed("inspect", one_of("AS_SENT", "AS_SENT", "NOT_THE_SAME"), one_of(0), yes_or_no),
        deed("resolve", one_of(None, "RESTOCK", "RETURN_TO_CONSIGNOR", "CLEAR")),
    ),
}
seeds = st.integers(0, 2**32)
WEIGHTS = {"money": 3, "time": 4, "on_shelf": 6, "idle": 2, "filled": 4, "awaited": 4, "paid": 5}
WEIGHTS |= {"arrived": 5, "under_way": 4, "due": 4, "sent": 3, "asked": 4, "received": 4, "in_debt": 3}
"""How often, compared with all else that can be done at a moment."""


class Circles(RuleBasedStateMachine):
    """Goods and money go round. Everybody has one thing on the shelf to begin with, and some credit."""

    place: ClassVar[CircleHouse]

    @initialize(seed=seeds)
    def begin(self, seed: int) -> None:
        self.life = Life(self.place)
        dice = Random(seed)
        for person in range(PEOPLE):
            self.life.consign(person, prices(dice), "RETURN", False, shares(dice), "LISTED")
            self.life.grant(person, CREDIT, None)

    def teardown(self) -> None:
        if hasattr(self, "life"):
            self.life.compare(whole=True)
            self.life.end()

    @rule(seed=seeds)
    def go_on(self, seed: int) -> None:
        """With anything that is there; by dice that never fall alike twice, for Hypothesis likes to repeat itself."""
        dice = Random(seed + self.life.compared)
        there = [name for name in DEEDS_WITH if self.life.among(name)]
        chosen = dice.choice([name for name in [*DEEDS, *there] for _ in range(WEIGHTS.get(name, 1))])
        first = () if chosen in DEEDS else (pick(self.life.among(chosen), dice.randint(0, 5)),)
        name, given = dice.choice(DEEDS.get(chosen) or DEEDS_WITH[chosen])
        values = [chance(dice) for chance in given]
        note(f"{name}{(*first, *values)}")
        getattr(self.life, name)(*first, *values)

    @invariant()
    def house_and_model_stand_alike(self) -> None:
        if hasattr(self, "life"):
            self.life.compare()


@pytest.fixture(scope="module")
def place(services: Services, template: str) -> Iterator[CircleHouse]:
    """A house on a loop of its own: Hypothesis is not asynchronous, so nobody else may be running it."""
    with asyncio.Runner() as loop, pytest.MonkeyPatch.context() as patched:
        copy = copied(services, template)
        database = loop.run(copy.__aenter__())
        given = Settings(database_url=database.app_url, redis_url=None, pool_size=2)
        opened = open_house(given)
        house = loop.run(opened.__aenter__())
        app = create(given)
        app.state.house = house
        people = People(house)
        support = loop.run(people.person(Role.SUPPORT, Role.FINANCE, Role.MERCHANDISER))
        appraiser = loop.run(people.staff(Role.APPRAISER))
        clock = Clock().hang(patched)
        Circles.place = CircleHouse(house, Api(app, house), clock, loop.get_loop(), support, appraiser)
        loop.run(Circles.place.api(support, COVER, input=INSURED))
        yield Circles.place
        loop.run(Circles.place.api.client.aclose())
        loop.run(opened.__aexit__(None, None, None))
        loop.run(copy.__aexit__(None, None, None))


INSURED = {
    "policyNumber": "P-1",
    "carrier": "Ferro",
    "limit": euros(100_000_000),
    "validUntil": "2100-01-01T00:00:00Z",
}


def examples(count: int, **more: Any) -> settings:
    return settings(
        max_examples=count,
        stateful_step_count=35,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )


def test_house_and_model_never_differ(place: CircleHouse) -> None:
    run_state_machine_as_test(Circles, settings=examples(5, derandomize=True))
    assert place.sound()


@pytest.mark.deep
def test_house_and_model_never_differ_in_hundreds_of_lives(place: CircleHouse) -> None:
    """Until everything that can happen has happened, for some of it is rare; three rounds at the least."""
    Life.told.clear()
    for number in range(ROUNDS_MAX):
        if number >= ROUNDS_MIN and set(Life.told) >= HAPPENS:
            break
        run_state_machine_as_test(Circles, settings=examples(100))
        assert place.sound()
    assert set(Life.told) >= HAPPENS, HAPPENS - set(Life.told)
    print(f"\ncircle: {sum(Life.told.values())} actions; {dict(sorted(Life.told.items()))}")


ROUNDS_MIN, ROUNDS_MAX = 3, 10

HAPPENS = {
    *(
        "cartAdd CLAIM_TAKEN",
        "cartAdd OWN_PIECE",
        "cartRemove ok",
        "orderPlace CLAIM_LAPSED",
        "orderPlace PRICE_CHANGED",
    ),
    *("orderPlace ok", "orderPlace INSUFFICIENT_FUNDS", "orderPlace TENDERS_DO_NOT_FIT", "orderCancel ok"),
    *("charged APPLIED", "charged SENT_BACK", "failed APPLIED", "orderExpire", "walletHoldExpire", "paymentRefund"),
    *("shipmentDeliver ok", "goodsReturnRequest ok", "goodsReturnRequest RETURN_WINDOW_OVER", "goodsReturnAgree ok"),
    *("goodsReturnReject ok", "goodsReturnCancel ok", "goodsReturnExpire", "goodsReturnInspect NEEDS_APPRAISER"),
    *("goodsReturnResolve ok", "goodsReturnResolve DISPOSITION_NOT_POSSIBLE", "orderComplete", "order COMPLETED"),
    *(
        "settlementRelease",
        "settlementRelease ok",
        "settlementRelease NOT_PAYABLE_YET",
        "settlement SETTLED",
        "settlement REVERSED",
    ),
    *("consignmentWithdraw ok", "consignmentWithdraw SELLER_BOUND", "consignmentReturn ok", "consignmentExpire"),
    *("payoutBatchPost ok", "payoutConfirm ok", "payoutFail ok", "receivableRepay ok", "walletLotExpire"),
}
"""What a long run has met with, or it has shown little."""


# What the machine has to notice


def refund_to_the_first(tenders: Sequence[Money], already_refunded: Sequence[Money], amount: Money) -> list[Money]:
    """Every sum is right, but credit comes back for what was paid in cash."""
    back: list[Money] = []
    for paid, gone in zip(tenders, already_refunded, strict=True):
        back.append(min(paid - gone, amount))
        amount -= back[-1]
    return back


def bonus_on_everything(contract: Any, net: Money, owed: Money, credit_bps: int) -> split.Payout:
    return replace(split.pay(contract, net, owed, credit_bps), bonus=net.at_bps(contract.credit_bonus_bps))


async def keep_what_comes_late(work: Any, intent: Any, now: datetime) -> PaymentOutcome:
    return PaymentOutcome.SENT_BACK


async def leave_the_seller_paid(work: Any, settlement: Any, reason: str, now: datetime) -> None:
    """The buyer's money back comes out of other people's escrow."""


async def look_away(work: Any, piece_id: Any, *, but_for: Any, now: datetime) -> None:
    """Nobody's claim counts at a glance."""


async def take_from_anybody(work: Any, piece_id: Any, **given: Any) -> claim.Claim:
    """And one that is in the way has just lapsed."""
    standing = await work.claims.find(piece_id)
    if standing is not None and not standing.ended:
        standing.ended = True
        await work.claims.save(standing)
    return await TAKE(work, piece_id, **given)


def no_time(days: int) -> timedelta:
    """Everything is due at once."""
    return timedelta(0)


async def leave_held(work: Any, order: Any, now: datetime) -> None:
    """The buyer's part of what was never bought stays out of reach."""


TAKE = claim.take

Broken = dict[tuple[str, str], Any]
"""What stands in whose place."""
BONUS: Broken = {("domain.settlement.step", "pay"): bonus_on_everything}
SABOTAGE: dict[str, tuple[Broken, list[str]]] = {
    "a refund forgets how it was paid": (
        {("domain.order.refund", "allocate_refund"): refund_to_the_first},
        ["buy", "deliver", "bring back worn"],
    ),
    "the bonus is on cash as well": (BONUS, ["buy", "deliver", "wait"]),
    "what is charged too late is kept": (
        {("domain.payment_event", "sent_back"): keep_what_comes_late},
        ["order", "cancel", "charge"],
    ),
    "a hold on the wallet outlives its order": (
        {("domain.order.end", "release_holds"): leave_held},
        ["order", "cancel"],
    ),
    "a piece is in two carts": (
        {("domain.claim", "check_free"): look_away, ("domain.claim", "take"): take_from_anybody},
        ["put in a cart", "put in another"],
    ),
    "the worker looks too early, and never again": (
        {("domain.settlement.step", "timedelta"): no_time},
        ["buy", "deliver", "look", "wait"],
    ),
    "what comes back stays with its seller": (
        {("domain.settlement.undo", "post_reversal"): leave_the_seller_paid},
        ["buy", "deliver", "wait", "bring back"],
    ),
}


def tell(life: Life, story: list[str]) -> None:
    """Number 0 sells, for half credit; number 1 has all kinds of money."""
    life.consign(0, 9_999, "RETURN", False, 5_000, "LISTED")
    life.grant(1, 3_333, None)
    chapters: dict[str, Callable[[], object]] = {
        "put in a cart": lambda: life.put_in_cart(life.model.listings[0], 1),
        "put in another": lambda: life.put_in_cart(life.model.listings[0], 2),
        "order": lambda: life.buy(life.model.listings[0], 1, 10_000, 5_000, False, False),
        "buy": lambda: life.buy(life.model.listings[0], 1, 10_000, 5_000, False, True),
        "charge": lambda: life.report(life.model.payments[0], "charge"),
        "cancel": lambda: life.cancel(life.model.orders[0]),
        "deliver": lambda: life.deliver(life.model.orders[0]),
        "look": lambda: life.work(timedelta(minutes=1)),
        "wait": lambda: life.work(timedelta(days=8)),
        "bring back": lambda: life.bring_back(life.model.orders[0], 0, 0, False),
        "bring back worn": lambda: life.bring_back(life.model.orders[0], 0, 1_234, False),
    }
    for chapter in story:
        chapters[chapter]()
        life.compare()


@pytest.mark.parametrize("what", SABOTAGE)
def test_a_broken_house_is_caught(place: CircleHouse, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    broken, story = SABOTAGE[what]
    tell(Life(place), story)

    sabotage(monkeypatch, broken)

    with pytest.raises(AssertionError):
        tell(Life(place), story)


def test_a_broken_house_is_found_without_a_hint(place: CircleHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    sabotage(monkeypatch, BONUS)

    # What is found first may differ from run to run, for ids do; that something is found may not.
    with pytest.raises((AssertionError, Flaky)):
        run_state_machine_as_test(Circles, settings=examples(200, phases=[Phase.generate], derandomize=True))


def sabotage(monkeypatch: pytest.MonkeyPatch, broken: Broken) -> None:
    for (module, name), other in broken.items():
        monkeypatch.setattr(import_module(module), name, other)
