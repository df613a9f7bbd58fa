"""What every verb of a trade-in begins and ends with: locks in one order, events, and the purchase that waits."""

from datetime import datetime

from domain import campaign, claim, order, settlement
from domain import piece as pieces
from domain.appraisal import NoGradingStandard
from domain.catalogue import Category
from domain.event import Event
from domain.grading import GradingStandard
from domain.order import Order, PledgeMode
from domain.piece import Party, PieceId
from domain.refusal import NotFound, VersionConflict, require
from domain.settlement import BlockReason
from domain.title import PieceTied, Tie
from domain.trade_in.lifecycle import BY_STAFF
from domain.trade_in.noun import TradeIn, TradeInId
from domain.trade_in.port import Work
from domain.trade_in.refusal import OwnTradeIn
from domain.viewer import AccountId, Viewer
from domain.work import check_version

# Rows are locked in this order: order, trade-in, consignment, settlement, campaign, claim, piece, payment, holds,
# pockets.


def happened(trade_in: TradeIn, what: str, **data: object) -> Event:
    """An event of this trade-in, and of its piece once it is known; `data` holds JSON values only."""
    of_order = {} if trade_in.order_id is None else {"orderId": str(trade_in.order_id)}
    return Event(
        name=f"tradeIn.{what}",
        subject_kind="tradeIn",
        subject_id=trade_in.id,
        data={"code": trade_in.code, **of_order, **data},
        piece_id=trade_in.piece_id,
        account_id=trade_in.owner,
    )


async def find(work: Work, trade_in_id: TradeInId) -> TradeIn:
    try:
        return await work.trade_ins.find(trade_in_id)
    except NotFound as refusal:
        refusal.path = ("tradeInId",)
        raise


async def lock_pair(work: Work, found: TradeIn) -> tuple[Order | None, TradeIn]:
    """The trade-in with the order that it belongs to, which is locked first."""
    bound_to = None if found.order_id is None else await work.orders.lock(found.order_id)
    trade_in = await work.trade_ins.lock(found.id)
    # Between the look and the lock it may have been bound, or let go again.
    require(trade_in.order_id == found.order_id, VersionConflict(found.version, trade_in.version))
    return bound_to, trade_in


async def lock_own(
    work: Work, viewer: Viewer, trade_in_id: TradeInId, expected_version: int | None, action: str
) -> tuple[Order | None, TradeIn]:
    """The viewer's own trade-in, or anybody's for staff who may act; for all others it does not exist."""
    viewer.require_account()
    found = await find(work, trade_in_id)
    may = found.owner == viewer.account_id or (bool(BY_STAFF[action]) and viewer.has(*BY_STAFF[action]))
    require(may, NotFound("TradeIn", trade_in_id, path=("tradeInId",)))
    bound_to, trade_in = await lock_pair(work, found)
    check_version(expected_version, trade_in.version)
    trade_in.check(action)
    return bound_to, trade_in


async def lock_for_house(
    work: Work, viewer: Viewer, trade_in_id: TradeInId, expected_version: int | None, action: str
) -> tuple[Order | None, TradeIn, AccountId]:
    """Anybody's trade-in but the viewer's own, for staff whose roles allow the action; and who they are."""
    viewer.require(*BY_STAFF[action])
    agent = viewer.require_account()
    bound_to, trade_in = await lock_pair(work, await find(work, trade_in_id))
    require(trade_in.owner != agent, OwnTradeIn(path=("tradeInId",)))
    check_version(expected_version, trade_in.version)
    trade_in.check(action)
    return bound_to, trade_in, agent


async def standard_of(work: Work, category: Category) -> GradingStandard:
    """The standard in force for a category, or for the nearest one that it lies in."""
    standard = await work.grading_standards.current(tuple(reversed(category.path)))
    if standard is None:
        raise NoGradingStandard(path=("of",))
    return standard


async def check_untied(work: Work, piece_id: PieceId, now: datetime, *but: Tie) -> None:
    """Refuse a piece that another deal of the house is about."""
    ties = tuple(tie for tie in await work.piece_ties.deals(piece_id, now) if tie not in but)
    require(not ties, PieceTied(ties, path=("of", "pieceId")))


# The purchase


async def hold_back(work: Work, of: Order, now: datetime) -> None:
    """As long as the old piece has not paid its part, no seller is paid; the lines are blocked when it is placed."""
    for line in sorted(of.lines, key=lambda one: str(one.consignment_id)):
        if line.consigned:
            await settlement.block(work, order_line_id=line.id, reason=BlockReason.TRADE_IN, now=now)


async def go_on(work: Work, of: Order, now: datetime) -> None:
    """The purchase is paid in full: what waited for that goes its way. The caller saves the order."""
    for line in sorted(of.lines, key=lambda one: str(one.consignment_id)):
        if BlockReason.TRADE_IN in line.blocked_by:
            order.unblock(work, of, line, BlockReason.TRADE_IN, now)
            if line.consigned:
                await settlement.unblock(work, order_line_id=line.id, reason=BlockReason.TRADE_IN, now=now)


# The piece


async def drop_claim(work: Work, trade_in: TradeIn, now: datetime) -> None:
    if trade_in.piece_id is not None and trade_in.claim_token is not None:
        await claim.drop(work, {trade_in.piece_id: trade_in.claim_token}, now)


async def pass_to(work: Work, trade_in: TradeIn, custodian: Party) -> None:
    """Somebody else has the piece; on its way and in the house's hands it is at the house's risk."""
    assert trade_in.piece_id is not None, "what came in is a piece"
    piece = await work.pieces.lock(trade_in.piece_id)
    theirs = custodian == pieces.account(trade_in.owner)
    pieces.hand_over(piece, custodian, custodian if theirs else pieces.HOUSE)
    await work.pieces.save(piece)


async def end(work: Work, trade_in: TradeIn, action: str, now: datetime) -> None:
    """Nothing comes of it, and nothing is here: what a campaign had promised is free again, and so is the piece."""
    trade_in.move(action)
    trade_in.closed_at = now
    await campaign.release(work, trade_in.id, now)
    await drop_claim(work, trade_in, now)


async def send_back(work: Work, trade_in: TradeIn, action: str, now: datetime) -> None:
    """The piece goes back to its owner; until it is there it stays claimed."""
    trade_in.move(action)
    trade_in.requote = None
    await campaign.release(work, trade_in.id, now)


def secured(trade_in: TradeIn) -> bool:
    """Whether cash is held for as long as the piece has not passed."""
    return trade_in.mode is PledgeMode.TENDER
