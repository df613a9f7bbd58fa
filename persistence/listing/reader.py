"""Listing cards: one statement for a page, with the product, the brand and the piece of each."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from domain.drawn import Drawn
from domain.listing import (
    PIECE_DETAILS,
    WHOLE_CARD,
    CardPart,
    ListingCard,
    ListingFilter,
    ListingSort,
    ListingState,
)
from domain.page import CursorKey, Page, PageRequest
from domain.piece import PieceId
from domain.viewer import Viewer
from persistence.freshness import is_noted, read_rows, read_tables
from persistence.listing.card import READERS_MAX, TABLES, CardReader, card_reader
from persistence.paging import Sort, fetch_page, fetch_pages

WHOLE = card_reader()
CARD = f"SELECT {WHOLE.columns}"
SORTS = {
    ListingSort.NEWEST: Sort((("l.published_at", "timestamptz"), ("l.id", "uuid")), descending=True),
    ListingSort.PRICE_ASC: Sort((("l.price_minor", "bigint"), ("l.id", "uuid"))),
    ListingSort.PRICE_DESC: Sort((("l.price_minor", "bigint"), ("l.id", "uuid")), descending=True),
}

PUBLIC = "l.state <> 'WITHDRAWN'"
"""What strangers see."""

VISIBLE = "(l.state <> 'WITHDRAWN' OR $2::bool OR (l.seller_kind = 'ACCOUNT' AND l.seller_id = $3::uuid))"

NOTED = frozenset({CardPart.BRAND_ID, CardPart.STATE})
"""What is looked at of each listing that is read alone."""

NOTED_ROWS = (("listing", "l.id"), ("product", "l.product_id"), ("brand", "p.brand_id"), ("piece", "l.piece_id"))
"""The rows that such a listing is made of, by the columns of their ids."""

WITHDRAWN = str(ListingState.WITHDRAWN)


class SqlListingReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def page(
        self, wanted: ListingFilter, sort: ListingSort, page: PageRequest, parts: frozenset[CardPart] = WHOLE_CARD
    ) -> Page[ListingCard]:
        where, values = SHELF if wanted == ALL else conditions(wanted)
        reading = card_reader(parts)
        return await fetch_page(
            self.pool,
            reading.shelf,
            where=where,
            values=values,
            sort=SORTS[sort],
            page=page,
            item=reading.recipe,
            key=key_of(reading, sort),
            counted_from="FROM listing l",
        )

    async def of_products(self, products: Sequence[UUID], page: PageRequest) -> Sequence[Page[ListingCard]]:
        """What is offered of each product, newest first."""
        return await fetch_pages(
            self.pool,
            CARD + TABLES,
            parent="l.product_id",
            parents=products,
            where=["l.state = 'LISTED'"],
            values=[],
            sort=SORTS[ListingSort.NEWEST],
            page=page,
            item=WHOLE.card,
            key=by_time,
        )

    async def by_ids(self, ids: Sequence[UUID], viewer: Viewer) -> Sequence[ListingCard | None]:
        query = f"{CARD} {TABLES} WHERE l.id = ANY($1::uuid[]) AND {VISIBLE}"
        rows = await self.pool.about("listing", ids).fetch(query, ids, viewer.is_staff, viewer.account_id)
        found: dict[UUID, ListingCard] = {one.id: beside(one) for one in map(WHOLE.card, rows)}
        return [found.get(listing_id) for listing_id in ids]

    async def one(
        self, listing_id: UUID | None, slug: str | None, viewer: Viewer, parts: frozenset[CardPart] = WHOLE_CARD
    ) -> Drawn[ListingCard]:
        by_id, wanted = listing_id is not None, listing_id or slug
        reading, pool = card_reader(parts | NOTED), self.pool.about("listing", [listing_id])
        if viewer.is_stranger:
            rows = await pool.fetch(statement_for_one(reading, by_id, PUBLIC), wanted)
        else:
            query = statement_for_one(reading, by_id, VISIBLE)
            rows = await pool.fetch(query, wanted, viewer.is_staff, viewer.account_id)
        found = Drawn(rows, reading.recipe)
        if not rows:
            # The next listing may have this name.
            read_tables(TABLES)
            return found
        (row,) = rows
        if is_noted():
            for table, column in NOTED_ROWS:
                read_rows(table, row[reading.places[column]])
            if CardPart.PRODUCT_ATTRIBUTES in parts:
                read_tables("category")
        if row[reading.places["l.state"]] == WITHDRAWN and not viewer.is_staff and parts & PIECE_DETAILS:
            # Who sees a withdrawn listing need not see its piece.
            return await self.one(listing_id, slug, viewer, parts - PIECE_DETAILS)
        return found

    async def of_pieces(self, pieces: Sequence[UUID], viewer: Viewer) -> Sequence[ListingCard | None]:
        """The newest listing of each piece."""
        query = (
            f"SELECT newest.* FROM unnest($1::uuid[]) wanted (id) CROSS JOIN LATERAL ({CARD} {TABLES}"
            f" WHERE l.piece_id = wanted.id AND {VISIBLE} ORDER BY l.published_at DESC, l.id DESC LIMIT 1) newest"
        )
        rows = await self.pool.fetch(query, pieces, viewer.is_staff, viewer.account_id)
        found = {one.piece_id: one for one in map(WHOLE.card, rows) if one.piece_id is not None}
        return [found.get(PieceId(piece_id)) for piece_id in pieces]


def beside(one: ListingCard) -> ListingCard:
    """The same card, with a note of what is on it."""
    read_rows("listing", one.id)
    read_rows("product", one.product_id)
    read_rows("brand", one.product.brand_id)
    read_rows("piece", one.piece_id)
    return one


@lru_cache(maxsize=4 * READERS_MAX)
def statement_for_one(reading: CardReader, by_id: bool, seen: str) -> str:
    return f"{reading.shelf} WHERE {'l.id = $1::uuid' if by_id else 'l.slug = $1'} AND {seen}"


def by_time(one: ListingCard) -> CursorKey:
    return (one.published_at, one.id)


@lru_cache(maxsize=READERS_MAX)
def key_of(reading: CardReader, sort: ListingSort) -> Callable[[Any], CursorKey]:
    """Where a row stands on a shelf, by the columns that it is sorted by, which are read in any case."""
    return itemgetter(*(reading.places[column] for column, _ in SORTS[sort].columns))


def conditions(wanted: ListingFilter) -> tuple[list[str], list[object]]:
    """The WHERE of a filter; equalities come in the order of the shelves' indexes."""
    where: list[str] = []
    values: list[object] = []

    def add(condition: str, value: object) -> None:
        where.append(condition)
        values.append(value)

    add("l.state = {}", str(wanted.state))

    if wanted.brand_id is not None:
        add("l.brand_id = {}", wanted.brand_id)
    if wanted.category_path:
        add(f"l.category_{len(wanted.category_path)}_id = {{}}", wanted.category_path[-1])
    if wanted.collection_id is not None:
        add("l.collection_id = {}", wanted.collection_id)
    if wanted.product_id is not None:
        add("l.product_id = {}", wanted.product_id)
    if wanted.currency is not None:
        add("l.price_currency = {}", str(wanted.currency))
    if wanted.price_min is not None:
        add("l.price_minor >= {}", wanted.price_min)
    if wanted.price_max is not None:
        add("l.price_minor <= {}", wanted.price_max)
    if wanted.kinds:
        add("l.kind = ANY({}::text[])", [str(kind) for kind in wanted.kinds])
    if wanted.grades:
        add("l.grade = ANY({}::text[])", [str(grade) for grade in wanted.grades])
    return where, values


ALL = ListingFilter()
SHELF = conditions(ALL)
"""What is asked for most."""
