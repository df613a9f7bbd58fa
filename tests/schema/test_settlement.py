"""How sellers are paid, through the API."""

import asyncio
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from app.house import House
from domain import settlement as domain
from domain.account import Account
from domain.consignment import SettlementMode
from domain.contract import BOUGHT_AT_END, Contract, EndAction
from domain.money import Currency, Money
from domain.order import Order
from domain.piece import Grade
from domain.policy import CostKind
from domain.settlement import BlockReason
from domain.viewer import HOUSE, Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.consigned import Consigned
from tests.support.people import People, euros
from tests.support.statements import counted

ONE_HOUSE = True

EUR = Currency.EUR

AGREE = """
mutation ($input: SettlementAgreeInput!) {
  settlementAgree(input: $input) {
    __typename
    ... on Contract {
      state mode creditBps payoutFixedAt version nextActions
      settlement { state cause split { gross { amount } net { amount } } payout { received { amount } } }
    }
    ... on UserError { code path }
    ... on VersionConflict { actual }
  }
}
"""
CHOOSE = """
mutation ($input: SettlementChoosePayoutInput!) {
  settlementChoosePayout(input: $input) {
    __typename ... on Contract { creditBps version } ... on UserError { code }
  }
}
"""
OPTIONS = """
query ($id: ID!) {
  settlementOptions(consignmentId: $id) {
    mode payout open final amount { amount } bonusBps payableAt
    split {
      gross { amount } commission { amount } commissionTax { amount }
      costs { amount } net { amount } shortfall { amount }
    }
    paid { offset { amount } cash { amount } credit { amount } bonus { amount } received { amount } }
    costLines { kind amount { amount } note }
    changes { reason dueAt text }
  }
}
"""
SETTLEMENT = """
query ($id: ID!) {
  settlement(id: $id) {
    state payableAt deliveredAt windowEndsAt nextActions version
    blockedBy { reason since until }
    split { gross { amount } commission { amount } commissionTax { amount } costs { amount } net { amount } }
    payout { cash { amount } credit { amount } bonus { amount } }
    contract { id code } seller { name }
  }
}
"""
MINE = "{ settlements { nodes { id state } totalCount } }"
BLOCK = """
mutation ($input: SettlementBlockInput!) {
  settlementBlock(input: $input) { __typename ... on Settlement { blockedBy { reason } } ... on UserError { code } }
}
"""
UNBLOCK = """
mutation ($input: SettlementUnblockInput!) {
  settlementUnblock(input: $input) {
    __typename ... on Settlement { payableAt blockedBy { reason } } ... on UserError { code }
  }
}
"""
RELEASE = """
mutation ($input: SettlementReleaseInput!) {
  settlementRelease(input: $input) {
    __typename
    ... on Settlement { state settledAt payout { cash { amount } } }
    ... on UserError { code }
    ... on NotPayableYet { blocks { reason until } }
  }
}
"""


@pytest.fixture
def consigned(house: House) -> Consigned:
    return Consigned(house)


def agree_to(contract: Contract, mode: str, **payout: Any) -> dict[str, Any]:
    return {
        "contractId": encode_id("Contract", contract.id),
        "mode": mode,
        "payout": payout,
        "expectedVersion": contract.version,
    }


async def paid_out(consigned: Consigned, people: People, contract: Contract) -> tuple[Order, domain.Settlement]:
    """Sold, delivered, and released by the worker when the window was over."""
    buyer = await people.customer(cash=euros(100_000))
    sale = await consigned.sold(buyer, contract, day=1)
    await consigned.delivered(sale, day=3)
    pending = await consigned.settlement(contract)
    return sale, await consigned.release(pending.id, day=30)


# K4: all four ways, side by side


async def test_all_four_ways_to_be_paid_stand_side_by_side(api: Api, people: People, consigned: Consigned) -> None:
    seller = await people.customer()
    contract = await consigned.offered(seller, euros(1_000))

    found = (await api(seller, OPTIONS, locale="zh", id=encode_id("Consignment", contract.consignment_id)))[
        "settlementOptions"
    ]

    assert [(one["mode"], one["payout"]) for one in found] == [
        ("AT_APPRAISAL", "CASH"),
        ("AT_APPRAISAL", "CREDIT"),
        ("AFTER_SALE", "CASH"),
        ("AFTER_SALE", "CREDIT"),
    ]
    # EXCELLENT is bought at 25 % off; commission is 20 %, French tax on it 20 %, the bonus on credit 10 %.
    assert [one["amount"]["amount"] for one in found] == ["750.00", "825.00", "760.00", "836.00"]
    assert found[3]["split"]["commission"]["amount"] == "200.00"
    assert found[3]["split"]["commissionTax"]["amount"] == "40.00"
    assert found[3]["paid"]["bonus"]["amount"] == "76.00"
    assert all(one["open"] and not one["final"] for one in found)
    assert {change["reason"] for change in found[2]["changes"]} == {
        *("OFFER_LAPSES", "SALE_DATE", "NOT_SOLD", "BUYER_RETURNS", "DISPUTE", "FURTHER_COSTS")
    }
    assert any("退货" in change["text"] for change in found[2]["changes"])


async def test_what_an_option_says_is_what_the_ledger_pays(api: Api, people: People, consigned: Consigned) -> None:
    for mode, payout in product(SettlementMode, ("CASH", "CREDIT")):
        seller = await people.customer()
        contract = await consigned.offered(seller, Money(123_457, EUR), seller_costs=tuple(CostKind))
        await record_cost(api, people, contract, "SERVICE", "33.33")
        option = await option_of(api, seller, contract, mode, payout)

        agreed = await api(seller, AGREE, input=agree_to(contract, mode, kind=payout))
        assert agreed["settlementAgree"]["__typename"] == "Contract"
        if mode is SettlementMode.AFTER_SALE:
            await paid_out(consigned, people, await consigned.run_list(contract))

        pocket = await consigned.pocket(seller, EUR)
        assert pocket["cash"] + pocket["credit"] == money(option["amount"]).minor
        assert pocket["credit"] == (money(option["paid"]["credit"]) + money(option["paid"]["bonus"])).minor
        final = await option_of(api, seller, contract, mode, payout)
        assert (final["final"], final["paid"], final["split"]) == (True, option["paid"], option["split"])
        assert final["costLines"] == [{"kind": "SERVICE", "amount": {"amount": "33.33"}, "note": "Polished"}]
    assert await consigned.healthy()


async def option_of(api: Api, seller: Account, contract: Contract, mode: str, payout: str) -> dict[str, Any]:
    found = await api(seller, OPTIONS, id=encode_id("Consignment", contract.consignment_id))
    [option] = [one for one in found["settlementOptions"] if (one["mode"], one["payout"]) == (mode, payout)]
    return option  # type: ignore[no-any-return]


def money(shown: dict[str, str]) -> Money:
    return Money(int(shown["amount"].replace(".", "")), EUR)


COST = """
mutation ($input: PieceCostRecordInput!) {
  pieceCostRecord(input: $input) {
    __typename ... on PieceCost { kind amount { amount } borneBy note } ... on UserError { code }
  }
}
"""


async def record_cost(
    api: Api, people: People, contract: Contract, kind: str, amount: str | None = None, borne_by: str = "SELLER"
) -> Any:
    staff = await people.staff(Role.MERCHANDISER)
    given: dict[str, Any] = {
        "consignmentId": encode_id("Consignment", contract.consignment_id),
        "kind": kind,
        "note": "Polished",
        "borneBy": borne_by,
    }
    if amount is not None:
        given["amount"] = {"amount": amount, "currencyCode": "EUR"}
    return (await api(staff, COST, input=given))["pieceCostRecord"]


# AT_APPRAISAL


@pytest.mark.own_house
async def test_the_house_buys_at_appraisal_and_title_risk_and_money_move_at_once(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller = await people.customer()
    contract = await consigned.offered(seller, euros(1_000))

    agreed = await api(seller, AGREE, input=agree_to(contract, "AT_APPRAISAL", creditBps=4_000))

    answer = agreed["settlementAgree"]
    assert answer["state"] == "ENDED"
    assert answer["settlement"]["cause"] == "APPRAISAL"
    assert answer["settlement"]["payout"]["received"]["amount"] == "780.00"
    assert await consigned.pocket(seller, EUR) == {"cash": 45_000, "credit": 33_000, "held": 0, "owed": 0}
    [piece] = await consigned.house.readers.pieces.by_ids([contract.piece_id], HOUSE)
    assert piece is not None
    assert (piece.owner.kind, piece.risk_bearer.kind) == ("HOUSE", "HOUSE")
    assert await consigned.balance("INVENTORY", EUR) == -75_000
    assert await consigned.balance("CREDIT_BONUS", EUR) == -3_000
    assert await consigned.balance("CONSIGNOR_PAYABLE", EUR) == 0
    assert await consigned.healthy()


async def test_a_dry_run_of_agreeing_answers_as_if_and_moves_nothing(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller = await people.customer()
    contract = await consigned.offered(seller, euros(1_000))

    rehearsed = await api(seller, AGREE, input={**agree_to(contract, "AT_APPRAISAL", kind="CASH"), "dryRun": True})

    assert rehearsed["settlementAgree"]["state"] == "ENDED"
    assert await consigned.contract(contract.id) == contract
    assert await consigned.pocket(seller, EUR) == {"cash": 0, "credit": 0, "held": 0, "owed": 0}


async def test_agreeing_twice_at_once_pays_once(api: Api, people: People, consigned: Consigned) -> None:
    seller = await people.customer()
    contract = await consigned.offered(seller, euros(1_000))
    given = agree_to(contract, "AT_APPRAISAL", kind="CASH")

    answers = await asyncio.gather(*(api(seller, AGREE, input=given) for _ in range(6)))

    kinds = [answer["settlementAgree"]["__typename"] for answer in answers]
    assert kinds.count("Contract") == 1
    assert set(kinds) <= {"Contract", "VersionConflict", "WrongState"}
    assert (await consigned.pocket(seller, EUR))["cash"] == 75_000


async def test_the_same_key_agrees_once_and_answers_alike(api: Api, people: People, consigned: Consigned) -> None:
    seller = await people.customer()
    contract = await consigned.offered(seller, euros(1_000))
    given = {**agree_to(contract, "AT_APPRAISAL", kind="CREDIT"), "clientMutationKey": "once"}

    first = await api(seller, AGREE, input=given)
    again = await api(seller, AGREE, input=given)
    other = await api(seller, AGREE, input={**given, "payout": {"kind": "CASH"}})

    assert first.data == again.data
    assert other["settlementAgree"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await consigned.pocket(seller, EUR) == {"cash": 0, "credit": 82_500, "held": 0, "owed": 0}


async def test_nobody_agrees_to_terms_they_have_not_seen(api: Api, people: People, consigned: Consigned) -> None:
    seller = await people.customer()
    contract = await consigned.offered(seller, euros(1_000))
    given = agree_to(contract, "AFTER_SALE", kind="CASH")

    unsaid = await api(seller, AGREE, input={**given, "expectedVersion": None})
    older = await api(seller, AGREE, input={**given, "expectedVersion": contract.version - 1})

    assert (unsaid["settlementAgree"]["code"], unsaid["settlementAgree"]["path"]) == (
        "INVALID_INPUT",
        ["expectedVersion"],
    )
    assert older["settlementAgree"]["code"] == "VERSION_CONFLICT"
    assert await consigned.contract(contract.id) == contract


async def test_a_grade_that_the_house_does_not_buy_can_only_be_settled_after_the_sale(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller = await people.customer()
    contract = await consigned.offered(seller, euros(1_000), grade=Grade.FAIR)

    offered = (await api(seller, OPTIONS, id=encode_id("Consignment", contract.consignment_id)))["settlementOptions"]
    refused = await api(seller, AGREE, input=agree_to(contract, "AT_APPRAISAL", kind="CASH"))

    assert [(one["open"], one["amount"] is None) for one in offered] == [
        *((False, True), (False, True), (True, False), (True, False))
    ]
    assert refused["settlementAgree"]["code"] == "NOT_BOUGHT_AT_ONCE"
    assert await consigned.contract(contract.id) == contract


async def test_somebody_elses_contract_and_an_unknown_one_answer_alike(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller, stranger = await people.customer(), await people.customer()
    contract = await consigned.offered(seller, euros(1_000))
    given = agree_to(contract, "AFTER_SALE", kind="CASH")
    unknown = {**given, "contractId": encode_id("Contract", UUID(int=7))}

    answers = [(await api(stranger, AGREE, input=one)).data for one in (given, unknown)]
    options = [
        await api(stranger, OPTIONS, id=encode_id("Consignment", one)) for one in (contract.consignment_id, UUID(int=7))
    ]

    assert answers[0] == answers[1]
    assert answers[0]["settlementAgree"]["code"] == "NOT_FOUND"
    assert [one.codes for one in options] == [["NOT_FOUND"], ["NOT_FOUND"]]
    assert options[0].errors[0]["message"] == options[1].errors[0]["message"]
    assert await consigned.contract(contract.id) == contract


# AFTER_SALE


@pytest.mark.own_house
async def test_a_sale_is_paid_after_delivery_and_the_return_window(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(5_000))
    contract = await consigned.listed(seller, euros(1_000), credit_bps=10_000)
    sale = await consigned.sold(buyer, contract, day=1)
    pending = await consigned.settlement(contract)
    settlement_id = encode_id("Settlement", pending.id)

    early = (await api(seller, SETTLEMENT, id=settlement_id))["settlement"]
    assert (early["state"], early["payableAt"]) == ("PENDING", None)
    assert [block["reason"] for block in early["blockedBy"]] == ["NOT_DELIVERED"]
    assert early["split"] == {
        "gross": {"amount": "1000.00"},
        "commission": {"amount": "200.00"},
        "commissionTax": {"amount": "40.00"},
        "costs": {"amount": "0.00"},
        "net": {"amount": "760.00"},
    }

    await consigned.delivered(sale, day=3)
    waiting = (await api(seller, SETTLEMENT, id=settlement_id))["settlement"]
    [block] = waiting["blockedBy"]
    assert block["reason"] == "RETURN_WINDOW"
    assert block["until"] == waiting["payableAt"] == waiting["windowEndsAt"]

    assert (await consigned.release(pending.id, day=9)).state is domain.SettlementState.PENDING
    assert await consigned.pocket(seller, EUR) == {"cash": 0, "credit": 0, "held": 0, "owed": 0}
    assert await consigned.balance("ESCROW", EUR) == 100_000

    await consigned.release(pending.id, day=10.01)
    assert await consigned.pocket(seller, EUR) == {"cash": 0, "credit": 83_600, "held": 0, "owed": 0}
    for kind, minor in (
        ("ESCROW", 0),
        ("COMMISSION", 20_000),
        ("TAX_PAYABLE", 4_000),
        ("CONSIGNOR_PAYABLE", 0),
        ("CREDIT_BONUS", -7_600),
    ):
        assert await consigned.balance(kind, EUR) == minor, kind
    settled = (await api(seller, SETTLEMENT, id=settlement_id))["settlement"]
    assert (settled["state"], settled["blockedBy"], settled["nextActions"]) == ("SETTLED", [], [])
    mine = (await api(seller, MINE))["settlements"]
    assert mine == {"nodes": [{"id": settlement_id, "state": "SETTLED"}], "totalCount": 1}
    assert (await api(buyer, MINE))["settlements"]["nodes"] == []
    assert (await api(buyer, SETTLEMENT, id=settlement_id)).codes == ["NOT_FOUND"]
    assert await consigned.healthy()


@pytest.mark.own_house
async def test_the_release_job_pays_once_however_often_it_runs(people: People, consigned: Consigned) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(5_000))
    contract = await consigned.listed(seller, euros(1_000))
    sale = await consigned.sold(buyer, contract, day=1)
    await consigned.delivered(sale, day=2)
    pending = await consigned.settlement(contract)

    released = await asyncio.gather(*(consigned.release(pending.id, day=20) for _ in range(8)))
    again = await consigned.release(pending.id, day=21)

    assert {one.state for one in released} == {domain.SettlementState.SETTLED}
    assert again.version == released[0].version
    assert (await consigned.pocket(seller, EUR))["cash"] == 76_000
    assert await consigned.balance("COMMISSION", EUR) == 20_000


async def test_a_split_is_paid_to_the_last_cent(people: People, consigned: Consigned) -> None:
    seller = await people.customer()
    contract = await consigned.listed(seller, Money(99_999, EUR), credit_bps=3_333)

    _, settled = await paid_out(consigned, people, contract)

    net = 99_999 - settled.commission.minor - settled.commission_tax.minor
    assert settled.cash.minor + settled.credit.minor == net
    pocket = await consigned.pocket(seller, EUR)
    assert pocket["cash"] == settled.cash.minor
    assert pocket["credit"] == settled.credit.minor + settled.bonus.minor


async def test_the_payout_can_be_changed_until_the_piece_is_sold(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(5_000))
    contract = await consigned.listed(seller, euros(1_000))
    given = {"contractId": encode_id("Contract", contract.id), "payout": {"kind": "CREDIT"}}

    before = await api(seller, CHOOSE, input=given)
    sale = await consigned.sold(buyer, contract, day=1)
    after = await api(seller, CHOOSE, input={**given, "payout": {"kind": "CASH"}})

    assert before["settlementChoosePayout"]["creditBps"] == 10_000
    assert after["settlementChoosePayout"]["code"] == "PAYOUT_FIXED"
    assert (await consigned.contract(contract.id)).credit_bps == 10_000

    await consigned.cancel(sale, buyer, day=2)
    again = await api(seller, CHOOSE, input={**given, "payout": {"creditBps": 2_500}})
    assert again["settlementChoosePayout"]["creditBps"] == 2_500


async def test_a_cancelled_sale_owes_nothing_and_the_next_one_does(people: People, consigned: Consigned) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(5_000))
    contract = await consigned.listed(seller, euros(1_000))
    first = await consigned.sold(buyer, contract, day=1)
    undone = await consigned.settlement(contract)

    await consigned.cancel(first, buyer, day=2)
    second = await consigned.sold(buyer, contract, day=3)
    await consigned.delivered(second, day=4)
    due = await consigned.settlement(contract)
    await consigned.release(undone.id, day=30)
    await consigned.release(due.id, day=30)

    assert undone.id != due.id
    assert (await consigned.pocket(seller, EUR))["cash"] == 76_000
    assert await consigned.balance("ESCROW", EUR) == 0
    assert await consigned.healthy()


# K9: what stands in between


async def test_a_dispute_holds_the_money_and_its_end_makes_the_payable_date(
    api: Api, people: People, consigned: Consigned
) -> None:
    # Sold three weeks ago, so that the window is over by now.
    consigned.start -= timedelta(days=21)
    seller, buyer = await people.customer(), await people.customer(cash=euros(5_000))
    support, finance = await people.staff(Role.SUPPORT), await people.staff(Role.FINANCE)
    contract = await consigned.listed(seller, euros(1_000))
    await consigned.delivered(await consigned.sold(buyer, contract, day=1), day=2)
    pending = await consigned.settlement(contract)
    given = {"settlementId": encode_id("Settlement", pending.id), "reason": "DISPUTE", "note": "Clasp"}

    blocked = await api(support, BLOCK, input=given)
    early = await api(finance, RELEASE, input={"settlementId": given["settlementId"]})
    await consigned.release(pending.id, day=20)
    assert blocked["settlementBlock"]["blockedBy"] == [{"reason": "DISPUTE"}]
    assert early["settlementRelease"] == {
        "__typename": "NotPayableYet",
        "code": "NOT_PAYABLE_YET",
        "blocks": [{"reason": "DISPUTE", "until": None}],
    }
    assert (await consigned.pocket(seller, EUR))["cash"] == 0

    over = await api(support, UNBLOCK, input=given)
    after = await consigned.settlement(contract)
    assert over["settlementUnblock"]["blockedBy"] == []
    assert after.payable_at is not None
    assert after.payable_at > after.window_ends_at  # type: ignore[operator]
    released = await api(finance, RELEASE, input={"settlementId": given["settlementId"]})
    assert released["settlementRelease"]["state"] == "SETTLED"
    assert (await consigned.pocket(seller, EUR))["cash"] == 76_000


async def test_only_finance_and_support_keep_money_back_and_only_finance_pays(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(5_000))
    contract = await consigned.listed(seller, euros(1_000))
    await consigned.sold(buyer, contract, day=1)
    pending = await consigned.settlement(contract)
    given = {"settlementId": encode_id("Settlement", pending.id), "reason": "DISPUTE", "note": "Clasp"}

    for role in (None, Role.CUSTOMER, Role.APPRAISER, Role.SHOP_ASSOCIATE):
        caller = None if role is None else await people.person(role)
        answers = [
            (await api(caller, BLOCK, input=given))["settlementBlock"],
            (await api(caller, UNBLOCK, input=given))["settlementUnblock"],
            (await api(caller, RELEASE, input={"settlementId": given["settlementId"]}))["settlementRelease"],
        ]
        assert [answer["code"] for answer in answers] == ["NOT_ALLOWED"] * 3, role

    assert await consigned.settlement(contract) == pending


async def test_what_follows_from_dates_is_not_put_by_hand(api: Api, people: People, consigned: Consigned) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(5_000))
    contract = await consigned.listed(seller, euros(1_000))
    await consigned.sold(buyer, contract, day=1)
    pending = await consigned.settlement(contract)
    support = await people.staff(Role.SUPPORT)

    given = {"settlementId": encode_id("Settlement", pending.id), "reason": "RETURN_WINDOW", "note": "Wait"}
    refused = await api(support, BLOCK, input=given)

    assert refused["settlementBlock"]["code"] == "INVALID_INPUT"
    assert await consigned.settlement(contract) == pending


# K6 and pitfall 6: costs and debts


@pytest.mark.own_house
async def test_costs_that_the_seller_bears_are_taken_and_others_are_not(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller = await people.customer()
    contract = await consigned.listed(seller, euros(1_000), seller_costs=(CostKind.SERVICE,))
    assert (await record_cost(api, people, contract, "SERVICE"))["amount"] == {"amount": "80.00"}
    assert (await record_cost(api, people, contract, "STORAGE", "10.00"))["code"] == "COST_NOT_AGREED"
    assert (await record_cost(api, people, contract, "STORAGE", "10.00", "HOUSE"))["borneBy"] == "HOUSE"

    _, settled = await paid_out(consigned, people, contract)

    assert settled.costs == euros(80)
    assert (await consigned.pocket(seller, EUR))["cash"] == 68_000
    assert await consigned.balance("SERVICES", EUR) == 8_000
    late = await record_cost(api, people, contract, "SERVICE", "5.00")
    assert late["code"] == "WRONG_STATE"


async def test_costs_beyond_the_price_are_owed_and_never_make_a_negative_wallet(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller = await people.customer()
    contract = await consigned.listed(seller, euros(100), seller_costs=(CostKind.SERVICE,))
    await record_cost(api, people, contract, "SERVICE", "90.00")
    [option, *_] = [
        one
        for one in (await api(seller, OPTIONS, id=encode_id("Consignment", contract.consignment_id)))[
            "settlementOptions"
        ]
        if one["mode"] == "AFTER_SALE"
    ]

    _, settled = await paid_out(consigned, people, contract)

    assert option["amount"] == {"amount": "-14.00"}
    assert (settled.net, settled.shortfall) == (euros(0), euros(14))
    assert await consigned.pocket(seller, EUR) == {"cash": 0, "credit": 0, "held": 0, "owed": 1_400}
    assert await consigned.healthy()


async def test_what_a_seller_owes_is_paid_first_within_the_cap(api: Api, people: People, consigned: Consigned) -> None:
    seller = await people.customer()
    first = await consigned.listed(seller, euros(100), seller_costs=(CostKind.SERVICE,))
    await record_cost(api, people, first, "SERVICE", "500.00")
    await paid_out(consigned, people, first)
    assert (await consigned.pocket(seller, EUR))["owed"] == 42_400

    second = await consigned.listed(seller, euros(1_000), credit_bps=10_000, seller_costs=())
    _, settled = await paid_out(consigned, people, second)

    # Half of 760 at most goes to debts; the rest is paid as chosen, and only that earns the bonus.
    assert (settled.offset, settled.credit, settled.bonus) == (euros(380), euros(380), euros(38))
    assert await consigned.pocket(seller, EUR) == {"cash": 0, "credit": 41_800, "held": 0, "owed": 4_400}
    assert await consigned.healthy()


# The end of the term


ENDS = (
    (EndAction.BUY_OUT, 60_000, 0, "HOUSE"),
    (EndAction.TRADE_IN, 0, 66_000, "HOUSE"),
    (EndAction.DONATE, 0, 0, "HOUSE"),
    (EndAction.RETURN, 0, 0, "ACCOUNT"),
)


async def test_a_term_ends_as_agreed(people: People, consigned: Consigned) -> None:
    for action, cash, credit, owner in ENDS:
        seller = await people.customer()
        end_price = euros(600) if action in BOUGHT_AT_END else None
        contract = await consigned.listed(
            seller, euros(1_000), term_days=30, grace_days=5, end_action=action, end_price=end_price
        )

        await consigned.expire(contract, day=34)
        assert (await consigned.contract(contract.id)).state == "AGREED"
        await consigned.expire(contract, day=35.01)

        assert (await consigned.contract(contract.id)).state == "ENDED"
        [piece] = await consigned.house.readers.pieces.by_ids([contract.piece_id], HOUSE)
        assert piece is not None
        assert piece.owner.kind == owner, action
        pocket = await consigned.pocket(seller, EUR)
        assert (pocket["cash"], pocket["credit"]) == (cash, credit), action
    assert await consigned.healthy()


async def test_one_reason_counts_once_and_others_stay(people: People, consigned: Consigned) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(5_000))
    contract = await consigned.listed(seller, euros(1_000))
    await consigned.delivered(await consigned.sold(buyer, contract, day=1), day=2)
    line = (await consigned.settlement(contract)).order_line_id
    assert line is not None

    for reason in (BlockReason.INSPECTION, BlockReason.INSPECTION, BlockReason.RETURN_IN_PROGRESS):
        await consigned.step(domain.block, order_line_id=line, reason=reason, day=3)
    await consigned.step(domain.unblock, order_line_id=line, reason=BlockReason.INSPECTION, day=30)

    found = await consigned.settlement(contract)
    assert [block.reason for block in found.blocks] == [BlockReason.RETURN_IN_PROGRESS]
    assert (await consigned.release(found.id, day=40)).state is domain.SettlementState.PENDING
    await consigned.step(domain.unblock, order_line_id=line, reason=BlockReason.RETURN_IN_PROGRESS, day=41)
    assert (await consigned.settlement(contract)).payable_at == consigned.at(41)
    assert (await consigned.release(found.id, day=41)).state is domain.SettlementState.SETTLED


WHOLE = """
{ settlements { totalCount nodes {
    id code blockedBy { reason } costLines { note } seller { name } consignment { code }
    contract { code costs { note } markdowns { price { amount } } settlement { id } pins { kind } }
} } }
"""


async def test_a_list_of_settlements_costs_as_many_statements_however_long_it_is(
    api: Api, people: People, consigned: Consigned
) -> None:
    seller, buyer = await people.customer(), await people.customer(cash=euros(50_000))
    taken = []
    for _ in range(2):
        contract = await consigned.listed(seller, euros(1_000), schedule_code="GENTLE")
        await consigned.sold(buyer, contract, day=1)
        await api(seller, MINE)
        with counted() as seen:
            found = (await api(seller, WHOLE))["settlements"]
        taken.append((found["totalCount"], len(seen)))

    assert [rows for rows, _ in taken] == [1, 2]
    # The page and its total, then one batch each: sellers, consignments, contracts, costs, markdowns, settlements.
    assert [statements for _, statements in taken] == [8, 8]

    with counted() as seen:
        await api(seller, OPTIONS, id=encode_id("Consignment", contract.consignment_id))
    assert len(seen) == 5
