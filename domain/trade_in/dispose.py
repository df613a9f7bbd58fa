"""The piece leaves the counter: towards whatever becomes of it, or back to its owner."""

from dataclasses import dataclass
from datetime import datetime

from domain import associate as associates
from domain import disposition, piece, title
from domain.disposition import GONE, Fate
from domain.refusal import InvalidInput, require
from domain.text import line
from domain.title import PieceTied, Tie
from domain.trade_in.money import written_off
from domain.trade_in.noun import TradeIn, TradeInId
from domain.trade_in.port import Work
from domain.trade_in.step import check_untied, drop_claim, happened, lock_for_house, pass_to
from domain.viewer import Role, Viewer


@dataclass(frozen=True, slots=True)
class DisposeTradeIn:
    """`method` says how it is done; `recipient` is who is given a donation, and only then."""

    trade_in_id: TradeInId
    fate: Fate
    method: str
    recipient: str | None = None
    expected_version: int | None = None


async def dispose(work: Work, viewer: Viewer, command: DisposeTradeIn, *, now: datetime) -> TradeIn:
    """A merchandiser decides what becomes of a piece that was traded in; a signed certificate tells anybody."""
    _, trade_in, agent = await lock_for_house(
        work, viewer, command.trade_in_id, command.expected_version, "tradeInDispose"
    )
    given = command.fate is Fate.DONATE
    named = (command.recipient is not None) == given
    require(named, InvalidInput("A donation, and only a donation, names who gets it.", path=("recipient",)))
    assert trade_in.piece_id is not None, "what was bought is a piece"
    found = await work.pieces.lock(trade_in.piece_id)
    require(title.is_ours(found), PieceTied((Tie.SOLD,), path=("tradeInId",)))
    if command.fate in GONE:
        await check_untied(work, found.id, now)
    await disposition.decide(
        work,
        found,
        trade_in_id=trade_in.id,
        fate=command.fate,
        method=command.method,
        recipient=None if command.recipient is None else line(command.recipient, "recipient"),
        decided_by=agent,
        now=now,
    )
    trade_in.move("tradeInDispose")
    trade_in.closed_at = now
    await work.trade_ins.save(trade_in)
    if command.fate in GONE:
        await written_off(work, trade_in.id, trade_in.value, now, f"{command.fate.title()} {trade_in.code}")
    work.events.append(happened(trade_in, "disposed", fate=command.fate))
    return trade_in


@dataclass(frozen=True, slots=True)
class HandBackTradeIn:
    trade_in_id: TradeInId
    expected_version: int | None = None


async def hand_back(work: Work, viewer: Viewer, command: HandBackTradeIn, *, now: datetime) -> TradeIn:
    """The owner has the piece again, and its risk; it is free for other deals."""
    _, trade_in, _ = await lock_for_house(
        work, viewer, command.trade_in_id, command.expected_version, "tradeInHandBack"
    )
    shop_id = None if trade_in.receipt is None else trade_in.receipt.shop_id
    await associates.require_at(work, viewer, shop_id, elsewhere=(Role.SUPPORT,))
    trade_in.move("tradeInHandBack")
    trade_in.closed_at = now
    if trade_in.piece_id is not None:
        await drop_claim(work, trade_in, now)
        await pass_to(work, trade_in, piece.account(trade_in.owner))
    await work.trade_ins.save(trade_in)
    work.events.append(happened(trade_in, "returned"))
    return trade_in
