"""Every table, function, trigger and right of the first schema."""

# ruff: noqa: E501

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_baseline"
down_revision = None
phase = "expand"


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    op.create_table(
        "account",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("identity_level", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("identity_check", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_account_currency")),
        sa.CheckConstraint(
            "erased_at IS NULL OR (roles = '[]' AND email LIKE 'erased+%%')", name=op.f("ck_account_erased")
        ),
        sa.CheckConstraint("identity_level IN ('UNVERIFIED', 'VERIFIED')", name=op.f("ck_account_identity_level")),
        sa.CheckConstraint("jsonb_typeof(roles) = 'array' AND NOT roles ? 'SYSTEM'", name=op.f("ck_account_roles")),
        sa.CheckConstraint("jurisdiction ~ '^[A-Z]{2}$'", name=op.f("ck_account_jurisdiction")),
        sa.CheckConstraint("locale IN ('en', 'zh')", name=op.f("ck_account_locale")),
        sa.CheckConstraint("char_length(email) BETWEEN 3 AND 254", name=op.f("ck_account_email")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_account_name")),
        sa.CheckConstraint("token_epoch >= 0", name=op.f("ck_account_token_epoch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index("uq_account_email", "account", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("actor_id", sa.UUID(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "xid", sa.BigInteger(), server_default=sa.text("(pg_current_xact_id()::text::bigint)"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(
        "ix_event_actor", "event", ["actor_id", "id"], unique=False, postgresql_where=sa.text("actor_id IS NOT NULL")
    )
    op.create_index(
        "ix_event_piece", "event", ["piece_id", "id"], unique=False, postgresql_where=sa.text("piece_id IS NOT NULL")
    )
    op.create_index("ix_event_subject", "event", ["subject_id", "id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("scope", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("fingerprint", postgresql.BYTEA(), nullable=False),
        sa.Column("answer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("kept_since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_kept_since", "idempotency_key", ["kept_since"], unique=False)
    op.create_table(
        "ledger_chain",
        sa.Column("chain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", postgresql.BYTEA(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_ledger_chain")),
    )
    op.create_table(
        "ledger_journal",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.UUID(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_journal")),
    )
    op.create_index("ix_ledger_journal_cause", "ledger_journal", ["cause_id", "cause_kind"], unique=False)
    op.create_table(
        "ledger_snapshot",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("before_xid", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "currency", name=op.f("pk_ledger_snapshot")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_due", "outbox", ["due_at", "id"], unique=False)
    op.create_table(
        "consignment",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("seller", sa.UUID(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("photos", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("asking_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("estimate_low_minor", sa.BigInteger(), nullable=True),
        sa.Column("estimate_high_minor", sa.BigInteger(), nullable=True),
        sa.Column("estimate_note", sa.Text(), nullable=True),
        sa.Column("shop_id", sa.UUID(), nullable=True),
        sa.Column("appointment_id", sa.UUID(), nullable=True),
        sa.Column("parcel", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("product_id", sa.UUID(), nullable=True),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("refused", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("contract_id", sa.UUID(), nullable=True),
        sa.Column("agreed", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("listing_id", sa.UUID(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_parcel", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'RETURNED') = (returned_at IS NOT NULL)", name=op.f("ck_consignment_returned")),
        sa.CheckConstraint(
            "NOT (state IN ('AGREED', 'LISTED', 'RESERVED', 'SOLD', 'PAYABLE', 'SETTLED')) OR contract_id IS NOT NULL",
            name=op.f("ck_consignment_contract"),
        ),
        sa.CheckConstraint(
            "NOT (state IN ('RECEIVED', 'APPRAISING', 'APPRAISED', 'OFFERED', 'AGREED', 'LISTED', 'RESERVED', 'SOLD', 'PAYABLE', 'SETTLED', 'REFUSED', 'RETURNED')) OR received_at IS NOT NULL",
            name=op.f("ck_consignment_received"),
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_consignment_currency")),
        sa.CheckConstraint("route IN ('ONLINE', 'SHOP')", name=op.f("ck_consignment_route")),
        sa.CheckConstraint(
            "state <> 'APPOINTED' OR (shop_id IS NOT NULL AND route = 'SHOP')", name=op.f("ck_consignment_appointed")
        ),
        sa.CheckConstraint("state <> 'IN_TRANSIT' OR parcel <> 'null'::jsonb", name=op.f("ck_consignment_parcel")),
        sa.CheckConstraint("state <> 'REFUSED' OR refused <> 'null'::jsonb", name=op.f("ck_consignment_refused")),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'SUBMITTED', 'CONFIRMED', 'IN_TRANSIT', 'APPOINTED', 'RECEIVED', 'APPRAISING', 'APPRAISED', 'OFFERED', 'AGREED', 'LISTED', 'RESERVED', 'SOLD', 'PAYABLE', 'SETTLED', 'REFUSED', 'DECLINED', 'WITHDRAWN', 'EXPIRED', 'RETURNED')",
            name=op.f("ck_consignment_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('LISTED', 'RESERVED', 'SOLD', 'PAYABLE') OR listing_id IS NOT NULL",
            name=op.f("ck_consignment_listed"),
        ),
        sa.CheckConstraint(
            "(estimate_low_minor IS NULL) = (estimate_high_minor IS NULL)", name=op.f("ck_consignment_estimate_range")
        ),
        sa.CheckConstraint(
            "0 < estimate_low_minor AND estimate_low_minor <= estimate_high_minor", name=op.f("ck_consignment_estimate")
        ),
        sa.CheckConstraint("asking_price_minor > 0", name=op.f("ck_consignment_asking_price")),
        sa.CheckConstraint("char_length(brand) <= 120", name=op.f("ck_consignment_brand")),
        sa.CheckConstraint("char_length(description) <= 4000", name=op.f("ck_consignment_description")),
        sa.CheckConstraint("char_length(title) <= 200", name=op.f("ck_consignment_title")),
        sa.CheckConstraint("jsonb_array_length(photos) <= 24", name=op.f("ck_consignment_photos")),
        sa.ForeignKeyConstraint(["seller"], ["account.id"], name=op.f("fk_consignment_seller")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment")),
        sa.UniqueConstraint("code", name=op.f("uq_consignment_code")),
    )
    op.create_index(
        "ix_consignment_piece",
        "consignment",
        ["piece_id"],
        unique=False,
        postgresql_where=sa.text("piece_id IS NOT NULL"),
    )
    op.create_index("ix_consignment_queue", "consignment", ["state", "state_since", "id"], unique=False)
    op.create_index("ix_consignment_seller", "consignment", ["seller", "id"], unique=False)
    op.create_index("ix_consignment_seller_state", "consignment", ["seller", "state", "id"], unique=False)
    op.create_index(
        "uq_consignment_listing",
        "consignment",
        ["listing_id"],
        unique=True,
        postgresql_where=sa.text("listing_id IS NOT NULL"),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("password_hash LIKE '$argon2id$%%'", name=op.f("ck_credential_password_hash")),
        sa.ForeignKeyConstraint(["id"], ["account.id"], name=op.f("fk_credential_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    op.create_table(
        "credit_lot",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("remaining_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "expires_at IS NULL OR origin = 'PROMOTION'", name=op.f("ck_credit_lot_only_promotion_expires")
        ),
        sa.CheckConstraint(
            "origin IN ('SETTLEMENT', 'BONUS', 'PROMOTION', 'GOODWILL', 'REFUND')", name=op.f("ck_credit_lot_origin")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_credit_lot_amount")),
        sa.CheckConstraint("remaining_minor BETWEEN 0 AND amount_minor", name=op.f("ck_credit_lot_remaining")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_credit_lot_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_lot")),
        sa.UniqueConstraint("id", "owner", "currency", name=op.f("uq_credit_lot_id_owner_currency")),
    )
    op.create_index(
        "ix_credit_lot_spendable",
        "credit_lot",
        ["owner", "currency"],
        unique=False,
        postgresql_where=sa.text("remaining_minor > 0"),
    )
    op.create_table(
        "ledger_link",
        sa.Column("journal_id", sa.UUID(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("previous_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("hash", postgresql.BYTEA(), nullable=False),
        sa.ForeignKeyConstraint(["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_link_journal_id")),
        sa.PrimaryKeyConstraint("journal_id", name=op.f("pk_ledger_link")),
        sa.UniqueConstraint("chain", "position", name=op.f("uq_ledger_link_chain_position")),
    )
    op.create_table(
        "wallet_hold",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("slices", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'CAPTURED') = (captured_minor > 0)", name=op.f("ck_wallet_hold_captured_when")),
        sa.CheckConstraint("kind IN ('CASH', 'CREDIT')", name=op.f("ck_wallet_hold_kind")),
        sa.CheckConstraint("state IN ('HELD', 'CAPTURED', 'VOIDED', 'EXPIRED')", name=op.f("ck_wallet_hold_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_wallet_hold_amount")),
        sa.CheckConstraint("captured_minor BETWEEN 0 AND amount_minor", name=op.f("ck_wallet_hold_captured")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_wallet_hold_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_hold")),
    )
    op.create_index(
        "ix_wallet_hold_due", "wallet_hold", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'HELD'")
    )
    op.create_index("ix_wallet_hold_owner", "wallet_hold", ["owner", "id"], unique=False)
    op.create_table(
        "wallet_pocket",
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("deposit_minor", sa.BigInteger(), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_wallet_pocket_currency")),
        sa.CheckConstraint("cash_minor >= 0", name=op.f("ck_wallet_pocket_cash")),
        sa.CheckConstraint("credit_minor >= 0", name=op.f("ck_wallet_pocket_credit")),
        sa.CheckConstraint("deposit_minor >= 0", name=op.f("ck_wallet_pocket_deposit")),
        sa.CheckConstraint("held_minor >= 0", name=op.f("ck_wallet_pocket_held")),
        sa.CheckConstraint("owed_minor >= 0", name=op.f("ck_wallet_pocket_owed")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_wallet_pocket_owner")),
        sa.PrimaryKeyConstraint("owner", "currency", name=op.f("pk_wallet_pocket")),
    )
    op.create_table(
        "consignment_task",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("consignment_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("agent", sa.UUID(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "agent IS NOT NULL OR outcome IS NULL OR outcome = 'VOID'", name=op.f("ck_consignment_task_agent")
        ),
        sa.CheckConstraint("kind IN ('CONFIRM', 'RETURN')", name=op.f("ck_consignment_task_kind")),
        sa.CheckConstraint(
            "outcome IN ('CONFIRMED', 'DECLINED', 'UNREACHABLE', 'DONE', 'VOID')",
            name=op.f("ck_consignment_task_outcome"),
        ),
        sa.CheckConstraint("(outcome IS NULL) = (done_at IS NULL)", name=op.f("ck_consignment_task_done")),
        sa.CheckConstraint("attempt > 0", name=op.f("ck_consignment_task_attempt")),
        sa.ForeignKeyConstraint(["agent"], ["account.id"], name=op.f("fk_consignment_task_agent")),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_consignment_task_consignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment_task")),
        sa.UniqueConstraint(
            "consignment_id", "kind", "attempt", name=op.f("uq_consignment_task_consignment_id_kind_attempt")
        ),
    )
    op.create_index(
        "ix_consignment_task_due",
        "consignment_task",
        ["kind", "due_at"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_index(
        "uq_consignment_task_open",
        "consignment_task",
        ["consignment_id", "kind"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "intake_receipt",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("consignment_id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("shop_id", sa.UUID(), nullable=True),
        sa.Column("handed_over_by", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.UUID(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("photos", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.CheckConstraint("weight_grams > 0", name=op.f("ck_intake_receipt_weight")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_intake_receipt_consignment_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["account.id"], name=op.f("fk_intake_receipt_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_receipt")),
        sa.UniqueConstraint("code", name=op.f("uq_intake_receipt_code")),
        sa.UniqueConstraint("consignment_id", name=op.f("uq_intake_receipt_consignment_id")),
    )
    op.create_table(
        "ledger_posting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("journal_id", sa.UUID(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=True),
        sa.Column(
            "xid", sa.BigInteger(), server_default=sa.text("(pg_current_xact_id()::text::bigint)"), nullable=False
        ),
        sa.CheckConstraint("(lot_id IS NOT NULL) = (kind = 'CREDIT')", name=op.f("ck_ledger_posting_lot")),
        sa.CheckConstraint(
            "(owner IS NOT NULL) = (kind IN ('CASH', 'CREDIT', 'DEPOSIT', 'HELD', 'RECEIVABLE'))",
            name=op.f("ck_ledger_posting_owner"),
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_ledger_posting_currency")),
        sa.CheckConstraint(
            "kind IN ('CASH', 'CREDIT', 'DEPOSIT', 'HELD', 'RECEIVABLE', 'ESCROW', 'CONSIGNOR_PAYABLE', 'INVENTORY', 'SALES', 'COMMISSION', 'SERVICES', 'COST_OF_GOODS', 'PSP_CLEARING', 'PAYOUT_CLEARING', 'TAX_PAYABLE', 'SHIPPING', 'FREIGHT_SUBSIDY', 'PROMOTION', 'CREDIT_BONUS', 'BREAKAGE', 'WRITE_OFF', 'FX', 'SUPPLIER_PAYABLE', 'TRAVEL_UNEARNED', 'GIFT_CARDS', 'SUBSIDY_BUDGET')",
            name=op.f("ck_ledger_posting_kind"),
        ),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_posting_amount")),
        sa.ForeignKeyConstraint(["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_posting_journal_id")),
        sa.ForeignKeyConstraint(
            ["lot_id", "owner", "currency"],
            ["credit_lot.id", "credit_lot.owner", "credit_lot.currency"],
            name=op.f("fk_ledger_posting_lot_id_owner_currency"),
        ),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_ledger_posting_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_posting")),
        sa.UniqueConstraint("journal_id", "line", name=op.f("uq_ledger_posting_journal_id_line")),
    )
    op.create_index(
        "ix_ledger_posting_house",
        "ledger_posting",
        ["kind", "currency", "xid"],
        unique=False,
        postgresql_include=["amount_minor"],
        postgresql_where=sa.text("owner IS NULL"),
    )
    op.create_index(
        "ix_ledger_posting_lot",
        "ledger_posting",
        ["lot_id"],
        unique=False,
        postgresql_where=sa.text("lot_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_posting_statement",
        "ledger_posting",
        ["owner", "currency", "id"],
        unique=False,
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    run(r"""
CREATE FUNCTION idempotency_claim(p_scope uuid, p_key text, p_fingerprint bytea,
    OUT status text, OUT answer jsonb) RETURNS record
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    kept idempotency_key;
BEGIN
    -- Held until the transaction ends, also across a rollback to a savepoint: two requests with one key never overlap.
    IF NOT pg_try_advisory_xact_lock(hashtextextended(p_scope || ':' || p_key, 7)) THEN
        status := 'IN_FLIGHT';
        RETURN;
    END IF;
    SELECT * INTO kept FROM idempotency_key k WHERE k.scope = p_scope AND k.key = p_key;
    status := CASE WHEN NOT FOUND THEN 'NEW' WHEN kept.fingerprint <> p_fingerprint THEN 'REUSED' ELSE 'KEPT' END;
    IF status = 'KEPT' THEN
        answer := kept.answer;
    END IF;
END $$
""")
    run(r"""
INSERT INTO ledger_chain (chain, position, hash)
SELECT chain, 0, sha256(convert_to('cercle ledger ' || chain, 'UTF8')) FROM generate_series(0, 15) AS chain
""")
    run(r"""
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
""")
    run(r"""
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
""")
    run(r"""
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
    RETURN NULL;
END $$
""")
    run(r"""
CREATE TRIGGER ledger_apply AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply()
""")
    run(r"""
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
""")
    run(r"""
CREATE CONSTRAINT TRIGGER ledger_close AFTER INSERT ON ledger_journal DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_close()
""")
    run(r"""
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
""")
    run(r"""
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
""")
    run('GRANT SELECT, INSERT, UPDATE ON "account" TO cercle_app')
    run(
        'GRANT SELECT, INSERT (name, subject_kind, subject_id, data, piece_id, account_id, actor_id, action, occurred_at) ON "event" TO cercle_app'
    )
    run('GRANT SELECT, INSERT, DELETE ON "idempotency_key" TO cercle_app')
    run('GRANT SELECT ON "ledger_chain" TO cercle_app')
    run('GRANT SELECT, INSERT ON "ledger_journal" TO cercle_app')
    run('GRANT SELECT ON "ledger_snapshot" TO cercle_app')
    run('GRANT SELECT, INSERT (name, subject_id, due_at), UPDATE, DELETE ON "outbox" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "consignment" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE, DELETE ON "credential" TO cercle_app')
    run(
        'GRANT SELECT, INSERT (id, owner, currency, origin, amount_minor, priority, expires_at, cause_kind, cause_id, created_at) ON "credit_lot" TO cercle_app'
    )
    run('GRANT SELECT ON "ledger_link" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "wallet_hold" TO cercle_app')
    run('GRANT SELECT ON "wallet_pocket" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "consignment_task" TO cercle_app')
    run('GRANT SELECT, INSERT ON "intake_receipt" TO cercle_app')
    run(
        'GRANT SELECT, INSERT (journal_id, line, owner, kind, currency, amount_minor, lot_id) ON "ledger_posting" TO cercle_app'
    )
    run("GRANT SELECT ON alembic_version TO cercle_app")
