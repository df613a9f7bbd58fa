"""People in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import CheckConstraint, Index, Select, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from domain.account import Account, AccountFilter, Credential, IdentityLevel, Standing
from domain.localized import Locale
from domain.money import Currency
from domain.page import Page, PageRequest
from domain.session import ACCESS_TTL
from domain.viewer import AccountId, Role
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
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
        CheckConstraint("jsonb_typeof(roles) = 'array' AND NOT roles ? 'SYSTEM'", name="roles"),
        CheckConstraint("erased_at IS NULL OR (roles = '[]' AND email LIKE 'erased+%')", name="erased"),
        CheckConstraint("token_epoch >= 0", name="token_epoch"),
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
    created_at: datetime = moment()
    identity_check: dict[str, Any] | None = document(nullable=True)
    erased_at: datetime | None = moment(nullable=True)
    token_epoch: int = Field(default=0, sa_column_kwargs={"server_default": sql("0")})
    signed_out_at: datetime | None = moment(nullable=True)
    version: int


class CredentialRow(SQLModel, table=True):
    """How people sign in; nothing but signing in reads it."""

    __tablename__ = "credential"
    __table_args__ = (
        CheckConstraint("password_hash LIKE '$argon2id$%'", name="password_hash"),
        {"info": {"app": "SELECT, INSERT, UPDATE, DELETE"}},
    )
    id: UUID = key("account.id", primary=True)
    password_hash: str = text()
    changed_at: datetime = moment()
    version: int


class SqlAccounts(SqlCollection[Account]):
    noun = Account
    row = AccountRow
    kind = "Account"

    _EXISTS = sql("SELECT 1 FROM account WHERE id = CAST(:id AS uuid) AND erased_at IS NULL FOR KEY SHARE")

    async def add_new(self, account: Account) -> bool:
        """Add it unless its email is taken, also by somebody who registers at this very moment."""
        query = insert(self.table).values(self.mapping.to_row(account)).on_conflict_do_nothing()
        return bool((await self.connection.execute(query)).count)

    async def present(self, account_id: AccountId) -> Account | None:
        """The account unless it was erased.

        The lock is the one that foreign keys take: it lets everything through but the erasure.
        """
        row = (await self.connection.execute(self._kept(select(self.table), account_id))).first()
        return None if row is None else self.mapping.to_noun(row)

    async def exists(self, account_id: AccountId) -> bool:
        """Whether there is such a person who was not erased, and will not be while this transaction lasts."""
        return bool(await self.connection.scalar(self._EXISTS, {"id": account_id}))

    def _kept(self, query: Select[Any], account_id: AccountId) -> Select[Any]:
        there = query.where(self.table.c.id == account_id, self.table.c.erased_at.is_(None))
        return there.with_for_update(read=True, key_share=True)


class SqlCredentials(SqlCollection[Credential]):
    noun = Credential
    row = CredentialRow
    kind = "Credential"


SELECT = "SELECT a.* FROM account a"
STANDING = """
SELECT roles, token_epoch, signed_out_at, ARRAY(
    SELECT id FROM session s WHERE s.account_id = a.id AND s.ended_at > now() - 2 * $2::interval) AS ended
FROM account a WHERE id = $1 AND erased_at IS NULL
"""
"""Of the sessions that ended, those whose tokens may still be young; twice as long, should clocks differ."""

BY_EMAIL = Sort(columns=(("lower(a.email)", "text"), ("a.id", "uuid")))


class SqlAccountReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Account | None]:
        return await SqlAccounts.read(self.pool, ids)

    async def by_email(self, email: str) -> Account | None:
        row = await self.pool.fetchrow("SELECT * FROM account WHERE lower(email) = lower($1)", email)
        return None if row is None else SqlAccounts.mapping.to_noun(row)

    async def credential(self, email: str) -> Credential | None:
        query = "SELECT c.* FROM credential c JOIN account a USING (id) WHERE lower(a.email) = lower($1)"
        row = await self.pool.fetchrow(query, email)
        return None if row is None else SqlCredentials.mapping.to_noun(row)

    async def standing(self, account_id: UUID) -> Standing | None:
        row = await self.pool.fetchrow(STANDING, account_id, ACCESS_TTL)
        if row is None:
            return None
        roles = frozenset(map(Role, orjson.loads(row["roles"])))
        ended = frozenset(UUID(int=session.int) for session in row["ended"])
        return Standing(roles, row["token_epoch"], row["signed_out_at"], ended)

    async def page(self, wanted: AccountFilter, page: PageRequest) -> Page[Account]:
        """By email; a prefix is a range of the index, for a LIKE with a parameter would read it all."""
        where: list[str] = ["a.erased_at IS NULL"]
        values: list[object] = []
        if wanted.email_prefix:
            prefix = wanted.email_prefix.lower()
            where += ["lower(a.email) >= {}", "lower(a.email) < {}"]
            values += [prefix, prefix + "\U0010ffff"]
        if wanted.role is not None:
            where.append("a.roles ? {}")
            values.append(str(wanted.role))
        if wanted.identity_level is not None:
            where.append("a.identity_level = {}")
            values.append(str(wanted.identity_level))
        return await fetch_page(
            self.pool,
            SELECT,
            where=where,
            values=values,
            sort=BY_EMAIL,
            page=page,
            item=SqlAccounts.mapping.to_noun,
            key=lambda account: (account.email.lower(), str(account.id)),
        )
