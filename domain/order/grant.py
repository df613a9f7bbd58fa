"""What pays without the buyer's wallet: a gift card, out of what the house owes to whoever has its code.

It is set aside when the order is placed, spent when that is paid, and what goes back of it goes back to the same card.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from domain import gift_card
from domain.gift_card import GiftCardId
from domain.ledger import AccountKind, Posting, house
from domain.money import Money
from domain.order.noun import Order, Tender, TenderKind, TenderPart
from domain.order.port import Work

GRANTED = {TenderKind.GIFT_CARD: AccountKind.GIFT_CARDS}
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


def card_of(order: Order) -> GiftCardId | None:
    tender = order.tender(TenderKind.GIFT_CARD)
    return None if tender is None or tender.source_id is None else GiftCardId(tender.source_id)


async def take(work: Work, order: Order, now: datetime) -> None:
    """Set aside what a new order is granted, or spend it when that is paid already.

    Nearly the last thing to do, for everybody else who wants of the same waits until the end of the transaction.
    """
    card_id, tender = card_of(order), order.tender(TenderKind.GIFT_CARD)
    if card_id is not None and tender is not None:
        await gift_card.take(work, card_id, order.id, tender.amount, paid=order.paid_at is not None, now=now)


async def spend(work: Work, order: Order) -> None:
    """What was set aside has paid; the caller has posted it."""
    if card_of(order) is not None:
        await gift_card.spend(work, order.id)


async def let_go(work: Work, order: Order, now: datetime) -> None:
    """The order ended before it was paid."""
    if card_of(order) is not None:
        await gift_card.let_go(work, order.id, now)


async def give_back(work: Work, order: Order, parts: Iterable[TenderPart], now: datetime) -> None:
    """What went back can be spent again; the caller has posted it."""
    for part in parts:
        if part.kind is TenderKind.GIFT_CARD:
            await gift_card.give_back(work, order.id, part.amount, now)
