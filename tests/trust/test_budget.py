"""A budget that two hundred offers want at once; then budgets, old pieces, new ones and places of a journey mixed.

Everything is sent twice, to two API processes.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.house import House
from domain.account import Account
from domain.listing import Listing
from domain.viewer import Role
from persistence.embedded import Services
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.appraisal import CONCLUDE
from tests.support.crowd import IN_FLIGHT, PATIENCE_SECONDS, Crowd, token_of
from tests.support.market import TO_PARIS, money
from tests.support.people import People, euros
from tests.support.servers import ServedProcess
from tests.support.trade_in import Exchange
from tests.support.travel import Travel, traveller
from tests.support.wire import Wire

pytestmark = pytest.mark.processes

OWNERS = 200
SUBSIDIES = 20
REGULARS = 8

TRADERS = 10
PIECES = 6
PRICE = 2_000
CASH = 3_000
PROMISED = 5
SEATS = 6
FARE = 500

TYPED = {
    *("BUDGET_EXHAUSTED", "CLAIM_TAKEN", "CLAIM_LAPSED", "NOT_AVAILABLE", "PIECE_TIED", "NOT_YOURS", "WRONG_STATE"),
    *("TRADE_IN_NOT_OFFERED", "INSUFFICIENT_FUNDS", "VERSION_CONFLICT", "INVALID_INPUT", "TENDERS_DO_NOT_FIT"),
    *("DEPARTURE_FULL", "BOOKING_LAPSED"),
}
DONE = {"Appraisal", "Booking", "Cart", "Order", "TradeIn"}


def asking(action: str, noun: str = "TradeIn") -> str:
    kind = action[0].upper() + action[1:]
    return f"""
    mutation ($input: {kind}Input!) {{
      {action}(input: $input) {{ __typename ... on {noun} {{ id }} ... on UserError {{ code }} }}
    }}"""


OFFER, WITHDRAW = asking("tradeInOffer"), asking("tradeInWithdraw")
CART_ADD, CANCEL = asking("cartAdd", "Cart"), asking("orderCancel", "Order")
HOLD, REJECT, CALL_OFF = (asking(f"booking{what}", "Booking") for what in ("Hold", "Reject", "Cancel"))
PLACE = """
mutation ($input: OrderPlaceInput!) {
  orderPlace(input: $input) {
    __typename ... on Order { id lines { booking { id } } } ... on UserError { code }
  }
}
"""


class Patient(Crowd):
    """Whoever is told that the house is busy, or does not learn what came of it, comes again with the same key."""

    async def send(self, server: ServedProcess, person: Account, query: str, given: dict[str, Any]) -> Any:
        deadline, token = time.monotonic() + 2 * PATIENCE_SECONDS, token_of(person)
        while time.monotonic() < deadline:
            asked = {"query": query, "variables": {"input": given}}
            status, body = await self.wire.post(f"{server.url}/graphql", asked, authorization=f"Bearer {token}")
            busy = [error["extensions"]["code"] for error in body.get("errors") or ()]
            self.statuses[200 if busy else status] += 1
            assert set(busy) <= {"UNAVAILABLE", "TIMED_OUT"}, body
            (answer,) = (body.get("data") or {"": None}).values()
            if not busy and answer.get("code") != IN_FLIGHT:
                return answer
            await asyncio.sleep(1 if busy else 0.1)
        raise AssertionError("there was no final answer in time")


@pytest.fixture
async def crowd(alone: None, database: Services, house: House) -> AsyncIterator[Crowd]:
    servers = [ServedProcess(database).launch() for _ in range(2)]
    wire = Wire(PATIENCE_SECONDS)
    try:
        await asyncio.gather(*(server.ready() for server in servers))
        yield Patient(servers, wire)
    finally:
        await wire.close()
        for server in servers:
            server.stop()


@pytest.fixture
async def exchange(house: House, api: Api, people: People) -> Exchange:
    return await Exchange(house, api, people).open()


async def regulars(crowd: Crowd, exchange: Exchange, people: People) -> None:
    """Who wanted an offer before, so that the processes have their connections."""
    wanted = {"of": {"productId": exchange.product_id}, "grade": "EXCELLENT"}
    for _ in range(3):
        some = [await people.customer() for _ in range(REGULARS)]
        await asyncio.gather(*(crowd.everywhere(one, OFFER, **wanted) for one in some))


async def test_two_hundred_offers_at_once_are_promised_what_is_there_and_no_more(
    crowd: Crowd, exchange: Exchange, people: People
) -> None:
    campaign = await exchange.campaign(SUBSIDIES * 100 + 99, 100)
    owners = [await people.customer() for _ in range(OWNERS)]
    wanted = {"of": {"productId": exchange.product_id}, "grade": "EXCELLENT", "campaignCode": campaign["code"]}

    await regulars(crowd, exchange, people)
    before = await exchange.market.value("SELECT count(*) FROM trade_in")

    answers = await asyncio.gather(*(crowd.everywhere(owner, OFFER, **wanted) for owner in owners))

    came = Counter(answer.get("code", "TradeIn") for answer in answers)
    assert came == {"TradeIn": SUBSIDIES, "BUDGET_EXHAUSTED": OWNERS - SUBSIDIES}
    assert set(crowd.statuses) == {200}
    assert await exchange.market.value("SELECT reserved_minor FROM campaign") == SUBSIDIES * 10_000
    assert await exchange.market.value("SELECT count(*) FROM subsidy") == SUBSIDIES
    assert await exchange.market.value("SELECT count(*) FROM trade_in") == before + SUBSIDIES
    assert await exchange.market.balance("SUBSIDY_BUDGET") == SUBSIDIES * 10_000 + 9_900


@dataclass
class Bazaar:
    """Owners with one old piece each, who trade it in or consign it, and want the same few new ones and journeys."""

    exchange: Exchange
    crowd: Crowd
    code: str
    things: list[Listing]
    departure: str
    supplier: Account
    dice: random.Random = field(default_factory=lambda: random.Random(5))
    came: Counter[str] = field(default_factory=Counter)
    thought: Counter[str] = field(default_factory=Counter)

    async def trade(self, owner: Account, piece_id: str) -> None:
        """Ask for offers, with and without a subsidy; buy with one of them, and think better of it now and then."""
        for _ in range(3):
            await self.pause()
            wanted: dict[str, Any] = {"of": {"pieceId": piece_id}, "grade": "EXCELLENT"}
            if self.dice.random() < 0.7:
                wanted["campaignCode"] = self.code
            offered = await self.crowd.everywhere(owner, OFFER, **wanted)
            if offered["__typename"] != "TradeIn":
                continue
            self.came["offered"] += 1
            bought = await self.buy(owner, offered["id"], subsidised="campaignCode" in wanted)
            if not bought or self.dice.random() < 0.5:
                done = await self.crowd.everywhere(owner, WITHDRAW, tradeInId=offered["id"])
                self.came["withdrawn"] += done["__typename"] == "TradeIn"

    async def buy(self, owner: Account, trade_in_id: str, *, subsidised: bool) -> bool:
        """A new piece, a journey, or both; now and then it is called off, or the supplier says no.

        Whether anything was bought.
        """
        what = self.dice.choice(["piece", "journey", "both", "both"])
        if what != "journey":
            thing = self.dice.choice(self.things)
            await self.crowd.everywhere(owner, CART_ADD, listingId=encode_id("Listing", thing.id))
        if what != "piece":
            await self.crowd.everywhere(owner, HOLD, departureId=self.departure, travellers=[traveller()])
        found = (await self.exchange.market.api(owner, "{ carts { id subtotal { amount } } }"))["carts"]
        whole = int(float(found[0]["subtotal"]["amount"])) if found else 0
        mode = self.dice.choice(["TENDER", "TENDER", "FULL_PRICE"])
        cash = whole if mode == "FULL_PRICE" else whole - 1_020 - (100 if subsidised else 0)
        if cash <= 0:
            return False
        tenders = {"cash": money(cash), "tradeIn": {"tradeInId": trade_in_id, "mode": mode}}
        placed = await self.crowd.everywhere(owner, PLACE, cartId=found[0]["id"], delivery=TO_PARIS, tenders=tenders)
        if placed["__typename"] != "Order":
            return False
        self.came["bought"] += 1
        await self.think_again(owner, placed)
        return True

    async def think_again(self, owner: Account, placed: Any) -> None:
        """What came least until now, of what can come, so that in the end everything has come."""
        journeys = [line["booking"]["id"] for line in placed["lines"] if line["booking"]]
        ways = ["called off", "journey called off", "rejected", "kept"] if journeys else ["called off", "kept"]
        way = min(ways, key=lambda one: self.thought[one])
        self.thought[way] += 1
        match way:
            case "called off":
                done = await self.crowd.everywhere(owner, CANCEL, orderId=placed["id"], reason="Changed my mind")
                self.came[way] += done["__typename"] == "Order"
            case "journey called off":
                done = await self.crowd.everywhere(owner, CALL_OFF, bookingId=journeys[0], reason="An exam")
                self.came[way] += done["__typename"] == "Booking"
            case "rejected":
                done = await self.crowd.everywhere(self.supplier, REJECT, bookingId=journeys[0], reason="Full")
                self.came[way] += done["__typename"] == "Booking"

    async def consign(self, appraiser: Account, appraisal_id: str, serial: str) -> None:
        """The appraiser finds out which piece it is that was consigned, and concludes; again, while it is claimed."""
        query = CONCLUDE.replace("... on Appraisal {", "__typename ... on Appraisal {", 1)
        for _ in range(3):
            await self.pause()
            given = self.exchange.workshop.authentic(appraisal_id, serial=serial)
            done = await self.crowd.everywhere(appraiser, query, **given)
            if done["__typename"] == "Appraisal":
                self.came["consigned"] += 1
                return

    async def pause(self) -> None:
        await asyncio.sleep(self.dice.random() * 0.4)


STANDS = """
SELECT p.id, p.owner_kind,
    (SELECT count(*) FROM trade_in t WHERE t.piece_id = p.id
        AND t.state IN ('OFFERED', 'BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED', 'RETURNING')) AS traded,
    (SELECT count(*) FROM consignment c WHERE c.piece_id = p.id) AS consigned
FROM piece p WHERE p.serial LIKE 'SN-%'
"""
ORPHANS = """
SELECT count(*) FROM trade_in t JOIN sales_order o ON o.id = t.order_id
WHERE o.state = 'CANCELLED' AND t.state IN ('BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED')
"""
"""Old pieces that are waited for, for purchases that there are not."""
PLACES = """
SELECT coalesce(sum(jsonb_array_length(travellers)), 0)::bigint FROM booking
WHERE state IN ('ON_HOLD', 'PENDING', 'CONFIRMED')
"""
LEFT = """
SELECT coalesce(sum(price_minor - refunded_minor), 0)::bigint FROM order_line l JOIN sales_order o ON o.id = l.order_id
WHERE o.paid_at IS NOT NULL AND l.released_at IS NULL
"""
PROMISES = "SELECT coalesce(sum(amount_minor), 0)::bigint FROM wallet_hold WHERE state = 'HELD'"


async def test_old_pieces_new_pieces_and_a_budget_are_each_promised_once(
    crowd: Crowd, exchange: Exchange, people: People
) -> None:
    campaign = await exchange.campaign(PROMISED * 100, 100)
    owners = [await people.customer(cash=euros(CASH)) for _ in range(TRADERS)]
    olds = [await exchange.known(owner, f"SN-{number}") for number, owner in enumerate(owners)]
    things = [await exchange.market.piece(PRICE, cost=900) for _ in range(PIECES)]
    appraisals = []
    for owner in owners[: TRADERS // 2]:
        appraiser = await people.staff(Role.APPRAISER)
        await exchange.workshop.appoint(appraiser, rank="SENIOR")
        appraisal_id = await exchange.workshop.opened(owner)
        assert (await exchange.workshop.take(appraiser))["id"] == appraisal_id
        appraisals.append((appraiser, appraisal_id))
    travel = await Travel(exchange.market, people).open()
    departure = await travel.departure(capacity=SEATS, price=FARE, net=400, days=100)
    await regulars(crowd, exchange, people)
    bazaar = Bazaar(exchange, crowd, campaign["code"], things, departure, travel.supplier)

    # The others run against who wants to trade the same piece in; most often they are late.
    await bazaar.consign(*appraisals[0], "SN-0")
    await asyncio.gather(
        *(bazaar.trade(owner, old) for owner, old in zip(owners, olds, strict=True)),
        *(bazaar.trade(owner, old) for owner, old in zip(owners, olds, strict=True)),
        *(bazaar.consign(who, what, f"SN-{number}") for number, (who, what) in enumerate(appraisals) if number),
    )

    assert set(crowd.statuses) == {200}
    assert set(crowd.ended) <= TYPED | DONE, crowd.ended
    ways = ("offered", "bought", "withdrawn", "consigned", "called off", "journey called off", "rejected")
    assert all(bazaar.came[what] for what in ways), bazaar.came
    for row in await exchange.house.readers.pool.fetch(STANDS):
        assert row["traded"] + row["consigned"] <= 1, dict(row)
    sold = "SELECT count(*) FROM order_line l WHERE l.listing_id = $1 AND l.state NOT IN ('CANCELLED', 'RETURNED')"
    for thing in things:
        assert await exchange.market.value(sold, thing.id) <= 1
    found = await exchange.house.readers.pool.fetchrow("SELECT budget_minor, reserved_minor, spent_minor FROM campaign")
    told = await exchange.market.value("SELECT coalesce(sum(amount_minor), 0) FROM subsidy WHERE state = 'RESERVED'")
    assert (found["reserved_minor"], found["spent_minor"]) == (told, 0)
    assert told <= found["budget_minor"] == await exchange.market.balance("SUBSIDY_BUDGET")
    open_ = await exchange.market.value(
        "SELECT count(*) FROM trade_in WHERE state = 'OFFERED' AND order_id IS NOT NULL"
    )
    assert open_ == 0
    assert await exchange.market.value(ORPHANS) == 0
    assert await exchange.market.value("SELECT taken FROM departure") == await exchange.market.value(PLACES) <= SEATS
    escrow, apart = [await exchange.market.balance(kind) for kind in ("ESCROW", "TRAVEL_UNEARNED")]
    assert escrow >= 0
    assert escrow + apart == await exchange.market.value(LEFT) - await exchange.market.value(PROMISES)
    whole = await exchange.market.value("SELECT sum(cash_minor + held_minor)::bigint FROM wallet_pocket")
    kept = [await exchange.market.balance(kind) for kind in ("SUPPLIER_PAYABLE", "TAX_PAYABLE", "COMMISSION")]
    assert whole + escrow + apart + sum(kept) == TRADERS * CASH * 100
    assert await exchange.market.sound()
