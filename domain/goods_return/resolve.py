"""A return comes to its end: goods and money go back where they came from, in one move, or nothing does."""

from dataclasses import dataclass
from datetime import datetime

from domain import consignment, listing, order, piece, receivable, settlement, stock, supplier
from domain.consignment import ConsignmentId
from domain.event import Event
from domain.goods_return.lifecycle import GoodsReturnState
from domain.goods_return.noun import Disposition, GoodsReturn, GoodsReturnId, ReturnCondition
from domain.goods_return.port import Work
from domain.goods_return.reckon import reckon, reckon_line
from domain.goods_return.refusal import DispositionNotPossible
from domain.goods_return.step import close, happened, lock_for_house
from domain.ledger import AccountKind, Posting, customer, house
from domain.money import Money
from domain.order import Order, OrderLine
from domain.order.deliver import release
from domain.piece import PieceId
from domain.refusal import InvalidInput, require
from domain.settlement import SettlementState
from domain.stock import Opened
from domain.viewer import AccountId, Viewer
from domain.wallet import post


@dataclass(frozen=True, slots=True)
class ResolveReturn:
    """`disposition` says what becomes of the goods; there is none for what turned out not to be the same."""

    goods_return_id: GoodsReturnId
    disposition: Disposition | None = None
    expected_version: int | None = None


async def resolve(work: Work, viewer: Viewer, command: ResolveReturn, *, now: datetime) -> GoodsReturn:
    """Support or finance ends an inspected return.

    What is the same is refunded to its tenders, less what it has lost; what is not is denied, and waits to be sent
    back. The inspection decides which, not the caller.
    """
    of, goods_return, _ = await lock_for_house(
        work, viewer, command.goods_return_id, command.expected_version, "goodsReturnResolve"
    )
    inspection = goods_return.inspection
    denied = inspection is not None and inspection.condition is ReturnCondition.NOT_THE_SAME
    goods_return.move("goodsReturnResolve/DENIED" if denied else "goodsReturnResolve")
    if denied:
        said = "What is not ours is sent back: there is nothing to dispose of."
        require(command.disposition is None, InvalidInput(said, path=("disposition",)))
        await close(work, of, goods_return, now)
        work.events.append(happened(goods_return, "denied"))
        return goods_return
    if command.disposition is None:
        raise InvalidInput("Say what becomes of the goods.", path=("disposition",))
    line = of.line(goods_return.order_line_id)
    await check_disposition(work, line, goods_return, command.disposition)
    cost = await cost_of(work, line, goods_return)
    await take_back(work, goods_return, line, command.disposition, cost, now)
    await give_back(work, of, line, goods_return, cost, now)
    goods_return.disposition = command.disposition
    await close(work, of, goods_return, now)
    tell(work, goods_return, command.disposition)
    return goods_return


async def check_disposition(work: Work, line: OrderLine, goods_return: GoodsReturn, disposition: Disposition) -> None:
    """Only what is as it was sold stands on the shelf under the same description again.

    A consignor's piece goes nowhere else but back, and once they were paid and owe it, nowhere but back.
    """
    assert goods_return.inspection is not None, "only what was inspected is disposed of"
    again = goods_return.inspection.condition is ReturnCondition.AS_SENT
    ways: tuple[Disposition, ...] = (Disposition.REFURBISH, Disposition.CLEAR)
    if line.consigned:
        assert line.consignment_id is not None, "a consigned line names its consignment"
        await work.consignments.lock(ConsignmentId(line.consignment_id))
        share = await work.settlements.of_line(line.id)
        again = again and (share is None or share.state is not SettlementState.SETTLED)
        ways = (Disposition.RETURN_TO_CONSIGNOR,)
    possible = (Disposition.RESTOCK, *ways) if again else ways
    require(disposition in possible, DispositionNotPossible(possible, path=("disposition",)))


# Goods


async def cost_of(work: Work, line: OrderLine, goods_return: GoodsReturn) -> Money | None:
    """What came back of goods from stock had cost: its share of what is still out; a piece keeps its cost itself."""
    if line.piece_id is not None or not line.cost:
        return None
    out = line.quantity - await already_back(work, line)
    return line.cost.allocate([goods_return.quantity, out - goods_return.quantity])[0]


async def already_back(work: Work, line: OrderLine) -> int:
    earlier = await work.goods_returns.of_line(line.id)
    return sum(one.quantity for one in earlier if one.state is GoodsReturnState.REFUNDED)


async def take_back(
    work: Work,
    goods_return: GoodsReturn,
    line: OrderLine,
    disposition: Disposition,
    cost: Money | None,
    now: datetime,
) -> None:
    """Title returns to who sold it; the house keeps it, and its risk, and it goes where it was disposed to."""
    if line.consigned:
        assert line.consignment_id is not None, "a consigned line names its consignment"
        again = disposition is Disposition.RESTOCK
        await (consignment.unsold if again else consignment.called_off)(work, line.consignment_id, now)
    if line.piece_id is not None:
        found = await work.pieces.lock(line.piece_id)
        piece.transfer_title(found, line.seller)
        piece.hand_over(found, found.custodian, piece.HOUSE)
        await work.pieces.save(found)
    if disposition is Disposition.RESTOCK:
        await restock(work, line, goods_return.quantity)
        if cost:
            await stock.put_back(work, {line.listed: cost})
    elif line.piece_id is not None:
        await take_down(work, line)
    else:
        made = [await opened(work, line, now) for _ in range(goods_return.quantity)]
        goods_return.opened = tuple(made)
        for piece_id, share in zip(made, cost.allocate([1] * len(made)) if cost else (), strict=False):
            await work.opened_goods.add(Opened(piece_id, line.id, share, now))


async def restock(work: Work, line: OrderLine, quantity: int) -> None:
    """It is on the shelf again, at the price it had."""
    offer = await work.listings.lock(line.listed)
    listing.relist(offer, quantity)
    await work.listings.save(offer)
    said: dict[str, object] = {"price_minor": offer.price.minor, "currency": offer.price.currency, "kind": offer.kind}
    work.events.append(Event("listing.relisted", "listing", offer.id, said, line.piece_id))


async def take_down(work: Work, line: OrderLine) -> None:
    """The offer is not sold after all, and stands no more: whatever comes next is another one."""
    offer = await work.listings.lock(line.listed)
    listing.relist(offer)
    listing.withdraw(offer)
    await work.listings.save(offer)
    work.events.append(Event("listing.withdrawn", "listing", offer.id, {}, line.piece_id))


async def opened(work: Work, line: OrderLine, now: datetime) -> PieceId:
    """Goods from stock that are not new any more are pieces from here on, each with a past of its own."""
    assert line.product_id is not None, "goods are of a product"
    made = await piece.register(
        work,
        product_id=line.product_id,
        serial=None,
        owner=piece.HOUSE,
        custodian=piece.HOUSE,
        risk_bearer=piece.HOUSE,
        now=now,
    )
    return made.id


# Money


async def give_back(
    work: Work, of: Order, line: OrderLine, goods_return: GoodsReturn, cost: Money | None, now: datetime
) -> None:
    """The seller's share is undone, the buyer gets the refund, and what the goods have lost goes to who bears it."""
    if of.trade_in_id is not None:
        await part_with_piece(work, of, line, goods_return, now)
    refunded = reckon_line(line, goods_return.quantity, goods_return.inspection)
    piece = None if of.trade_in_id is None else await work.pledges.still_here(of, now)
    reckoned = reckon(of, [refunded], piece=piece)
    owners = {of.buyer} | ({AccountId(line.seller_id)} if line.consigned and line.seller_id is not None else set())
    fallen, claims = await shares_back(work, line)
    await work.wallets.lock_all((owner, of.currency) for owner in owners | {owner for owner, _ in claims})
    back = await already_back(work, line) + goods_return.quantity
    await call_back(work, of, line, goods_return, fallen, now)
    for owner, amount in claims:
        cause = ("goodsReturn", goods_return.id)
        reason = f"Share in order {of.code}, which came back"
        await receivable.charge_back(work, owner, amount, to=shared_of(line), cause=cause, reason=reason, now=now)
    if cost and line.cost:
        line.cost -= cost
    reason = f"Return {goods_return.code}"
    done = await order.refund(work, of, {line.id: refunded.amount}, reason=reason, now=now)
    assert (done.amount, done.parts) == (reckoned.amount, reckoned.parts), "what was reckoned is what was refunded"
    goods_return.worth, goods_return.deducted = refunded.worth, refunded.deduction
    goods_return.duties_minor = refunded.duties.minor
    goods_return.refunded, goods_return.refund_id = done.amount, done.id
    if back == line.quantity:
        order.returned(work, of, line, now)
        await keep_rest(work, line, goods_return, now)
        line.released_at = now


async def part_with_piece(work: Work, of: Order, line: OrderLine, goods_return: GoodsReturn, now: datetime) -> None:
    """An old piece that the purchase was to go together with has nothing more to pay for."""
    back = await already_back(work, line) + goods_return.quantity
    gone = back == line.quantity and not of.stays_without([line.id])
    await work.pledges.call_off(of, whole=gone, now=now)


async def shares_back(work: Work, line: OrderLine) -> tuple[list[Posting], list[tuple[AccountId, Money]]]:
    """Partners have earned nothing on what came back: what is due to them goes back to what they shared in, and what

    they were paid is claimed from them. Answers with the postings, and with whom to claim how much from.
    """
    if not line.shares or (line.released_at is None and not line.consigned):
        return [], []
    fallen, paid = await supplier.undo(work, await work.supplier_bills.lock_standing(line.id))
    owners = [(await work.suppliers.find(bill.supplier_id)).account_id for bill in paid]
    back = [*fallen, *(house(shared_of(line), -posting.amount) for posting in fallen)]
    return back, [(owner, bill.amount) for owner, bill in zip(owners, paid, strict=True)]


def shared_of(line: OrderLine) -> AccountKind:
    """What the house earns on a line."""
    return AccountKind.COMMISSION if line.consigned else AccountKind.SALES


async def call_back(
    work: Work, of: Order, line: OrderLine, goods_return: GoodsReturn, shares: list[Posting], now: datetime
) -> None:
    """Whatever has left escrow for this line comes back into it, so that it can go where it came from.

    The seller's share is undone in any case: never due any more, or owed by a seller who was paid.
    """
    if line.consigned:
        reason = f"Order {of.code} came back"
        await settlement.undo_sale(work, order_line_id=line.id, reason=reason, now=now)
        if shares:
            await post(work, shares, ("goodsReturn", goods_return.id), now, reason)
    elif line.released_at is not None:
        turned = [Posting(one.account, -one.amount, one.lot_id) for one in release(line)]
        await post(work, [*turned, *shares], ("goodsReturn", goods_return.id), now, f"Order {of.code} called back")
    line.released_at = None


async def keep_rest(work: Work, line: OrderLine, goods_return: GoodsReturn, now: datetime) -> None:
    """What was deducted makes good what the goods have lost: to their consignor, or to the house with its tax."""
    rest = line.refundable
    if not rest:
        return
    parts: list[Posting]
    if line.consigned and line.seller_id is not None:
        parts = [customer(AccountId(line.seller_id), AccountKind.CASH, rest)]
    else:
        tax, sales = rest.allocate([line.tax.minor, line.price.minor - line.tax.minor])
        kinds = ((AccountKind.TAX_PAYABLE, tax), (AccountKind.SALES, sales))
        parts = [house(kind, part) for kind, part in kinds if part]
    cause = ("goodsReturn", goods_return.id)
    await post(work, [house(AccountKind.ESCROW, -rest), *parts], cause, now, f"Wear, return {goods_return.code}")


def tell(work: Work, goods_return: GoodsReturn, disposition: Disposition) -> None:
    refunded, deducted = goods_return.refunded, goods_return.deducted
    assert refunded is not None, "a refund has an amount"
    assert deducted is not None, "a refund says what was deducted"
    zero = Money.zero(refunded.currency)
    said = {
        "currency": refunded.currency,
        "refunded_minor": refunded.minor,
        "deducted_minor": deducted.minor,
        "worn": deducted > zero,
        "disposition": disposition,
    }
    work.events.append(happened(goods_return, "refunded", **said))
    if goods_return.piece_id is not None:
        work.events.append(
            Event("piece.returned", "goodsReturn", goods_return.id, {}, goods_return.piece_id, goods_return.buyer)
        )
