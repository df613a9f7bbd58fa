"""Everything that is opened at start and closed at the end: the pools, the readers, the transactor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from app import auth
from app.config import ResponseCache as Keeping
from app.config import Settings
from app.media import SignedAddresses
from app.response_cache import MemoryStore, ResponseCache, SharedStore
from app.secret import Secrets
from app.telemetry.slow import SlowLog
from domain.grader import Grader, RuleGrader
from domain.viewer import Viewer
from persistence.account import SqlAccountReader
from persistence.appointment import SqlAppointmentReader
from persistence.appraisal import SqlAppraisalReader
from persistence.appraiser import SqlAppraiserReader
from persistence.associate import SqlAssociateReader
from persistence.audit import SqlAuditReader
from persistence.cart import SqlCartReader
from persistence.catalogue import SqlCatalogueReader
from persistence.certificate import SqlCertificateReader
from persistence.circulation import SqlCirculationReader
from persistence.claim import SqlClaimReader
from persistence.consignment import SqlConsignmentReader
from persistence.contract import SqlContractReader
from persistence.database import read_pool, write_pool
from persistence.dealing import SqlPersonalReader
from persistence.freshness import Freshness
from persistence.goods_return import SqlGoodsReturnReader
from persistence.grader import SqlGraderReader
from persistence.grading import SqlGradingReader
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
from persistence.settlement import SqlSettlementReader
from persistence.shipment import SqlShipmentReader
from persistence.shop import SqlShopReader
from persistence.stock import SqlStockReader
from persistence.title import SqlTitleReader
from persistence.wallet import SqlWalletReader
from persistence.work import SqlTransactor
from resolvers.context import Context
from resolvers.loaders import Loaders


class SqlReaders:
    """Every reader, on the read pool."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    @cached_property
    def accounts(self) -> SqlAccountReader:
        return SqlAccountReader(self.pool)

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


@dataclass
class House:
    """What lives as long as the process serves."""

    settings: Settings
    transactor: SqlTransactor
    readers: SqlReaders
    secrets: Secrets
    media: SignedAddresses
    files: MediaFiles
    standings: auth.Standings
    cache: Cache
    limits: Limits
    freshness: Freshness
    answers: ResponseCache | None
    slow: SlowLog

    async def viewer(self, authorization: str | None, locale: str) -> Viewer:
        """Who an Authorization header speaks for, right now."""
        return await auth.viewer(self.settings.secret.get_secret_value(), self.standings, authorization, locale)

    def context(self, viewer: Viewer, *, key: str | None = None, request_id: str | None = None) -> Context:
        """A context for one operation, at this moment."""
        return Context(
            viewer=viewer,
            now=datetime.now(UTC),
            transactor=self.transactor,
            readers=self.readers,
            loaders=Loaders(self.readers, viewer),
            secrets=self.secrets,
            media=self.media,
            request_id=request_id or uuid4().hex,
            key=key,
        )


def response_cache(kind: Keeping, freshness: Freshness, cache: Cache) -> ResponseCache | None:
    if kind is Keeping.OFF:
        return None
    far = [SharedStore(cache, freshness.house)] if kind is Keeping.VALKEY else []
    return ResponseCache([MemoryStore(), *far], freshness)


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Open the house on the settings' database, and close it in the end."""
    assert settings.database_url is not None, "the database is known by now"
    freshness = Freshness(settings.data_dir)
    writing = write_pool(settings.database_url, settings.pool_size)
    pool = read_pool(settings.database_replica_url or settings.database_url, settings.pool_size)
    readers = SqlReaders(pool)
    standings = auth.Standings(readers.accounts)
    cache = Cache(settings.redis_url)
    slow = SlowLog(settings.slow_ms / 1_000, pool)

    async def committed(collected: Collected) -> None:
        for event in collected.events:
            if event.subject_kind == "account":
                standings.forget(event.subject_id)

    try:
        secrets = Secrets(
            settings.secret.get_secret_value(),
            settings.certificate_seed,
            settings.certificate_retired_keys,
            address=settings.address,
        )
        yield House(
            settings,
            SqlTransactor(writing, freshness, committed, secrets.signer),
            readers,
            secrets,
            SignedAddresses(settings.address, settings.secret.get_secret_value()),
            MediaFiles(settings.data_dir / "media"),
            standings,
            cache,
            Limits(cache),
            freshness,
            response_cache(settings.keeps_answers, freshness, cache),
            slow,
        )
    finally:
        await slow.close()
        await cache.close()
        await pool.close()
        await writing.close()
        freshness.close()
