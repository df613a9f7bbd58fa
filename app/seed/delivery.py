"""Where new goods came from and what they have cost: a receipt for each listing of them, and its journal."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.seed.draw import Draw
from domain.ledger import AccountKind, Journal, JournalId, house
from domain.listing import ListingId
from domain.money import Money
from domain.stock import GoodsReceipt, GoodsReceiptId, Stock
from domain.viewer import AccountId
from persistence.connection import Connection
from persistence.copy import copy_nouns
from persistence.ledger import SqlLedger
from persistence.stock import SqlGoodsReceipts, SqlStocks

COST_PERCENT = (42, 61)
"""Of the price."""


@dataclass
class Deliveries:
    """Goods as suppliers brought them, on their way into the database."""

    receipts: list[GoodsReceipt] = field(default_factory=list)
    stocks: list[Stock] = field(default_factory=list)
    journals: list[Journal] = field(default_factory=list)

    def bring(
        self, listing_id: UUID, price: Money, quantity: int, supplier: str, receiver: AccountId, at: datetime
    ) -> GoodsReceipt:
        """All that is there of a listing, some days before it was published."""
        # By dice of its own, so that the rest of the house is what it was without.
        draw = Draw(listing_id.int)
        received_at = at - timedelta(days=draw.between(2, 20))
        receipt = GoodsReceipt(
            id=GoodsReceiptId(draw.id(received_at)),
            listing_id=ListingId(listing_id),
            quantity=quantity,
            unit_cost=Money(price.minor * draw.between(*COST_PERCENT) // 100, price.currency),
            supplier=supplier,
            reference=f"DN-{draw.code()}",
            received_by=receiver,
            received_at=received_at,
        )
        cost = receipt.cost
        postings = (house(AccountKind.INVENTORY, -cost), house(AccountKind.CREDITORS, cost))
        told = f"Goods from {supplier}"
        self.receipts.append(receipt)
        self.stocks.append(Stock(receipt.listing_id, cost))
        self.journals.append(
            Journal(JournalId(draw.id(received_at)), "goodsReceipt", receipt.id, postings, received_at, told)
        )
        return receipt

    async def copy(self, connection: Any) -> None:
        """After the listings; the ledger links the journals at the commit."""
        await copy_nouns(connection, SqlStocks, self.stocks)
        await copy_nouns(connection, SqlGoodsReceipts, self.receipts)
        ledger = SqlLedger(Connection(connection))
        for journal in self.journals:
            await ledger.post(journal)
