"""Payouts through the API: asked for, batched, posted, and what becomes of them at the bank."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from app.house import House
from domain.account import Account, IdentityLevel
from domain.viewer import Role
from tests.schema.test_wallet import HEALTH
from tests.support.api import Api
from tests.support.payout import IBAN, POST, PREVIEW, REQUEST, asked, posted, previewed, requested
from tests.support.people import People, euros
from tests.support.snapshot import snapshot

ONE_HOUSE = True

CANCEL = """
mutation ($input: PayoutCancelInput!) {
  payoutCancel(input: $input) {
    ... on Payout { state nextActions }
    ... on UserError { code message }
    ... on WrongState { is: state nextActions }
  }
}
"""
CANCEL_BATCH = """
mutation ($input: PayoutBatchCancelInput!) {
  payoutBatchCancel(input: $input) { ... on PayoutBatch { state } ... on UserError { code } }
}
"""
CONFIRM = """
mutation ($input: PayoutConfirmInput!) {
  payoutConfirm(input: $input) { ... on Payout { state endedAt } ... on UserError { code } }
}
"""
FAIL = """
mutation ($input: PayoutFailInput!) {
  payoutFail(input: $input) { ... on Payout { state failure nextActions } ... on UserError { code } }
}
"""
PAYOUTS = "{ payouts { nodes { code state amount { amount } accountNumber lastFour owner { name } } } }"
POCKET = "{ wallet { pockets { cash { amount } held { amount } owed { amount } version } } }"


async def pocket(api: Api, owner: Account) -> tuple[str, str]:
    found = (await api(owner, POCKET))["wallet"]["pockets"][0]
    return found["cash"]["amount"], found["held"]["amount"]


async def in_payout_clearing(house: House) -> int:
    query = "SELECT coalesce(sum(amount_minor), 0) FROM ledger_posting WHERE kind = 'PAYOUT_CLEARING'"
    return int(await house.readers.pool.fetchval(query))


async def test_cash_is_held_posted_in_a_batch_and_arrives(api: Api, people: People, house: House) -> None:
    owner, finance = await people.customer(cash=euros(100)), await people.staff(Role.FINANCE)

    payout = await requested(api, owner, "40.00")
    assert (payout["state"], payout["nextActions"]) == ("REQUESTED", ["payoutBatchPreview", "payoutCancel"])
    assert await pocket(api, owner) == ("60.00", "40.00")

    batch = (await api(finance, PREVIEW, input={"currency": "EUR"}))["payoutBatchPreview"]
    assert (batch["total"]["amount"], batch["count"], batch["state"]) == ("40.00", 1, "PREVIEWED")
    assert await in_payout_clearing(house) == 0, "a preview moves nothing"

    sent = (await api(finance, POST, input={"batchId": batch["id"], "expectedVersion": batch["version"]}))[
        "payoutBatchPost"
    ]
    assert sent["payouts"]["nodes"] == [{"id": payout["id"], "state": "SENT"}]
    assert await pocket(api, owner) == ("60.00", "0.00")
    assert await in_payout_clearing(house) == 4000

    arrived = (await api(finance, CONFIRM, input={"payoutId": payout["id"]}))["payoutConfirm"]
    assert arrived["state"] == "PAID"
    assert (await api(finance, HEALTH))["ledgerHealth"]["ok"]


@pytest.mark.own_house
async def test_what_the_bank_sends_back_is_cash_again(api: Api, people: People, house: House) -> None:
    owner, finance = await people.customer(cash=euros(100)), await people.staff(Role.FINANCE)
    payout = await requested(api, owner)
    batch = (await api(finance, PREVIEW, input={"currency": "EUR"}))["payoutBatchPreview"]
    await api(finance, POST, input={"batchId": batch["id"]})

    failed = (await api(finance, FAIL, input={"payoutId": payout["id"], "reason": "Account closed"}))["payoutFail"]
    again = (await api(finance, FAIL, input={"payoutId": payout["id"], "reason": "Account closed"}))["payoutFail"]

    assert failed == {"state": "FAILED", "failure": "Account closed", "nextActions": []}
    assert again["code"] == "WRONG_STATE"
    assert await pocket(api, owner) == ("100.00", "0.00")
    assert await in_payout_clearing(house) == 0


async def test_the_owner_takes_a_payout_out_of_a_batch_and_finance_notices(api: Api, people: People) -> None:
    finance, owner = await people.staff(Role.FINANCE), await people.customer(cash=euros(100))
    mine = await requested(api, owner, "10.00")
    batch = await previewed(api, people, finance, "40.00")
    assert (batch["total"]["amount"], batch["count"]) == ("50.00", 2)

    cancelled = (await api(owner, CANCEL, input={"payoutId": mine["id"]}))["payoutCancel"]
    stale = await api(finance, POST, input={"batchId": batch["id"], "expectedVersion": batch["version"]})
    sent = (await api(finance, POST, input={"batchId": batch["id"]}))["payoutBatchPost"]
    late = (await api(owner, CANCEL, input={"payoutId": mine["id"]}))["payoutCancel"]

    assert cancelled == {"state": "CANCELLED", "nextActions": []}
    assert await pocket(api, owner) == ("100.00", "0.00")
    assert stale["payoutBatchPost"]["code"] == "VERSION_CONFLICT"
    assert (sent["total"]["amount"], sent["count"]) == ("40.00", 1)
    assert late == {
        "code": "WRONG_STATE",
        "message": "The payout is CANCELLED. Possible now: nothing more.",
        "is": "CANCELLED",
        "nextActions": [],
    }


async def test_a_batch_that_is_let_go_leaves_its_payouts_for_the_next_one(api: Api, people: People) -> None:
    finance = await people.staff(Role.FINANCE)
    batch = await previewed(api, people, finance, "10.00", "20.00")

    cancelled = await api(finance, CANCEL_BATCH, input={"batchId": batch["id"]})
    posting = await api(finance, POST, input={"batchId": batch["id"]})
    anew = (await api(finance, PREVIEW, input={"currency": "EUR", "limit": 1}))["payoutBatchPreview"]
    none = (await api(finance, PREVIEW, input={"currency": "JPY"}))["payoutBatchPreview"]

    assert cancelled["payoutBatchCancel"]["state"] == "CANCELLED"
    assert posting["payoutBatchPost"]["code"] == "WRONG_STATE"
    assert (anew["total"]["amount"], anew["count"]) == ("10.00", 1), "the oldest first"
    assert none["code"] == "NOTHING_TO_PAY"


async def test_a_payout_needs_a_verified_person_cash_and_a_bank_account(api: Api, people: People, house: House) -> None:
    owner = await people.customer(cash=euros(100))
    before = await snapshot(house)

    async def refused(**changes: Any) -> dict[str, Any]:
        answer: dict[str, Any] = (await api(owner, REQUEST, input=asked("40.00", **changes)))["payoutRequest"]
        return answer

    much = await refused(amount={"amount": "100.01", "currencyCode": "EUR"})
    assert (much["code"], much["available"]["amount"]) == ("INSUFFICIENT_FUNDS", "100.00")
    for number in ("FR14 2004 1010 0505 0001 3M02 607", "12", "", "DE", "x" * 100, "FR14-2004"):
        assert (await refused(accountNumber=number))["path"] == ["accountNumber"], number
    assert (await refused(holder=" "))["path"] == ["holder"]
    assert (await refused(amount={"amount": "0", "currencyCode": "EUR"}))["path"] == ["amount"]
    assert (await refused(expectedVersion=7))["code"] == "VERSION_CONFLICT"
    stranger = await api(None, REQUEST, input=asked("40.00"))
    assert stranger["payoutRequest"]["code"] == "NOT_ALLOWED"
    assert await snapshot(house) == before


async def test_somebody_whose_document_nobody_saw_is_not_paid_out(api: Api, people: People) -> None:
    owner = await people.customer(cash=euros(100))
    await people.run(unverify, owner)

    refused = (await api(owner, REQUEST, input=asked("40.00")))["payoutRequest"]

    assert (refused["code"], refused["level"]) == ("IDENTITY_NOT_VERIFIED", "UNVERIFIED")
    assert await pocket(api, owner) == ("100.00", "0.00")


async def unverify(work: Any, viewer: Any, command: Account, *, now: datetime) -> Account:
    account: Account = await work.accounts.lock(command.id)
    account.identity_level = IdentityLevel.UNVERIFIED
    await work.accounts.save(account)
    return account


async def test_the_number_of_a_bank_account_is_kept_nowhere_and_shown_to_finance_alone(
    api: Api, people: People, house: House
) -> None:
    owner, finance = await people.customer(cash=euros(100)), await people.staff(Role.FINANCE)
    support, other = await people.staff(Role.SUPPORT), await people.customer()
    payout = await requested(api, owner)

    seen = {person.id: (await api(person, PAYOUTS))["payouts"]["nodes"] for person in (owner, finance, support, other)}

    assert (payout["lastFour"], payout["accountNumber"]) == ("2606", None)
    assert seen[finance.id][0]["accountNumber"] == IBAN.replace(" ", "")
    assert seen[owner.id][0]["accountNumber"] is seen[support.id][0]["accountNumber"] is None
    assert seen[other.id] == []
    tables = await house.readers.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in tables:
        query = f"SELECT count(*) FROM \"{table}\" t WHERE t::text LIKE '%20041010%'"
        assert await house.readers.pool.fetchval(query) == 0, table


async def test_a_payout_of_somebody_else_does_not_exist(api: Api, people: People) -> None:
    owner, other = await people.customer(cash=euros(100)), await people.customer()
    payout = await requested(api, owner)
    query = "query ($id: ID!) { payout(id: $id) { state } }"

    theirs = await api(other, query, id=payout["id"])
    cancelling = await api(other, CANCEL, input={"payoutId": payout["id"]})

    assert theirs.codes == ["NOT_FOUND"]
    assert cancelling["payoutCancel"]["code"] == "NOT_FOUND"
    assert (await api(owner, query, id=payout["id"]))["payout"]["state"] == "REQUESTED"


@pytest.mark.own_house
async def test_batches_are_finances_own(api: Api, people: People) -> None:
    finance, support = await people.staff(Role.FINANCE), await people.staff(Role.SUPPORT)
    batch = await previewed(api, people, finance)
    query = "query ($id: ID!) { payoutBatch(id: $id) { count } }"

    assert (await api(finance, query, id=batch["id"]))["payoutBatch"]["count"] == 1
    assert (await api(support, query, id=batch["id"])).codes == ["NOT_FOUND"]
    assert (await api(support, "{ payoutBatches { nodes { id } } }")).codes == ["NOT_ALLOWED"]
    assert (await api(finance, "{ payoutBatches { nodes { count } } }"))["payoutBatches"]["nodes"] == [{"count": 1}]


@pytest.mark.own_house
async def test_of_sixteen_who_post_one_batch_at_once_one_posts_it(api: Api, people: People, house: House) -> None:
    finance = await people.staff(Role.FINANCE)
    batch = await previewed(api, people, finance, "10.00", "20.00", "30.00")

    answers = await asyncio.gather(*(api(finance, POST, input={"batchId": batch["id"]}) for _ in range(16)))

    outcomes = sorted(answer["payoutBatchPost"].get("code", "posted") for answer in answers)
    assert outcomes == ["WRONG_STATE"] * 15 + ["posted"]
    assert await in_payout_clearing(house) == 6000
    assert (await api(finance, HEALTH))["ledgerHealth"]["ok"]


@pytest.mark.own_house
async def test_owners_cancelling_and_finance_posting_at_once_pay_each_payout_or_give_it_back(
    api: Api, people: People, house: House
) -> None:
    finance = await people.staff(Role.FINANCE)
    owners = [await people.customer(cash=euros(100)) for _ in range(6)]
    payouts = [await requested(api, owner, "10.00") for owner in owners]
    batch = (await api(finance, PREVIEW, input={"currency": "EUR"}))["payoutBatchPreview"]

    asking = [api(owner, CANCEL, input={"payoutId": p["id"]}) for owner, p in zip(owners, payouts, strict=True)]
    asking.insert(3, api(finance, POST, input={"batchId": batch["id"]}))
    answers = await asyncio.gather(*asking)

    cancelled = sum(answer.data.get("payoutCancel", {}).get("state") == "CANCELLED" for answer in answers)
    sent = await house.readers.pool.fetchval("SELECT count(*) FROM payout WHERE state = 'SENT'")
    assert cancelled + sent == 6
    assert await in_payout_clearing(house) == sent * 1000
    assert (await api(finance, HEALTH))["ledgerHealth"]["ok"]


@pytest.mark.own_house
async def test_two_batches_at_once_share_no_payout(api: Api, people: People, house: House) -> None:
    finance = await people.staff(Role.FINANCE)
    for _ in range(3):
        await requested(api, await people.customer(cash=euros(100)), "10.00")

    answers = await asyncio.gather(*(api(finance, PREVIEW, input={"currency": "EUR"}) for _ in range(4)))

    counts = sorted(answer["payoutBatchPreview"].get("count", 0) for answer in answers)
    assert counts == [0, 0, 0, 3]


async def test_a_rehearsed_payout_leaves_everything_as_it_is(api: Api, people: People, house: House) -> None:
    owner, finance = await people.customer(cash=euros(100)), await people.staff(Role.FINANCE)
    batch = await previewed(api, people, finance)
    before = await snapshot(house)

    asking = (await api(owner, REQUEST, input=asked("40.00", dryRun=True)))["payoutRequest"]
    posting = (await api(finance, POST, input={"batchId": batch["id"], "dryRun": True}))["payoutBatchPost"]

    assert asking["state"] == "REQUESTED"
    assert posting["state"] == "POSTED"
    assert await snapshot(house) == before


@pytest.mark.parametrize("mutation", [POST, CANCEL_BATCH])
async def test_a_batch_that_never_was_is_not_found(api: Api, people: People, mutation: str) -> None:
    from schema.ids import encode_id

    finance = await people.staff(Role.FINANCE)
    answer = await api(finance, mutation, input={"batchId": encode_id("PayoutBatch", uuid4())})

    assert [field["code"] for field in answer.data.values()] == ["NOT_FOUND"]


async def test_a_posted_batch_shows_in_the_statement_with_its_code(api: Api, people: People) -> None:
    finance = await people.staff(Role.FINANCE)
    batch = await posted(api, people, finance)
    query = "query ($id: ID!) { payoutBatch(id: $id) { payouts { nodes { code sentAt owner { id } } } } }"
    payout = (await api(finance, query, id=batch["id"]))["payoutBatch"]["payouts"]["nodes"][0]
    statement = (
        "query ($id: ID!) { wallet(accountId: $id) { statement(currency: EUR, first: 1) { nodes { memo cause } } } }"
    )

    lines = (await api(finance, statement, id=payout["owner"]["id"]))["wallet"]["statement"]["nodes"]

    assert lines == [{"memo": f"Payout {payout['code']}", "cause": "payout"}]
    assert datetime.fromisoformat(payout["sentAt"]) <= datetime.now(UTC)
