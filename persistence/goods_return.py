"""Returns in PostgreSQL, which lets no goods come back twice and no refund differ from what they were worth."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from domain.goods_return import (
    FRUITLESS,
    OPEN,
    PHOTOS_MAX,
    Disposition,
    GoodsReturn,
    GoodsReturnFilter,
    GoodsReturnState,
    ReturnReason,
)
from domain.money import Currency
from domain.order import OrderLineId
from domain.page import Page, PageRequest
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import attach, document, key, minor, moment, one_of, text

UNDER_WAY = one_of("state", OPEN)


class GoodsReturnRow(SQLModel, table=True):
    """An order line, and a piece, is on its way back once at a time."""

    __tablename__ = "goods_return"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("refund_id"),
        CheckConstraint(one_of("state", GoodsReturnState), name="state"),
        CheckConstraint(one_of("reason", ReturnReason), name="reason"),
        CheckConstraint(one_of("disposition", Disposition), name="disposition"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("quantity > 0 AND (piece_id IS NULL OR quantity = 1)", name="quantity"),
        CheckConstraint("worth_minor > 0 AND refunded_minor > 0 AND deducted_minor >= 0", name="amounts"),
        CheckConstraint(
            "num_nonnulls(refunded_minor, deducted_minor, refund_id, disposition)"
            " = CASE WHEN state = 'REFUNDED' THEN 4 ELSE 0 END",
            name="refunded",
        ),
        CheckConstraint("refunded_minor - duties_minor + deducted_minor = worth_minor", name="sum"),
        CheckConstraint("duties_minor BETWEEN 0 AND coalesce(refunded_minor, 0)", name="duties"),
        CheckConstraint(f"jsonb_array_length(photos) <= {PHOTOS_MAX}", name="photos"),
        CheckConstraint("char_length(note) <= 1000 AND char_length(decision) <= 1000", name="texts"),
        CheckConstraint("state NOT IN ('APPROVED', 'EXPIRED') OR send_by IS NOT NULL", name="send_by"),
        CheckConstraint("state <> 'IN_TRANSIT' OR parcel IS NOT NULL", name="parcel"),
        CheckConstraint(
            "(state IN ('RECEIVED', 'INSPECTED', 'REFUNDED', 'DENIED')) = (receipt IS NOT NULL)", name="receipt"
        ),
        CheckConstraint("(state IN ('INSPECTED', 'REFUNDED', 'DENIED')) = (inspection IS NOT NULL)", name="inspection"),
        CheckConstraint("sent_back IS NULL OR state = 'DENIED'", name="sent_back"),
        CheckConstraint(f"({UNDER_WAY}) = (closed_at IS NULL)", name="closed"),
        Index("uq_goods_return_line_open", "order_line_id", unique=True, postgresql_where=sql(UNDER_WAY)),
        Index(
            "uq_goods_return_piece_open",
            "piece_id",
            unique=True,
            postgresql_where=sql(f"piece_id IS NOT NULL AND {UNDER_WAY}"),
        ),
        Index("ix_goods_return_line", "order_line_id", "id"),
        Index("ix_goods_return_buyer", "buyer", "id"),
        Index("ix_goods_return_state", "state", "id"),
        Index("ix_goods_return_order", "order_id", "id"),
    )
    id: UUID = key(primary=True)
    code: str = text()
    order_id: UUID = key("sales_order.id")
    order_line_id: UUID = key("order_line.id")
    piece_id: UUID | None = key("piece.id", nullable=True)
    buyer: UUID = key("account.id")
    quantity: int
    state: str = text()
    reason: str = text()
    note: str = text()
    photos: list[str] = document()
    late: bool
    currency: str = text()
    worth_minor: int = minor()
    requested_by: UUID = key("account.id")
    requested_at: datetime = moment()
    decided_by: UUID | None = key("account.id", nullable=True)
    decided_at: datetime | None = moment(nullable=True)
    decision: str = text()
    send_by: datetime | None = moment(nullable=True)
    parcel: Any = document(nullable=True)
    receipt: Any = document(nullable=True)
    inspection: Any = document(nullable=True)
    disposition: str | None = text(nullable=True)
    deducted_minor: int | None = minor(nullable=True)
    refunded_minor: int | None = minor(nullable=True)
    refund_id: UUID | None = key("order_refund.id", nullable=True)
    opened: list[Any] = document()
    sent_back: Any = document(nullable=True)
    closed_at: datetime | None = moment(nullable=True)
    duties_minor: int = minor()
    version: int


attach(
    f"""
CREATE FUNCTION goods_return_fits() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM order_line l WHERE l.id = NEW.order_line_id AND l.order_id = NEW.order_id
        AND l.piece_id IS NOT DISTINCT FROM NEW.piece_id AND l.quantity >= (SELECT sum(r.quantity) FROM goods_return r
            WHERE r.order_line_id = l.id AND r.{one_of("state", FRUITLESS).replace(" IN ", " NOT IN ")})) THEN
        RAISE EXCEPTION 'more is returned of an order line than was bought' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER goods_return_fits AFTER INSERT ON goods_return
FOR EACH ROW EXECUTE FUNCTION goods_return_fits()
""",
)


class SqlGoodsReturns(SqlCollection[GoodsReturn]):
    noun = GoodsReturn
    row = GoodsReturnRow
    kind = "GoodsReturn"

    async def of_line(self, line_id: OrderLineId) -> Sequence[GoodsReturn]:
        return await self.find_where(self.table.c.order_line_id == line_id)


class SqlGoodsReturnReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[GoodsReturn | None]:
        return await SqlGoodsReturns.read(self.pool, ids)

    async def of_lines(self, line_ids: Sequence[UUID]) -> Sequence[Sequence[GoodsReturn]]:
        query = "SELECT * FROM goods_return WHERE order_line_id = ANY($1::uuid[]) ORDER BY order_line_id, id"
        found: dict[UUID, list[GoodsReturn]] = {line_id: [] for line_id in line_ids}
        for row in await self.pool.fetch(query, list(line_ids)):
            goods_return = SqlGoodsReturns.mapping.to_noun(row)
            found[goods_return.order_line_id].append(goods_return)
        return [found[line_id] for line_id in line_ids]

    async def page(self, wanted: GoodsReturnFilter, page: PageRequest) -> Page[GoodsReturn]:
        return await self._page(wanted, page, descending=True)

    async def queue(self, wanted: GoodsReturnFilter, page: PageRequest) -> Page[GoodsReturn]:
        return await self._page(wanted, page, descending=False)

    async def _page(self, wanted: GoodsReturnFilter, page: PageRequest, *, descending: bool) -> Page[GoodsReturn]:
        where: list[str] = []
        values: list[object] = []
        for column, value in (("buyer", wanted.buyer), ("order_id", wanted.order_id), ("code", wanted.code)):
            if value is not None:
                where.append(f"{column} = {{}}")
                values.append(value)
        if wanted.states:
            where.append("state = ANY({}::text[])")
            values.append([str(state) for state in wanted.states])
        return await fetch_page(
            self.pool,
            "SELECT * FROM goods_return",
            where=where,
            values=values,
            sort=Sort(columns=(("id", "uuid"),), descending=descending),
            page=page,
            item=SqlGoodsReturns.mapping.to_noun,
            key=lambda goods_return: (goods_return.id,),
        )
