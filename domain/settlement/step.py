"""What a sale, its delivery and its return do to a seller's money; steps authorise nothing.

Rows are locked in this order: consignment, contract, settlement, piece or listing, pocket.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from domain.consignment import ConsignmentId, SettlementMode
from domain.contract import Contract
from domain.event import Event
from domain.money import Money, total
from domain.piece_cost import PieceCost, charged
from domain.policy import ChoiceFixed
from domain.settlement.noun import (
    BY_DATE,
    Block,
    BlockReason,
    CostLine,
    Settlement,
    SettlementCause,
    SettlementId,
    SettlementState,
)
from domain.settlement.port import Work
from domain.settlement.split import Payout, Split, pay, sold_for
from domain.supplier import RevenueShare
from domain.work import Job

RELEASE = "settlementRelease"


def happened(settlement: Settlement, what: str, **data: object) -> Event:
    """An event of this settlement in its piece's passport; `data` holds JSON values only."""
    return Event(
        name=f"settlement.{what}",
        subject_kind="settlement",
        subject_id=settlement.id,
        data={**data, "consignmentId": str(settlement.consignment_id)},
        piece_id=settlement.piece_id,
        account_id=settlement.seller,
    )


async def open_for_sale(
    work: Work,
    *,
    consignment_id: UUID,
    order_id: UUID,
    order_line_id: UUID,
    price: Money,
    sold_at: datetime,
    now: datetime,
    shares: tuple[RevenueShare, ...] = (),
    return_window_days: int | None = None,
) -> Settlement:
    """A buyer has paid for a consigned piece: reckon the seller's share, which waits until it is payable.

    The window is the contract's unless the order gave its buyer a longer one.
    """
    await work.consignments.lock(ConsignmentId(consignment_id))
    contract = await work.contracts.lock_for(ConsignmentId(consignment_id))
    assert contract is not None, "what is listed has a contract"
    assert contract.mode is SettlementMode.AFTER_SALE, "what the house owns is sold on its own account"
    if contract.payout_fixed_at is None and contract.choice_fixed is ChoiceFixed.SALE:
        contract.payout_fixed_at = sold_at
        await work.contracts.save(contract)
    lines = await cost_lines(work, contract)
    split = sold_for(contract, price, total((line.amount for line in lines), price.currency))
    settlement = reckon(work, contract, split, lines, SettlementCause.SALE, await forecast(work, contract, split), now)
    settlement.order_id, settlement.order_line_id = order_id, order_line_id
    settlement.shares = shares
    settlement.return_window_days = max(contract.return_window_days, return_window_days or 0)
    await work.settlements.add(settlement)
    work.events.append(happened(settlement, "opened", cause=settlement.cause))
    return settlement


async def delivered(work: Work, *, order_line_id: UUID, at: datetime, now: datetime) -> Settlement | None:
    """The buyer has the piece: its window runs, and the money is payable when it has passed.

    None when the line's seller is not paid by a settlement.
    """
    settlement = await lock_line(work, order_line_id)
    if settlement is None or settlement.state is not SettlementState.PENDING or settlement.delivered_at is not None:
        return settlement
    settlement.delivered_at = at
    due(work, settlement, at + timedelta(days=settlement.return_window_days))
    await work.settlements.save(settlement)
    work.events.append(happened(settlement, "delivered"))
    return settlement


async def block(work: Work, *, order_line_id: UUID, reason: BlockReason, now: datetime) -> Settlement | None:
    """Keep the money back for a reason; the same reason counts once. Nothing happens when it was paid already."""
    settlement = await lock_line(work, order_line_id)
    if settlement is None or not put_block(settlement, reason, now):
        return settlement
    await work.settlements.save(settlement)
    work.events.append(happened(settlement, "blocked", reason=reason))
    return settlement


async def unblock(work: Work, *, order_line_id: UUID, reason: BlockReason, now: datetime) -> Settlement | None:
    """The reason is gone; the money is payable from now on, or later if something else says so."""
    settlement = await lock_line(work, order_line_id)
    if settlement is None or not take_block(work, settlement, reason, now):
        return settlement
    await work.settlements.save(settlement)
    work.events.append(happened(settlement, "unblocked", reason=reason))
    return settlement


async def cancel_sale(work: Work, *, order_line_id: UUID, now: datetime) -> Settlement | None:
    """The sale was undone before the money was payable: nothing is due, and the seller may choose anew.

    Refuses when it was released already: what was paid is claimed back, never cancelled.
    """
    settlement = await lock_line(work, order_line_id)
    if settlement is None or settlement.state is SettlementState.CANCELLED:
        return settlement
    settlement.move("cancel")
    await work.settlements.save(settlement)
    contract = await work.contracts.lock(settlement.contract_id)
    if contract.choice_fixed is ChoiceFixed.SALE:
        contract.payout_fixed_at = None
        await work.contracts.save(contract)
    work.events.append(happened(settlement, "cancelled"))
    return settlement


# Rules


def due(work: Work, settlement: Settlement, at: datetime) -> None:
    """The money is payable at this moment at the earliest; have the house look then."""
    settlement.payable_at = at if settlement.payable_at is None else max(settlement.payable_at, at)
    work.outbox.append(Job(RELEASE, settlement.id, settlement.payable_at))


def put_block(settlement: Settlement, reason: BlockReason, now: datetime) -> bool:
    """Whether it changed anything."""
    assert reason not in BY_DATE, "what follows from dates is not put by hand"
    known = any(block.reason is reason for block in settlement.blocks)
    if known or settlement.state is not SettlementState.PENDING:
        return False
    settlement.blocks = (*settlement.blocks, Block(reason, now))
    return True


def take_block(work: Work, settlement: Settlement, reason: BlockReason, now: datetime) -> bool:
    """Whether it changed anything. The last of window, inspection and dispute makes the payable date."""
    left = tuple(block for block in settlement.blocks if block.reason is not reason)
    if len(left) == len(settlement.blocks) or settlement.state is not SettlementState.PENDING:
        return False
    settlement.blocks = left
    if settlement.delivered_at is not None:
        due(work, settlement, now)
    return True


async def cost_lines(work: Work, contract: Contract) -> tuple[CostLine, ...]:
    """What the seller bears of what was recorded so far."""
    return itemised(await work.piece_costs.of_consignment(contract.consignment_id), contract)


def itemised(costs: Iterable[PieceCost], contract: Contract) -> tuple[CostLine, ...]:
    """The seller's costs as a settlement shows them."""
    return tuple(CostLine(cost.id, cost.kind, cost.amount, cost.note) for cost in charged(costs, contract))


async def forecast(work: Work, contract: Contract, split: Split, credit_bps: int | None = None) -> Payout:
    """How the net amount is paid as things stand, by the contract's choice unless another is fixed already.

    Takes the pocket's lock, so it comes after all others.
    """
    chosen = contract.credit_bps if credit_bps is None else credit_bps
    assert chosen is not None, "a choice is made with the agreement"
    pocket = await work.wallets.lock(contract.seller, split.net.currency)
    return pay(contract, split.net, pocket.owed, chosen)


def reckon(
    work: Work,
    contract: Contract,
    split: Split,
    lines: tuple[CostLine, ...],
    cause: SettlementCause,
    paid: Payout,
    now: datetime,
) -> Settlement:
    """A settlement of this contract, PENDING."""
    assert contract.credit_bps is not None, "a choice is made with the agreement"
    return Settlement(
        id=SettlementId(work.new.id()),
        code=work.new.code("SE"),
        consignment_id=contract.consignment_id,
        contract_id=contract.id,
        piece_id=contract.piece_id,
        seller=contract.seller,
        cause=cause,
        state=SettlementState.PENDING,
        order_id=None,
        order_line_id=None,
        gross=split.gross,
        commission=split.commission,
        commission_tax=split.commission_tax,
        costs=split.costs,
        net=split.net,
        shortfall=split.shortfall,
        offset=paid.offset,
        cash=paid.cash,
        credit=paid.credit,
        bonus=paid.bonus,
        credit_bps=contract.credit_bps,
        cost_lines=lines,
        return_window_days=contract.return_window_days,
        opened_at=now,
    )


async def lock_line(work: Work, order_line_id: UUID) -> Settlement | None:
    """The settlement of an order line, locked after its consignment."""
    found = await work.settlements.of_line(order_line_id)
    return None if found is None else await lock_whole(work, found)


async def lock_whole(work: Work, found: Settlement) -> Settlement:
    """A settlement as it is now, locked after its consignment."""
    await work.consignments.lock(found.consignment_id)
    return await work.settlements.lock(found.id)
