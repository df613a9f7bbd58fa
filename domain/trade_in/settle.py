"""The piece has passed, at the value that was offered or at one that its owner took: both deals are done at once."""

from datetime import datetime

from domain import campaign, piece
from domain.event import Event
from domain.ledger import AccountKind
from domain.money import Money
from domain.order import Order
from domain.piece import HOUSE
from domain.trade_in.money import held_pays, piece_pays, value_comes_back
from domain.trade_in.noun import TradeIn
from domain.trade_in.port import Work
from domain.trade_in.step import drop_claim, go_on, happened, secured, send_back


async def settle(
    work: Work,
    of: Order,
    trade_in: TradeIn,
    value: Money,
    action: str,
    now: datetime,
    rest_from: AccountKind = AccountKind.CASH,
) -> None:
    """The house buys the piece for this value, which pays its part of the locked order. Saves both."""
    trade_in.move(action)
    await go_on(work, of, now)
    if secured(trade_in):
        await piece_pays(work, of, trade_in, value, rest_from, now)
        subsidised = True
    else:
        subsidised = await value_comes_back(work, of, trade_in, value, now)
    if trade_in.subsidy and subsidised:
        await campaign.spend(work, trade_in.id)
    else:
        await campaign.release(work, trade_in.id, now)
    await take_title(work, trade_in, now)
    trade_in.value, trade_in.requote, trade_in.settled_at = value, None, now
    await work.orders.save(of)
    await work.trade_ins.save(trade_in)
    amounts = {"currency": value.currency, "value_minor": value.minor, "subsidy_minor": trade_in.subsidy.minor}
    work.events.append(happened(trade_in, "settled", **amounts))


async def take_title(work: Work, trade_in: TradeIn, now: datetime) -> None:
    """The piece is the house's, as it was graded, and free for whatever becomes of it."""
    assert trade_in.piece_id is not None, "what has passed is a piece"
    assert trade_in.inspection is not None, "and was inspected"
    await drop_claim(work, trade_in, now)
    found = await work.pieces.lock(trade_in.piece_id)
    piece.transfer_title(found, HOUSE)
    piece.hand_over(found, found.custodian, HOUSE)
    piece.describe(found, grade=trade_in.inspection.grade)
    await work.pieces.save(found)
    said = {"grade": found.grade}
    work.events.append(Event("piece.tradedIn", "tradeIn", trade_in.id, said, found.id, trade_in.owner))


async def fall_back(work: Work, of: Order, trade_in: TradeIn, action: str, now: datetime) -> None:
    """The piece goes back to its owner, and the purchase stands at its full price. Saves both."""
    await send_back(work, trade_in, action, now)
    await go_on(work, of, now)
    await held_pays(work, of, trade_in, now)
    await work.orders.save(of)
    await work.trade_ins.save(trade_in)
    work.events.append(happened(trade_in, "returning"))
