"""What every resolver of one operation has at hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from domain import (
    account,
    acquisition,
    api_key,
    appointment,
    appraisal,
    appraiser,
    associate,
    attempt,
    audit,
    booking,
    bundle,
    campaign,
    cart,
    catalogue,
    certificate,
    circulation,
    claim,
    consignment,
    contract,
    departure,
    disposition,
    fx,
    gift_card,
    goods_return,
    grader,
    grading,
    identity,
    ledger,
    listing,
    markdown,
    media,
    order,
    passport,
    payment,
    payout,
    piece,
    piece_cost,
    policy,
    price,
    receivable,
    session,
    settlement,
    shipment,
    shop,
    stock,
    supplier,
    title,
    trade_in,
    travel_product,
    trip_request,
    valuation,
    voucher,
    wallet,
)
from domain.refusal import InvalidInput
from domain.viewer import Viewer
from domain.work import Transactor, Verb
from resolvers.loaders import Loaders
from resolvers.stream import Stream

C = TypeVar("C")
R = TypeVar("R")


class Readers(Protocol):
    """One reader per capability, each on the read pool."""

    @property
    def accounts(self) -> account.AccountReader: ...
    @property
    def api_keys(self) -> api_key.ApiKeyReader: ...
    @property
    def identities(self) -> identity.IdentityReader: ...
    @property
    def sessions(self) -> session.SessionReader: ...
    @property
    def audit(self) -> audit.AuditReader: ...
    @property
    def ledger(self) -> ledger.LedgerReader: ...
    @property
    def payouts(self) -> payout.PayoutReader: ...
    @property
    def personal(self) -> account.PersonalReader: ...
    @property
    def receivables(self) -> receivable.ReceivableReader: ...
    @property
    def wallets(self) -> wallet.WalletReader: ...
    @property
    def policies(self) -> policy.PolicyReader: ...
    @property
    def contracts(self) -> contract.ContractReader: ...
    @property
    def piece_costs(self) -> piece_cost.PieceCostReader: ...
    @property
    def settlements(self) -> settlement.SettlementReader: ...
    @property
    def markdowns(self) -> markdown.MarkdownReader: ...
    @property
    def circulation(self) -> circulation.CirculationReader: ...
    @property
    def media(self) -> media.MediaReader: ...
    @property
    def catalogue(self) -> catalogue.CatalogueReader: ...
    @property
    def pieces(self) -> piece.PieceReader: ...
    @property
    def titles(self) -> title.TitleReader: ...
    @property
    def passports(self) -> passport.PassportReader: ...
    @property
    def listings(self) -> listing.ListingReader: ...
    @property
    def prices(self) -> price.PriceReader: ...
    @property
    def appraisals(self) -> appraisal.AppraisalReader: ...
    @property
    def appraisers(self) -> appraiser.AppraiserReader: ...
    @property
    def grading(self) -> grading.GradingReader: ...
    @property
    def graders(self) -> grader.GraderReader: ...
    @property
    def grader(self) -> grader.Grader: ...
    @property
    def consignments(self) -> consignment.ConsignmentReader: ...
    @property
    def stocks(self) -> stock.StockReader: ...
    @property
    def shops(self) -> shop.ShopReader: ...
    @property
    def associates(self) -> associate.AssociateReader: ...
    @property
    def appointments(self) -> appointment.AppointmentReader: ...
    @property
    def certificates(self) -> certificate.CertificateReader: ...
    @property
    def suppliers(self) -> supplier.SupplierReader: ...
    @property
    def travel_products(self) -> travel_product.TravelProductReader: ...
    @property
    def departures(self) -> departure.DepartureReader: ...
    @property
    def bookings(self) -> booking.BookingReader: ...
    @property
    def bundles(self) -> bundle.BundleReader: ...
    @property
    def trip_requests(self) -> trip_request.TripRequestReader: ...
    @property
    def carts(self) -> cart.CartReader: ...
    @property
    def claims(self) -> claim.ClaimReader: ...
    @property
    def orders(self) -> order.OrderReader: ...
    @property
    def payments(self) -> payment.PaymentReader: ...
    @property
    def shipments(self) -> shipment.ShipmentReader: ...
    @property
    def goods_returns(self) -> goods_return.GoodsReturnReader: ...
    @property
    def trade_ins(self) -> trade_in.TradeInReader: ...
    @property
    def campaigns(self) -> campaign.CampaignReader: ...
    @property
    def fx(self) -> fx.FxReader: ...
    @property
    def gift_cards(self) -> gift_card.GiftCardReader: ...
    @property
    def vouchers(self) -> voucher.VoucherReader: ...
    @property
    def acquisitions(self) -> acquisition.AcquisitionReader: ...
    @property
    def valuations(self) -> valuation.ValuationReader: ...
    @property
    def dispositions(self) -> disposition.DispositionReader: ...


class Secrets(Protocol):
    """What only the house's secret can do."""

    @property
    def passwords(self) -> account.Passwords: ...
    @property
    def tokens(self) -> session.Tokens: ...
    @property
    def api_keys(self) -> api_key.KeyTexts: ...
    @property
    def gift_cards(self) -> gift_card.GiftCardTexts: ...
    @property
    def vault(self) -> payout.BankVault: ...
    @property
    def signer(self) -> certificate.Signer: ...
    @property
    def intakes(self) -> booking.IntakeVault: ...


@dataclass(slots=True)
class Context:
    """One operation:

    who asks, at what moment, and the ways to write and to read. `key` is the Idempotency-Key header, `client` the
    address that the request comes from.
    """

    viewer: Viewer
    now: datetime
    transactor: Transactor
    readers: Readers
    loaders: Loaders
    secrets: Secrets
    media: media.MediaAddresses
    attempts: attempt.Attempts
    request_id: str
    key: str | None = None
    client: str | None = None
    pace: valuation.Pace | None = None
    stream: Stream | None = None
    """Over which it is answered, when it may go on."""

    async def transact(
        self,
        verb: Verb[Any, C, R],
        command: C,
        *,
        action: str,
        key: str | None = None,
        dry_run: bool = False,
    ) -> R:
        """Run a verb as one unit of work; what was loaded before is forgotten after it."""
        claimed = self.key if key is None else key
        if claimed is None:
            raise InvalidInput(
                "Send a clientMutationKey, or an Idempotency-Key header, so that a retry never acts twice.",
                path=("clientMutationKey",),
            )
        try:
            return await self.transactor(
                verb, self.viewer, command, action=action, key=claimed, now=self.now, dry_run=dry_run
            )
        finally:
            self.loaders.forget()
