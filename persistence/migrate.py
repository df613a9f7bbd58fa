"""Brings a database to the schema of this version."""

from persistence.engine import owner_engine
from persistence.tables import METADATA


async def create_all(owner_url: str) -> None:
    """Make every table from its declaration."""
    engine = owner_engine(owner_url)
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    await engine.dispose()
