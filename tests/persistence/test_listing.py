"""Hot reads of listings walk the index of their sort, however many listings there are."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from app.seed import seed
from domain.listing import ListingFilter, ListingSort
from domain.money import Currency
from domain.page import CursorKey, PageRequest
from domain.viewer import ANONYMOUS
from persistence.listing import SqlListingReader
from persistence.passport import SqlPassportReader
from persistence.price import SqlPriceReader
from tests.conftest import Place

PIECES = 4_000
IN_EUROS: dict[str, Any] = {"currency": Currency.EUR}
CURSORS: dict[ListingSort, CursorKey] = {
    ListingSort.NEWEST: (datetime(2026, 6, 1, tzinfo=UTC), UUID(int=0)),
    ListingSort.PRICE_ASC: (900_000, UUID(int=0)),
    ListingSort.PRICE_DESC: (900_000, UUID(int=0)),
}


class Explained:
    """Stands for the pool: runs each statement, and keeps the plan that every call of it gets."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.plans: list[str] = []

    def about(self, *_: object) -> "Explained":
        return self

    async def fetch(self, query: str, *arguments: object) -> Any:
        plan = await self.connection.fetch(f"EXPLAIN (GENERIC_PLAN, COSTS OFF) {query}", *arguments)
        self.plans.append("\n".join(row[0] for row in plan))
        return await self.connection.fetch(query, *arguments)

    def check(self, about: str, index: str, *, sorts: bool = False) -> None:
        """Every plan so far reads through this index; it scans no table, and sorts only what belongs to one parent."""
        for plan in self.plans:
            assert "Seq Scan" not in plan, f"{about}\n{plan}"
            assert sorts or "Sort" not in plan, f"{about}\n{plan}"
            assert index in plan, f"{about}\n{plan}"
        assert self.plans
        self.plans.clear()


@pytest.fixture(scope="module")
async def explained(place: Place) -> AsyncIterator[Explained]:
    await seed(place.database.owner_url, pieces=PIECES)
    async with place.house.readers.pool.acquire() as connection:
        yield Explained(connection)


async def shelves(connection: Any) -> dict[str, ListingFilter]:
    """A filter for each shelf that has an index of its own, by the index's name."""
    brand_id = await connection.fetchval("SELECT id FROM brand WHERE slug = 'aurevel'")
    path = await connection.fetchval("SELECT path FROM category WHERE slug = 'crossbody-bags'")
    line = tuple(UUID(one) for one in orjson.loads(path))
    return {
        "listing": ListingFilter(**IN_EUROS),
        "listing_brand": ListingFilter(brand_id=brand_id, **IN_EUROS),
        "listing_category_1": ListingFilter(category_path=line[:1], **IN_EUROS),  # type: ignore[arg-type]
        "listing_category_2": ListingFilter(category_path=line[:2], **IN_EUROS),  # type: ignore[arg-type]
        "listing_category_3": ListingFilter(category_path=line, **IN_EUROS),  # type: ignore[arg-type]
    }


async def test_every_shelf_in_every_sort_is_walked_by_its_own_index(explained: Explained) -> None:
    reader = SqlListingReader(explained)
    for name, wanted in (await shelves(explained.connection)).items():
        for sort, cursor in CURSORS.items():
            for page in (PageRequest(size=5), PageRequest(size=5, from_key=cursor), PageRequest(5, cursor, True)):
                await reader.page(wanted, sort, page)
            index = "newest" if sort is ListingSort.NEWEST else "price"
            explained.check(f"{name} {sort}", f"ix_{name}_{index}")


async def test_what_stands_beside_a_listing_is_found_by_index(explained: Explained) -> None:
    rows = await explained.connection.fetch("SELECT id, piece_id FROM listing WHERE piece_id IS NOT NULL LIMIT 24")
    listings, pieces = [row["id"] for row in rows], [row["piece_id"] for row in rows]

    await SqlListingReader(explained).by_ids(listings, ANONYMOUS)
    explained.check("listings by id", "pk_listing")
    await SqlListingReader(explained).of_pieces(pieces, ANONYMOUS)
    explained.check("listings of pieces", "ix_listing_piece")
    await SqlPriceReader(explained).histories(listings, PageRequest(size=5))
    explained.check("price history", "ix_price_change_listing", sorts=True)
    await SqlPassportReader(explained).pages(pieces, ANONYMOUS, PageRequest(size=5))
    explained.check("passports", "ix_event_piece", sorts=True)
