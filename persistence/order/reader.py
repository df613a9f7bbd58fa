"""Orders as buyers and staff read them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.listing import ListingId
from domain.order import (
    Cost,
    Order,
    OrderFilter,
    OrderRefund,
    Provenance,
)
from domain.page import Page, PageRequest
from domain.piece import PieceId
from persistence.order.collection import COSTS, PROVENANCES, REFUNDS, SqlOrders, assemble, costs, provenances
from persistence.paging import Sort, fetch_page


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

    async def costs(self, piece_ids: Sequence[UUID]) -> Mapping[PieceId, Cost]:
        return costs(await self.pool.fetch(COSTS.format("$1::uuid[]"), list(piece_ids)))

    async def provenances(self, listing_ids: Sequence[UUID]) -> Mapping[ListingId, Provenance]:
        if not listing_ids:
            return {}
        return provenances(await self.pool.fetch(PROVENANCES.format("$1::uuid[]"), list(listing_ids)))

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
