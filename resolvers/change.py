"""Things as they are after each change of them, for as long as somebody watches and may."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Self, TypeVar
from uuid import UUID

from domain.change import Position, Subject, SubjectKind
from domain.refusal import InvalidInput, NotFound
from domain.unavailable import Unavailable
from domain.wallet import Wallet
from resolvers import consignment as consignments
from resolvers import listing as listings
from resolvers import order as orders
from resolvers import wallet as wallets

if TYPE_CHECKING:
    from domain.claim import Claim
    from domain.consignment import Consignment
    from domain.listing import ListingCard
    from domain.order import Order
    from resolvers.context import Context
    from resolvers.stream import Following, Stream

T = TypeVar("T")

AGAIN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """A thing as it is after a change, and how the rest of the answer is read at that moment."""

    position: Position
    noun: T
    context: Context


class Changes(Generic[T]):
    """One after the other; who is slow is told of the newest only. `mark` tells a thing that has not changed."""

    def __init__(
        self,
        stream: Stream,
        following: Following,
        load: Callable[[Context], Awaitable[T]],
        mark: Callable[[Context], Awaitable[object]] | None,
    ) -> None:
        self._stream = stream
        self._following = following
        self._load = load
        self._mark = mark
        self._marked: object = None
        self._first: Change[T] | None = None

    async def begin(self, after: Position | None) -> None:
        """Refuses what there is not for the viewer. How it stands now is told first, unless nothing was missed."""
        first = await self._change(self._following.position)
        if after is None or await self._following.missed(after):
            self._first = first

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change[T]:
        first, self._first = self._first, None
        while first is None:
            position = await self._following.moved()
            try:
                first = await self._change(position)
            except Unavailable:
                await asyncio.sleep(AGAIN_SECONDS)
                self._following.again()
        return first

    async def aclose(self) -> None:
        self._following.close()

    async def _change(self, position: Position) -> Change[T] | None:
        """The thing as it is now; None when it is as it was."""
        context = await self._stream.renewed()
        noun = await self._load(context)
        if self._mark is not None:
            before, self._marked = self._marked, await self._mark(context)
            if before == self._marked:
                return None
        return Change(position, noun, context)


async def watched(
    context: Context,
    subjects: frozenset[Subject],
    load: Callable[[Context], Awaitable[T]],
    after: Position | None,
    mark: Callable[[Context], Awaitable[object]] | None = None,
) -> Changes[T]:
    stream = context.stream
    if stream is None:
        raise InvalidInput("What goes on needs a connection that stays: a WebSocket, or an event stream.")
    following = await stream.follow(subjects)
    changes = Changes(stream, following, load, mark)
    try:
        await changes.begin(after)
    except BaseException:
        following.close()
        raise
    return changes


async def consignment(context: Context, consignment_id: UUID, after: Position | None) -> Changes[Consignment]:
    async def load(fresh: Context) -> Consignment:
        return await consignments.consignment(fresh, consignment_id, None)

    return await watched(context, frozenset({Subject(SubjectKind.CONSIGNMENT, consignment_id)}), load, after)


async def order(context: Context, order_id: UUID, after: Position | None) -> Changes[Order]:
    async def load(fresh: Context) -> Order:
        found = await orders.find(fresh, order_id)
        if found is None:
            raise NotFound("Order", order_id, path=("id",))
        return found

    return await watched(context, frozenset({Subject(SubjectKind.ORDER, order_id)}), load, after)


async def listing(
    context: Context, listing_id: UUID | None, slug: str | None, after: Position | None
) -> Changes[ListingCard]:
    found = await offered(context, listing_id, slug)

    async def load(fresh: Context) -> ListingCard:
        return await offered(fresh, found.id, None)

    subjects = {Subject(SubjectKind.LISTING, found.id)}
    if found.piece_id is not None:
        subjects.add(Subject(SubjectKind.PIECE, found.piece_id))
    return await watched(context, frozenset(subjects), load, after)


async def offered(context: Context, listing_id: UUID | None, slug: str | None) -> ListingCard:
    found = await listings.listing(context, listing_id, slug)
    if found is None:
        raise NotFound("Listing", listing_id or slug or "", path=("by",))
    return found


async def claim(context: Context, card: ListingCard) -> Claim | None:
    """Who keeps the piece for themselves right now."""
    found = None if card.piece_id is None else await context.loaders.claim.load(card.piece_id)
    return found if found is not None and found.stands(found.token, context.now) else None


async def wallet(context: Context, after: Position | None) -> Changes[Wallet]:
    """The viewer's own."""
    owner = context.viewer.require_account()

    async def load(fresh: Context) -> Wallet:
        return await wallets.wallet(fresh, owner)

    async def mark(fresh: Context) -> object:
        return [(pocket.currency, pocket.version) for pocket in await wallets.pockets(fresh, owner)]

    return await watched(context, frozenset({Subject(SubjectKind.WALLET, owner)}), load, after, mark)
