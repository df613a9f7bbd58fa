"""Everything that is opened at start and closed at the end: the pools, the readers, the transactor."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any
from uuid import uuid4

from app import auth
from app.change import Feed
from app.config import ResponseCache as Keeping
from app.config import Settings
from app.issuer import OidcIssuers
from app.jwks import Fetcher
from app.media import SignedAddresses
from app.meter import Meter
from app.response_cache import MemoryStore, ResponseCache, SharedStore
from app.secret import Secrets
from app.stream import Streams
from app.telemetry.slow import SlowLog
from domain import api_key, identity
from domain.api_key import ApiKey
from domain.grader import Grader, RuleGrader
from domain.refusal import Refusal
from domain.unavailable import Unavailable
from domain.viewer import HOUSE, Viewer
from persistence.account import SqlAccountReader
from persistence.acquisition import SqlAcquisitionReader
from persistence.api_key import SqlApiKeyReader
from persistence.appointment import SqlAppointmentReader
from persistence.appraisal import SqlAppraisalReader
from persistence.appraiser import SqlAppraiserReader
from persistence.associate import SqlAssociateReader
from persistence.attempt import CountedAttempts
from persistence.audit import SqlAuditReader
from persistence.bell import Bell
from persistence.booking import SqlBookingReader
from persistence.bucket import Buckets
from persistence.bundle import SqlBundleReader
from persistence.campaign import SqlCampaignReader
from persistence.cart import SqlCartReader
from persistence.catalogue import SqlCatalogueReader
from persistence.certificate import SqlCertificateReader
from persistence.change import SqlChangeReader
from persistence.circulation import SqlCirculationReader
from persistence.claim import SqlClaimReader
from persistence.consignment import SqlConsignmentReader
from persistence.contract import SqlContractReader
from persistence.database import read_pool, write_pool
from persistence.dealing import SqlPersonalReader
from persistence.departure import SqlDepartureReader
from persistence.disposition import SqlDispositionReader
from persistence.freshness import Freshness
from persistence.fx import SqlFxReader
from persistence.gift_card import SqlGiftCardReader
from persistence.goods_return import SqlGoodsReturnReader
from persistence.grader import SqlGraderReader
from persistence.grading import SqlGradingReader
from persistence.identity import SqlIdentityReader
from persistence.ledger import SqlLedgerReader
from persistence.listing import SqlListingReader
from persistence.markdown import SqlMarkdownReader
from persistence.media import SqlMediaReader
from persistence.media_file import MediaFiles
from persistence.order import SqlOrderReader
from persistence.outbox import Collected
from persistence.passport import SqlPassportReader
from persistence.payment import SqlPaymentReader
from persistence.payout import SqlPayoutReader
from persistence.piece import SqlPieceReader
from persistence.piece_cost import SqlPieceCostReader
from persistence.policy import SqlPolicyReader
from persistence.price import SqlPriceReader
from persistence.receivable import SqlReceivableReader
from persistence.redis import Cache, Limits
from persistence.session import SqlSessionReader
from persistence.settlement import SqlSettlementReader
from persistence.shipment import SqlShipmentReader
from persistence.shop import SqlShopReader
from persistence.stock import SqlStockReader
from persistence.supplier import SqlSupplierReader
from persistence.title import SqlTitleReader
from persistence.trade_in import SqlTradeInReader
from persistence.travel_product import SqlTravelProductReader
from persistence.trip_request import SqlTripRequestReader
from persistence.valuation import SqlValuationReader
from persistence.voucher import SqlVoucherReader
from persistence.wallet import SqlWalletReader
from persistence.work import SqlTransactor
from resolvers.context import Context
from resolvers.loaders import Loaders

CLOSING_SECONDS_MAX = 1.0


WATCHING_CONNECTIONS = 3
WATCHING_PATIENCE_SECONDS = 30.0
"""What watchers wait for is queued, however many there are; a request that waited so long would be given up."""


KNOWING_CONNECTIONS = 3
"""Of each account little is read, and once in five seconds at most."""


class SqlReaders:
    """Every reader, on the read pool."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    @cached_property
    def accounts(self) -> SqlAccountReader:
        return SqlAccountReader(self.pool)

    @cached_property
    def api_keys(self) -> SqlApiKeyReader:
        return SqlApiKeyReader(self.pool)

    @cached_property
    def identities(self) -> SqlIdentityReader:
        return SqlIdentityReader(self.pool)

    @cached_property
    def sessions(self) -> SqlSessionReader:
        return SqlSessionReader(self.pool)

    @cached_property
    def ledger(self) -> SqlLedgerReader:
        return SqlLedgerReader(self.pool)

    @cached_property
    def audit(self) -> SqlAuditReader:
        return SqlAuditReader(self.pool)

    @cached_property
    def payouts(self) -> SqlPayoutReader:
        return SqlPayoutReader(self.pool)

    @cached_property
    def personal(self) -> SqlPersonalReader:
        return SqlPersonalReader(self.pool)

    @cached_property
    def receivables(self) -> SqlReceivableReader:
        return SqlReceivableReader(self.pool)

    @cached_property
    def wallets(self) -> SqlWalletReader:
        return SqlWalletReader(self.pool)

    @cached_property
    def policies(self) -> SqlPolicyReader:
        return SqlPolicyReader(self.pool)

    @cached_property
    def contracts(self) -> SqlContractReader:
        return SqlContractReader(self.pool)

    @cached_property
    def piece_costs(self) -> SqlPieceCostReader:
        return SqlPieceCostReader(self.pool)

    @cached_property
    def settlements(self) -> SqlSettlementReader:
        return SqlSettlementReader(self.pool)

    @cached_property
    def markdowns(self) -> SqlMarkdownReader:
        return SqlMarkdownReader(self.pool)

    @cached_property
    def circulation(self) -> SqlCirculationReader:
        return SqlCirculationReader(self.pool)

    @cached_property
    def media(self) -> SqlMediaReader:
        return SqlMediaReader(self.pool)

    @cached_property
    def catalogue(self) -> SqlCatalogueReader:
        return SqlCatalogueReader(self.pool)

    @cached_property
    def pieces(self) -> SqlPieceReader:
        return SqlPieceReader(self.pool)

    @cached_property
    def titles(self) -> SqlTitleReader:
        return SqlTitleReader(self.pool)

    @cached_property
    def passports(self) -> SqlPassportReader:
        return SqlPassportReader(self.pool)

    @cached_property
    def listings(self) -> SqlListingReader:
        return SqlListingReader(self.pool)

    @cached_property
    def prices(self) -> SqlPriceReader:
        return SqlPriceReader(self.pool)

    @cached_property
    def appraisals(self) -> SqlAppraisalReader:
        return SqlAppraisalReader(self.pool)

    @cached_property
    def appraisers(self) -> SqlAppraiserReader:
        return SqlAppraiserReader(self.pool)

    @cached_property
    def grading(self) -> SqlGradingReader:
        return SqlGradingReader(self.pool)

    @cached_property
    def certificates(self) -> SqlCertificateReader:
        return SqlCertificateReader(self.pool)

    @cached_property
    def consignments(self) -> SqlConsignmentReader:
        return SqlConsignmentReader(self.pool)

    @cached_property
    def grader(self) -> Grader:
        return RuleGrader()

    @cached_property
    def graders(self) -> SqlGraderReader:
        return SqlGraderReader(self.pool)

    @cached_property
    def stocks(self) -> SqlStockReader:
        return SqlStockReader(self.pool)

    @cached_property
    def shops(self) -> SqlShopReader:
        return SqlShopReader(self.pool)

    @cached_property
    def associates(self) -> SqlAssociateReader:
        return SqlAssociateReader(self.pool)

    @cached_property
    def appointments(self) -> SqlAppointmentReader:
        return SqlAppointmentReader(self.pool)

    @cached_property
    def suppliers(self) -> SqlSupplierReader:
        return SqlSupplierReader(self.pool)

    @cached_property
    def travel_products(self) -> SqlTravelProductReader:
        return SqlTravelProductReader(self.pool)

    @cached_property
    def departures(self) -> SqlDepartureReader:
        return SqlDepartureReader(self.pool)

    @cached_property
    def bookings(self) -> SqlBookingReader:
        return SqlBookingReader(self.pool)

    @cached_property
    def bundles(self) -> SqlBundleReader:
        return SqlBundleReader(self.pool)

    @cached_property
    def trip_requests(self) -> SqlTripRequestReader:
        return SqlTripRequestReader(self.pool)

    @cached_property
    def carts(self) -> SqlCartReader:
        return SqlCartReader(self.pool)

    @cached_property
    def claims(self) -> SqlClaimReader:
        return SqlClaimReader(self.pool)

    @cached_property
    def orders(self) -> SqlOrderReader:
        return SqlOrderReader(self.pool)

    @cached_property
    def payments(self) -> SqlPaymentReader:
        return SqlPaymentReader(self.pool)

    @cached_property
    def shipments(self) -> SqlShipmentReader:
        return SqlShipmentReader(self.pool)

    @cached_property
    def goods_returns(self) -> SqlGoodsReturnReader:
        return SqlGoodsReturnReader(self.pool)

    @cached_property
    def trade_ins(self) -> SqlTradeInReader:
        return SqlTradeInReader(self.pool)

    @cached_property
    def campaigns(self) -> SqlCampaignReader:
        return SqlCampaignReader(self.pool)

    @cached_property
    def vouchers(self) -> SqlVoucherReader:
        return SqlVoucherReader(self.pool)

    @cached_property
    def fx(self) -> SqlFxReader:
        return SqlFxReader(self.pool)

    @cached_property
    def gift_cards(self) -> SqlGiftCardReader:
        return SqlGiftCardReader(self.pool)

    @cached_property
    def acquisitions(self) -> SqlAcquisitionReader:
        return SqlAcquisitionReader(self.pool)

    @cached_property
    def valuations(self) -> SqlValuationReader:
        return SqlValuationReader(self.pool)

    @cached_property
    def dispositions(self) -> SqlDispositionReader:
        return SqlDispositionReader(self.pool)


@dataclass
class House:
    """What lives as long as the process serves."""

    settings: Settings
    transactor: SqlTransactor
    readers: SqlReaders
    secrets: Secrets
    media: SignedAddresses
    files: MediaFiles
    doorkeeper: auth.Doorkeeper
    attempts: CountedAttempts
    cache: Cache
    limits: Limits
    freshness: Freshness
    answers: ResponseCache | None
    slow: SlowLog
    feed: Feed
    watching: SqlReaders
    """For what is told to those who watch: as new as the event, and never in the way of requests."""

    knowing: SqlReaders
    """For who somebody is and what they may: as new as the event that takes a right away."""

    changing: SqlReaders
    """For operations that change something: as new as what they have done. Those of everybody, without a replica."""

    @cached_property
    def streams(self) -> Streams:
        """Who stays."""
        return Streams(self)

    @cached_property
    def meter(self) -> Meter:
        """What clients pay by."""
        settings = self.settings
        buckets = Buckets(self.cache, settings.cost_bucket, settings.cost_restored_per_second)
        return Meter(buckets, settings.operation_seconds_max)

    async def viewer(self, authorization: str | None, locale: str) -> Viewer:
        """Who an Authorization header speaks for, right now."""
        return await self.doorkeeper.viewer(authorization, locale)

    def context(
        self, viewer: Viewer, *, key: str | None = None, request_id: str | None = None, client: str | None = None
    ) -> Context:
        """A context for one operation, at this moment."""
        return Context(
            viewer=viewer,
            now=datetime.now(UTC),
            transactor=self.transactor,
            readers=self.readers,
            loaders=Loaders(self.readers, viewer),
            secrets=self.secrets,
            media=self.media,
            attempts=self.attempts,
            request_id=request_id or uuid4().hex,
            key=key,
            client=client,
            pace=self.limits,
        )


def response_cache(kind: Keeping, freshness: Freshness, cache: Cache) -> ResponseCache | None:
    if kind is Keeping.OFF:
        return None
    far = [SharedStore(cache, freshness.house)] if kind is Keeping.VALKEY else []
    return ResponseCache([MemoryStore(), *far], freshness)


async def note_use(transactor: SqlTransactor, key: ApiKey, now: datetime) -> None:
    """Remember the hour in which an API key was used; nobody is kept out because that can not be written now."""
    with contextlib.suppress(Unavailable, Refusal):
        await transactor(
            api_key.note_use,
            HOUSE,
            api_key.NoteUse(key.id),
            action="apiKeyUse",
            key=f"api-key:{key.id}:{now:%Y%m%d%H%M%S}",
            now=now,
        )


def oidc_issuers(
    settings: Settings, fetch: Fetcher, readers: SqlReaders, transactor: SqlTransactor
) -> OidcIssuers | None:
    """Those others whose tokens count here; None when there are none."""

    async def recognise(asked: identity.Recognise, key: str) -> identity.Known:
        now = datetime.now(UTC)
        return await transactor(identity.recognise, HOUSE, asked, action="identityRecognise", key=key, now=now)

    if not settings.oidc_issuers:
        return None
    return OidcIssuers(settings.oidc_issuers, fetch, readers.identities, recognise)


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Open the house on the settings' database, and close it in the end."""
    assert settings.database_url is not None, "the database is known by now"
    freshness = Freshness(settings.data_dir)
    way: Any = {"pooler": settings.database_pooler, "seconds_max": settings.database_seconds_max}
    writing = write_pool(settings.database_url, settings.pool_size, **way)
    pool = read_pool(settings.database_replica_url or settings.database_url, settings.pool_size, **way)
    readers = SqlReaders(pool)
    watching = read_pool(settings.database_url, WATCHING_CONNECTIONS, WATCHING_PATIENCE_SECONDS, **way)
    # A replica may lag behind for longer than a right that was taken away may last: read there at the event, the old
    # standing would be remembered anew. Not by way of `watching`, where a crowd that is told something waits for half a
    # minute; nobody is let in before it is known who it is. Where there is no replica the read pool is as good.
    aside = settings.database_replica_url is not None
    knowing = SqlReaders(read_pool(settings.database_url, KNOWING_CONNECTIONS, **way)) if aside else readers
    changing = SqlReaders(read_pool(settings.database_url, settings.pool_size, **way)) if aside else readers
    fetcher = Fetcher()
    cache = Cache(settings.redis_url)
    feed = Feed(SqlChangeReader(watching), Bell(cache, settings.redis_url))
    slow = SlowLog(settings.slow_ms / 1_000, pool)

    async def committed(collected: Collected) -> None:
        for event in collected.events:
            if event.subject_kind in ("account", "session") and event.account_id is not None:
                doorkeeper.forget_account(event.account_id)
            elif event.subject_kind == "apiKey":
                doorkeeper.forget_key(event.subject_id)
        if collected.events:
            feed.ring()

    try:
        secrets = Secrets(
            settings.secret.get_secret_value(),
            settings.certificate_seed,
            settings.certificate_retired_keys,
            address=settings.address,
        )
        transactor = SqlTransactor(writing, freshness, committed, secrets.signer, secrets.mint)
        issuers = oidc_issuers(settings, fetcher, knowing, transactor)
        doorkeeper = auth.Doorkeeper(
            settings.secret.get_secret_value(),
            auth.Standings(knowing.accounts),
            knowing.api_keys,
            partial(note_use, transactor),
            issuers,
        )
        yield House(
            settings,
            transactor,
            readers,
            secrets,
            SignedAddresses(settings.address, settings.secret.get_secret_value()),
            MediaFiles(settings.data_dir / "media"),
            doorkeeper,
            CountedAttempts(
                cache,
                per_name=settings.sign_in_attempts_per_name,
                per_address=settings.sign_in_attempts_per_address,
            ),
            cache,
            Limits(cache),
            freshness,
            response_cache(settings.keeps_answers, freshness, cache),
            slow,
            feed,
            SqlReaders(watching),
            knowing,
            changing,
        )
    finally:
        await feed.close()
        pools = {pool, watching, knowing.pool, changing.pool}
        closers = fetcher.close(), slow.close(), cache.close(), writing.close(), *(one.close() for one in pools)
        # What is still said to somebody who does not answer ends with the process.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*closers, return_exceptions=True), CLOSING_SECONDS_MAX)
        freshness.close()
