"""The ledger in PostgreSQL, which itself refuses what must not be:

unbalanced journals, changed postings, negative wallets.

The app may only insert journals and postings. Triggers that run as the owner move pockets and lots, and at commit link
each journal into a chain of hashes. A backend writes to the chain of its own process id, so chains do not contend.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Identity, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import BYTEA
from sqlmodel import Field, SQLModel

from domain.ledger import CUSTOMER_KINDS, AccountKind, CurrencyProof, Journal, LedgerHealth
from domain.money import Currency, Money
from domain.wallet import LotOrigin
from persistence.connection import Connection
from persistence.table import attach, followed, key, minor, moment, one_of, text

APPEND_ONLY = {"app": "SELECT, INSERT"}
READ_ONLY = {"app": "SELECT"}
CHAINS = 16


class WalletPocketRow(SQLModel, table=True):
    """One customer in one currency. Only the posting trigger writes it."""

    __tablename__ = "wallet_pocket"
    __table_args__ = (
        CheckConstraint("cash_minor >= 0", name="cash"),
        CheckConstraint("credit_minor >= 0", name="credit"),
        CheckConstraint("deposit_minor >= 0", name="deposit"),
        CheckConstraint("held_minor >= 0", name="held"),
        CheckConstraint("owed_minor >= 0", name="owed"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        {"info": READ_ONLY},
    )
    owner: UUID = key("account.id", primary=True)
    currency: str = text(primary=True)
    cash_minor: int = minor()
    credit_minor: int = minor()
    deposit_minor: int = minor()
    held_minor: int = minor()
    owed_minor: int = minor()
    version: int = minor()


class CreditLotRow(SQLModel, table=True):
    """The app makes a lot empty; only the posting trigger fills and empties it."""

    __tablename__ = "credit_lot"
    __table_args__ = (
        UniqueConstraint("id", "owner", "currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("remaining_minor BETWEEN 0 AND amount_minor", name="remaining"),
        CheckConstraint(one_of("origin", LotOrigin), name="origin"),
        CheckConstraint("expires_at IS NULL OR origin = 'PROMOTION'", name="only_promotion_expires"),
        Index("ix_credit_lot_spendable", "owner", "currency", postgresql_where=sql("remaining_minor > 0")),
        {
            "info": {
                "app": "SELECT, INSERT (id, owner, currency, origin, amount_minor, priority, expires_at, cause_kind,"
                " cause_id, created_at)"
            }
        },
    )
    id: UUID = key(primary=True)
    owner: UUID = key("account.id")
    currency: str = text()
    origin: str = text()
    amount_minor: int = minor()
    remaining_minor: int = Field(
        sa_column=Column("remaining_minor", BigInteger, nullable=False, server_default=sql("0"))
    )
    priority: int
    expires_at: datetime | None = moment(nullable=True)
    cause_kind: str = text()
    cause_id: UUID = key()
    created_at: datetime = moment()


class LedgerJournalRow(SQLModel, table=True):
    __tablename__ = "ledger_journal"
    __table_args__ = (
        Index("ix_ledger_journal_cause", "cause_id", "cause_kind"),
        {"info": APPEND_ONLY},
    )
    id: UUID = key(primary=True)
    cause_kind: str = text()
    cause_id: UUID = key()
    memo: str = text()
    occurred_at: datetime = moment()


class LedgerPostingRow(SQLModel, table=True):
    __tablename__ = "ledger_posting"
    __table_args__ = (
        ForeignKeyConstraint(
            ["lot_id", "owner", "currency"], ["credit_lot.id", "credit_lot.owner", "credit_lot.currency"]
        ),
        CheckConstraint("amount_minor <> 0", name="amount"),
        CheckConstraint(one_of("kind", AccountKind), name="kind"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint(f"(owner IS NOT NULL) = ({one_of('kind', sorted(CUSTOMER_KINDS))})", name="owner"),
        CheckConstraint("(lot_id IS NOT NULL) = (kind = 'CREDIT')", name="lot"),
        UniqueConstraint("journal_id", "line"),
        Index("ix_ledger_posting_statement", "owner", "currency", "id", postgresql_where=sql("owner IS NOT NULL")),
        Index(
            "ix_ledger_posting_house",
            "kind",
            "currency",
            "xid",
            postgresql_include=["amount_minor"],
            postgresql_where=sql("owner IS NULL"),
        ),
        Index("ix_ledger_posting_lot", "lot_id", postgresql_where=sql("lot_id IS NOT NULL")),
        Index("ix_ledger_posting_credit", "xid", postgresql_where=sql("kind = 'CREDIT'")),
        {"info": {"app": "SELECT, INSERT (journal_id, line, owner, kind, currency, amount_minor, lot_id)"}},
    )
    id: int = Field(sa_column=Column("id", BigInteger, Identity(always=True), primary_key=True))
    journal_id: UUID = key("ledger_journal.id")
    line: int
    owner: UUID | None = key("account.id", nullable=True)
    kind: str = text()
    currency: str = text()
    amount_minor: int = minor()
    lot_id: UUID | None = key(nullable=True)
    xid: int = Field(
        sa_column=Column("xid", BigInteger, nullable=False, server_default=sql("(pg_current_xact_id()::text::bigint)"))
    )


class LedgerChainRow(SQLModel, table=True):
    """The head of each chain of hashes."""

    __tablename__ = "ledger_chain"
    __table_args__ = ({"info": READ_ONLY},)
    chain: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = minor()
    hash: bytes = Field(sa_type=BYTEA)


class LedgerLinkRow(SQLModel, table=True):
    """A journal's place in its chain: the hash covers the link before it and everything that the journal says."""

    __tablename__ = "ledger_link"
    __table_args__ = (UniqueConstraint("chain", "position"), {"info": READ_ONLY})
    journal_id: UUID = key("ledger_journal.id", primary=True)
    chain: int
    position: int = minor()
    previous_hash: bytes = Field(sa_type=BYTEA)
    hash: bytes = Field(sa_type=BYTEA)


class LedgerSnapshotRow(SQLModel, table=True):
    """The sum of a house account's postings made by transactions before `before_xid`;

    later ones are added on reading.
    """

    __tablename__ = "ledger_snapshot"
    __table_args__ = ({"info": READ_ONLY},)
    kind: str = text(primary=True)
    currency: str = text(primary=True)
    before_xid: int = minor()
    balance_minor: int = minor()


class FxLiquidityRow(SQLModel, table=True):
    """What the house has to exchange in one currency: the one account of the house that may not be below zero.

    Only the posting trigger writes it.
    """

    __tablename__ = "fx_liquidity"
    __table_args__ = (
        CheckConstraint("balance_minor >= 0", name="never_below_zero"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        {"info": READ_ONLY},
    )
    currency: str = text(primary=True)
    balance_minor: int = minor()
    version: int = minor()


LIQUIDITY = f"""
INSERT INTO fx_liquidity (currency, balance_minor, version)
SELECT unnest(ARRAY[{", ".join(repr(str(currency)) for currency in Currency)}]), 0, 0
"""

GENESIS = r"""
INSERT INTO ledger_chain (chain, position, hash)
SELECT chain, 0, sha256(convert_to('cercle ledger ' || chain, 'UTF8')) FROM generate_series(0, 15) AS chain
"""

JOURNAL_HASH = r"""
CREATE FUNCTION ledger_journal_hash(p_previous bytea, p_journal uuid) RETURNS bytea
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT sha256(p_previous || convert_to(
        j.id || '|' || j.cause_kind || '|' || j.cause_id || '|' || j.memo || '|'
        || (extract(epoch FROM j.occurred_at) * 1000000)::bigint || '|'
        || (SELECT string_agg(concat_ws(':', p.line, coalesce(p.owner::text, 'house'), p.kind, p.currency,
                                        p.amount_minor, coalesce(p.lot_id::text, '-')), ',' ORDER BY p.line)
            FROM ledger_posting p WHERE p.journal_id = j.id), 'UTF8'))
    FROM ledger_journal j WHERE j.id = p_journal
$$
"""

APPLY_POSTINGS = r"""
CREATE FUNCTION ledger_apply() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moved record;
BEGIN
    IF EXISTS (SELECT FROM posted p JOIN ledger_link l USING (journal_id)) THEN
        RAISE EXCEPTION 'a journal is closed once it is linked: post another one' USING ERRCODE = 'restrict_violation';
    END IF;
    -- One pocket after the other, in id order: whoever moves several at once never waits in a ring.
    FOR moved IN
        SELECT owner, currency,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'CASH'), 0) AS cash,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'CREDIT'), 0) AS credit,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'DEPOSIT'), 0) AS deposit,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'HELD'), 0) AS held,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'RECEIVABLE'), 0) AS receivable
        FROM posted WHERE owner IS NOT NULL GROUP BY owner, currency ORDER BY owner, currency
    LOOP
        PERFORM wallet_lock(ARRAY[moved.owner], ARRAY[moved.currency]);
        UPDATE wallet_pocket SET
            cash_minor = cash_minor + moved.cash, credit_minor = credit_minor + moved.credit,
            deposit_minor = deposit_minor + moved.deposit, held_minor = held_minor + moved.held,
            owed_minor = owed_minor - moved.receivable, version = version + 1
        WHERE owner = moved.owner AND currency = moved.currency;
    END LOOP;
    FOR moved IN
        SELECT lot_id, sum(amount_minor) AS amount FROM posted WHERE lot_id IS NOT NULL GROUP BY lot_id ORDER BY lot_id
    LOOP
        UPDATE credit_lot SET remaining_minor = remaining_minor + moved.amount WHERE id = moved.lot_id;
    END LOOP;
    FOR moved IN
        SELECT currency, sum(amount_minor) AS amount FROM posted
        WHERE kind = 'FX_LIQUIDITY' GROUP BY currency ORDER BY currency
    LOOP
        UPDATE fx_liquidity SET balance_minor = balance_minor + moved.amount, version = version + 1
        WHERE currency = moved.currency;
    END LOOP;
    RETURN NULL;
END $$
"""

APPLY_TRIGGER = """
CREATE TRIGGER ledger_apply AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply()
"""

CLOSE_JOURNAL = r"""
CREATE FUNCTION ledger_close() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    off text;
    head ledger_chain;
    linked bytea;
BEGIN
    SELECT string_agg(currency || ' ' || amount, ', ') INTO off FROM (
        SELECT currency, sum(amount_minor) AS amount FROM ledger_posting
        WHERE journal_id = NEW.id GROUP BY currency HAVING sum(amount_minor) <> 0) sums;
    IF off IS NOT NULL THEN
        RAISE EXCEPTION 'journal % is not balanced: %', NEW.id, off USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT count(*) FROM ledger_posting WHERE journal_id = NEW.id) < 2 THEN
        RAISE EXCEPTION 'journal % has fewer than two postings', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO head FROM ledger_chain WHERE chain = pg_backend_pid() % 16 FOR UPDATE;
    linked := ledger_journal_hash(head.hash, NEW.id);
    INSERT INTO ledger_link (journal_id, chain, position, previous_hash, hash)
    VALUES (NEW.id, head.chain, head.position + 1, head.hash, linked);
    UPDATE ledger_chain SET position = head.position + 1, hash = linked WHERE chain = head.chain;
    RETURN NULL;
END $$
"""

CLOSE_TRIGGER = """
CREATE CONSTRAINT TRIGGER ledger_close AFTER INSERT ON ledger_journal DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_close()
"""

LOCK_POCKETS = r"""
CREATE FUNCTION wallet_lock(p_owners uuid[], p_currencies text[]) RETURNS SETOF wallet_pocket
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wanted record;
    pocket wallet_pocket;
BEGIN
    FOR wanted IN
        SELECT DISTINCT owner, currency FROM unnest(p_owners, p_currencies) AS w (owner, currency)
        ORDER BY owner, currency
    LOOP
        SELECT * INTO pocket FROM wallet_pocket WHERE owner = wanted.owner AND currency = wanted.currency FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO wallet_pocket
                (owner, currency, cash_minor, credit_minor, deposit_minor, held_minor, owed_minor, version)
            VALUES (wanted.owner, wanted.currency, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
            SELECT * INTO pocket FROM wallet_pocket
            WHERE owner = wanted.owner AND currency = wanted.currency FOR UPDATE;
        END IF;
        RETURN NEXT pocket;
    END LOOP;
END $$
"""

LOCK_LIQUIDITY = r"""
CREATE FUNCTION fx_liquidity_lock(p_currencies text[]) RETURNS SETOF fx_liquidity
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM fx_liquidity WHERE currency = ANY(p_currencies) ORDER BY currency FOR UPDATE
$$
"""

POST_JOURNAL = r"""
CREATE FUNCTION ledger_post(p_id uuid, p_cause_kind text, p_cause_id uuid, p_memo text, p_occurred_at timestamptz,
    p_owners uuid[], p_kinds text[], p_currencies text[], p_amounts bigint[], p_lots uuid[]) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
    INSERT INTO ledger_journal (id, cause_kind, cause_id, memo, occurred_at)
    VALUES (p_id, p_cause_kind, p_cause_id, p_memo, p_occurred_at);
    INSERT INTO ledger_posting (journal_id, line, owner, kind, currency, amount_minor, lot_id)
    SELECT p_id, line, owner, kind, currency, amount, lot
    FROM unnest(p_owners, p_kinds, p_currencies, p_amounts, p_lots) WITH ORDINALITY
        AS posting (owner, kind, currency, amount, lot, line);
$$
"""

TAKE_SNAPSHOT = r"""
CREATE FUNCTION ledger_take_snapshot() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    -- One after the other: two at once would both add the postings since the last.
    SELECT pg_advisory_xact_lock(hashtextextended('ledger_take_snapshot', 7));
    WITH horizon AS (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid)
    INSERT INTO ledger_snapshot AS s (kind, currency, before_xid, balance_minor)
    SELECT p.kind, p.currency, h.xid, sum(p.amount_minor)
    FROM horizon h, ledger_posting p LEFT JOIN ledger_snapshot o USING (kind, currency)
    WHERE p.owner IS NULL AND p.xid < h.xid AND p.xid >= coalesce(o.before_xid, 0)
    GROUP BY p.kind, p.currency, h.xid
    ON CONFLICT (kind, currency) DO UPDATE
    SET before_xid = excluded.before_xid, balance_minor = s.balance_minor + excluded.balance_minor
$$
"""

attach(GENESIS, LIQUIDITY)
attach(
    JOURNAL_HASH,
    LOCK_POCKETS,
    LOCK_LIQUIDITY,
    APPLY_POSTINGS,
    APPLY_TRIGGER,
    CLOSE_JOURNAL,
    CLOSE_TRIGGER,
    POST_JOURNAL,
)
attach(TAKE_SNAPSHOT)
followed("ledger_posting", "wallet_pocket", "credit_lot", "fx_liquidity")
followed("ledger_journal", "ledger_link", "ledger_chain")


class SqlLedger:
    """Posts journals, one statement each."""

    _POST = sql(
        "SELECT ledger_post(:id, :cause_kind, :cause_id, :memo, :at, :owners, :kinds, :currencies, :amounts, :lots)"
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def post(self, journal: Journal) -> None:
        postings = journal.postings
        await self.connection.execute(
            self._POST,
            {
                "id": journal.id,
                "cause_kind": journal.cause_kind,
                "cause_id": journal.cause_id,
                "memo": journal.memo,
                "at": journal.occurred_at,
                "owners": [posting.account.owner for posting in postings],
                "kinds": [posting.account.kind for posting in postings],
                "currencies": [posting.account.currency for posting in postings],
                "amounts": [posting.amount.minor for posting in postings],
                "lots": [posting.lot_id for posting in postings],
            },
        )


HEALTH = """
WITH sums AS (SELECT journal_id FROM ledger_posting GROUP BY journal_id, currency HAVING sum(amount_minor) <> 0),
moved AS (
    SELECT owner, currency,
        coalesce(sum(amount_minor) FILTER (WHERE kind = 'CASH'), 0) AS cash,
        coalesce(sum(amount_minor) FILTER (WHERE kind = 'CREDIT'), 0) AS credit,
        coalesce(sum(amount_minor) FILTER (WHERE kind = 'DEPOSIT'), 0) AS deposit,
        coalesce(sum(amount_minor) FILTER (WHERE kind = 'HELD'), 0) AS held,
        -coalesce(sum(amount_minor) FILTER (WHERE kind = 'RECEIVABLE'), 0) AS owed
    FROM ledger_posting WHERE owner IS NOT NULL GROUP BY owner, currency),
lots AS (SELECT lot_id, sum(amount_minor) AS amount FROM ledger_posting WHERE lot_id IS NOT NULL GROUP BY lot_id)
SELECT now() AS at,
    (SELECT count(*) FROM ledger_journal) AS journals,
    (SELECT count(*) FROM ledger_posting) AS postings,
    (SELECT count(DISTINCT journal_id) FROM sums) AS unbalanced_journals,
    (SELECT count(*) FROM ledger_journal j LEFT JOIN ledger_link l ON l.journal_id = j.id WHERE l.journal_id IS NULL)
        AS unlinked_journals,
    (SELECT count(*) FROM (
        SELECT l.hash, l.previous_hash, ledger_journal_hash(l.previous_hash, l.journal_id) AS recomputed,
            lag(l.hash, 1, sha256(convert_to('cercle ledger ' || l.chain, 'UTF8'))) OVER w AS before,
            lead(l.hash, 1, c.hash) OVER w AS follows, lead(l.previous_hash, 1, c.hash) OVER w AS next_previous
        FROM ledger_link l LEFT JOIN ledger_chain c USING (chain)
        WINDOW w AS (PARTITION BY l.chain ORDER BY l.position)) x
     WHERE hash IS DISTINCT FROM recomputed OR previous_hash IS DISTINCT FROM before
        OR next_previous IS DISTINCT FROM hash)
    + (SELECT count(*) FROM generate_series(0, 15) AS empty (chain)
       WHERE NOT EXISTS (SELECT FROM ledger_link l WHERE l.chain = empty.chain)
        AND NOT EXISTS (SELECT FROM ledger_chain c WHERE c.chain = empty.chain AND c.position = 0)) AS broken_links,
    (SELECT count(*) FROM wallet_pocket w FULL JOIN moved m USING (owner, currency)
     WHERE (w.cash_minor, w.credit_minor, w.deposit_minor, w.held_minor, w.owed_minor) IS DISTINCT FROM
        (coalesce(m.cash, 0), coalesce(m.credit, 0), coalesce(m.deposit, 0), coalesce(m.held, 0), coalesce(m.owed, 0)))
        AS drifted_pockets,
    (SELECT count(*) FROM credit_lot c LEFT JOIN lots l ON l.lot_id = c.id
     WHERE c.remaining_minor <> coalesce(l.amount, 0))
        AS drifted_lots,
    (SELECT count(*) FROM ledger_snapshot s WHERE balance_minor <> (
        SELECT coalesce(sum(p.amount_minor), 0) FROM ledger_posting p
        WHERE p.owner IS NULL AND p.kind = s.kind AND p.currency = s.currency AND p.xid < s.before_xid))
        AS drifted_snapshots,
    (SELECT count(*) FROM (
        SELECT currency, sum(amount_minor) AS minor FROM ledger_posting
        WHERE owner IS NULL AND kind = 'SUBSIDY_BUDGET' GROUP BY currency) stands
     FULL JOIN (
        SELECT currency, sum(CASE state WHEN 'OPEN' THEN budget_minor - spent_minor ELSE reserved_minor END) AS minor
        FROM campaign GROUP BY currency) told USING (currency)
     WHERE coalesce(stands.minor, 0) <> coalesce(told.minor, 0))
        AS drifted_budgets,
    (SELECT count(*) FROM (
        SELECT currency, sum(amount_minor) AS minor FROM ledger_posting
        WHERE owner IS NULL AND kind = 'SUPPLIER_PAYABLE' GROUP BY currency) stands
     FULL JOIN (
        SELECT currency, sum(amount_minor) AS minor FROM supplier_bill WHERE state = 'DUE' GROUP BY currency) told
        USING (currency)
     WHERE coalesce(stands.minor, 0) <> coalesce(told.minor, 0))
        AS drifted_bills,
    (SELECT count(*) FROM fx_liquidity l FULL JOIN (
        SELECT currency, sum(amount_minor) AS minor FROM ledger_posting
        WHERE owner IS NULL AND kind = 'FX_LIQUIDITY' GROUP BY currency) stands USING (currency)
     WHERE coalesce(l.balance_minor, 0) <> coalesce(stands.minor, 0))
        AS drifted_liquidity,
    (SELECT count(*) FROM (
        SELECT currency, CASE kind WHEN 'TREASURY' THEN 'FX_LIQUIDITY' ELSE kind END AS kind, sum(amount_minor) AS minor
        FROM ledger_posting WHERE owner IS NULL AND kind IN ('FX', 'FX_SPREAD', 'FX_LIQUIDITY', 'TREASURY')
        GROUP BY 1, 2) stands
     FULL JOIN (
        SELECT m.currency, m.kind, sum(m.minor) AS minor FROM fx_exchange e, LATERAL (VALUES
            (e.currency, 'FX', coalesce(e.gain_minor, 0)),
            (e.currency, 'FX_SPREAD', CASE e.state WHEN 'DONE' THEN e.spread_minor ELSE 0 END),
            (e.sold_currency, 'FX_LIQUIDITY', CASE e.state WHEN 'DONE' THEN e.sold_minor ELSE 0 END),
            (e.currency, 'FX_LIQUIDITY', CASE e.state WHEN 'DONE' THEN -e.mid_minor ELSE -e.gain_minor END))
            AS m (currency, kind, minor)
        GROUP BY 1, 2) told USING (currency, kind)
     WHERE coalesce(stands.minor, 0) <> coalesce(told.minor, 0))
        AS drifted_exchanges,
    (SELECT count(*) FROM wallet_pocket
     WHERE least(cash_minor, credit_minor, deposit_minor, held_minor, owed_minor) < 0)
        AS negative_pockets
"""

CURRENCY_PROOFS = """
WITH pockets AS (
    SELECT currency, sum(cash_minor + credit_minor + deposit_minor + held_minor - owed_minor) AS customers
    FROM wallet_pocket GROUP BY currency),
house AS (SELECT currency, sum(amount_minor) AS house FROM ledger_posting WHERE owner IS NULL GROUP BY currency),
volume AS (SELECT currency, count(*) AS posted FROM ledger_posting GROUP BY currency)
SELECT v.currency, coalesce(p.customers, 0)::bigint AS customers, coalesce(h.house, 0)::bigint AS house, v.posted
FROM volume v LEFT JOIN pockets p USING (currency) LEFT JOIN house h USING (currency) ORDER BY v.currency
"""

HOUSE_BALANCES = """
SELECT kind, currency, (coalesce(s.balance_minor, 0) + coalesce(later.amount, 0))::bigint AS balance_minor
FROM unnest($1::text[]) AS kind CROSS JOIN unnest($2::text[]) AS currency
LEFT JOIN ledger_snapshot s USING (kind, currency)
LEFT JOIN LATERAL (
    SELECT sum(p.amount_minor) AS amount FROM ledger_posting p
    WHERE p.owner IS NULL AND p.kind = kind.kind AND p.currency = currency.currency
        AND p.xid >= coalesce(s.before_xid, 0)) later ON true
WHERE s.kind IS NOT NULL OR later.amount IS NOT NULL
"""
IMBALANCE = f"""
SELECT currency, sum(minor)::bigint AS minor FROM (
    SELECT currency, sum(cash_minor + credit_minor + deposit_minor + held_minor - owed_minor) AS minor
    FROM wallet_pocket GROUP BY currency
    UNION ALL
    SELECT currency, sum(balance_minor) FROM ({HOUSE_BALANCES}) house GROUP BY currency) every
GROUP BY currency ORDER BY currency
"""
HOUSE_KINDS = sorted(set(AccountKind) - CUSTOMER_KINDS)


class SqlLedgerReader:
    """Proves the ledger from its postings in one snapshot."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def health(self) -> LedgerHealth:
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            found = await connection.fetchrow(HEALTH)
            proofs = await connection.fetch(CURRENCY_PROOFS)
        counts = {name: value for name, value in found.items() if name != "at"}
        return LedgerHealth(
            at=found["at"].astimezone(UTC),
            **counts,
            currencies=tuple(
                CurrencyProof(
                    currency=(currency := Currency(proof["currency"])),
                    customers=Money(proof["customers"], currency),
                    house=Money(proof["house"], currency),
                    posted=proof["posted"],
                )
                for proof in proofs
            ),
        )

    async def imbalance(self) -> Mapping[Currency, int]:
        """By currency, in minor units, what customers and the house have together: none, or something is off.

        House accounts are taken from the last snapshot on, so this costs no more as the ledger grows.
        """
        rows = await self.pool.fetch(IMBALANCE, HOUSE_KINDS, list(Currency))
        return {Currency(row["currency"]): row["minor"] for row in rows}

    async def house_balances(self) -> Mapping[tuple[AccountKind, Currency], Money]:
        """From the last snapshot and what was posted since."""
        rows = await self.pool.fetch(HOUSE_BALANCES, HOUSE_KINDS, list(Currency))
        return {
            (AccountKind(row["kind"]), currency := Currency(row["currency"])): Money(row["balance_minor"], currency)
            for row in rows
        }
