"""What customers owe, through the API and through the steps that other capabilities build on."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from app.house import House
from domain import receivable, wallet
from domain.account import Account
from domain.ledger import AccountKind, customer, house
from domain.money import Money
from domain.viewer import AccountId, Role
from schema.ids import encode_id
from tests.schema.test_wallet import HEALTH, account_id, amount
from tests.support.api import Api
from tests.support.people import People, euros
from tests.support.snapshot import snapshot

ONE_HOUSE = True

CHARGE = """
mutation ($input: ReceivableChargeInput!) {
  receivableCharge(input: $input) {
    ... on ReceivableCharge { taken { amount } owed { amount } }
    ... on UserError { code path }
  }
}
"""
REPAY = """
mutation ($input: ReceivableRepayInput!) {
  receivableRepay(input: $input) {
    ... on WalletPocket { cash { amount } owed { amount } version }
    ... on UserError { code path }
  }
}
"""
WRITE_OFF = """
mutation ($input: ReceivableWriteOffInput!) {
  receivableWriteOff(input: $input) {
    ... on Receivable { state outstanding { amount } }
    ... on UserError { code }
  }
}
"""
DEBTS = "{ receivables { nodes { id amount { amount } outstanding { amount } state reason owner { id } } } }"
POCKET = "{ wallet { pockets { cash { amount } credit { amount } owed { amount } } } }"


@dataclass(frozen=True)
class Incoming:
    owner: AccountId
    amount: Money
    kind: AccountKind = AccountKind.CASH


async def earn(work: Any, viewer: Any, command: Incoming, *, now: datetime) -> Money:
    """Money comes in and pays old debts with its share, as a settlement does."""
    cause = ("settlement", UUID(int=1))
    if command.kind is AccountKind.CREDIT:
        funding = house(AccountKind.CONSIGNOR_PAYABLE, -command.amount)
        await wallet.issue(
            work,
            command.owner,
            command.amount,
            origin=wallet.LotOrigin.SETTLEMENT,
            funded_by=funding,
            cause=cause,
            expires_at=None,
            now=now,
            memo="Settled",
        )
    else:
        incoming = [
            house(AccountKind.CONSIGNOR_PAYABLE, -command.amount),
            customer(command.owner, command.kind, command.amount),
        ]
        await wallet.post(work, incoming, cause, now, "Settled")
    return await receivable.offset(work, command.owner, command.amount, kind=command.kind, cause=cause, now=now)


async def owing(api: Api, people: People, finance: Account) -> Account:
    """Somebody who had 10 euros when 25 were taken back, and then 5 more."""
    debtor = await people.customer(cash=euros(10))
    for value in ("25.00", "5.00"):
        given = {"accountId": account_id(debtor.id), "amount": amount(value), "reason": f"Counterfeit {value}"}
        await api(finance, CHARGE, input=given)
    return debtor


async def pocket(api: Api, owner: Account) -> tuple[str, str]:
    found = (await api(owner, POCKET))["wallet"]["pockets"][0]
    return found["cash"]["amount"], found["owed"]["amount"]


async def test_a_claw_back_takes_the_cash_that_is_there_and_the_rest_is_owed(
    api: Api, people: People, house: House
) -> None:
    finance, debtor = await people.staff(Role.FINANCE), await people.customer(cash=euros(10))
    given = {"accountId": account_id(debtor.id), "amount": amount("25.00"), "reason": "It was a counterfeit"}

    charged = (await api(finance, CHARGE, input=given))["receivableCharge"]

    assert charged == {"taken": {"amount": "10.00"}, "owed": {"amount": "15.00"}}
    assert await pocket(api, debtor) == ("0.00", "15.00")
    assert (await api(debtor, DEBTS))["receivables"]["nodes"][0]["reason"] == "It was a counterfeit"
    assert (await api(finance, HEALTH))["ledgerHealth"]["ok"]
    least = "SELECT min(least(cash_minor, credit_minor, deposit_minor, held_minor, owed_minor)) FROM wallet_pocket"
    assert await house.readers.pool.fetchval(least) == 0


async def test_a_claw_back_that_cash_covers_leaves_no_debt(api: Api, people: People) -> None:
    finance, customer = await people.staff(Role.FINANCE), await people.customer(cash=euros(30))
    given = {"accountId": account_id(customer.id), "amount": amount("25.00"), "reason": "Paid twice"}

    charged = (await api(finance, CHARGE, input=given))["receivableCharge"]

    assert charged["owed"]["amount"] == "0.00"
    assert await pocket(api, customer) == ("5.00", "0.00")
    assert (await api(customer, DEBTS))["receivables"]["nodes"] == []


async def test_half_of_what_comes_in_pays_the_oldest_debt_first(api: Api, people: People) -> None:
    finance = await people.staff(Role.FINANCE)
    debtor = await owing(api, people, finance)
    assert await pocket(api, debtor) == ("0.00", "20.00")

    paid = await people.run(earn, Incoming(debtor.id, euros(32)))

    assert paid == euros(16)
    assert await pocket(api, debtor) == ("16.00", "4.00")
    debts = (await api(debtor, DEBTS))["receivables"]["nodes"]
    assert [(debt["state"], debt["outstanding"]["amount"]) for debt in debts] == [("PAID", "0.00"), ("OPEN", "4.00")]
    assert (await api(finance, HEALTH))["ledgerHealth"]["ok"]


async def test_credit_that_comes_in_pays_debts_too_and_never_more_than_is_owed(api: Api, people: People) -> None:
    finance = await people.staff(Role.FINANCE)
    debtor = await owing(api, people, finance)

    paid = await people.run(earn, Incoming(debtor.id, euros(100), AccountKind.CREDIT))
    nothing_left = await people.run(earn, Incoming(debtor.id, euros(100)))

    assert (paid, nothing_left) == (euros(20), euros(0))
    found = (await api(debtor, POCKET))["wallet"]["pockets"][0]
    assert {kind: value["amount"] for kind, value in found.items()} == {
        "cash": "100.00",
        "credit": "80.00",
        "owed": "0.00",
    }
    assert (await api(finance, HEALTH))["ledgerHealth"]["ok"]


async def test_customers_pay_what_they_owe_and_no_more(api: Api, people: People) -> None:
    finance = await people.staff(Role.FINANCE)
    debtor = await owing(api, people, finance)
    poor = (await api(debtor, REPAY, input={"currency": "EUR"}))["receivableRepay"]
    await people.run(earn, Incoming(debtor.id, euros(38)))
    assert await pocket(api, debtor) == ("19.00", "1.00")

    much = (await api(debtor, REPAY, input={"currency": "EUR", "amount": amount("1.01")}))["receivableRepay"]
    other = (await api(debtor, REPAY, input={"currency": "EUR", "amount": amount("1", "JPY")}))["receivableRepay"]
    paid = (await api(debtor, REPAY, input={"currency": "EUR"}))["receivableRepay"]
    again = (await api(debtor, REPAY, input={"currency": "EUR"}))["receivableRepay"]

    assert poor["code"] == "INSUFFICIENT_FUNDS"
    assert (much["code"], much["path"]) == ("INVALID_INPUT", ["amount"])
    assert (other["code"], other["path"]) == ("INVALID_INPUT", ["amount"])
    assert (paid["cash"]["amount"], paid["owed"]["amount"]) == ("18.00", "0.00")
    assert again["code"] == "NOTHING_OWED"


@pytest.mark.own_house
async def test_finance_gives_a_debt_up_for_a_reason_and_the_house_bears_it(
    api: Api, people: People, house: House
) -> None:
    finance, support = await people.staff(Role.FINANCE), await people.staff(Role.SUPPORT)
    debtor = await owing(api, people, finance)
    debt = (await api(finance, DEBTS))["receivables"]["nodes"][0]
    given = {"receivableId": debt["id"], "reason": "Cannot be reached"}

    by_support = (await api(support, WRITE_OFF, input=given))["receivableWriteOff"]
    gone = (await api(finance, WRITE_OFF, input=given))["receivableWriteOff"]
    again = (await api(finance, WRITE_OFF, input=given))["receivableWriteOff"]

    assert by_support["code"] == "NOT_ALLOWED"
    assert gone == {"state": "WRITTEN_OFF", "outstanding": {"amount": "0.00"}}
    assert again["code"] == "WRONG_STATE"
    assert await pocket(api, debtor) == ("0.00", "5.00")
    lost = await house.readers.pool.fetchval("SELECT sum(amount_minor) FROM ledger_posting WHERE kind = 'WRITE_OFF'")
    assert lost == -1500
    assert (await api(finance, HEALTH))["ledgerHealth"]["ok"]


async def test_debts_are_seen_by_who_owes_them_and_by_finance(api: Api, people: People) -> None:
    finance, other = await people.staff(Role.FINANCE), await people.customer()
    debtor = await owing(api, people, finance)
    of_debtor = "query ($id: ID) { receivables(filter: { accountId: $id }) { nodes { id } } }"

    assert len((await api(debtor, DEBTS))["receivables"]["nodes"]) == 2
    assert len((await api(finance, of_debtor, id=account_id(debtor.id)))["receivables"]["nodes"]) == 2
    assert (await api(other, of_debtor, id=account_id(debtor.id)))["receivables"]["nodes"] == []
    assert (await api(None, DEBTS)).codes == ["NOT_ALLOWED"]


async def test_paying_at_once_pays_once(api: Api, people: People) -> None:
    finance = await people.staff(Role.FINANCE)
    debtor = await owing(api, people, finance)
    await people.run(earn, Incoming(debtor.id, euros(38)))

    answers = await asyncio.gather(*(api(debtor, REPAY, input={"currency": "EUR"}) for _ in range(8)))

    codes = sorted(answer["receivableRepay"].get("code", "paid") for answer in answers)
    assert codes == ["NOTHING_OWED"] * 7 + ["paid"]
    assert await pocket(api, debtor) == ("18.00", "0.00")


@pytest.mark.parametrize(
    "changes",
    [{"amount": amount("0")}, {"amount": amount("-1")}, {"reason": " "}, {"accountId": account_id(UUID(int=7))}],
    ids=["nothing", "negative", "no reason", "nobody"],
)
async def test_a_charge_that_can_not_be_right_changes_nothing(
    api: Api, people: People, house: House, changes: dict[str, Any]
) -> None:
    finance, customer = await people.staff(Role.FINANCE), await people.customer(cash=euros(30))
    before = await snapshot(house)
    given = {"accountId": account_id(customer.id), "amount": amount("5.00"), "reason": "Paid twice", **changes}

    refused = (await api(finance, CHARGE, input=given))["receivableCharge"]

    assert refused["code"] in ("INVALID_INPUT", "NOT_FOUND")
    assert await snapshot(house) == before


async def test_a_debt_that_never_was_is_not_found(api: Api, people: People) -> None:
    finance = await people.staff(Role.FINANCE)
    given = {"receivableId": encode_id("Receivable", UUID(int=7)), "reason": "None"}

    assert (await api(finance, WRITE_OFF, input=given))["receivableWriteOff"]["code"] == "NOT_FOUND"
