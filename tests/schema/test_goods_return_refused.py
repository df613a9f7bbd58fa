"""Returns that are refused: wrong people, wrong states, wrong input; and then nothing has changed."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.account import Account
from domain.viewer import Role
from schema.ids import encode_id, id_of
from tests.support.market import Market
from tests.support.people import People, euros
from tests.support.returns import PREVIEW, Returns
from tests.support.snapshot import changed, snapshot

ONE_HOUSE = True

NOBODYS = encode_id("GoodsReturn", UUID(int=7))

STEPS: dict[str, tuple[dict[str, Any], set[Role]]] = {
    "goodsReturnApprove": ({}, {Role.SUPPORT}),
    "goodsReturnReject": ({"reason": "No"}, {Role.SUPPORT}),
    "goodsReturnReceive": ({"tagNumber": "T"}, {Role.SUPPORT, Role.SHOP_ASSOCIATE}),
    "goodsReturnInspect": ({"condition": "AS_SENT"}, {Role.SUPPORT, Role.APPRAISER}),
    "goodsReturnResolve": ({"disposition": "RESTOCK"}, {Role.SUPPORT, Role.FINANCE}),
    "goodsReturnSendBack": ({"carrier": "F", "tracking": "1"}, {Role.SUPPORT, Role.SHOP_ASSOCIATE}),
    "goodsReturnShip": ({"carrier": "F", "tracking": "1"}, {Role.SUPPORT}),
    "goodsReturnCancel": ({}, {Role.SUPPORT}),
}
"""Every step, what it takes, and the staff who may; the last two are the buyer's own as well."""


@pytest.fixture
async def returns(market: Market, people: People) -> Returns:
    return await Returns(market, people).open()


async def test_no_step_is_for_others_and_a_foreign_return_is_like_none(
    people: People, market: Market, returns: Returns
) -> None:
    buyer, stranger = await people.customer(cash=euros(500)), await people.customer()
    everybody: list[tuple[Role | None, Account | None]] = [(None, None), (Role.CUSTOMER, stranger)]
    everybody += [(role, await people.staff(role)) for role in Role if role not in (Role.CUSTOMER, Role.SYSTEM)]
    sale = await returns.bought(buyer, await market.piece(500), cash=500)
    made = await returns.asked(buyer, sale)
    before = await snapshot(market.house)

    for action, (given, may) in STEPS.items():
        own = action in ("goodsReturnShip", "goodsReturnCancel")
        for role, who in everybody:
            if role in may or role is Role.ADMIN:
                continue
            theirs = await returns.act(who, action, made["id"], **given)
            nobodys = await returns.act(who, action, NOBODYS, **given)
            wanted = "NOT_FOUND" if own and who is not None else "NOT_ALLOWED"
            assert (theirs["code"], nobodys["code"]) == (wanted, wanted), (action, role)
            assert (theirs["message"], theirs["path"]) == (nobodys["message"], nobodys["path"]), (action, role)
        assert not own or (await returns.act(buyer, action, NOBODYS, **given))["code"] == "NOT_FOUND"
        if not own:
            assert (await returns.act(buyer, action, made["id"], **given))["code"] == "NOT_ALLOWED"

    assert changed(before, await snapshot(market.house)) == []


async def test_only_the_buyer_asks_and_only_support_agrees_but_never_for_themselves(
    people: People, market: Market, returns: Returns
) -> None:
    buyer, stranger = await people.customer(cash=euros(500)), await people.customer()
    clerk = await people.person(Role.CUSTOMER, Role.SUPPORT, cash=euros(500))
    sale = await returns.bought(buyer, await market.piece(500), cash=500)
    own = await returns.bought(clerk, await market.piece(500), cash=500)
    asked = await returns.asked(clerk, own)
    unknown = {**sale, "id": encode_id("Order", UUID(int=7))}
    before = await snapshot(market.house)

    for who in (stranger, returns.support, returns.finance):
        theirs, nobodys = await returns.ask(who, sale), await returns.ask(who, unknown)
        assert theirs["code"] == nobodys["code"] == "NOT_FOUND"
        assert (theirs["message"], theirs["path"]) == (nobodys["message"], nobodys["path"])
    for who in (buyer, returns.finance, returns.associate):
        wanted = {"orderId": sale["id"], "lineId": sale["lines"][0]["id"], "reason": "DAMAGED", "note": "x"}
        assert (await returns.act(who, "goodsReturnAgree", **wanted))["code"] == "NOT_ALLOWED"
    wanted = {"orderId": own["id"], "lineId": own["lines"][0]["id"], "reason": "DAMAGED", "note": "x"}
    assert (await returns.act(clerk, "goodsReturnAgree", **wanted))["code"] == "OWN_RETURN"
    assert (await returns.act(clerk, "goodsReturnApprove", asked["id"]))["code"] == "OWN_RETURN"
    assert (await market.api(stranger, PREVIEW, order=sale["id"], lines=[])).codes == ["NOT_FOUND"]

    assert changed(before, await snapshot(market.house)) == []


async def test_what_can_not_be_right_is_refused_by_name(people: People, market: Market, returns: Returns) -> None:
    buyer = await people.customer(cash=euros(2_000))
    open_ = await market.buy(buyer, await market.piece(500), cash=500)
    shirts = await returns.bought(buyer, await market.stock(100, 5), 3, cash=300)
    bag = await returns.bought(buyer, await market.piece(500), cash=500)
    taken = await returns.received(buyer, bag)
    before = await snapshot(market.house)

    undelivered = await returns.ask(buyer, open_)
    assert (undelivered["code"], undelivered["was"]) == ("WRONG_STATE", "OPEN")
    foreign = await returns.ask(buyer, {**shirts, "lines": open_["lines"]})
    assert (foreign["code"], foreign["path"]) == ("NOT_FOUND", ["lineId"])
    for given, path in (
        ({"quantity": 0}, ["quantity"]),
        ({"quantity": -1}, ["quantity"]),
        ({"quantity": 4}, ["quantity"]),
        ({"note": "n" * 1_001}, ["note"]),
        ({"photos": ["same", "same"]}, ["photos"]),
        ({"photos": [str(n) for n in range(13)]}, ["photos"]),
        ({"lineId": "nonsense"}, ["lineId"]),
    ):
        refused = await returns.ask(buyer, shirts, **given)
        assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    not_there = await returns.ask(buyer, shirts, photos=["public/m-nobodys"])
    assert (not_there["code"], not_there["path"]) == ("NOT_FOUND", ["photos", "0", "key"])
    for given, path in (
        ({"condition": "WORSE", "note": "x"}, ["deductionBps"]),
        ({"condition": "WORSE", "note": "x", "deductionBps": 10_000}, ["deductionBps"]),
        ({"condition": "WORSE", "note": "x", "deductionBps": -1}, ["deductionBps"]),
        ({"condition": "AS_SENT", "deductionBps": 1}, ["deductionBps"]),
        ({"condition": "WORSE", "deductionBps": 100}, ["note"]),
        ({"condition": "NOT_THE_SAME", "note": " "}, ["note"]),
    ):
        refused = await returns.act(returns.support, "goodsReturnInspect", taken["id"], **given)
        assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    early = await returns.act(returns.support, "goodsReturnResolve", taken["id"], disposition="RESTOCK")
    assert (early["code"], early["was"], early["nextActions"]) == ("WRONG_STATE", "RECEIVED", ["goodsReturnInspect"])
    too_late = await returns.act(buyer, "goodsReturnCancel", taken["id"])
    assert (too_late["code"], too_late["was"]) == ("WRONG_STATE", "RECEIVED")
    for lines, path in (
        ([], ["lines"]),
        ([{"lineId": shirts["lines"][0]["id"]}] * 2, ["lines"]),
        ([{"lineId": shirts["lines"][0]["id"], "quantity": 4}], ["lines", "0", "quantity"]),
    ):
        answer = await market.api(buyer, PREVIEW, order=shirts["id"], lines=lines)
        assert answer.codes == ["INVALID_INPUT"]
        assert answer.errors[0]["extensions"]["inputPath"] == path

    assert changed(before, await snapshot(market.house)) == []


async def test_goods_of_the_house_and_of_a_consignor_go_their_own_ways(
    people: People, market: Market, returns: Returns
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(1_000))
    theirs = await returns.bought(buyer, await market.consigned(seller, 500), cash=500)
    ours = await returns.bought(buyer, await market.piece(500), cash=500)
    of_a_member = await returns.inspected(buyer, theirs)
    of_the_house = await returns.inspected(buyer, ours, worse=100)
    before = await snapshot(market.house)

    for made, given, possible in (
        (of_a_member, "REFURBISH", ["RESTOCK", "RETURN_TO_CONSIGNOR"]),
        (of_a_member, "CLEAR", ["RESTOCK", "RETURN_TO_CONSIGNOR"]),
        (of_the_house, "RETURN_TO_CONSIGNOR", ["REFURBISH", "CLEAR"]),
        (of_the_house, "RESTOCK", ["REFURBISH", "CLEAR"]),
    ):
        refused = await returns.act(returns.support, "goodsReturnResolve", made["id"], disposition=given)
        assert (refused["code"], refused["possible"]) == ("DISPOSITION_NOT_POSSIBLE", possible)
    nothing = await returns.act(returns.support, "goodsReturnResolve", of_the_house["id"])
    assert (nothing["code"], nothing["path"]) == ("INVALID_INPUT", ["disposition"])

    assert changed(before, await snapshot(market.house)) == []


async def test_a_piece_that_was_passed_on_can_not_come_back(people: People, market: Market, returns: Returns) -> None:
    buyer = await people.customer(cash=euros(500))
    bag = await market.piece(500)
    sale = await returns.bought(buyer, bag, cash=500)
    await returns.execute(
        "UPDATE piece SET custodian_kind = 'HOUSE', custodian_id = NULL WHERE id = :id", id=bag.piece_id
    )

    assert (await returns.ask(buyer, sale))["code"] == "PIECE_NOT_WITH_BUYER"


async def test_of_many_who_resolve_at_once_one_does(people: People, market: Market, returns: Returns) -> None:
    buyer = await people.customer(cash=euros(500))
    sale = await returns.bought(buyer, await market.piece(500), cash=500)
    seen = await returns.inspected(buyer, sale)

    answers = await asyncio.gather(
        *(returns.act(returns.support, "goodsReturnResolve", seen["id"], disposition="CLEAR") for _ in range(6))
    )

    kinds = sorted(answer["__typename"] for answer in answers)
    assert kinds == ["GoodsReturn", *["WrongState"] * 5]
    assert (await market.pocket(buyer))["cash"] == "500.00"
    assert await market.sound()


@pytest.mark.own_house
async def test_a_buyer_who_asks_many_times_at_once_has_one_return(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(500))
    sale = await returns.bought(buyer, await market.stock(100, 5), 5, cash=500)

    answers = await asyncio.gather(*(returns.ask(buyer, sale, quantity=1) for _ in range(6)))

    assert sorted(answer["__typename"] for answer in answers) == ["GoodsReturn", *["ReturnUnderWay"] * 5]
    assert await market.value("SELECT count(*) FROM goods_return") == 1


async def test_the_database_itself_refuses_what_no_return_can_be(
    people: People, market: Market, returns: Returns
) -> None:
    buyer = await people.customer(cash=euros(500))
    sale = await returns.bought(buyer, await market.stock(100, 5), 3, cash=300)
    await returns.asked(buyer, sale)
    again = """
    INSERT INTO goods_return
    SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'code', 'X'))).* FROM goods_return r
    """

    for statement, says in (
        ("UPDATE goods_return SET quantity = 0", "ck_goods_return_quantity"),
        ("UPDATE goods_return SET refunded_minor = 1", "ck_goods_return_refunded"),
        ("UPDATE goods_return SET worth_minor = 0", "ck_goods_return_amounts"),
        ("UPDATE goods_return SET state = 'RECEIVED'", "ck_goods_return_receipt"),
        ("UPDATE goods_return SET state = 'CANCELLED'", "ck_goods_return_closed"),
        (again, "uq_goods_return_line_open"),
    ):
        with pytest.raises(asyncpg.PostgresError, match=says):
            await returns.execute(statement)


async def test_the_database_refuses_more_than_was_bought(people: People, market: Market, returns: Returns) -> None:
    buyer = await people.customer(cash=euros(500))
    sale = await returns.bought(buyer, await market.stock(100, 5), 3, cash=300)
    made = await returns.inspected(buyer, sale, quantity=2)
    await returns.done(returns.support, "goodsReturnResolve", made["id"], disposition="RESTOCK")
    other = await returns.asked(buyer, sale)
    line = id_of("OrderLine", sale["lines"][0]["id"])

    assert other["quantity"] == 1
    await returns.done(buyer, "goodsReturnCancel", other["id"])
    with pytest.raises(asyncpg.PostgresError, match="more is returned of an order line than was bought"):
        await returns.execute(
            "INSERT INTO goods_return (id, code, order_id, order_line_id, buyer, quantity, state, reason, note, photos,"
            " late, currency, worth_minor, duties_minor, requested_by, requested_at, decision, opened, version)"
            " SELECT gen_random_uuid(), 'GR-X', order_id, order_line_id, buyer, 2, 'REQUESTED', reason, note, photos,"
            " late, currency, worth_minor, 0, requested_by, requested_at, decision, opened, 1"
            " FROM goods_return WHERE order_line_id = :line LIMIT 1",
            line=line,
        )
