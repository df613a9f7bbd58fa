"""An old piece pays a part of an order: promised when the order is placed, and paid once the piece has passed.

Until then as much of the buyer's cash is held, or the full price was paid in the first place. What happens to the piece
is another capability's; an order knows the promise alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.ledger import Posting
from domain.money import Currency, Money
from domain.order.noun import Order, Tender, TenderKind, TenderPart
from domain.viewer import AccountId

# Nouns


class PledgeMode(StrEnum):
    """FULL_PRICE: all of it is paid first, and the value comes back into what paid, once the old piece has passed.

    TENDER: the value pays at once, and as much cash is held until the old piece has passed.
    """

    FULL_PRICE = "FULL_PRICE"
    TENDER = "TENDER"


@dataclass(frozen=True, slots=True)
class PledgeChoice:
    """Which offer the buyer wants to use, and how."""

    trade_in_id: UUID
    mode: PledgeMode


@dataclass(frozen=True, slots=True)
class Pledge:
    """What an offer is good for: the value of the piece, and what a campaign adds."""

    trade_in_id: UUID
    mode: PledgeMode
    value: Money
    subsidy: Money

    @property
    def tenders(self) -> tuple[tuple[TenderKind, Money], ...]:
        """What of it pays at once."""
        if self.mode is PledgeMode.FULL_PRICE:
            return ()
        return ((TenderKind.TRADE_IN, self.value), (TenderKind.SUBSIDY, self.subsidy))


PLEDGED = (TenderKind.TRADE_IN, TenderKind.SUBSIDY)


# Rules


def promised(tender: Tender) -> bool:
    """Whether this part is still a promise: its cash is held, and nothing of it is in escrow."""
    return tender.kind in PLEDGED and tender.hold_id is not None


def called_off(tenders: Sequence[Tender]) -> tuple[Tender, ...]:
    """The tenders as they would be if the promise were called off now: the cash that was held has paid instead."""
    kept = [tender for tender in tenders if not promised(tender)]
    instead = [tender for tender in tenders if promised(tender)]
    moved = [replace(tender, replaced_minor=tender.amount.minor, hold_id=None) for tender in instead]
    for tender in instead:
        kept = with_more(kept, TenderKind.CASH, tender.amount)
    return in_order([*kept, *moved])


def with_more(tenders: Sequence[Tender], kind: TenderKind, amount: Money) -> list[Tender]:
    """The same tenders with so much more of one kind, which is added where there was none."""
    if any(tender.kind is kind for tender in tenders):
        return [replace(one, amount=one.amount + amount) if one.kind is kind else one for one in tenders]
    return [*tenders, Tender(kind, amount, Money.zero(amount.currency))]


def in_order(tenders: Sequence[Tender]) -> tuple[Tender, ...]:
    kinds = list(TenderKind)
    return tuple(sorted(tenders, key=lambda tender: (kinds.index(tender.kind), tender.place)))


# Ports


class Pledges(Protocol):
    """What becomes of the old piece while its order goes on; the order is locked, and saved, by the caller."""

    async def offered(self, choice: PledgeChoice, buyer: AccountId, currency: Currency, now: datetime) -> Pledge:
        """The buyer's own offer, locked; refuses one that does not stand any more."""
        ...

    async def bind(self, order: Order, pledge: Pledge, now: datetime) -> None:
        """The offer belongs to this order from here on."""
        ...

    async def paid(self, order: Order, now: datetime) -> None:
        """The order is paid but for the promise: the old piece is to come now."""
        ...

    async def let_go(self, order: Order, now: datetime) -> None:
        """The order ended unpaid: the offer stands again for as long as it did."""
        ...

    async def call_off(self, order: Order, *, whole: bool, now: datetime) -> None:
        """Money of the order is about to go back: a promise that is not kept yet ends, and the held cash has paid.

        `whole` says that nothing stays of the purchase that the piece was traded in for.
        """
        ...

    async def give_back(
        self, order: Order, parts: Sequence[TenderPart], *, piece_back: bool, now: datetime
    ) -> list[Posting]:
        """The other side of what goes back out of escrow to the piece and the subsidy that have paid.

        `piece_back` says that the piece itself goes back, and not its value.
        """
        ...

    async def still_here(self, order: Order, now: datetime) -> Money | None:
        """What the piece was bought for, if it is still the house's and nothing else was agreed about it; locks it."""
        ...
