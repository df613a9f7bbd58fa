"""A lifecycle is one table: from which states an action is possible, and which state it leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from domain.refusal import WrongState

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[S]):
    """`moves` maps an action, named as its mutation, to the states that it may start from and the state it ends in.

    An action with several ends is written `mutation/OUTCOME`, one that leaves the state as it is ends in None.
    `unattended` names the moves that no mutation makes: they follow from something else, or from time.
    """

    kind: str
    initial: S
    moves: Mapping[str, tuple[Sequence[S], S | None]]
    unattended: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        states = set(type(self.initial))
        reached = {self.initial} | {end for _, end in self.moves.values() if end is not None}
        assert reached == states, f"{self.kind}: no action leads to {states - reached}"
        assert self.unattended <= set(self.moves), f"{self.kind}: no move {self.unattended - set(self.moves)}"

    def move(self, state: S, action: str) -> S:
        """The state after the action; refuses with what is possible instead."""
        starts, end = self.moves[action]
        if state not in starts:
            raise WrongState(self.kind, state, self.next_actions(state))
        return state if end is None else end

    def next_actions(self, state: S) -> tuple[str, ...]:
        """The mutations that are possible in this state, in the table's order."""
        possible = [action for action, (starts, _) in self.moves.items() if state in starts]
        return tuple(dict.fromkeys(action.partition("/")[0] for action in possible if action not in self.unattended))
