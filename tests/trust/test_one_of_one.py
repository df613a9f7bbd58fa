"""Two hundred buyers of one piece, through two API processes, each sending everything twice.

They all come in the same moment, to processes that have sold something before. `pytest -s` tells how long they waited.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from app import auth
from app.config import DEVELOPMENT_SECRET
from app.house import House
from domain.account import Account
from domain.listing import Listing
from persistence.embedded import Services
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.market import TO_PARIS, Market, money
from tests.support.people import People, euros
from tests.support.servers import ApiProcess

BUYERS = 200
PRICE = 1_000
RETRYABLE = {"IDEMPOTENCY_KEY_IN_FLIGHT"}
REGULARS = 20
"""Who wanted something else before, so that the processes have their connections."""

PATIENCE_SECONDS = 30

CART_ADD = """
mutation ($input: CartAddInput!) {
  cartAdd(input: $input) { __typename ... on Cart { id } ... on UserError { code message } }
}
"""
ORDER_PLACE = """
mutation ($input: OrderPlaceInput!) {
  orderPlace(input: $input) { __typename ... on Order { id code state } ... on UserError { code message } }
}
"""


@dataclass
class Rush:
    """Everybody sends each mutation to both processes at the same moment, with one key."""

    servers: list[ApiProcess]
    client: httpx2.AsyncClient
    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    async def send(self, server: ApiProcess, token: str, query: str, given: dict[str, Any]) -> Any:
        """Send until the answer is final; a request with the same key that is still running is waited for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (began := time.monotonic()) < deadline:
            response = await self.client.post(
                f"{server.url}/graphql",
                json={"query": query, "variables": {"input": given}},
                headers={"authorization": f"Bearer {token}"},
            )
            self.statuses[response.status_code] += 1
            self.waits.append(time.monotonic() - began)
            (answer,) = response.json()["data"].values()
            if answer.get("code") not in RETRYABLE:
                return answer
            await asyncio.sleep(0.1)
        raise AssertionError("there was no final answer in time")

    async def twice(self, token: str, query: str, given: dict[str, Any]) -> Any:
        """Both answers, which must say the same."""
        keyed = {**given, "clientMutationKey": uuid4().hex}
        one, other = await asyncio.gather(*(self.send(server, token, query, keyed) for server in self.servers))
        assert one == other
        return one

    async def buy(self, buyer: Account, thing: Listing) -> Any:
        """From the shelf into an order, or the refusal that ended it."""
        token = auth.mint(DEVELOPMENT_SECRET, buyer.id, frozenset(buyer.roles), datetime.now(UTC))
        cart = await self.twice(token, CART_ADD, {"listingId": encode_id("Listing", thing.id)})
        if cart["__typename"] != "Cart":
            return cart
        wanted = {"cartId": cart["id"], "delivery": TO_PARIS, "tenders": {"cash": money(PRICE)}}
        return await self.twice(token, ORDER_PLACE, wanted)


@pytest.fixture
async def rush(database: Services, house: House) -> AsyncIterator[Rush]:
    servers = [ApiProcess(database).launch() for _ in range(2)]
    limits = httpx2.Limits(max_connections=2 * BUYERS, max_keepalive_connections=2 * BUYERS)
    try:
        await asyncio.gather(*(server.ready() for server in servers))
        async with httpx2.AsyncClient(limits=limits, timeout=PATIENCE_SECONDS) as client:
            yield Rush(servers, client)
    finally:
        for server in servers:
            server.stop()


def told(waits: list[float]) -> None:
    """How long answers took, the client's own work included."""
    cuts = quantiles(waits, n=100)
    print(f"\none_of_one_p50_seconds {cuts[49]:.2f}\none_of_one_p99_seconds {cuts[98]:.2f}")


async def test_two_hundred_buyers_of_one_piece_make_one_order_and_the_rest_keep_their_money(
    rush: Rush, house: House, people: People, api: Api
) -> None:
    market = Market(house, api)
    seller = await people.customer()
    buyers = [await people.customer(cash=euros(PRICE)) for _ in range(BUYERS)]
    bag, other = await market.consigned(seller, PRICE), await market.consigned(seller, PRICE)
    await asyncio.gather(*[rush.buy(await people.customer(), other) for _ in range(REGULARS)])
    rush.waits.clear()

    answers = await asyncio.gather(*(rush.buy(buyer, bag) for buyer in buyers))

    told(rush.waits)
    won = [answer for answer in answers if answer["__typename"] == "Order"]
    assert [answer["state"] for answer in won] == ["PAID"]
    assert {answer.get("code") for answer in answers if answer not in won} <= {"CLAIM_TAKEN", "NOT_AVAILABLE"}
    assert set(rush.statuses) == {200}
    assert await market.value("SELECT count(*) FROM sales_order") == 1
    assert await market.value("SELECT count(*) FROM wallet_pocket WHERE cash_minor = $1", PRICE * 100) == BUYERS - 1
    assert await market.value("SELECT sum(cash_minor)::bigint FROM wallet_pocket") == (BUYERS - 1) * PRICE * 100
    assert await market.value("SELECT sum(held_minor + owed_minor)::bigint FROM wallet_pocket") == 0
    assert await market.value("SELECT token FROM claim WHERE piece_id = $1", bag.piece_id) == 1
    assert await market.balance("ESCROW") == PRICE * 100
    assert await market.sound()
