"""Every DataLoader, made per operation when it is first asked for, from the batches of readers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from domain.listing import ListingId
from domain.viewer import ANONYMOUS

if TYPE_CHECKING:
    from datetime import datetime

    from domain.account import Account
    from domain.acquisition import AcquisitionPlan
    from domain.appointment import Appointment
    from domain.appraisal import Appraisal, Opinion
    from domain.appraiser import Appraiser, AppraiserRecord
    from domain.associate import Associate
    from domain.booking import Booking, BookingIntake
    from domain.bundle import Bundle
    from domain.campaign import Campaign
    from domain.cart import Cart
    from domain.catalogue import Brand, Category, CategoryId, Collection, Product
    from domain.certificate import Certificate, Recall
    from domain.circulation import OwnCirculation
    from domain.claim import Claim
    from domain.consignment import Consignment, ConsignmentTask, IntakeReceipt
    from domain.contract import Contract
    from domain.departure import Departure
    from domain.disposition import Disposition
    from domain.fx import FxExchange, FxQuote, FxRate
    from domain.gift_card import GiftCard
    from domain.goods_return import GoodsReturn
    from domain.grading import GradingStandard
    from domain.listing import Listing, ListingCard
    from domain.markdown import Markdown
    from domain.media import MediaUpload
    from domain.money import Money
    from domain.order import Order, OrderRefund
    from domain.page import Page, PageRequest
    from domain.payment import PaymentIntent
    from domain.payout import Payout, PayoutBatch
    from domain.piece import Piece, Standing
    from domain.piece_cost import PieceCost
    from domain.policy import PolicyVersion
    from domain.receivable import Receivable
    from domain.settlement import Settlement
    from domain.shipment import Shipment
    from domain.shop import ClubShop
    from domain.stock import Stock
    from domain.supplier import Supplier
    from domain.title import TitleRecord
    from domain.trade_in import TradeIn
    from domain.travel_product import TravelProduct
    from domain.trip_request import TripRequest
    from domain.viewer import AccountId, Viewer
    from domain.voucher import Voucher
    from domain.wallet import Hold, Lot, Pocket
    from resolvers.context import Readers

K = TypeVar("K")
V = TypeVar("V")

BATCH_MAX = 1_000


def loader(batch: Callable[[Sequence[K]], Awaitable[Sequence[V]]]) -> DataLoader[K, V]:
    """A DataLoader over a reader's batch."""

    async def load(keys: list[K]) -> Sequence[V]:
        return await batch(keys)

    return DataLoader(load_fn=load, max_batch_size=BATCH_MAX)


class Loaders:
    """One per operation, so that nothing is remembered from one request to the next."""

    def __init__(self, readers: Readers, viewer: Viewer = ANONYMOUS) -> None:
        self.readers = readers
        self.viewer = viewer
        self.pages: dict[Hashable, DataLoader[Any, Any]] = {}

    def forget(self) -> None:
        """Drop all loaders, and with them what they remember; the next use makes new ones."""
        for name in [name for name, value in vars(self).items() if isinstance(value, DataLoader)]:
            delattr(self, name)
        self.pages.clear()

    def page(
        self, list_name: str, page: PageRequest, batch: Callable[[Sequence[UUID]], Awaitable[Sequence[Page[V]]]]
    ) -> DataLoader[UUID, Page[V]]:
        """The same page of a list within each of many parents: one statement for all of them."""
        return self.pages.setdefault((list_name, page), loader(batch))

    def still_here(self, now: datetime) -> DataLoader[UUID, Money | None]:
        """By trade-in: the value of a piece that is still the house's at this moment."""

        async def batch(trade_in_ids: Sequence[UUID]) -> Sequence[Money | None]:
            return await self.readers.trade_ins.still_here(trade_in_ids, now)

        return self.pages.setdefault(("still here", now), loader(batch))

    @cached_property
    def account(self) -> DataLoader[UUID, Account | None]:
        return loader(self.readers.accounts.by_ids)

    @cached_property
    def own_circulation(self) -> DataLoader[UUID, Sequence[OwnCirculation]]:
        """By account."""
        return loader(self.readers.circulation.of_accounts)

    @cached_property
    def payout(self) -> DataLoader[UUID, Payout | None]:
        return loader(self.readers.payouts.by_ids)

    @cached_property
    def payout_batch(self) -> DataLoader[UUID, PayoutBatch | None]:
        return loader(self.readers.payouts.batches_by_ids)

    @cached_property
    def supplier(self) -> DataLoader[UUID, Supplier | None]:
        return loader(self.readers.suppliers.by_ids)

    @cached_property
    def suppliers_of(self) -> DataLoader[UUID, Sequence[Supplier]]:
        """By the account that acts for them."""
        return loader(self.readers.suppliers.of_accounts)

    @cached_property
    def travel_product(self) -> DataLoader[UUID, TravelProduct | None]:
        return loader(self.readers.travel_products.by_ids)

    @cached_property
    def departure(self) -> DataLoader[UUID, Departure | None]:
        return loader(self.readers.departures.by_ids)

    @cached_property
    def booking(self) -> DataLoader[UUID, Booking | None]:
        return loader(self.readers.bookings.by_ids)

    @cached_property
    def bundle(self) -> DataLoader[UUID, Bundle | None]:
        return loader(self.readers.bundles.by_ids)

    @cached_property
    def offer(self) -> DataLoader[UUID, Listing | None]:
        """A listing as it is bought, rather than as it is shown."""

        async def batch(ids: Sequence[UUID]) -> Sequence[Listing | None]:
            found = await self.readers.carts.listings([ListingId(one) for one in ids])
            return [found.get(ListingId(one)) for one in ids]

        return loader(batch)

    @cached_property
    def trip_request(self) -> DataLoader[UUID, TripRequest | None]:
        return loader(self.readers.trip_requests.by_ids)

    @cached_property
    def booking_intake(self) -> DataLoader[UUID, BookingIntake | None]:
        return loader(self.readers.bookings.intakes)

    @cached_property
    def appraisal(self) -> DataLoader[UUID, Appraisal | None]:
        return loader(self.readers.appraisals.by_ids)

    @cached_property
    def appraisal_of(self) -> DataLoader[UUID, Appraisal | None]:
        """By consignment."""
        return loader(self.readers.appraisals.of_consignments)

    @cached_property
    def opinions(self) -> DataLoader[UUID, Sequence[Opinion]]:
        return loader(self.readers.appraisals.opinions)

    @cached_property
    def appraiser(self) -> DataLoader[UUID, Appraiser | None]:
        return loader(self.readers.appraisers.by_ids)

    @cached_property
    def appraiser_of(self) -> DataLoader[UUID, Appraiser | None]:
        """By account."""
        return loader(self.readers.appraisers.by_accounts)

    @cached_property
    def appraiser_record(self) -> DataLoader[UUID, AppraiserRecord]:
        """By account."""
        return loader(self.readers.appraisers.records)

    @cached_property
    def grading_standard(self) -> DataLoader[UUID, GradingStandard | None]:
        return loader(self.readers.grading.by_ids)

    @cached_property
    def certificate(self) -> DataLoader[UUID, Certificate | None]:
        return loader(self.readers.certificates.by_ids)

    @cached_property
    def certificate_of(self) -> DataLoader[UUID, Certificate | None]:
        """By appraisal."""
        return loader(self.readers.certificates.of_appraisals)

    @cached_property
    def certificate_of_piece(self) -> DataLoader[UUID, Certificate | None]:
        return loader(self.readers.certificates.of_pieces)

    @cached_property
    def recall(self) -> DataLoader[UUID, Recall | None]:
        return loader(self.readers.certificates.recalls)

    @cached_property
    def policy(self) -> DataLoader[UUID, PolicyVersion | None]:
        return loader(self.readers.policies.by_ids)

    @cached_property
    def contract(self) -> DataLoader[UUID, Contract | None]:
        return loader(self.readers.contracts.by_ids)

    @cached_property
    def contract_of(self) -> DataLoader[UUID, Contract | None]:
        """By consignment."""
        return loader(self.readers.contracts.of_consignments)

    @cached_property
    def markdown(self) -> DataLoader[UUID, Markdown | None]:
        return loader(self.readers.markdowns.by_ids)

    @cached_property
    def markdowns(self) -> DataLoader[UUID, Sequence[Markdown]]:
        """By contract."""
        return loader(self.readers.markdowns.of_contracts)

    @cached_property
    def piece_costs(self) -> DataLoader[UUID, Sequence[PieceCost]]:
        """By consignment."""
        return loader(self.readers.piece_costs.of_consignments)

    @cached_property
    def settlement(self) -> DataLoader[UUID, Settlement | None]:
        return loader(self.readers.settlements.by_ids)

    @cached_property
    def settlement_of(self) -> DataLoader[UUID, Settlement | None]:
        """By consignment, the one that was not cancelled."""
        return loader(self.readers.settlements.of_consignments)

    @cached_property
    def pockets(self) -> DataLoader[AccountId, Sequence[Pocket]]:
        return loader(self.readers.wallets.pockets)

    @cached_property
    def consignment(self) -> DataLoader[UUID, Consignment | None]:
        return loader(self.readers.consignments.by_ids)

    @cached_property
    def consignment_tasks(self) -> DataLoader[UUID, Sequence[ConsignmentTask]]:
        return loader(self.readers.consignments.tasks)

    @cached_property
    def intake_receipt(self) -> DataLoader[UUID, IntakeReceipt | None]:
        return loader(self.readers.consignments.receipts)

    @cached_property
    def titles_of(self) -> DataLoader[UUID, Sequence[TitleRecord]]:
        """By piece."""
        return loader(self.readers.titles.of_pieces)

    @cached_property
    def stock(self) -> DataLoader[UUID, Stock | None]:
        """By listing."""
        return loader(self.readers.stocks.by_ids)

    @cached_property
    def club_shop(self) -> DataLoader[UUID, ClubShop | None]:
        return loader(self.readers.shops.by_ids)

    @cached_property
    def associates_of_shop(self) -> DataLoader[UUID, Sequence[Associate]]:
        return loader(self.readers.associates.of_shops)

    @cached_property
    def shops_of_associate(self) -> DataLoader[UUID, frozenset[UUID]]:
        return loader(self.readers.associates.shops_of)

    @cached_property
    def appointment(self) -> DataLoader[UUID, Appointment | None]:
        return loader(self.readers.appointments.by_ids)

    @cached_property
    def brand(self) -> DataLoader[UUID, Brand | None]:
        return loader(self.readers.catalogue.brands)

    @cached_property
    def category(self) -> DataLoader[UUID, Category | None]:
        return loader(self.readers.catalogue.categories)

    @cached_property
    def category_tree(self) -> DataLoader[None, Mapping[CategoryId | None, Sequence[Category]]]:
        """The whole tree, under the key None."""

        async def tree(keys: Sequence[None]) -> Sequence[Mapping[CategoryId | None, Sequence[Category]]]:
            return [await self.readers.catalogue.category_tree()] * len(keys)

        return loader(tree)

    @cached_property
    def collection(self) -> DataLoader[UUID, Collection | None]:
        return loader(self.readers.catalogue.collections)

    @cached_property
    def product(self) -> DataLoader[UUID, Product | None]:
        return loader(self.readers.catalogue.products)

    @cached_property
    def piece(self) -> DataLoader[UUID, Piece | None]:
        return loader(lambda ids: self.readers.pieces.by_ids(ids, self.viewer))

    @cached_property
    def standings(self) -> DataLoader[UUID, Sequence[Standing]]:
        return loader(self.readers.pieces.standings)

    @cached_property
    def listing(self) -> DataLoader[UUID, ListingCard | None]:
        return loader(lambda ids: self.readers.listings.by_ids(ids, self.viewer))

    @cached_property
    def listing_of_piece(self) -> DataLoader[UUID, ListingCard | None]:
        return loader(lambda pieces: self.readers.listings.of_pieces(pieces, self.viewer))

    @cached_property
    def cart(self) -> DataLoader[UUID, Cart | None]:
        return loader(self.readers.carts.by_ids)

    @cached_property
    def claim(self) -> DataLoader[UUID, Claim | None]:
        """By piece."""
        return loader(self.readers.claims.by_pieces)

    @cached_property
    def order(self) -> DataLoader[UUID, Order | None]:
        return loader(self.readers.orders.by_ids)

    @cached_property
    def order_of_line(self) -> DataLoader[UUID, Order | None]:
        return loader(self.readers.orders.of_lines)

    @cached_property
    def order_refunds(self) -> DataLoader[UUID, Sequence[OrderRefund]]:
        """By order."""
        return loader(self.readers.orders.refunds)

    @cached_property
    def payment(self) -> DataLoader[UUID, PaymentIntent | None]:
        return loader(self.readers.payments.intents)

    @cached_property
    def shipment(self) -> DataLoader[UUID, Shipment | None]:
        return loader(self.readers.shipments.by_ids)

    @cached_property
    def shipments_of(self) -> DataLoader[UUID, Sequence[Shipment]]:
        """By order."""
        return loader(self.readers.shipments.of_orders)

    @cached_property
    def trade_in(self) -> DataLoader[UUID, TradeIn | None]:
        return loader(self.readers.trade_ins.by_ids)

    @cached_property
    def campaign(self) -> DataLoader[UUID, Campaign | None]:
        return loader(self.readers.campaigns.by_ids)

    @cached_property
    def voucher(self) -> DataLoader[UUID, Voucher | None]:
        return loader(self.readers.vouchers.by_ids)

    @cached_property
    def fx_rate(self) -> DataLoader[UUID, FxRate | None]:
        return loader(self.readers.fx.rates_by_ids)

    @cached_property
    def fx_quote(self) -> DataLoader[UUID, FxQuote | None]:
        return loader(self.readers.fx.quotes_by_ids)

    @cached_property
    def fx_exchange(self) -> DataLoader[UUID, FxExchange | None]:
        return loader(self.readers.fx.exchanges_by_ids)

    @cached_property
    def gift_card(self) -> DataLoader[UUID, GiftCard | None]:
        return loader(self.readers.gift_cards.by_ids)

    @cached_property
    def acquisition_plan(self) -> DataLoader[UUID, AcquisitionPlan | None]:
        return loader(self.readers.acquisitions.by_ids)

    @cached_property
    def disposition(self) -> DataLoader[UUID, Disposition | None]:
        return loader(self.readers.dispositions.by_ids)

    @cached_property
    def disposition_of(self) -> DataLoader[UUID, Disposition | None]:
        return loader(self.readers.dispositions.of_trade_ins)

    @cached_property
    def goods_return(self) -> DataLoader[UUID, GoodsReturn | None]:
        return loader(self.readers.goods_returns.by_ids)

    @cached_property
    def goods_returns_of(self) -> DataLoader[UUID, Sequence[GoodsReturn]]:
        """By order line."""
        return loader(self.readers.goods_returns.of_lines)

    @cached_property
    def lot(self) -> DataLoader[UUID, Lot | None]:
        return loader(self.readers.wallets.lots_by_ids)

    @cached_property
    def hold(self) -> DataLoader[UUID, Hold | None]:
        return loader(self.readers.wallets.holds_by_ids)

    @cached_property
    def media_upload(self) -> DataLoader[UUID, MediaUpload | None]:
        return loader(self.readers.media.by_ids)

    @cached_property
    def piece_cost(self) -> DataLoader[UUID, PieceCost | None]:
        return loader(self.readers.piece_costs.by_ids)

    @cached_property
    def receivable(self) -> DataLoader[UUID, Receivable | None]:
        return loader(self.readers.receivables.by_ids)
