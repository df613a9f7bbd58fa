"""Plans that are kept, least recently used first to go."""

from collections import OrderedDict
from collections.abc import Hashable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")

SIZE_DEFAULT = 256
VARIANTS_MAX = 16


class PlanCache(Generic[T]):
    """At most `size` operations, each with its variants by what its switches say.

    Keys are made of identities; whoever puts a value in sees to it that the value holds what the key names, so that
    no identity is given again while the key is here. Threads may share a cache: losing a race costs a plan, no more.
    """

    def __init__(self, size: int = SIZE_DEFAULT) -> None:
        self.size = size
        self.operations: OrderedDict[Hashable, T] = OrderedDict()
        self.dropped = 0
        """How many made room for others."""

    def __len__(self) -> int:
        return len(self.operations)

    def get(self, key: Hashable) -> T | None:
        found = self.operations.get(key)
        if found is not None:
            with suppress(KeyError):  # another thread dropped it meanwhile
                self.operations.move_to_end(key)
        return found

    def put(self, key: Hashable, value: T) -> None:
        self.operations[key] = value
        while len(self.operations) > self.size:
            with suppress(KeyError):
                self.operations.popitem(last=False)
                self.dropped += 1

    def clear(self) -> None:
        self.operations.clear()
