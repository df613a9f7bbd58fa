"""What an entry of the table is, and the words that entries share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from domain.account import Account
from schema.ids import encode_id

if TYPE_CHECKING:
    from tests.trust.world import World

Prepared = tuple[Account | None, dict[str, Any]]
Entry = Callable[["World"], Awaitable[Prepared]]


def account_id(account: Account) -> str:
    return encode_id("Account", account.id)


def of(kind: str, thing: Any) -> str:
    """The global id of a thing of the domain, or of its id."""
    return encode_id(kind, thing if isinstance(thing, UUID) else thing.id)


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "EUR"}


def text(value: str) -> dict[str, str]:
    return {"en": value, "zh": f"{value}（中）"}


def slug(kind: str) -> str:
    return f"{kind}-{uuid4().hex[:12]}"


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()
