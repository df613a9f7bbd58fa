"""Money under fire.

The database and API processes are killed while clients pay each other and retry what they can not know.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from app import auth
from app.config import DEVELOPMENT_SECRET, Settings
from app.house import open_house
from domain.account import Account
from persistence.embedded import Services, ServiceSupervisor
from persistence.migrate import create_all
from schema.ids import encode_id
from tests.support.history import Told, differences
from tests.support.people import People, euros
from tests.support.servers import ServedProcess

pytestmark = pytest.mark.processes

CLIENTS = 32
OPENING = 1_000
RETRYABLE = {"UNAVAILABLE", "IDEMPOTENCY_KEY_IN_FLIGHT"}
PATIENCE_SECONDS = 30

TRANSFER = """
mutation ($input: WalletTransferInput!) {
  walletTransfer(input: $input) { __typename ... on UserError { code } }
}
"""


@dataclass
class Town:
    """Accounts, two API processes and a database, any of which may be killed."""

    supervisor: ServiceSupervisor
    services: Services
    accounts: list[Account]
    servers: list[ServedProcess]
    history: list[Told] = field(default_factory=list)
    milestones: dict[int, asyncio.Event] = field(default_factory=dict)
    retried: int = 0
    longest_gap: float = 0.0
    last_answer: float = field(default_factory=time.monotonic)

    async def pay(self, client: httpx2.AsyncClient, token: str, told: Told, dice: random.Random) -> bool:
        """Send one transfer until its outcome is known; True when it was done."""
        body = {
            "query": TRANSFER,
            "variables": {
                "input": {
                    "toAccountId": told.receiver,
                    "amount": {"amount": f"{told.minor / 100:.2f}", "currencyCode": "EUR"},
                    "memo": told.key,
                    "clientMutationKey": told.key,
                }
            },
        }
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            server = dice.choice(self.servers)
            try:
                response = await client.post(
                    f"{server.url}/graphql", json=body, headers={"authorization": f"Bearer {token}"}
                )
            except httpx2.TransportError:
                self.retried += 1
                await asyncio.sleep(0.05)
                continue
            answer = response.json()
            outcome = (answer.get("data") or {}).get("walletTransfer") or {}
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())} | {outcome.get("code")}
            if codes & RETRYABLE:
                self.retried += 1
                await asyncio.sleep(0.02)
                continue
            assert codes <= {None, "INSUFFICIENT_FUNDS"}, answer
            now = time.monotonic()
            self.longest_gap = max(self.longest_gap, now - self.last_answer)
            self.last_answer = now
            return outcome["__typename"] == "WalletPocket"
        raise AssertionError(f"no definite answer in {PATIENCE_SECONDS} s")

    async def customer(self, number: int, operations: int) -> None:
        """One client, who pays random others and now and then asks for an old payment again."""
        dice = random.Random(number)
        account = self.accounts[number]
        token = auth.mint(DEVELOPMENT_SECRET, account.id, frozenset(account.roles), datetime.now(UTC))
        mine: list[Told] = []
        async with httpx2.AsyncClient(timeout=10) as client:
            for _ in range(operations):
                if mine and dice.random() < 0.1:
                    old = dice.choice(mine)
                    assert await self.pay(client, token, old, dice) == old.done, (
                        f"{old.key} was answered otherwise before"
                    )
                    continue
                other = dice.choice([one for one in self.accounts if one.id != account.id])
                asked = Told(uuid4().hex, name(account), name(other), dice.randint(1, OPENING * 20), done=True)
                done = await self.pay(client, token, asked, dice)
                mine.append(Told(asked.key, asked.sender, asked.receiver, asked.minor, done))
                self.history.append(mine[-1])
                if len(self.history) in self.milestones:
                    self.milestones[len(self.history)].set()


def name(account: Account) -> str:
    return encode_id("Account", account.id)


@pytest.fixture
async def town(alone: None) -> AsyncIterator[Town]:
    with tempfile.TemporaryDirectory(prefix="cercle-crash-") as place:
        os.chmod(place, 0o755)
        supervisor = ServiceSupervisor(Path(place))
        with supervisor as services:
            supervisor.watch()
            await create_all(services.owner_url)
            async with open_house(Settings(database_url=services.app_url)) as house:
                people = People(house)
                accounts = [await people.customer(cash=euros(OPENING)) for _ in range(CLIENTS)]
            servers = [ServedProcess(services).launch() for _ in range(2)]
            try:
                await asyncio.gather(*(server.ready() for server in servers))
                yield Town(supervisor, services, accounts, servers)
            finally:
                for server in servers:
                    server.stop()


async def kill_things(town: Town, milestones: list[asyncio.Event]) -> list[str]:
    """A worker, the database, the other worker: each killed at its milestone, each brought back at once."""
    killed: list[str] = []
    for milestone, victim in zip(milestones, ["first worker", "database", "second worker"], strict=True):
        await milestone.wait()
        if victim == "database":
            os.kill(town.supervisor.postgres_pid, signal.SIGKILL)
        else:
            server = town.servers[0 if victim == "first worker" else 1]
            server.kill()
            server.launch()
        killed.append(victim)
    return killed


@pytest.mark.parametrize("operations", [2_000, pytest.param(10_000, marks=pytest.mark.deep)])
async def test_no_payment_is_lost_or_doubled_when_workers_and_the_database_are_killed(
    town: Town, operations: int
) -> None:
    town.milestones = {operations * fifth // 5: asyncio.Event() for fifth in (1, 2, 3)}
    chaos = asyncio.create_task(kill_things(town, list(town.milestones.values())))

    await asyncio.gather(*(town.customer(number, operations // CLIENTS) for number in range(CLIENTS)))

    assert await chaos == ["first worker", "database", "second worker"]
    assert town.retried > 0, "nothing was cut off, so nothing was shown"
    connection = await asyncpg.connect(town.services.owner_url)
    balances = await connection.fetch("SELECT owner, cash_minor FROM wallet_pocket")
    posted = await connection.fetch("SELECT memo FROM ledger_journal WHERE cause_kind = 'transfer'")
    await connection.close()
    found = differences(
        town.history,
        opening={name(account): OPENING * 100 for account in town.accounts},
        balances={encode_id("Account", row["owner"]): row["cash_minor"] for row in balances},
        posted=[row["memo"] for row in posted],
    )
    assert found == []
    async with open_house(Settings(database_url=town.services.app_url)) as house:
        assert (await house.readers.ledger.health()).ok
    print(
        f"\ncrash: {len(town.history)} payments, {sum(told.done for told in town.history)} done,"
        f" {town.retried} retries, longest gap between answers {town.longest_gap:.2f} s"
    )


def tell(key: str, done: bool = True) -> Told:
    return Told(key, "a", "b", 10, done)


@pytest.mark.parametrize(
    ("balances", "posted", "complaint"),
    [
        ({"a": 90, "b": 110}, ["paid"], None),
        ({"a": 100, "b": 100}, [], "answered as done and stands 0 times"),
        ({"a": 80, "b": 120}, ["paid", "paid"], "stands 2 times"),
        ({"a": 80, "b": 120}, ["paid", "refused"], "answered as refused and stands 1 times"),
        ({"a": 80, "b": 120}, ["paid", "ghost"], "no client was told"),
        ({"a": 90, "b": 111}, ["paid"], "b should have 110 and has 111"),
    ],
)
def test_the_checker_sees_what_is_lost_doubled_applied_though_refused_or_invented(
    balances: dict[str, int], posted: list[str], complaint: str | None
) -> None:
    history: list[Any] = [tell("paid"), tell("refused", done=False)]

    found = differences(history, {"a": 100, "b": 100}, balances, posted)

    if complaint is None:
        assert found == []
    else:
        assert any(complaint in one for one in found)
