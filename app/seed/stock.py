"""Pieces and listings in any number: their rows are plain dictionaries, for a million must not take an hour."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.seed.assortment import Model
from app.seed.consigned import Dealing, Deals, Entrusted, deal
from app.seed.delivery import Deliveries
from app.seed.draw import TODAY, Draw, priced
from app.seed.words import CONDITIONS
from domain.account import Account
from domain.attribute import Choice
from domain.listing import ListingKind, ListingState
from domain.money import Money
from domain.piece import Grade
from domain.price import PriceReason
from domain.viewer import AccountId
from persistence.appraisal import SqlAppraisals
from persistence.consignment import SqlConsignments
from persistence.contract import SqlContracts
from persistence.copy import copy_nouns, copy_rows
from persistence.listing import SqlListings
from persistence.outbox import EventRow, OutboxRow
from persistence.piece import SqlPieces
from persistence.price import SqlPriceChanges

BATCH = 5_000
CONSIGNED_PERCENT = 60
CONSIGNED_MAX = 20_000
"""Contracts are documents that take long to write; beyond this the shelf is the house's own."""

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
CONDITION_TEXTS = {grade: json.dumps({"en": text.en, "zh": text.zh}) for grade, text in CONDITIONS.items()}

Row = dict[str, Any]
Owner = tuple[str, UUID | None]

EVENTS = EventRow.__table__  # type: ignore[attr-defined]
OUTBOX = OutboxRow.__table__  # type: ignore[attr-defined]
TABLES = (SqlPieces.table, SqlListings.table, SqlPriceChanges.table, EVENTS)
HOUSE: Owner = ("HOUSE", None)


@dataclass
class Shelf:
    """What one model has in common for all its pieces."""

    model: Model
    media: str
    path: tuple[UUID | None, ...]
    serials: int = 0

    @classmethod
    def of(cls, model: Model) -> "Shelf":
        media = [
            {"key": one.key, "role": one.role, "content_type": one.content_type, "alt": None}
            for one in model.product.media
        ]
        return cls(model, json.dumps(media), (*model.place.category.path, None, None)[:3])

    def serial(self, draw: Draw) -> str:
        self.serials += 1
        return f"{self.model.product.slug[:3].upper()}{self.serials:06}{draw.between(10, 99)}"


@dataclass
class Rows:
    """A batch on its way into the database."""

    pieces: list[Row] = field(default_factory=list)
    listings: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    deals: Deals = field(default_factory=Deals)
    deliveries: Deliveries = field(default_factory=Deliveries)

    async def copy(self, connection: Any) -> None:
        await copy_rows(connection, SqlPieces.table, self.pieces)
        await copy_rows(connection, SqlListings.table, self.listings)
        await copy_rows(connection, SqlPriceChanges.table, self.changes)
        await copy_nouns(connection, SqlConsignments, self.deals.consignments)
        await copy_nouns(connection, SqlContracts, self.deals.contracts)
        await copy_nouns(connection, SqlAppraisals, self.deals.appraisals)
        await copy_rows(connection, OUTBOX, self.deals.due)
        await self.deliveries.copy(connection)
        await copy_rows(connection, EVENTS, self.events)


class Stockroom:
    """Fills shelves: new goods, pieces of members, pieces of the house."""

    def __init__(
        self, draw: Draw, models: Sequence[Model], members: Sequence[Account], dealing: Dealing, receiver: AccountId
    ) -> None:
        self.draw = draw
        self.receiver = receiver
        self.members = members
        self.dealing = dealing
        self.shelves = [Shelf.of(model) for model in models]
        self.consigned = 0

    def batches(self, pieces: int) -> Iterator[Rows]:
        """New goods first, then as many pieces as wanted."""
        rows = Rows()
        for shelf in self.shelves:
            if self.draw.chance(25) or shelf.model.place.root == "services":
                self.new_goods(shelf, rows)
        yield rows
        used = [shelf for shelf in self.shelves if shelf.model.place.root != "services"]
        for start in range(0, pieces, BATCH):
            rows = Rows()
            for _ in range(min(BATCH, pieces - start)):
                self.piece(self.draw.one(used), rows)
            yield rows

    def new_goods(self, shelf: Shelf, rows: Rows) -> None:
        """A model in stock, in each of its colours."""
        product = shelf.model.product
        variants: tuple[Choice | None, ...] = product.options[0].choices if product.options else (None,)
        for choice in variants:
            at = self.draw.moment(400, 3)
            price = product.reference_price_new or priced(shelf.model.yuan, shelf.model.currency)
            listing_id = self.draw.id(at)
            row = self.listing(listing_id, shelf, ListingKind.NEW, price, at, product.slug)
            row["quantity"] = self.draw.between(2, 40)
            row["options"] = "[]" if choice is None else json.dumps([{"code": "colour", "value": choice.code}])
            rows.listings.append(row)
            rows.changes.append(self.change(row, price, None, PriceReason.LISTED, at))
            if shelf.model.place.root != "services":
                supplier = shelf.model.brand.name.en
                rows.deliveries.bring(listing_id, price, row["quantity"], supplier, self.receiver, at)

    def piece(self, shelf: Shelf, rows: Rows) -> None:
        """A piece with its listing, the history of its price and its passport."""
        if self.consigned < CONSIGNED_MAX and self.draw.chance(CONSIGNED_PERCENT):
            self.consigned += 1
            self.entrusted(shelf, rows)
        else:
            self.own(shelf, rows)

    def entrusted(self, shelf: Shelf, rows: Rows) -> None:
        """A piece of a member, offered at the price that its contract says."""
        seller = self.draw.one(self.members)
        came_at = self.draw.moment(300, 5)
        piece = self.register(shelf, ("ACCOUNT", seller.id), HOUSE, came_at, rows)
        price = self.prices(shelf, piece["grade"])[0]
        at = min(came_at + timedelta(days=self.draw.between(1, 4)), TODAY)
        listing_id = self.draw.id(at)
        entrusted = Entrusted(shelf.model, piece["id"], piece["grade"], seller, came_at, at, listing_id, price)
        consignment_id = deal(self.draw, self.dealing, entrusted, rows.deals)
        row = self.listing(listing_id, shelf, ListingKind.CONSIGNED, price, at, piece["slug"])
        row |= {"piece_id": piece["id"], "grade": piece["grade"], "consignment_id": consignment_id}
        row |= {"seller_kind": "ACCOUNT", "seller_id": seller.id}
        rows.listings.append(row)
        appraisal = rows.deals.appraisals[-1]
        said: Row = {
            "verdict": appraisal.verdict,
            "grade": appraisal.grade,
            "standardVersion": appraisal.standard_version,
        }
        concluded_at = appraisal.concluded_at or at
        rows.events.append(happened("appraisal.concluded", "appraisal", appraisal.id, said, piece, concluded_at))
        self.tell(row, [price], piece, rows)

    def own(self, shelf: Shelf, rows: Rows) -> None:
        """A piece of the house, which some member may have bought since."""
        sold = self.draw.chance(12)
        created_at = self.draw.moment(700, 2)
        whose: Owner = ("ACCOUNT", self.draw.one(self.members).id) if sold else HOUSE
        piece = self.register(shelf, whose, whose, created_at, rows)
        prices = self.prices(shelf, piece["grade"])
        at = min(created_at + timedelta(days=self.draw.between(1, 20)), TODAY)
        kind = ListingKind.REFURBISHED if self.draw.chance(75) else ListingKind.CLEARANCE
        row = self.listing(self.draw.id(at), shelf, kind, prices[-1], at, piece["slug"])
        row |= {"piece_id": piece["id"], "grade": piece["grade"]}
        if sold:
            row |= {"quantity": 0, "state": ListingState.SOLD}
        rows.listings.append(row)
        at = self.tell(row, prices, piece, rows)
        if sold:
            rows.events.append(happened("piece.sold", "listing", row["id"], asked(prices[-1]), piece, at))

    def register(self, shelf: Shelf, owner: Owner, hands: Owner, at: datetime, rows: Rows) -> Row:
        grade = self.draw.one(GRADES)
        row: Row = {
            "id": self.draw.id(at),
            "product_id": shelf.model.product.id,
            "slug": f"{shelf.model.product.slug}-p-{self.draw.code()}",
            "serial": shelf.serial(self.draw),
            "grade": grade,
            "condition": CONDITION_TEXTS[grade],
            "owner_kind": owner[0],
            "owner_id": owner[1],
            "custodian_kind": hands[0],
            "custodian_id": hands[1],
            "risk_bearer_kind": hands[0],
            "risk_bearer_id": hands[1],
            "media": shelf.media,
            "measurements": "[]",
            "created_at": at,
            "version": 1,
        }
        rows.pieces.append(row)
        rows.events.append(happened("piece.registered", "piece", row["id"], {}, row, at))
        return row

    def prices(self, shelf: Shelf, grade: Grade) -> list[Money]:
        """The first price and what it came down to, no two in a row alike."""
        low, high = WORTH_PERCENT[grade]
        currency = shelf.model.currency
        yuan = shelf.model.yuan * self.draw.between(low, high) // 100
        prices = [priced(yuan, currency)]
        for _ in range(self.draw.one((0, 0, 0, 1, 1, 2))):
            yuan = yuan * self.draw.between(86, 96) // 100
            price = priced(yuan, currency)
            if price != prices[-1]:
                prices.append(price)
        return prices

    def tell(self, listing: Row, prices: list[Money], piece: Row, rows: Rows) -> datetime:
        """Every step of the price, spread over the time since; the answer is when the next thing may happen."""
        at: datetime = listing["published_at"]
        previous = None
        for price in prices:
            reason = self.draw.one(WHY) if previous else PriceReason.LISTED
            rows.changes.append(self.change(listing, price, previous, reason, at))
            said = {"reason": reason, "previous_minor": previous.minor} if previous else {"kind": listing["kind"]}
            name = "listing.repriced" if previous else "listing.published"
            rows.events.append(happened(name, "listing", listing["id"], {**said, **asked(price)}, piece, at))
            at += (TODAY - at) / 3
            previous = price
        return at

    def listing(self, listing_id: UUID, shelf: Shelf, kind: ListingKind, price: Money, at: datetime, base: str) -> Row:
        product = shelf.model.product
        new = product.reference_price_new
        return {
            "id": listing_id,
            "kind": kind,
            "slug": f"{base}-l-{self.draw.code()}",
            "product_id": product.id,
            "piece_id": None,
            "consignment_id": None,
            "options": "[]",
            "price_minor": price.minor,
            "price_currency": price.currency,
            "reference_price_minor": None if new is None else new.minor,
            "reference_price_currency": None if new is None else new.currency,
            "reference_source": product.reference_source,
            "reference_as_of": product.reference_as_of,
            "quantity": 1,
            "reserved": 0,
            "seller_kind": "HOUSE",
            "seller_id": None,
            "state": ListingState.LISTED,
            "published_at": at,
            "version": 1,
            "brand_id": product.brand_id,
            "category_1_id": shelf.path[0],
            "category_2_id": shelf.path[1],
            "category_3_id": shelf.path[2],
            "collection_id": product.collection_id,
            "grade": None,
        }

    def change(self, listing: Row, price: Money, previous: Money | None, reason: PriceReason, at: datetime) -> Row:
        return {
            "id": self.draw.id(at),
            "listing_id": listing["id"],
            "piece_id": listing["piece_id"],
            "currency": price.currency,
            "price_minor": price.minor,
            "previous_price_minor": None if previous is None else previous.minor,
            "reason": reason,
            "note": None,
            "actor_id": None,
            "changed_at": at,
        }


def asked(price: Money) -> Row:
    """A price as events tell it."""
    return {"price_minor": price.minor, "currency": price.currency}


def happened(name: str, subject_kind: str, subject_id: UUID, data: Row, piece: Row, at: datetime) -> Row:
    return {
        "name": name,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "data": json.dumps(data),
        "piece_id": piece["id"],
        "account_id": None,
        "actor_id": None,
        "action": "seed",
        "occurred_at": at,
    }
