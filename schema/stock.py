"""New goods by quantity: what came in at which cost, and what was counted."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import stock
from resolvers import stock as resolve
from schema.account import Account
from schema.catalogue import NEWEST
from schema.errors import VersionConflict, WrongState
from schema.ids import global_id, id_of
from schema.listing import Listing
from schema.mutation import Info, MoneyMove, given, mutation
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import Money, MoneyInput

RECEIPTS = "goodsReceipts"


@noun(stock.GoodsReceipt, description="Goods that came from a supplier. Seen by merchandisers and finance.")
class GoodsReceipt:
    id: strawberry.ID = global_id("GoodsReceipt")
    quantity: int = strawberry.field(description="How many goods came.")
    unit_cost: Money = strawberry.field(description="What each of them has cost.")
    cost: Money = strawberry.field(description="What all of them have cost.")
    supplier: str = strawberry.field(description="The name of whom the house owes for them.")
    reference: str = strawberry.field(description="The supplier's own, such as a delivery note.")
    received_at: datetime = strawberry.field(description="When the goods came.")

    @strawberry.field(graphql_type=Listing, description="The listing that they are sold by.")
    async def listing(root: stock.GoodsReceipt, info: Info) -> Any:
        return await info.context.loaders.listing.load(root.listing_id)

    @strawberry.field(graphql_type=Account, description="Who took them in.")
    async def received_by(root: stock.GoodsReceipt, info: Info) -> Any:
        return await info.context.loaders.account.load(root.received_by)


@strawberry.input(description="Which goods came from a supplier, at what cost. `expectedVersion` is the listing's.")
class GoodsReceiptRecordInput(MoneyMove):
    listing_id: strawberry.ID = strawberry.field(description="The listing that they are sold by.")
    quantity: int = strawberry.field(description="How many goods came.")
    unit_cost: MoneyInput = strawberry.field(description="What each of them has cost, in the listing's currency.")
    supplier: str = strawberry.field(description="Whom the house owes for them, 1 to 200 characters.")
    reference: str = strawberry.field(description="The supplier's own, such as a delivery note, 1 to 200 characters.")
    counted: bool = strawberry.field(
        default=False,
        description="The listing's quantity is these very goods, and only their cost is new; before any other receipt.",
    )

    supplier_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The supplier who is paid for them with `supplierPay`; left out where the house pays by other "
        "means.",
    )

    def to_command(self) -> stock.RecordReceipt:
        supplier_id = given(self.supplier_id)
        return stock.RecordReceipt(
            listing_id=id_of("Listing", self.listing_id, "listingId"),
            quantity=self.quantity,
            unit_cost=self.unit_cost.to_money("unitCost"),
            supplier=self.supplier,
            reference=self.reference,
            counted=self.counted,
            supplier_id=None if supplier_id is None else id_of("Supplier", supplier_id, "supplierId"),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="How a stock was counted. `expectedVersion` is the listing's.")
class StockAdjustInput(MoneyMove):
    listing_id: strawberry.ID = strawberry.field(description="The listing that this is about.")
    change: int = strawberry.field(description="How many more, or fewer when negative.")
    note: str = strawberry.field(description="Why, for the audit.")

    def to_command(self) -> stock.AdjustStock:
        return stock.AdjustStock(
            listing_id=id_of("Listing", self.listing_id, "listingId"),
            change=self.change,
            note=self.note,
            expected_version=given(self.expected_version),
        )


@strawberry.type
class StockQuery:
    @strawberry.field(
        graphql_type=Connection[GoodsReceipt],
        description="What came in of a listing, newest first.",
    )
    async def goods_receipts(
        self,
        info: Info,
        listing_id: Annotated[
            strawberry.ID, strawberry.argument(description="The listing that the goods are sold by.")
        ],
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            RECEIPTS, NEWEST, first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.receipts(info.context, id_of("Listing", listing_id, "listingId"), page)
        return Connection(page=found, list_name=RECEIPTS)


@strawberry.type
class StockMutation:
    goods_receipt_record = mutation(
        stock.record_receipt,
        GoodsReceiptRecordInput,
        GoodsReceipt,
        WrongState,
        VersionConflict,
        description="Take in goods from a supplier at their cost: inventory in the ledger, and as many more to sell.",
    )
    stock_adjust = mutation(
        stock.adjust_stock,
        StockAdjustInput,
        Listing,
        WrongState,
        VersionConflict,
        description="Count new goods in or out. What is gone is a cost of goods.",
    )
