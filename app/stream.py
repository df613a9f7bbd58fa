"""Connections that stay: how many there may be, who is at the other end, and when they end.

Who it is is asked again before every answer, and in between every few seconds; at once when an event of the account
says that it may do less now. Whoever is nobody any more is shown out.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.auth import BadToken
from app.caller import who
from app.change import Feed
from app.request import Head, HttpRefusal, wanted_locale
from domain.change import Position, Subject, SubjectKind
from domain.unavailable import Unavailable
from domain.viewer import Viewer
from resolvers.context import Context
from resolvers.loaders import Loaders

if TYPE_CHECKING:
    from app.house import House

log = logging.getLogger("cercle.stream")

CHECK_SECONDS = 2.0
GOING_AWAY = 1001
FORBIDDEN = 4403

Become = Callable[[Viewer], Viewer]
Pay = Callable[[], Awaitable[None]]

LEAVING = "The house is about to stop: connect again."


class Following:
    """Subjects that one operation follows. However much happens between two looks, it is one thing to look at."""

    def __init__(self, feed: Feed, subjects: frozenset[Subject], pay: Pay) -> None:
        self.position: Position
        self._feed = feed
        self._subjects = subjects
        self._pay = pay
        self._told = asyncio.Event()

    async def begin(self) -> None:
        self.position = await self._feed.follow(self._subjects, self._told.set)

    async def moved(self) -> Position:
        await self._told.wait()
        # What happens while it waits for points is told with the rest.
        await self._pay()
        self._told.clear()
        return self._feed.position

    async def missed(self, position: Position) -> bool:
        return await self._feed.missed(self._subjects, position)

    def again(self) -> None:
        self._told.set()

    def close(self) -> None:
        self._feed.leave(self._subjects, self._told.set)


class Stream:
    """One connection that stays. `end(code, reason)` is how it is closed from here.

    `key` is that of the one operation that it is opened for; where there are many, each has its own in its input.
    """

    def __init__(
        self, house: House, head: Head, end: Callable[[int, str], Coroutine[Any, Any, None]], key: str | None = None
    ) -> None:
        self.house = house
        self.head = head
        self.client = head.client
        self.key = key
        self.locale = wanted_locale(head.get(b"accept-language"))
        self.viewer = Viewer(locale=self.locale)
        self._authorization: str | None = None
        self._end = end
        self._guarded: frozenset[Subject] = frozenset()
        self._doubting: asyncio.Task[None] | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def identify(self, authorization: str | None) -> None:
        """Who it is from here on, paid for as by a request; raises BadToken."""
        self._authorization = authorization
        self.viewer = await who(self.house, self.client, authorization, self.locale)
        key, account_id = self.viewer.key, self.viewer.account_id
        if key is not None:
            account_id = key.account_id
        guarded = set() if account_id is None else {Subject(SubjectKind.ACCOUNT, account_id)}
        if key is not None:
            guarded.add(Subject(SubjectKind.API_KEY, key.id))
        if guarded:
            self._guarded = frozenset(guarded)
            await self.house.feed.follow(self._guarded, self.doubt, caught_up=False)

    def doubt(self) -> None:
        """Something happened to the account: forget what it was worth, and ask."""
        for subject in self._guarded:
            if subject.kind is SubjectKind.API_KEY:
                self.house.doorkeeper.forget_key(subject.id)
            else:
                self.house.doorkeeper.forget_account(subject.id)
        self._doubting = asyncio.create_task(self.check())

    async def check(self) -> None:
        """Begin to end it if it is nobody any more; who can not be asked for now stays."""
        try:
            self.viewer = await self.house.viewer(self._authorization, self.locale)
        except BadToken as error:
            self._show_out(error)
        except Unavailable:
            pass

    async def who(self) -> Viewer:
        """Who it is now; raises BadToken, having ended the connection."""
        try:
            self.viewer = await self.house.viewer(self._authorization, self.locale)
        except BadToken as error:
            await asyncio.shield(self._show_out(error))
            raise
        return self.viewer

    def _show_out(self, error: BadToken) -> asyncio.Task[None]:
        """End it, once; whoever does not read is told nothing for a while, and nobody else waits for that."""
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._end(FORBIDDEN, str(error)))
        return self._leaving

    async def end(self, code: int, reason: str) -> None:
        await self._end(code, reason)

    def context(self, viewer: Viewer) -> Context:
        """For one operation."""
        return self.house.context(viewer, key=self.key, client=self.client)

    def watched(self, context: Context, become: Become, pay: Pay) -> Context:
        """For one that goes on, whose viewer is what `become` makes of whoever it is, and each look of which is paid.

        From its beginning it reads what is as new as the events.
        """
        readers = self.house.watching
        watching = Watching(self, become, pay)
        return replace(context, readers=readers, loaders=Loaders(readers, context.viewer), stream=watching)

    def leave(self) -> None:
        self.house.feed.leave(self._guarded, self.doubt)


class Watching:
    """A connection as the resolvers of one of its operations see it."""

    def __init__(self, stream: Stream, become: Become, pay: Pay) -> None:
        self._stream = stream
        self._become = become
        self._pay = pay

    async def follow(self, subjects: frozenset[Subject]) -> Following:
        following = Following(self._stream.house.feed, subjects, self._pay)
        await following.begin()
        return following

    async def renewed(self) -> Context:
        viewer = self._become(await self._stream.who())
        return self._stream.watched(self._stream.context(viewer), self._become, self._pay)


class Streams:
    """All connections of this process that stay."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.closing = False
        self._open: set[Stream] = set()
        self._clients: Counter[str] = Counter()
        self._checking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, client: str) -> None:
        """Refuse one more where there are too many."""
        settings = self.house.settings
        if self.closing or len(self._open) >= settings.streams_max:
            message = LEAVING if self.closing else "Too many connections are open: try again soon."
            raise HttpRefusal(503, "OVERLOADED", message, retry_after="2")
        if self._clients[client] >= settings.streams_per_address_max:
            raise HttpRefusal(429, "TOO_MANY_STREAMS", "Too many connections of yours are open.", retry_after="10")

    @contextlib.contextmanager
    def opened(self, stream: Stream) -> Iterator[None]:
        """For as long as it is open."""
        self._open.add(stream)
        self._clients[stream.client] += 1
        if self._checking is None:
            self._checking = asyncio.create_task(self._check())
        try:
            yield
        finally:
            self._open.discard(stream)
            self._clients[stream.client] -= 1
            if not self._clients[stream.client]:
                del self._clients[stream.client]
            stream.leave()

    async def close_all(self) -> None:
        """Tell everybody to connect again, elsewhere or in a moment; nobody new comes in."""
        self.closing = True
        await asyncio.gather(*(one.end(GOING_AWAY, LEAVING) for one in list(self._open)), return_exceptions=True)
        if self._checking is not None:
            self._checking.cancel()

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            for stream in list(self._open):
                try:
                    await stream.check()
                except Exception:
                    log.exception("a stream can not be checked")
