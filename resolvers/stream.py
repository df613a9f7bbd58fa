"""The connection of somebody who watches, as resolvers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from domain.change import Position, Subject

if TYPE_CHECKING:
    from resolvers.context import Context


class Following(Protocol):
    """Some subjects that are followed; what happens between two looks is told once."""

    position: Position
    """From which on it is told."""

    async def moved(self) -> Position:
        """Wait until one of them may have changed; how far that is known."""
        ...

    async def missed(self, position: Position) -> bool:
        """Whether one of them changed after an earlier position."""
        ...

    def again(self) -> None:
        """Tell once more what was told last."""
        ...

    def close(self) -> None: ...


class Stream(Protocol):
    """The connection of somebody who watches."""

    async def follow(self, subjects: frozenset[Subject]) -> Following: ...

    async def renewed(self) -> Context:
        """A context of this moment: who it is is asked again, and nothing is remembered. Raises when it is nobody."""
        ...
