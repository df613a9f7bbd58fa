"""Pieces and listings in any number: rows are made as plain tuples, for a million of them must not take an hour."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.seed.assortment import Model
from app.seed.draw import TODAY, Draw, priced
from app.seed.words import CONDITIONS
from domain.account import Account
from domain.listing import ListingKind, ListingState
from domain.money import Money
from domain.piece import Grade
from domain.price import PriceReason
from persistence.copy import copy_rows
from persistence.listing import SqlListings
from persistence.outbox import EventRow
from persistence.piece import SqlPieces
from persistence.price import SqlPriceChanges

BATCH = 5_000

WORTH_PERCENT = {
    Grade.PRISTINE: (74, 92),
    Grade.EXCELLENT: (62, 82),
    Grade.VERY_GOOD: (50, 70),
    Grade.GOOD: (38, 56),
    Grade.FAIR: (24, 40),
}
GRADES = (
    *(Grade.PRISTINE,) * 3,
    *(Grade.EXCELLENT,) * 7,
    *(Grade.VERY_GOOD,) * 6,
    *(Grade.GOOD,) * 3,
    Grade.FAIR,
)
WHY = (
    PriceReason.COMPETITION,
    PriceReason.EXCHANGE_RATE,
    PriceReason.CONDITION,
    PriceReason.CHANNEL_COST,
    PriceReason.LOGISTICS,
)


@dataclass
class Shelf:
    """What one model has in common for all its pieces."""

    model: Model
    media: str
    path: tuple[UUID | None, UUID | None, UUID | None]
    serials: int = 0

    @classmethod
    def of(cls, model: Model) -> "Shelf":
        media = [
            {"key": one.key, "role": one.role, "content_type": one.content_type, "alt": None}
            for one in model.product.media
        ]
        ids = [*model.place.category.path, None, None]
        return cls(model, json.dumps(media), (ids[0], ids[1], ids[2]))

    def serial(self, draw: Draw) -> str:
        self.serials += 1
        return f"{self.model.product.slug[:3].upper()}{self.serials:06}{draw.between(10, 99)}"


Row = dict[str, Any]


@dataclass
class Rows:
    """A batch on its way into the database."""

    pieces: list[Row] = field(default_factory=list)
    listings: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)

    async def copy(self, connection: Any) -> None:
        await copy_rows(connection, SqlPieces.table, self.pieces)
        await copy_rows(connection, SqlListings.table, self.listings)
        await copy_rows(connection, SqlPriceChanges.table, self.changes)
        await copy_rows(connection, EVENTS, self.events)


EVENTS = EventRow.__table__  # type: ignore[attr-defined]
TABLES = (SqlPieces.table, SqlListings.table, SqlPriceChanges.table, EVENTS)
CONDITION_TEXTS = {grade: json.dumps({"en": text.en, "zh": text.zh}) for grade, text in CONDITIONS.items()}


def batches(draw: Draw, models: Sequence[Model], members: Sequence[Account], pieces: int) -> Iterator[Rows]:
    """New goods first, then as many pieces as wanted."""
    shelves = [Shelf.of(model) for model in models]
    rows = Rows()
    for shelf in shelves:
        if draw.chance(25) or shelf.model.place.root == "services":
            new_goods(draw, shelf, rows)
    yield rows
    used = [shelf for shelf in shelves if shelf.model.place.root != "services"]
    for start in range(0, pieces, BATCH):
        rows = Rows()
        for _ in range(min(BATCH, pieces - start)):
            piece(draw, draw.one(used), members, rows)
        yield rows


def new_goods(draw: Draw, shelf: Shelf, rows: Rows) -> None:
    """A model in stock, in each of its colours."""
    product = shelf.model.product
    variants = product.options[0].choices if product.options else (None,)
    for choice in variants:
        published_at = draw.moment(400, 3)
        options = "[]" if choice is None else json.dumps([{"code": "colour", "value": choice.code}])
        price = product.reference_price_new or priced(shelf.model.yuan, shelf.model.currency)
        listing = Listed(draw, shelf, None, published_at, price)
        rows.listings.append(listing.row(ListingKind.NEW, ListingState.LISTED, draw.between(2, 40), options=options))
        rows.changes.append(listing.change(price, None, PriceReason.LISTED, published_at))


def piece(draw: Draw, shelf: Shelf, members: Sequence[Account], rows: Rows) -> None:
    """A piece of the house with its listing, the history of its price and its passport."""
    product = shelf.model.product
    grade = draw.one(GRADES)
    created_at = draw.moment(700, 2)
    published_at = min(created_at + timedelta(days=draw.between(1, 20)), TODAY)
    piece_id = draw.id(created_at)
    slug = f"{product.slug}-p-{draw.code()}"
    sold = draw.chance(7)
    rows.pieces.append(
        {
            "id": piece_id,
            "product_id": product.id,
            "slug": slug,
            "serial": shelf.serial(draw),
            "grade": grade,
            "condition": CONDITION_TEXTS[grade],
            **standing(draw.one(members).id if sold else None),
            "media": shelf.media,
            "measurements": "[]",
            "created_at": created_at,
            "version": 1,
        }
    )
    kind = ListingKind.REFURBISHED if draw.chance(75) else ListingKind.CLEARANCE
    prices = steps(draw, shelf, grade)
    listing = Listed(draw, shelf, piece_id, published_at, prices[-1])
    state = ListingState.SOLD if sold else ListingState.LISTED
    rows.listings.append(listing.row(kind, state, 0 if sold else 1, slug=slug, grade=grade))
    rows.events.append(happened("piece.registered", "piece", piece_id, {}, piece_id, created_at))
    at = published_at
    for step, price in enumerate(prices):
        previous = prices[step - 1] if step else None
        reason = draw.one(WHY) if previous else PriceReason.LISTED
        rows.changes.append(listing.change(price, previous, reason, at))
        said = {"reason": reason, "previous_minor": previous.minor} if previous else {"kind": kind}
        name = "listing.repriced" if previous else "listing.published"
        rows.events.append(happened(name, "listing", listing.id, {**said, **asked(price)}, piece_id, at))
        at += (TODAY - at) / 3
    if sold:
        rows.events.append(happened("piece.sold", "listing", listing.id, asked(prices[-1]), piece_id, at))


def standing(owner: UUID | None) -> Row:
    """Whose it is, who has it and who answers for it: a member once it is sold, the house until then."""
    kind = "HOUSE" if owner is None else "ACCOUNT"
    return {
        f"{part}_{name}": value
        for part in ("owner", "custodian", "risk_bearer")
        for name, value in (("kind", kind), ("id", owner))
    }


def asked(price: Money) -> Row:
    return {"price_minor": price.minor, "currency": price.currency}


def steps(draw: Draw, shelf: Shelf, grade: Grade) -> list[Money]:
    """The first price and what it came down to, no two in a row alike."""
    low, high = WORTH_PERCENT[grade]
    currency = shelf.model.currency
    yuan = shelf.model.yuan * draw.between(low, high) // 100
    prices = [priced(yuan, currency)]
    for _ in range(draw.one((0, 0, 0, 1, 1, 2))):
        yuan = yuan * draw.between(86, 96) // 100
        price = priced(yuan, currency)
        if price != prices[-1]:
            prices.append(price)
    return prices


class Listed:
    """A listing in the making."""

    def __init__(self, draw: Draw, shelf: Shelf, piece_id: UUID | None, published_at: datetime, price: Money) -> None:
        self.draw, self.shelf, self.piece_id, self.published_at, self.price = draw, shelf, piece_id, published_at, price
        self.id = draw.id(published_at)

    def row(
        self,
        kind: ListingKind,
        state: ListingState,
        quantity: int,
        *,
        slug: str | None = None,
        grade: Grade | None = None,
        options: str = "[]",
    ) -> Row:
        product = self.shelf.model.product
        new = product.reference_price_new
        return {
            "id": self.id,
            "kind": kind,
            "slug": f"{slug or product.slug}-l-{self.draw.code()}",
            "product_id": product.id,
            "piece_id": self.piece_id,
            "consignment_id": None,
            "options": options,
            "price_minor": self.price.minor,
            "price_currency": self.price.currency,
            "reference_price_minor": None if new is None else new.minor,
            "reference_price_currency": None if new is None else new.currency,
            "reference_source": product.reference_source,
            "reference_as_of": product.reference_as_of,
            "quantity": quantity,
            "reserved": 0,
            "seller_kind": "HOUSE",
            "seller_id": None,
            "state": state,
            "published_at": self.published_at,
            "version": 1,
            "brand_id": product.brand_id,
            "category_1_id": self.shelf.path[0],
            "category_2_id": self.shelf.path[1],
            "category_3_id": self.shelf.path[2],
            "collection_id": product.collection_id,
            "grade": grade,
        }

    def change(self, price: Money, previous: Money | None, reason: PriceReason, at: datetime) -> Row:
        return {
            "id": self.draw.id(at),
            "listing_id": self.id,
            "piece_id": self.piece_id,
            "currency": price.currency,
            "price_minor": price.minor,
            "previous_price_minor": None if previous is None else previous.minor,
            "reason": reason,
            "note": None,
            "actor_id": None,
            "changed_at": at,
        }


def happened(name: str, subject_kind: str, subject_id: UUID, data: Row, piece_id: UUID, at: datetime) -> Row:
    return {
        "name": name,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "data": json.dumps(data),
        "piece_id": piece_id,
        "account_id": None,
        "actor_id": None,
        "action": "seed",
        "occurred_at": at,
    }
