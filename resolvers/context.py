"""What every resolver of one operation has at hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from domain import account, ledger, wallet
from domain.refusal import InvalidInput
from domain.viewer import Viewer
from domain.work import Transactor, Verb
from resolvers.loaders import Loaders

C = TypeVar("C")
R = TypeVar("R")


class Readers(Protocol):
    """One reader per capability, each on the read pool."""

    @property
    def accounts(self) -> account.AccountReader: ...
    @property
    def ledger(self) -> ledger.LedgerReader: ...
    @property
    def wallets(self) -> wallet.WalletReader: ...


@dataclass(slots=True)
class Context:
    """One operation:

    who asks, at what moment, and the ways to write and to read. `key` is the Idempotency-Key header.
    """

    viewer: Viewer
    now: datetime
    transactor: Transactor
    readers: Readers
    loaders: Loaders
    request_id: str
    key: str | None = None

    async def transact(
        self,
        verb: Verb[Any, C, R],
        command: C,
        *,
        action: str,
        key: str | None = None,
        dry_run: bool = False,
    ) -> R:
        """Run a verb as one unit of work; what was loaded before is forgotten after it."""
        claimed = key or self.key
        if claimed is None:
            raise InvalidInput(
                "Send a clientMutationKey, or an Idempotency-Key header, so that a retry never acts twice.",
                path=("clientMutationKey",),
            )
        try:
            return await self.transactor(
                verb, self.viewer, command, action=action, key=claimed, now=self.now, dry_run=dry_run
            )
        finally:
            self.loaders.forget()
