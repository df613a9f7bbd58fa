"""What an entry of the table is, and the words that entries share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from domain.account import Account
from schema.ids import encode_id

if TYPE_CHECKING:
    from tests.trust.world import World

Prepared = tuple[Account | None, dict[str, Any]]
Entry = Callable[["World"], Awaitable[Prepared]]


def account_id(account: Account) -> str:
    return encode_id("Account", account.id)


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "EUR"}
