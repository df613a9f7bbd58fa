"""What pays without the buyer's wallet: gift cards, and a voucher whose cost somebody else bears.

Either is set aside when the order is placed, spent when that is paid, and gets back what goes back of it: a card what
it paid, the budget behind a voucher what was taken off of each line. The full price is in escrow in any case.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain import gift_card
from domain.gift_card import GiftCardId, Payment
from domain.ledger import AccountKind, Posting, house
from domain.money import Money
from domain.order.noun import Order, Tender, TenderKind, TenderPart
from domain.order.port import Work

GRANTED = {TenderKind.GIFT_CARD: AccountKind.GIFT_CARDS, TenderKind.VOUCHER: AccountKind.SUBSIDY_BUDGET}
"""These tenders, and the accounts that they are paid out of."""


@dataclass(frozen=True, slots=True)
class GiftCardChoice:
    """The card that a code is of, once it was recognised; as much as it can pay when no amount is named."""

    code: str = field(repr=False)
    amount: Money | None = None
    card_id: GiftCardId | None = None


def granted(tenders: Iterable[Tender]) -> list[Posting]:
    """What leaves the accounts of these tenders for escrow."""
    return [house(GRANTED[tender.kind], -tender.amount) for tender in tenders if tender.kind in GRANTED]


async def take(work: Work, order: Order, now: datetime) -> None:
    """Set aside what a new order is granted, or spend it when that is paid already.

    Nearly the last thing to do, for everybody else who wants of the same waits until the end of the transaction.
    """
    wanted = [
        Payment(GiftCardId(tender.source_id), tender.place, tender.amount)
        for tender in order.tenders
        if tender.kind is TenderKind.GIFT_CARD and tender.source_id is not None
    ]
    if wanted:
        await gift_card.take(work, order.id, wanted, paid=order.paid_at is not None, now=now)
    if order.voucher is not None:
        await work.discounts.take(order, now)


async def spend(work: Work, order: Order, now: datetime) -> None:
    """What was set aside has paid; the caller has posted it."""
    if order.tender(TenderKind.GIFT_CARD) is not None:
        await gift_card.spend(work, order.id)
    if order.voucher is not None:
        await work.discounts.give(order, now)


async def let_go(work: Work, order: Order, now: datetime) -> None:
    """The order ended before it was paid."""
    if order.tender(TenderKind.GIFT_CARD) is not None:
        await gift_card.let_go(work, order.id, now)
    if order.voucher is not None:
        await work.discounts.let_go(order, now)


async def give_back(work: Work, order: Order, parts: Iterable[TenderPart], cause_id: UUID, now: datetime) -> None:
    """What went back can be granted again; the caller has posted it. `cause_id` is the refund."""
    cards: dict[int, Money] = {}
    voucher = Money.zero(order.currency)
    for part in parts:
        if part.kind is TenderKind.GIFT_CARD:
            cards[part.place] = part.amount
        elif part.kind is TenderKind.VOUCHER:
            voucher = part.amount
    if cards:
        await gift_card.give_back(work, order.id, cards, now)
    if voucher:
        await work.discounts.take_back(order, voucher, cause_id, now)
