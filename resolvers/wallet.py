"""Wallets: owners see their own; finance and support see everybody's."""

from collections.abc import Sequence
from uuid import UUID

from domain.ledger import LedgerHealth
from domain.money import Currency
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.viewer import AccountId, Role
from domain.wallet import Hold, Lot, Pocket, StatementLine, Wallet, may_see
from resolvers.context import Context


async def wallet(context: Context, owner: UUID | None) -> Wallet:
    """The wallet of an account, the viewer's own when none is named; somebody else's does not exist for the viewer."""
    wanted = AccountId(owner) if owner is not None else context.viewer.require_account()
    if not may_see(context.viewer, wanted) or await context.loaders.account.load(wanted) is None:
        raise NotFound("Account", wanted, path=("accountId",))
    return Wallet(wanted)


async def pockets(context: Context, owner: AccountId) -> Sequence[Pocket]:
    return await context.loaders.pockets.load(owner)


async def lots(context: Context, owner: AccountId) -> Sequence[Lot]:
    return await context.readers.wallets.lots(owner)


async def holds(context: Context, owner: AccountId) -> Sequence[Hold]:
    return await context.readers.wallets.holds(owner)


async def lot(context: Context, lot_id: UUID) -> Lot | None:
    """A lot; somebody else's does not exist for the viewer."""
    found = await context.loaders.lot.load(lot_id)
    return found if found is not None and may_see(context.viewer, found.owner) else None


async def hold(context: Context, hold_id: UUID) -> Hold | None:
    """A hold; somebody else's does not exist for the viewer."""
    found = await context.loaders.hold.load(hold_id)
    return found if found is not None and may_see(context.viewer, found.owner) else None


async def statement(context: Context, owner: AccountId, currency: Currency, page: PageRequest) -> Page[StatementLine]:
    return await context.readers.wallets.statement(owner, currency, page)


async def health(context: Context) -> LedgerHealth:
    """The proof of the ledger, for finance and admin."""
    context.viewer.require(Role.FINANCE)
    return await context.readers.ledger.health()
