"""What new goods have cost the house: stock is bought at a price, sold with its share of it, and counted.

All that is there of a listing shares one value: a sale takes its share with it, and a return brings it back, so that
inventory in the ledger is always what the goods on the shelves, and those not released yet, have cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol
from uuid import UUID

from domain import listing as listings
from domain import supplier as suppliers
from domain import wallet as wallets
from domain.event import Event
from domain.ledger import AccountKind, house
from domain.listing import Listing, ListingId
from domain.listing.noun import LIFECYCLE, QUANTITY_MAX, settle
from domain.money import Money
from domain.page import Page, PageRequest
from domain.piece import PieceId
from domain.refusal import InvalidInput, NotFound, require
from domain.supplier import BillCause, SupplierId
from domain.text import line
from domain.viewer import AccountId, Role, Viewer
from domain.work import check_version

GoodsReceiptId = NewType("GoodsReceiptId", UUID)

VALUE_MINOR_MAX = 10**15


# Nouns


@dataclass(slots=True)
class Stock:
    """What all that is left of a listing, promised or not, has cost; there is none before the first receipt."""

    id: ListingId
    value: Money
    version: int = 1

    def take(self, quantity: int, of: int) -> Money:
        """The share of so many of all; with the last of them the value is all gone."""
        assert 0 < quantity <= of, "no more is taken than is there"
        share, self.value = self.value.allocate([quantity, of - quantity])
        return share

    def put_back(self, cost: Money) -> None:
        self.value += cost


@dataclass(frozen=True, slots=True)
class GoodsReceipt:
    """Goods that came from a supplier, never changed; `reference` is the supplier's own, such as a delivery note."""

    id: GoodsReceiptId
    listing_id: ListingId
    quantity: int
    unit_cost: Money
    supplier: str
    reference: str
    received_by: AccountId
    received_at: datetime

    @property
    def cost(self) -> Money:
        return self.unit_cost * self.quantity


@dataclass(frozen=True, slots=True)
class Opened:
    """A piece that goods from stock have become when they came back; it keeps what they had cost."""

    id: PieceId
    order_line_id: UUID
    cost: Money
    opened_at: datetime


# Ports


class Stocks(Protocol):
    async def lock_known(self, listing_ids: Sequence[ListingId]) -> Mapping[UUID, Stock]:
        """Those that have a value, locked in the order of their ids; whoever changes one has its listing locked."""
        ...

    async def add(self, stock: Stock) -> None: ...
    async def save(self, stock: Stock) -> None: ...


class GoodsReceipts(Protocol):
    async def add(self, receipt: GoodsReceipt) -> None: ...


class OpenedGoods(Protocol):
    async def add(self, opened: Opened) -> None: ...


class Work(listings.Work, suppliers.Work, Protocol):
    @property
    def stocks(self) -> Stocks: ...
    @property
    def goods_receipts(self) -> GoodsReceipts: ...
    @property
    def opened_goods(self) -> OpenedGoods: ...


class StockReader(Protocol):
    """For merchandisers and finance."""

    async def by_ids(self, listing_ids: Sequence[UUID]) -> Sequence[Stock | None]: ...
    async def receipts(self, listing_id: ListingId, page: PageRequest) -> Page[GoodsReceipt]:
        """Newest first."""
        ...


# Steps that other capabilities build on; they authorise nothing, and the listings are locked


async def put_back(work: Work, costs: Mapping[ListingId, Money]) -> None:
    """What was taken from these stocks is on the shelf again."""
    brought = {listing_id: cost for listing_id, cost in costs.items() if cost}
    stocks = await work.stocks.lock_known(sorted(brought)) if brought else {}
    for listing_id, cost in sorted(brought.items()):
        stocks[listing_id].put_back(cost)
        await work.stocks.save(stocks[listing_id])


# Verbs


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """`counted` says that the goods stand in the listing's quantity already, and only their cost is new.

    With `supplier_id` the house keeps a bill, by which the supplier is paid; else it pays by other means.
    """

    listing_id: ListingId
    quantity: int
    unit_cost: Money
    supplier: str
    reference: str
    counted: bool = False
    supplier_id: SupplierId | None = None
    expected_version: int | None = None


async def record_receipt(work: Work, viewer: Viewer, command: RecordReceipt, *, now: datetime) -> GoodsReceipt:
    """A merchandiser takes goods in at what the house owes their supplier for them."""
    viewer.require(Role.MERCHANDISER)
    receiver = viewer.require_account()
    listing = await lock_stocked(work, command.listing_id, command.expected_version, "goodsReceiptRecord")
    cost = check_cost(listing, command)
    await check_supplier(work, command.supplier_id)
    stock = (await work.stocks.lock_known([listing.id])).get(listing.id)
    if command.counted:
        said = "Only goods that were there before any was received have no cost yet."
        require(stock is None and command.quantity == listing.quantity, InvalidInput(said, path=("counted",)))
    else:
        listing.quantity += command.quantity
        most = listing.quantity <= QUANTITY_MAX
        require(most, InvalidInput(f"A stock has {QUANTITY_MAX} at most.", path=("quantity",)))
        settle(listing)
    await work.listings.save(listing)
    if stock is None:
        await work.stocks.add(Stock(listing.id, cost))
    else:
        stock.put_back(cost)
        require(stock.value.minor <= VALUE_MINOR_MAX, InvalidInput("The value is too large.", path=("unitCost",)))
        await work.stocks.save(stock)
    receipt = GoodsReceipt(
        id=GoodsReceiptId(work.new.id()),
        listing_id=listing.id,
        quantity=command.quantity,
        unit_cost=command.unit_cost,
        supplier=line(command.supplier, "supplier"),
        reference=line(command.reference, "reference"),
        received_by=receiver,
        received_at=now,
    )
    await work.goods_receipts.add(receipt)
    said_: dict[str, object] = {"quantity": receipt.quantity, "cost_minor": cost.minor, "currency": cost.currency}
    work.events.append(Event("goodsReceipt.recorded", "listing", listing.id, said_))
    payable = house(AccountKind.CREDITORS, cost)
    if command.supplier_id is not None:
        payable = await suppliers.owe(work, command.supplier_id, BillCause.GOODS, receipt.id, cost, now)
    postings = [house(AccountKind.INVENTORY, -cost), payable]
    await wallets.post(work, postings, ("goodsReceipt", receipt.id), now, f"Goods from {receipt.supplier}")
    return receipt


async def check_supplier(work: Work, supplier_id: SupplierId | None) -> None:
    if supplier_id is not None:
        try:
            await work.suppliers.find(supplier_id)
        except NotFound as refusal:
            refusal.path = ("supplierId",)
            raise


def check_cost(listing: Listing, command: RecordReceipt) -> Money:
    """What all of it costs, in the currency that it is sold in."""
    require(0 < command.quantity <= QUANTITY_MAX, InvalidInput("A quantity is 1 to 1,000,000.", path=("quantity",)))
    same = command.unit_cost.currency is listing.price.currency
    said = f"This listing is priced in {listing.price.currency}."
    require(same, InvalidInput(said, path=("unitCost", "currencyCode")))
    require(command.unit_cost.minor > 0, InvalidInput("A cost is more than zero.", path=("unitCost",)))
    cost = command.unit_cost * command.quantity
    require(cost.minor <= VALUE_MINOR_MAX, InvalidInput("The cost is too large.", path=("unitCost",)))
    return cost


@dataclass(frozen=True, slots=True)
class AdjustStock:
    """`change` adds to or takes from what is not sold."""

    listing_id: ListingId
    change: int
    note: str
    expected_version: int | None = None


async def adjust_stock(work: Work, viewer: Viewer, command: AdjustStock, *, now: datetime) -> Listing:
    """A merchandiser counts in what was found, or out what is broken; what is promised to buyers stays.

    What is found has cost nothing; what is gone is a cost of goods, at its share of what all of them have cost.
    """
    viewer.require(Role.MERCHANDISER)
    require(command.change != 0, InvalidInput("A change is not zero.", path=("change",)))
    require(0 < len(command.note.strip()) <= 500, InvalidInput("Say why, in 1 to 500 signs.", path=("note",)))
    listing = await lock_stocked(work, command.listing_id, command.expected_version, "stockAdjust")
    quantity = listing.quantity + command.change
    reason = f"Between {listing.reserved}, which are promised, and {QUANTITY_MAX} must be left."
    require(listing.reserved <= quantity <= QUANTITY_MAX, InvalidInput(reason, path=("change",)))
    if command.change < 0:
        await lose(work, listing, -command.change, now)
    listing.quantity = quantity
    settle(listing)
    await work.listings.save(listing)
    said = {"change": command.change, "note": command.note.strip()}
    work.events.append(Event("listing.stockAdjusted", "listing", listing.id, said))
    return listing


async def lose(work: Work, listing: Listing, quantity: int, now: datetime) -> None:
    """Goods of a locked listing are gone unsold."""
    stock = (await work.stocks.lock_known([listing.id])).get(listing.id)
    lost = None if stock is None else stock.take(quantity, of=listing.quantity)
    if stock is None or not lost:
        return
    await work.stocks.save(stock)
    postings = [house(AccountKind.COST_OF_GOODS, -lost), house(AccountKind.INVENTORY, lost)]
    await wallets.post(work, postings, ("listing", listing.id), now, f"{quantity} of {listing.slug} are gone")


async def lock_stocked(work: Work, listing_id: ListingId, expected_version: int | None, action: str) -> Listing:
    """A listing of goods by quantity, in a state that allows this."""
    listing = await work.listings.lock(listing_id)
    check_version(expected_version, listing.version)
    require(not listing.one_of_one, InvalidInput("A piece is one of one.", path=("listingId",)))
    LIFECYCLE.move(listing.state, action)
    return listing
