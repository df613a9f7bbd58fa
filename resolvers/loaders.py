"""Every DataLoader, made per operation when it is first asked for, from the batches of readers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

if TYPE_CHECKING:
    from domain.account import Account
    from domain.viewer import AccountId
    from domain.wallet import Pocket
    from resolvers.context import Readers

K = TypeVar("K")
V = TypeVar("V")

BATCH_MAX = 1_000


def loader(batch: Callable[[Sequence[K]], Awaitable[Sequence[V]]]) -> DataLoader[K, V]:
    """A DataLoader over a reader's batch."""

    async def load(keys: list[K]) -> Sequence[V]:
        return await batch(keys)

    return DataLoader(load_fn=load, max_batch_size=BATCH_MAX)


class Loaders:
    """One per operation, so that nothing is remembered from one request to the next."""

    def __init__(self, readers: Readers) -> None:
        self.readers = readers

    def forget(self) -> None:
        """Drop all loaders, and with them what they remember; the next use makes new ones."""
        for name in [name for name, value in vars(self).items() if isinstance(value, DataLoader)]:
            delattr(self, name)

    @cached_property
    def account(self) -> DataLoader[UUID, Account | None]:
        return loader(self.readers.accounts.by_ids)

    @cached_property
    def pockets(self) -> DataLoader[AccountId, Sequence[Pocket]]:
        return loader(self.readers.wallets.pockets)
