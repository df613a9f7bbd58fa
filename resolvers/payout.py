"""Payouts: owners see their own, finance and support see everybody's; account numbers are sealed before all else."""

from uuid import UUID

from domain.page import Page, PageRequest
from domain.payout import (
    BankAccount,
    Payout,
    PayoutBatch,
    PayoutFilter,
    PayoutRequest,
    Request,
    account_number,
    may_see,
)
from domain.refusal import NotFound
from domain.viewer import Role
from resolvers.context import Context


async def request(context: Context, asked: PayoutRequest) -> Request:
    """The number of the bank account becomes a token before there is a transaction."""
    number = account_number(asked.account_number)
    bank_account = BankAccount(context.secrets.vault.seal(number), number[-4:], asked.holder)
    return Request(asked.amount, bank_account, asked.expected_version)


async def payout(context: Context, payout_id: UUID) -> Payout:
    found = await context.loaders.payout.load(payout_id)
    if found is None or not may_see(context.viewer, found):
        raise NotFound("Payout", payout_id, path=("id",))
    return found


async def payouts(context: Context, wanted: PayoutFilter, page: PageRequest) -> Page[Payout]:
    """Finance and support read all of them, everybody else their own, whatever owner they ask for."""
    viewer = context.viewer
    owner = wanted.owner if viewer.has(Role.FINANCE, Role.SUPPORT) else viewer.require_account()
    return await context.readers.payouts.page(PayoutFilter(owner, wanted.state, wanted.batch_id), page)


async def batch(context: Context, batch_id: UUID) -> PayoutBatch:
    """A batch, for finance; nobody else knows of any."""
    found = await context.loaders.payout_batch.load(batch_id) if context.viewer.has(Role.FINANCE) else None
    if found is None:
        raise NotFound("PayoutBatch", batch_id, path=("id",))
    return found


async def batches(context: Context, page: PageRequest) -> Page[PayoutBatch]:
    context.viewer.require(Role.FINANCE)
    return await context.readers.payouts.batches(page)


async def number_of(context: Context, payout: Payout) -> str | None:
    """The number of the bank account, for finance alone; null once it was erased."""
    if not context.viewer.has(Role.FINANCE) or not payout.bank_account.token:
        return None
    return context.secrets.vault.open(payout.bank_account.token)
