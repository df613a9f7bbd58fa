"""A lifecycle is one table: from which states an action is possible, and which state it leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from domain.refusal import WrongState

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[S]):
    """`moves` maps an action, named as its mutation, to the states that it may start from and the state it ends in."""

    kind: str
    initial: S
    moves: Mapping[str, tuple[Sequence[S], S]]

    def __post_init__(self) -> None:
        states = set(type(self.initial))
        reached = {self.initial} | {end for _, end in self.moves.values()}
        assert reached == states, f"{self.kind}: no action leads to {states - reached}"

    def move(self, state: S, action: str) -> S:
        """The state after the action; refuses with what is possible instead."""
        starts, end = self.moves[action]
        if state not in starts:
            raise WrongState(self.kind, state, self.next_actions(state))
        return end

    def next_actions(self, state: S) -> tuple[str, ...]:
        """The mutations that are possible in this state, in the table's order."""
        return tuple(action for action, (starts, _) in self.moves.items() if state in starts)
