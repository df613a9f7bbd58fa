"""From the columns of a row to a card: all of it, or just what somebody looks at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from domain.attribute import AttributeValue
from domain.catalogue import BrandKind, ProductKind
from domain.drawn import Recipe
from domain.listing import (
    WHOLE_CARD,
    BrandCard,
    CardPart,
    ListingCard,
    ListingKind,
    ListingState,
    PieceCard,
    ProductCard,
)
from domain.localized import Localized
from domain.money import Currency, Money, plain
from domain.piece import Grade, Party, PartyKind
from domain.price import Reference, ReferenceSource, Saving, saving

TABLES = """
FROM listing l JOIN product p ON p.id = l.product_id JOIN brand b ON b.id = p.brand_id
    LEFT JOIN piece x ON x.id = l.piece_id
"""

READERS_MAX = 256
"""There are a million ways to look at a card, and strangers choose."""

NAMES: dict[str, Any] = {
    "Localized": Localized,
    "Money": Money,
    "Party": Party,
    "Reference": Reference,
    # Members of enums by their value: a call of the enum costs five times as much as this.
    "KINDS": {str(kind): kind for kind in ListingKind},
    "STATES": {str(state): state for state in ListingState},
    "CURRENCIES": {str(currency): currency for currency in Currency},
    "GRADES": {None: None, **{str(grade): grade for grade in Grade}},
    "PARTIES": {str(kind): kind for kind in PartyKind},
    "BRANDS": {str(kind): kind for kind in BrandKind},
    "PRODUCTS": {str(kind): kind for kind in ProductKind},
    "SOURCES": {str(source): source for source in ReferenceSource},
    "OPTIONS": TypeAdapter(tuple[AttributeValue, ...]).validate_json,
}
"""What the values below are made with."""

CARDS = {card.__name__: card for card in (BrandCard, ProductCard, PieceCard, ListingCard)}
SPACE = {**NAMES, **CARDS}
WRITTEN = frozenset({*CARDS.values(), Localized, Money, Reference, Saving, plain, saving})
"""What is asked of them is one expression each."""


@dataclass(frozen=True, slots=True)
class Value:
    """How one field of a card is made of its columns, and which part of the card it is; None is read in any case."""

    part: CardPart | None
    columns: tuple[str, ...]
    source: str = "{0}"
    localized: bool = False


def read(*columns: str, part: CardPart | None = None, source: str = "{0}") -> Value:
    return Value(part, columns, source)


LANGUAGES = frozenset({CardPart.ENGLISH, CardPart.CHINESE})


def text(column: str, part: CardPart) -> Value:
    """A text in the languages that somebody reads; in the other one where it was never translated."""
    return Value(part, (f"{column} ->> 'en'", f"{column} ->> 'zh'"), "Localized({0}, {1})", localized=True)


BRAND = {
    "id": read("p.brand_id", part=CardPart.BRAND_ID),
    "slug": read("b.slug", part=CardPart.BRAND_SLUG),
    "kind": read("b.kind", part=CardPart.BRAND_KIND, source="BRANDS[{0}]"),
    "name": text("b.name", CardPart.BRAND_NAME),
}
PRODUCT = {
    "id": read("l.product_id"),
    "slug": read("p.slug", part=CardPart.PRODUCT_SLUG),
    "kind": read("p.kind", part=CardPart.PRODUCT_KIND, source="PRODUCTS[{0}]"),
    "name": text("p.name", CardPart.PRODUCT_NAME),
    "brand_id": read("p.brand_id", part=CardPart.BRAND_ID),
    "category_id": read("p.category_id", part=CardPart.PRODUCT_CATEGORY),
    "collection_id": read("p.collection_id", part=CardPart.PRODUCT_COLLECTION),
    "reference": read("p.reference", part=CardPart.PRODUCT_REFERENCE),
    "cover_key": read("p.cover_key", part=CardPart.COVER),
    "version": read("p.version", part=CardPart.PRODUCT_VERSION),
}
PIECE = {
    "id": read("l.piece_id"),
    "product_id": read("l.product_id"),
    "slug": read("x.slug", part=CardPart.PIECE_SLUG),
    "grade": read("x.grade", part=CardPart.PIECE_GRADE, source="GRADES[{0}]"),
    "cover_key": read("x.cover_key", part=CardPart.COVER),
    "version": read("x.version", part=CardPart.PIECE_VERSION),
}
REFERENCE = "l.reference_price_minor", "l.reference_price_currency", "l.reference_source", "l.reference_as_of"
LISTING = {
    "id": read("l.id"),
    "kind": read("l.kind", source="KINDS[{0}]"),
    "slug": read("l.slug", part=CardPart.SLUG),
    "state": read("l.state", part=CardPart.STATE, source="STATES[{0}]"),
    "price": read("l.price_minor", "l.price_currency", source="Money({0}, CURRENCIES[{1}])"),
    "price_new": read(
        *REFERENCE[:2], part=CardPart.PRICE_NEW, source="None if {0} is None else Money({0}, CURRENCIES[{1}])"
    ),
    "reference": read(
        *REFERENCE,
        part=CardPart.REFERENCE,
        source="None if {0} is None else Reference(Money({0}, CURRENCIES[{1}]), SOURCES[{2}], {3})",
    ),
    "quantity": read("l.quantity", part=CardPart.STOCK),
    "reserved": read("l.reserved", part=CardPart.STOCK),
    "seller": read("l.seller_kind", "l.seller_id", part=CardPart.SELLER, source="Party(PARTIES[{0}], {1})"),
    "published_at": read("l.published_at"),
    "version": read("l.version", part=CardPart.VERSION),
    "product_id": read("l.product_id"),
    "piece_id": read("l.piece_id"),
    "consignment_id": read("l.consignment_id", part=CardPart.CONSIGNMENT),
    "options": read("l.options", part=CardPart.OPTIONS, source="() if {0} == '[]' else OPTIONS({0})"),
}


NOTHING: Mapping[str, str] = {}
BESIDE_PRODUCT = {"whole": "product", "definitions": "definitions"}
BESIDE_PIECE = {"whole": "piece"}
"""What may be read beside a card, by the fields of the cards of the product and the piece."""


@dataclass(frozen=True, slots=True, eq=False)
class CardReader:
    """The columns to select, which are the last of each row, and what makes a card of one."""

    columns: str
    shelf: str
    """The statement for nothing but cards, as far as its conditions."""
    places: Mapping[str, int]
    """Where in a row each column stands."""
    card: Callable[..., ListingCard]
    """Of a row; of its product and its piece what was read beside the card, by the names of `BESIDE_…`."""
    recipe: Recipe[ListingCard]
    """The same for a row that has no other columns."""


@lru_cache(maxsize=READERS_MAX)
def card_reader(parts: frozenset[CardPart] = WHOLE_CARD) -> CardReader:
    """For the parts that somebody looks at; the rest of such a card is None and means nothing.

    The function is written out, for a row is taken apart by position, and nothing is asked of it twice.
    """
    columns: list[str] = []

    def said(value: Value) -> str:
        if value.part is not None and value.part not in parts:
            return "None"
        wanted = value.columns
        if value.localized and not parts >= LANGUAGES:
            english, chinese = wanted if CardPart.ENGLISH in parts else reversed(wanted)
            wanted = (f"coalesce(nullif({english}, ''), {chinese})",) * 2
        for column in wanted:
            if column not in columns:
                columns.append(column)
        return value.source.format(*(f"c{columns.index(column)}" for column in wanted))

    def made(form: str, card: Any, values: dict[str, Value], **others: str) -> str:
        named = {name: said(value) for name, value in values.items()} | others
        arguments = ", ".join(named.get(name, "None") for name in card._fields)
        return form.format(card.__name__, arguments)

    def listing(form: str, product: Mapping[str, str] = NOTHING, piece: Mapping[str, str] = NOTHING) -> str:
        brand = made(form, BrandCard, BRAND)
        one = f"None if {said(LISTING['piece_id'])} is None else {made(form, PieceCard, PIECE, **piece)}"
        whose = made(form, ProductCard, PRODUCT, brand=brand, **product)
        return made(form, ListingCard, LISTING, product=whose, piece=one)

    # As the class makes one, without the call of its Python.
    quick = "new({0}, ({1},))"
    exactly, beside = listing(quick), listing(quick, BESIDE_PRODUCT, BESIDE_PIECE)
    names = tuple(f"c{number}" for number in range(len(columns)))
    taken = f"({', '.join(names)},)"
    found = ", ".join(f"{name}=None" for name in (*BESIDE_PRODUCT.values(), *BESIDE_PIECE.values()))
    source = f"def card(row, {found}):\n    {taken} = tuple(row)[-{len(columns)}:]\n    return {beside}\n"
    source += f"def exactly(row):\n    {taken} = row\n    return {exactly}\n"
    space = {**SPACE, "new": tuple.__new__}
    exec(compile(source, "<card of a listing>", "exec"), space)
    selected = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
    recipe = Recipe(names, listing("{0}({1})"), SPACE, space["exactly"], WRITTEN)
    places = {column: place for place, column in enumerate(columns)}
    return CardReader(selected, f"SELECT {selected} {TABLES}", places, space["card"], recipe)
