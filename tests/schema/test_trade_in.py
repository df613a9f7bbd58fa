"""An old piece pays a part of a new one: offered, bound to a purchase, taken in, judged, settled."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.house import House
from domain import policy
from domain.viewer import Role, Scope, Viewer
from schema.ids import encode_id
from tests.schema.test_api_key import issued
from tests.support.api import Api, KeyHolder
from tests.support.appraisal import STANDARD
from tests.support.people import People, euros
from tests.support.snapshot import changed, snapshot
from tests.support.trade_in import EXCELLENT, GOOD, ORDER, PARIS, Exchange

ESTIMATE = """
query ($product: ID!, $grade: Grade, $answers: [GradingAnswerInput!]) {
  tradeInEstimate(productId: $product, grade: $grade, answers: $answers) {
    low { amount } high { amount } grade newPrice { amount } factors { kind says amount { amount } }
  }
}
"""


@pytest.fixture
async def exchange(house: House, api: Api, people: People) -> Exchange:
    return await Exchange(house, api, people).open()


# Estimates


async def test_a_stranger_learns_a_range_and_why(exchange: Exchange) -> None:
    found = (await exchange.api(None, ESTIMATE, product=exchange.product_id))["tradeInEstimate"]

    assert (found["low"]["amount"], found["high"]["amount"], found["grade"]) == (GOOD, EXCELLENT, "EXCELLENT")
    assert sum(round(float(one["amount"]["amount"]) * 100) for one in found["factors"]) == 102_000
    assert found["factors"][0]["says"] == "The documented price of new"
    assert {one["kind"] for one in found["factors"]} == {"NEW_PRICE", "CONDITION", "DEMAND", "HANDLING", "ROUNDING"}


async def test_the_answers_to_the_checklist_earn_the_grade_that_is_estimated(exchange: Exchange) -> None:
    answers = [{"item": "corners", "severity": "HEAVY"}, {"item": "lining", "severity": "NONE"}]

    found = (await exchange.api(None, ESTIMATE, product=exchange.product_id, answers=answers))["tradeInEstimate"]

    assert (found["grade"], found["high"]["amount"]) == ("GOOD", GOOD)


async def test_what_has_no_documented_price_of_new_is_not_estimated(exchange: Exchange) -> None:
    other = await exchange.market.stock(100, 1)

    answer = await exchange.api(None, ESTIMATE, product=encode_id("Product", other.product_id))

    assert answer.codes == ["NOT_TRADED_IN"]


async def test_strangers_ask_so_often_in_a_minute_and_members_as_they_like(exchange: Exchange, people: People) -> None:
    """Each question is another one, for an answer that is kept costs nothing."""

    async def ask(person: Any, number: int) -> list[str]:
        query = f"query Q{number} ($product: ID!) {{ tradeInEstimate(productId: $product) {{ low {{ amount }} }} }}"
        return (await exchange.api(person, query, product=exchange.product_id)).codes

    member = await people.customer()
    strangers = await asyncio.gather(*(ask(None, number) for number in range(62)))
    members = await asyncio.gather(*(ask(member, number) for number in range(35)))

    assert ["ESTIMATED_TOO_OFTEN"] in strangers
    assert strangers.count([]) >= 30
    assert members == [[]] * 35


# The way of a piece that is as it was said


async def test_a_piece_pays_at_once_and_its_value_is_held_until_it_has_passed(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer(cash=euros(3_500))
    offered = await exchange.offer(owner)
    assert (offered["state"], offered["value"]["amount"]) == ("OFFERED", EXCELLENT)
    placed = await exchange.buy(owner, offered, 3_000, "TENDER", cash=1_980)
    order_id = placed["id"]

    assert await exchange.tenders(owner, order_id) == {
        "CASH": ("1980.00", "0.00", "0.00", False),
        "TRADE_IN": ("1020.00", "0.00", "0.00", True),
    }
    order = await exchange.order(owner, order_id)
    assert (order["state"], order["lines"][0]["blockedBy"]) == ("PAID", ["TRADE_IN"])
    assert (await exchange.market.pocket(owner))["held"] == "1020.00"
    assert await exchange.market.balance("ESCROW") == 198_000

    received = await exchange.receive(offered)
    assert await exchange.holder(received["piece"]["id"]) == ("ACCOUNT", "HOUSE")
    done = await exchange.inspect(offered)

    assert (done["state"], done["inspection"]["grade"]) == ("SETTLED", "EXCELLENT")
    assert await exchange.holder(done["piece"]["id"]) == ("HOUSE", "HOUSE")
    assert await exchange.market.pocket(owner) == {"cash": "1520.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}
    assert await exchange.market.balance("ESCROW") == 300_000
    assert await exchange.market.balance("INVENTORY") == -102_000
    order = await exchange.order(owner, order_id)
    assert (order["lines"][0]["blockedBy"], order["tradeIn"]["state"]) == ([], "SETTLED")
    assert (await exchange.tenders(owner, order_id))["TRADE_IN"] == ("1020.00", "0.00", "0.00", False)
    assert await exchange.market.sound()


async def test_a_key_sees_the_purchase_and_nothing_of_the_old_piece(exchange: Exchange, people: People) -> None:
    partner = await people.person(Role.PARTNER, cash=euros(3_500))
    offered, order_id = await exchange.bound(partner)
    machine = KeyHolder((await issued(exchange.api, partner, *Scope))["secret"])
    node = "query ($id: ID!) { orders(first: 1) { nodes { tradeIn { id } } } node(id: $id) { id } }"

    owners, machines = [(await exchange.api(one, ORDER, id=order_id))["order"] for one in (partner, machine)]
    by_id = await exchange.api(machine, node, id=offered["id"])

    assert owners["tradeIn"]["id"] == offered["id"]
    assert machines == {**owners, "tradeIn": None}
    assert by_id.data == {"orders": {"nodes": [{"tradeIn": None}]}, "node": None}


async def test_the_full_price_is_paid_first_and_the_value_comes_back_into_what_paid(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer(cash=euros(1_000))
    await exchange.market.credit(owner, 500)
    offered = await exchange.offer(owner)
    placed = await exchange.buy(owner, offered, 3_000, "FULL_PRICE", cash=1_000, credit=500, provider="TEST")
    await exchange.market.report(placed["payment"]["id"], "payment.charged")
    assert await exchange.market.balance("ESCROW") == 300_000
    await exchange.receive(offered)

    done = await exchange.inspect(offered, "NONE")

    assert (done["state"], done["inspection"]["grade"], done["value"]["amount"]) == ("SETTLED", "PRISTINE", EXCELLENT)
    assert await exchange.tenders(owner, placed["id"]) == {
        "CREDIT": ("500.00", "170.00", "0.00", False),
        "CASH": ("1000.00", "340.00", "0.00", False),
        "EXTERNAL": ("1500.00", "510.00", "0.00", False),
        "TRADE_IN": ("1020.00", "0.00", "0.00", False),
    }
    pocket = await exchange.market.pocket(owner)
    assert (pocket["cash"], pocket["credit"], pocket["held"]) == ("340.00", "170.00", "0.00")
    assert await exchange.market.balance("ESCROW") == 300_000
    assert await exchange.market.balance("PSP_CLEARING") == -(100_000 + 150_000 - 51_000)
    spent = "SELECT sum(amount_minor)::bigint FROM credit_movement WHERE flow = 'SPENT'"
    assert await exchange.market.value(spent) == -33_000
    assert await exchange.market.sound()


async def test_a_purchase_that_waits_for_its_provider_keeps_the_offer_and_gives_it_back_when_it_ends(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer(cash=euros(1_100))
    offered = await exchange.offer(owner)
    placed = await exchange.buy(owner, offered, 3_000, "TENDER", provider="TEST")
    assert (await exchange.market.pocket(owner))["held"] == "1020.00"
    refused = await exchange.receive(offered)
    assert (refused["code"], refused["message"][:9]) == ("WRONG_STATE", "The order")
    again = await exchange.buy(owner, offered, 2_000, "TENDER", cash=980)
    assert again["code"] == "TRADE_IN_NOT_OFFERED"

    await exchange.market.cancel(owner, placed["id"])

    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "OFFERED"
    assert (await exchange.market.pocket(owner))["held"] == "0.00"
    # What could not be bought for 2,000 is still in the cart.
    placed = await exchange.buy(owner, offered, 1_500, "TENDER", provider="TEST")
    await exchange.market.report(placed["payment"]["id"], "payment.charged")
    await exchange.receive(offered)
    assert (await exchange.inspect(offered))["state"] == "SETTLED"
    assert await exchange.market.balance("ESCROW") == 350_000
    assert await exchange.market.sound()


async def test_a_quote_shows_what_the_piece_would_pay(exchange: Exchange, people: People) -> None:
    owner, other = await people.customer(), await people.customer()
    offered = await exchange.offer(owner)
    cart = await exchange.market.add(owner, await exchange.market.piece(3_000))
    query = """
    query ($cart: ID!, $delivery: DeliveryInput!, $tenders: TendersInput!) {
      orderQuote(cartId: $cart, delivery: $delivery, tenders: $tenders) { tenders { kind amount { amount } } }
    }
    """
    tenders = {"provider": "TEST", "tradeIn": {"tradeInId": offered["id"], "mode": "TENDER"}}
    asked: dict[str, Any] = {"delivery": {"method": "STANDARD", "address": PARIS}, "tenders": tenders}

    quoted = (await exchange.api(owner, query, cart=cart["id"], **asked))["orderQuote"]
    theirs = await exchange.market.add(other, await exchange.market.piece(3_000))
    foreign = await exchange.api(other, query, cart=theirs["id"], **asked)

    assert {one["kind"]: one["amount"]["amount"] for one in quoted["tenders"]} == {
        "EXTERNAL": "1980.00",
        "TRADE_IN": "1020.00",
    }
    assert foreign.codes == ["NOT_FOUND"]


# Worse than was said


async def test_an_owner_who_accepts_less_pays_the_difference_out_of_what_is_held(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer(cash=euros(3_000))
    found, order_id = await exchange.requoted(owner)
    assert (found["requote"]["amount"], found["value"]["amount"]) == (GOOD, EXCELLENT)

    done = await exchange.do(owner, "tradeInAnswer", tradeInId=found["id"], answer="ACCEPT")

    assert (done["state"], done["value"]["amount"]) == ("SETTLED", GOOD)
    assert await exchange.tenders(owner, order_id) == {
        "CASH": ("2140.00", "0.00", "0.00", False),
        "TRADE_IN": ("1020.00", "160.00", "0.00", False),
    }
    assert await exchange.market.pocket(owner) == {"cash": "860.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}
    assert await exchange.market.balance("INVENTORY") == -86_000
    assert await exchange.market.balance("ESCROW") == 300_000
    assert await exchange.market.sound()


async def test_an_owner_can_pay_the_difference_with_store_credit(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    found, order_id = await exchange.requoted(owner)
    short = await exchange.do(owner, "tradeInAnswer", tradeInId=found["id"], answer="PAY_DIFFERENCE")
    assert short["code"] == "INSUFFICIENT_FUNDS"
    await exchange.market.credit(owner, 200)

    done = await exchange.do(owner, "tradeInAnswer", tradeInId=found["id"], answer="PAY_DIFFERENCE")

    assert done["state"] == "SETTLED"
    assert await exchange.tenders(owner, order_id) == {
        "CREDIT": ("160.00", "0.00", "0.00", False),
        "CASH": ("1980.00", "0.00", "0.00", False),
        "TRADE_IN": ("1020.00", "160.00", "0.00", False),
    }
    pocket = await exchange.market.pocket(owner)
    assert (pocket["cash"], pocket["credit"], pocket["held"]) == ("1020.00", "40.00", "0.00")
    cancelled = await exchange.market.cancel(owner, order_id)
    assert cancelled["state"] == "CANCELLED"
    assert (await exchange.market.pocket(owner))["credit"] == "200.00"
    assert await exchange.market.sound()


@pytest.mark.parametrize("silent", [False, True])
async def test_an_owner_who_cancels_or_says_nothing_gets_the_piece_back_and_pays_in_full(
    exchange: Exchange, people: People, silent: bool
) -> None:
    owner = await people.customer(cash=euros(3_000))
    found, order_id = await exchange.requoted(owner)
    if silent:
        await exchange.job("tradeInLapse", found, timedelta(days=6))
        assert (await exchange.trade_in(owner, found["id"]))["state"] == "REQUOTED"
        await exchange.job("tradeInLapse", found, timedelta(days=7, minutes=1))
    else:
        await exchange.do(owner, "tradeInAnswer", tradeInId=found["id"], answer="CANCEL")

    back = await exchange.trade_in(owner, found["id"])
    assert (back["state"], back["requote"]) == ("RETURNING", None)
    assert await exchange.tenders(owner, order_id) == {
        "CASH": ("3000.00", "0.00", "0.00", False),
        "TRADE_IN": ("1020.00", "1020.00", "0.00", False),
    }
    assert await exchange.market.pocket(owner) == {"cash": "0.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}
    assert (await exchange.order(owner, order_id))["lines"][0]["blockedBy"] == []
    done = await exchange.do(exchange.desk, "tradeInHandBack", tradeInId=found["id"])
    assert done["state"] == "RETURNED"
    assert await exchange.holder(done["piece"]["id"]) == ("ACCOUNT", "ACCOUNT")
    assert await exchange.market.sound()


async def test_with_the_full_price_paid_a_lower_value_comes_back_and_nothing_is_left_to_pay(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer(cash=euros(3_000))
    found, order_id = await exchange.requoted(owner, mode="FULL_PRICE")
    refused = await exchange.do(owner, "tradeInAnswer", tradeInId=found["id"], answer="PAY_DIFFERENCE")
    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["answer"])

    await exchange.do(owner, "tradeInAnswer", tradeInId=found["id"], answer="ACCEPT")

    assert await exchange.tenders(owner, order_id) == {
        "CASH": ("3000.00", "860.00", "0.00", False),
        "TRADE_IN": ("860.00", "0.00", "0.00", False),
    }
    assert (await exchange.market.pocket(owner))["cash"] == "860.00"
    assert await exchange.market.sound()


@pytest.mark.parametrize(
    ("said", "found", "requote"),
    [
        ({"ageMonths": 12}, {"ageMonths": 60}, "920.00"),
        ({}, {"ageMonths": 60}, "920.00"),
        ({"warrantyMonths": 24}, {"warrantyMonths": 0}, "1020.00"),
    ],
)
async def test_what_was_said_of_age_and_warranty_is_looked_at_too(
    exchange: Exchange, people: People, said: dict[str, Any], found: dict[str, Any], requote: str
) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered, _ = await exchange.bound(owner, **said)
    await exchange.receive(offered)

    inspected = await exchange.inspect(offered, **found)

    assert inspected["state"] == "REQUOTED", inspected
    assert float(inspected["requote"]["amount"]) < float(offered["value"]["amount"])
    assert inspected["requote"]["amount"] == requote
    assert {name: inspected["inspection"][name] for name in found} == found
    settled = await exchange.do(owner, "tradeInAnswer", tradeInId=offered["id"], answer="ACCEPT")
    assert settled["value"]["amount"] == requote
    assert await exchange.market.sound()


async def test_terms_and_standards_that_are_published_later_change_no_offer_that_stands(
    exchange: Exchange, people: People
) -> None:
    """A piece is judged and reckoned by what was in force when it was offered for."""
    kept, lowered = [await people.customer(cash=euros(3_000)) for _ in range(2)]
    same, _ = await exchange.bound(kept)
    worse, _ = await exchange.bound(lowered)
    terms = await exchange.market.run(pricing_in_force, None)
    finance = Viewer(exchange.finance.id, frozenset(exchange.finance.roles))
    stricter = policy.Publish(replace(terms, trade_in_bps=3_000, answer_days=1), "A hard winter")
    assert (await exchange.market.run(policy.publish, stricter, viewer=finance)).version == 2
    corners = {**STANDARD["checklist"][0], "deductions": [{"severity": "LIGHT", "points": 60, "atBest": "FAIR"}]}
    published = await exchange.workshop.publish(
        exchange.workshop.admin, checklist=[corners, *STANDARD["checklist"][1:]]
    )
    assert published["gradingStandardPublish"]["version"] == 2
    for trade_in in (same, worse):
        await exchange.receive(trade_in)

    settled = await exchange.inspect(same)
    requoted = await exchange.inspect(worse, "HEAVY")

    assert (settled["state"], settled["value"]["amount"]) == ("SETTLED", EXCELLENT)
    assert (requoted["state"], requoted["requote"]["amount"]) == ("REQUOTED", GOOD)
    days = datetime.fromisoformat(requoted["answerBy"]) - datetime.now(UTC)
    assert days > timedelta(days=6)
    anew = await exchange.offer(await people.customer())
    assert float(anew["value"]["amount"]) < float(GOOD)
    assert await exchange.market.sound()


async def pricing_in_force(work: Any, viewer: Viewer, command: None, *, now: datetime) -> Any:
    return (await policy.current(work, policy.PolicyKind.PRICING, now)).terms


async def test_a_younger_piece_with_more_warranty_is_worth_what_was_offered(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered, _ = await exchange.bound(owner, ageMonths=60, warrantyMonths=2)
    await exchange.receive(offered)
    refused = await exchange.inspect(offered, ageMonths=601)
    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["ageMonths"])

    inspected = await exchange.inspect(offered, ageMonths=1, warrantyMonths=24)

    assert (inspected["state"], inspected["value"]) == ("SETTLED", offered["value"])


async def test_a_value_that_comes_back_pays_what_a_charge_back_left_owing_first(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer()
    offered = await exchange.offer(owner)
    placed = await exchange.buy(owner, offered, 3_000, "FULL_PRICE", provider="TEST")
    for what in ("charged", "charged_back"):
        await exchange.market.report(placed["payment"]["id"], f"payment.{what}")
    await exchange.receive(offered)

    assert (await exchange.inspect(offered))["state"] == "SETTLED"

    pocket = await exchange.market.pocket(owner)
    assert (pocket["cash"], pocket["owed"]) == ("0.00", "1980.00")
    assert await exchange.market.sound()


async def test_a_lower_offer_is_answered_as_it_was_read(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    found, _ = await exchange.requoted(owner)
    before = await snapshot(exchange.house)
    given = {"tradeInId": found["id"], "answer": "ACCEPT"}

    stale = await exchange.do(owner, "tradeInAnswer", **given, expectedVersion=found["version"] - 1)
    rehearsed = await exchange.do(owner, "tradeInAnswer", **given, expectedVersion=found["version"], dryRun=True)

    assert stale["code"] == "VERSION_CONFLICT"
    assert rehearsed["state"] == "SETTLED"
    assert changed(before, await snapshot(exchange.house)) == []


@pytest.mark.parametrize("verdict", ["COUNTERFEIT", "INCONCLUSIVE"])
async def test_a_piece_that_is_not_what_it_is_said_to_be_goes_back(
    exchange: Exchange, people: People, verdict: str
) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered, order_id = await exchange.bound(owner)
    await exchange.receive(offered)
    wanted: dict[str, Any] = {"verdict": verdict, "answers": [], "marks": [], "measurements": []}
    silent = await exchange.inspect(offered, **wanted)
    assert (silent["code"], silent["path"]) == ("INVALID_INPUT", ["findings"])

    found = await exchange.inspect(offered, **wanted, findings="The stamp is etched")

    assert (found["state"], found["inspection"]["verdict"]) == ("RETURNING", verdict)
    assert (await exchange.tenders(owner, order_id))["CASH"] == ("3000.00", "0.00", "0.00", False)
    assert await exchange.market.balance("INVENTORY") == 0
    assert await exchange.market.sound()


# It comes to nothing


async def test_an_owner_keeps_the_piece_and_the_purchase_stands(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered, order_id = await exchange.bound(owner)

    withdrawn = await exchange.do(owner, "tradeInWithdraw", tradeInId=offered["id"])

    assert withdrawn["state"] == "WITHDRAWN"
    assert (await exchange.tenders(owner, order_id))["CASH"] == ("3000.00", "0.00", "0.00", False)
    assert await exchange.market.balance("ESCROW") == 300_000
    assert await exchange.market.sound()


async def test_a_piece_that_does_not_come_in_time_is_not_waited_for(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered, order_id = await exchange.bound(owner)
    await exchange.job("tradeInExpire", offered, timedelta(days=20))
    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "BOUND"

    await exchange.job("tradeInExpire", offered, timedelta(days=21, minutes=1))

    assert (await exchange.trade_in(owner, offered["id"]))["state"] == "EXPIRED"
    assert (await exchange.order(owner, order_id))["lines"][0]["blockedBy"] == []
    assert (await exchange.market.pocket(owner))["held"] == "0.00"
    assert await exchange.market.sound()


async def test_an_offer_lapses_and_is_not_for_others(exchange: Exchange, people: People) -> None:
    owner, other = await people.customer(cash=euros(3_000)), await people.customer(cash=euros(3_000))
    offered = await exchange.offer(owner)
    foreign = await exchange.buy(other, offered, 3_000, "TENDER", cash=1_980)
    assert foreign["code"] == "NOT_FOUND"

    await exchange.job("tradeInExpire", offered, timedelta(days=14, minutes=1))

    late = await exchange.buy(owner, offered, 3_000, "TENDER", cash=1_980)
    assert late["code"] == "TRADE_IN_NOT_OFFERED"
    assert (await exchange.market.pocket(owner))["cash"] == "3000.00"


async def test_what_pays_must_be_the_price_to_the_last_cent(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered = await exchange.offer(owner)
    before = await snapshot(exchange.house)

    less = await exchange.buy(owner, offered, 3_000, "TENDER", cash=1_979)
    dearer = await exchange.buy(owner, offered, 900, "TENDER", cash=0)

    assert (less["code"], dearer["code"]) == ("TENDERS_DO_NOT_FIT", "TENDERS_DO_NOT_FIT")
    assert "trade_in" not in changed(before, await snapshot(exchange.house))


async def test_nobody_hoards_offers(exchange: Exchange, people: People) -> None:
    owner = await people.customer()
    for _ in range(10):
        assert (await exchange.offer(owner))["state"] == "OFFERED"

    assert (await exchange.offer(owner))["code"] == "TOO_MANY_OFFERS"


async def test_nobody_hoards_offers_by_asking_for_many_at_once(exchange: Exchange, people: People) -> None:
    owner = await people.customer()

    answers = await asyncio.gather(*(exchange.offer(owner) for _ in range(16)))

    came = Counter(answer.get("code") if answer["__typename"] != "TradeIn" else "offered" for answer in answers)
    assert came == {"offered": 10, "TOO_MANY_OFFERS": 6}


# One of one


async def test_a_known_piece_is_part_of_one_deal_at_a_time(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    piece_id = await exchange.known(owner, "SN-1")
    offered = await exchange.offer(owner, piece_id=piece_id)
    again = await exchange.offer(owner, piece_id=piece_id)
    assert (offered["piece"]["id"], again["code"]) == (piece_id, "CLAIM_TAKEN")
    foreign = await exchange.offer(await people.customer(), piece_id=piece_id)
    assert foreign["code"] == "NOT_FOUND"

    workshop = exchange.workshop
    consigned = await workshop.judged(exchange.appraiser, owner, serial="SN-1")
    assert consigned["code"] == "CLAIM_TAKEN"

    await exchange.do(owner, "tradeInWithdraw", tradeInId=offered["id"])
    assert (await exchange.offer(owner, piece_id=piece_id))["state"] == "OFFERED"


async def test_another_piece_than_was_offered_is_not_taken_in(exchange: Exchange, people: People) -> None:
    owner = await people.customer(cash=euros(3_000))
    offered, _ = await exchange.bound(owner, piece_id=await exchange.known(owner, "SN-1"))

    other = await exchange.receive(offered, serial="SN-2")

    unread = await exchange.receive(offered, serial=None)

    assert (other["code"], other["path"]) == (unread["code"], unread["path"]) == ("ANOTHER_PIECE", ["serial"])
    assert (await exchange.receive(offered, serial="sn-1"))["state"] == "RECEIVED"


async def test_a_serial_of_somebody_elses_piece_is_not_taken_in(exchange: Exchange, people: People) -> None:
    owner, other = await people.customer(cash=euros(3_000)), await people.customer()
    await exchange.known(other, "SN-1")
    offered, _ = await exchange.bound(owner)

    assert (await exchange.receive(offered, serial="SN-1"))["code"] == "SERIAL_ALREADY_REGISTERED"


# A person decides


async def test_a_merchandiser_decides_on_another_value_for_a_reason_and_it_stands_among_the_factors(
    exchange: Exchange, people: People
) -> None:
    owner = await people.customer()
    offered = await exchange.offer(owner)
    given = {"tradeInId": offered["id"], "value": {"amount": "1200.00", "currencyCode": "EUR"}}
    silent = await exchange.do(exchange.merchandiser, "tradeInOverride", **given, reason=" ")
    assert (silent["code"], silent["path"]) == ("INVALID_INPUT", ["reason"])
    dear = {**given, "value": {"amount": "2000.01", "currencyCode": "EUR"}}
    assert (await exchange.do(exchange.merchandiser, "tradeInOverride", **dear, reason="Rare"))["path"] == ["value"]

    done = await exchange.do(exchange.merchandiser, "tradeInOverride", **given, reason="A rare colour")

    assert (done["value"]["amount"], done["overrideReason"]) == ("1200.00", "A rare colour")
    query = """
    query ($id: ID!) {
      priceExplain(of: { tradeInId: $id }) { amount { amount } factors { kind amount { amount } } }
    }
    """
    told = (await exchange.api(owner, query, id=offered["id"]))["priceExplain"]
    assert told["amount"]["amount"] == "1200.00"
    assert told["factors"][-1] == {"kind": "DECIDED", "amount": {"amount": "180.00"}}
    assert sum(round(float(one["amount"]["amount"]) * 100) for one in told["factors"]) == 120_000


async def test_a_high_value_is_judged_by_a_senior(exchange: Exchange, people: People) -> None:
    await exchange.price(40_000)
    owner = await people.customer(cash=euros(40_000))
    offered, _ = await exchange.bound(owner, price=30_000)
    await exchange.receive(offered)
    junior = await people.staff(Role.APPRAISER)
    await exchange.workshop.appoint(junior)

    refused = await exchange.do(junior, "tradeInInspect", **exchange.found(offered))

    assert refused["code"] == "NOT_QUALIFIED"
    assert (await exchange.inspect(offered))["state"] == "SETTLED"


async def test_nobody_judges_what_they_trade_in_themselves(exchange: Exchange, people: People) -> None:
    owner = await people.person(Role.APPRAISER, cash=euros(3_000))
    await exchange.workshop.appoint(owner, rank="SENIOR")
    offered, _ = await exchange.bound(owner)
    await exchange.receive(offered)

    assert (await exchange.do(owner, "tradeInInspect", **exchange.found(offered)))["code"] == "OWN_TRADE_IN"
