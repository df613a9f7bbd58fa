"""A fictional house to look at: people of every role, maisons, models, and as many pieces as wanted."""

from collections.abc import Callable

import asyncpg

from app.seed.assortment import brand, collections, models, places
from app.seed.draw import Draw
from app.seed.judging import appraisers, standards
from app.seed.people import KNOWN, people
from app.seed.stock import TABLES, batches
from app.seed.words import BRANDS
from domain.account import Account
from persistence.account import SqlAccounts
from persistence.appraiser import SqlAppraisers
from persistence.catalogue import SqlBrands, SqlCategories, SqlCollections, SqlProducts
from persistence.copy import copy_nouns, indexed_afterwards
from persistence.grading import SqlGradingStandards

NUMBER = 20_261_101
PIECES_DEFAULT = 2_000
MODELS_MIN, MODELS_MAX = 400, 20_000
CONNECT_TIMEOUT_SECONDS = 5

Progress = Callable[[str, int, int], None]
"""Told what is being made, how many are there, and how many there will be."""


class NotEmpty(RuntimeError):
    """The database has a catalogue already, which a seed would mix with fiction."""


async def seed(
    owner_url: str,
    *,
    pieces: int = PIECES_DEFAULT,
    progress: Progress = lambda what, done, total: None,
    number: int = NUMBER,
) -> None:
    """Fill an empty database, whole or not at all, as the owner of its tables; the same number, the same house."""
    connection = await asyncpg.connect(owner_url, timeout=CONNECT_TIMEOUT_SECONDS)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE brand IN EXCLUSIVE MODE")
            if await connection.fetchval("SELECT EXISTS (SELECT FROM brand)"):
                raise NotEmpty("The database has a catalogue already: seed an empty one.")
            await fill(connection, Draw(number), pieces, progress)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def fill(connection: asyncpg.Connection, draw: Draw, pieces: int, progress: Progress) -> None:
    everybody = list(people(draw))
    await copy_nouns(connection, SqlAccounts, everybody)
    progress("people", len(everybody), len(everybody))
    tree = list(places(draw))
    await copy_nouns(connection, SqlCategories, [place.category for place in tree])
    roots = [place.category for place in tree if place.category.parent_id is None]
    await copy_nouns(connection, SqlGradingStandards, standards(roots))
    await copy_nouns(connection, SqlAppraisers, appraisers(everybody, roots))
    brands = {word.slug: brand(draw, word) for word in BRANDS}
    await copy_nouns(connection, SqlBrands, brands.values())
    shown = {one.id: list(collections(draw, one)) for one in brands.values()}
    await copy_nouns(connection, SqlCollections, [one for each in shown.values() for one in each])
    progress("brands", len(brands), len(brands))
    wanted = min(max(MODELS_MIN, pieces // 8), MODELS_MAX)
    made = list(models(draw, brands, shown, tree, wanted))
    await copy_nouns(connection, SqlProducts, [model.product for model in made])
    progress("models", wanted, wanted)
    done = 0
    progress("pieces", done, pieces)
    async with indexed_afterwards(connection, *TABLES):
        for rows in batches(draw, made, members(everybody), pieces):
            await rows.copy(connection)
            done += len(rows.pieces)
            progress("pieces", done, pieces)


def members(everybody: list[Account]) -> list[Account]:
    """Those who are not among the known."""
    return everybody[len(KNOWN) :]
