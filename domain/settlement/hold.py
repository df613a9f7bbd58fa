"""Finance and support keep money back while something is looked into."""

from dataclasses import dataclass
from datetime import datetime

from domain.refusal import InvalidInput, require
from domain.settlement.noun import BY_DATE, BlockReason, Settlement, SettlementId
from domain.settlement.port import Work
from domain.settlement.step import happened, lock_whole, put_block, take_block
from domain.text import line
from domain.viewer import Role, Viewer
from domain.work import check_version


@dataclass(frozen=True, slots=True)
class BlockPayment:
    settlement_id: SettlementId
    reason: BlockReason
    note: str
    expected_version: int | None = None


async def block_payment(work: Work, viewer: Viewer, command: BlockPayment, *, now: datetime) -> Settlement:
    """Keep the money back; what follows from dates needs nobody to say so."""
    settlement, note = await lock_for(work, viewer, command)
    settlement.move("settlementBlock")
    if put_block(settlement, command.reason, now):
        await work.settlements.save(settlement)
        work.events.append(happened(settlement, "blocked", reason=command.reason, note=note))
    return settlement


async def unblock_payment(work: Work, viewer: Viewer, command: BlockPayment, *, now: datetime) -> Settlement:
    """The reason is gone: the money is payable from now on, unless another stands."""
    settlement, note = await lock_for(work, viewer, command)
    settlement.move("settlementUnblock")
    if take_block(work, settlement, command.reason, now):
        await work.settlements.save(settlement)
        work.events.append(happened(settlement, "unblocked", reason=command.reason, note=note))
    return settlement


async def lock_for(work: Work, viewer: Viewer, command: BlockPayment) -> tuple[Settlement, str]:
    viewer.require(Role.FINANCE, Role.SUPPORT)
    note = line(command.note, "note", longest=500)
    by_date = command.reason in BY_DATE
    require(not by_date, InvalidInput("This follows from the delivery and its date.", path=("reason",)))
    settlement = await lock_whole(work, await work.settlements.find(command.settlement_id))
    check_version(command.expected_version, settlement.version)
    return settlement, note
