"""Orders in PostgreSQL: the order, its lines and its tenders, which the database checks to add up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, insert, select, update
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from domain.listing import ListingKind
from domain.money import Currency, Money
from domain.order import (
    LineState,
    Order,
    OrderFilter,
    OrderLine,
    OrderRefund,
    OrderState,
    Tender,
    TenderKind,
)
from domain.page import Page, PageRequest
from domain.piece import PieceId
from domain.policy import TaxBasis
from persistence import mapping
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.piece import OWNERS, party
from persistence.table import attach, document, key, minor, moment, one_of, text


class OrderRow(SQLModel, table=True):
    __tablename__ = "sales_order"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(one_of("state", OrderState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("subtotal_minor > 0 AND shipping_minor >= 0", name="amounts"),
        CheckConstraint("total_minor = subtotal_minor + shipping_minor", name="total"),
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
    version: int


SOLD_ONCE = "piece_id IS NOT NULL AND state NOT IN ('CANCELLED', 'RETURNED')"


class OrderLineRow(SQLModel, table=True):
    """A listing of one piece stands in one order at most, unless that was cancelled or the piece came back."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        Index("uq_order_line_one_of_one", "listing_id", unique=True, postgresql_where=sql(SOLD_ONCE)),
        CheckConstraint(one_of("listing_kind", ListingKind), name="listing_kind"),
        CheckConstraint(one_of("tax_basis", TaxBasis), name="tax_basis"),
        CheckConstraint(one_of("state", LineState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("quantity > 0 AND (piece_id IS NULL OR quantity = 1)", name="quantity"),
        CheckConstraint("unit_price_minor > 0 AND price_minor = unit_price_minor * quantity", name="price"),
        CheckConstraint("tax_rate_bps BETWEEN 0 AND 10000 AND tax_minor BETWEEN 0 AND price_minor", name="tax"),
        CheckConstraint("(tax_basis = 'COMMISSION') = (seller_kind = 'ACCOUNT')", name="seller_of_record"),
        CheckConstraint("tax_basis <> 'MARGIN' OR cost_minor IS NOT NULL", name="margin"),
        CheckConstraint("cost_minor >= 0", name="cost"),
        CheckConstraint("refunded_minor BETWEEN 0 AND price_minor", name="refunded"),
        CheckConstraint("(piece_id IS NULL) = (claim_token IS NULL)", name="claim"),
        CheckConstraint("return_days >= 0", name="return_days"),
        CheckConstraint("(delivered_at IS NOT NULL) = (state IN ('DELIVERED', 'RETURNED'))", name="delivered"),
        *party("seller"),
        CheckConstraint(one_of("seller_kind", OWNERS), name="seller_may_sell"),
        Index("ix_order_line_piece", "piece_id", postgresql_where=sql("piece_id IS NOT NULL")),
        Index("ix_order_line_consignment", "consignment_id", postgresql_where=sql("consignment_id IS NOT NULL")),
        Index("ix_order_line_listing", "listing_id"),
    )
    id: UUID = key(primary=True)
    order_id: UUID = key("sales_order.id")
    position: int
    listing_id: UUID = key("listing.id")
    listing_kind: str = text()
    product_id: UUID = key("product.id")
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
    version: int


class OrderTenderRow(SQLModel, table=True):
    __tablename__ = "order_tender"
    __table_args__ = (
        CheckConstraint(one_of("kind", TenderKind), name="kind"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunded"),
        CheckConstraint("kind = 'CREDIT' OR slices = '[]'", name="slices"),
        CheckConstraint("kind <> 'EXTERNAL' OR hold_id IS NULL", name="hold"),
    )
    order_id: UUID = key("sales_order.id", primary=True)
    kind: str = text(primary=True)
    currency: str = text()
    amount_minor: int = minor()
    refunded_minor: int = minor()
    slices: list[Any] = document()
    hold_id: UUID | None = key("wallet_hold.id", nullable=True)


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
        CASE WHEN o.total_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM order_tender WHERE order_id = o.id)
            THEN 'the tenders' END,
        CASE WHEN o.subtotal_minor <> (SELECT coalesce(sum(price_minor), 0) FROM order_line WHERE order_id = o.id)
            THEN 'the lines' END,
        CASE WHEN o.shipping_refunded_minor
            + (SELECT coalesce(sum(refunded_minor), 0) FROM order_line WHERE order_id = o.id)
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

APART = frozenset({"lines", "tenders"})


class OrderMapping(mapping.Mapping[Order]):
    """Lines and tenders have tables of their own."""

    def _field(self, name: str, hint: Any) -> tuple[mapping.Read, mapping.Write]:
        if name in APART:
            return (lambda _row: ()), (lambda _entity, _row: None)
        return super()._field(name, hint)


LINES = mapping.Mapping(OrderLine, OrderLineRow.__table__)  # type: ignore[attr-defined]
TENDERS = mapping.Mapping(Tender, OrderTenderRow.__table__)  # type: ignore[attr-defined]
REFUNDS = mapping.Mapping(OrderRefund, OrderRefundRow.__table__)  # type: ignore[attr-defined]

TENDER_ORDER = list(TenderKind)


class SqlOrders(SqlCollection[Order]):
    noun = Order
    row = OrderRow
    kind = "Order"
    mapping = OrderMapping(Order, OrderRow.__table__)  # type: ignore[attr-defined]

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self.kept: dict[tuple[object, ...], dict[str, Any]] = {}

    async def lock_where(self, *where: Any) -> list[Order]:
        """Whoever locks an order has its lines and tenders too."""
        orders = await super().lock_where(*where)
        await self._complete(orders)
        return orders

    async def add(self, entity: Order) -> None:
        await super().add(entity)
        lines = [LINES.to_row(line) for line in entity.lines]
        tenders = [{**TENDERS.to_row(tender), "order_id": entity.id} for tender in entity.tenders]
        await self.connection.execute(insert(LINES.table), lines)
        await self.connection.execute(insert(TENDERS.table), tenders)
        self._keep(entity.id, lines, tenders)

    async def save(self, entity: Order) -> None:
        """Lines and tenders are written only where something has changed; before the order, whose trigger sums them."""
        for line in entity.lines:
            await self._save_part(LINES.table, ("id",), LINES.to_row(line), "line", line.id)
        for tender in entity.tenders:
            row = {**TENDERS.to_row(tender), "order_id": entity.id}
            await self._save_part(TENDERS.table, ("order_id", "kind"), row, "tender", entity.id, str(tender.kind))
        await super().save(entity)

    async def add_refund(self, refund: OrderRefund) -> None:
        await self.connection.execute(insert(REFUNDS.table), REFUNDS.to_row(refund))

    async def _save_part(self, table: Any, keys: Sequence[str], row: dict[str, Any], *place: object) -> None:
        if self.kept.get(place) == row:
            return
        query = update(table).where(*(table.c[name] == row[name] for name in keys))
        changed = await self.connection.execute(
            query.values({name: value for name, value in row.items() if name not in keys})
        )
        assert changed.rowcount == 1, f"part {place} of an order was saved before it was added"
        self.kept[place] = row

    async def _complete(self, orders: Sequence[Order]) -> None:
        ids = [order.id for order in orders]
        if not ids:
            return
        lines = select(LINES.table).where(LINES.table.c.order_id.in_(ids))
        tenders = select(TENDERS.table).where(TENDERS.table.c.order_id.in_(ids))
        assemble(
            orders,
            (await self.connection.execute(lines)).mappings().all(),
            (await self.connection.execute(tenders)).mappings().all(),
        )
        for order in orders:
            self._keep(
                order.id,
                [LINES.to_row(line) for line in order.lines],
                [{**TENDERS.to_row(tender), "order_id": order.id} for tender in order.tenders],
            )

    def _keep(self, order_id: UUID, lines: Iterable[dict[str, Any]], tenders: Iterable[dict[str, Any]]) -> None:
        self.kept.update({("line", row["id"]): row for row in lines})
        self.kept.update({("tender", order_id, row["kind"]): row for row in tenders})


def assemble(orders: Sequence[Order], lines: Iterable[Any], tenders: Iterable[Any]) -> None:
    """Give each order its lines by position, and its tenders in their order."""
    by_id: dict[UUID, Order] = {order.id: order for order in orders}
    for row in sorted(lines, key=lambda row: row["position"]):
        line = LINES.to_noun(row)
        by_id[line.order_id].lines += (line,)
    for row in sorted(tenders, key=lambda row: TENDER_ORDER.index(row["kind"])):
        by_id[UUID(int=row["order_id"].int)].tenders += (TENDERS.to_noun(row),)


COSTS = """
SELECT DISTINCT ON (piece_id) piece_id, gross_minor, currency FROM settlement
WHERE piece_id = ANY({}) AND cause <> 'SALE' AND state <> 'CANCELLED' ORDER BY piece_id, id DESC
"""


def costs(rows: Iterable[Any]) -> dict[PieceId, Money]:
    return {
        PieceId(UUID(int=row["piece_id"].int)): Money(row["gross_minor"], Currency(row["currency"])) for row in rows
    }


class SqlCosts:
    """What the house paid for a piece stands in the settlement by which it bought it; the last one counts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def of_pieces(self, piece_ids: Collection[PieceId]) -> Mapping[PieceId, Money]:
        if not piece_ids:
            return {}
        query = sql(COSTS.format("CAST(:pieces AS uuid[])"))
        return costs((await self.connection.execute(query, {"pieces": list(piece_ids)})).mappings())


class SqlOrderReader:
    """A page or a batch of orders is three statements, however many orders there are."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Order | None]:
        found = await SqlOrders.read(self.pool, ids)
        await self._complete([order for order in found if order is not None])
        return found

    async def of_lines(self, line_ids: Sequence[UUID]) -> Sequence[Order | None]:
        query = "SELECT id, order_id FROM order_line WHERE id = ANY($1::uuid[])"
        order_ids = {row["id"]: row["order_id"] for row in await self.pool.fetch(query, list(line_ids))}
        orders = await self.by_ids(list(order_ids.values()))
        by_line = dict(zip(order_ids, orders, strict=True))
        return [by_line.get(line_id) for line_id in line_ids]

    async def page(self, wanted: OrderFilter, page: PageRequest) -> Page[Order]:
        return await self._page(wanted, page, descending=True)

    async def queue(self, wanted: OrderFilter, page: PageRequest) -> Page[Order]:
        return await self._page(wanted, page, descending=False)

    async def refunds(self, order_ids: Sequence[UUID]) -> Sequence[Sequence[OrderRefund]]:
        query = "SELECT * FROM order_refund WHERE order_id = ANY($1::uuid[]) ORDER BY order_id, id"
        found: dict[UUID, list[OrderRefund]] = {order_id: [] for order_id in order_ids}
        for row in await self.pool.fetch(query, list(order_ids)):
            refund = REFUNDS.to_noun(row)
            found[refund.order_id].append(refund)
        return [found[order_id] for order_id in order_ids]

    async def costs(self, piece_ids: Sequence[UUID]) -> Mapping[PieceId, Money]:
        return costs(await self.pool.fetch(COSTS.format("$1::uuid[]"), list(piece_ids)))

    async def _page(self, wanted: OrderFilter, page: PageRequest, *, descending: bool) -> Page[Order]:
        where: list[str] = []
        values: list[object] = []
        if wanted.buyer is not None:
            where.append("buyer = {}")
            values.append(wanted.buyer)
        if wanted.states:
            where.append("state = ANY({}::text[])")
            values.append([str(state) for state in wanted.states])
        if wanted.code is not None:
            where.append("code = {}")
            values.append(wanted.code)
        found = await fetch_page(
            self.pool,
            "SELECT * FROM sales_order",
            where=where,
            values=values,
            sort=Sort(columns=(("id", "uuid"),), descending=descending),
            page=page,
            item=SqlOrders.mapping.to_noun,
            key=lambda order: (order.id,),
        )
        await self._complete(found.items)
        return found

    async def _complete(self, orders: Sequence[Order]) -> None:
        ids = [order.id for order in orders]
        if ids:
            assemble(
                orders,
                await self.pool.fetch("SELECT * FROM order_line WHERE order_id = ANY($1::uuid[])", ids),
                await self.pool.fetch("SELECT * FROM order_tender WHERE order_id = ANY($1::uuid[])", ids),
            )
