"""Money reaches a seller: when a sale has become final, or when the house itself buys."""

from dataclasses import dataclass
from datetime import datetime

from domain import consignment as consigned
from domain import markdown, piece
from domain.consignment import Consignment
from domain.contract import Contract, ContractState
from domain.money import Money, total
from domain.piece import PieceId
from domain.refusal import Refusal, require
from domain.settlement.ledger import post_payout, post_split
from domain.settlement.noun import (
    SETTLEMENT_LIFECYCLE,
    Block,
    Settlement,
    SettlementCause,
    SettlementId,
    SettlementState,
)
from domain.settlement.port import Work
from domain.settlement.split import bought_for
from domain.settlement.step import cost_lines, forecast, happened, lock_whole, reckon
from domain.viewer import Role, Viewer
from domain.work import check_version

# Refusals


@dataclass(eq=False)
class NotPayableYet(Refusal):
    """Something still stands between the seller and the money."""

    code = "NOT_PAYABLE_YET"
    blocks: tuple[Block, ...]

    @property
    def message(self) -> str:
        reasons = ", ".join(block.reason.replace("_", " ").lower() for block in self.blocks)
        return f"The money is not payable yet: {reasons}."


# Steps


async def settle(work: Work, settlement: Settlement, now: datetime) -> None:
    """Split and pay a locked settlement that nothing blocks, and save it."""
    contract = await work.contracts.lock(settlement.contract_id)
    await consigned.payable(work, settlement.consignment_id, now)
    settlement.forecast(await forecast(work, contract, settlement.split, settlement.credit_bps))
    await finish(work, settlement, now)
    await work.settlements.save(settlement)
    await end(work, contract, now)
    await consigned.settled(work, settlement.consignment_id, now)


async def buy(
    work: Work, consignment: Consignment, contract: Contract, price: Money, cause: SettlementCause, now: datetime
) -> Settlement:
    """The house buys the piece: title and risk move to it, and the seller is paid at once.

    The caller has locked both, and saves the consignment; the contract has ended and is saved here.
    """
    await take_title(work, contract)
    consignment.move("settled", now)
    lines = await cost_lines(work, contract)
    split = bought_for(price, total((line.amount for line in lines), price.currency))
    settlement = reckon(work, contract, split, lines, cause, await forecast(work, contract, split), now)
    settlement.payable_at = now
    await finish(work, settlement, now)
    await work.settlements.add(settlement)
    await end(work, contract, now)
    work.events.append(consigned.happened(consignment, "settled"))
    return settlement


async def take_title(work: Work, contract: Contract) -> None:
    """The piece is the house's from here on, and so is its risk."""
    found = await work.pieces.lock(PieceId(contract.piece_id))
    assert found.owner == piece.account(contract.seller), "only its owner parts with a piece"
    piece.transfer_title(found, piece.HOUSE)
    piece.hand_over(found, found.custodian, piece.HOUSE)
    await work.pieces.save(found)


async def finish(work: Work, settlement: Settlement, now: datetime) -> None:
    """Both journals and both moves; the caller keeps the settlement."""
    await post_split(work, settlement, now)
    settlement.move("settlementRelease")
    settlement.released_at = now
    await post_payout(work, settlement, now)
    settlement.move("settle")
    settlement.settled_at = now
    amounts = {
        "currency": settlement.gross.currency,
        "cash_minor": settlement.cash.minor,
        "credit_minor": settlement.credit.minor,
        "bonus_minor": settlement.bonus.minor,
    }
    work.events.append(happened(settlement, "settled", cause=settlement.cause, **amounts))


async def end(work: Work, contract: Contract, now: datetime) -> None:
    """The contract has done its work."""
    await markdown.drop(work, contract, now)
    if contract.state is not ContractState.ENDED:
        contract.move("end")
        contract.ended_at = now
    await work.contracts.save(contract)


# Verbs


@dataclass(frozen=True, slots=True)
class Release:
    settlement_id: SettlementId
    expected_version: int | None = None


async def release(work: Work, viewer: Viewer, command: Release, *, now: datetime) -> Settlement:
    """Finance pays what is payable now, without waiting for the house to look."""
    viewer.require(Role.FINANCE)
    settlement = await lock_whole(work, await work.settlements.find(command.settlement_id))
    check_version(command.expected_version, settlement.version)
    blocks = settlement.blocked_by(now)
    require(not blocks, NotPayableYet(blocks))
    SETTLEMENT_LIFECYCLE.move(settlement.state, "settlementRelease")
    await settle(work, settlement, now)
    return settlement


@dataclass(frozen=True, slots=True)
class ReleaseDue:
    settlement_id: SettlementId


async def release_due(work: Work, viewer: Viewer, command: ReleaseDue, *, now: datetime) -> Settlement:
    """The house pays what is payable by now; what is not, or was paid already, stays as it is."""
    viewer.require(Role.SYSTEM)
    settlement = await lock_whole(work, await work.settlements.find(command.settlement_id))
    due = settlement.payable_at is not None and settlement.payable_at <= now
    if settlement.state is SettlementState.PENDING and due and not settlement.blocked_by(now):
        await settle(work, settlement, now)
    return settlement
