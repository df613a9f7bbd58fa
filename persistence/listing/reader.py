"""Listing cards: one statement for a page, with the product, the brand and the piece of each."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from domain.attribute import AttributeDefinition, AttributeValue
from domain.catalogue import BrandKind, ProductKind
from domain.listing import (
    BrandCard,
    ListingCard,
    ListingFilter,
    ListingKind,
    ListingSort,
    ListingState,
    Look,
    PieceCard,
    ProductCard,
)
from domain.localized import Localized
from domain.money import Currency, Money
from domain.page import CursorKey, Page, PageRequest
from domain.piece import Grade, Party, PartyKind
from domain.price import Reference, ReferenceSource
from domain.viewer import Viewer
from persistence.catalogue import SqlProducts
from persistence.freshness import read_rows, read_tables
from persistence.paging import Sort, fetch_page, fetch_pages
from persistence.piece import SqlPieces

COLUMNS = """
l.id, l.kind, l.slug, l.state, l.price_minor, l.price_currency, l.reference_price_minor,
    l.reference_price_currency, l.reference_source, l.reference_as_of, l.quantity, l.reserved, l.seller_kind,
    l.seller_id, l.published_at, l.version, l.product_id, l.piece_id, l.consignment_id, l.options,
    p.slug AS product_slug, p.kind AS product_kind, p.name ->> 'en' AS product_en, p.name ->> 'zh' AS product_zh,
    p.brand_id, p.category_id, p.collection_id, p.reference AS product_reference, p.cover_key AS product_cover_key,
    p.version AS product_version, b.slug AS brand_slug, b.kind AS brand_kind, b.name ->> 'en' AS brand_en,
    b.name ->> 'zh' AS brand_zh, x.slug AS piece_slug, x.grade AS piece_grade, x.cover_key AS piece_cover_key,
    x.version AS piece_version
"""
CARD = f"SELECT {COLUMNS}"
TABLES = """
FROM listing l JOIN product p ON p.id = l.product_id JOIN brand b ON b.id = p.brand_id
    LEFT JOIN piece x ON x.id = l.piece_id
"""

SORTS = {
    ListingSort.NEWEST: Sort((("l.published_at", "timestamptz"), ("l.id", "uuid")), descending=True),
    ListingSort.PRICE_ASC: Sort((("l.price_minor", "bigint"), ("l.id", "uuid"))),
    ListingSort.PRICE_DESC: Sort((("l.price_minor", "bigint"), ("l.id", "uuid")), descending=True),
}

VISIBLE = "(l.state <> 'WITHDRAWN' OR $2::bool OR (l.seller_kind = 'ACCOUNT' AND l.seller_id = $3::uuid))"

# Members of enums by their value: a call of the enum costs five times as much as this.
KINDS = {str(kind): kind for kind in ListingKind}
STATES = {str(state): state for state in ListingState}
CURRENCIES = {str(currency): currency for currency in Currency}
GRADES: dict[str | None, Grade | None] = {None: None, **{str(grade): grade for grade in Grade}}
PARTIES = {str(kind): kind for kind in PartyKind}
BRANDS = {str(kind): kind for kind in BrandKind}
PRODUCTS = {str(kind): kind for kind in ProductKind}


WHOLE_PRODUCT = "p AS whole_product"
WHOLE_PIECE = "x AS whole_piece"
DEFINITIONS = """
(SELECT jsonb_agg(c.attributes ORDER BY jsonb_array_length(c.path)) FROM category c
    WHERE c.id IN (l.category_1_id, l.category_2_id, l.category_3_id)) AS definitions
"""
LINES = TypeAdapter(tuple[tuple[AttributeDefinition, ...], ...]).validate_json

WIDTH = 38
OPTIONS = TypeAdapter(tuple[AttributeValue, ...]).validate_json


class SqlListingReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def page(self, wanted: ListingFilter, sort: ListingSort, page: PageRequest) -> Page[ListingCard]:
        where, values = conditions(wanted)
        return await fetch_page(
            self.pool,
            CARD + TABLES,
            where=where,
            values=values,
            sort=SORTS[sort],
            page=page,
            item=card,
            key=by_price if sort is not ListingSort.NEWEST else by_time,
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
            item=card,
            key=by_time,
        )

    async def by_ids(self, ids: Sequence[UUID], viewer: Viewer) -> Sequence[ListingCard | None]:
        query = f"{CARD} {TABLES} WHERE l.id = ANY($1::uuid[]) AND {VISIBLE}"
        rows = await self.pool.about("listing", ids).fetch(query, ids, viewer.is_staff, viewer.account_id)
        found: dict[UUID, ListingCard] = {row["id"]: beside(card(row)) for row in rows}
        return [found.get(listing_id) for listing_id in ids]

    async def one(
        self, listing_id: UUID | None, slug: str | None, viewer: Viewer, look: Look = Look()
    ) -> ListingCard | None:
        which, wanted = ("l.slug = $1", slug) if listing_id is None else ("l.id = $1::uuid", listing_id)
        query = f"SELECT {neighbours(look)} {COLUMNS} {TABLES} WHERE {which} AND {VISIBLE}"
        row = await self.pool.about("listing", [listing_id]).fetchrow(query, wanted, viewer.is_staff, viewer.account_id)
        if row is None:
            # The next listing may have this name.
            read_tables(TABLES)
            return None
        found = beside(card(row))
        look_around(found, row, look, viewer)
        return found

    async def of_pieces(self, pieces: Sequence[UUID], viewer: Viewer) -> Sequence[ListingCard | None]:
        """The newest listing of each piece."""
        query = (
            f"SELECT newest.* FROM unnest($1::uuid[]) wanted (id) CROSS JOIN LATERAL ({CARD} {TABLES}"
            f" WHERE l.piece_id = wanted.id AND {VISIBLE} ORDER BY l.published_at DESC, l.id DESC LIMIT 1) newest"
        )
        rows = await self.pool.fetch(query, pieces, viewer.is_staff, viewer.account_id)
        found: dict[UUID, ListingCard] = {row["piece_id"]: card(row) for row in rows}
        return [found.get(piece_id) for piece_id in pieces]


def beside(one: ListingCard) -> ListingCard:
    """The same card, with a note of what is on it."""
    read_rows("listing", one.id)
    read_rows("product", one.product_id)
    read_rows("brand", one.product.brand_id)
    read_rows("piece", one.piece_id)
    return one


@cache
def neighbours(look: Look) -> str:
    """The columns for what is looked for beyond the card: whole rows."""
    wanted = {WHOLE_PRODUCT: look.product, DEFINITIONS: look.definitions, WHOLE_PIECE: look.piece}
    return "".join(f"{column}, " for column, asked in wanted.items() if asked)


def look_around(card: ListingCard, row: Any, look: Look, viewer: Viewer) -> None:
    """Put what was looked for on the card."""
    if look.product:
        card.product.whole = SqlProducts.mapping.to_noun(row["whole_product"])
    if look.definitions:
        read_rows("category")
        card.product.definitions = tuple(one for line in LINES(row["definitions"] or "[]") for one in line)
    # Who sees a withdrawn listing need not see its piece.
    if look.piece and card.piece is not None and (viewer.is_staff or card.state is not ListingState.WITHDRAWN):
        card.piece.whole = SqlPieces.mapping.to_noun(row["whole_piece"])


def by_time(one: ListingCard) -> CursorKey:
    return (one.published_at, one.id)


def by_price(one: ListingCard) -> CursorKey:
    return (one.price.minor, one.id)


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


def card(row: Any) -> ListingCard:
    """One row, by position, for a record's names cost a look-up each."""
    (
        id_,
        kind,
        slug,
        state,
        price_minor,
        price_currency,
        reference_minor,
        reference_currency,
        reference_source,
        reference_as_of,
        quantity,
        reserved,
        seller_kind,
        seller_id,
        published_at,
        version,
        product_id,
        piece_id,
        consignment_id,
        options,
        product_slug,
        product_kind,
        product_en,
        product_zh,
        brand_id,
        category_id,
        collection_id,
        product_reference,
        product_cover_key,
        product_version,
        brand_slug,
        brand_kind,
        brand_en,
        brand_zh,
        piece_slug,
        piece_grade,
        piece_cover_key,
        piece_version,
    ) = tuple(row)[-WIDTH:]
    brand = BrandCard(brand_id, brand_slug, BRANDS[brand_kind], Localized(brand_en, brand_zh))
    product = ProductCard(
        product_id,
        product_slug,
        PRODUCTS[product_kind],
        Localized(product_en, product_zh),
        brand_id,
        category_id,
        collection_id,
        product_reference,
        product_cover_key,
        product_version,
        brand,
    )
    piece = None
    if piece_id is not None:
        piece = PieceCard(piece_id, product_id, piece_slug, GRADES[piece_grade], piece_cover_key, piece_version)
    reference = None
    if reference_minor is not None:
        reference = Reference(
            Money(reference_minor, CURRENCIES[reference_currency]), ReferenceSource(reference_source), reference_as_of
        )
    return ListingCard(
        id_,
        KINDS[kind],
        slug,
        STATES[state],
        Money(price_minor, CURRENCIES[price_currency]),
        reference,
        quantity,
        reserved,
        Party(PARTIES[seller_kind], seller_id),
        published_at,
        version,
        product_id,
        piece_id,
        consignment_id,
        product,
        piece,
        () if options == "[]" else OPTIONS(options),
    )
