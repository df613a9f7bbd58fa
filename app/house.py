"""Everything that is opened at start and closed at the end: the engine, the pools, the readers, the transactor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from app.config import Settings
from domain.viewer import Viewer
from persistence.account import SqlAccountReader
from persistence.engine import read_pool, write_engine
from persistence.ledger import SqlLedgerReader
from persistence.wallet import SqlWalletReader
from persistence.work import SqlTransactor
from resolvers.context import Context
from resolvers.loaders import Loaders


class SqlReaders:
    """Every reader, on the read pool."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    @cached_property
    def accounts(self) -> SqlAccountReader:
        return SqlAccountReader(self.pool)

    @cached_property
    def ledger(self) -> SqlLedgerReader:
        return SqlLedgerReader(self.pool)

    @cached_property
    def wallets(self) -> SqlWalletReader:
        return SqlWalletReader(self.pool)


@dataclass
class House:
    """What lives as long as the process serves."""

    settings: Settings
    transactor: SqlTransactor
    readers: SqlReaders

    def context(self, viewer: Viewer, *, key: str | None = None, request_id: str | None = None) -> Context:
        """A context for one operation, at this moment."""
        return Context(
            viewer=viewer,
            now=datetime.now(UTC),
            transactor=self.transactor,
            readers=self.readers,
            loaders=Loaders(self.readers),
            request_id=request_id or uuid4().hex,
            key=key,
        )


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Open the house on the settings' database, and close it in the end."""
    assert settings.database_url is not None, "the database is known by now"
    engine = write_engine(settings.database_url, settings.pool_size)
    pool = await read_pool(settings.database_replica_url or settings.database_url, settings.pool_size)
    try:
        yield House(settings, SqlTransactor(engine), SqlReaders(pool))
    finally:
        await pool.close()
        await engine.dispose()
