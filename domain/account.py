"""People: one account buys and sells; staff have roles on theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.localized import Locale
from domain.money import Currency
from domain.viewer import AccountId, Role


class IdentityLevel(StrEnum):
    """How well the house knows who somebody is; a payout needs VERIFIED."""

    UNVERIFIED = "UNVERIFIED"
    VERIFIED = "VERIFIED"


@dataclass(slots=True)
class Account:
    """A person; `erased_at` marks one whose personal data is gone while its journals stay."""

    id: AccountId
    email: str
    name: str
    roles: tuple[Role, ...]
    identity_level: IdentityLevel
    locale: Locale
    currency: Currency
    jurisdiction: str
    password_hash: str | None
    created_at: datetime
    erased_at: datetime | None = None
    version: int = 1


class Accounts(Protocol):
    async def lock(self, account_id: AccountId) -> Account: ...
    async def add(self, account: Account) -> None: ...
    async def save(self, account: Account) -> None: ...
    async def exists(self, account_id: AccountId) -> bool: ...


class AccountReader(Protocol):
    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Account | None]: ...
    async def by_email(self, email: str) -> Account | None: ...
