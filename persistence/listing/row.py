"""Listings in PostgreSQL.

What a shelf is sorted and filtered by (brand, categories, collection, grade) is kept beside the offer by triggers, so
that every page is the next few entries of one index, however many pieces there are.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, cast
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from domain.attribute import AttributeValue
from domain.catalogue import ProductId
from domain.listing import Listing, ListingKind, ListingState
from domain.money import Currency
from domain.piece import PieceId
from domain.price import ReferenceSource
from persistence.catalogue import SLUG_FORM
from persistence.collection import SqlCollection
from persistence.piece import OWNERS, party
from persistence.table import attach, document, followed, key, minor, moment, one_of, text

OFFERED = (str(ListingState.LISTED), str(ListingState.RESERVED))
PIECE_IS_OFFERED = one_of("state", OFFERED)
VARIANT_IS_OFFERED = "kind = 'NEW' AND state <> 'WITHDRAWN'"
"""A variant that is sold out keeps its listing: it is stocked again, not offered twice."""


def shelf(name: str, *columns: str, present: bool = False) -> tuple[Index, Index]:
    """The indexes for a shelf of these columns, newest first and by price."""
    where = sql(f"{columns[0]} IS NOT NULL") if present else None
    return (
        Index(f"ix_listing_{name}_newest", "state", *columns, "published_at", "id", postgresql_where=where),
        Index(
            f"ix_listing_{name}_price", "state", *columns, "price_currency", "price_minor", "id", postgresql_where=where
        ),
    )


class ListingRow(SQLModel, table=True):
    """The columns from `brand_id` to `grade` are kept by triggers."""

    __tablename__ = "listing"
    __table_args__ = (
        CheckConstraint(SLUG_FORM, name="slug"),
        CheckConstraint(one_of("kind", ListingKind), name="kind"),
        CheckConstraint(one_of("state", ListingState), name="state"),
        CheckConstraint(one_of("price_currency", Currency), name="price_currency"),
        CheckConstraint("price_minor > 0", name="price"),
        CheckConstraint(one_of("reference_source", ReferenceSource), name="reference_source"),
        CheckConstraint(one_of("reference_price_currency", Currency), name="reference_price_currency"),
        CheckConstraint("reference_price_minor > 0", name="reference_price"),
        CheckConstraint(
            "num_nonnulls(reference_price_minor, reference_price_currency, reference_source, reference_as_of)"
            " IN (0, 4)",
            name="reference_documented",
        ),
        CheckConstraint("quantity >= 0 AND reserved BETWEEN 0 AND quantity", name="quantity"),
        CheckConstraint("piece_id IS NULL OR quantity <= 1", name="one_of_one"),
        CheckConstraint("(piece_id IS NULL) = (kind = 'NEW')", name="piece"),
        CheckConstraint("(consignment_id IS NOT NULL) = (kind = 'CONSIGNED')", name="consignment"),
        CheckConstraint(
            "state = 'WITHDRAWN' OR state = CASE WHEN quantity = 0 THEN 'SOLD' WHEN quantity > reserved THEN 'LISTED'"
            " ELSE 'RESERVED' END",
            name="state_follows",
        ),
        *party("seller"),
        CheckConstraint(one_of("seller_kind", OWNERS), name="seller_may_sell"),
        Index("uq_listing_open_piece", "piece_id", unique=True, postgresql_where=sql(PIECE_IS_OFFERED)),
        Index(
            "uq_listing_open_variant",
            "product_id",
            "price_currency",
            "options",
            unique=True,
            postgresql_where=sql(VARIANT_IS_OFFERED),
        ),
        Index("ix_listing_piece", "piece_id", "published_at", "id", postgresql_where=sql("piece_id IS NOT NULL")),
        Index("ix_listing_consignment", "consignment_id", postgresql_where=sql("consignment_id IS NOT NULL")),
        Index("ix_listing_product", "product_id", "state", "published_at", "id"),
        Index("ix_listing_seller", "seller_id", "published_at", "id", postgresql_where=sql("seller_id IS NOT NULL")),
        Index("ix_listing_newest", "state", "published_at", "id"),
        Index("ix_listing_price", "state", "price_currency", "price_minor", "id"),
        *shelf("brand", "brand_id"),
        *shelf("category_1", "category_1_id"),
        *shelf("category_2", "category_2_id", present=True),
        *shelf("category_3", "category_3_id", present=True),
        Index(
            "ix_listing_collection_newest",
            "state",
            "collection_id",
            "published_at",
            "id",
            postgresql_where=sql("collection_id IS NOT NULL"),
        ),
    )
    id: UUID = key(primary=True)
    kind: str = text()
    slug: str = text(unique=True)
    product_id: UUID = key("product.id")
    piece_id: UUID | None = key("piece.id", nullable=True)
    consignment_id: UUID | None = key(nullable=True)
    options: list[Any] = document()
    price_minor: int = minor()
    price_currency: str = text()
    reference_price_minor: int | None = minor(nullable=True)
    reference_price_currency: str | None = text(nullable=True)
    reference_source: str | None = text(nullable=True)
    reference_as_of: date | None = Field(default=None, sa_type=Date, nullable=True)
    quantity: int
    reserved: int
    seller_kind: str = text()
    seller_id: UUID | None = key(nullable=True)
    state: str = text()
    published_at: datetime = moment()
    version: int
    brand_id: UUID = key()
    category_1_id: UUID = key()
    category_2_id: UUID | None = key(nullable=True)
    category_3_id: UUID | None = key(nullable=True)
    collection_id: UUID | None = key(nullable=True)
    grade: str | None = text(nullable=True)


attach(
    """
CREATE FUNCTION listing_shelve() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    SELECT p.brand_id, p.collection_id, (c.path ->> 0)::uuid, (c.path ->> 1)::uuid, (c.path ->> 2)::uuid
    INTO NEW.brand_id, NEW.collection_id, NEW.category_1_id, NEW.category_2_id, NEW.category_3_id
    FROM product p JOIN category c ON c.id = p.category_id WHERE p.id = NEW.product_id;
    SELECT grade INTO NEW.grade FROM piece WHERE id = NEW.piece_id;
    RETURN NEW;
END $$
""",
    """
CREATE TRIGGER listing_shelve BEFORE INSERT ON listing
FOR EACH ROW WHEN (NEW.brand_id IS NULL) EXECUTE FUNCTION listing_shelve()
""",
    """
CREATE FUNCTION listing_follow_product() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE listing l SET brand_id = NEW.brand_id, collection_id = NEW.collection_id,
        category_1_id = (c.path ->> 0)::uuid, category_2_id = (c.path ->> 1)::uuid, category_3_id = (c.path ->> 2)::uuid
    FROM category c WHERE c.id = NEW.category_id AND l.product_id = NEW.id;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER listing_follow_product AFTER UPDATE ON product FOR EACH ROW
WHEN ((OLD.brand_id, OLD.category_id, OLD.collection_id) IS DISTINCT FROM
      (NEW.brand_id, NEW.category_id, NEW.collection_id))
EXECUTE FUNCTION listing_follow_product()
""",
    """
CREATE FUNCTION listing_follow_piece() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE listing SET grade = NEW.grade WHERE piece_id = NEW.id;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER listing_follow_piece AFTER UPDATE ON piece FOR EACH ROW
WHEN (OLD.grade IS DISTINCT FROM NEW.grade) EXECUTE FUNCTION listing_follow_piece()
""",
)
followed("product", "listing")
followed("piece", "listing")


class SqlListings(SqlCollection[Listing]):
    noun = Listing
    row = ListingRow
    kind = "Listing"

    async def lock_open(
        self, product_id: ProductId, piece_id: PieceId | None, options: Sequence[AttributeValue], currency: Currency
    ) -> Listing | None:
        """The offer that stands of the piece, or of this variant in this currency."""
        table = self.table.c
        if piece_id is not None:
            found = await self.lock_where(table.piece_id == piece_id, table.state.in_(OFFERED))
        else:
            wanted = [{"code": option.code, "value": option.value} for option in options]
            found = await self.lock_where(
                table.product_id == product_id,
                table.kind == str(ListingKind.NEW),
                table.price_currency == str(currency),
                table.options == cast(wanted, JSONB),
                table.state != str(ListingState.WITHDRAWN),
            )
        return found[0] if found else None
