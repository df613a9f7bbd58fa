"""The tables of orders, which check that they add up."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.booking import BookingPart
from domain.gift_card import CARDS_MAX
from domain.listing import ListingKind
from domain.money import BASIS_POINTS, Currency
from domain.order import (
    LineKind,
    LineState,
    OrderState,
    TenderKind,
)
from domain.piece import PartyKind
from domain.policy import TaxBasis
from persistence.piece import OWNERS, party
from persistence.table import attach, document, key, minor, moment, one_of, text


class OrderRow(SQLModel, table=True):
    __tablename__ = "sales_order"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(one_of("state", OrderState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("subtotal_minor > 0 AND shipping_minor >= 0 AND duties_minor >= 0", name="amounts"),
        CheckConstraint("total_minor = subtotal_minor + shipping_minor + duties_minor", name="total"),
        CheckConstraint("shipping_refunded_minor BETWEEN 0 AND shipping_minor", name="shipping_refunded"),
        CheckConstraint(
            "state <> 'PENDING_PAYMENT' OR (payment_intent_id IS NOT NULL AND expires_at IS NOT NULL)", name="pending"
        ),
        CheckConstraint("paid_at IS NOT NULL OR state IN ('PENDING_PAYMENT', 'CANCELLED', 'EXPIRED')", name="paid"),
        CheckConstraint("(ended_at IS NOT NULL) = (state IN ('CANCELLED', 'EXPIRED'))", name="ended"),
        CheckConstraint("(completed_at IS NOT NULL) = (state = 'COMPLETED')", name="completed"),
        Index("ix_sales_order_buyer", "buyer", "id"),
        Index("ix_sales_order_state", "state", "id"),
        Index("ix_sales_order_intent", "payment_intent_id", postgresql_where=sql("payment_intent_id IS NOT NULL")),
    )
    id: UUID = key(primary=True)
    code: str = text()
    buyer: UUID = key("account.id")
    state: str = text()
    currency: str = text()
    delivery: Any = document()
    subtotal_minor: int = minor()
    shipping_minor: int = minor()
    total_minor: int = minor()
    shipping_refunded_minor: int = minor()
    payment_intent_id: UUID | None = key("payment_intent.id", nullable=True)
    placed_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    paid_at: datetime | None = moment(nullable=True)
    delivered_at: datetime | None = moment(nullable=True)
    completed_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    end_reason: str | None = text(nullable=True)
    channel_code: str | None = text(nullable=True)
    trade_in_id: UUID | None = key(nullable=True)
    duties_minor: int = minor()
    version: int


SELLERS = (*OWNERS, PartyKind.SUPPLIER)
BOOKED_ONCE = "booking_id IS NOT NULL AND state <> 'CANCELLED'"
SOLD_ONCE = "piece_id IS NOT NULL AND state NOT IN ('CANCELLED', 'RETURNED')"


TAXED = """CASE tax_basis WHEN 'COMMISSION' THEN 0
    WHEN 'FULL_PRICE' THEN price_minor - own_discount_minor
    ELSE greatest(price_minor - own_discount_minor - cost_minor, 0) END"""
"""What a line is taxed on: what it is sold for once the house has taken off its own part, or what is left of that."""


class OrderLineRow(SQLModel, table=True):
    """A listing of one piece stands in one order at most, unless that was cancelled or the piece came back.

    So does each installment of a booking.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        Index("uq_order_line_one_of_one", "listing_id", unique=True, postgresql_where=sql(SOLD_ONCE)),
        Index("uq_order_line_booking", "booking_id", "booking_part", unique=True, postgresql_where=sql(BOOKED_ONCE)),
        CheckConstraint(one_of("kind", LineKind), name="kind"),
        CheckConstraint(one_of("booking_part", BookingPart), name="booking_part"),
        CheckConstraint(
            "CASE kind WHEN 'DEPARTURE' THEN listing_id IS NULL AND product_id IS NULL AND booking_id IS NOT NULL"
            " AND booking_part IS NOT NULL AND supplier_id IS NOT NULL AND cost_minor IS NOT NULL"
            " ELSE listing_id IS NOT NULL AND product_id IS NOT NULL AND listing_kind IS NOT NULL"
            " AND booking_id IS NULL END",
            name="subject",
        ),
        CheckConstraint("(kind = 'PIECE') = (piece_id IS NOT NULL)", name="piece"),
        CheckConstraint(one_of("listing_kind", ListingKind), name="listing_kind"),
        CheckConstraint(one_of("tax_basis", TaxBasis), name="tax_basis"),
        CheckConstraint(one_of("state", LineState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("quantity > 0 AND (piece_id IS NULL OR quantity = 1)", name="quantity"),
        CheckConstraint("unit_price_minor > 0 AND price_minor = unit_price_minor * quantity", name="price"),
        CheckConstraint("tax_rate_bps BETWEEN 0 AND 10000 AND tax_minor BETWEEN 0 AND price_minor", name="tax"),
        CheckConstraint(
            f"abs(tax_minor::numeric * ({BASIS_POINTS} + tax_rate_bps) - tax_rate_bps * {TAXED}) * 2"
            f" <= {BASIS_POINTS} + tax_rate_bps",
            name="taxed",
        ),
        CheckConstraint("own_discount_minor BETWEEN 0 AND discount_minor", name="own_discount"),
        CheckConstraint("(tax_basis = 'COMMISSION') = (seller_kind <> 'HOUSE')", name="seller_of_record"),
        CheckConstraint("tax_basis <> 'MARGIN' OR cost_minor IS NOT NULL", name="margin"),
        CheckConstraint("cost_minor >= 0", name="cost"),
        CheckConstraint("refunded_minor BETWEEN 0 AND price_minor", name="refunded"),
        CheckConstraint("discount_minor BETWEEN 0 AND price_minor", name="discount"),
        CheckConstraint(
            "discount_back_minor BETWEEN 0 AND least(discount_minor, refunded_minor)", name="discount_back"
        ),
        CheckConstraint(
            "refunded_minor - discount_back_minor <= price_minor - discount_minor", name="refunded_to_buyer"
        ),
        CheckConstraint("duty_refunded_minor BETWEEN 0 AND duty_minor", name="duty_refunded"),
        CheckConstraint("kind IN ('GOODS', 'PIECE') OR duty_minor = 0", name="crosses"),
        CheckConstraint("duty_minor = 0 OR (origin <> '' AND tax_minor = 0)", name="abroad"),
        CheckConstraint("(piece_id IS NULL) = (claim_token IS NULL)", name="claim"),
        CheckConstraint("return_days >= 0", name="return_days"),
        CheckConstraint("(delivered_at IS NOT NULL) = (state IN ('DELIVERED', 'RETURNED'))", name="delivered"),
        *party("seller"),
        CheckConstraint(one_of("seller_kind", SELLERS), name="seller_may_sell"),
        Index("ix_order_line_piece", "piece_id", postgresql_where=sql("piece_id IS NOT NULL")),
        Index("ix_order_line_consignment", "consignment_id", postgresql_where=sql("consignment_id IS NOT NULL")),
        Index("ix_order_line_listing", "listing_id"),
        Index("ix_order_line_product", "product_id", "id"),
    )
    id: UUID = key(primary=True)
    order_id: UUID = key("sales_order.id")
    position: int
    listing_id: UUID | None = key("listing.id", nullable=True)
    listing_kind: str | None = text(nullable=True)
    product_id: UUID | None = key("product.id", nullable=True)
    piece_id: UUID | None = key("piece.id", nullable=True)
    consignment_id: UUID | None = key("consignment.id", nullable=True)
    quantity: int
    currency: str = text()
    unit_price_minor: int = minor()
    price_minor: int = minor()
    seller_kind: str = text()
    seller_id: UUID | None = key(nullable=True)
    tax_basis: str = text()
    tax_rate_bps: int
    tax_minor: int = minor()
    cost_minor: int | None = minor(nullable=True)
    claim_token: int | None = minor(nullable=True)
    return_days: int
    state: str = text()
    refunded_minor: int = minor()
    delivered_at: datetime | None = moment(nullable=True)
    released_at: datetime | None = moment(nullable=True)
    blocked_by: list[str] = document()
    kind: str = text()
    booking_id: UUID | None = key("booking.id", nullable=True)
    booking_part: str | None = text(nullable=True)
    bundle_id: UUID | None = key(nullable=True)
    jurisdiction: str = text()
    pins: list[Any] = document()
    shares: list[Any] = document()
    supplier_id: UUID | None = key("supplier.id", nullable=True)
    discount_minor: int = minor()
    discount_back_minor: int = minor()
    own_discount_minor: int = minor()
    origin: str = text()
    duties: list[Any] = document()
    duty_minor: int = minor()
    duty_refunded_minor: int = minor()
    given_back: bool
    imported_at: datetime | None = moment(nullable=True)
    version: int


class OrderTenderRow(SQLModel, table=True):
    __tablename__ = "order_tender"
    __table_args__ = (
        CheckConstraint(one_of("kind", TenderKind), name="kind"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("refunded_minor >= 0 AND replaced_minor >= 0", name="back"),
        CheckConstraint("refunded_minor + replaced_minor <= amount_minor", name="refunded"),
        CheckConstraint("kind <> 'VOUCHER' OR replaced_minor = 0", name="voucher"),
        CheckConstraint("kind = 'CREDIT' OR slices = '[]'", name="slices"),
        CheckConstraint("kind NOT IN ('EXTERNAL', 'GIFT_CARD', 'VOUCHER') OR hold_id IS NULL", name="hold"),
        CheckConstraint("(kind IN ('GIFT_CARD', 'VOUCHER')) = (source_id IS NOT NULL)", name="source"),
        CheckConstraint(f"place = 1 OR (kind = 'GIFT_CARD' AND place BETWEEN 2 AND {CARDS_MAX})", name="place"),
        UniqueConstraint("order_id", "source_id"),
    )
    order_id: UUID = key("sales_order.id", primary=True)
    kind: str = text(primary=True)
    place: int = Field(primary_key=True)
    currency: str = text()
    amount_minor: int = minor()
    refunded_minor: int = minor()
    slices: list[Any] = document()
    hold_id: UUID | None = key("wallet_hold.id", nullable=True)
    replaced_minor: int = minor()
    source_id: UUID | None = key(nullable=True)


class OrderRefundRow(SQLModel, table=True):
    __tablename__ = "order_refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        Index("ix_order_refund_order", "order_id", "id"),
        {"info": {"app": "SELECT, INSERT, UPDATE (reason)"}},
    )
    id: UUID = key(primary=True)
    order_id: UUID = key("sales_order.id")
    currency: str = text()
    amount_minor: int = minor()
    parts: list[Any] = document()
    reason: str = text()
    refunded_at: datetime = moment()


attach(
    """
CREATE FUNCTION sales_order_adds_up() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    off text;
BEGIN
    SELECT concat_ws(', ',
        CASE WHEN o.total_minor <>
            (SELECT coalesce(sum(amount_minor - replaced_minor), 0) FROM order_tender WHERE order_id = o.id)
            THEN 'the tenders' END,
        CASE WHEN o.subtotal_minor <> (SELECT coalesce(sum(price_minor), 0) FROM order_line WHERE order_id = o.id)
            THEN 'the lines' END,
        CASE WHEN EXISTS (
            SELECT FROM (SELECT coalesce(sum(discount_minor), 0) AS off, coalesce(sum(discount_back_minor), 0) AS back
                FROM order_line WHERE order_id = o.id) lines,
                (SELECT coalesce(sum(amount_minor), 0) AS off, coalesce(sum(refunded_minor), 0) AS back
                FROM order_tender WHERE order_id = o.id AND kind = 'VOUCHER') voucher
            WHERE (lines.off, lines.back) <> (voucher.off, voucher.back))
            THEN 'the voucher' END,
        CASE WHEN o.duties_minor <> (SELECT coalesce(sum(duty_minor), 0) FROM order_line WHERE order_id = o.id)
            OR o.duties_minor <> (SELECT coalesce(sum((d #>> '{amount,minor}')::bigint), 0)
                FROM order_line l, jsonb_array_elements(l.duties) d WHERE l.order_id = o.id)
            THEN 'the duties' END,
        CASE WHEN o.shipping_refunded_minor
            + (SELECT coalesce(sum(refunded_minor + duty_refunded_minor), 0) FROM order_line WHERE order_id = o.id)
            <> (SELECT coalesce(sum(refunded_minor), 0) FROM order_tender WHERE order_id = o.id)
            THEN 'what was refunded' END)
    INTO off FROM sales_order o WHERE o.id = NEW.id;
    IF off <> '' THEN
        RAISE EXCEPTION 'order % does not add up: %', NEW.code, off USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE CONSTRAINT TRIGGER sales_order_adds_up AFTER INSERT OR UPDATE ON sales_order DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION sales_order_adds_up()
""",
)
