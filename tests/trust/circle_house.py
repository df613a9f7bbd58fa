"""The house as the machine of the circle meets it: by its API, by what a provider reports, and by its worker's jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import orjson

from app import auth
from app.house import House
from app.jobs import JOBS
from domain.account import Account
from domain.viewer import HOUSE
from schema.ids import encode_id
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.trust.selection import input_type, noun_of
from tests.trust.world import outcome

NODES_AT_ONCE = 20  # of orders with all that they hold, still within what an operation may cost
WANTED = {
    "Order": "id lines { id } payment { id }",
    "Contract": "id version",
    "Consignment": "id listing { id }",
    **dict.fromkeys(("Cart", "GoodsReturn", "Payment", "Payout", "PayoutBatch", "Shipment"), "id"),
}
READ = """
query ($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename id
    ... on Order {
      order: state refunded { amount }
      lines { state refunded { amount } }
      tenders { kind amount { amount } refunded { amount } }
      shipments { state }
    }
    ... on Consignment { consignment: state }
    ... on Listing { listing: state price { amount } }
    ... on GoodsReturn { goodsReturn: state }
    ... on Payment { payment: state back: refunded { amount } }
    ... on Payout { payout: state }
    ... on Settlement {
      settlement: state split { gross { amount } commission { amount } commissionTax { amount } net { amount } }
    }
  }
}
"""
WALLETS = (
    "query ("
    + ", ".join(f"$id{index}: ID!" for index in range(3))
    + ") {"
    + " ".join(
        f"p{index}: wallet(accountId: $id{index})"
        " { pockets { cash { amount } credit { amount } held { amount } owed { amount } } }"
        for index in range(3)
    )
    + "}"
)
KEPT = """
SELECT
    (SELECT coalesce(jsonb_object_agg(kind, amount), '{}') FROM (
        SELECT kind, sum(amount_minor) AS amount FROM ledger_posting WHERE owner IS NULL GROUP BY kind) k) AS house,
    (SELECT coalesce(jsonb_object_agg(currency, amount), '{}') FROM (
        SELECT currency, sum(amount_minor) AS amount FROM ledger_posting GROUP BY currency) c) AS sums,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(owner, kind, amount)), '[]') FROM (
        SELECT owner, kind, sum(amount_minor) AS amount FROM ledger_posting
        WHERE owner = ANY($1::uuid[]) GROUP BY owner, kind) p) AS people,
    (SELECT coalesce(jsonb_object_agg(owner, lots), '{}') FROM (
        SELECT owner, jsonb_agg(remaining_minor ORDER BY created_at, id) AS lots FROM credit_lot
        WHERE owner = ANY($1::uuid[]) GROUP BY owner) l) AS lots,
    (SELECT coalesce(jsonb_object_agg(owner, debts), '{}') FROM (
        SELECT owner, jsonb_agg(outstanding_minor ORDER BY id) AS debts FROM receivable
        WHERE owner = ANY($1::uuid[]) AND state = 'OPEN' GROUP BY owner) d) AS debts,
    (SELECT coalesce(jsonb_object_agg(c.id, k.token), '{}') FROM claim k JOIN consignment c USING (piece_id)
     WHERE c.seller = ANY($1::uuid[])) AS tokens,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(id, order_line_id, consignment_id, cause) ORDER BY id), '[]')
     FROM settlement WHERE seller = ANY($1::uuid[])) AS settlements
"""


@cache
def document(name: str) -> str:
    """A mutation that selects what the machine goes on with."""
    noun = noun_of(name)
    chosen = f"... on {noun} {{ {WANTED[noun]} }}" if noun in WANTED else ""
    return (
        f"mutation ($input: {input_type(name).name}!)"
        f" {{ {name}(input: $input) {{ __typename ... on UserError {{ code message path }} {chosen} }} }}"
    )


@dataclass
class CircleHouse:
    """A house, the loop that it lives on, the clock that it goes by, and its staff."""

    house: House
    api: Api
    clock: Clock
    loop: asyncio.AbstractEventLoop
    support: Account
    """Does everything but appraise."""
    appraiser: Account

    def run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return self.loop.run_until_complete(awaited())

    # What people do

    def send(self, person: Account, name: str, given: Mapping[str, Any], key: str) -> tuple[str, Any]:
        """A mutation; how it ended, and what was made."""
        answer = self.run(self.post(person, document(name), {"input": given}, key))
        ended = outcome(answer, name)
        return ("ok", answer[name]) if ended == noun_of(name) else (ended, None)

    async def post(self, person: Account, query: str, variables: Mapping[str, Any], key: str | None) -> Answer:
        secret = self.house.settings.secret.get_secret_value()
        token = auth.mint(secret, person.id, frozenset(person.roles), datetime.now(UTC))
        headers = {"authorization": f"Bearer {token}"} | ({"idempotency-key": key} if key else {})
        body = {"query": query, "variables": variables}
        return Answer(await self.api.client.post("/graphql", json=body, headers=headers))

    def verb(self, verb: Any, command: object) -> Any:
        """What no mutation does, for tests to begin with."""
        now = self.clock.moment
        return self.run(self.house.transactor(verb, HOUSE, command, action=verb.__name__, key=uuid4().hex, now=now))

    def report(self, payment_id: str, action: str) -> str:
        """What the provider's webhook says, and what the house makes of it."""
        said = self.run(self.api.client.post(f"/test-provider/payments/{payment_id}/{action}"))
        assert said.status_code == 200, said.text
        return str(said.json()["outcome"])

    # What the worker does

    def outbox_end(self) -> int:
        return int(self.run(self.house.readers.pool.fetchval("SELECT coalesce(max(id), 0) FROM outbox")))

    def due(self, since: int) -> Sequence[Any]:
        query = "SELECT id, name, subject_id FROM outbox WHERE id > $1 AND due_at <= $2 ORDER BY due_at, id"
        found: Sequence[Any] = self.run(self.house.readers.pool.fetch(query, since, self.clock.moment))
        return found

    def do(self, job: Any) -> None:
        key = f"job:{job['id']}"
        self.run(JOBS[job["name"]](self.house, job["name"], job["subject_id"], key, self.clock.moment))

    # What there is to see

    def read(self, ids: Sequence[str]) -> dict[str, Any]:
        """Everything by its id, as staff see it."""
        found: dict[str, Any] = {}
        for start in range(0, len(ids), NODES_AT_ONCE):
            some = ids[start : start + NODES_AT_ONCE]
            nodes = self.run(self.post(self.support, READ, {"ids": some}, None))["nodes"]
            found |= zip(some, nodes, strict=True)
        return found

    def wallets(self, people: Sequence[Account]) -> list[dict[str, int]]:
        ids = {f"id{index}": encode_id("Account", person.id) for index, person in enumerate(people)}
        answer = self.run(self.post(self.support, WALLETS, ids, None)).data
        return [pocket(answer[f"p{index}"]["pockets"]) for index in range(len(people))]

    def kept(self, people: Sequence[Account]) -> dict[str, Any]:
        """What the database has, in one statement."""
        row = self.run(self.house.readers.pool.fetchrow(KEPT, [person.id for person in people]))
        return {name: orjson.loads(value) for name, value in row.items()}

    def sound(self) -> bool:
        return bool(self.run(self.house.readers.ledger.health()).ok)


def pocket(found: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """One currency is enough here, or none yet."""
    kinds = ("cash", "credit", "held", "owed")
    return {kind: cents(found[0][kind]) if found else 0 for kind in kinds}


def cents(money: Mapping[str, str]) -> int:
    whole, _, part = money["amount"].partition(".")
    return int(whole + part)


def euros(minor: int) -> dict[str, str]:
    return {"amount": f"{minor // 100}.{minor % 100:02}", "currencyCode": "EUR"}


def subject(kind: str, subject_id: Any) -> str:
    return encode_id(kind, UUID(str(subject_id)))
