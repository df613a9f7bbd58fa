"""The journals of a settlement: the price is split once, and paid once."""

from datetime import datetime

from domain import receivable, supplier, wallet
from domain.ledger import AccountKind, Posting, customer, house
from domain.money import Money, total
from domain.settlement.noun import Settlement, SettlementCause, SettlementId
from domain.settlement.port import Work
from domain.wallet import LotOrigin


async def post_split(work: Work, settlement: Settlement, now: datetime) -> None:
    """A buyer's money leaves escrow, or the house's own goes into the piece; what is the seller's stands as payable.

    Partners through whose channel the sale came have their parts of the commission.
    """
    subject_id = settlement.order_line_id or settlement.id
    shares = await supplier.share(work, subject_id, settlement.commission, settlement.shares, now)
    own = settlement.commission - total((posting.amount for posting in shares), settlement.gross.currency)
    source = AccountKind.ESCROW if settlement.cause is SettlementCause.SALE else AccountKind.INVENTORY
    parts = (
        (source, -settlement.gross),
        (AccountKind.COMMISSION, own),
        (AccountKind.TAX_PAYABLE, settlement.commission_tax),
        (AccountKind.SERVICES, settlement.costs),
        (AccountKind.CONSIGNOR_PAYABLE, settlement.net),
    )
    await wallet.post(work, [*kept(*parts), *shares], cause(settlement), now, memo(settlement))
    if settlement.shortfall:
        await receivable.charge_back(
            work,
            settlement.seller,
            settlement.shortfall,
            to=AccountKind.SERVICES,
            cause=cause(settlement),
            reason=f"Costs of {settlement.code} beyond its price",
            now=now,
        )


async def post_payout(work: Work, settlement: Settlement, now: datetime) -> None:
    """What stands as payable goes to the seller: cash, from which debts are paid, and credit with its bonus."""
    owner, said = settlement.seller, memo(settlement)
    cash = settlement.cash + settlement.offset
    if cash:
        postings = [house(AccountKind.CONSIGNOR_PAYABLE, -cash), customer(owner, AccountKind.CASH, cash)]
        await wallet.post(work, postings, cause(settlement), now, said)
    if settlement.offset:
        await receivable.settle(work, owner, settlement.offset, AccountKind.CASH, cause(settlement), now)
    funded = (
        (settlement.credit, LotOrigin.SETTLEMENT, AccountKind.CONSIGNOR_PAYABLE, said),
        (settlement.bonus, LotOrigin.BONUS, AccountKind.CREDIT_BONUS, f"Bonus on {settlement.code}"),
    )
    for amount, origin, kind, text in funded:
        if amount:
            await wallet.issue(
                work,
                owner,
                amount,
                origin=origin,
                funded_by=house(kind, -amount),
                cause=cause(settlement),
                expires_at=None,
                now=now,
                memo=text,
            )


def kept(*parts: tuple[AccountKind, Money]) -> list[Posting]:
    return [house(kind, amount) for kind, amount in parts if amount]


def cause(settlement: Settlement) -> tuple[str, SettlementId]:
    return "settlement", settlement.id


def memo(settlement: Settlement) -> str:
    return f"Settlement {settlement.code}"
