"""A fictional house to look at: people of every role, maisons, models, and as many pieces as wanted."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from app.seed import journeys
from app.seed.acquisition import PLANNED, plans
from app.seed.assortment import Model, Place, brand, collections, models, places
from app.seed.consigned import Dealing
from app.seed.draw import Draw
from app.seed.fx import exchange
from app.seed.judging import appraisers, standards
from app.seed.people import people
from app.seed.promotion import NUMBER as PROMOTED
from app.seed.promotion import promote, promotions
from app.seed.shops import associates, shops
from app.seed.stock import TABLES, Stockroom
from app.seed.words import BRANDS
from domain.account import Account
from domain.listing import ListingId
from domain.money import Currency, Money
from domain.policy import AppraisalTerms, gather
from domain.problem import Problem
from domain.viewer import Role
from persistence.account import SqlAccounts
from persistence.acquisition import SqlAcquisitionPlans
from persistence.appraiser import SqlAppraisers
from persistence.associate import SqlAssociates
from persistence.bundle import SqlBundles
from persistence.catalogue import SqlBrands, SqlCategories, SqlCollections, SqlProducts
from persistence.copy import copy_nouns, indexed_afterwards
from persistence.departure import SqlDepartures
from persistence.grading import SqlGradingStandards
from persistence.policy import SqlPolicyReader
from persistence.shop import SqlShops
from persistence.supplier import SqlSuppliers
from persistence.travel_product import SqlTravelProducts

NUMBER = 20_261_101
PIECES_DEFAULT = 2_000
MODELS_MIN, MODELS_MAX = 400, 20_000
CONNECT_TIMEOUT_SECONDS = 5

Progress = Callable[[str, int, int], None]
"""Told what is being made, how many are there, and how many there will be."""


class NotEmpty(Problem):
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
    open_ = list(shops())
    await copy_nouns(connection, SqlShops, open_)
    await copy_nouns(connection, SqlAssociates, associates(everybody, open_))
    progress("people", len(everybody), len(everybody))
    await exchange(connection, everybody)
    tree = list(places(draw))
    await copy_nouns(connection, SqlCategories, [place.category for place in tree])
    dealing = await judge(connection, everybody, tree)
    made = await assort(connection, draw, tree, min(max(MODELS_MIN, pieces // 8), MODELS_MAX), progress)
    customers = [one for one in everybody if Role.CUSTOMER in one.roles]
    receiver = next(one.id for one in everybody if Role.MERCHANDISER in one.roles)
    done = 0
    progress("pieces", done, pieces)
    async with indexed_afterwards(connection, *TABLES):
        for rows in Stockroom(draw, made, customers, dealing, receiver).batches(pieces):
            await rows.copy(connection)
            done += len(rows.pieces)
            progress("pieces", done, pieces)
    await send_away(connection, everybody)
    # By chance of their own, so that everything before them stays as it is.
    await copy_nouns(connection, SqlAcquisitionPlans, plans(Draw(PLANNED), made, everybody))


LUGGAGE = """
SELECT l.id, l.price_minor FROM listing l JOIN product p ON p.id = l.product_id
WHERE l.kind = 'NEW' AND l.state = 'LISTED' AND l.price_currency = 'EUR' AND l.quantity > 1 AND p.kind = 'GOODS'
ORDER BY l.price_minor, l.id LIMIT 1
"""


async def send_away(connection: asyncpg.Connection, everybody: list[Account]) -> None:
    """Journeys on days to come, and one of them with what to pack for it."""
    sold_by = journeys.suppliers(everybody)
    offered = list(journeys.products(sold_by))
    opened = list(journeys.departures(offered))
    await copy_nouns(connection, SqlSuppliers, sold_by)
    await copy_nouns(connection, SqlTravelProducts, offered)
    await copy_nouns(connection, SqlDepartures, opened)
    jobs = [
        (name, one.id, due_at)
        for one in opened
        for name, due_at in (("departureDecide", one.decide_at), ("departureComplete", one.ends_at))
    ]
    await connection.copy_records_to_table("outbox", records=jobs, columns=["name", "subject_id", "due_at"])
    luggage, packed = await connection.fetchrow(LUGGAGE), None
    if luggage is not None:
        price = Money(luggage["price_minor"], Currency.EUR)
        packed = journeys.bundle(opened[0], ListingId(UUID(int=luggage["id"].int)), price)
        await copy_nouns(connection, SqlBundles, [packed])
    await promote(connection, list(promotions(Draw(PROMOTED), everybody, offered[0].supplier_id, packed)))


async def judge(connection: asyncpg.Connection, everybody: list[Account], tree: list[Place]) -> Dealing:
    """Who judges and by what, and the policies that every deal is made under."""
    roots = [place.category for place in tree if place.category.parent_id is None]
    judged, judges = list(standards(roots)), list(appraisers(everybody, roots))
    await copy_nouns(connection, SqlGradingStandards, judged)
    await copy_nouns(connection, SqlAppraisers, judges)
    policies = await SqlPolicyReader(connection).in_force(datetime.now(UTC))
    return Dealing(
        policies=gather(policies),
        terms=next(policy.terms for policy in policies if isinstance(policy.terms, AppraisalTerms)),
        standards={one.category_id: one for one in judged},
        appraiser=judges[0].account_id,
    )


async def assort(
    connection: asyncpg.Connection, draw: Draw, tree: list[Place], wanted: int, progress: Progress
) -> list[Model]:
    """Brands, their collections and as many models as wanted."""
    brands = {word.slug: brand(draw, word) for word in BRANDS}
    await copy_nouns(connection, SqlBrands, brands.values())
    shown = {one.id: list(collections(draw, one)) for one in brands.values()}
    await copy_nouns(connection, SqlCollections, [one for each in shown.values() for one in each])
    progress("brands", len(brands), len(brands))
    made = list(models(draw, brands, shown, tree, wanted))
    await copy_nouns(connection, SqlProducts, [model.product for model in made])
    progress("models", wanted, wanted)
    return made
