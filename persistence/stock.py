"""What new goods have cost, in PostgreSQL: a value for each stock, and receipts that never change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from domain.listing import ListingId
from domain.money import Currency
from domain.page import Page, PageRequest
from domain.stock import GoodsReceipt, Opened, Stock
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import key, minor, moment, one_of, text


class StockRow(SQLModel, table=True):
    """Its id is that of its listing."""

    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("value_minor >= 0", name="value"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
    )
    id: UUID = key("listing.id", primary=True)
    currency: str = text()
    value_minor: int = minor()
    version: int


class GoodsReceiptRow(SQLModel, table=True):
    __tablename__ = "goods_receipt"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_cost_minor > 0", name="unit_cost"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("char_length(supplier) > 0 AND char_length(reference) > 0", name="supplier"),
        Index("ix_goods_receipt_listing", "listing_id", "received_at", "id"),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key(primary=True)
    listing_id: UUID = key("listing.id")
    quantity: int
    currency: str = text()
    unit_cost_minor: int = minor()
    supplier: str = text()
    reference: str = text()
    received_by: UUID = key("account.id")
    received_at: datetime = moment()


class OpenedGoodsRow(SQLModel, table=True):
    """Its id is that of its piece."""

    __tablename__ = "opened_goods"
    __table_args__ = (
        CheckConstraint("cost_minor >= 0", name="cost"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        {"info": {"app": "SELECT, INSERT"}},
    )
    id: UUID = key("piece.id", primary=True)
    order_line_id: UUID = key("order_line.id")
    currency: str = text()
    cost_minor: int = minor()
    opened_at: datetime = moment()


class SqlStocks(SqlCollection[Stock]):
    noun = Stock
    row = StockRow
    kind = "Stock"

    async def lock_known(self, listing_ids: Sequence[ListingId]) -> Mapping[UUID, Stock]:
        found = await self.lock_where(self.table.c.id.in_(list(listing_ids)))
        return {stock.id: stock for stock in found}


class SqlGoodsReceipts(SqlCollection[GoodsReceipt]):
    noun = GoodsReceipt
    row = GoodsReceiptRow
    kind = "GoodsReceipt"


class SqlOpenedGoods(SqlCollection[Opened]):
    noun = Opened
    row = OpenedGoodsRow
    kind = "OpenedGoods"


class SqlStockReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, listing_ids: Sequence[UUID]) -> Sequence[Stock | None]:
        return await SqlStocks.read(self.pool, listing_ids)

    async def receipts(self, listing_id: ListingId, page: PageRequest) -> Page[GoodsReceipt]:
        """Newest first."""
        return await fetch_page(
            self.pool,
            "SELECT * FROM goods_receipt",
            where=["listing_id = {}"],
            values=[listing_id],
            sort=Sort(columns=(("received_at", "timestamptz"), ("id", "uuid")), descending=True),
            page=page,
            item=SqlGoodsReceipts.mapping.to_noun,
            key=lambda receipt: (receipt.received_at, receipt.id),
        )
