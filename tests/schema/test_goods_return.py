"""Returns through the API: the full circle back, for every kind of goods and tender, to the last unit."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.account import Account
from domain.listing import ListingState
from domain.viewer import Role
from schema.ids import encode_id, id_of
from tests.support.consignment import Counter
from tests.support.market import Market
from tests.support.people import People, euros
from tests.support.returns import Returns
from tests.support.snapshot import changed, snapshot
from tests.support.statements import counted

LOTS = "{ wallet { creditLots { origin remaining { amount } expiresAt } } }"
OWN = """
query ($states: [GoodsReturnState!], $first: Int, $after: String) {
  goodsReturns(states: $states, first: $first, after: $after) {
    nodes { code state } pageInfo { hasNextPage endCursor } totalCount
  }
}
"""
QUEUE = "query ($filter: GoodsReturnFilterInput) { goodsReturnQueue(filter: $filter) { nodes { code } } }"
ONE = """
query ($id: ID!) {
  goodsReturn(id: $id) {
    code nextActions buyer { id } order { code } line { id returnableUntil } piece { id }
    receipt { takenBy { id } } inspection { inspectedBy { id } } decidedBy { id } opened { id }
  }
}
"""
TAG_AS_WRITTEN = " tag-1001 "
LINES = "query ($id: ID!) { order(id: $id) { lines { blockedBy returnableUntil returns { code state } } } }"


@pytest.fixture
async def returns(market: Market, people: People) -> Returns:
    return await Returns(market, people).open()


def parts(found: dict[str, Any]) -> dict[str, str]:
    return {part["kind"]: part["amount"]["amount"] for part in found["parts"]}


# The whole way


async def test_a_consigned_piece_bought_with_credit_and_cash_goes_all_the_way_back(
    people: People, market: Market, returns: Returns
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(700))
    soon = datetime.now(UTC) + timedelta(days=30)
    await market.credit(buyer, 100, expires_at=soon)
    await market.credit(buyer, 200)
    bag = await market.consigned(seller, 1_000)
    sale = await returns.bought(buyer, bag, credit=300, cash=700)
    assert await returns.parties(bag) == (str(buyer.id),) * 3

    made = await returns.asked(buyer, sale, note="It is too large")
    assert (made["state"], made["nextActions"], made["late"]) == ("REQUESTED", ["goodsReturnCancel"], False)
    await returns.all_is_due(sale)
    assert (await returns.settlement(sale))["state"] == "PENDING"
    assert await market.balance("ESCROW") == 100_000
    [line] = (await market.api(buyer, LINES, id=sale["id"]))["order"]["lines"]
    assert line["blockedBy"] == ["RETURN_IN_PROGRESS"]
    assert line["returns"] == [{"code": made["code"], "state": "REQUESTED"}]

    await returns.done(returns.support, "goodsReturnApprove", made["id"])
    await returns.done(buyer, "goodsReturnShip", made["id"], carrier="Ferro", tracking="B-1")
    assert await returns.parties(bag) == (str(buyer.id), "CARRIER", str(buyer.id))
    taken = await returns.done(
        returns.support, "goodsReturnReceive", made["id"], tagNumber=TAG_AS_WRITTEN, weightGrams=1_243
    )
    assert taken["receipt"]["matched"] is True
    assert await returns.parties(bag) == (str(buyer.id), "HOUSE", "HOUSE")
    seen = await returns.looked_at(taken)
    foretold = await returns.preview(buyer, sale)
    done = await returns.done(returns.support, "goodsReturnResolve", seen["id"], disposition="RESTOCK")

    assert (done["state"], done["disposition"], done["nextActions"]) == ("REFUNDED", "RESTOCK", [])
    assert done["refunded"] == foretold["amount"] == {"amount": "1000.00"}
    assert parts(done["refund"]) == parts(foretold) == {"CREDIT": "300.00", "CASH": "700.00"}
    assert [lot["amount"]["amount"] for lot in foretold["lots"]] == ["200.00", "100.00"]
    assert await market.pocket(buyer) == {"cash": "700.00", "credit": "300.00", "held": "0.00", "owed": "0.00"}
    lots = (await market.api(buyer, LOTS))["wallet"]["creditLots"]
    assert [(lot["origin"], lot["remaining"]["amount"], lot["expiresAt"] is None) for lot in lots] == [
        ("PROMOTION", "100.00", False),
        ("GOODWILL", "200.00", True),
    ]
    assert await market.balance("ESCROW") == 0
    assert (await returns.settlement(sale))["state"] == "CANCELLED"
    assert await market.pocket(seller) == {"cash": "0.00", "credit": "0.00", "held": "0.00", "owed": "0.00"}
    assert await returns.parties(bag) == (str(seller.id), "HOUSE", "HOUSE")
    assert await returns.consignment(bag) == "LISTED"
    assert (await market.listing(bag.id)).state is ListingState.LISTED
    assert (await market.order(buyer, sale["id"]))["lines"][0]["state"] == "RETURNED"
    assert await market.sound()

    somebody = await people.customer(cash=euros(1_000))
    again = await returns.bought(somebody, bag, cash=1_000)
    await returns.all_is_due(again)
    assert (await returns.settlement(again))["state"] == "SETTLED"
    assert (await market.pocket(seller))["cash"] == "760.00"
    assert await market.balance("ESCROW") == 0
    assert await market.sound()


async def test_what_a_worn_piece_has_lost_makes_its_consignor_whole(
    people: People, market: Market, returns: Returns
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(1_000))
    bag = await market.consigned(seller, 1_000)
    sale = await returns.bought(buyer, bag, cash=1_000)

    seen = await returns.inspected(buyer, sale, worse=1_500)
    foretold = await returns.preview(returns.support, sale)
    shelved = await returns.act(returns.support, "goodsReturnResolve", seen["id"], disposition="RESTOCK")
    done = await returns.done(returns.support, "goodsReturnResolve", seen["id"], disposition="RETURN_TO_CONSIGNOR")

    assert (shelved["code"], shelved["possible"]) == ("DISPOSITION_NOT_POSSIBLE", ["RETURN_TO_CONSIGNOR"])
    [line] = foretold["lines"]
    assert (line["worth"]["amount"], line["deduction"]["amount"]) == ("1000.00", "150.00")
    assert line["deductionReason"] == "The handle is scratched"
    assert foretold["amount"] == done["refunded"] == {"amount": "850.00"}
    assert done["deducted"] == {"amount": "150.00"}
    assert (await market.pocket(buyer))["cash"] == "850.00"
    assert (await market.pocket(seller))["cash"] == "150.00"
    assert await market.balance("ESCROW") == 0
    assert await returns.consignment(bag) == "WITHDRAWN"
    assert (await market.listing(bag.id)).state is ListingState.WITHDRAWN
    assert await returns.parties(bag) == (str(seller.id), "HOUSE", "HOUSE")
    task = "SELECT count(*) FROM consignment_task WHERE consignment_id = $1 AND kind = 'RETURN' AND outcome IS NULL"
    assert await market.value(task, bag.consignment_id) == 1
    assert await market.sound()


async def test_some_of_a_stock_comes_back_and_the_rest_is_completed(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(360))
    shirts = await market.stock(120, 5)
    sale = await returns.bought(buyer, shirts, 3, cash=360)

    two = await returns.inspected(buyer, sale, quantity=2)
    done = await returns.done(returns.finance, "goodsReturnResolve", two["id"], disposition="RESTOCK")
    too_many = await returns.ask(buyer, sale, quantity=2)

    assert (done["quantity"], done["refunded"]["amount"]) == (2, "240.00")
    assert (await market.listing(shirts.id)).quantity == 4
    assert (too_many["code"], too_many["path"]) == ("INVALID_INPUT", ["quantity"])
    assert (await market.order(buyer, sale["id"]))["lines"][0]["state"] == "DELIVERED"
    await returns.all_is_due(sale)
    assert (await market.order(buyer, sale["id"]))["state"] == "COMPLETED"
    assert (await market.balance("ESCROW"), await market.balance("TAX_PAYABLE")) == (0, 2_000)
    assert await market.balance("SALES") == 10_000
    assert await market.sound()


async def test_worn_goods_from_stock_become_pieces_and_what_they_lost_is_taxed(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(240))
    shirts = await market.stock(120, 5)
    sale = await returns.bought(buyer, shirts, 2, cash=240)

    one = await returns.inspected(buyer, sale, quantity=1, worse=1_000)
    first = await returns.done(returns.support, "goodsReturnResolve", one["id"], disposition="CLEAR")
    assert (await market.order(buyer, sale["id"]))["lines"][0]["state"] == "DELIVERED"
    other = await returns.inspected(buyer, sale)
    second = await returns.done(returns.support, "goodsReturnResolve", other["id"], disposition="RESTOCK")

    assert (first["refunded"]["amount"], second["refunded"]["amount"]) == ("108.00", "120.00")
    opened = (await market.api(returns.support, ONE, id=one["id"]))["goodsReturn"]["opened"]
    assert len(opened) == 1
    owner = "SELECT owner_kind FROM piece WHERE id = $1"
    assert await market.value(owner, id_of("Piece", opened[0]["id"])) == "HOUSE"
    assert (await market.api(buyer, ONE, id=one["id"]))["goodsReturn"]["opened"] == []
    assert (await market.listing(shirts.id)).quantity == 4
    assert (await market.order(buyer, sale["id"]))["lines"][0]["state"] == "RETURNED"
    assert await market.balance("ESCROW") == 0
    assert (await market.balance("SALES"), await market.balance("TAX_PAYABLE")) == (1_000, 200)
    assert (await market.pocket(buyer))["cash"] == "228.00"
    assert await market.sound()


async def test_an_own_piece_is_refurbished_and_an_external_part_is_asked_back_of_its_provider(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(400))
    watch = await market.piece(1_000, cost=600)
    sale = await returns.bought(buyer, watch, cash=400, provider="TEST")

    seen = await returns.inspected(buyer, sale, worse=1)
    done = await returns.done(returns.support, "goodsReturnResolve", seen["id"], disposition="REFURBISH")

    assert parts(done["refund"]) == {"CASH": "399.96", "EXTERNAL": "599.94"}
    assert len(await market.jobs("paymentRefund")) == 1
    assert (await market.listing(watch.id)).state is ListingState.WITHDRAWN
    assert await returns.parties(watch) == ("HOUSE", "HOUSE", "HOUSE")
    assert await market.balance("ESCROW") == 0
    assert await market.balance("COST_OF_GOODS") == 0
    assert await market.sound()


# What came back is not what was sent


async def test_a_swapped_piece_is_found_out_by_its_tag_and_weight_and_denied_by_an_appraiser(
    people: People, market: Market, returns: Returns
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(1_000))
    bag = await market.consigned(seller, 1_000)
    sale = await returns.bought(buyer, bag, cash=1_000)

    taken = await returns.received(buyer, sale, tagNumber="TAG-7", weightGrams=1_100)
    assert taken["receipt"] == {
        "matched": False,
        "findings": ["TAG_DIFFERS", "WEIGHT_DIFFERS"],
        "tagNumber": "TAG-7",
        "weightGrams": 1_100,
    }
    assert await returns.parties(bag) == (str(buyer.id), "CARRIER", str(buyer.id))
    same = {"condition": "AS_SENT"}
    alone = await returns.act(returns.support, "goodsReturnInspect", taken["id"], **same)
    assert (alone["code"], alone["findings"]) == ("NEEDS_APPRAISER", ["TAG_DIFFERS", "WEIGHT_DIFFERS"])
    fake = {"condition": "NOT_THE_SAME", "note": "Another bag, and not a real one"}
    await returns.done(returns.appraiser, "goodsReturnInspect", taken["id"], **fake)
    disposed = await returns.act(returns.support, "goodsReturnResolve", taken["id"], disposition="RESTOCK")
    denied = await returns.done(returns.support, "goodsReturnResolve", taken["id"])

    assert (disposed["code"], disposed["path"]) == ("INVALID_INPUT", ["disposition"])
    assert (denied["state"], denied["refunded"], denied["nextActions"]) == ("DENIED", None, ["goodsReturnSendBack"])
    assert await returns.parties(bag) == (str(buyer.id),) * 3
    assert (await market.pocket(buyer))["cash"] == "0.00"
    back = await returns.done(returns.support, "goodsReturnSendBack", taken["id"], carrier="Ferro", tracking="B-2")
    assert (back["sentBack"], back["nextActions"]) == ({"carrier": "Ferro", "tracking": "B-2"}, [])
    twice = await returns.act(returns.support, "goodsReturnSendBack", taken["id"], carrier="F", tracking="B-3")
    assert twice["code"] == "WRONG_STATE"
    await returns.all_is_due(sale)
    assert (await returns.settlement(sale))["state"] == "SETTLED"
    assert (await market.pocket(seller))["cash"] == "760.00"
    assert await market.sound()


async def test_a_lost_tag_or_nothing_recorded_is_for_an_appraiser_who_may_find_it_to_be_the_same(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(2_000))
    for tagged, given, findings in (
        (True, {"tagNumber": None}, ["TAG_MISSING"]),
        (True, {"weightGrams": None}, ["WEIGHT_DIFFERS"]),
        (True, {"weightGrams": 1_253}, ["WEIGHT_DIFFERS"]),
        (False, {}, ["NOT_RECORDED"]),
    ):
        bag = await market.piece(500)
        sale = await returns.bought(buyer, bag, tagged=tagged, cash=500)

        taken = await returns.received(buyer, sale, **given)
        assert taken["receipt"]["findings"] == findings
        support = await returns.act(returns.support, "goodsReturnInspect", taken["id"], condition="AS_SENT")
        assert support["code"] == "NEEDS_APPRAISER"
        await returns.done(returns.appraiser, "goodsReturnInspect", taken["id"], condition="AS_SENT")
        assert await returns.parties(bag) == (str(buyer.id), "HOUSE", "HOUSE")
        done = await returns.done(returns.support, "goodsReturnResolve", taken["id"], disposition="RESTOCK")
        assert done["refunded"]["amount"] == "500.00"
    assert (await market.pocket(buyer))["cash"] == "2000.00"


async def test_whoever_took_it_in_does_not_also_say_that_it_is_the_same(
    people: People, market: Market, returns: Returns
) -> None:
    buyer, admin = await people.customer(cash=euros(500)), await people.staff(Role.ADMIN)
    sale = await returns.bought(buyer, await market.piece(500), cash=500)
    made = await returns.asked(buyer, sale)
    await returns.done(admin, "goodsReturnApprove", made["id"])
    await returns.done(admin, "goodsReturnReceive", made["id"], tagNumber="another")

    refused = await returns.act(admin, "goodsReturnInspect", made["id"], condition="AS_SENT")

    assert refused["code"] == "NEEDS_APPRAISER"


async def test_a_very_valuable_piece_and_a_second_look_are_for_appraisers(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(10_500))
    sale = await returns.bought(buyer, await market.piece(10_000), cash=10_000)
    taken = await returns.received(buyer, sale)
    cheap = await returns.bought(buyer, await market.piece(500), cash=500)
    seen = await returns.inspected(buyer, cheap, worse=9_999)

    dear = await returns.act(returns.support, "goodsReturnInspect", taken["id"], condition="AS_SENT")
    again = await returns.act(returns.support, "goodsReturnInspect", seen["id"], condition="AS_SENT")
    better = await returns.done(returns.appraiser, "goodsReturnInspect", seen["id"], condition="AS_SENT")

    assert (dear["code"], dear["findings"]) == (again["code"], again["findings"]) == ("NEEDS_APPRAISER", [])
    assert better["inspection"]["deduction"]["amount"] == "0.00"
    done = await returns.done(returns.support, "goodsReturnResolve", seen["id"], disposition="RESTOCK")
    assert done["refunded"]["amount"] == "500.00"


# It comes to nothing


async def test_a_rejected_and_a_cancelled_return_leave_the_sale_as_it_was(
    people: People, market: Market, returns: Returns
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(1_000))
    bag = await market.consigned(seller, 1_000)
    sale = await returns.bought(buyer, bag, cash=1_000)

    first = await returns.asked(buyer, sale)
    no = await returns.done(returns.support, "goodsReturnReject", first["id"], reason="It was made to measure")
    second = await returns.asked(buyer, sale)
    await returns.done(returns.support, "goodsReturnApprove", second["id"], note="Use the box")
    await returns.done(buyer, "goodsReturnShip", second["id"], carrier="Ferro", tracking="B-1")
    kept = await returns.done(buyer, "goodsReturnCancel", second["id"])

    assert (no["state"], no["decision"]) == ("REJECTED", "It was made to measure")
    assert (kept["state"], kept["decision"]) == ("CANCELLED", "Use the box")
    assert kept["closedAt"] is not None
    assert await returns.parties(bag) == (str(buyer.id),) * 3
    assert (await market.order(buyer, sale["id"]))["lines"][0]["blockedBy"] == []
    await returns.all_is_due(sale)
    assert (await returns.settlement(sale))["state"] == "SETTLED"


async def test_a_return_that_is_never_sent_lapses_and_the_seller_is_paid(
    people: People, market: Market, returns: Returns
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(1_000))
    sale = await returns.bought(buyer, await market.consigned(seller, 1_000), cash=1_000)
    made = await returns.asked(buyer, sale)
    await returns.done(returns.support, "goodsReturnApprove", made["id"])
    assert id_of("GoodsReturn", made["id"]) in await market.jobs("goodsReturnExpire")

    assert (await returns.expire(made["id"], 13)).state == "APPROVED"
    assert (await returns.expire(made["id"], 15)).state == "EXPIRED"
    assert (await returns.expire(made["id"], 16)).state == "EXPIRED"

    late = await returns.act(buyer, "goodsReturnShip", made["id"], carrier="Ferro", tracking="B-1")
    assert (late["code"], late["was"], late["nextActions"]) == ("WRONG_STATE", "EXPIRED", [])
    await returns.all_is_due(sale)
    assert (await returns.settlement(sale))["state"] == "SETTLED"
    assert (await market.pocket(seller))["cash"] == "760.00"


async def test_the_window_is_the_better_of_law_and_promise_and_then_it_is_over(
    people: People, market: Market, returns: Returns
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(1_000))
    by_a_member = await returns.bought(buyer, await market.consigned(seller, 500), cash=500)
    by_the_house = await returns.bought(buyer, await market.piece(500), cash=500)
    for sale in (by_a_member, by_the_house):
        await returns.age(sale, 10)

    over = await returns.ask(buyer, by_a_member)
    still = await returns.ask(buyer, by_the_house)
    await returns.done(buyer, "goodsReturnCancel", still["id"])
    await returns.age(by_the_house, 5)
    over_too = await returns.ask(buyer, by_the_house)

    assert over["code"] == over_too["code"] == "RETURN_WINDOW_OVER"
    line = (await market.api(buyer, LINES, id=by_a_member["id"]))["order"]["lines"][0]
    assert over["endedAt"] == line["returnableUntil"]
    assert still["state"] == "REQUESTED"


# After everybody was paid


async def test_a_late_return_makes_a_seller_who_was_paid_owe_what_they_no_longer_have(
    people: People, market: Market, returns: Returns
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(1_000))
    bag = await market.consigned(seller, 1_000)
    await returns.execute("UPDATE contract SET credit_bps = 5000")
    sale = await returns.bought(buyer, bag, cash=1_000)
    await returns.all_is_due(sale)
    assert await market.pocket(seller) == {"cash": "380.00", "credit": "418.00", "held": "0.00", "owed": "0.00"}
    assert await market.balance("ESCROW") == 0
    await returns.age(sale, 60)

    assert (await returns.ask(buyer, sale))["code"] == "RETURN_WINDOW_OVER"
    made = await returns.agree(sale)
    assert (made["state"], made["late"], made["decision"]) == ("APPROVED", True, "A lab found it out")
    seen = await returns.looked_at(await returns.sent_in(buyer, made))
    shelved = await returns.act(returns.support, "goodsReturnResolve", seen["id"], disposition="RESTOCK")
    done = await returns.done(returns.support, "goodsReturnResolve", seen["id"], disposition="RETURN_TO_CONSIGNOR")

    assert (shelved["code"], shelved["possible"]) == ("DISPOSITION_NOT_POSSIBLE", ["RETURN_TO_CONSIGNOR"])
    assert done["refunded"]["amount"] == "1000.00"
    assert (await market.pocket(buyer))["cash"] == "1000.00"
    assert await market.pocket(seller) == {"cash": "0.00", "credit": "418.00", "held": "0.00", "owed": "418.00"}
    assert (await returns.settlement(sale))["state"] == "REVERSED"
    for kind in ("ESCROW", "COMMISSION", "TAX_PAYABLE", "CONSIGNOR_PAYABLE", "CREDIT_BONUS"):
        assert await market.balance(kind) == 0, kind
    assert await returns.parties(bag) == (str(seller.id), "HOUSE", "HOUSE")
    assert await returns.consignment(bag) == "WITHDRAWN"
    assert await market.sound()


async def test_a_late_return_of_the_houses_own_undoes_its_sale(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(1_240))
    watch, shirts = await market.piece(1_000, cost=600), await market.stock(120, 2)
    await market.add(buyer, watch)
    sale = await returns.bought(buyer, shirts, 2, cash=1_240)
    await returns.all_is_due(sale)
    assert await market.balance("COST_OF_GOODS") == -60_000
    sales = await market.balance("SALES")

    positions = {line["price"]["amount"]: index for index, line in enumerate(sale["lines"])}
    dear = await returns.agree(sale, positions["1000.00"])
    dear = await returns.looked_at(await returns.sent_in(buyer, dear))
    await returns.done(returns.support, "goodsReturnResolve", dear["id"], disposition="RESTOCK")
    one = await returns.agree(sale, positions["240.00"], quantity=1)
    one = await returns.looked_at(await returns.sent_in(buyer, one))
    await returns.done(returns.support, "goodsReturnResolve", one["id"], disposition="RESTOCK")

    assert (await market.pocket(buyer))["cash"] == "1120.00"
    assert await market.balance("COST_OF_GOODS") == await market.balance("INVENTORY") == 0
    assert await market.balance("ESCROW") == 12_000
    assert sales > await market.balance("SALES") == 0
    await returns.all_is_due(sale, days=90)
    assert (await market.balance("ESCROW"), await market.balance("SALES")) == (0, 10_000)
    assert (await market.order(buyer, sale["id"]))["state"] == "COMPLETED"
    assert await market.sound()


# Once, and seen by whom it concerns


async def test_money_moves_once_however_often_it_is_asked_for(people: People, market: Market, returns: Returns) -> None:
    buyer = await people.customer(cash=euros(500))
    sale = await returns.bought(buyer, await market.piece(500), cash=500)
    seen = await returns.inspected(buyer, sale)
    given = {"disposition": "RESTOCK", "expectedVersion": seen["version"]}
    before = await snapshot(market.house)

    stale = await returns.act(
        returns.support, "goodsReturnResolve", seen["id"], disposition="RESTOCK", expectedVersion=seen["version"] - 1
    )
    rehearsed = await returns.done(returns.support, "goodsReturnResolve", seen["id"], **given, dryRun=True)
    assert stale["code"] == "VERSION_CONFLICT"
    assert changed(before, await snapshot(market.house)) == []
    first = await returns.done(returns.support, "goodsReturnResolve", seen["id"], **given, key="once")
    again = await returns.done(returns.support, "goodsReturnResolve", seen["id"], **given, key="once")
    other = await returns.act(returns.support, "goodsReturnResolve", seen["id"], disposition="RESTOCK")

    assert first == again
    assert (rehearsed["refunded"], rehearsed["refund"]) == (first["refunded"], None)
    assert (other["code"], other["was"], other["nextActions"]) == ("WRONG_STATE", "REFUNDED", [])
    assert (await market.pocket(buyer))["cash"] == "500.00"
    assert await market.value("SELECT count(*) FROM order_refund") == 1
    with pytest.raises(AssertionError, match="Nothing of this line is left"):
        await returns.preview(buyer, sale)


async def test_one_line_is_on_its_way_back_once_at_a_time(people: People, market: Market, returns: Returns) -> None:
    buyer = await people.customer(cash=euros(360))
    sale = await returns.bought(buyer, await market.stock(120, 5), 3, cash=360)
    made = await returns.asked(buyer, sale, quantity=1)

    second = await returns.ask(buyer, sale, quantity=1)

    assert (second["code"], second["goodsReturn"]) == ("RETURN_UNDER_WAY", {"code": made["code"]})
    two = await market.api(buyer, OWN)
    assert [one["code"] for one in two["goodsReturns"]["nodes"]] == [made["code"]]


async def test_buyers_see_their_own_returns_and_staff_the_queue(
    people: People, market: Market, returns: Returns
) -> None:
    buyer, stranger = await people.customer(cash=euros(1_000)), await people.customer()
    codes = []
    for _ in range(2):
        sale = await returns.bought(buyer, await market.piece(500), cash=500)
        codes.append((await returns.inspected(buyer, sale))["code"])
    made = (await market.api(returns.support, QUEUE, filter={"states": ["INSPECTED"]}))["goodsReturnQueue"]["nodes"]
    assert [one["code"] for one in made] == codes

    first = (await market.api(buyer, OWN, first=1))["goodsReturns"]
    assert [one["code"] for one in first["nodes"]] == [codes[1]]
    assert (first["pageInfo"]["hasNextPage"], first["totalCount"]) == (True, 2)
    rest = (await market.api(buyer, OWN, first=1, after=first["pageInfo"]["endCursor"]))["goodsReturns"]
    assert [one["code"] for one in rest["nodes"]] == [codes[0]]
    assert (await market.api(buyer, OWN, states=["REFUNDED"]))["goodsReturns"]["nodes"] == []
    narrowed = {"code": codes[0], "buyerId": encode_id("Account", buyer.id), "orderId": sale["id"]}
    assert (await market.api(returns.finance, QUEUE, filter=narrowed))["goodsReturnQueue"]["nodes"] == []
    assert (await market.api(stranger, OWN))["goodsReturns"]["nodes"] == []
    assert (await market.api(buyer, QUEUE)).codes == ["NOT_ALLOWED"]
    assert (await market.api(None, OWN)).codes == ["NOT_ALLOWED"]

    given_id = (await market.api(returns.support, "{ goodsReturnQueue { nodes { id } } }"))["goodsReturnQueue"]
    one = given_id["nodes"][0]["id"]
    own = (await market.api(buyer, ONE, id=one))["goodsReturn"]
    assert own["receipt"] == {"takenBy": None}
    assert own["inspection"] == {"inspectedBy": None}
    assert own["decidedBy"] is None
    assert own["nextActions"] == []
    support = (await market.api(returns.support, ONE, id=one))["goodsReturn"]
    assert support["receipt"]["takenBy"]["id"] == encode_id("Account", returns.support.id)
    assert support["nextActions"] == ["goodsReturnInspect", "goodsReturnResolve"]
    appraiser = (await market.api(returns.appraiser, ONE, id=one))["goodsReturn"]
    assert (appraiser["order"], appraiser["line"], appraiser["nextActions"]) == (None, None, ["goodsReturnInspect"])
    assert (await market.api(stranger, ONE, id=one)).codes == ["NOT_FOUND"]
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await market.api(buyer, node, id=one))["node"] == {"id": one}
    assert (await market.api(stranger, node, id=one))["node"] is None


async def test_a_list_of_returns_costs_the_same_statements_however_long_it_is(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(1_500))
    for _ in range(3):
        sale = await returns.bought(buyer, await market.piece(500), cash=500)
        seen = await returns.inspected(buyer, sale)
        await returns.done(returns.support, "goodsReturnResolve", seen["id"], disposition="RESTOCK")
    query = """
    query ($first: Int) {
      goodsReturns(first: $first) {
        nodes { code buyer { id } order { code } line { id } piece { id } refund { amount { amount } } opened { id } }
      }
    }
    """
    await market.api(buyer, query, first=1)

    with counted() as one:
        await market.api(buyer, query, first=1)
    with counted() as many:
        found = await market.api(buyer, query, first=3)

    assert len(found["goodsReturns"]["nodes"]) == 3
    assert len(one) == len(many) <= 7


async def test_photos_of_the_buyer_are_shown_and_those_of_others_can_not_be_used(
    people: People, market: Market, returns: Returns
) -> None:
    buyer, stranger = await people.customer(cash=euros(500)), await people.customer()
    sale = await returns.bought(buyer, await market.piece(500), cash=500)
    own, theirs = await uploaded(market, buyer), await uploaded(market, stranger)

    foreign = await returns.ask(buyer, sale, photos=[own, theirs])
    made = await returns.asked(buyer, sale, photos=[own])

    assert (foreign["code"], foreign["path"]) == ("NOT_FOUND", ["photos", "1", "key"])
    query = "query ($id: ID!) { goodsReturn(id: $id) { photos } }"
    [address] = (await market.api(returns.support, query, id=made["id"]))["goodsReturn"]["photos"]
    assert own in address


async def uploaded(market: Market, owner: Account) -> str:
    """The key of a finished upload."""
    start = """
    mutation ($input: MediaUploadStartInput!) { mediaUploadStart(input: $input) { ... on MediaUpload { id key url } } }
    """
    finish = """
    mutation ($input: MediaUploadFinishInput!) { mediaUploadFinish(input: $input) { ... on MediaUpload { key } } }
    """
    picture = b"%PDF-1.7\n% a scratch\n"
    wanted = {"role": "DOCUMENT", "contentType": "application/pdf", "sizeBytes": len(picture)}
    made = (await market.api(owner, start, input=wanted))["mediaUploadStart"]
    place = "/" + made["url"].split("/", 3)[3]
    await market.api.client.put(place, content=picture, headers={"content-type": "application/pdf"})
    done = (await market.api(owner, finish, input={"uploadId": made["id"]}))["mediaUploadFinish"]
    return str(done["key"])


async def test_the_passport_tells_that_a_piece_came_back_and_names_nobody(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(500))
    bag = await market.piece(500)
    sale = await returns.bought(buyer, bag, cash=500)
    seen = await returns.inspected(buyer, sale)
    await returns.done(returns.support, "goodsReturnResolve", seen["id"], disposition="RESTOCK")

    rows = await market.house.readers.pool.fetch(
        "SELECT name FROM event WHERE piece_id = $1 AND subject_kind IN ('goodsReturn', 'listing') ORDER BY id",
        bag.piece_id,
    )

    assert [row["name"] for row in rows] == [
        "listing.published",
        "goodsReturn.requested",
        "goodsReturn.approved",
        "goodsReturn.shipped",
        "goodsReturn.received",
        "goodsReturn.inspected",
        "listing.relisted",
        "goodsReturn.refunded",
        "piece.returned",
    ]


async def test_a_return_over_the_counter_of_a_shop_needs_no_parcel(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(500))
    bag = await market.piece(500)
    sale = await returns.bought(buyer, bag, cash=500)
    made = await returns.asked(buyer, sale)
    await returns.done(returns.support, "goodsReturnApprove", made["id"])
    counter = await Counter(market.api, people).open()
    shop = counter.shop_id
    found = {"tagNumber": "TAG-1001", "weightGrams": 1_240}

    nowhere = await returns.act(counter.associate, "goodsReturnReceive", made["id"], **found)
    elsewhere = encode_id("ClubShop", UUID(int=7))
    unknown = await returns.act(counter.associate, "goodsReturnReceive", made["id"], shopId=elsewhere, **found)
    taken = await returns.done(counter.associate, "goodsReturnReceive", made["id"], shopId=shop, **found)

    assert (nowhere["code"], nowhere["path"]) == ("INVALID_INPUT", ["shopId"])
    assert unknown["code"] == "NOT_FOUND"
    assert (taken["parcel"], taken["receipt"]["matched"]) == (None, True)
    assert await returns.parties(bag) == (str(buyer.id), "SHOP", "HOUSE")
    seen = await returns.looked_at(taken)
    await returns.done(returns.support, "goodsReturnResolve", seen["id"], disposition="RESTOCK")
    assert await returns.parties(bag) == ("HOUSE", "SHOP", "HOUSE")


async def test_the_house_looks_again_at_what_a_return_held_back(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(500))
    sale = await returns.bought(buyer, await market.piece(500), cash=500)
    made = await returns.asked(buyer, sale)
    await returns.all_is_due(sale)
    assert (await market.order(buyer, sale["id"]))["state"] == "DELIVERED"

    await returns.done(buyer, "goodsReturnCancel", made["id"])
    assert len(await market.jobs("orderComplete")) == 2
    await returns.all_is_due(sale)

    assert (await market.order(buyer, sale["id"]))["state"] == "COMPLETED"
