"""People in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, exists, select
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.account import Account, IdentityLevel
from domain.localized import Locale
from domain.money import Currency
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.table import document, key, moment, one_of, text


class AccountRow(SQLModel, table=True):
    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("char_length(email) BETWEEN 3 AND 254", name="email"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint(one_of("identity_level", IdentityLevel), name="identity_level"),
        CheckConstraint(one_of("locale", Locale), name="locale"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("jurisdiction ~ '^[A-Z]{2}$'", name="jurisdiction"),
        Index("uq_account_email", sql("lower(email)"), unique=True),
    )
    id: UUID = key(primary=True)
    email: str = text()
    name: str = text()
    roles: list[str] = document()
    identity_level: str = text()
    locale: str = text()
    currency: str = text()
    jurisdiction: str = text()
    password_hash: str | None = text(nullable=True)
    created_at: datetime = moment()
    erased_at: datetime | None = moment(nullable=True)
    version: int


class SqlAccounts(SqlCollection[Account]):
    noun = Account
    row = AccountRow
    kind = "Account"

    async def exists(self, account_id: AccountId) -> bool:
        """Whether there is such a person who was not erased."""
        there = exists().where(self.table.c.id == account_id, self.table.c.erased_at.is_(None))
        return bool(await self.connection.scalar(select(there)))


class SqlAccountReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Account | None]:
        rows = await self.pool.fetch("SELECT * FROM account WHERE id = ANY($1::uuid[])", list(ids))
        found = {account.id: account for account in map(SqlAccounts.mapping.to_noun, rows)}
        return [found.get(AccountId(account_id)) for account_id in ids]

    async def by_email(self, email: str) -> Account | None:
        row = await self.pool.fetchrow("SELECT * FROM account WHERE lower(email) = lower($1)", email)
        return None if row is None else SqlAccounts.mapping.to_noun(row)
