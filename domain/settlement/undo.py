"""Goods come back, and with them the seller's share: never due any more, or owed where it has been paid."""

from datetime import datetime
from uuid import UUID

from domain import receivable, wallet
from domain.ledger import AccountKind
from domain.settlement.ledger import cause, kept
from domain.settlement.noun import Settlement, SettlementState
from domain.settlement.port import Work
from domain.settlement.step import cancel_sale, happened, lock_line


async def undo_sale(work: Work, *, order_line_id: UUID, reason: str, now: datetime) -> Settlement | None:
    """After this the whole price is in escrow again, to go back to the buyer. None where no settlement pays the seller.

    What was paid already is taken back from the seller's cash as far as it goes, and owed beyond that. The caller has
    locked the seller's pocket.
    """
    settlement = await lock_line(work, order_line_id)
    if settlement is None or settlement.state is not SettlementState.SETTLED:
        return await cancel_sale(work, order_line_id=order_line_id, now=now)
    settlement.move("reverse")
    await post_reversal(work, settlement, reason, now)
    await work.settlements.save(settlement)
    work.events.append(happened(settlement, "reversed", reason=reason))
    return settlement


async def post_reversal(work: Work, settlement: Settlement, reason: str, now: datetime) -> None:
    """Every part of the split goes back where it came from; the bonus too, for it came with the sale.

    A shortfall stays owed: it is for costs that were had whether or not the piece is sold.
    """
    parts = (
        (AccountKind.ESCROW, settlement.gross - settlement.net),
        (AccountKind.COMMISSION, -settlement.commission),
        (AccountKind.TAX_PAYABLE, -settlement.commission_tax),
        (AccountKind.SERVICES, -settlement.costs),
    )
    if settlement.gross > settlement.net:
        await wallet.post(work, kept(*parts), cause(settlement), now, reason)
    for amount, to in ((settlement.net, AccountKind.ESCROW), (settlement.bonus, AccountKind.CREDIT_BONUS)):
        if amount:
            await receivable.charge_back(
                work, settlement.seller, amount, to=to, cause=cause(settlement), reason=reason, now=now
            )
