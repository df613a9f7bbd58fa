"""Wallets through the API."""

from uuid import UUID

from domain.viewer import Role
from schema.ids import encode_id
from tests.support.api import Api
from tests.support.event_stream import listening
from tests.support.people import People, euros

ONE_HOUSE = True

TRANSFER = """
mutation ($input: WalletTransferInput!) {
  walletTransfer(input: $input) {
    __typename
    ... on WalletPocket { cash { amount currencyCode } version }
    ... on UserError { code message path }
    ... on InsufficientFunds { available { amount } required { amount } }
  }
}
"""
POCKETS = "{ wallet { pockets { currency cash { amount } credit { amount } held { amount } version } } }"
HEALTH = "{ ledgerHealth { ok journals postings currencies { currency balanced customers { amount } } } }"


def account_id(value: UUID) -> str:
    return encode_id("Account", value)


def amount(value: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": value, "currencyCode": currency}


async def test_cash_goes_from_one_wallet_to_another_and_the_ledger_proves_it(api: Api, people: People) -> None:
    sender, receiver = await people.customer(cash=euros(100)), await people.customer()
    finance = await people.staff(Role.FINANCE)

    sent = await api(sender, TRANSFER, input={"toAccountId": account_id(receiver.id), "amount": amount("30.50")})

    assert sent["walletTransfer"]["cash"] == {"amount": "69.50", "currencyCode": "EUR"}
    received = await api(receiver, POCKETS)
    assert received["wallet"]["pockets"][0]["cash"]["amount"] == "30.50"
    health = (await api(finance, HEALTH))["ledgerHealth"]
    assert health["ok"]
    assert health["currencies"] == [{"currency": "EUR", "balanced": True, "customers": {"amount": "100.00"}}]


async def test_a_transfer_beyond_the_balance_is_refused_and_moves_nothing(api: Api, people: People) -> None:
    sender, receiver = await people.customer(cash=euros(10)), await people.customer()

    sent = await api(sender, TRANSFER, input={"toAccountId": account_id(receiver.id), "amount": amount("10.01")})

    assert sent["walletTransfer"]["code"] == "INSUFFICIENT_FUNDS"
    assert sent["walletTransfer"]["available"] == {"amount": "10.00"}
    assert (await api(sender, POCKETS))["wallet"]["pockets"][0]["cash"]["amount"] == "10.00"
    assert (await api(receiver, POCKETS))["wallet"]["pockets"] == []


async def test_the_same_key_transfers_once_and_answers_alike(api: Api, people: People) -> None:
    sender, receiver = await people.customer(cash=euros(100)), await people.customer()
    given = {"toAccountId": account_id(receiver.id), "amount": amount("30.00"), "clientMutationKey": "once"}

    first = await api(sender, TRANSFER, input=given)
    again = await api(sender, TRANSFER, input=given)
    other = await api(sender, TRANSFER, input={**given, "amount": amount("31.00")})

    assert first.data == again.data
    assert other["walletTransfer"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert (await api(sender, POCKETS))["wallet"]["pockets"][0]["cash"]["amount"] == "70.00"


async def test_the_key_in_the_head_of_an_event_stream_counts_as_that_of_a_request(api: Api, people: People) -> None:
    sender, receiver = await people.customer(cash=euros(100)), await people.customer()
    given = {"toAccountId": account_id(receiver.id), "amount": amount("30.00")}

    told = []
    for _ in range(2):
        async with listening(api, sender, TRANSFER, key="by-stream", input=given) as stream:
            told.append((await stream.next())["data"]["walletTransfer"])
    by_request = await api(sender, TRANSFER, key="by-stream", input=given)

    assert told == [by_request["walletTransfer"]] * 2
    assert (await api(sender, POCKETS))["wallet"]["pockets"][0]["cash"]["amount"] == "70.00"


async def test_a_refused_key_stays_refused_after_the_money_has_come(api: Api, people: People) -> None:
    sender, receiver = await people.customer(cash=euros(1)), await people.customer(cash=euros(50))
    given = {"toAccountId": account_id(receiver.id), "amount": amount("30.00"), "clientMutationKey": "too-early"}

    first = await api(sender, TRANSFER, input=given)
    await api(receiver, TRANSFER, input={"toAccountId": account_id(sender.id), "amount": amount("40.00")})
    again = await api(sender, TRANSFER, input=given)

    assert first["walletTransfer"]["code"] == "INSUFFICIENT_FUNDS"
    assert again.data == first.data
    assert (await api(sender, POCKETS))["wallet"]["pockets"][0]["cash"]["amount"] == "41.00"


async def test_a_dry_run_answers_as_if_and_leaves_everything_as_it_is(api: Api, people: People) -> None:
    sender, receiver = await people.customer(cash=euros(100)), await people.customer()
    given = {"toAccountId": account_id(receiver.id), "amount": amount("30.00")}

    rehearsed = await api(sender, TRANSFER, input={**given, "dryRun": True})

    assert rehearsed["walletTransfer"]["cash"]["amount"] == "70.00"
    assert (await api(sender, POCKETS))["wallet"]["pockets"][0]["cash"]["amount"] == "100.00"


async def test_somebody_elses_wallet_does_not_exist_for_a_customer(api: Api, people: People) -> None:
    owner, stranger = await people.customer(cash=euros(100)), await people.customer()
    query = "query ($id: ID) { wallet(accountId: $id) { pockets { version } } }"

    theirs = await api(stranger, query, id=account_id(owner.id))
    nobodys = await api(stranger, query, id=account_id(UUID(int=7)))

    assert theirs.codes == nobodys.codes == ["NOT_FOUND"]
    assert theirs.errors[0]["message"] == nobodys.errors[0]["message"]
