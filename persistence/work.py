"""One unit of work: a verb, its events, its jobs and the answer to its key are kept together or not at all."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar, cast
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text as sql
from uuid_utils.compat import uuid7

from domain.agreement import ContractAgreements
from domain.audit import attempted
from domain.certificate import Signer
from domain.grader import Grader, RuleGrader
from domain.mint import Mint
from domain.refusal import Refusal
from domain.trade_in import TradeInPledges
from domain.unavailable import Unavailable
from domain.viewer import Viewer
from domain.voucher import VoucherDiscounts
from domain.work import Verb, check_key
from persistence import idempotency
from persistence.account import SqlAccounts, SqlCredentials
from persistence.acquisition import SqlAcquisitionPlans
from persistence.api_key import SqlApiKeys
from persistence.appointment import SqlAppointments, SqlSlots
from persistence.appraisal import SqlAppraisals, SqlOpinions, SqlSales
from persistence.appraiser import SqlAppraisers
from persistence.associate import SqlAssociates
from persistence.booking import SqlBookingIntakes, SqlBookings
from persistence.bundle import SqlBundles
from persistence.campaign import SqlCampaigns, SqlSubsidies
from persistence.cart import SqlCarts, SqlShelf
from persistence.catalogue import SqlBrands, SqlCategories, SqlCollections, SqlProducts
from persistence.certificate import SqlCertificates, SqlRecalls
from persistence.claim import SqlClaims, SqlReservations
from persistence.connection import Connection, transaction
from persistence.consignment import SqlConsignments, SqlConsignmentTasks, SqlIntakeReceipts
from persistence.contract import SqlContracts
from persistence.database import GONE
from persistence.dealing import SqlDealings
from persistence.departure import SqlDepartures
from persistence.disposition import SqlDispositions
from persistence.freshness import Freshness, Writes
from persistence.fx import SqlFxExchanges, SqlFxLiquidities, SqlFxQuotes, SqlFxRates
from persistence.gift_card import SqlGiftCards, SqlGiftCardUses
from persistence.goods_return import SqlGoodsReturns
from persistence.grading import SqlGradingStandards
from persistence.idempotency import Asked
from persistence.identity import SqlIdentities
from persistence.ledger import SqlLedger
from persistence.listing import SqlListings
from persistence.markdown import SqlMarkdowns
from persistence.media import SqlMediaUploads
from persistence.order import SqlCosts, SqlOrders
from persistence.outbox import Collected
from persistence.payment import SqlPaymentEvents, SqlPaymentIntents, SqlPaymentRefunds
from persistence.payout import SqlPayoutBatches, SqlPayouts
from persistence.piece import SqlPieces
from persistence.piece_cost import SqlPieceCosts
from persistence.policy import SqlPolicies
from persistence.pool import Busy, Pool
from persistence.price import SqlPriceChanges
from persistence.receivable import SqlReceivables
from persistence.session import SqlSessions
from persistence.settlement import SqlSettlements
from persistence.shipment import SqlShipments, SqlTransitCovers
from persistence.shop import SqlShops
from persistence.stock import SqlGoodsReceipts, SqlOpenedGoods, SqlStocks
from persistence.supplier import SqlSupplierBills, SqlSuppliers
from persistence.title import SqlPieceTies, SqlTitleRecords
from persistence.trade_in import SqlTradeIns
from persistence.travel_product import SqlTravelProducts
from persistence.trip_request import SqlTripRequests
from persistence.valuation import SqlMarkets
from persistence.voucher import SqlVouchers, SqlVoucherUses
from persistence.wallet import SqlHolds, SqlWallets

C = TypeVar("C")
R = TypeVar("R")

ATTEMPTS = 3
SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"
AWAY = ("08", "53", "57", "55P03")
"""SQLSTATEs of a database that is gone, full, stopping, or busy for longer than a request waits."""

UNKNOWN = (
    "The database went away before it said whether this was done. Send it again with the same key:"
    " if it was done you get its answer, and if not it is done then."
)

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

CLOSE = sql(
    """
    WITH happened AS (
        INSERT INTO event (name, subject_kind, subject_id, data, piece_id, account_id, actor_id, action, occurred_at)
        SELECT name, subject_kind, subject_id, data, piece_id, account_id, CAST(:actor AS uuid), :action, :now
        FROM jsonb_to_recordset(CAST(:events AS jsonb)) AS e (
            name text, subject_kind text, subject_id uuid, data jsonb, piece_id uuid, account_id uuid)
    ), later AS (
        INSERT INTO outbox (name, subject_id, due_at)
        SELECT name, subject_id, due_at
        FROM jsonb_to_recordset(CAST(:jobs AS jsonb)) AS j (name text, subject_id uuid, due_at timestamptz)
    )
    INSERT INTO idempotency_key (scope, key, action, fingerprint, answer, kept_since)
    VALUES (:scope, :key, :action, :fingerprint, CAST(:answer AS jsonb), :now)
    """
)


class RandomIdentities:
    """UUIDv7 ids, and codes that are random so that they tell nothing."""

    def id(self) -> UUID:
        return uuid7()

    def code(self, prefix: str) -> str:
        drawn = "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))
        return f"{prefix}-{drawn[:4]}-{drawn[4:]}"


class SqlWork:
    """Every collection, on one connection in one transaction; each is made when a verb first asks for it."""

    def __init__(self, connection: Connection, signer: Signer | None = None, mint: Mint | None = None) -> None:
        self.connection = connection
        self.collected = Collected()
        self.new = RandomIdentities()
        self._signer = signer
        self._mint = mint

    @property
    def signer(self) -> Signer:
        assert self._signer is not None, "only a house with a seal issues certificates"
        return self._signer

    @property
    def mint(self) -> Mint:
        assert self._mint is not None, "only a house with a secret makes others of it"
        return self._mint

    @property
    def events(self) -> Any:
        return self.collected.events

    @property
    def outbox(self) -> Any:
        return self.collected.jobs

    @cached_property
    def ledger(self) -> SqlLedger:
        return SqlLedger(self.connection)

    @cached_property
    def wallets(self) -> SqlWallets:
        return SqlWallets(self.connection)

    @cached_property
    def holds(self) -> SqlHolds:
        return SqlHolds(self.connection)

    @cached_property
    def accounts(self) -> SqlAccounts:
        return SqlAccounts(self.connection)

    @cached_property
    def consignments(self) -> SqlConsignments:
        return SqlConsignments(self.connection)

    @cached_property
    def shops(self) -> SqlShops:
        return SqlShops(self.connection)

    @cached_property
    def associates(self) -> SqlAssociates:
        return SqlAssociates(self.connection)

    @cached_property
    def slots(self) -> SqlSlots:
        return SqlSlots(self.connection)

    @cached_property
    def appointments(self) -> SqlAppointments:
        return SqlAppointments(self.connection)

    @cached_property
    def consignment_tasks(self) -> SqlConsignmentTasks:
        return SqlConsignmentTasks(self.connection)

    @cached_property
    def intake_receipts(self) -> SqlIntakeReceipts:
        return SqlIntakeReceipts(self.connection)

    @cached_property
    def policies(self) -> SqlPolicies:
        return SqlPolicies(self.connection)

    @cached_property
    def contracts(self) -> SqlContracts:
        return SqlContracts(self.connection)

    @cached_property
    def piece_costs(self) -> SqlPieceCosts:
        return SqlPieceCosts(self.connection)

    @cached_property
    def settlements(self) -> SqlSettlements:
        return SqlSettlements(self.connection)

    @cached_property
    def markdowns(self) -> SqlMarkdowns:
        return SqlMarkdowns(self.connection)

    @cached_property
    def agreements(self) -> ContractAgreements:
        return ContractAgreements(self)

    @property
    def sellers(self) -> SqlAccounts:
        return self.accounts

    @cached_property
    def credentials(self) -> SqlCredentials:
        return SqlCredentials(self.connection)

    @cached_property
    def sessions(self) -> SqlSessions:
        return SqlSessions(self.connection)

    @cached_property
    def api_keys(self) -> SqlApiKeys:
        return SqlApiKeys(self.connection)

    @cached_property
    def identities(self) -> SqlIdentities:
        return SqlIdentities(self.connection)

    @cached_property
    def dealings(self) -> SqlDealings:
        return SqlDealings(self.connection)

    @cached_property
    def payouts(self) -> SqlPayouts:
        return SqlPayouts(self.connection)

    @cached_property
    def payout_batches(self) -> SqlPayoutBatches:
        return SqlPayoutBatches(self.connection)

    @cached_property
    def receivables(self) -> SqlReceivables:
        return SqlReceivables(self.connection)

    @cached_property
    def claims(self) -> SqlClaims:
        return SqlClaims(self.connection)

    @cached_property
    def reservations(self) -> SqlReservations:
        return SqlReservations(self.connection)

    @cached_property
    def carts(self) -> SqlCarts:
        return SqlCarts(self.connection)

    @cached_property
    def shelf(self) -> SqlShelf:
        return SqlShelf(self.connection)

    @cached_property
    def orders(self) -> SqlOrders:
        return SqlOrders(self.connection)

    @cached_property
    def trade_ins(self) -> SqlTradeIns:
        return SqlTradeIns(self.connection)

    @cached_property
    def pledges(self) -> TradeInPledges:
        return TradeInPledges(self)

    @cached_property
    def campaigns(self) -> SqlCampaigns:
        return SqlCampaigns(self.connection)

    @cached_property
    def subsidies(self) -> SqlSubsidies:
        return SqlSubsidies(self.connection)

    @cached_property
    def vouchers(self) -> SqlVouchers:
        return SqlVouchers(self.connection)

    @cached_property
    def voucher_uses(self) -> SqlVoucherUses:
        return SqlVoucherUses(self.connection)

    @cached_property
    def discounts(self) -> VoucherDiscounts:
        return VoucherDiscounts(self)

    @cached_property
    def fx_rates(self) -> SqlFxRates:
        return SqlFxRates(self.connection)

    @cached_property
    def fx_quotes(self) -> SqlFxQuotes:
        return SqlFxQuotes(self.connection)

    @cached_property
    def fx_exchanges(self) -> SqlFxExchanges:
        return SqlFxExchanges(self.connection)

    @cached_property
    def fx_liquidities(self) -> SqlFxLiquidities:
        return SqlFxLiquidities(self.connection)

    @cached_property
    def gift_cards(self) -> SqlGiftCards:
        return SqlGiftCards(self.connection)

    @cached_property
    def gift_card_uses(self) -> SqlGiftCardUses:
        return SqlGiftCardUses(self.connection)

    @cached_property
    def acquisition_plans(self) -> SqlAcquisitionPlans:
        return SqlAcquisitionPlans(self.connection)

    @cached_property
    def markets(self) -> SqlMarkets:
        return SqlMarkets(self.connection)

    @cached_property
    def dispositions(self) -> SqlDispositions:
        return SqlDispositions(self.connection)

    @cached_property
    def costs(self) -> SqlCosts:
        return SqlCosts(self.connection)

    @cached_property
    def suppliers(self) -> SqlSuppliers:
        return SqlSuppliers(self.connection)

    @cached_property
    def supplier_bills(self) -> SqlSupplierBills:
        return SqlSupplierBills(self.connection)

    @cached_property
    def travel_products(self) -> SqlTravelProducts:
        return SqlTravelProducts(self.connection)

    @cached_property
    def departures(self) -> SqlDepartures:
        return SqlDepartures(self.connection)

    @cached_property
    def bookings(self) -> SqlBookings:
        return SqlBookings(self.connection)

    @cached_property
    def booking_intakes(self) -> SqlBookingIntakes:
        return SqlBookingIntakes(self.connection)

    @cached_property
    def bundles(self) -> SqlBundles:
        return SqlBundles(self.connection)

    @cached_property
    def trip_requests(self) -> SqlTripRequests:
        return SqlTripRequests(self.connection)

    @cached_property
    def payment_intents(self) -> SqlPaymentIntents:
        return SqlPaymentIntents(self.connection)

    @cached_property
    def payment_refunds(self) -> SqlPaymentRefunds:
        return SqlPaymentRefunds(self.connection)

    @cached_property
    def payment_events(self) -> SqlPaymentEvents:
        return SqlPaymentEvents(self.connection)

    @cached_property
    def shipments(self) -> SqlShipments:
        return SqlShipments(self.connection)

    @cached_property
    def transit_covers(self) -> SqlTransitCovers:
        return SqlTransitCovers(self.connection)

    @cached_property
    def goods_returns(self) -> SqlGoodsReturns:
        return SqlGoodsReturns(self.connection)

    @property
    def recipients(self) -> SqlAccounts:
        return self.accounts

    @cached_property
    def media_uploads(self) -> SqlMediaUploads:
        return SqlMediaUploads(self.connection)

    @cached_property
    def brands(self) -> SqlBrands:
        return SqlBrands(self.connection)

    @cached_property
    def categories(self) -> SqlCategories:
        return SqlCategories(self.connection)

    @cached_property
    def collections(self) -> SqlCollections:
        return SqlCollections(self.connection)

    @cached_property
    def products(self) -> SqlProducts:
        return SqlProducts(self.connection)

    @cached_property
    def pieces(self) -> SqlPieces:
        return SqlPieces(self.connection)

    @cached_property
    def title_records(self) -> SqlTitleRecords:
        return SqlTitleRecords(self.connection)

    @cached_property
    def piece_ties(self) -> SqlPieceTies:
        return SqlPieceTies(self.connection)

    @cached_property
    def listings(self) -> SqlListings:
        return SqlListings(self.connection)

    @cached_property
    def stocks(self) -> SqlStocks:
        return SqlStocks(self.connection)

    @cached_property
    def goods_receipts(self) -> SqlGoodsReceipts:
        return SqlGoodsReceipts(self.connection)

    @cached_property
    def opened_goods(self) -> SqlOpenedGoods:
        return SqlOpenedGoods(self.connection)

    @cached_property
    def price_changes(self) -> SqlPriceChanges:
        return SqlPriceChanges(self.connection)

    @cached_property
    def appraisers(self) -> SqlAppraisers:
        return SqlAppraisers(self.connection)

    @cached_property
    def grading_standards(self) -> SqlGradingStandards:
        return SqlGradingStandards(self.connection)

    @cached_property
    def appraisals(self) -> SqlAppraisals:
        return SqlAppraisals(self.connection)

    @cached_property
    def opinions(self) -> SqlOpinions:
        return SqlOpinions(self.connection)

    @cached_property
    def sales(self) -> SqlSales:
        return SqlSales(self.connection)

    @cached_property
    def grader(self) -> Grader:
        return RuleGrader()

    @cached_property
    def certificates(self) -> SqlCertificates:
        return SqlCertificates(self.connection)

    @cached_property
    def recalls(self) -> SqlRecalls:
        return SqlRecalls(self.connection)


class DryRun(Exception):
    """Carries a dry run's answer out of the transaction that it undoes."""

    def __init__(self, answer: object) -> None:
        self.answer = answer


class SqlTransactor:
    """Runs verbs. `committed` is awaited after each commit with the names of what happened."""

    def __init__(
        self,
        pool: Pool,
        freshness: Freshness,
        committed: Callable[[Collected], Awaitable[None]] | None = None,
        signer: Signer | None = None,
        mint: Mint | None = None,
    ) -> None:
        self.pool = pool
        self.freshness = freshness
        self.committed = committed
        self.signer = signer
        self.mint = mint
        self.told: Counter[tuple[str, str]] = Counter()
        """How often which verb ended how: done, rehearsed, unavailable, or by the code of its refusal."""

    async def __call__(
        self,
        verb: Verb[Any, C, R],
        viewer: Viewer,
        command: C,
        *,
        action: str,
        key: str,
        now: datetime,
        dry_run: bool = False,
    ) -> R:
        outcome = "failed"
        try:
            answer = await self._run(verb, viewer, command, action, key, now, dry_run)
            outcome = "rehearsed" if dry_run else "done"
            return answer
        except Refusal as refusal:
            outcome = refusal.code
            raise
        except Unavailable:
            outcome = "unavailable"
            raise
        finally:
            self.told[action, outcome] += 1

    async def _run(
        self, verb: Verb[Any, C, R], viewer: Viewer, command: C, action: str, key: str, now: datetime, dry_run: bool
    ) -> R:
        check_key(key)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._attempt(verb, viewer, command, action, key, now, dry_run)
            except DryRun as done:
                return cast("R", done.answer)
            except Busy as error:
                raise Unavailable("The database is busy right now, and nothing was done.") from error
            except GONE as error:
                raise Unavailable(UNKNOWN) from error
            except asyncpg.PostgresError as error:
                state = error.sqlstate or ""
                if state in (SERIALIZATION_FAILURE, DEADLOCK_DETECTED) and attempt < ATTEMPTS:
                    await asyncio.sleep(0.005 * attempt)
                    continue
                if not state or state.startswith(AWAY):
                    raise Unavailable(UNKNOWN) from error
                raise
        raise AssertionError("unreachable")

    async def _attempt(
        self, verb: Verb[Any, C, R], viewer: Viewer, command: C, action: str, key: str, now: datetime, dry_run: bool
    ) -> R:
        asked = idempotency.ask(viewer, action, key, command)
        async with self.pool.lend() as raw:
            writes = Writes()
            try:
                async with transaction(raw, idempotency.opening(asked)) as connection:
                    work = SqlWork(connection, self.signer, self.mint)
                    answer: object
                    try:
                        answer = await verb(work, viewer, command, now=now)
                        if dry_run:
                            # Constraints that wait for the commit must have their say in a rehearsal too.
                            await raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
                            raise DryRun(answer)
                    except Refusal as refusal:
                        if dry_run:
                            raise
                        await raw.execute(idempotency.BACK)
                        connection.writes = Writes()
                        work, answer = SqlWork(connection, self.signer, self.mint), refusal
                        if (attempt := attempted(viewer, refusal)) is not None:
                            work.events.append(attempt)
                        await refusal.follow(work, now=now)
                    await connection.execute(
                        CLOSE,
                        closing(work.collected, viewer, action, now, asked, verb, answer),
                        rows={"event": [event.piece_id for event in work.collected.events]},
                    )
                    writes = connection.writes
            except asyncpg.PostgresError as error:
                stored = await idempotency.answer_before(raw, asked, error)
                # Whoever did it may have died before it could say what it changed.
                self.freshness.touch_everything()
                return cast("R", answer_or_raise(idempotency.kept(cast("Any", verb), stored)))
            finally:
                # Also when it is not known whether the commit came through.
                self.freshness.touch(writes.tags)
            if self.committed is not None:
                await self.committed(work.collected)
            return cast("R", answer_or_raise(answer))


def answer_or_raise(answer: object) -> object:
    if isinstance(answer, Refusal):
        raise answer
    return answer


def closing(
    collected: Collected,
    viewer: Viewer,
    action: str,
    now: datetime,
    asked: Asked,
    verb: object,
    answer: object,
) -> dict[str, Any]:
    events = [
        {
            "name": event.name,
            "subject_kind": event.subject_kind,
            "subject_id": event.subject_id,
            "data": event.data,
            "piece_id": event.piece_id,
            "account_id": event.account_id,
        }
        for event in collected.events
    ]
    jobs = [{"name": job.name, "subject_id": job.subject_id, "due_at": job.due_at} for job in collected.jobs]
    return {
        "scope": asked.scope,
        "key": asked.key,
        "fingerprint": asked.fingerprint,
        "actor": viewer.account_id,
        "action": action,
        "now": now,
        "events": orjson.dumps(events).decode(),
        "jobs": orjson.dumps(jobs).decode(),
        "answer": orjson.dumps(idempotency.keep(cast("Any", verb), answer)).decode(),
    }
