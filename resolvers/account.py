"""People: what happens to a password before a transaction, who may read whom."""

from typing import Any
from uuid import UUID

from domain.account import (
    Account,
    AccountFilter,
    Register,
    Registration,
    check_email,
    check_password,
    may_see,
)
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.viewer import Role
from resolvers.context import Context


async def viewer(context: Context) -> Account | None:
    """The caller's own account; an API key acts for one, and does not show whose it is."""
    if context.viewer.account_id is None or context.viewer.key is not None:
        return None
    return await context.loaders.account.load(context.viewer.account_id)


async def account(context: Context, account_id: UUID) -> Account:
    """Anybody's account for support and finance, one's own for everybody else."""
    found = await context.loaders.account.load(account_id) if may_see(context.viewer, account_id) else None
    if found is None:
        raise NotFound("Account", account_id, path=("id",))
    return found


async def accounts(context: Context, wanted: AccountFilter, page: PageRequest) -> Page[Account]:
    """People, for support and finance."""
    context.viewer.require(Role.SUPPORT, Role.FINANCE)
    return await context.readers.accounts.page(wanted, page)


async def personal(context: Context) -> dict[str, Any]:
    """Everything personal that the house keeps about the caller."""
    return await context.readers.personal.personal(context.viewer.require_account())


async def register(context: Context, asked: Registration) -> Register:
    """The password becomes a hash, which takes long, before there is a transaction to hold up."""
    email = check_email(asked.email)
    password_hash = await context.secrets.passwords.hash(email, check_password(asked.password))
    return Register(email, asked.name, password_hash, asked.locale, asked.currency, asked.jurisdiction)
