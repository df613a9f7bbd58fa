"""Twenty pieces, and every way in which one can be had, given back, or taken away, all at once.

Sixty buyers put pieces into their carts, two at a time now and then, and buy them with cash, with a provider's money
or with both; payments succeed, fail, or come after the order was called off; orders are called off; carts are emptied
or forgotten, and their claims lapse. Sellers take their consignments back, staff take the house's own pieces off the
shelves and change prices. Everything is sent twice, to two API processes.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.house import House
from app.jobs import JOBS
from domain.account import Account
from domain.listing import Listing
from domain.viewer import Role
from persistence.embedded import Services
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.crowd import PATIENCE_SECONDS, Crowd
from tests.support.market import TO_PARIS, Market, money
from tests.support.people import People, euros
from tests.support.servers import ServedProcess
from tests.support.wire import Wire

pytestmark = pytest.mark.processes

PIECES = 20
CONSIGNED = 12
BUYERS = 60
TRIES = 4
PRICE = 1_000
OPENING = 4 * PRICE
LAPSES = 16

TYPED = {
    *("CLAIM_TAKEN", "CLAIM_LAPSED", "NOT_AVAILABLE", "PRICE_CHANGED", "INSUFFICIENT_FUNDS", "CART_FULL"),
    *("WRONG_STATE", "NOT_FOUND", "INVALID_INPUT"),
}
DONE = {"Cart", "Order", "Consignment", "Listing"}

CART_ADD = """
mutation ($input: CartAddInput!) {
  cartAdd(input: $input) {
    __typename ... on Cart { id subtotal { amount } } ... on UserError { code }
  }
}
"""
CART_REMOVE = """
mutation ($input: CartRemoveInput!) {
  cartRemove(input: $input) { __typename ... on Cart { id } ... on UserError { code } }
}
"""
ORDER_PLACE = """
mutation ($input: OrderPlaceInput!) {
  orderPlace(input: $input) { __typename ... on Order { id payment { id } } ... on UserError { code } }
}
"""
ORDER_CANCEL = """
mutation ($input: OrderCancelInput!) {
  orderCancel(input: $input) { __typename ... on Order { id } ... on UserError { code } }
}
"""
WITHDRAW = """
mutation ($input: ConsignmentWithdrawInput!) {
  consignmentWithdraw(input: $input) { __typename ... on Consignment { id } ... on UserError { code } }
}
"""
TAKE_DOWN = """
mutation ($input: ListingWithdrawInput!) {
  listingWithdraw(input: $input) { __typename ... on Listing { id } ... on UserError { code } }
}
"""
REPRICE = """
mutation ($input: ListingRepriceInput!) {
  listingReprice(input: $input) { __typename ... on Listing { id } ... on UserError { code } }
}
"""
STANDS = """
SELECT l.piece_id, l.state AS listing, c.state AS consignment, k.token,
    (SELECT count(*) FROM order_line o JOIN sales_order s ON s.id = o.order_id
     WHERE o.piece_id = l.piece_id AND s.state = 'PAID' AND o.state = 'OPEN') AS paid,
    (SELECT coalesce(array_agg((e.data->>'token')::bigint ORDER BY e.id), '{}') FROM event e
     WHERE e.subject_id = l.piece_id AND e.name = 'claim.taken') AS tokens
FROM listing l LEFT JOIN consignment c ON c.id = l.consignment_id LEFT JOIN claim k ON k.piece_id = l.piece_id
"""
SPENT = """
SELECT coalesce(sum(t.amount_minor), 0)::bigint FROM sales_order s JOIN order_tender t ON t.order_id = s.id
WHERE s.state = 'PAID' AND s.buyer = $1 AND t.kind = 'CASH'
"""


@dataclass
class Fair:
    """The pieces, everybody who wants something of them, and dice that decide who wants what."""

    market: Market
    crowd: Crowd
    owner: Any
    staff: Account
    pieces: list[Listing]
    sellers: dict[UUID, Account]
    buyers: list[Account]
    dice: random.Random = field(default_factory=lambda: random.Random(20))
    came: Counter[str] = field(default_factory=Counter)

    # Buyers

    async def shop(self, buyer: Account) -> None:
        for _ in range(TRIES):
            await self.pause()
            wanted = self.dice.sample(self.pieces, self.dice.choice([1, 1, 2]))
            cart = await self.fill(buyer, wanted)
            if cart is None:
                continue
            match self.dice.choice(["buy", "buy", "buy", "buy", "forget", "put back"]):
                case "buy":
                    await self.buy(buyer, cart)
                case "forget":
                    self.came["forgotten"] += 1
                    await asyncio.sleep(0.5)
                    await self.buy(buyer, cart)
            for thing in wanted:
                given = {"cartId": cart["id"], "listingId": encode_id("Listing", thing.id)}
                await self.crowd.everywhere(buyer, CART_REMOVE, **given)

    async def fill(self, buyer: Account, wanted: list[Listing]) -> Any:
        """The cart, if any of them was to be had."""
        cart = None
        for thing in wanted:
            answer = await self.crowd.everywhere(buyer, CART_ADD, listingId=encode_id("Listing", thing.id))
            cart = answer if answer["__typename"] == "Cart" else cart
        return cart

    async def buy(self, buyer: Account, cart: Any) -> None:
        whole = cart["subtotal"]["amount"]
        cash = self.dice.choice([whole, "0.00", "100.00"])
        tenders = {"cash": money(cash)} | ({} if cash == whole else {"provider": "TEST"})
        placed = await self.crowd.everywhere(buyer, ORDER_PLACE, cartId=cart["id"], delivery=TO_PARIS, tenders=tenders)
        if placed["__typename"] != "Order":
            return
        if placed["payment"] is None:
            if self.dice.random() < 0.2:
                await self.call_off(buyer, placed)
            return
        ending = self.dice.choice(["charge", "charge", "fail", "fail", "too late", "call off"])
        await self.pause()
        if ending in ("too late", "call off"):
            await self.call_off(buyer, placed)
        if ending != "call off":
            outcomes = await self.crowd.report(placed["payment"]["id"], "fail" if ending == "fail" else "charge")
            # Two reports of one thing: one of them changes something, the other tells nothing new.
            assert outcomes in ({"APPLIED", "IGNORED"}, {"SENT_BACK", "IGNORED"}), outcomes
            self.came[f"{ending} {max(outcomes - {'IGNORED'})}"] += 1

    async def call_off(self, buyer: Account, order: Any) -> None:
        done = await self.crowd.everywhere(buyer, ORDER_CANCEL, orderId=order["id"], reason="Changed my mind")
        self.came["called off"] += done["__typename"] == "Order"

    # Everybody else

    async def take_back(self, thing: Listing) -> None:
        """The seller of a consigned piece, or a merchandiser for the house; again, while somebody is buying it."""
        for _ in range(TRIES):
            await self.pause(3)
            if thing.consignment_id is not None:
                given = {"consignmentId": encode_id("Consignment", thing.consignment_id)}
                answer = await self.crowd.everywhere(self.sellers[thing.id], WITHDRAW, **given)
            else:
                answer = await self.crowd.everywhere(self.staff, TAKE_DOWN, listingId=encode_id("Listing", thing.id))
            if answer["__typename"] in DONE:
                self.came["withdrawn"] += 1
                return

    async def reprice(self, thing: Listing) -> None:
        for step in (1, 2):
            await self.pause(1.5)
            given = {"listingId": encode_id("Listing", thing.id), "price": money(PRICE + step), "reason": "COMPETITION"}
            answer = await self.crowd.everywhere(self.staff, REPRICE, **given)
            self.came["repriced"] += answer["__typename"] == "Listing"

    async def let_lapse(self) -> None:
        """A quarter of an hour passes for one cart or another, and the worker notices."""
        carts = [buyer.id for buyer in self.buyers]
        for _ in range(LAPSES):
            await asyncio.sleep(0.25)
            row = await self.owner.fetchrow(
                "UPDATE claim SET expires_at = least(expires_at, now()) WHERE piece_id = (SELECT piece_id FROM claim"
                " WHERE NOT ended AND expires_at > now() AND holder = ANY($1::uuid[]) ORDER BY random() LIMIT 1"
                " FOR UPDATE SKIP LOCKED) RETURNING piece_id",
                carts,
            )
            if row is not None:
                now = datetime.now(UTC)
                await JOBS["claimExpire"](self.market.house, "claimExpire", row["piece_id"], uuid4().hex, now)
                self.came["lapsed"] += 1

    async def pause(self, most: float = 0.3) -> None:
        await asyncio.sleep(self.dice.random() * most)


@pytest.fixture
async def fair(alone: None, database: Services, house: House, people: People, api: Api) -> AsyncIterator[Fair]:
    market = Market(house, api)
    sellers = [await people.customer() for _ in range(CONSIGNED)]
    consigned = [await market.consigned(seller, PRICE) for seller in sellers]
    own = [await market.piece(PRICE) for _ in range(PIECES - CONSIGNED)]
    buyers = [await people.customer(cash=euros(OPENING)) for _ in range(BUYERS)]
    staff = await people.staff(Role.MERCHANDISER)
    owner = await asyncpg.connect(database.owner_url)
    # A price below everything agreed was proposed to these sellers: they are free to go.
    await owner.execute("UPDATE contract SET free_withdrawal_since = now()")
    servers = [ServedProcess(database).launch() for _ in range(2)]
    wire = Wire(PATIENCE_SECONDS)
    try:
        await asyncio.gather(*(server.ready() for server in servers))
        whose = {thing.id: seller for thing, seller in zip(consigned, sellers, strict=True)}
        yield Fair(market, Crowd(servers, wire), owner, staff, [*consigned, *own], whose, buyers)
    finally:
        await wire.close()
        for server in servers:
            server.stop()
        await owner.close()


async def test_each_of_twenty_pieces_goes_to_one_buyer_or_back_or_stays_and_nobody_else_pays(fair: Fair) -> None:
    market = fair.market

    await asyncio.gather(
        *(fair.shop(buyer) for buyer in fair.buyers),
        *(fair.take_back(thing) for thing in fair.pieces[::3]),
        *(fair.reprice(thing) for thing in fair.pieces[1::3]),
        fair.let_lapse(),
    )

    assert set(fair.crowd.statuses) == {200}
    assert set(fair.crowd.ended) <= TYPED | DONE, fair.crowd.ended
    assert await market.value("SELECT count(*) FROM sales_order WHERE state NOT IN ('PAID', 'CANCELLED')") == 0
    sold, withdrawn = 0, 0
    for row in await fair.owner.fetch(STANDS):
        stands = row["listing"]
        assert row["paid"] == (stands == "SOLD"), dict(row)
        assert row["consignment"] in (None, stands), dict(row)
        assert stands in ("LISTED", "SOLD", "WITHDRAWN"), dict(row)
        assert row["tokens"] == list(range(1, (row["token"] or 0) + 1)), dict(row)
        sold, withdrawn = sold + (stands == "SOLD"), withdrawn + (stands == "WITHDRAWN")
    for buyer in fair.buyers:
        spent = await market.value(SPENT, buyer.id)
        assert await market.value("SELECT cash_minor FROM wallet_pocket WHERE owner = $1", buyer.id) == (
            OPENING * 100 - spent
        )
    assert await market.value("SELECT sum(held_minor + owed_minor)::bigint FROM wallet_pocket") == 0
    paid = await market.value("SELECT sum(total_minor)::bigint FROM sales_order WHERE state = 'PAID'")
    assert await market.balance("ESCROW") == paid
    assert await market.sound()
    print(f"\ntwenty: {sold} sold, {withdrawn} withdrawn; {dict(fair.came)}; {dict(fair.crowd.ended)}")
    ways = {"withdrawn", "lapsed", "forgotten", "repriced", "called off", "charge APPLIED", "fail APPLIED"}
    assert ways <= set(+fair.came), "not every way was gone"
    assert sold >= 5
    assert withdrawn >= 2
