"""From the columns of a row to a card: all of it, or just what somebody looks at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson
from pydantic import TypeAdapter

from domain.attribute import AttributeDefinition, AttributeValue, OptionDefinition, ProductAttribute
from domain.catalogue import BrandKind, ProductKind
from domain.drawn import Drawing, Recipe
from domain.listing import (
    PIECE_DETAILS,
    PRODUCT_DETAILS,
    WHOLE_CARD,
    BrandCard,
    CardPart,
    ListingCard,
    ListingKind,
    ListingState,
    PieceCard,
    PieceDetails,
    ProductCard,
    ProductDetails,
)
from domain.localized import Localized
from domain.media import Media, MediaRole
from domain.money import Currency, Money, plain
from domain.piece import Grade, Measurement, Party, PartyKind
from domain.price import Reference, ReferenceSource, Saving, saving

TABLES = """
FROM listing l JOIN product p ON p.id = l.product_id JOIN brand b ON b.id = p.brand_id
    LEFT JOIN piece x ON x.id = l.piece_id
"""

READERS_MAX = 256
"""There are a million ways to look at a card, and strangers choose."""

DEFINITIONS_MAX = 500
"""Lines of categories; all that lies in one is described by the same."""

ROLES = {str(role): role for role in MediaRole}


def values(document: str) -> tuple[AttributeValue, ...]:
    # By hand, for what stands in our own columns was found valid when it was written.
    return tuple([AttributeValue(one["code"], one["value"]) for one in orjson.loads(document)])


def media(document: str) -> list[Any]:
    return [(one["key"], one["role"], one["content_type"], one["alt"]) for one in orjson.loads(document)]


def medium(row: tuple[str, str, str, dict[str, str] | None]) -> Media:
    key, role, content_type, alt = row
    return Media(key, ROLES[role], content_type, None if alt is None else Localized(alt["en"], alt["zh"]))


MEDIUM = Recipe(
    ("key", "role", "content_type", "alt"),
    "Media(key, ROLES[role], content_type, None if alt is None else Localized(alt['en'], alt['zh']))",
    {"Media": Media, "ROLES": ROLES, "Localized": Localized},
    medium,
    frozenset({Media, Localized}),
)


def attributes(document: str, *line: str | None) -> list[ProductAttribute]:
    """The values in a document beside what a line of categories, from the root on, says of them."""
    defined = definitions(*line)
    # As the class makes one, without the call of its Python.
    new, cls = tuple.__new__, ProductAttribute
    return [new(cls, (defined[one["code"]], one["value"])) for one in orjson.loads(document) if one["code"] in defined]


@lru_cache(maxsize=DEFINITIONS_MAX)
def definitions(*documents: str | None) -> Mapping[str, AttributeDefinition]:
    return {one.code: one for document in documents if document is not None for one in DEFINED(document)}


DEFINED = TypeAdapter(tuple[AttributeDefinition, ...]).validate_json

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
    "VALUES": values,
    "MEDIA": Drawing(media, MEDIUM),
    "ATTRIBUTES": attributes,
    "OPTIONS": TypeAdapter(tuple[OptionDefinition, ...]).validate_json,
    "MEASUREMENTS": TypeAdapter(tuple[Measurement, ...]).validate_json,
}
"""What the values below are made with."""

MADE = BrandCard, ProductDetails, ProductCard, PieceDetails, PieceCard, ListingCard
SPACE = {**NAMES, **{card.__name__: card for card in MADE}}
WRITTEN = frozenset({*MADE, Localized, Money, Reference, Saving, plain, saving})
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


def text_or_null(column: str, part: CardPart) -> Value:
    """The same for a text that need not be there."""
    return replace(text(column, part), source="None if {0} is None else Localized({0}, {1})")


def party(role: str) -> Value:
    return read(f"x.{role}_kind", f"x.{role}_id", part=CardPart.PIECE_PARTIES, source="Party(PARTIES[{0}], {1})")


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
DOCUMENTED = "None if {0} is None else Reference(Money({0}, CURRENCIES[{1}]), SOURCES[{2}], {3})"
DEFINED_BY = tuple(f"(SELECT c.attributes FROM category c WHERE c.id = l.category_{level}_id)" for level in (1, 2, 3))
DETAILS_OF_PRODUCT = {
    "story": text_or_null("p.story", CardPart.PRODUCT_STORY),
    "attributes": read(
        "p.attributes", *DEFINED_BY, part=CardPart.PRODUCT_ATTRIBUTES, source="ATTRIBUTES({0}, {1}, {2}, {3})"
    ),
    "options": read("p.options", part=CardPart.PRODUCT_OPTIONS, source="OPTIONS({0})"),
    "reference_price": read(
        "p.reference_price_new_minor",
        "p.reference_price_new_currency",
        "p.reference_source",
        "p.reference_as_of",
        part=CardPart.PRODUCT_REFERENCE_PRICE,
        source=DOCUMENTED,
    ),
    "media": read("p.media", part=CardPart.PRODUCT_MEDIA, source="MEDIA({0})"),
}
DETAILS_OF_PIECE = {
    "serial": read("x.serial", part=CardPart.PIECE_SERIAL),
    "condition": text_or_null("x.condition", CardPart.PIECE_CONDITION),
    "owner": party("owner"),
    "custodian": party("custodian"),
    "risk_bearer": party("risk_bearer"),
    "media": read("x.media", part=CardPart.PIECE_MEDIA, source="MEDIA({0})"),
    "measurements": read("x.measurements", part=CardPart.PIECE_MEASUREMENTS, source="MEASUREMENTS({0})"),
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
    "reference": read(*REFERENCE, part=CardPart.REFERENCE, source=DOCUMENTED),
    "quantity": read("l.quantity", part=CardPart.STOCK),
    "reserved": read("l.reserved", part=CardPart.STOCK),
    "seller": read("l.seller_kind", "l.seller_id", part=CardPart.SELLER, source="Party(PARTIES[{0}], {1})"),
    "published_at": read("l.published_at"),
    "version": read("l.version", part=CardPart.VERSION),
    "product_id": read("l.product_id"),
    "piece_id": read("l.piece_id"),
    "consignment_id": read("l.consignment_id", part=CardPart.CONSIGNMENT),
    "options": read("l.options", part=CardPart.OPTIONS, source="() if {0} == '[]' else VALUES({0})"),
}


@dataclass(frozen=True, slots=True, eq=False)
class CardReader:
    """The columns to select, which are the last of each row, and what makes a card of one."""

    columns: str
    shelf: str
    """The statement for nothing but cards, as far as its conditions."""
    places: Mapping[str, int]
    """Where in a row each column stands."""
    card: Callable[[Any], ListingCard]
    """Of a row, whatever stands before its columns."""
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

    def listing(form: str) -> str:
        brand = made(form, BrandCard, BRAND)
        told = "None" if parts.isdisjoint(PRODUCT_DETAILS) else made(form, ProductDetails, DETAILS_OF_PRODUCT)
        product = made(form, ProductCard, PRODUCT, brand=brand, details=told)
        told = "None" if parts.isdisjoint(PIECE_DETAILS) else made(form, PieceDetails, DETAILS_OF_PIECE)
        piece = f"None if {said(LISTING['piece_id'])} is None else {made(form, PieceCard, PIECE, details=told)}"
        return made(form, ListingCard, LISTING, product=product, piece=piece)

    # As the class makes one, without the call of its Python.
    quick = listing("new({0}, ({1},))")
    names = tuple(f"c{number}" for number in range(len(columns)))
    taken = f"({', '.join(names)},)"
    source = f"def card(row):\n    {taken} = tuple(row)[-{len(columns)}:]\n    return {quick}\n"
    source += f"def exactly(row):\n    {taken} = row\n    return {quick}\n"
    space = {**SPACE, "new": tuple.__new__}
    exec(compile(source, "<card of a listing>", "exec"), space)
    selected = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
    recipe = Recipe(names, listing("{0}({1})"), SPACE, space["exactly"], WRITTEN)
    places = {column: place for place, column in enumerate(columns)}
    return CardReader(selected, f"SELECT {selected} {TABLES}", places, space["card"], recipe)
