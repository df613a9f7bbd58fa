"""What staff do with a return: say yes or no, take the goods in, look at them closely, send back what is not ours."""

from dataclasses import dataclass
from datetime import datetime

from domain import associate as associates
from domain import piece as pieces
from domain import policy
from domain.goods_return.fingerprint import compare, of_line
from domain.goods_return.lifecycle import GoodsReturnState
from domain.goods_return.noun import (
    Finding,
    GoodsReturn,
    GoodsReturnId,
    ReturnCondition,
    ReturnInspection,
    ReturnParcel,
    ReturnReceipt,
)
from domain.goods_return.port import Work
from domain.goods_return.reckon import worth
from domain.goods_return.refusal import NeedsAppraiser
from domain.goods_return.request import NOTE_MAX, let_come
from domain.goods_return.step import checked_photos, close, happened, lock_for_house, pass_on
from domain.money import BASIS_POINTS, Money
from domain.piece import Party, PartyKind
from domain.policy import AppraisalTerms, PolicyKind
from domain.refusal import InvalidInput, require
from domain.shipment import WEIGHT_GRAMS_MAX
from domain.shop import ShopId
from domain.text import line as one_line
from domain.text import note as some_lines
from domain.viewer import Role, Viewer

# Yes or no


@dataclass(frozen=True, slots=True)
class DecideReturn:
    goods_return_id: GoodsReturnId
    note: str = ""
    expected_version: int | None = None


async def approve(work: Work, viewer: Viewer, command: DecideReturn, *, now: datetime) -> GoodsReturn:
    """Support lets the goods come; they have a while to be sent or brought."""
    _, goods_return, agent = await lock_for_house(
        work, viewer, command.goods_return_id, command.expected_version, "goodsReturnApprove"
    )
    let_come(work, goods_return, agent, now)
    if command.note.strip():
        goods_return.decision = some_lines(command.note, "note", longest=NOTE_MAX)
    await work.goods_returns.save(goods_return)
    work.events.append(happened(goods_return, "approved"))
    return goods_return


async def reject(work: Work, viewer: Viewer, command: DecideReturn, *, now: datetime) -> GoodsReturn:
    """Support says why the goods are not taken back; the seller is paid as if nobody had asked."""
    order, goods_return, agent = await lock_for_house(
        work, viewer, command.goods_return_id, command.expected_version, "goodsReturnReject"
    )
    goods_return.move("goodsReturnReject")
    goods_return.decision = some_lines(command.note, "reason", longest=NOTE_MAX)
    goods_return.decided_by, goods_return.decided_at = agent, now
    await close(work, order, goods_return, now)
    work.events.append(happened(goods_return, "rejected"))
    return goods_return


# The goods are here


@dataclass(frozen=True, slots=True)
class ReceiveReturn:
    """`tag_number` is None when the tag is gone; `shop_id` is None in the house itself."""

    goods_return_id: GoodsReturnId
    tag_number: str | None = None
    weight_grams: int | None = None
    photos: tuple[str, ...] = ()
    shop_id: ShopId | None = None
    expected_version: int | None = None


async def receive(work: Work, viewer: Viewer, command: ReceiveReturn, *, now: datetime) -> GoodsReturn:
    """Support or a shop takes the goods in and compares them with what was sent.

    The house has the piece, and its risk, only if it is the same; otherwise an appraiser says so first.
    """
    _, goods_return, agent = await lock_for_house(
        work, viewer, command.goods_return_id, command.expected_version, "goodsReturnReceive"
    )
    placed = command.shop_id is not None or viewer.has(Role.SUPPORT)
    require(placed, InvalidInput("Say which shop this is.", path=("shopId",)))
    shop_id = None if command.shop_id is None else (await work.shops.find(command.shop_id)).id
    await associates.require_at(work, viewer, shop_id, elsewhere=(Role.SUPPORT,))
    goods_return.move("goodsReturnReceive")
    goods_return.receipt = ReturnReceipt(
        tag_number=None if command.tag_number is None else one_line(command.tag_number, "tagNumber", longest=120),
        weight_grams=check_weight(command.weight_grams),
        photos=await checked_photos(work, command.photos, agent, "photos"),
        shop_id=shop_id,
        taken_by=agent,
        taken_at=now,
        findings=await compared(work, goods_return, command),
    )
    if goods_return.receipt.matched:
        await take_in(work, goods_return)
    await work.goods_returns.save(goods_return)
    findings = [str(finding) for finding in goods_return.receipt.findings]
    work.events.append(happened(goods_return, "received", findings=findings))
    return goods_return


async def compared(work: Work, goods_return: GoodsReturn, command: ReceiveReturn) -> tuple[Finding, ...]:
    """Goods from stock are alike, so there is nothing to tell them apart by."""
    if goods_return.piece_id is None:
        return ()
    shipments = await work.shipments.of_order(goods_return.order_id)
    tag = None if command.tag_number is None else command.tag_number.strip()
    return compare(of_line(shipments, goods_return.order_line_id), tag, command.weight_grams)


def check_weight(weight_grams: int | None) -> int | None:
    fits = weight_grams is None or 0 < weight_grams <= WEIGHT_GRAMS_MAX
    require(fits, InvalidInput("A weight is 1 to 200,000 grams.", path=("weightGrams",)))
    return weight_grams


async def take_in(work: Work, goods_return: GoodsReturn) -> None:
    """Custody and risk of the piece pass to where it is."""
    assert goods_return.receipt is not None, "what is taken in was received"
    shop_id = goods_return.receipt.shop_id
    keeper = pieces.HOUSE if shop_id is None else Party(PartyKind.SHOP, shop_id)
    await pass_on(work, goods_return, keeper, pieces.HOUSE)


# Looking closely


@dataclass(frozen=True, slots=True)
class InspectReturn:
    """WORSE says how much the goods have lost, in basis points of what was paid; all but AS_SENT say why."""

    goods_return_id: GoodsReturnId
    condition: ReturnCondition
    deduction_bps: int = 0
    note: str = ""
    photos: tuple[str, ...] = ()
    expected_version: int | None = None


async def inspect(work: Work, viewer: Viewer, command: InspectReturn, *, now: datetime) -> GoodsReturn:
    """Support looks at what came back; what differs, is very valuable or was judged before is for an appraiser."""
    order, goods_return, agent = await lock_for_house(
        work, viewer, command.goods_return_id, command.expected_version, "goodsReturnInspect"
    )
    second = goods_return.state is GoodsReturnState.INSPECTED
    goods_return.move("goodsReturnInspect")
    receipt = goods_return.receipt
    assert receipt is not None, "only what was received is inspected"
    needed = second or not receipt.matched or await very_valuable(work, goods_return, now)
    able = viewer.has(Role.APPRAISER) and (receipt.matched or agent != receipt.taken_by)
    require(able or not needed, NeedsAppraiser(receipt.findings, path=("goodsReturnId",)))
    whole = worth(order.line(goods_return.order_line_id), goods_return.quantity)
    said = command.note.strip()
    required = command.condition is not ReturnCondition.AS_SENT
    goods_return.worth = whole
    goods_return.inspection = ReturnInspection(
        condition=command.condition,
        deduction_bps=command.deduction_bps,
        deduction=check_deduction(whole, command.condition, command.deduction_bps),
        note=some_lines(said, "note", longest=NOTE_MAX) if said or required else "",
        photos=await checked_photos(work, command.photos, agent, "photos"),
        inspected_by=agent,
        inspected_at=now,
    )
    if command.condition is ReturnCondition.NOT_THE_SAME:
        # Whatever came, the piece itself did not: the house never had it.
        buyer = pieces.account(goods_return.buyer)
        await pass_on(work, goods_return, buyer, buyer)
    else:
        await take_in(work, goods_return)
    await work.goods_returns.save(goods_return)
    work.events.append(happened(goods_return, "inspected", condition=command.condition))
    return goods_return


async def very_valuable(work: Work, goods_return: GoodsReturn, now: datetime) -> bool:
    """Whether the policy asks for a second appraiser's eyes at this value."""
    if goods_return.piece_id is None:
        return False
    terms = (await policy.current(work, PolicyKind.APPRAISAL, now)).terms
    assert isinstance(terms, AppraisalTerms), "an appraisal policy has appraisal terms"
    return terms.needs_second(goods_return.worth)


def check_deduction(whole: Money, condition: ReturnCondition, bps: int) -> Money:
    """What the goods have lost; less than all of it, for what is worth nothing any more is not the same."""
    worse = condition is ReturnCondition.WORSE
    fits = 0 < bps < BASIS_POINTS if worse else bps == 0
    said = "WORSE deducts 1 to 9,999 basis points, anything else nothing."
    require(fits, InvalidInput(said, path=("deductionBps",)))
    lost = whole.at_bps(bps)
    require(lost < whole, InvalidInput("Something has to be left to refund.", path=("deductionBps",)))
    return lost


# Not ours


@dataclass(frozen=True, slots=True)
class SendBack:
    goods_return_id: GoodsReturnId
    carrier: str
    tracking: str
    expected_version: int | None = None


async def send_back(work: Work, viewer: Viewer, command: SendBack, *, now: datetime) -> GoodsReturn:
    """What was not ours goes back to who sent it."""
    _, goods_return, _ = await lock_for_house(
        work, viewer, command.goods_return_id, command.expected_version, "goodsReturnSendBack"
    )
    shop_id = None if goods_return.receipt is None else goods_return.receipt.shop_id
    await associates.require_at(work, viewer, shop_id, elsewhere=(Role.SUPPORT,))
    goods_return.move("goodsReturnSendBack")
    carrier = one_line(command.carrier, "carrier", longest=80)
    goods_return.sent_back = ReturnParcel(carrier, one_line(command.tracking, "tracking", longest=80), now)
    await work.goods_returns.save(goods_return)
    work.events.append(happened(goods_return, "sentBack", carrier=carrier))
    return goods_return


# Never sent


@dataclass(frozen=True, slots=True)
class ExpireReturn:
    goods_return_id: GoodsReturnId


async def expire(work: Work, viewer: Viewer, command: ExpireReturn, *, now: datetime) -> GoodsReturn:
    """The house stops waiting for goods that were not sent in time; the seller is paid as if nobody had asked."""
    viewer.require(Role.SYSTEM)
    found = await work.goods_returns.find(command.goods_return_id)
    order = await work.orders.lock(found.order_id)
    goods_return = await work.goods_returns.lock(command.goods_return_id)
    over = goods_return.send_by is not None and goods_return.send_by <= now
    if goods_return.state is GoodsReturnState.APPROVED and over:
        goods_return.move("expired")
        await close(work, order, goods_return, now)
        work.events.append(happened(goods_return, "expired"))
    return goods_return
