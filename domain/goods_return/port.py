"""What returns need of the house's memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain import shipment
from domain.goods_return.lifecycle import GoodsReturnState
from domain.goods_return.noun import GoodsReturn, GoodsReturnId
from domain.order import OrderId, OrderLineId
from domain.page import Page, PageRequest
from domain.viewer import AccountId, Role, Viewer


class GoodsReturns(Protocol):
    async def find(self, goods_return_id: GoodsReturnId) -> GoodsReturn:
        """The return as it is, not locked: its order is locked before it."""
        ...

    async def lock(self, goods_return_id: GoodsReturnId) -> GoodsReturn: ...

    async def of_line(self, line_id: OrderLineId) -> Sequence[GoodsReturn]:
        """Every return of an order line, open or not; nothing changes them while the order is locked."""
        ...

    async def add(self, goods_return: GoodsReturn) -> None: ...
    async def save(self, goods_return: GoodsReturn) -> None: ...


class Work(shipment.Work, Protocol):
    @property
    def goods_returns(self) -> GoodsReturns: ...


@dataclass(frozen=True, slots=True)
class GoodsReturnFilter:
    """Which returns; what is None or empty does not narrow."""

    states: tuple[GoodsReturnState, ...] = ()
    buyer: AccountId | None = None
    order_id: OrderId | None = None
    code: str | None = None


class GoodsReturnReader(Protocol):
    """Returns as buyers and staff read them; callers have checked who may."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[GoodsReturn | None]: ...
    async def of_lines(self, line_ids: Sequence[UUID]) -> Sequence[Sequence[GoodsReturn]]:
        """The returns of each order line, oldest first."""
        ...

    async def page(self, wanted: GoodsReturnFilter, page: PageRequest) -> Page[GoodsReturn]:
        """Newest first."""
        ...

    async def queue(self, wanted: GoodsReturnFilter, page: PageRequest) -> Page[GoodsReturn]:
        """Oldest first, as staff work through them."""
        ...


HANDLERS = (Role.SUPPORT, Role.SHOP_ASSOCIATE, Role.APPRAISER, Role.FINANCE)
"""Staff who have to do with returns."""


def may_see(viewer: Viewer, goods_return: GoodsReturn) -> bool:
    """Buyers see their own, staff who handle returns see all."""
    return goods_return.buyer == viewer.account_id or viewer.has(*HANDLERS)
