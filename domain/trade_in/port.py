"""What trade-ins need of the house's memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain import campaign, disposition, shipment, title, valuation
from domain.catalogue import ProductId
from domain.money import Money
from domain.page import Page, PageRequest
from domain.piece import PieceId
from domain.shipment import TransitCover
from domain.trade_in.lifecycle import HANDLERS, TradeInState
from domain.trade_in.noun import TradeIn, TradeInId
from domain.valuation import Estimate, Market
from domain.viewer import AccountId, Viewer


class TradeIns(Protocol):
    async def find(self, trade_in_id: TradeInId) -> TradeIn:
        """The trade-in as it is, not locked: its order is locked before it."""
        ...

    async def lock(self, trade_in_id: TradeInId) -> TradeIn: ...
    async def standing(self, owner: AccountId) -> int:
        """How many offers of this owner wait for a purchase; who asks next waits until this transaction has ended."""
        ...

    async def add(self, trade_in: TradeIn) -> None: ...
    async def save(self, trade_in: TradeIn) -> None: ...


class Covers(shipment.TransitCovers, Protocol):
    async def covering(self, worth: Money, now: datetime) -> TransitCover | None:
        """The cover with the lowest limit that is enough, else the one that goes furthest; None without any."""
        ...


class Work(disposition.Work, campaign.Work, valuation.Work, shipment.Work, Protocol):
    @property
    def trade_ins(self) -> TradeIns: ...
    @property
    def transit_covers(self) -> Covers: ...
    @property
    def piece_ties(self) -> title.PieceTies: ...


@dataclass(frozen=True, slots=True)
class TradeInFilter:
    """Which trade-ins; what is None or empty does not narrow."""

    states: tuple[TradeInState, ...] = ()
    owner: AccountId | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Eligible:
    """Something that a customer bought here, has, and could trade in; `piece_id` where it is one of one.

    `estimate` is what the house would offer now, None where it would make no offer.
    """

    line_id: UUID
    product_id: ProductId
    piece_id: PieceId | None
    grade: str | None
    bought_at: datetime
    market: Market
    estimate: Estimate | None = None


class TradeInReader(Protocol):
    """Trade-ins as owners and staff read them; callers have checked who may."""

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[TradeIn | None]: ...
    async def page(self, wanted: TradeInFilter, page: PageRequest) -> Page[TradeIn]:
        """Newest first."""
        ...

    async def queue(self, wanted: TradeInFilter, page: PageRequest) -> Page[TradeIn]:
        """Oldest first, as staff work through them."""
        ...

    async def still_here(self, trade_in_ids: Sequence[UUID], now: datetime) -> Sequence[Money | None]:
        """What each piece was bought for, if it is still the house's and nothing else was agreed about it."""
        ...

    async def eligible(self, owner: AccountId, page: PageRequest, demand_days: int, now: datetime) -> Page[Eligible]:
        """What the owner bought here and has, newest first, with what is known of its market."""
        ...


def may_see(viewer: Viewer, trade_in: TradeIn) -> bool:
    """Owners see their own, but not by an API key, no scope of which is about them; staff who handle them see all."""
    own = trade_in.owner == viewer.account_id and viewer.key is None
    return own or viewer.has(*HANDLERS)
