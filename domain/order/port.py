"""What orders need of the house's memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain import cart, gift_card, payment, receivable, settlement, shop, stock
from domain.listing import ListingId
from domain.order.discount import Discounts
from domain.order.lifecycle import OrderState
from domain.order.noun import Cost, Order, OrderId, OrderRefund, Provenance
from domain.order.pledge import Pledges
from domain.page import Page, PageRequest
from domain.piece import PieceId
from domain.viewer import AccountId, Role, Viewer


class Orders(Protocol):
    """Orders with their lines and tenders."""

    async def lock(self, order_id: OrderId) -> Order: ...
    async def add(self, order: Order) -> None: ...
    async def save(self, order: Order) -> None: ...
    async def add_refund(self, refund: OrderRefund) -> None: ...


class Costs(Protocol):
    async def of_pieces(self, piece_ids: Collection[PieceId]) -> Mapping[PieceId, Cost]:
        """What pieces cost the house that it has bought; a piece that it never bought is not among them."""
        ...

    async def provenances(self, listing_ids: Collection[ListingId]) -> Mapping[ListingId, Provenance]:
        """Where what is offered is, and of which categories."""
        ...


class Work(
    gift_card.Work,
    cart.Work,
    stock.Work,
    payment.Work,
    settlement.Work,
    receivable.Work,
    shop.Work,
    Protocol,
):
    @property
    def orders(self) -> Orders: ...
    @property
    def costs(self) -> Costs: ...
    @property
    def pledges(self) -> Pledges: ...
    @property
    def discounts(self) -> Discounts: ...


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders; what is None or empty does not narrow."""

    states: tuple[OrderState, ...] = ()
    buyer: AccountId | None = None
    code: str | None = None


class OrderReader(Protocol):
    """Orders as buyers and staff read them; callers have checked who may."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Order | None]: ...
    async def of_lines(self, line_ids: Sequence[UUID]) -> Sequence[Order | None]:
        """The order of each line."""
        ...

    async def page(self, wanted: OrderFilter, page: PageRequest) -> Page[Order]:
        """Newest first."""
        ...

    async def queue(self, wanted: OrderFilter, page: PageRequest) -> Page[Order]:
        """Oldest first, as staff work through them."""
        ...

    async def refunds(self, order_ids: Sequence[UUID]) -> Sequence[Sequence[OrderRefund]]: ...
    async def costs(self, piece_ids: Sequence[UUID]) -> Mapping[PieceId, Cost]: ...
    async def provenances(self, listing_ids: Sequence[UUID]) -> Mapping[ListingId, Provenance]: ...


def may_see(viewer: Viewer, order: Order) -> bool:
    """Buyers see their own; staff who serve buyers, and finance, see all."""
    return order.buyer == viewer.account_id or viewer.has(Role.SUPPORT, Role.SHOP_ASSOCIATE, Role.FINANCE)
