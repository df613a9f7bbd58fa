"""Wallets against a pure model (R6): whatever is done in whatever order, house and model answer and stand alike.

Hypothesis makes up sequences of top-ups, transfers, grants, holds, captures, voids, payouts, claw-backs and repayments
on three people, with time passing between them and requests sent again. Each step goes through the transactor to a real
database, at a moment of the test's choosing; after each step every pocket, lot, hold, payout and debt is compared.

That the check can fail is checked too: `test_a_broken_house_is_caught` runs it on a house whose transfers send less
rather than refuse. A house that spends credit that never lapses before credit that does was caught as well, by hand:
make `spending_order` in domain/wallet.py put `expires_at is None` first, and see the lots differ from the model's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.config import Settings
from app.house import House, open_house
from domain import payout, receivable, wallet
from domain.account import Account
from domain.ledger import AccountKind
from domain.money import Currency, Money
from domain.payout import BankAccount
from domain.refusal import Refusal
from domain.viewer import HOUSE, AccountId, Role, Viewer
from domain.wallet import LotOrigin
from persistence.embedded import Services
from tests.conftest import copied
from tests.support.people import Fund, People, fund
from tests.trust.wallet_model import OK, Model

PEOPLE = 3
KEPT = """
SELECT
    (SELECT coalesce(jsonb_object_agg(owner, jsonb_build_array(cash_minor, credit_minor, held_minor, owed_minor)), '{}')
     FROM wallet_pocket WHERE owner = ANY($1::uuid[])) AS pockets,
    (SELECT coalesce(jsonb_object_agg(owner, lots), '{}') FROM (
        SELECT owner, jsonb_agg(remaining_minor ORDER BY id) AS lots FROM credit_lot
        WHERE owner = ANY($1::uuid[]) GROUP BY owner) of_owners) AS lots,
    (SELECT coalesce(jsonb_object_agg(owner, debts), '{}') FROM (
        SELECT owner, jsonb_agg(outstanding_minor ORDER BY id) AS debts FROM receivable
        WHERE owner = ANY($1::uuid[]) AND state = 'OPEN' GROUP BY owner) of_owners) AS debts,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(state, captured_minor) ORDER BY array_position($2::uuid[], id)), '[]')
     FROM wallet_hold WHERE id = ANY($2::uuid[])) AS holds,
    (SELECT coalesce(jsonb_agg(state ORDER BY id), '[]') FROM payout WHERE owner = ANY($1::uuid[])) AS payouts
"""
EUR = Currency.EUR
FINANCE = Viewer(AccountId(UUID(int=2)), frozenset({Role.FINANCE}))
BANK = BankAccount("token", "0000", "Somebody")

who = st.integers(0, PEOPLE - 1)
amounts = st.integers(0, 60) | st.integers(100, 5_000)
indices = st.integers(0, 1_000)
spans = st.none() | st.integers(1, 5_000).map(lambda seconds: timedelta(seconds=seconds))


@dataclass
class Place:
    """A house, and the loop that it lives on."""

    house: House
    loop: asyncio.Runner
    clerk: AccountId

    def run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return self.loop.get_loop().run_until_complete(awaited())


class Wallets(RuleBasedStateMachine):
    """One example: three new people, and what becomes of them."""

    place: ClassVar[Place]
    transfer_verb: ClassVar[Any] = staticmethod(wallet.transfer)

    @initialize()
    def begin(self) -> None:
        self.model = Model(PEOPLE)
        self.done = 0
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.people: list[Account] = [
            self.place.run(People(self.place.house).person(Role.CUSTOMER)) for _ in range(PEOPLE)
        ]
        self.finance = Viewer(self.place.clerk, frozenset({Role.FINANCE}))
        self.holds: list[wallet.Hold] = []
        self.lots: list[tuple[int, wallet.Lot]] = []
        self.payouts: list[payout.Payout] = []
        self.batches: list[payout.PayoutBatch] = []

    def teardown(self) -> None:
        """No payout of this example waits for a batch of the next."""
        for index, found in enumerate(getattr(self, "payouts", [])):
            if self.model.payouts[index].state in ("REQUESTED", "BATCHED"):
                self.act(self.model.cancel(index), payout.cancel, self.finance, payout.Cancel(found.id))

    # Money in

    @rule(who=who, amount=st.integers(1, 5_000))
    def top_up(self, who: int, amount: int) -> None:
        self.act(self.model.top_up(who, amount), fund, HOUSE, Fund(self.people[who].id, euro(amount)))

    @rule(who=who, amount=amounts, promotional=st.booleans(), span=spans)
    def grant(self, who: int, amount: int, promotional: bool, span: timedelta | None) -> None:
        self.pass_time()
        expires_at = None if span is None else self.now + span
        origin = LotOrigin.PROMOTION if promotional else LotOrigin.GOODWILL
        command = wallet.GrantCredit(self.people[who].id, euro(amount), origin, "For the test", expires_at)
        expected = self.model.grant(who, amount, promotional, expires_at, self.now)
        if (made := self.act(expected, wallet.grant_credit, self.finance, command)) is not None:
            self.lots.append((who, made))

    @rule(who=who, to=who, amount=amounts)
    def transfer(self, who: int, to: int, amount: int) -> None:
        command = wallet.Transfer(self.people[to].id, euro(amount))
        self.act(self.model.transfer(who, to, amount), self.transfer_verb, self.viewer(who), command)

    # Holds

    @rule(who=who, credit=st.booleans(), amount=amounts, span=st.integers(1, 5_000))
    def hold(self, who: int, credit: bool, amount: int, span: int) -> None:
        kind = AccountKind.CREDIT if credit else AccountKind.CASH
        command = wallet.PlaceHold(self.people[who].id, kind, euro(amount), span, "For the test")
        expected = self.model.hold(who, credit, amount, self.now + timedelta(seconds=span), self.now)
        if (made := self.act(expected, wallet.place_hold, self.finance, command)) is not None:
            self.holds.append(made)

    @precondition(lambda self: self.holds)
    @rule(index=indices, amount=amounts)
    def capture(self, index: int, amount: int) -> None:
        index %= len(self.holds)
        command = wallet.CaptureHold(self.holds[index].id, euro(amount))
        self.act(self.model.capture(index, amount), wallet.capture_hold, self.finance, command)

    @precondition(lambda self: self.holds)
    @rule(index=indices)
    def void(self, index: int) -> None:
        index %= len(self.holds)
        command = wallet.VoidHold(self.holds[index].id)
        self.act(self.model.void(index), wallet.void_hold, self.finance, command)

    # Time

    @rule(seconds=st.integers(1, 3_000))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.holds)
    @rule(index=indices)
    def expire_hold(self, index: int) -> None:
        index %= len(self.holds)
        command = wallet.ExpireHold(self.holds[index].id)
        self.act(self.model.expire(index, self.now), wallet.expire_hold, HOUSE, command)

    @precondition(lambda self: self.lots)
    @rule(index=indices)
    def expire_lot(self, index: int) -> None:
        owner, lot = self.lots[index % len(self.lots)]
        place = [made.id for whose, made in self.lots if whose == owner].index(lot.id)
        self.act(self.model.lapse(owner, place, self.now), wallet.expire_lot, HOUSE, wallet.ExpireLot(lot.id))

    # Payouts

    @rule(who=who, amount=amounts)
    def request(self, who: int, amount: int) -> None:
        command = payout.Request(euro(amount), BANK)
        expected = self.model.request(who, amount, self.now)
        if (made := self.act(expected, payout.request, self.viewer(who), command)) is not None:
            self.payouts.append(made)

    @rule()
    def preview(self) -> None:
        made = self.act(self.model.preview(), payout.preview_batch, self.finance, payout.PreviewBatch(EUR))
        if made is not None:
            self.batches.append(made)

    @precondition(lambda self: self.batches)
    @rule(index=indices, posted=st.booleans())
    def close(self, index: int, posted: bool) -> None:
        index %= len(self.batches)
        batch_id = self.batches[index].id
        if posted:
            self.act(self.model.post(index), payout.post_batch, self.finance, payout.PostBatch(batch_id))
        else:
            self.act(self.model.drop(index), payout.cancel_batch, self.finance, payout.CancelBatch(batch_id))

    @precondition(lambda self: self.payouts)
    @rule(index=indices, outcome=st.sampled_from(["cancel", "confirm", "fail"]))
    def end_payout(self, index: int, outcome: str) -> None:
        index %= len(self.payouts)
        found = self.payouts[index].id
        match outcome:
            case "cancel":
                self.act(self.model.cancel(index), payout.cancel, self.finance, payout.Cancel(found))
            case "confirm":
                self.act(self.model.confirm(index), payout.confirm, self.finance, payout.Confirm(found))
            case _:
                self.act(self.model.fail(index), payout.fail, self.finance, payout.Fail(found, "Account closed"))

    # Debts

    @rule(who=who, amount=amounts)
    def charge(self, who: int, amount: int) -> None:
        command = receivable.ChargeBack(self.people[who].id, euro(amount), "For the test")
        self.act(self.model.charge(who, amount), receivable.charge, self.finance, command)

    @rule(who=who, amount=amounts)
    def repay(self, who: int, amount: int) -> None:
        command = receivable.Repay(EUR, euro(amount))
        self.act(self.model.repay(who, amount), receivable.repay, self.viewer(who), command)

    # How it is done and compared

    def act(self, expected: str, verb: Any, viewer: Viewer, command: object) -> Any:
        """Do it, and every third time send it again: the answer is what the model said. The noun, when it was done."""
        key = uuid4().hex
        found, made = self.place.run(self.send(verb, viewer, command, key))
        assert found == expected, (verb.__name__, command, found, expected)
        self.done += 1
        if self.done % 3 == 0:
            again, _ = self.place.run(self.send(verb, viewer, command, key))
            assert again == expected, (verb.__name__, command, again, expected)
        self.pass_time()
        return made

    async def send(self, verb: Any, viewer: Viewer, command: object, key: str) -> tuple[str, Any]:
        try:
            run = self.place.house.transactor
            return OK, await run(verb, viewer, command, action=verb.__name__, key=key, now=self.now)
        except Refusal as refusal:
            return refusal.code, None

    def viewer(self, index: int) -> Viewer:
        return Viewer(self.people[index].id, frozenset({Role.CUSTOMER}))

    def pass_time(self) -> None:
        """No two things happen at one moment."""
        self.now += timedelta(milliseconds=1)

    @invariant()
    def house_and_model_stand_alike(self) -> None:
        if not hasattr(self, "model"):
            return
        kept = self.place.run(self.kept())
        purses = {str(person.id): purse for person, purse in zip(self.people, self.model.purses, strict=True)}
        untouched = {owner: [0, 0, 0, 0] for owner in purses}
        assert {**untouched, **kept["pockets"]} == {
            owner: [purse.cash, purse.credit, purse.held, purse.owed] for owner, purse in purses.items()
        }
        assert kept["lots"] == {
            owner: [lot.left for lot in purse.lots] for owner, purse in purses.items() if purse.lots
        }
        assert kept["debts"] == {owner: purse.debts for owner, purse in purses.items() if purse.debts}
        assert kept["holds"] == [[hold.state, hold.captured] for hold in self.model.holds]
        assert kept["payouts"] == [each.state for each in self.model.payouts]

    async def kept(self) -> dict[str, Any]:
        """What the database has of these people, in one statement."""
        ids = [person.id for person in self.people]
        found = await self.place.house.readers.pool.fetchrow(KEPT, ids, [hold.id for hold in self.holds])
        return {name: orjson.loads(value) for name, value in found.items()}


def euro(minor: int) -> Money:
    return Money(minor, EUR)


@pytest.fixture(scope="module")
def place(services: Services, template: str) -> Iterator[Place]:
    """A house on a loop of its own: Hypothesis is not asynchronous, so nobody else may be running it."""
    with asyncio.Runner() as loop:
        copy = copied(services, template)
        database = loop.run(copy.__aenter__())
        opened = open_house(Settings(database_url=database.app_url, redis_url=None, pool_size=2))
        house = loop.run(opened.__aenter__())
        clerk = loop.run(People(house).staff(Role.FINANCE))
        Wallets.place = Place(house, loop, clerk.id)
        yield Wallets.place
        loop.run(opened.__aexit__(None, None, None))
        loop.run(copy.__aexit__(None, None, None))


def examples(count: int, **more: Any) -> settings:
    return settings(
        max_examples=count,
        stateful_step_count=30,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )


def test_house_and_model_never_differ(place: Place) -> None:
    run_state_machine_as_test(Wallets, settings=examples(20))
    assert place.run(place.house.readers.ledger.health()).ok


@pytest.mark.deep
def test_house_and_model_never_differ_in_a_thousand_lives(place: Place) -> None:
    run_state_machine_as_test(Wallets, settings=examples(1_000))
    assert place.run(place.house.readers.ledger.health()).ok


async def generous(work: Any, viewer: Viewer, command: wallet.Transfer, *, now: datetime) -> wallet.Pocket:
    """Sends what is there when more was asked for; every sum is right, and no constraint of the database minds."""
    there = (await work.wallets.lock(viewer.account_id, command.amount.currency)).cash
    return await wallet.transfer(work, viewer, replace(command, amount=min(there, command.amount)), now=now)


def test_a_broken_house_is_caught(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Wallets, "transfer_verb", staticmethod(generous))
    with pytest.raises(AssertionError, match="generous"):
        run_state_machine_as_test(Wallets, settings=examples(200, phases=[Phase.generate], derandomize=True))
