"""Payouts for tests, asked for and batched through the API."""

from __future__ import annotations

from typing import Any

from domain.account import Account
from tests.support.api import Api
from tests.support.people import People, euros

IBAN = "FR14 2004 1010 0505 0001 3M02 606"

REQUEST = """
mutation ($input: PayoutRequestInput!) {
  payoutRequest(input: $input) {
    __typename
    ... on Payout { id code amount { amount } state lastFour holder accountNumber nextActions version }
    ... on UserError { code message path }
    ... on InsufficientFunds { available { amount } }
    ... on IdentityNotVerified { level }
  }
}
"""
PREVIEW = """
mutation ($input: PayoutBatchPreviewInput!) {
  payoutBatchPreview(input: $input) {
    ... on PayoutBatch { id total { amount } count state nextActions version }
    ... on UserError { code message }
  }
}
"""
POST = """
mutation ($input: PayoutBatchPostInput!) {
  payoutBatchPost(input: $input) {
    ... on PayoutBatch { id total { amount } count state nextActions version payouts { nodes { id state } } }
    ... on UserError { code message }
    ... on WrongState { is: state nextActions }
  }
}
"""


def asked(amount: str, /, **changes: Any) -> dict[str, Any]:
    return {
        "amount": {"amount": amount, "currencyCode": "EUR"},
        "accountNumber": IBAN,
        "holder": "Lin Wei",
        **changes,
    }


async def requested(api: Api, owner: Account, amount: str = "40.00") -> dict[str, Any]:
    """A payout that waits for a batch."""
    return (await api(owner, REQUEST, input=asked(amount)))["payoutRequest"]  # type: ignore[no-any-return]


async def previewed(api: Api, people: People, finance: Account, *amounts: str) -> dict[str, Any]:
    """A batch of payouts of one new customer each."""
    for amount in amounts or ("40.00",):
        await requested(api, await people.customer(cash=euros(100)), amount)
    batch = await api(finance, PREVIEW, input={"currency": "EUR"})
    return batch["payoutBatchPreview"]  # type: ignore[no-any-return]


async def posted(api: Api, people: People, finance: Account, *amounts: str) -> dict[str, Any]:
    """A batch that was given to the bank."""
    batch = await previewed(api, people, finance, *amounts)
    return (await api(finance, POST, input={"batchId": batch["id"]}))["payoutBatchPost"]  # type: ignore[no-any-return]
