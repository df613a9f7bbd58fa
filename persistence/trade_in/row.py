"""The table of trade-ins, which lets one piece, and one purchase, be part of one of them at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.money import Currency
from domain.order import PledgeMode
from domain.piece import Grade
from domain.trade_in import OPEN, PENDING, TAKEN, TradeInAnswer, TradeInState
from persistence.table import attach, document, followed, key, minor, moment, one_of, text

BOUND = (*PENDING, *TAKEN, TradeInState.RETURNING, TradeInState.RETURNED)
"""What belongs to a purchase."""
HERE = (TradeInState.RECEIVED, TradeInState.REQUOTED, *TAKEN)
COUNTED = (*PENDING, *TAKEN)
"""What a plan of acquisitions counts: what a purchase waits for, and what was bought."""
CLOSED = (TradeInState.DISPOSED, TradeInState.RETURNED, TradeInState.WITHDRAWN, TradeInState.EXPIRED)


class TradeInRow(SQLModel, table=True):
    __tablename__ = "trade_in"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(one_of("state", TradeInState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(one_of("grade", Grade), name="grade"),
        CheckConstraint(one_of("mode", PledgeMode), name="mode"),
        CheckConstraint(one_of("answer", TradeInAnswer), name="answer"),
        CheckConstraint("value_minor > 0 AND value_minor <= new_price_minor", name="value"),
        CheckConstraint("low_minor >= 0 AND subsidy_minor >= 0", name="amounts"),
        CheckConstraint("(campaign_id IS NULL) = (subsidy_minor = 0)", name="subsidy"),
        CheckConstraint("(piece_id IS NULL) = (claim_token IS NULL)", name="claim"),
        CheckConstraint("num_nonnulls(order_id, mode, bound_at) IN (0, 3)", name="bound"),
        CheckConstraint(f"NOT ({one_of('state', BOUND)}) OR order_id IS NOT NULL", name="purchase"),
        CheckConstraint("state <> 'OFFERED' OR order_id IS NULL", name="offered"),
        CheckConstraint(
            f"NOT ({one_of('state', HERE)}) OR (receipt IS NOT NULL AND piece_id IS NOT NULL)", name="received"
        ),
        CheckConstraint("state NOT IN ('REQUOTED', 'SETTLED', 'DISPOSED') OR inspection IS NOT NULL", name="inspected"),
        CheckConstraint("(requote_minor IS NOT NULL) = (state = 'REQUOTED')", name="requote"),
        CheckConstraint("requote_minor BETWEEN 1 AND value_minor - 1", name="lower"),
        CheckConstraint("state <> 'REQUOTED' OR answer_by IS NOT NULL", name="answer_by"),
        CheckConstraint(f"NOT ({one_of('state', TAKEN)}) OR settled_at IS NOT NULL", name="settled"),
        CheckConstraint(f"({one_of('state', CLOSED)}) = (closed_at IS NOT NULL)", name="closed"),
        Index("uq_trade_in_order", "order_id", unique=True, postgresql_where=sql("order_id IS NOT NULL")),
        Index(
            "uq_trade_in_piece",
            "piece_id",
            unique=True,
            postgresql_where=sql(f"piece_id IS NOT NULL AND {one_of('state', OPEN)}"),
        ),
        Index("ix_trade_in_owner", "owner", "id"),
        Index("ix_trade_in_state", "state", "id"),
        Index("ix_trade_in_piece", "piece_id", "id", postgresql_where=sql("piece_id IS NOT NULL")),
    )
    id: UUID = key(primary=True)
    code: str = text()
    owner: UUID = key("account.id")
    state: str = text()
    currency: str = text()
    product_id: UUID = key("product.id")
    category_id: UUID = key("category.id")
    piece_id: UUID | None = key("piece.id", nullable=True)
    claim_token: int | None = minor(nullable=True)
    grade: str = text()
    answers: list[Any] = document()
    standard_id: UUID = key("grading_standard.id")
    standard_version: int
    terms: Any = document()
    policy_version: int
    new_price_minor: int = minor()
    facts: Any = document()
    factors: list[Any] = document()
    plan_id: UUID | None = key("acquisition_plan.id", nullable=True)
    low_minor: int = minor()
    value_minor: int = minor()
    campaign_id: UUID | None = key("campaign.id", nullable=True)
    subsidy_minor: int = minor()
    offered_at: datetime = moment()
    expires_at: datetime = moment()
    override_reason: str | None = text(nullable=True)
    mode: str | None = text(nullable=True)
    order_id: UUID | None = key("sales_order.id", nullable=True)
    bound_at: datetime | None = moment(nullable=True)
    hand_over_by: datetime | None = moment(nullable=True)
    pick_up: Any = document(nullable=True)
    receipt: Any = document(nullable=True)
    inspection: Any = document(nullable=True)
    requote_minor: int | None = minor(nullable=True)
    answer_by: datetime | None = moment(nullable=True)
    answer: str | None = text(nullable=True)
    settled_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)
    version: int


attach(
    f"""
CREATE FUNCTION trade_in_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.plan_id IS NOT NULL AND {one_of("OLD.state", COUNTED)} THEN
        UPDATE acquisition_plan SET taken = taken - 1 WHERE id = OLD.plan_id;
    END IF;
    IF NEW.plan_id IS NOT NULL AND {one_of("NEW.state", COUNTED)} THEN
        UPDATE acquisition_plan SET taken = taken + 1 WHERE id = NEW.plan_id;
    END IF;
    RETURN NULL;
END $$
""",
    # At the end of the transaction, so that those who trade in wait for each other no longer than a commit takes, and
    # nothing else is locked while they do.
    f"""
CREATE CONSTRAINT TRIGGER trade_in_counts AFTER UPDATE ON trade_in DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (
    (OLD.plan_id, {one_of("OLD.state", COUNTED)}) IS DISTINCT FROM (NEW.plan_id, {one_of("NEW.state", COUNTED)}))
EXECUTE FUNCTION trade_in_counts()
""",
    f"""
CREATE CONSTRAINT TRIGGER trade_in_begins AFTER INSERT ON trade_in DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.plan_id IS NOT NULL AND {one_of("NEW.state", COUNTED)})
EXECUTE FUNCTION trade_in_counts()
""",
)

followed("trade_in", "acquisition_plan")
