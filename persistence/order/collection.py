"""Orders with their lines and tenders, locked and saved as one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy import text as sql

from domain.listing import ListingId
from domain.money import Currency, Money
from domain.order import (
    Cost,
    Order,
    OrderLine,
    OrderRefund,
    Provenance,
    Tender,
    TenderKind,
)
from domain.piece import PieceId
from persistence import mapping
from persistence.collection import SqlCollection
from persistence.connection import Connection
from persistence.order.row import OrderLineRow, OrderRefundRow, OrderRow, OrderTenderRow

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

    def __init__(self, connection: Connection) -> None:
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
            place = ("tender", entity.id, str(tender.kind), tender.place)
            if place not in self.kept:
                await self.connection.execute(insert(TENDERS.table), row)
                self._keep(entity.id, (), [row])
            await self._save_part(TENDERS.table, ("order_id", "kind", "place"), row, *place)
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
        assert changed.count == 1, f"part {place} of an order was saved before it was added"
        self.kept[place] = row

    async def _complete(self, orders: Sequence[Order]) -> None:
        ids = [order.id for order in orders]
        if not ids:
            return
        lines = select(LINES.table).where(LINES.table.c.order_id.in_(ids))
        tenders = select(TENDERS.table).where(TENDERS.table.c.order_id.in_(ids))
        assemble(
            orders,
            (await self.connection.execute(lines)),
            (await self.connection.execute(tenders)),
        )
        for order in orders:
            self._keep(
                order.id,
                [LINES.to_row(line) for line in order.lines],
                [{**TENDERS.to_row(tender), "order_id": order.id} for tender in order.tenders],
            )

    def _keep(self, order_id: UUID, lines: Iterable[dict[str, Any]], tenders: Iterable[dict[str, Any]]) -> None:
        self.kept.update({("line", row["id"]): row for row in lines})
        self.kept.update({("tender", order_id, row["kind"], row["place"]): row for row in tenders})


def assemble(orders: Sequence[Order], lines: Iterable[Any], tenders: Iterable[Any]) -> None:
    """Give each order its lines by position, and its tenders in their order."""
    by_id: dict[UUID, Order] = {order.id: order for order in orders}
    for row in sorted(lines, key=lambda row: row["position"]):
        line = LINES.to_noun(row)
        by_id[line.order_id].lines += (line,)
    for row in sorted(tenders, key=lambda row: (TENDER_ORDER.index(row["kind"]), row["place"])):
        by_id[UUID(int=row["order_id"].int)].tenders += (TENDERS.to_noun(row),)


COSTS = """
SELECT DISTINCT ON (piece_id) piece_id, minor, currency, margin FROM (
    SELECT piece_id, gross_minor AS minor, currency, true AS margin, opened_at AS since FROM settlement
    WHERE piece_id = ANY({0}) AND cause <> 'SALE' AND state <> 'CANCELLED'
    UNION ALL
    SELECT piece_id, value_minor, currency, true, settled_at FROM trade_in
    WHERE piece_id = ANY({0}) AND state IN ('SETTLED', 'DISPOSED')
    UNION ALL
    SELECT id, cost_minor, currency, false, opened_at FROM opened_goods WHERE id = ANY({0})
) AS bought ORDER BY piece_id, since DESC
"""


def costs(rows: Iterable[Any]) -> dict[PieceId, Cost]:
    return {
        PieceId(UUID(int=row["piece_id"].int)): Cost(Money(row["minor"], Currency(row["currency"])), row["margin"])
        for row in rows
    }


PROVENANCES = """
SELECT l.id, s.address ->> 'country' AS place,
    ARRAY(SELECT a.slug FROM jsonb_array_elements_text(c.path) WITH ORDINALITY AS p (id, depth)
        JOIN category a ON a.id = p.id::uuid ORDER BY p.depth) AS categories
FROM listing l JOIN product g ON g.id = l.product_id JOIN category c ON c.id = g.category_id
LEFT JOIN piece k ON k.id = l.piece_id AND k.custodian_kind = 'SHOP' LEFT JOIN club_shop s ON s.id = k.custodian_id
WHERE l.id = ANY({0})
"""


def provenances(rows: Iterable[Any]) -> dict[ListingId, Provenance]:
    return {ListingId(UUID(int=row["id"].int)): Provenance(row["place"], tuple(row["categories"])) for row in rows}


class SqlCosts:
    """What the house paid for a piece stands in the settlement or trade-in by which it bought it, or came from stock;

    the last one counts. A piece in a club shop leaves from there.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def of_pieces(self, piece_ids: Collection[PieceId]) -> Mapping[PieceId, Cost]:
        if not piece_ids:
            return {}
        query = sql(COSTS.format("CAST(:pieces AS uuid[])"))
        return costs(await self.connection.execute(query, {"pieces": list(piece_ids)}))

    async def provenances(self, listing_ids: Collection[ListingId]) -> Mapping[ListingId, Provenance]:
        if not listing_ids:
            return {}
        query = sql(PROVENANCES.format("CAST(:listings AS uuid[])"))
        return provenances(await self.connection.execute(query, {"listings": list(listing_ids)}))
